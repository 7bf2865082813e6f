//! For a person in front of a terminal or a log: the verdict first, then what blocks, then where to read on.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::Options;
use super::summary::{
    by_file, by_readable_tool, further_reasons, headline, input_kind, left_out, not_blocking, number, tool_and_rule,
};
use crate::escape;
use crate::model::{Disposition, Finding, Gate, Outcome, Report, Severity, Totals, Verdict, most_important};

/// A screen that is written from top to bottom. Every method fails only when it cannot be written to.
pub struct Page<'p> {
    out: &'p mut dyn Write,
    width: Option<usize>,
    colour: bool,
}

/// What is of less interest.
pub const DIM: Style = Style::new().dimmed();

impl<'p> Page<'p> {
    /// A screen of `width` columns; `None`: as wide as it takes.
    #[must_use]
    pub fn new(out: &'p mut dyn Write, width: Option<usize>, colour: bool) -> Self {
        Self { out, width, colour }
    }

    /// The verdict of `program` with its reasons.
    ///
    /// # Errors
    ///
    /// When the screen cannot be written to.
    pub fn verdict(&mut self, program: &str, verdict: &Verdict) -> io::Result<()> {
        let style = match verdict.outcome {
            Outcome::Pass => AnsiColor::Green.on_default().bold(),
            Outcome::Fail | Outcome::Incomplete => AnsiColor::Red.on_default().bold(),
        };
        self.line(style, &one_line(&headline(program, verdict)))?;
        self.list("  - ", further_reasons(verdict))
    }

    /// The inputs that cannot be relied on, each with its problems.
    ///
    /// # Errors
    ///
    /// When the screen cannot be written to.
    pub fn incomplete(&mut self, inputs: &[(String, &[String])]) -> io::Result<()> {
        for (input, problems) in inputs.iter().take(LIST_ITEMS) {
            self.blank()?;
            self.line(AnsiColor::Red.on_default().bold(), &one_line(&format!("INCOMPLETE {input}")))?;
            self.list("  ", problems)?;
        }
        self.more("INCOMPLETE: ", inputs.len())
    }

    /// An empty line.
    ///
    /// # Errors
    ///
    /// When the screen cannot be written to.
    pub fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// A line of text that is harmless already (see [`one_line`]).
    ///
    /// # Errors
    ///
    /// When the screen cannot be written to.
    pub fn line(&mut self, style: Style, text: &str) -> io::Result<()> {
        self.styled(style, text)?;
        self.blank()
    }

    /// Hostile `texts` in a list, each behind `lead`, no more than are read.
    ///
    /// # Errors
    ///
    /// When the screen cannot be written to.
    pub fn list(&mut self, lead: &str, texts: &[String]) -> io::Result<()> {
        for text in texts.iter().take(LIST_ITEMS) {
            self.item(Style::new(), lead, text)?;
        }
        self.more(lead, texts.len())
    }

    /// Hostile `text` behind `lead`, which is harmless already and has a style of its own.
    ///
    /// # Errors
    ///
    /// When the screen cannot be written to.
    pub fn item(&mut self, style: Style, lead: &str, text: &str) -> io::Result<()> {
        let text = one_line(text);
        let indent = lead.chars().count();
        for (n, line) in wrap(&text, self.room(indent)).iter().enumerate() {
            match n {
                0 => self.styled(style, lead)?,
                _ => write!(self.out, "{:indent$}", "")?,
            }
            writeln!(self.out, "{line}")?;
        }
        Ok(())
    }

    /// A table of names and numbers that are harmless already: names to the left, numbers to the right; the first row
    /// is the heading.
    ///
    /// # Errors
    ///
    /// When the screen cannot be written to.
    pub fn table<const COLUMNS: usize>(&mut self, rows: &[[String; COLUMNS]]) -> io::Result<()> {
        let widths: [usize; COLUMNS] =
            std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
        for (n, row) in rows.iter().enumerate() {
            let mut line = String::new();
            for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
                line.push_str(&if column == 0 { format!("{cell:<width$}") } else { format!("  {cell:>width$}") });
            }
            self.line(if n == 0 { DIM } else { Style::new() }, &line)?;
        }
        Ok(())
    }

    /// Where the reports of this run are: format and path. Nothing when there are none.
    ///
    /// # Errors
    ///
    /// When the screen cannot be written to.
    pub fn reports(&mut self, reports: &[(&str, &str)]) -> io::Result<()> {
        if reports.is_empty() {
            return Ok(());
        }
        let width = reports.iter().map(|(format, _)| format.len()).max().unwrap_or(0);
        writeln!(self.out, "\nreports")?;
        for (format, path) in reports {
            writeln!(self.out, "  {format:<width$}  {}", escape::terminal(path))?;
        }
        Ok(())
    }

    /// Says how many of `all` were too many for a list.
    fn more(&mut self, lead: &str, all: usize) -> io::Result<()> {
        match all.checked_sub(LIST_ITEMS) {
            None | Some(0) => Ok(()),
            Some(more) => writeln!(self.out, "{lead}and {} more", number(more as u64)),
        }
    }

    /// How many columns are left of the terminal behind `indent`.
    fn room(&self, indent: usize) -> usize {
        self.width.map_or(usize::MAX / 2, |columns| columns.saturating_sub(indent).max(30))
    }

    fn styled(&mut self, style: Style, text: &str) -> io::Result<()> {
        let style = if self.colour { style } else { Style::new() };
        write!(self.out, "{style}{text}{style:#}")
    }
}

