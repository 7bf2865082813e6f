//! For a pull-request comment or a step summary. No HTML: Bitbucket shows it as text. Never longer than it may be.

use std::io::{self, Write};

use super::Options;
use super::summary::{
    by_readable_tool, further_reasons, headline, input_kind, left_out, link_of, not_blocking, number, place, shown,
    tool_and_rule, web_link,
};
use crate::escape;
use crate::model::{Disposition, Finding, Gate, Report, Verdict, most_important};

/// What Bitbucket takes as a comment.
pub const COMMENT_CHARS: usize = 32_768;

/// A page that is written line by line until it is full.
#[derive(Debug)]
pub struct Page {
    text: String,
    /// Characters that may still be added.
    left: usize,
    /// What is behind everything else.
    end: String,
}

impl Page {
    /// A page of at most `max_chars` characters. `end` is said in any case, behind everything else, unless it alone is
    /// too long.
    #[must_use]
    pub fn new(max_chars: usize, end: String) -> Self {
        let end = Some(end).filter(|end| end.chars().count() <= max_chars).unwrap_or_default();
        Self { text: String::new(), left: max_chars - end.chars().count(), end }
    }

    /// Adds `line`, which is Markdown, when it fits whole: a line cut in two would be markup that means something else.
    /// Gives whether it is there.
    pub fn line(&mut self, line: &str) -> bool {
        let Some(left) = self.left.checked_sub(line.chars().count() + 1) else { return false };
        self.left = left;
        self.text.push_str(line);
        self.text.push('\n');
        true
    }

    /// Adds the verdict of `program` with its first reason, and an empty line.
    pub fn verdict(&mut self, program: &str, verdict: &Verdict) {
        self.line(&format!("**{}**", plain(&headline(program, verdict))));
        self.line("");
    }

    /// Adds `items`, which are Markdown, and an empty line; nothing when there are none, and no more than are read.
    pub fn list(&mut self, items: impl Iterator<Item = String>) {
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

    /// Adds a table and an empty line: its `head` (names and alignments) and as many `rows` as there is room for, but for
    /// the line that says how many are left out. Gives how many rows are there; `None` when there is no table, for want
    /// of rows or of room.
    pub fn table(&mut self, head: &str, rows: impl Iterator<Item = String>) -> Option<usize> {
        let mut rows = rows.peekable();
        if rows.peek().is_none() || !self.line(head) {
            return None;
        }
        let reserve = self.left.min(200);
        self.left -= reserve;
        let written = rows.take_while(|row| self.line(row)).count();
        self.left += reserve;
        self.line("");
        Some(written)
    }

    /// The page as a whole.
    #[must_use]
    pub fn finish(self) -> String {
        self.text + &self.end
    }
}

/// Hostile text as Markdown, cut where nobody reads on.
#[must_use]
pub fn plain(text: &str) -> String {
    escape::markdown(&escape::cut(text, TEXT_CHARS))
}

/// A hostile name as a code span, cut where nobody reads on.
#[must_use]
pub fn code(text: &str) -> String {
    escape::markdown_code(&escape::cut(text, TEXT_CHARS))
}

/// `text`, which is Markdown, as a link; as it is when there is no link, or one that could be taken for markup. Whether
/// it leads to the web is for [`super::web_link`] to say.
#[must_use]
pub fn linked(text: String, link: Option<&str>) -> String {
    match link.filter(|link| !text.is_empty() && !link.contains(['(', ')', '*', '_', '|'])) {
        Some(link) => format!("[{text}]({link})"),
        None => text,
    }
}

/// `gate` as a page: the verdict, what is new, the totals.
#[must_use]
pub fn of_gate(gate: &Gate<'_>, options: &Options<'_>) -> String {
    // The table of findings takes what the rest leaves.
    let mut page = Page::new(options.max_chars.unwrap_or(COMMENT_CHARS), end(gate, options));
    page.verdict(gate.program, &gate.verdict);
    details(gate, &mut page);
    findings(gate, options, &mut page);
    page.finish()
}

pub(super) fn write(gate: &Gate<'_>, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(of_gate(gate, options).as_bytes())
}

/// A message, reason or problem longer than this is for the report.
const TEXT_CHARS: usize = 300;

/// So many reasons and problems are read; more are counted.
const LIST_ITEMS: usize = 10;

/// What else there is to the verdict: each report that cannot be relied on, and the other reasons.
fn details(gate: &Gate<'_>, page: &mut Page) {
    let problems = |report: &Report<'_>| {
        let kind = plain(&input_kind(report));
        format!("{} ({kind}) is **incomplete**: {}", code(&report.source), plain(&report.problems.join("; ")))
    };
    let incomplete = gate.reports.iter().filter(|report| !report.is_complete()).map(problems);
    // One list: two with nothing but an empty line between them are one to Markdown.
    page.list(incomplete.chain(further_reasons(&gate.verdict).iter().map(|reason| plain(reason))));
}

/// What is new: a row for each finding that is not muted, what blocks first.
fn findings(gate: &Gate<'_>, options: &Options<'_>, page: &mut Page) {
    let most = most_important(shown(gate), options.max_findings.unwrap_or(25));
    let rows = most.iter().map(|finding| row(finding, options));
    let Some(written) = page.table("| Severity | Where | What | Rule |\n|---|---|---|---|", rows) else { return };
    if let Some(words) = left_out(shown(gate).count(), written, options) {
        page.line(&plain(&words));
        page.line("");
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
    let place = linked(code(&place(finding)), link_of(finding, options).as_deref());
    let rule = linked(code(&tool_and_rule(finding)), web_link(finding.rule.link));
    let times = if finding.count > 1 { format!(" ({} times)", number(finding.count.into())) } else { String::new() };
    format!("| {severity} | {place} | {}{times} | {rule} |", plain(finding.message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_page_keeps_its_end_and_leaves_out_whole_lines() {
        let mut page = Page::new(300, "the end\n".to_owned());
        assert!(page.line("first"));
        let written = page.table("| Test |\n|---|", (0..100).map(|n| format!("| test {n} |")));
        assert_eq!(written, Some(6), "there is room for a line behind the table");
        assert!(page.line(&"x".repeat(199)) && !page.line("no room"));
        assert_eq!(page.table("| Test |\n|---|", std::iter::empty()), None);
        let text = page.finish();
        assert!(text.chars().count() <= 300 && text.ends_with("x\nthe end\n"), "{text}");
    }

    #[test]
    fn an_end_that_is_too_long_is_left_out() {
        let mut page = Page::new(10, "e".repeat(11));
        assert!(page.line("only this"));
        assert_eq!(page.finish(), "only this\n");
    }
}
