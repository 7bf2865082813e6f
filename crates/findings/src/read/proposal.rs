//! What tools that mend code (PHP-CS-Fixer, Rector) would change. They report which rules changed a file and the diff of
//! all changes together, but not which rule made which change.

use super::Context;
use crate::diff::places;
use crate::model::{Detail, File, Finding, Report, Rule, Severity};

/// Adds to `report` what the tool would change in `file`: a finding for each of `rules`, at the first place of `diff`,
/// with the diff. The judge looks at all its places. Without a diff the findings are about the whole file.
pub(super) fn push<'a>(
    report: &mut Report<'a>,
    context: &Context<'_, 'a>,
    file: Option<&'a File<'a>>,
    rules: &[(&'a Rule<'a>, &'a str)],
    diff: &str,
) {
    let mut first = None;
    if !diff.trim().is_empty() {
        match places(diff) {
            Ok(places) => first = places.first().copied(),
            Err(error) => {
                let path = file.map_or("a file", |file| file.path);
                report.notes.push(format!("the diff of {path} cannot be read, so its findings have no lines: {error}"));
            }
        }
    }
    let help = (rules.len() > 1).then(|| {
        let names: Vec<_> = rules.iter().map(|(rule, _)| rule.id).collect();
        format!("each change in the diff is made by one or more of {}", names.join(", "))
    });
    // The header of the diff names absolute paths of the machine that the tool ran on.
    let hunks = diff.find("@@ ").and_then(|at| diff.get(at..)).filter(|_| first.is_some());
    let detail = context.arena.detail(Detail { help: help.as_deref(), diff: hunks, ..Detail::default() });
    let (line, end_line) = first.unwrap_or((0, 0));
    report.findings.extend(rules.iter().map(|&(rule, message)| Finding {
        line,
        end_line,
        detail,
        ..Finding::new(rule, file, Severity::Medium, message)
    }));
}