/// Hostile text of any length in a line, cut where nobody reads on.
#[must_use]
pub fn one_line(text: &str) -> String {
    escape::terminal(&escape::cut(text.trim(), MESSAGE_CHARS)).into_owned()
}

pub(super) fn write(gate: &Gate<'_>, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, options.width, options.colour);
    page.verdict(gate.program, &gate.verdict)?;
    incomplete(gate, &mut page)?;
    blocking(gate, options, &mut page)?;
    totals(gate, &mut page)?;
    notes(gate, &mut page)?;
    let reports: Vec<_> = options.reports.iter().map(|(output, path)| (output.as_str(), *path)).collect();
    page.reports(&reports)
}

/// A message longer than this is for the report, not for a log.
const MESSAGE_CHARS: usize = 400;

/// So many reasons, problems and notes are read; more are counted.
const LIST_ITEMS: usize = 20;

fn incomplete(gate: &Gate<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let incomplete = gate.reports.iter().filter(|report| !report.is_complete());
    let inputs: Vec<_> = incomplete
        .map(|report| (format!("{} ({})", report.source, input_kind(report)), report.problems.as_slice()))
        .collect();
    page.incomplete(&inputs)
}

fn blocking(gate: &Gate<'_>, options: &Options<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let most = options.max_findings.unwrap_or(50);
    let blocking = || gate.findings().filter(|finding| finding.disposition == Disposition::Blocking);
    for (path, mut findings) in by_file(most_important(blocking(), most)) {
        page.blank()?;
        page.line(Style::new().underline(), &one_line(if path.is_empty() { "(no file)" } else { path }))?;
        findings.sort_by_key(|finding| (finding.line, finding.column));
        file(&findings, page)?;
    }
    let rest = [left_out(blocking().count(), most, options), not_blocking(gate)];
    for words in rest.into_iter().flatten() {
        page.blank()?;
        page.list("", &[words])?;
    }
    Ok(())
}

/// The findings of one file: line and column, severity, message, rule.
fn file(findings: &[&Finding<'_>], page: &mut Page<'_>) -> io::Result<()> {
    let width = findings.iter().map(|finding| line_and_column(finding).len()).max().unwrap_or(0);
    let indent = width + 14;
    for finding in findings {
        write!(page.out, "  {:>width$}  ", line_and_column(finding))?;
        page.styled(severity_style(finding.severity), &format!("{:<8}", finding.severity))?;
        let message = message(finding);
        let lines = wrap(&message, page.room(indent));
        write!(page.out, "  {}", lines.join(&format!("\n{:indent$}", "")))?;
        let rule = one_line(&tool_and_rule(finding));
        let used = lines.last().map_or(0, |line| line.chars().count());
        if used + 2 + rule.chars().count() > page.room(indent) {
            write!(page.out, "\n{:width$}", "", width = indent - 2)?;
        }
        page.line(DIM, &format!("  {rule}"))?;
    }
    Ok(())
}

fn totals(gate: &Gate<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let tools = by_readable_tool(gate);
    if tools.is_empty() {
        return Ok(());
    }
    let mut rows = vec![["tool", "findings", "blocking", "reported", "muted"].map(str::to_owned)];
    rows.extend(tools.iter().map(|(tool, totals)| row(&escape::cut(&escape::terminal(tool), 40), totals)));
    if tools.len() > 1 {
        rows.push(row("all", &gate.totals()));
    }
    page.blank()?;
    page.table(&rows)
}

fn notes(gate: &Gate<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let of = |report: &Report<'_>| -> Vec<String> {
        report.notes.iter().map(|note| format!("{}: {note}", report.source)).collect()
    };
    let notes: Vec<_> = gate.reports.iter().flat_map(of).collect();
    if !notes.is_empty() {
        page.blank()?;
    }
    page.list("note: ", &notes)
}

fn line_and_column(finding: &Finding<'_>) -> String {
    match (finding.line, finding.column) {
        (0, _) => String::new(),
        (line, 0) => line.to_string(),
        (line, column) => format!("{line}:{column}"),
    }
}

fn message(finding: &Finding<'_>) -> String {
    match finding.count {
        1 => one_line(finding.message),
        count => format!("{} ({} times)", one_line(finding.message), number(count.into())),
    }
}

fn row(tool: &str, totals: &Totals) -> [String; 5] {
    let Totals { findings, blocking, reported, muted, .. } = *totals;
    let [findings, blocking, reported, muted] = [findings, blocking, reported, muted].map(number);
    [tool.to_owned(), findings, blocking, reported, muted]
}

fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::Red.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low => AnsiColor::Cyan.on_default(),
        Severity::Info => DIM,
    }
}

/// `text` in lines of at most `room` characters, broken at spaces; a word that is longer stays whole.
fn wrap(text: &str, room: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some((overflow, _)) = rest.char_indices().nth(room) {
        let fits = rest[overflow..].starts_with(' ').then_some(overflow);
        let at = fits.or_else(|| rest[..overflow].rfind(' ')).or_else(|| rest.find(' '));
        let Some(at) = at.filter(|at| *at > 0) else { break };
        lines.push(rest[..at].trim_end());
        rest = rest[at..].trim_start();
    }
    lines.push(rest);
    lines
}
