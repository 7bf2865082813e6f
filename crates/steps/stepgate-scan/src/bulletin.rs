//! What a gate over images leaves on Bitbucket: a security report, a build status and a comment.
//!
//! Names and titles are handed on as they are: [`step::publish`] makes them harmless. Here they are only cut, so that
//! none of them takes the room of the others.

use std::borrow::Cow;

use findings::judge::LineMap;
use findings::words::{count, number};
use findings::{Disposition, File, Outcome, Severity, escape};
use image_scan::model::Gate;
use image_scan::{Finding, Scan};
use step::publish::{Bulletin, COMMENT_CHARS, DataValue, Insight, Note, ReportType, Target, gravest_first};

use crate::lockfile::Places;
use crate::write::words::{self, Totals, is_muted, known};
use crate::write::{self, Options};

#[cfg(test)]
mod tests;

/// What there is to say of `gate`. `places` are those of packages in the work tree, and `lines` leads from it back to
/// the commit that annotations are posted on; without it they are the same.
#[must_use]
pub(crate) fn bulletin(
    gate: &Gate<'_>,
    places: Option<&Places<'_>>,
    lines: Option<&LineMap>,
    target: &Target,
) -> Bulletin<'static> {
    let outcome = gate.verdict.outcome;
    let source = target.source();
    let rest = Some("in the reports of the commit (Code Insights)");
    let options = Options { max_chars: Some(COMMENT_CHARS), source: Some(&source), rest, places, ..Options::default() };
    Bulletin {
        program: PROGRAM,
        outcome,
        reason: gate.verdict.reasons.first().map_or(outcome.as_str(), String::as_str).to_owned(),
        comment: write::markdown_body(gate, &options),
        insights: vec![insight(gate, places, lines, target)],
    }
}

/// The key of the build status and the mark of the comment: the same whatever a gate says of itself.
const PROGRAM: &str = "stepgate-scan";

fn insight(gate: &Gate<'_>, places: Option<&Places<'_>>, lines: Option<&LineMap>, target: &Target) -> Insight {
    let totals = Totals::of_all(gate);
    let mut insight = Insight::new(PROGRAM, gate.version, None, ReportType::Security, target);
    insight.passed = gate.verdict.outcome == Outcome::Pass;
    let said: Vec<_> =
        gate.findings().filter(|finding| !is_muted(finding)).map(|f| Said::of(f, gate, places)).collect();
    let problem = |scan: &Scan<'_>| Some(format!("{}: {}", scan.source, scan.problems.first()?));
    let texts = gate.verdict.reasons.iter().cloned().chain(gate.scans.iter().filter_map(problem));
    let texts = texts.chain(words::compared_line(gate));
    let blocking = gate.findings().filter(|finding| finding.ruling.disposition == Disposition::Blocking);
    let blocking = words::most_important(blocking, LINES).into_iter().map(headline);
    insight.details = lines_of(texts.chain(blocking).chain(words::warnings(gate)));
    insight.details.push(summary(&totals));
    insight.data = numbers(gate, &totals);
    // What stands nowhere in the repository is told in the details, and in the comment.
    let mut notes: Vec<_> = said.iter().filter(|said| said.file.is_some()).map(Said::note).collect();
    gravest_first(&mut notes);
    insight.annotate(notes.into_iter(), lines);
    insight
}

/// More lines than this have no room in the details of a report.
const LINES: usize = 100;

/// `curl 7.88.1: CVE-2099-1 (critical): title: fixed in 7.88.2`
fn headline(finding: &Finding<'_>) -> String {
    let fixed = if finding.is_fixable() { format!(": fixed in {}", finding.fixed_version) } else { String::new() };
    let (subject, severity) = (words::subject(finding), words::severity(finding));
    format!("{subject}: {} ({severity}): {}{fixed}", finding.id, finding.title)
}

