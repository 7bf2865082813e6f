//! What becomes of each finding.

use std::cmp::Reverse;

use bumpalo::Bump;
use findings::{Disposition, Muted, Severity};
use rustc_hash::FxHashMap;

use super::Criteria;
use super::conditions::Asked;
use crate::Scan;
use crate::model::{Finding, Ruling, Suppressed};
use crate::policy::{Action, Policy, Rule};
use crate::vex;

/// What one rule decided, over all scans.
pub(super) struct Counted {
    pub(super) rule: Rule,
    pub(super) by_severity: [u64; 5],
    /// `scan, finding` of the worst.
    pub(super) worst: Option<(usize, usize)>,
}

impl Counted {
    pub(super) fn total(&self) -> u64 {
        self.by_severity.iter().sum()
    }

    /// Whether its findings block.
    pub(super) fn blocks(&self) -> bool {
        self.rule.action == Action::Block && self.total() > self.rule.max.unwrap_or(0)
    }

    fn words(&self) -> String {
        match self.rule.max {
            Some(max) if !self.blocks() => {
                format!("{}: {} of at most {max} tolerated", self.rule.words(), self.total())
            }
            _ => self.rule.words(),
        }
    }

    fn ruling<'a>(&self, by: &'a str) -> Ruling<'a> {
        let disposition = if self.blocks() { Disposition::Blocking } else { Disposition::Reported };
        Ruling { disposition, warns: self.rule.action == Action::Warn, by }
    }
}

/// Rules on every finding; gives back the rules in the order in which they were asked.
pub(super) fn decide<'a>(scans: &mut [Scan<'a>], criteria: &mut Criteria<'_>, bump: &'a Bump) -> Vec<Counted> {
    let rules = criteria.policy.rules.iter().cloned().chain([Policy::secrets()]);
    let rules: Vec<Asked> = rules.map(Asked::new).collect();
    let mut words = Words { bump, known: FxHashMap::default() };
    let decisions: Vec<Vec<Decision<'a>>> = scans
        .iter()
        .map(|scan| scan.findings.iter().map(|finding| decision(finding, scan, &rules, criteria, &mut words)).collect())
        .collect();
    let counted = count(scans, rules, &decisions);
    let by: Vec<&'a str> = counted.iter().map(|rule| words.of(&rule.words())).collect();
    for (scan, decisions) in scans.iter_mut().zip(&decisions) {
        for (finding, decision) in scan.findings.iter_mut().zip(decisions) {
            finding.ruling = match *decision {
                Decision::Muted(why, by) => Ruling { disposition: Disposition::Muted(why), warns: false, by },
                Decision::Rule(at) => counted[at].ruling(by[at]),
                Decision::NoRule => Ruling { by: "no rule", ..Ruling::default() },
            };
        }
    }
    counted
}

#[derive(Clone, Copy)]
enum Decision<'a> {
    Muted(Muted, &'a str),
    /// The place of the rule.
    Rule(usize),
    NoRule,
}

fn decision<'a>(
    finding: &Finding<'a>,
    scan: &Scan<'a>,
    rules: &[Asked],
    criteria: &mut Criteria<'_>,
    words: &mut Words<'a>,
) -> Decision<'a> {
    if let Some(suppressed) = finding.suppressed {
        return Decision::Muted(Muted::Suppressed, words.of(&suppressed_words(suppressed)));
    }
    if let Some(excuse) = vex::excuse(criteria.vex, finding, scan) {
        return Decision::Muted(Muted::Vex, words.of(&excuse));
    }
    if let Some(exception) = criteria.exceptions.find(finding, scan) {
        return Decision::Muted(Muted::Exception, words.of(&exception.words()));
    }
    let decides = rules.iter().position(|rule| rule.matches(finding, criteria));
    decides.map_or(Decision::NoRule, Decision::Rule)
}

fn suppressed_words(suppressed: &Suppressed<'_>) -> String {
    let Suppressed { status, statement, source } = suppressed;
    let mut words = String::from("suppressed in the report");
    for part in [status, statement].into_iter().filter(|part| !part.is_empty()) {
        words.push_str(": ");
        words.push_str(part);
    }
    if !source.is_empty() {
        words.push_str(&format!(" ({source})"));
    }
    words
}

fn count(scans: &[Scan<'_>], rules: Vec<Asked>, decisions: &[Vec<Decision<'_>>]) -> Vec<Counted> {
    let new = |asked: Asked| Counted { rule: asked.rule, by_severity: [0; 5], worst: None };
    let mut counted: Vec<Counted> = rules.into_iter().map(new).collect();
    for (at, (scan, decisions)) in scans.iter().zip(decisions).enumerate() {
        for (number, (finding, decision)) in scan.findings.iter().zip(decisions).enumerate() {
            let Decision::Rule(rule) = *decision else { continue };
            let rule = &mut counted[rule];
            rule.by_severity[finding.counted_severity() as usize] += 1;
            let worst = rule.worst.and_then(|(at, number)| scans[at].findings.get(number));
            if worst.is_none_or(|worst| badness(finding) > badness(worst)) {
                rule.worst = Some((at, number));
            }
        }
    }
    counted
}

/// How bad, then what it is called: two that are equal read the same in a sentence, so their order changes nothing.
type Badness<'a> = ((Severity, Option<u8>, bool), Reverse<[&'a str; 5]>, u32);

fn badness<'a>(finding: &Finding<'a>) -> Badness<'a> {
    let (name, version) = finding.package.map_or(("", ""), |package| (package.name, package.version));
    let names = [finding.id, name, version, finding.fixed_version, finding.path];
    ((finding.counted_severity(), finding.cvss, finding.is_fixable()), Reverse(names), finding.line)
}

/// Few distinct sentences for many findings.
struct Words<'a> {
    bump: &'a Bump,
    known: FxHashMap<String, &'a str>,
}

impl<'a> Words<'a> {
    fn of(&mut self, words: &str) -> &'a str {
        if let Some(known) = self.known.get(words) {
            return known;
        }
        let new: &'a str = self.bump.alloc_str(words);
        self.known.insert(words.to_owned(), new);
        new
    }
}
