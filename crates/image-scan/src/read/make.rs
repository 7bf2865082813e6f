//! What the readers share: blank findings, and one copy of what is told again and again.

use std::collections::BTreeSet;

use findings::Severity;
use findings::read::json::{Text, shorten};
use rustc_hash::FxHashMap;

use super::Context;
use super::values::moment;
use crate::model::{Finding, Kind, Layer, Package, Status, Target};

/// Words that nobody is known to use and that were taken for "unknown": more are not told.
const WORDS: usize = 20;

/// Makes the nouns of one report.
pub(super) struct Maker<'c, 'a> {
    pub(super) context: &'c Context<'c, 'a>,
    /// Stands for the section of a finding until all of it is known.
    pub(super) no_target: &'a Target<'a>,
    packages: FxHashMap<Package<'a>, &'a Package<'a>>,
    layers: FxHashMap<&'a str, &'a Layer<'a>>,
    odd: BTreeSet<(&'static str, String)>,
}

impl<'c, 'a> Maker<'c, 'a> {
    pub(super) fn new(context: &'c Context<'c, 'a>) -> Self {
        let no_target = &*context.bump.alloc(Target::default());
        Self { context, no_target, packages: FxHashMap::default(), layers: FxHashMap::default(), odd: BTreeSet::new() }
    }

    /// One copy of `text`.
    pub(super) fn text(&self, text: &str) -> &'a str {
        self.context.arena.text(text)
    }

    /// One copy of each of `texts`.
    pub(super) fn texts(&self, texts: Option<Vec<Text<'_>>>) -> Vec<&'a str> {
        texts.unwrap_or_default().iter().map(|text| self.text(text)).collect()
    }

    /// The other names of a finding.
    pub(super) fn aliases(&self, names: &[&str]) -> &'a [&'a str] {
        if names.is_empty() {
            return &[];
        }
        self.context.bump.alloc_slice_fill_iter(names.iter().map(|name| self.text(name)))
    }

    /// The one copy of a package.
    pub(super) fn package(&mut self, key: Package<'_>) -> &'a Package<'a> {
        if let Some(known) = self.packages.get(&key) {
            return known;
        }
        let made = &*self.context.bump.alloc(self.listed(key));
        self.packages.insert(*made, made);
        made
    }

    /// A package that is told once.
    pub(super) fn listed(&self, package: Package<'_>) -> Package<'a> {
        Package {
            name: self.text(package.name),
            version: self.text(package.version),
            purl: self.text(package.purl),
            path: self.text(package.path),
        }
    }

    /// The one copy of a layer; `None` when it has no digest.
    pub(super) fn layer(&mut self, diff_id: &str, created_by: &str) -> Option<&'a Layer<'a>> {
        if diff_id.is_empty() {
            return None;
        }
        if let Some(known) = self.layers.get(diff_id) {
            return Some(known);
        }
        let layer = Layer { diff_id: self.text(diff_id), created_by: self.text(without_arguments(created_by)) };
        let made = &*self.context.bump.alloc(layer);
        self.layers.insert(made.diff_id, made);
        Some(made)
    }

    /// A finding of which only this much is known.
    pub(super) fn finding(&self, kind: Kind, id: &str) -> Finding<'a> {
        Finding::new(kind, self.text(id), self.no_target)
    }

    /// The severity that a scanner's word means. Theirs are few; another word is as good as none, and is noted.
    pub(super) fn severity(&mut self, word: &str) -> Option<Severity> {
        const WORDS: [(&str, Option<Severity>); 6] = [
            ("CRITICAL", Some(Severity::Critical)),
            ("HIGH", Some(Severity::High)),
            ("MEDIUM", Some(Severity::Medium)),
            ("LOW", Some(Severity::Low)),
            ("NEGLIGIBLE", Some(Severity::Info)),
            ("UNKNOWN", None),
        ];
        if word.is_empty() {
            return None;
        }
        match WORDS.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(word)) {
            Some((_, severity)) => severity,
            None => {
                self.odd("severity", word);
                None
            }
        }
    }

    /// The status that Trivy's word means; without one it follows from whether there is a fix.
    pub(super) fn status(&mut self, word: &str, fixed_version: &str) -> Status {
        match word {
            "" if fixed_version.is_empty() => Status::Affected,
            "" => Status::Fixed,
            "unknown" => Status::Unknown,
            "not_affected" => Status::NotAffected,
            "affected" => Status::Affected,
            "fixed" => Status::Fixed,
            "under_investigation" => Status::UnderInvestigation,
            "will_not_fix" => Status::WillNotFix,
            "fix_deferred" => Status::FixDeferred,
            "end_of_life" => Status::EndOfLife,
            _ => {
                self.odd("status", word);
                Status::Unknown
            }
        }
    }

    /// A moment by which something is judged; what is none is noted.
    pub(super) fn moment(&mut self, name: &'static str, text: &str) -> Option<jiff::Timestamp> {
        let moment = moment(text);
        if moment.is_none() && !text.is_empty() && !text.starts_with("0001-01-01") {
            self.odd(name, text);
        }
        moment
    }

    /// Notes a `word` that nobody is known to use as a `name`.
    pub(super) fn odd(&mut self, name: &'static str, word: &str) {
        if self.odd.len() < WORDS {
            self.odd.insert((name, shorten(word).into_owned()));
        }
    }

    /// What was odd, for [`crate::Scan::notes`].
    pub(super) fn notes(&self) -> Vec<String> {
        let tell = |(name, word): &(&str, String)| format!("{name} `{word}`: not known, taken for unknown");
        self.odd.iter().map(tell).collect()
    }
}

/// The instruction without the values that were given to the build: the old builder writes them in front of the command,
/// as `|1 TOKEN=… /bin/sh -c …`, and no report may publish them.
pub(super) fn without_arguments(instruction: &str) -> &str {
    let command = instruction.strip_prefix("RUN ").unwrap_or(instruction);
    if !command.starts_with('|') {
        return instruction;
    }
    command.rfind("/bin/sh -c ").and_then(|start| command.get(start..)).unwrap_or_default()
}
