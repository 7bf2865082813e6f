//! What every format of PHP-CS-Fixer has in common: files, with the rules that would change them when `-v` was given,
//! and the change itself when `--diff` was given.

use super::{Context, proposal};
use crate::model::Report;

/// The name of the tool in [`Rule::tool`](crate::Rule::tool).
pub(super) const TOOL: &str = "php-cs-fixer";

/// Adds what `rules` would change in the file at `path`; both `rules` and `diff` may be empty.
pub(super) fn push<'a>(report: &mut Report<'a>, context: &Context<'_, 'a>, path: &str, rules: &[&str], diff: &str) {
    let arena = context.arena;
    let (file, _) = context.roots.resolve(path, arena);
    // The words of its Checkstyle report.
    let message = |rule: &str| arena.text(&format!("Found violation(s) of type: {rule}"));
    let mut rules: Vec<_> = rules.iter().map(|rule| (arena.rule(TOOL, rule), message(rule))).collect();
    if rules.is_empty() {
        rules.push((arena.rule(TOOL, ""), "PHP-CS-Fixer would change this; -v shows by which rules"));
    }
    proposal::push(report, context, file, &rules, diff);
}
