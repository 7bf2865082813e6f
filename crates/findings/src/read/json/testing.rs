//! How the tests of the JSON readers look at what was read.

use std::fmt::Write;

use bumpalo::Bump;
use proptest::prelude::*;

use crate::arena::Arena;
use crate::model::{Finding, Report};
use crate::paths::Roots;
use crate::read::{Context, Parsed, ReadError};

pub(in crate::read) type Reader = for<'a> fn(&str, &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError>;

/// Reads `text` as a checkout under `/repo` would have it, and hands the result to `look`.
pub(in crate::read) fn reading<R>(
    reader: Reader,
    tool: Option<&str>,
    text: &str,
    look: impl for<'a> FnOnce(Result<Parsed<'a>, ReadError>) -> R,
) -> R {
    let bump = Bump::new();
    let arena = Arena::new(&bump);
    let roots = Roots {
        roots: vec!["/repo".to_owned(), "/opt/atlassian/pipelines/agent/build".to_owned()],
        ..Roots::default()
    };
    look(reader(text, &Context { arena: &arena, roots: &roots, tool }))
}

/// Everything that `reader` makes of `text`, for snapshots.
pub(in crate::read) fn show(reader: Reader, text: &str) -> String {
    reading(reader, None, text, |result| match result {
        Ok(parsed) => {
            let mut shown: String = parsed.reports.iter().map(show_report).collect();
            let rest = text.get(parsed.consumed..).expect("consumed ends at a character");
            if !rest.is_empty() {
                writeln!(shown, "left: {rest:?}").expect("strings take everything");
            }
            shown
        }
        Err(error) => format!("error: {error}"),
    })
}

fn show_report(report: &Report<'_>) -> String {
    let mut shown = format!("{}\n", report.tool);
    for finding in &report.findings {
        shown.push_str(&show_finding(finding));
    }
    for problem in &report.problems {
        writeln!(shown, "  problem: {problem}").expect("strings take everything");
    }
    for note in &report.notes {
        writeln!(shown, "  note: {note}").expect("strings take everything");
    }
    shown
}

fn show_finding(finding: &Finding<'_>) -> String {
    let mut shown = format!("  {} {}", finding.severity, finding.path());
    for number in [finding.line, finding.end_line, finding.column] {
        write!(shown, ":{number}").expect("strings take everything");
    }
    write!(shown, " [{}] {:?}", finding.rule.id, finding.message).expect("strings take everything");
    if finding.count != 1 {
        write!(shown, " x{}", finding.count).expect("strings take everything");
    }
    if !finding.ignorable {
        shown.push_str(" not-ignorable");
    }
    let detail = finding.detail.copied().unwrap_or_default();
    let extras = [
        ("rule-help", finding.rule.help),
        ("link", finding.rule.link),
        ("help", detail.help),
        ("context", detail.context),
        ("diff", detail.diff),
        ("suppressed", detail.suppressed),
    ];
    for (name, text) in extras {
        if let Some(text) = text {
            write!(shown, "\n    {name}: {text:?}").expect("strings take everything");
        }
    }
    shown.push('\n');
    shown
}

/// Asserts that `reader` survives every damage done to `sample`, and that what it says it consumed is there.
pub(in crate::read) fn survives_damage(reader: Reader, sample: &str) {
    let bytes = sample.as_bytes().to_vec();
    let places = 0..bytes.len().max(1);
    let edits = proptest::collection::vec((places, any::<u8>(), 0_u8..4), 1..6);
    proptest!(ProptestConfig::with_cases(200), |(edits in edits)| {
        let mut bytes = bytes.clone();
        for (at, byte, kind) in edits {
            let at = at.min(bytes.len());
            match kind {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, byte),
                2 => drop(bytes.splice(at..(at + 7).min(bytes.len()), *b"null")),
                _ => drop(bytes.splice(at..at, [b'"', byte, b',', b'['])),
            }
        }
        survives(reader, &String::from_utf8_lossy(&bytes));
    });
    proptest!(ProptestConfig::with_cases(50), |(text in "[\\[\\]{}:,\"a-z0-9\\\\ \\n]{0,60}|\\PC{0,40}")| {
        survives(reader, &text);
    });
}

fn survives(reader: Reader, text: &str) {
    reading(reader, None, text, |result| match result {
        Ok(parsed) => {
            assert!(text.is_char_boundary(parsed.consumed), "{text:?}");
            assert!(!parsed.reports.is_empty());
        }
        Err(error) => assert!(!error.what.is_empty()),
    });
}
