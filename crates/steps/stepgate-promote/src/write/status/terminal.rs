//! For a person in front of a terminal or a log: how it stands in one line, then the matrix, then what wants attention.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use findings::escape;
use findings::write::terminal::{DIM, Page, one_line};
use jiff::Timestamp;
use promotion::Board;
use promotion::board::Cell;

use crate::write::words::{self, Counts, Marks};
use crate::write::{Context, Options};

pub(super) fn write(board: &Board, context: &Context, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, options.width, options.colour);
    let counts = Counts::of(board);
    let style = match counts {
        Counts { unreadable: 0, unhealthy: 0, held: 0, .. } if board.freezes.is_empty() => Style::new().bold(),
        Counts { unreadable: 0, unhealthy: 0, .. } => AnsiColor::Yellow.on_default().bold(),
        _ => AnsiColor::Red.on_default().bold(),
    };
    page.line(style, &one_line(&words::headline(board)))?;
    page.line(DIM, &one_line(&words::origin(context)))?;
    if !board.rows.is_empty() {
        page.blank()?;
        matrix(board, options, &mut page)?;
        page.line(DIM, LEGEND)?;
    }
    list("unreadable", &unreadable(board), &mut page)?;
    list("unhealthy", &unhealthy(board), &mut page)?;
    list("held", &board.holds.iter().map(|hold| words::hold(hold, board.now)).collect::<Vec<_>>(), &mut page)?;
    list("frozen", &board.freezes, &mut page)?;
    list("not proved yet for what comes next", &unproved(board), &mut page)?;
    page.reports(options.reports)
}

const LEGEND: &str = "✓ healthy  ✗ unhealthy  · nobody said  H held  ≠ not what is in the environment before  \
                      1/2 proved, of what comes next";

/// Columns between two cells.
const GAP: usize = 2;

/// A name longer than this is cut in a table.
const NAME_CHARS: usize = 40;

/// A tag longer than this is cut in a table.
const TAG_CHARS: usize = 24;

/// The widest form that there is room for: with digests, without, or an environment a line.
fn matrix(board: &Board, options: &Options<'_>, page: &mut Page<'_>) -> io::Result<()> {
    for with_digest in [true, false] {
        let table = Table::new(board, with_digest);
        if options.width.is_none_or(|columns| table.columns() <= columns) {
            return table.write(options.colour, page);
        }
    }
    for row in &board.rows {
        page.line(Style::new().bold(), &one_line(&row.service))?;
        let width = board.environments.iter().map(|name| cut(name, NAME_CHARS).chars().count()).max().unwrap_or(0);
        for cell in row.cells.iter().flatten() {
            let parts = Parts::of(cell, true, board.now);
            let name = cut(&cell.environment, NAME_CHARS);
            page.line(Style::new(), &format!("  {name:<width$}  {}", parts.painted(parts.widths(), options.colour)))?;
        }
    }
    Ok(())
}

fn cut(text: &str, most: usize) -> String {
    escape::cut(&one_line(text), most).into_owned()
}

/// What is in a cell of the matrix: harmless already.
struct Parts {
    texts: [String; 4],
    style: Style,
}

impl Parts {
    fn of(cell: &Cell, with_digest: bool, now: Timestamp) -> Self {
        let marks = Marks::of(cell);
        let (version, digest) = match &cell.standing.image {
            Ok(image) => (cut(words::tag(image), TAG_CHARS), words::digits(image).to_owned()),
            Err(_) => ("unreadable".to_owned(), String::new()),
        };
        let age = cell.standing.since.map_or_else(|| "?".to_owned(), |since| words::age(since, now));
        let style = match marks {
            Marks { unreadable: true, .. } | Marks { unhealthy: true, .. } => AnsiColor::Red.on_default(),
            Marks { held: true, .. } => AnsiColor::Yellow.on_default(),
            Marks { drift: true, .. } => AnsiColor::Cyan.on_default(),
            _ => Style::new(),
        };
        Self { texts: [version, if with_digest { digest } else { String::new() }, age, symbols(marks)], style }
    }

    fn widths(&self) -> [usize; 4] {
        self.texts.each_ref().map(|text| text.chars().count())
    }

    /// The texts in columns of these widths; the age to the right. Nothing is behind the last.
    fn painted(&self, widths: [usize; 4], colour: bool) -> String {
        let [version, digest, age, marks] = &self.texts;
        let [version_width, digest_width, age_width, _] = widths;
        let digest = if digest_width == 0 { String::new() } else { format!("{digest:<digest_width$}  ") };
        let style = if colour { self.style } else { Style::new() };
        format!("{style}{version:<version_width$}{style:#}  {digest}{age:>age_width$}  {style}{marks}{style:#}")
    }
}

