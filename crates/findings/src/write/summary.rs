//! What more than one writer says.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{Options, Output};
use crate::model::{Disposition, Finding, Gate, Muted, Outcome, Report, Totals, Verdict};
pub(super) use crate::words::number;

/// The verdict of `program` in a line: the outcome, who says so, and the first reason. Not yet escaped.
#[must_use]
pub fn headline(program: &str, verdict: &Verdict) -> String {
    let outcome = verdict.outcome.as_str().to_uppercase();
    format!("{outcome} {program}: {}", first_reason(verdict))
}

/// The most important reason. Not yet escaped.
pub(super) fn first_reason(verdict: &Verdict) -> &str {
    match (verdict.reasons.first(), verdict.outcome) {
        (Some(reason), _) => reason,
        (None, Outcome::Pass) => "nothing blocks",
        (None, Outcome::Fail) => "the gate says no",
        (None, Outcome::Incomplete) => "an input cannot be relied on",
    }
}

/// The reasons that the headline does not give.
pub(super) fn further_reasons(verdict: &Verdict) -> &[String] {
    verdict.reasons.get(1..).unwrap_or_default()
}

/// Counts tool by tool, in the order of the inputs.
pub(super) fn by_tool<'a>(gate: &Gate<'a>) -> Vec<(&'a str, Totals)> {
    let of = |tool: &str| Totals::of(runs(gate, tool).flat_map(|report| &report.findings));
    gate.tools().into_iter().map(|tool| (tool, of(tool))).collect()
}

/// Counts of the tools of which at least one report could be read.
pub(super) fn by_readable_tool<'a>(gate: &Gate<'a>) -> Vec<(&'a str, Totals)> {
    let mut tools = by_tool(gate);
    tools.retain(|(tool, _)| runs(gate, tool).any(|report| report.format.is_some()));
    tools
}

/// The reports of `tool`.
pub(super) fn runs<'g, 'a>(gate: &'g Gate<'a>, tool: &str) -> impl Iterator<Item = &'g Report<'a>> {
    gate.reports.iter().filter(move |report| report.tool == tool)
}

/// The findings that are not muted.
pub(super) fn shown<'g, 'a>(gate: &'g Gate<'a>) -> impl Iterator<Item = &'g Finding<'a>> {
    gate.findings().filter(|finding| !matches!(finding.disposition, Disposition::Muted(_)))
}

