//! Whether the conditions of a rule hold, where the answer may be that nobody knows.

use jiff::Timestamp;
use jiff::civil::Date;

use super::Criteria;
use crate::model::{Class, Finding, Kind};
use crate::policy::{Action, NameGlob, PackageClass, Rule, Unknown};

/// A rule, ready to be asked.
pub(super) struct Asked {
    pub(super) rule: Rule,
    /// Whether it is about a kind, by `Kind as usize`.
    about: [bool; Kind::ALL.len()],
}

impl Asked {
    pub(super) fn new(rule: Rule) -> Self {
        let about = Kind::ALL.map(|kind| rule.is_about(kind));
        Self { rule, about }
    }

    /// Whether it decides about `finding`. Nothing is let through for lack of data, see [`policy`](crate::policy).
    pub(super) fn matches(&self, finding: &Finding<'_>, criteria: &Criteria<'_>) -> bool {
        let rule = &self.rule;
        if !self.about[finding.kind as usize] || !holds(rule, finding) {
            return false;
        }
        match open(rule, finding, criteria) {
            Answer::Yes => true,
            Answer::No => false,
            Answer::Unknown => rule.action == Action::Block && rule.if_unknown != Some(Unknown::Skip),
        }
    }
}

/// Kinds of data that rules ask for and that were not given, in sentences, with the rules.
pub(super) fn not_given(criteria: &Criteria<'_>) -> Vec<String> {
    let rules = &criteria.policy.rules;
    let mut sentences = Vec::new();
    let mut say = |is_given: bool, condition: &str, asks: fn(&Rule) -> bool, why: &str| {
        if is_given {
            return;
        }
        let asking = rules.iter().filter(|rule| asks(rule) && rule.if_unknown != Some(Unknown::Skip));
        let (block, pass): (Vec<&Rule>, Vec<_>) = asking.partition(|rule| rule.action == Action::Block);
        for (rules, counts) in [(block, "met, since they block"), (pass, "not met, since they let through")] {
            if !rules.is_empty() {
                let names: Vec<_> = rules.iter().map(|rule| format!("`{}`", rule.name)).collect();
                let names = names.join(", ");
                sentences.push(format!("{why}: `{condition}` counts as {counts}, in these rules: {names}"));
            }
        }
    };
    let Criteria { epss, kev, deployed, base, first_seen, .. } = criteria;
    say(epss.is_some(), "epss", |rule| rule.epss.is_some(), "no EPSS scores were given (--epss FILE)");
    say(kev.is_some(), "kev", |rule| rule.kev, "no catalogue of exploited vulnerabilities was given (--kev FILE)");
    say(deployed.is_some(), "news", |rule| !rule.news.is_empty(), "nothing was compared (--against REPORT)");
    say(base.is_some(), "origin", |rule| rule.origin.is_some(), "no base image was given (--base FILE)");
    let why = "no file of first sightings was given (--first-seen FILE)";
    say(first_seen.is_some(), "seen-for", |rule| rule.seen_for.is_some(), why);
    sentences
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Answer {
    Yes,
    No,
    Unknown,
}

impl From<Option<bool>> for Answer {
    fn from(known: Option<bool>) -> Self {
        match known {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Unknown,
        }
    }
}

/// The conditions that are never unknown.
fn holds(rule: &Rule, finding: &Finding<'_>) -> bool {
    let names = || std::iter::once(&finding.id).chain(finding.aliases);
    let package = finding.package.map_or("", |package| package.name);
    rule.severity.is_none_or(|least| finding.counted_severity() >= least)
        && (!rule.unknown_severity || finding.severity.is_none())
        && rule.fixable.is_none_or(|fixable| fixable == finding.is_fixable())
        && (rule.status.is_empty() || rule.status.contains(&finding.status))
        && (rule.id.is_empty() || names().any(|name| any(&rule.id, name)))
        && (rule.package.is_empty() || any(&rule.package, package))
        && (rule.path.is_empty() || rule.path.iter().any(|glob| glob.matches(finding.path)))
        && (rule.category.is_empty() || any(&rule.category, finding.category))
}

fn any(globs: &[NameGlob], name: &str) -> bool {
    globs.iter().any(|glob| glob.matches(name))
}

/// The conditions that data may be missing for: no if one is not met, else unknown if one is unknown.
fn open(rule: &Rule, finding: &Finding<'_>, criteria: &Criteria<'_>) -> Answer {
    let now = criteria.now;
    let answers = [
        rule.class.map(|class| is_of(class, finding)),
        (!rule.ecosystem.is_empty()).then(|| match finding.target.ecosystem {
            "" => None,
            ecosystem => Some(any(&rule.ecosystem, ecosystem)),
        }),
        rule.origin.map(|origin| Some(finding.origin? == origin)),
        (!rule.news.is_empty()).then(|| Some(rule.news.contains(&finding.news?))),
        rule.cvss.map(|least| Some(f64::from(finding.cvss?) + 1e-9 >= least * 10.0)),
        rule.epss.map(|least| Some(epss(finding, criteria)? >= least)),
        rule.kev.then(|| kev(finding, criteria)),
        rule.older_than.map(|age| Some(age.is_reached(past(finding.published?, now)?, now))),
        rule.seen_for.map(|age| Some(age.is_reached(past(first_seen(finding, criteria)?, now)?, now))),
    ];
    let answers = || answers.iter().copied().flatten().map(Answer::from);
    if answers().any(|answer| answer == Answer::No) {
        return Answer::No;
    }
    if answers().any(|answer| answer == Answer::Unknown) { Answer::Unknown } else { Answer::Yes }
}

fn is_of(class: PackageClass, finding: &Finding<'_>) -> Option<bool> {
    match finding.target.class {
        Class::OsPackages => Some(class == PackageClass::Os),
        Class::LanguagePackages => Some(class == PackageClass::Lang),
        _ => None,
    }
}

/// What two sources say, the higher counts.
fn epss(finding: &Finding<'_>, criteria: &Criteria<'_>) -> Option<f32> {
    let given = criteria.epss.and_then(|epss| epss.score(finding));
    given.into_iter().chain(finding.epss).reduce(f32::max)
}

fn kev(finding: &Finding<'_>, criteria: &Criteria<'_>) -> Option<bool> {
    if finding.kev { Some(true) } else { Some(criteria.kev?.lists(finding)) }
}

fn first_seen(finding: &Finding<'_>, criteria: &Criteria<'_>) -> Option<Timestamp> {
    let day: Date = criteria.first_seen?.since(finding)?;
    jiff::tz::Offset::UTC.to_timestamp(day.to_datetime(jiff::civil::Time::midnight())).ok()
}

/// A date in the future is no date: it would give grace until then.
fn past(date: Timestamp, now: Timestamp) -> Option<Timestamp> {
    (date <= now).then_some(date)
}
