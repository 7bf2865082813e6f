//! For a pull-request comment or a step summary. No HTML: Bitbucket shows it as text. Never longer than it may be.

use std::io::{self, Write};

use super::Options;
use super::summary::{
    by_readable_tool, further_reasons, headline, input_kind, left_out, not_blocking, number, place, shown, source_link,
    tool_and_rule, web_link,
};
use crate::escape;
use crate::model::{Disposition, Finding, Gate, Report, most_important};

/// What Bitbucket takes as a comment.
const COMMENT_CHARS: usize = 32_768;

/// A message, reason or problem longer than this is for the report.
const TEXT_CHARS: usize = 300;

/// So many reasons and problems are read; more are counted.
const LIST_ITEMS: usize = 10;

pub(super) fn write(gate: &Gate<'_>, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let room = options.max_chars.unwrap_or(COMMENT_CHARS);
    // The table of findings takes what the rest leaves.
    let end = Some(end(gate, options)).filter(|end| end.chars().count() <= room).unwrap_or_default();
    let mut page = Page { text: String::new(), left: room - end.chars().count() };
    page.verdict(gate);
    page.details(gate);
    page.findings(gate, options);
    out.write_all(page.text.as_bytes())?;
    out.write_all(end.as_bytes())
}

struct Page {
    text: String,
    /// Characters that may still be added.
    left: usize,
}

impl Page {
    /// Adds `line` when it fits whole: a line cut in two would be markup that means something else.
    fn line(&mut self, line: &str) -> bool {
        let Some(left) = self.left.checked_sub(line.chars().count() + 1) else { return false };
        self.left = left;
        self.text.push_str(line);
        self.text.push('\n');
        true
    }

    fn verdict(&mut self, gate: &Gate<'_>) {
        self.line(&format!("**{}**", plain(&headline(gate))));
        self.line("");
    }

    /// What else there is to the verdict: each report that cannot be relied on, and the other reasons.
    fn details(&mut self, gate: &Gate<'_>) {
        let problems = |report: &Report<'_>| {
            let kind = plain(&input_kind(report));
            format!("{} ({kind}) is **incomplete**: {}", code(&report.source), plain(&report.problems.join("; ")))
        };
        let incomplete = gate.reports.iter().filter(|report| !report.is_complete()).map(problems);
        // One list: two with nothing but an empty line between them are one to Markdown.
        self.list(incomplete.chain(further_reasons(gate).iter().map(|reason| plain(reason))));
    }

    fn list(&mut self, items: impl Iterator<Item = String>) {
        let items: Vec<_> = items.collect();
        for item in items.iter().take(LIST_ITEMS) {
            self.line(&format!("- {item}"));
        }
        if let Some(more) = items.len().checked_sub(LIST_ITEMS).filter(|more| *more > 0) {
            self.line(&format!("- and {} more", number(more as u64)));
        }
        if !items.is_empty() {
            self.line("");
        }
    }

    /// What is new: a row for each finding that is not muted, what blocks first.
    fn findings(&mut self, gate: &Gate<'_>, options: &Options<'_>) {
        let all = shown(gate).count();
        let most = most_important(shown(gate), options.max_findings.unwrap_or(25));
        if most.is_empty() || !self.line("| Severity | Where | What | Rule |\n|---|---|---|---|") {
            return;
        }
        // Room for the line that says how many are left out.
        let reserve = self.left.min(200);
        self.left -= reserve;
        let written = most.iter().take_while(|finding| self.line(&row(finding, options))).count();
        self.left += reserve;
        self.line("");
        if let Some(words) = left_out(all, written, options) {
            self.line(&plain(&words));
            self.line("");
        }
    }
}

/// Totals and what else is known, in as many characters as there are tools.
fn end(gate: &Gate<'_>, options: &Options<'_>) -> String {
    let mut out = String::new();
    for (n, (tool, totals)) in by_readable_tool(gate).into_iter().take(LIST_ITEMS).enumerate() {
        if n == 0 {
            out.push_str("| Tool | Findings | Blocking | Reported | Muted |\n|---|---:|---:|---:|---:|\n");
        }
        let [findings, blocking, reported, muted] =
            [totals.findings, totals.blocking, totals.reported, totals.muted].map(number);
        out.push_str(&format!("| {} | {findings} | {blocking} | {reported} | {muted} |\n", plain(tool)));
    }
    for words in [not_blocking(gate), options.subject.map(str::to_owned)].iter().flatten() {
        out.push_str(&format!("\n{}\n", plain(words)));
    }
    out
}

fn row(finding: &Finding<'_>, options: &Options<'_>) -> String {
    let severity = match finding.disposition {
        Disposition::Blocking => format!("**{}**", finding.severity),
        _ => finding.severity.to_string(),
    };
    let place = linked(code(&place(finding)), source_link(finding, options).as_deref());
    let rule = linked(code(&tool_and_rule(finding)), web_link(finding.rule.link));
    let times = if finding.count > 1 { format!(" ({} times)", number(finding.count.into())) } else { String::new() };
    format!("| {severity} | {place} | {}{times} | {rule} |", plain(finding.message))
}

fn linked(text: String, link: Option<&str>) -> String {
    match link.filter(|link| !text.is_empty() && !link.contains(['(', ')', '*', '_', '|'])) {
        Some(link) => format!("[{text}]({link})"),
        None => text,
    }
}

fn plain(text: &str) -> String {
    escape::markdown(&escape::cut(text, TEXT_CHARS))
}

fn code(text: &str) -> String {
    escape::markdown_code(&escape::cut(text, TEXT_CHARS))
}