/// What does not block, in words: `2 reported, 1,204 muted (1,200 in the baseline, 4 outside the change)`. `None`
/// when there is nothing of the kind.
pub(super) fn not_blocking(gate: &Gate<'_>) -> Option<String> {
    let totals = gate.totals();
    let mut parts = Vec::new();
    if totals.reported > 0 {
        parts.push(format!("{} reported", number(totals.reported)));
    }
    if totals.muted > 0 {
        let reasons: Vec<_> = muted_by(gate)
            .into_iter()
            .map(|(reason, count)| format!("{} {}", number(count), muted_words(reason)))
            .collect();
        parts.push(format!("{} muted ({})", number(totals.muted), reasons.join(", ")));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn muted_by(gate: &Gate<'_>) -> BTreeMap<Muted, u64> {
    let mut counts = BTreeMap::new();
    for finding in gate.findings() {
        if let Disposition::Muted(reason) = finding.disposition {
            *counts.entry(reason).or_default() += u64::from(finding.count);
        }
    }
    counts
}

/// Why a finding is muted, to be read after a number or after "muted:".
pub(super) const fn muted_words(reason: Muted) -> &'static str {
    match reason {
        Muted::Baseline => "in the baseline",
        Muted::OutsideChange => "outside the change",
        Muted::Against => "in the earlier report too",
        Muted::Suppressed => "suppressed in the tool's report",
        Muted::Policy => "switched off by the policy",
        Muted::Exception => "accepted by an exception",
        Muted::Vex => "not applicable by a VEX statement",
    }
}

/// Tool and format of an input, as far as known: `phpcs, phpcs-json`.
pub(super) fn input_kind(report: &Report<'_>) -> String {
    match report.format {
        Some(format) if format.as_str().starts_with(report.tool) => format.as_str().to_owned(),
        Some(format) => format!("{}, {}", report.tool, format.as_str()),
        None => "cannot be read".to_owned(),
    }
}

/// Where the findings are that `most` left out: `+412 more in build/report.html`. `None` when none is.
pub(super) fn left_out(all: usize, most: usize, options: &Options<'_>) -> Option<String> {
    let more = number(all.checked_sub(most).filter(|more| *more > 0)? as u64);
    let whole = [Output::Html, Output::Json, Output::Sarif];
    let report = whole.iter().find_map(|wanted| options.reports.iter().find(|(output, _)| output == wanted));
    Some(match (report, options.rest) {
        (Some((_, path)), _) => format!("+{more} more in {path}"),
        (None, Some(rest)) => format!("+{more} more {rest}"),
        (None, None) => format!("+{more} more (--output html=report.html shows them)"),
    })
}

/// `findings` file by file, in the order in which the files first appear.
pub(super) fn by_file<'f, 'a>(findings: Vec<&'f Finding<'a>>) -> Vec<(&'a str, Vec<&'f Finding<'a>>)> {
    let mut places = FxHashMap::default();
    let mut files: Vec<(&str, Vec<&Finding<'_>>)> = Vec::new();
    for finding in findings {
        let path = finding.path();
        let place = *places.entry(path).or_insert(files.len());
        match files.get_mut(place) {
            Some((_, findings)) => findings.push(finding),
            None => files.push((path, vec![finding])),
        }
    }
    files
}

/// `path:line:column` as far as known. Not yet escaped.
pub(super) fn place(finding: &Finding<'_>) -> String {
    match (finding.line, finding.column) {
        (0, _) => finding.path().to_owned(),
        (line, 0) => format!("{}:{line}", finding.path()),
        (line, column) => format!("{}:{line}:{column}", finding.path()),
    }
}

/// Tool and rule, as people name it: `phpstan argument.type`. Not yet escaped.
pub(super) fn tool_and_rule(finding: &Finding<'_>) -> String {
    let rule = finding.rule;
    if rule.id.is_empty() { rule.tool.to_owned() } else { format!("{} {}", rule.tool, rule.id) }
}

/// The page of `finding` where its source can be looked at.
pub(super) fn link_of(finding: &Finding<'_>, options: &Options<'_>) -> Option<String> {
    let file = finding.file.filter(|file| file.inside)?;
    Some(source_link(options.source?, file.path, finding.line))
}

/// The page where `line` of `path` can be looked at, below [`Options::source`]; of line 0 the file. `path` is relative to
/// the root of the repository.
#[must_use]
pub fn source_link(source: &str, path: &str, line: u32) -> String {
    let mut link = format!("{}/{}", source.trim_end_matches('/'), percent_encoded(path));
    if line > 0 {
        link.push_str(&format!("#lines-{line}"));
    }
    link
}

/// `path` as the path of a URI (RFC 3986): everything but unreserved characters and `/` is encoded.
pub(super) fn percent_encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// `link` when it is a web address and nothing else.
#[must_use]
pub fn web_link(link: Option<&str>) -> Option<&str> {
    let is_web = |link: &&str| link.starts_with("https://") || link.starts_with("http://");
    let is_plain = |link: &&str| {
        link.bytes().all(|b| {
            b.is_ascii_graphic() && !matches!(b, b'"' | b'<' | b'>' | b'`' | b'\\' | b'^' | b'{' | b'|' | b'}')
        })
    };
    link.filter(is_web).filter(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_of_the_source_is_a_page_and_its_line() {
        let source = "https://bitbucket.org/acme/shop/src/4f3c2d1/";
        let base = "https://bitbucket.org/acme/shop/src/4f3c2d1/a%20b.php";
        assert_eq!(source_link(source, "a b.php", 0), base);
        assert_eq!(source_link(source, "a b.php", 7), format!("{base}#lines-7"));
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert_eq!(web_link(Some("https://phpstan.org/x?y#z")), Some("https://phpstan.org/x?y#z"));
        for hostile in ["javascript:alert(1)", "https://a b", "http://\"onload=", "data:text/html,x", "//evil.example"]
        {
            assert_eq!(web_link(Some(hostile)), None, "{hostile}");
        }
    }

    #[test]
    fn paths_are_encoded_byte_by_byte() {
        assert_eq!(percent_encoded("src/Über uns#1.php"), "src/%C3%9Cber%20uns%231.php");
    }
}
