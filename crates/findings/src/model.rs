//! The nouns: a finding, the report that holds it, and the gate that judged the reports.

use std::fmt;

use crate::diff::places;
use crate::read::Format;

/// How bad a finding is, worst last, so that `>=` reads as "at least".
#[derive(
    Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Deserialize, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// A matter of style.
    Low,
    /// A warning.
    Medium,
    /// An error.
    High,
    /// An error that the tool itself does not allow to be ignored.
    Critical,
}

impl Severity {
    /// Every severity, worst first, the order in which people want to read them.
    pub const WORST_FIRST: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// Reads the words that tools use for severities, in any case. `None` for a word nobody is known to use.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "critical" | "blocker" | "fatal" => Self::Critical,
            "error" | "failure" | "major" | "high" => Self::High,
            "warning" | "warn" | "minor" | "medium" => Self::Medium,
            "notice" | "note" | "low" | "suggestion" => Self::Low,
            "info" | "information" | "ignore" | "none" => Self::Info,
            _ => return None,
        })
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A rule of a tool. Findings of one rule share one `Rule` (see [`Arena::rule`]).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Rule<'a> {
    /// The tool, lower case: `phpstan`, `phpcs`, `php-cs-fixer`, `psalm` …
    pub tool: &'a str,
    /// The tool's own name for the rule (`argument.type`, `PSR12.Files.FileHeader.SpacingAfterBlock`); empty when
    /// the format does not carry one.
    pub id: &'a str,
    /// What the rule is about, when the report says so.
    pub help: Option<&'a str>,
    /// A page about the rule.
    pub link: Option<&'a str>,
}

/// A file that findings are about. Findings of one file share one `File` (see [`Arena::file`]).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct File<'a> {
    /// Relative to the root of the repository, `/` between segments; as printed by the tool when `inside` is false.
    pub path: &'a str,
    /// Whether the path is known to be inside the repository. A finding outside is never muted by a filter on
    /// changed files, because nobody can tell whether it changed.
    pub inside: bool,
}

/// What only some findings have, kept out of line.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Detail<'a> {
    /// The tool's advice how to mend this finding (PHPStan's tip).
    pub help: Option<&'a str>,
    /// The class in whose context PHPStan analysed a trait (`class App\A`).
    pub context: Option<&'a str>,
    /// The unified diff that the tool proposes for this finding.
    pub diff: Option<&'a str>,
    /// Why the tool itself suppressed the finding (SARIF suppressions); set means suppressed.
    pub suppressed: Option<&'a str>,
    /// The package that has it, when it is about one. Makes the identity of the finding (see [`crate::fingerprint`]).
    pub package: Option<&'a Package<'a>>,
    /// What gave it its disposition, in words: ``rule `fixable-high` ``.
    pub decided_by: Option<&'a str>,
    /// What a scanner of images found: `vulnerability`, `misconfiguration`, `secret`, `license`.
    pub kind: Option<&'a str>,
    /// Which part of an image brought it: `base` or `own`.
    pub origin: Option<&'a str>,
    /// What it is to the image that runs now: `introduced`, `disclosed`, `raised`, `known`.
    pub news: Option<&'a str>,
}

/// A package that a finding is about. What is not known is empty.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Package<'a> {
    /// Its name as the scanner prints it.
    pub name: &'a str,
    /// The version that is installed.
    pub version: &'a str,
    /// The versions without the fault, as the report lists them.
    pub fixed: &'a str,
    /// Its package URL, with version and qualifiers.
    pub purl: &'a str,
    /// `debian`, `composer`, `npm` …
    pub ecosystem: &'a str,
    /// The digest of the uncompressed layer of the image that brought it.
    pub layer: &'a str,
}

impl<'a> Package<'a> {
    /// What it is, whatever its version: the package URL without version and qualifiers, else its name.
    /// <https://github.com/package-url/purl-spec>
    #[must_use]
    pub fn identity(&self) -> &'a str {
        let purl = self.purl.split(['?', '#']).next().unwrap_or_default();
        let last = purl.rfind('/').map_or(0, |slash| slash + 1);
        // An `@` in the namespace of npm is encoded, or behind the last slash but one.
        let version = purl[last..].find('@').filter(|at| *at > 0);
        let purl = version.map_or(purl, |at| &purl[..last + at]);
        if purl.is_empty() { self.name } else { purl }
    }
}