/// `✓ H ≠ 1/2`.
fn symbols(marks: Marks) -> String {
    let health = match marks {
        Marks { unhealthy: true, .. } => "✗",
        Marks { healthy: true, .. } => "✓",
        _ => "·",
    };
    let mut symbols = vec![health.to_owned()];
    symbols.extend(marks.held.then(|| "H".to_owned()));
    symbols.extend(marks.drift.then(|| "≠".to_owned()));
    symbols.extend((marks.asked > 0).then(|| format!("{}/{}", marks.attested, marks.asked)));
    symbols.join(" ")
}

/// The matrix with an environment a column.
struct Table {
    heads: Vec<String>,
    rows: Vec<(String, Vec<Option<Parts>>)>,
    name: usize,
    widths: Vec<[usize; 4]>,
}

impl Table {
    fn new(board: &Board, with_digest: bool) -> Self {
        let heads: Vec<_> = board.environments.iter().map(|name| cut(name, NAME_CHARS)).collect();
        let parts = |cell: &Option<Cell>| cell.as_ref().map(|cell| Parts::of(cell, with_digest, board.now));
        let rows: Vec<(String, Vec<_>)> = board
            .rows
            .iter()
            .map(|row| (cut(&row.service, NAME_CHARS), row.cells.iter().map(parts).collect()))
            .collect();
        let mut widths = vec![[0; 4]; heads.len()];
        for (_, cells) in &rows {
            for (widest, cell) in widths.iter_mut().zip(cells) {
                let cell = cell.as_ref().map_or([0; 4], Parts::widths);
                *widest = std::array::from_fn(|at| widest[at].max(cell[at]));
            }
        }
        let names = rows.iter().map(|(name, _)| name.chars().count());
        let name = names.chain(["service".len()]).max().unwrap_or(0);
        Self { heads, rows, name, widths }
    }

    /// How wide the column of an environment is.
    fn width(&self, column: usize) -> usize {
        let head = self.heads.get(column).map_or(0, |head| head.chars().count());
        let [version, digest, age, marks] = self.widths.get(column).copied().unwrap_or_default();
        let digest = if digest == 0 { 0 } else { digest + 2 };
        head.max(version + 2 + digest + age + 2 + marks)
    }

    fn columns(&self) -> usize {
        (0..self.heads.len()).fold(self.name, |sum, column| sum + GAP + self.width(column))
    }

    fn write(&self, colour: bool, page: &mut Page<'_>) -> io::Result<()> {
        let mut head = format!("{:<1$}", "service", self.name);
        for (column, name) in self.heads.iter().enumerate() {
            head.push_str(&format!("{:GAP$}{name:<1$}", "", self.width(column)));
        }
        page.line(DIM, head.trim_end())?;
        for (name, cells) in &self.rows {
            let mut line = format!("{name:<0$}", self.name);
            // Blanks are held back until something stands behind them.
            let mut blanks = 0;
            for (column, cell) in cells.iter().enumerate() {
                blanks += GAP;
                let width = self.width(column);
                let Some((cell, widths)) = cell.as_ref().zip(self.widths.get(column)) else {
                    blanks += width;
                    continue;
                };
                line.push_str(&" ".repeat(blanks));
                line.push_str(&cell.painted(*widths, colour));
                let [_, _, _, widest] = *widths;
                let [_, _, _, marks] = cell.widths();
                let [version, digest, age, _] = *widths;
                let digest = if digest == 0 { 0 } else { digest + 2 };
                blanks = width.saturating_sub(version + 2 + digest + age + 2 + marks.min(widest));
            }
            page.line(Style::new(), &line)?;
        }
        Ok(())
    }
}

fn unreadable(board: &Board) -> Vec<String> {
    let told = words::cells(board).filter_map(|(service, cell)| {
        let why = cell.standing.image.as_ref().err()?;
        Some(format!("{service} in {}: {why}", cell.environment))
    });
    told.collect()
}

fn unhealthy(board: &Board) -> Vec<String> {
    let sick = words::cells(board).filter(|(_, cell)| cell.health == Some(false));
    let told =
        sick.map(|(service, cell)| format!("{service} in {}: {}", cell.environment, words::standing(cell, board.now)));
    told.collect()
}

fn unproved(board: &Board) -> Vec<String> {
    let told = words::cells(board).filter_map(|(service, cell)| {
        let lacking = words::unproved(cell, board.now)?;
        Some(format!("{service} in {}: {lacking}", cell.environment))
    });
    told.collect()
}

/// Hostile `texts` below a heading; nothing when there are none, and no more than are read.
fn list(heading: &str, texts: &[String], page: &mut Page<'_>) -> io::Result<()> {
    if texts.is_empty() {
        return Ok(());
    }
    page.blank()?;
    page.line(Style::new().underline(), heading)?;
    page.list("  ", texts)
}
