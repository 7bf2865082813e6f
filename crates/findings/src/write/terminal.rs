//! For a person in front of a terminal or a log: the verdict first, then what blocks, then where to read on.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::Options;
use super::summary::{
    by_file, by_readable_tool, further_reasons, headline, input_kind, left_out, not_blocking, number, tool_and_rule,
};
use crate::escape;
use crate::model::{Disposition, Finding, Gate, Outcome, Report, Severity, Totals, most_important};

/// A message longer than this is for the report, not for a log.
const MESSAGE_CHARS: usize = 400;

/// So many reasons, problems and notes are read; more are counted.
const LIST_ITEMS: usize = 20;

const DIM: Style = Style::new().dimmed();

pub(super) fn write(gate: &Gate<'_>, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { out, options };
    page.verdict(gate)?;
    page.incomplete(gate)?;
    page.blocking(gate)?;
    page.totals(gate)?;
    page.notes(gate)?;
    page.reports()
}

struct Page<'p> {
    out: &'p mut dyn Write,
    options: &'p Options<'p>,
}

impl Page<'_> {
    fn verdict(&mut self, gate: &Gate<'_>) -> io::Result<()> {
        let style = match gate.verdict.outcome {
            Outcome::Pass => AnsiColor::Green.on_default().bold(),
            Outcome::Fail | Outcome::Incomplete => AnsiColor::Red.on_default().bold(),
        };
        self.line(style, &one_line(&headline(gate)))?;
        self.list("  - ", further_reasons(gate))
    }

    fn incomplete(&mut self, gate: &Gate<'_>) -> io::Result<()> {
        let incomplete: Vec<_> = gate.reports.iter().filter(|report| !report.is_complete()).collect();
        for report in incomplete.iter().take(LIST_ITEMS) {
            let input = format!("INCOMPLETE {} ({})", report.source, input_kind(report));
            writeln!(self.out)?;
            self.line(AnsiColor::Red.on_default().bold(), &one_line(&input))?;
            self.list("  ", &report.problems)?;
        }
        self.more("INCOMPLETE: ", incomplete.len())
    }

    fn blocking(&mut self, gate: &Gate<'_>) -> io::Result<()> {
        let most = self.options.max_findings.unwrap_or(50);
        let blocking = || gate.findings().filter(|finding| finding.disposition == Disposition::Blocking);
        for (path, mut findings) in by_file(most_important(blocking(), most)) {
            writeln!(self.out)?;
            self.line(Style::new().underline(), &one_line(if path.is_empty() { "(no file)" } else { path }))?;
            findings.sort_by_key(|finding| (finding.line, finding.column));
            self.table(&findings)?;
        }
        let rest = [left_out(blocking().count(), most, self.options), not_blocking(gate)];
        for words in rest.into_iter().flatten() {
            writeln!(self.out)?;
            self.list("", &[words])?;
        }
        Ok(())
    }

    /// The findings of one file: line and column, severity, message, rule.
    fn table(&mut self, findings: &[&Finding<'_>]) -> io::Result<()> {
        let width = findings.iter().map(|finding| line_and_column(finding).len()).max().unwrap_or(0);
        let indent = width + 14;
        for finding in findings {
            write!(self.out, "  {:>width$}  ", line_and_column(finding))?;
            self.styled(severity_style(finding.severity), &format!("{:<8}", finding.severity))?;
            let message = message(finding);
            let lines = wrap(&message, self.room(indent));
            write!(self.out, "  {}", lines.join(&format!("\n{:indent$}", "")))?;
            let rule = one_line(&tool_and_rule(finding));
            let used = lines.last().map_or(0, |line| line.chars().count());
            if used + 2 + rule.chars().count() > self.room(indent) {
                write!(self.out, "\n{:width$}", "", width = indent - 2)?;
            }
            self.line(DIM, &format!("  {rule}"))?;
        }
        Ok(())
    }

    fn totals(&mut self, gate: &Gate<'_>) -> io::Result<()> {
        let tools = by_readable_tool(gate);
        if tools.is_empty() {
            return Ok(());
        }
        let mut rows = vec![["tool", "findings", "blocking", "reported", "muted"].map(str::to_owned)];
        rows.extend(tools.iter().map(|(tool, totals)| row(&escape::cut(&escape::terminal(tool), 40), totals)));
        if tools.len() > 1 {
            rows.push(row("all", &gate.totals()));
        }
        let widths: [usize; 5] =
            std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
        writeln!(self.out)?;
        for (n, [tool, numbers @ ..]) in rows.iter().enumerate() {
            let mut line = format!("{tool:<0$}", widths[0]);
            for (number, width) in numbers.iter().zip(&widths[1..]) {
                line.push_str(&format!("  {number:>width$}"));
            }
            self.line(if n == 0 { DIM } else { Style::new() }, &line)?;
        }
        Ok(())
    }

    fn notes(&mut self, gate: &Gate<'_>) -> io::Result<()> {
        let of = |report: &Report<'_>| -> Vec<String> {
            report.notes.iter().map(|note| format!("{}: {note}", report.source)).collect()
        };
        let notes: Vec<_> = gate.reports.iter().flat_map(of).collect();
        if !notes.is_empty() {
            writeln!(self.out)?;
        }
        self.list("note: ", &notes)
    }

    fn reports(&mut self) -> io::Result<()> {
        if self.options.reports.is_empty() {
            return Ok(());
        }
        let width = self.options.reports.iter().map(|(output, _)| output.as_str().len()).max().unwrap_or(0);
        writeln!(self.out, "\nreports")?;
        for (output, path) in self.options.reports {
            writeln!(self.out, "  {:<width$}  {}", output.as_str(), escape::terminal(path))?;
        }
        Ok(())
    }

    /// Hostile `texts` in a list.
    fn list(&mut self, lead: &str, texts: &[String]) -> io::Result<()> {
        for text in texts.iter().take(LIST_ITEMS) {
            let text = one_line(text);
            let indent = lead.len();
            for (n, line) in wrap(&text, self.room(indent)).iter().enumerate() {
                writeln!(self.out, "{:<indent$}{line}", if n == 0 { lead } else { "" })?;
            }
        }
        self.more(lead, texts.len())
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
        self.options.width.map_or(usize::MAX / 2, |columns| columns.saturating_sub(indent).max(30))
    }

    fn line(&mut self, style: Style, text: &str) -> io::Result<()> {
        self.styled(style, text)?;
        writeln!(self.out)
    }

    fn styled(&mut self, style: Style, text: &str) -> io::Result<()> {
        let style = if self.options.colour { style } else { Style::new() };
        write!(self.out, "{style}{text}{style:#}")
    }
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

/// Hostile text of any length.
fn one_line(text: &str) -> String {
    escape::terminal(&escape::cut(text.trim(), MESSAGE_CHARS)).into_owned()
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