/// One thing that one tool said about one place.
///
/// 64 bytes and `Copy`: reports hold half a million of them. All text lives in the [`Arena`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding<'a> {
    /// Rule and tool.
    pub rule: &'a Rule<'a>,
    /// The file; `None` when the finding is about the whole run.
    pub file: Option<&'a File<'a>>,
    /// What the tool said, whole, as plain text. Hostile: escape it per target.
    pub message: &'a str,
    /// Out-of-line extras.
    pub detail: Option<&'a Detail<'a>>,
    /// First line, from 1; 0 when the finding is about the whole file.
    pub line: u32,
    /// Last line; 0 when unknown.
    pub end_line: u32,
    /// Column, from 1; 0 when unknown.
    pub column: u32,
    /// How many occurrences this entry stands for: 1, unless the input itself aggregates (SARIF `occurrenceCount`).
    pub count: u32,
    /// How bad it is.
    pub severity: Severity,
    /// Whether the tool itself allows it to be ignored. What is not ignorable is never muted as "outside the change".
    pub ignorable: bool,
    /// What the judge made of it. Readers say [`Disposition::Reported`].
    pub disposition: Disposition,
}

impl<'a> Finding<'a> {
    /// A finding about `message`, to be completed by the caller with struct update syntax.
    #[must_use]
    pub fn new(rule: &'a Rule<'a>, file: Option<&'a File<'a>>, severity: Severity, message: &'a str) -> Self {
        Self {
            rule,
            file,
            message,
            detail: None,
            line: 0,
            end_line: 0,
            column: 0,
            count: 1,
            severity,
            ignorable: true,
            disposition: Disposition::Reported,
        }
    }

    /// How often a baseline counts it: each place of a proposed diff, since the tool does not say how often each of its
    /// rules applied, else [`Finding::count`]. At least 1.
    #[must_use]
    pub fn occurrences(&self) -> u32 {
        let places = self.detail.and_then(|detail| detail.diff).and_then(|diff| places(diff).ok());
        let places = places.and_then(|places| u32::try_from(places.len()).ok()).unwrap_or(1);
        self.count.max(places)
    }

    /// The path as text, empty when the finding is about the whole run.
    #[must_use]
    pub fn path(&self) -> &'a str {
        self.file.map_or("", |file| file.path)
    }
}

/// What became of a finding.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Disposition {
    /// It makes the gate say no.
    Blocking,
    /// It is shown and does not block.
    Reported,
    /// It is known or not this change's doing; kept in the report with the reason.
    Muted(Muted),
}

impl Disposition {
    /// `blocking`, `reported` or `muted`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blocking => "blocking",
            Self::Reported => "reported",
            Self::Muted(_) => "muted",
        }
    }
}

/// Why a finding is muted.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Muted {
    /// The baseline lists it.
    Baseline,
    /// The change did not touch its line (or file).
    OutsideChange,
    /// The earlier report given with `--against` has it too.
    Against,
    /// The tool's own report says that it is suppressed.
    Suppressed,
    /// A rule of the policy switches it off.
    Policy,
    /// An exception accepts it for a while.
    Exception,
    /// Somebody who knows states that it does not apply (VEX).
    Vex,
}

impl Muted {
    /// Stable kebab-case name, as in the JSON report.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::OutsideChange => "outside-change",
            Self::Against => "against",
            Self::Suppressed => "suppressed",
            Self::Policy => "policy",
            Self::Exception => "exception",
            Self::Vex => "vex",
        }
    }
}

/// What one run of one tool said. One input file may hold several.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// Where it was read from, as named by the caller: a path, `-`, or the command that was run.
    pub source: String,
    /// The format it was read as; `None` when it could not be read at all.
    pub format: Option<Format>,
    /// The tool; `unknown` when nothing tells.
    pub tool: &'a str,
    /// Its findings in the order of the report.
    pub findings: Vec<Finding<'a>>,
    /// Why it cannot be relied on to be whole. Empty: complete. Not empty: it never passes.
    pub problems: Vec<String>,
    /// What was odd and mended, or merely worth knowing. Never affects the verdict.
    pub notes: Vec<String>,
}

impl<'a> Report<'a> {
    /// An empty, complete report of `tool`.
    #[must_use]
    pub fn new(tool: &'a str, format: Format) -> Self {
        Self {
            source: String::new(),
            format: Some(format),
            tool,
            findings: Vec::new(),
            problems: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// An input that could not be used, and why.
    #[must_use]
    pub fn unusable(source: String, problem: String) -> Self {
        Self { source, format: None, tool: "unknown", findings: Vec::new(), problems: vec![problem], notes: Vec::new() }
    }

    /// Whether everything the tool found is known to be here.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.problems.is_empty()
    }
}

/// The three ways a gate can end.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Nothing blocks and every input is whole.
    Pass,
    /// The gate says no.
    Fail,
    /// Some input cannot be relied on; never a pass, whatever else is true.
    Incomplete,
}

