//! What a report says at a place in a file: Code Insights annotations.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;

use bitbucket::{Annotation, AnnotationResult, AnnotationType, limits};
use findings::fingerprint::{Fingerprint, fingerprint};
use findings::judge::LineMap;
use findings::{Disposition, File, Finding, Rule, Severity};

use super::text::{cut, details, link};

/// Something to be said at a place: a finding, a test that failed, lines that no test ran. All text is hostile, and made
/// harmless here.
#[derive(Clone, Debug)]
pub struct Note<'n> {
    /// The file; `None` when it is about the whole run. Only what is inside the repository can be annotated; of
    /// everything else the path is told in words.
    pub file: Option<File<'n>>,
    /// The line in the work tree, from 1; 0 when it is about the whole file.
    pub line: u32,
    /// What it is called that says so: the rule, the test. Stands behind the message; empty when there is no name.
    pub name: &'n str,
    /// What there is to say.
    pub message: &'n str,
    /// What else there is, a line each, as much as there is room for.
    pub details: Vec<Cow<'n, str>>,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it blocks.
    pub disposition: Disposition,
    /// A page about it.
    pub link: Option<&'n str>,
}

/// Sorts `notes`: what blocks first, then by severity, path, line and name.
pub fn gravest_first(notes: &mut [Note<'_>]) {
    notes.sort_by(|a, b| importance(a).cmp(&importance(b)));
}

/// Annotations of `report` for `notes`, all of `kind` or else as grave as each is, with ids that are the same whenever the same is said of the same file.
pub(super) fn annotations<'n>(
    report: &str,
    kind: Option<AnnotationType>,
    notes: impl Iterator<Item = Note<'n>>,
    lines: Option<&LineMap>,
) -> Vec<Annotation> {
    let mut seen = HashMap::new();
    let annotate = |note: Note<'_>| {
        let identity = identity(&note);
        let ordinal = seen.entry(identity).or_insert(0_u32);
        *ordinal += 1;
        let annotation = annotation(format!("{report}-{identity}-{ordinal}"), &note, lines);
        Annotation { annotation_type: kind.clone().or(annotation.annotation_type), ..annotation }
    };
    notes.map(annotate).collect()
}

fn importance<'n>(note: &Note<'n>) -> (u8, Reverse<Severity>, &'n str, u32, &'n str) {
    let rank = match note.disposition {
        Disposition::Blocking => 0,
        Disposition::Reported => 1,
        Disposition::Muted(_) => 2,
    };
    (rank, Reverse(note.severity), note.file.map_or("", |file| file.path), note.line, note.name)
}

/// That of a finding: it survives moved lines and other checkouts.
fn identity(note: &Note<'_>) -> Fingerprint {
    let rule = Rule { tool: "", id: note.name, help: None, link: None };
    fingerprint(&Finding::new(&rule, note.file.as_ref(), note.severity, note.message))
}

fn annotation(external_id: String, note: &Note<'_>, lines: Option<&LineMap>) -> Annotation {
    let (path, line) = place(note, lines);
    let mut summary = match (note.name, note.message.trim()) {
        ("", "") => "the tool gave no message".to_owned(),
        ("", message) => message.to_owned(),
        (name, "") => name.to_owned(),
        (name, message) => format!("{message} ({name})"),
    };
    // Without a place to stand at, it says itself what it is about.
    let file = note.file.filter(|_| line.is_none() && !(path.is_some() && note.line == 0));
    if let Some(file) = file {
        summary = format!("{}: {summary}", where_it_was(&file, note.line));
    }
    Annotation {
        summary: cut(&summary, limits::SUMMARY_CHARS),
        details: Some(more(note, &summary)).filter(|details| !details.is_empty()),
        annotation_type: Some(match note.severity {
            Severity::Critical | Severity::High => AnnotationType::Bug,
            Severity::Medium | Severity::Low | Severity::Info => AnnotationType::CodeSmell,
        }),
        severity: Some(match note.severity {
            Severity::Critical => bitbucket::Severity::Critical,
            Severity::High => bitbucket::Severity::High,
            Severity::Medium => bitbucket::Severity::Medium,
            Severity::Low | Severity::Info => bitbucket::Severity::Low,
        }),
        result: Some(match note.disposition {
            Disposition::Blocking => AnnotationResult::Failed,
            Disposition::Reported => AnnotationResult::Skipped,
            Disposition::Muted(_) => AnnotationResult::Ignored,
        }),
        path,
        line,
        link: note.link.and_then(link),
        ..Annotation::new(external_id, String::new())
    }
}

/// Path and line on the commit. A line that the commit does not have becomes its file, a file that it does not have
/// becomes none.
fn place(note: &Note<'_>, lines: Option<&LineMap>) -> (Option<String>, Option<u32>) {
    let Some(file) = note.file.filter(|file| file.inside) else { return (None, None) };
    let mapped = match lines {
        Some(lines) => lines.map(file.path, note.line).or_else(|| lines.map(file.path, 0)),
        None => Some((file.path, note.line)),
    };
    match mapped {
        Some((path, line)) => (Some(path.to_owned()), (line > 0).then_some(line)),
        None => (None, None),
    }
}

fn where_it_was(file: &File<'_>, line: u32) -> String {
    match line {
        0 => file.path.to_owned(),
        line => format!("{}:{line}", file.path),
    }
}

/// What the summary has no room for.
fn more(note: &Note<'_>, summary: &str) -> String {
    let whole = (summary.chars().count() > limits::SUMMARY_CHARS).then_some(note.message);
    details(whole.into_iter().chain(note.details.iter().map(AsRef::as_ref)))
}
