//! Reports of one finding a line, where a message may go on in the lines below.

use super::{Format, Parsed, noise};
use crate::model::Report;

/// A finding's place as it stands at the start of a line.
pub(super) struct Place<'t> {
    pub(super) path: &'t str,
    /// 0 for none.
    pub(super) line: u32,
    /// 0 for none.
    pub(super) column: u32,
    /// What stands behind.
    pub(super) rest: &'t str,
}

/// Reads `text` to its end. A line for which `starts` holds begins an entry, the lines below it up to a blank one
/// belong to it, and each entry goes to `take`. What belongs to none is noise. A text with nothing else is not a report
/// of a run that found nothing: tools write nothing at all then.
pub(super) fn read<'a>(
    text: &str,
    mut report: Report<'a>,
    starts: impl Fn(&str) -> bool,
    mut take: impl FnMut(&mut Report<'a>, &str),
) -> Parsed<'a> {
    let mut entry: Option<(usize, usize)> = None;
    let mut found = false;
    let mut noises = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let (start, end) = (at, at + line.trim_end().len());
        at += line.len();
        let line = &text[start..end.max(start)];
        let is_start = starts(line);
        match &mut entry {
            Some((_, entry_end)) if !is_start && !line.is_empty() && noise::crash(line).is_none() => *entry_end = end,
            _ => {
                if let Some((start, end)) = entry.take() {
                    take(&mut report, &text[start..end]);
                }
                if is_start {
                    found = true;
                    entry = Some((start, end));
                } else if !line.is_empty() {
                    noises.push(line);
                }
            }
        }
    }
    if let Some((start, end)) = entry {
        take(&mut report, &text[start..end]);
    } else if !found {
        let format = report.format.map_or("this format", Format::as_str);
        report.problems.push(format!("no line of it is {format}; it starts with {}", noise::quote(text)));
        noises.clear();
    }
    noise::skipped(&mut report, &noises.join("\n"), "around the findings");
    Parsed { reports: vec![report], consumed: text.len() }
}

/// `path:3:` at the start of `line`, or `path:3:7:` when `with_column`. The path may hold spaces, colons and the
/// letter of a drive; it ends at the first colon that a number and a colon follow.
pub(super) fn place(line: &str) -> Option<Place<'_>> {
    let mut from = 0;
    loop {
        let colon = from + memchr::memchr(b':', line.get(from..)?.as_bytes())?;
        from = colon + 1;
        if let Some((number, rest)) = number_and_colon(&line[from..]) {
            let (column, rest) = number_and_colon(rest).unwrap_or((0, rest));
            let path = &line[..colon];
            return is_path(path).then_some(Place { path, line: number, column, rest });
        }
    }
}

fn number_and_colon(text: &str) -> Option<(u32, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text[digits..].strip_prefix(':')?;
    Some((text[..digits].parse().ok()?, rest))
}

/// Whether prose is unlikely: a path has a separator or an extension, and spaces only in front of those.
fn is_path(path: &str) -> bool {
    let path = path.split_once(" (in context of ").map_or(path, |(path, _)| path);
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    !path.is_empty()
        && !path.starts_with(char::is_whitespace)
        && !path.contains("://")
        && (name.contains('.') || name.len() < path.len() && !path.contains(' '))
        && name.rsplit('.').next().is_some_and(|extension| !extension.contains(char::is_whitespace))
}