impl Outcome {
    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Incomplete => "incomplete",
        }
    }
}

/// An outcome with reasons that a person can act on. A pass may carry reasons too ("12 muted by the baseline").
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Pass, fail or incomplete.
    pub outcome: Outcome,
    /// Why, in words, most important first. Plain text that may quote hostile input.
    pub reasons: Vec<String>,
}

/// Counts over all reports of a gate; each finding counts [`Finding::count`] times.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Totals {
    /// All findings.
    pub findings: u64,
    /// … that block.
    pub blocking: u64,
    /// … that are shown and do not block.
    pub reported: u64,
    /// … that are muted.
    pub muted: u64,
    /// All findings by severity, indexed by `Severity as usize`.
    pub by_severity: [u64; 5],
}

impl Totals {
    /// Counts `findings`.
    #[must_use]
    pub fn of<'a, 'f>(findings: impl IntoIterator<Item = &'f Finding<'a>>) -> Self
    where
        'a: 'f,
    {
        let mut totals = Self::default();
        for finding in findings {
            let count = u64::from(finding.count);
            totals.findings += count;
            totals.by_severity[finding.severity as usize] += count;
            match finding.disposition {
                Disposition::Blocking => totals.blocking += count,
                Disposition::Reported => totals.reported += count,
                Disposition::Muted(_) => totals.muted += count,
            }
        }
        totals
    }
}

/// The outcome of one gate over all its inputs: what every writer and publisher is handed.
#[derive(Clone, Debug)]
pub struct Gate<'a> {
    /// The program that judged: `stepgate-lint`.
    pub program: &'a str,
    /// Its version.
    pub version: &'a str,
    /// The reports, in the order of the inputs, judged.
    pub reports: Vec<Report<'a>>,
    /// What came of it.
    pub verdict: Verdict,
}

impl<'a> Gate<'a> {
    /// All findings, report by report.
    pub fn findings(&self) -> impl Iterator<Item = &Finding<'a>> {
        self.reports.iter().flat_map(|report| &report.findings)
    }

    /// Counts over everything.
    #[must_use]
    pub fn totals(&self) -> Totals {
        Totals::of(self.findings())
    }

    /// The names of the tools, each once, in the order of the inputs.
    #[must_use]
    pub fn tools(&self) -> Vec<&'a str> {
        let mut tools = Vec::new();
        for report in &self.reports {
            if !tools.contains(&report.tool) {
                tools.push(report.tool);
            }
        }
        tools
    }
}

/// Findings in the order people want them: what blocks first, then by severity, path, line, column and rule.
#[must_use]
pub fn by_importance<'f, 'a>(findings: impl IntoIterator<Item = &'f Finding<'a>>) -> Vec<&'f Finding<'a>> {
    let mut sorted: Vec<_> = findings.into_iter().collect();
    sorted.sort_by(|a, b| importance(a).cmp(&importance(b)));
    sorted
}

/// The `most` most important of `findings`, in the order of [`by_importance`], without sorting the rest.
#[must_use]
pub fn most_important<'f, 'a>(
    findings: impl IntoIterator<Item = &'f Finding<'a>>,
    most: usize,
) -> Vec<&'f Finding<'a>> {
    let mut chosen: Vec<_> = findings.into_iter().collect();
    if most < chosen.len() {
        chosen.select_nth_unstable_by(most, |a, b| importance(a).cmp(&importance(b)));
        chosen.truncate(most);
    }
    by_importance(chosen)
}

type Importance<'a> = (u8, std::cmp::Reverse<Severity>, &'a str, u32, u32, &'a str, &'a str);

fn importance<'a>(finding: &Finding<'a>) -> Importance<'a> {
    let rank = match finding.disposition {
        Disposition::Blocking => 0,
        Disposition::Reported => 1,
        Disposition::Muted(_) => 2,
    };
    let rule = finding.rule.id;
    (rank, std::cmp::Reverse(finding.severity), finding.path(), finding.line, finding.column, rule, finding.message)
}

const _: () = assert!(size_of::<Finding<'static>>() <= 64);