/// The texts that fit into the details of a report beside what is always said, each in a line of its own, and how many
/// do not.
fn lines_of(texts: impl Iterator<Item = String>) -> Vec<String> {
    const CHARS: usize = 1_600;
    const LINE_CHARS: usize = 300;
    let (mut lines, mut chars, mut more) = (Vec::new(), 0, 0_u64);
    for text in texts.filter(|text| !text.trim().is_empty()) {
        let line = escape::cut(text.trim(), LINE_CHARS).into_owned();
        chars += line.chars().count() + 1;
        // What does not fit ends the list: what comes after it is less grave.
        if more > 0 || chars > CHARS {
            more += 1;
        } else {
            lines.push(line);
        }
    }
    if more > 0 {
        lines.push(format!("and {} more", number(more)));
    }
    lines
}

/// `12 findings: 2 blocking, 9 reported, 1 muted`
fn summary(totals: &Totals) -> String {
    let Totals { findings, blocking, reported, muted, .. } = *totals;
    let [blocking, reported, muted] = [blocking, reported, muted].map(number);
    format!("{}: {blocking} blocking, {reported} reported, {muted} muted", count(findings, "finding"))
}

/// At most ten fields, what matters most first.
fn numbers(gate: &Gate<'_>, totals: &Totals) -> Vec<(&'static str, DataValue)> {
    let of = |severity: Severity| totals.by_severity[severity as usize];
    let mut data = vec![("Verdict", DataValue::Text(gate.verdict.outcome.as_str().to_owned()))];
    let counts = [
        ("Blocking", totals.blocking),
        ("Warnings", totals.warns),
        ("Muted", totals.muted),
        ("Critical", of(Severity::Critical)),
        ("High", of(Severity::High)),
        ("Medium", of(Severity::Medium)),
        ("Low", of(Severity::Low)),
    ];
    data.extend(counts.map(|(label, count)| (label, DataValue::Count(count))));
    if gate.compared {
        data.push(("Fixed", DataValue::Count(gate.fixed.len() as u64)));
    }
    data.push(("Images", DataValue::Count(gate.scans.len() as u64)));
    data
}

/// A finding, where it stands in the repository, and what is said of it.
struct Said<'g> {
    finding: &'g Finding<'g>,
    file: Option<File<'g>>,
    line: u32,
    message: String,
}

impl<'g> Said<'g> {
    /// The message is cut, so that the id behind it stays.
    fn of(finding: &'g Finding<'g>, gate: &'g Gate<'g>, places: Option<&'g Places<'g>>) -> Self {
        const MESSAGE_CHARS: usize = 300;
        let place = places.and_then(|places| places.find(finding)).or_else(|| own_place(finding, gate));
        let (file, line) = place.map_or((None, 0), |(path, line)| (Some(File { path, inside: true }), line));
        // The version is not part of it: the annotation is the same when the package moves and the fault stays.
        let message = match finding.package {
            Some(package) => format!("{}: {}", package.name, finding.title),
            None => finding.title.to_owned(),
        };
        Self { finding, file, line, message: escape::cut(message.trim(), MESSAGE_CHARS).into_owned() }
    }

    fn note(&self) -> Note<'_> {
        let finding = self.finding;
        let package = finding.package.map(|package| format!("{} {} is installed", package.name, package.version));
        let facts = known(&words::facts(finding).join(", ")).map(str::to_owned);
        let advice = finding.advice.map(str::to_owned);
        let by = known(finding.ruling.by).map(|by| format!("{} by {by}", words::state(finding)));
        Note {
            file: self.file,
            line: self.line,
            name: finding.id,
            message: &self.message,
            details: [package, facts, advice, by].into_iter().flatten().map(Cow::Owned).collect(),
            severity: finding.counted_severity(),
            disposition: finding.ruling.disposition,
            link: finding.link,
        }
    }
}

/// The place of a finding in the work tree, where that was scanned.
fn own_place<'g>(finding: &'g Finding<'_>, gate: &Gate<'_>) -> Option<(&'g str, u32)> {
    let is_tree = gate.scans.iter().all(|scan| matches!(scan.artifact_type, "filesystem" | "repository"));
    let is_plain = !finding.path.starts_with('/') && !finding.path.split('/').any(|segment| segment == "..");
    (is_tree && is_plain && !finding.path.is_empty()).then_some((finding.path, finding.line))
}
