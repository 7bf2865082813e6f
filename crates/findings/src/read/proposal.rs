//! Where the diff that a tool proposes changes a file. Tools that mend code (PHP-CS-Fixer, Rector) report which rules
//! changed a file and the diff of all changes together, but not which rule made which change.

use super::Context;
use crate::diff;
use crate::model::{Detail, File, Finding, Report, Rule, Severity};

/// Above so many findings in one file nobody looks at each, and a report made to hurt could ask for billions.
const MAX_FINDINGS: usize = 1_000;

/// Bytes of a hunk that is shown with each of its findings. Where a whole file is written anew nobody reads that.
const MAX_DIFF: usize = 8_000;

/// Adds to `report` what the tool would change in `file`: a finding for each of `rules` at each place of `diff`, as any
/// of them may be the one that makes the change there. Anything less would call the change of a line that somebody
/// touched somebody else's. Without a diff the findings are about the whole file.
pub(super) fn push<'a>(
    report: &mut Report<'a>,
    context: &Context<'_, 'a>,
    file: Option<&'a File<'a>>,
    rules: &[(&'a Rule<'a>, &'a str)],
    diff: &str,
) {
    let path = file.map_or("a file", |file| file.path);
    let whole_file = |count| vec![Place { line: 0, end_line: 0, diff: "", count }];
    let mut places = places(diff).unwrap_or_else(|error| {
        report.notes.push(format!("the diff of {path} cannot be read, so its findings have no lines: {error}"));
        whole_file(1)
    });
    if rules.len() > 1 && places.len().saturating_mul(rules.len()) > MAX_FINDINGS {
        report.notes.push(format!(
            "{path} would change in {} places by {} rules, which are told once each for the whole file",
            places.len(),
            rules.len()
        ));
        // As many as they are, so that a baseline sees one more.
        places = whole_file(u32::try_from(places.len()).unwrap_or(u32::MAX));
    }
    let help = (rules.len() > 1).then(|| {
        let names: Vec<_> = rules.iter().map(|(rule, _)| rule.id).collect();
        format!("the change here is made by one or more of {}", names.join(", "))
    });
    for place in places {
        let diff = Some(place.diff).filter(|diff| (1..=MAX_DIFF).contains(&diff.len()));
        let detail = context.arena.detail(Detail { help: help.as_deref(), diff, ..Detail::default() });
        report.findings.extend(rules.iter().map(|&(rule, message)| Finding {
            line: place.line,
            end_line: place.end_line,
            count: place.count,
            detail,
            ..Finding::new(rule, file, Severity::Medium, message)
        }));
    }
}

/// A run of lines that the tool would change, and the hunk that shows it; or `count` of them, told for the whole file.
struct Place<'d> {
    line: u32,
    end_line: u32,
    diff: &'d str,
    count: u32,
}

fn places(diff: &str) -> Result<Vec<Place<'_>>, diff::DiffError> {
    if diff.trim().is_empty() {
        return Ok(vec![Place { line: 0, end_line: 0, diff: "", count: 1 }]);
    }
    let mut places = Vec::new();
    for hunk in hunks(diff) {
        // The paths are known already, and absolute here; a hunk alone is no diff.
        let alone = format!("--- a\n+++ b\n{hunk}");
        for changed in diff::parse(alone.as_bytes())?.iter().flat_map(|file| &file.hunks) {
            let line = changed.old_start.max(1);
            let end_line = line + changed.old_len.saturating_sub(1);
            places.push(Place { line, end_line, diff: hunk, count: 1 });
        }
    }
    if places.is_empty() {
        return Err(diff::DiffError { line: 1, what: "there is no hunk in it".to_owned() });
    }
    Ok(places)
}

/// The text of each hunk with its header. No other line of a hunk begins with `@`.
fn hunks(diff: &str) -> impl Iterator<Item = &str> {
    let next = |text: &str| text.find("\n@@").map(|line_break| line_break + 1);
    let mut rest = if diff.starts_with("@@") { Some(diff) } else { next(diff).and_then(|at| diff.get(at..)) };
    std::iter::from_fn(move || {
        let from = rest?;
        let end = next(from).unwrap_or(from.len());
        rest = from.get(end..).filter(|rest| !rest.is_empty());
        from.get(..end)
    })
}
