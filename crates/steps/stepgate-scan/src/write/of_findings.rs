//! What scanners found as findings like those of every other tool, for the formats and services that know only these.

use bumpalo::Bump;
use findings::model::{Detail, Package};
use findings::{File, Report, Rule};
use image_scan::model::{AboutException, Gate, Layer, Suppressed};
use image_scan::{Finding, Scan};
use rustc_hash::FxHashMap;

use super::words::known;
use crate::lockfile::Places;

/// `gate` with a report for each scan, and one for what is wrong with the exceptions. Texts are not copied.
pub(crate) fn findings_gate<'g>(
    gate: &'g Gate<'g>,
    places: Option<&'g Places<'g>>,
    bump: &'g Bump,
) -> findings::Gate<'g> {
    let mut convert = Convert::new(places, bump);
    let mut reports: Vec<_> = gate.scans.iter().map(|scan| convert.report(scan)).collect();
    // A gate over findings has no warnings of its own.
    if let Some(report) = reports.first_mut() {
        report.notes.extend(gate.warnings.iter().map(|warning| format!("warning: {warning}")));
    }
    if !gate.about_exceptions.is_empty() {
        let about = gate.about_exceptions.iter().map(|about| convert.about(gate.program, about)).collect();
        reports.push(Report {
            source: EXCEPTIONS.to_owned(),
            format: None,
            tool: gate.program,
            findings: about,
            problems: Vec::new(),
            notes: Vec::new(),
        });
    }
    findings::Gate { program: gate.program, version: gate.version, reports, verdict: gate.verdict.clone() }
}

/// The name of the report about the exceptions, which stand in stepgate.yaml or in files that it names.
pub(crate) const EXCEPTIONS: &str = "exceptions";

/// Makes findings, each rule and each file once.
pub(crate) struct Convert<'g> {
    places: Option<&'g Places<'g>>,
    bump: &'g Bump,
    rules: FxHashMap<Rule<'g>, &'g Rule<'g>>,
    files: FxHashMap<File<'g>, &'g File<'g>>,
}

impl<'g> Convert<'g> {
    pub(crate) fn new(places: Option<&'g Places<'g>>, bump: &'g Bump) -> Self {
        Self { places, bump, rules: FxHashMap::default(), files: FxHashMap::default() }
    }

    fn report(&mut self, scan: &'g Scan<'g>) -> Report<'g> {
        Report {
            source: scan.source.clone(),
            format: None,
            tool: scan.scanner,
            findings: scan.findings.iter().map(|finding| self.finding(scan, finding)).collect(),
            problems: scan.problems.clone(),
            notes: scan.notes.clone(),
        }
    }

    fn about(&mut self, tool: &'g str, about: &'g AboutException) -> findings::Finding<'g> {
        let rule = Rule { tool, id: about.lapse.as_str(), help: None, link: None };
        let rule = *self.rules.entry(rule).or_insert_with(|| self.bump.alloc(rule));
        findings::Finding {
            disposition: about.lapse.disposition(),
            ..findings::Finding::new(rule, None, about.lapse.severity(), &about.message)
        }
    }

    /// `finding` of `scan`. Its message has nothing that moves with a version: that is in the details.
    pub(crate) fn finding(&mut self, scan: &Scan<'g>, finding: &Finding<'g>) -> findings::Finding<'g> {
        let rule = Rule { tool: scan.scanner, id: finding.id, help: None, link: finding.link };
        let rule = *self.rules.entry(rule).or_insert_with(|| self.bump.alloc(rule));
        let (file, line) = self.place(scan, finding);
        let title = if finding.title.trim().is_empty() { finding.id } else { finding.title };
        let message = match finding.package {
            Some(package) => self.bump.alloc_str(&format!("{}: {title}", package.name)),
            None => title,
        };
        findings::Finding {
            detail: Some(self.bump.alloc(self.detail(finding))),
            line,
            end_line: if line == finding.line { finding.end_line } else { 0 },
            disposition: finding.ruling.disposition,
            ..findings::Finding::new(rule, file, finding.counted_severity(), message)
        }
    }

    /// Where the package is to be mended, else where it was found.
    fn place(&mut self, scan: &Scan<'g>, finding: &Finding<'g>) -> (Option<&'g File<'g>>, u32) {
        let (file, line) = match self.places.and_then(|places| places.find(finding)) {
            Some((path, line)) => (File { path, inside: true }, line),
            None if finding.path.is_empty() => return (None, 0),
            None => (File { path: finding.path, inside: is_inside(scan, finding.path) }, finding.line),
        };
        (Some(*self.files.entry(file).or_insert_with(|| self.bump.alloc(file))), line)
    }

    fn detail(&self, finding: &Finding<'g>) -> Detail<'g> {
        let fixed = || format!("fixed in {}", finding.fixed_version);
        let help = match finding.advice {
            Some(advice) => Some(advice),
            None => finding.is_fixable().then(|| &*self.bump.alloc_str(&fixed())),
        };
        let package = finding.package.map(|package| {
            &*self.bump.alloc(Package {
                name: package.name,
                version: package.version,
                fixed: finding.fixed_version,
                purl: package.purl,
                ecosystem: finding.target.ecosystem,
                layer: finding.layer.map_or("", |layer: &Layer<'_>| layer.diff_id),
            })
        });
        Detail {
            help,
            suppressed: finding.suppressed.map(words_of),
            package,
            decided_by: known(finding.ruling.by),
            kind: Some(finding.kind.as_str()),
            origin: finding.origin.map(super::words::origin),
            news: finding.news.map(super::words::news),
            ..Detail::default()
        }
    }
}

/// The most that is said of why a scanner was told to suppress something.
fn words_of<'g>(suppressed: &Suppressed<'g>) -> &'g str {
    known(suppressed.statement).unwrap_or(suppressed.status)
}

/// Whether the path is one of the repository: an image has other files, but what was scanned may be the work tree.
fn is_inside(scan: &Scan<'_>, path: &str) -> bool {
    let is_plain = !path.starts_with('/') && !path.split('/').any(|segment| segment == "..");
    is_plain && matches!(scan.artifact_type, "filesystem" | "repository")
}
