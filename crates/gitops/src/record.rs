//! What a commit of the GitOps repository says of the images it puts there: for people in the subject and the body, for
//! programs in trailers, which are read back.

mod template;
#[cfg(test)]
mod tests;
mod trailers;

use crate::plan::Move;
use crate::reference::Image;
use crate::words::is_hostile;

pub use template::{PLACEHOLDERS, TemplateError};
pub use trailers::records;

/// One image that was put into one environment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Record {
    /// Whose image it is.
    pub service: Option<String>,
    /// Where it was put.
    pub environment: Option<String>,
    /// What was put there.
    pub image: Image,
    /// What it was built from.
    pub source: Source,
}

/// What an image was built from, as far as known. An empty text is the same as none.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Source {
    /// Where the source is: `https://bitbucket.org/shop/api`.
    pub repository: Option<String>,
    /// Its full hash.
    pub commit: Option<String>,
    /// The number of the build in that repository, which only ever grows.
    pub build: Option<u64>,
    /// Where to look at the build.
    pub pipeline: Option<String>,
}

/// How the image that stands somewhere relates to the one that is to replace it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Age {
    /// It comes from an earlier build.
    Older,
    /// It comes from the same build or the same commit.
    Same,
    /// It comes from a later build: ours is superseded.
    Newer,
    /// Nothing tells; the history of the source may.
    Unknown,
}

/// The age of `theirs`, which stands in the file now, beside `ours`: by the number of the build, when both are of the
/// same repository.
#[must_use]
pub fn age(theirs: &Source, ours: &Source) -> Age {
    let is_same = |a: &Option<String>, b: &Option<String>, normal: fn(&str) -> &str| match (a, b) {
        (Some(a), Some(b)) => !a.is_empty() && normal(a).eq_ignore_ascii_case(normal(b)),
        _ => false,
    };
    if !is_same(&theirs.repository, &ours.repository, bare) {
        return Age::Unknown;
    }
    match (theirs.build, ours.build) {
        (Some(theirs), Some(ours)) => match theirs.cmp(&ours) {
            std::cmp::Ordering::Less => Age::Older,
            std::cmp::Ordering::Equal => Age::Same,
            std::cmp::Ordering::Greater => Age::Newer,
        },
        _ if is_same(&theirs.commit, &ours.commit, str::trim) => Age::Same,
        _ => Age::Unknown,
    }
}

/// The address of a repository without what may be left out at its end.
fn bare(repository: &str) -> &str {
    let repository = repository.trim().trim_end_matches('/');
    repository.strip_suffix(".git").unwrap_or(repository)
}

/// The message of the commit that puts the images of `records` there, one record an image and environment.
///
/// The subject is `api: staging to 1.8.2 (sha256:0123456789ab)`, or what `template` makes of it; below it the places
/// that moved, below them trailers in a form that `git interpret-trailers --parse` reads and [`records`] reads back.
/// Nothing in a field can make a line of its own.
///
/// # Errors
///
/// A placeholder of the template that does not exist.
pub fn message(template: Option<&str>, records: &[Record], moves: &[Move]) -> Result<String, TemplateError> {
    let head = match template {
        Some(template) => template::fill(template, records, moves)?,
        None => String::new(),
    };
    let mut out = guarded(if head.is_empty() { subject(records) } else { head });
    if !moves.is_empty() {
        out.push_str("\n\n");
        for moved in moves.iter().take(MOVES) {
            let Move { file, line, place, from, to, .. } = moved;
            out.push_str(&one_line(&format!("- {file}:{line} {place}: {} -> {}", short(from), short(to))));
            out.push('\n');
        }
        if moves.len() > MOVES {
            out.push_str(&format!("- and {} more places\n", moves.len() - MOVES));
        }
        out.pop();
    }
    let trailers = trailers::write(records);
    if !trailers.is_empty() {
        out.push_str("\n\n");
        out.push_str(&trailers);
    }
    out.push('\n');
    Ok(out)
}

/// How many places a message lists.
const MOVES: usize = 100;

fn subject(records: &[Record]) -> String {
    let services = distinct(records.iter().map(|record| match record.service.as_deref() {
        Some(service) if !service.is_empty() => service.to_owned(),
        _ => record.image.name.path().to_owned(),
    }));
    let environments = distinct(records.iter().filter_map(|record| record.environment.clone()));
    let versions = distinct(records.iter().map(|record| match (&record.image.tag, &record.image.digest) {
        (Some(tag), Some(digest)) => format!("{tag} ({})", digest.short()),
        (Some(tag), None) => tag.to_string(),
        (None, Some(digest)) => digest.short(),
        (None, None) => record.image.name.to_string(),
    }));
    let tags = distinct(records.iter().filter_map(|record| record.image.tag.as_ref().map(ToString::to_string)));
    // Digests of several images say nothing in a subject.
    let what = if versions.len() > 1 && !tags.is_empty() { &tags } else { &versions };
    let to = if what.is_empty() { String::new() } else { format!("to {}", listed(what)) };
    let colon = if environments.is_empty() { "" } else { ":" };
    one_line(&format!("{}{colon} {} {to}", listed(&services), listed(&environments)))
}

/// `a`, `a, b`, `a, b, c and 4 more`.
fn listed(words: &[String]) -> String {
    match words.split_at_checked(LISTED) {
        Some((shown, more)) if !more.is_empty() => format!("{} and {} more", shown.join(", "), more.len()),
        _ => words.join(", "),
    }
}

/// How many services, environments and tags a subject lists.
const LISTED: usize = 3;

/// Each text once, in order of first appearance.
fn distinct(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    texts.filter(|text| !text.is_empty() && seen.insert(text.clone())).collect()
}

/// The digests in a text cut to what tells them apart.
fn short(text: &str) -> String {
    match text.split_once("@sha") {
        Some((before, digest)) => format!("{before}@sha{}", digest.chars().take(16).collect::<String>()),
        None => text.to_owned(),
    }
}

/// The text on one line, with nothing in it that is not shown.
fn one_line(text: &str) -> String {
    let shown: String = text
        .chars()
        .map(|c| match c {
            c if c.is_whitespace() || c.is_control() => ' ',
            c if is_hostile(c) => char::REPLACEMENT_CHARACTER,
            c => c,
        })
        .collect();
    shown.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Keeps git from reading a line as the end of the message (`---`) or as a comment (`#`).
fn guarded(head: String) -> String {
    let is_risky = |line: &str| line.starts_with("---") || line.starts_with('#');
    if !head.lines().any(is_risky) {
        return head;
    }
    let lines = head.lines().map(|line| if is_risky(line) { format!(" {line}") } else { line.to_owned() });
    lines.collect::<Vec<_>>().join("\n")
}
