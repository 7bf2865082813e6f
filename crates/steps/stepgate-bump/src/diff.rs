//! What would change, as people read it.

use findings::escape;
use similar::TextDiff;

/// The change of a file as a unified diff, free of what a terminal would act on.
pub(crate) fn unified(name: &str, before: &[u8], after: &[u8]) -> String {
    let name = escape::terminal(name);
    let (before, after) = (String::from_utf8_lossy(before), String::from_utf8_lossy(after));
    let old = if before.is_empty() { "/dev/null".to_owned() } else { format!("a/{name}") };
    let diff = TextDiff::from_lines(&*before, &*after);
    let text = diff.unified_diff().context_radius(2).header(&old, &format!("b/{name}")).to_string();
    text.lines().map(|line| tabs_kept(line) + "\n").collect()
}

/// A line without what a terminal would act on; its blanks stay, they are what a diff is about.
fn tabs_kept(line: &str) -> String {
    line.split_inclusive([' ', '\t'])
        .map(|word| {
            let blank = word.trim_end_matches([' ', '\t']).len();
            escape::terminal(&word[..blank]).into_owned() + &word[blank..]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_shows_the_line_and_what_is_around_it() {
        let diff = unified("v.yaml", b"a: 1\nb: 1\nc:\n  d: 2\n", b"a: 1\nb: 1\nc:\n  d: 3\n");
        assert_eq!(diff, "--- a/v.yaml\n+++ b/v.yaml\n@@ -2,3 +2,3 @@\n b: 1\n c:\n-  d: 2\n+  d: 3\n");
    }

    #[test]
    fn nothing_in_a_file_reaches_the_terminal_as_a_command() {
        let diff = unified("v.yaml", b"a: 1\n", b"a: \x1b[2J\n");
        assert!(!diff.contains('\u{1b}'), "{diff:?}");
    }
}
