//! The file format, and what a merge can do to it.

use super::{Baseline, BaselineError, Entry};
use crate::fingerprint::normalise;

const SCHEMA: &str = "stepgate.baseline/v1";

#[derive(serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
struct Header<'h> {
    #[serde(borrow)]
    schema: std::borrow::Cow<'h, str>,
}

impl Baseline {
    /// Reads the file format. The order of the lines does not matter here (see [`Baseline::first_unsorted_line`]), and
    /// messages are normalised, so that an entry written by hand still matches.
    ///
    /// # Errors
    ///
    /// A missing or foreign header, conflict markers, two entries with the same key, counts of zero, unknown keys.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let mut lines = numbered_entries(text)?;
        lines.sort_by(|(_, a), (_, b)| a.key().cmp(&b.key()));
        for pair in lines.windows(2) {
            if let [(first, a), (second, b)] = pair
                && a.key() == b.key()
            {
                let what = format!("the same entry as on line {first}; keep one of the two, with the lower count");
                return Err(BaselineError { line: *second, what });
            }
        }
        Ok(Self { entries: lines.into_iter().map(|(_, entry)| entry).collect() })
    }

    /// Writes the file format.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = json(&Header { schema: SCHEMA.into() });
        for entry in &self.entries {
            text.push('\n');
            text.push_str(&json(entry));
        }
        text.push('\n');
        text
    }

    /// The first line of `text` that sorts before the line above it. A merge keeps sorted lines sorted; the other way
    /// round, lines in disorder make conflicts.
    ///
    /// # Errors
    ///
    /// As [`Baseline::parse`], save for entries with the same key.
    pub fn first_unsorted_line(text: &str) -> Result<Option<usize>, BaselineError> {
        let lines = numbered_entries(text)?;
        let mut pairs = lines.iter().zip(lines.iter().skip(1));
        Ok(pairs.find(|((_, above), (_, below))| below.key() < above.key()).map(|(_, (line, _))| *line))
    }
}

fn numbered_entries(text: &str) -> Result<Vec<(usize, Entry)>, BaselineError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    header(lines.next().unwrap_or((1, "")).1)?;
    lines.filter(|(_, line)| !line.is_empty()).map(|(line, text)| Ok((line, entry(line, text)?))).collect()
}

fn header(text: &str) -> Result<(), BaselineError> {
    if is_conflict_marker(text) {
        return Err(conflict(1));
    }
    let what = match serde_json::from_str::<Header<'_>>(text) {
        Ok(header) if header.schema == SCHEMA => return Ok(()),
        Ok(header) => format!("the schema `{}` is not known to this version of stepgate-lint", header.schema),
        Err(_) => format!(
            "a baseline of stepgate starts with the line {}; baselines of PHPStan and Psalm are read by \
             `stepgate-lint baseline import`",
            json(&Header { schema: SCHEMA.into() })
        ),
    };
    Err(BaselineError { line: 1, what })
}

fn entry(line: usize, text: &str) -> Result<Entry, BaselineError> {
    if is_conflict_marker(text) {
        return Err(conflict(line));
    }
    let error = |what: String| BaselineError { line, what };
    let mut entry: Entry = serde_json::from_str(text).map_err(|cause| {
        let column = cause.column();
        let cause = cause.to_string();
        let cause = cause.rsplit_once(" at line ").map_or(cause.as_str(), |(cause, _)| cause);
        error(format!("column {column}: {cause}"))
    })?;
    if entry.count == 0 {
        return Err(error("a count of 0 allows nothing; remove the line".to_owned()));
    }
    if entry.tool.is_empty() {
        return Err(error("an entry needs a tool".to_owned()));
    }
    if entry.rule.is_empty() && entry.message.is_empty() {
        return Err(error("an entry needs a rule or a message, or it would cover whatever the tool says".to_owned()));
    }
    if let std::borrow::Cow::Owned(message) = normalise(&entry.message) {
        entry.message = message;
    }
    Ok(entry)
}

fn is_conflict_marker(line: &str) -> bool {
    ["<<<<<<<", "|||||||", "=======", ">>>>>>>"].iter().any(|marker| line.starts_with(marker))
}

fn conflict(line: usize) -> BaselineError {
    let what = "a merge left its conflict here; keep the entries of both sides (of two that differ only in count, the \
                lower), and delete the lines with the markers";
    BaselineError { line, what: what.to_owned() }
}

/// Strings and numbers under fixed keys, which JSON always takes.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
