//! What a change touched, and where its lines came from.

use std::collections::HashMap;

use crate::diff::{FileDiff, places};
use crate::model::{Finding, Rule};

/// The lines that a change added or modified, by path.
///
/// Where lines were only removed, the line before and the line after count as touched: an error that the removal
/// caused (a `use` that is missing now, code behind a `return`) is mostly reported there.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Whole files instead of lines (`--changed-files`).
    pub whole_files: bool,
    files: HashMap<String, FileChange>,
}

#[derive(Clone, Debug, Default)]
struct FileChange {
    renamed_from: Option<String>,
    /// New, or binary: no line is as it was.
    all: bool,
    /// First and last lines, ascending and apart.
    lines: Vec<(u32, u32)>,
}

impl Change {
    /// From a diff between the merge base and the work tree.
    #[must_use]
    pub fn new(diff: Vec<FileDiff>, whole_files: bool) -> Self {
        let mut files = HashMap::<String, FileChange>::with_capacity(diff.len());
        for FileDiff { old, new, hunks, binary } in diff {
            let Some(path) = new else { continue };
            let renamed_from = old.clone().filter(|old| *old != path);
            let file = files.entry(path).or_default();
            file.all |= binary || old.is_none();
            file.renamed_from = renamed_from.or(file.renamed_from.take());
            file.lines.extend(hunks.iter().map(|hunk| {
                let lines = hunk.new_lines();
                if lines.is_empty() { (hunk.new_start, lines.start) } else { (lines.start, lines.end - 1) }
            }));
        }
        for file in files.values_mut() {
            file.lines.sort_unstable();
            file.lines.dedup_by(|next, kept| {
                let meet = next.0 <= kept.1;
                if meet {
                    kept.1 = kept.1.max(next.1);
                }
                meet
            });
        }
        Self { whole_files, files }
    }

    /// Whether the change touched `line` to `end_line` of `path` (an `end_line` of 0 is unknown: one line); line 0 asks
    /// for the file as a whole. A pure rename or a new mode touches nothing.
    #[must_use]
    pub fn touches(&self, path: &str, line: u32, end_line: u32) -> bool {
        let Some(file) = self.files.get(path) else {
            return false;
        };
        if file.all || line == 0 || self.whole_files {
            return file.all || !file.lines.is_empty();
        }
        let last = end_line.max(line);
        let next = file.lines.partition_point(|&(_, end)| end < line);
        file.lines.get(next).is_some_and(|&(start, _)| start <= last)
    }

    /// Whether the change cannot have caused `finding`. What is about the whole run or about a file that is not known
    /// to be in the repository may always be the change's doing, and so may what the tool itself never lets anybody
    /// ignore (PHPStan's `ignore.count` stands on the first of the old lines).
    #[must_use]
    pub fn excludes(&self, finding: &Finding<'_>) -> bool {
        finding.ignorable && finding.file.is_some_and(|file| file.inside && !self.touches_any(file.path, finding))
    }

    /// Whether the change touched any of the places of `finding`: of a proposed diff every one counts.
    fn touches_any(&self, path: &str, finding: &Finding<'_>) -> bool {
        if is_about_whole_file(finding.rule) {
            return self.touches(path, 0, 0);
        }
        match finding.detail.and_then(|detail| detail.diff).map(places) {
            Some(Ok(places)) => places.iter().any(|&(line, end_line)| self.touches(path, line, end_line)),
            Some(Err(_)) => self.touches(path, 0, 0),
            None => self.touches(path, finding.line, finding.end_line),
        }
    }

    /// What `path` was called before the change, when it was renamed.
    #[must_use]
    pub fn old_path(&self, path: &str) -> Option<&str> {
        self.files.get(path)?.renamed_from.as_deref()
    }

    /// Every renamed file: what it was called, and what it is called now.
    pub fn renames(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter_map(|(new, file)| Some((file.renamed_from.as_deref()?, new.as_str())))
    }
}

/// PHP_CodeSniffer's sniffs that judge the file and report it on the first line, wherever the cause is.
fn is_about_whole_file(rule: &Rule<'_>) -> bool {
    const SNIFFS: [&str; 7] = [
        "PSR1.Files.SideEffects.",
        "Generic.Files.ByteOrderMark.",
        "Generic.Files.LineEndings.",
        "Generic.Files.LowercasedFilename.",
        "Generic.PHP.RequireStrictTypes.",
        "SlevomatCodingStandard.TypeHints.DeclareStrictTypes.",
        "Squiz.Files.FileExtension.",
    ];
    SNIFFS.iter().any(|sniff| rule.id.starts_with(sniff))
}

/// Where a line of the work tree was in another commit.
#[derive(Clone, Debug, Default)]
pub struct LineMap {
    files: HashMap<String, FileDiff>,
}

impl LineMap {
    /// From a diff between that commit and the work tree.
    #[must_use]
    pub fn new(diff: Vec<FileDiff>) -> Self {
        Self { files: diff.into_iter().filter_map(|file| Some((file.new.clone()?, file))).collect() }
    }

    /// The path and line in that commit; `None` when the line (or the file) is not in it. Line 0 stays 0. A file that
    /// the diff does not name is the same in both.
    #[must_use]
    pub fn map<'p>(&'p self, path: &'p str, line: u32) -> Option<(&'p str, u32)> {
        let Some(file) = self.files.get(path) else {
            return Some((path, line));
        };
        let old = file.old.as_deref()?;
        if line == 0 || file.binary {
            return (line == 0).then_some((old, 0));
        }
        let next = file.hunks.partition_point(|hunk| hunk.new_lines().end <= line);
        if file.hunks.get(next).is_some_and(|hunk| hunk.new_lines().contains(&line)) {
            return None;
        }
        let Some(above) = next.checked_sub(1).and_then(|above| file.hunks.get(above)) else {
            return Some((old, line));
        };
        let (was, is) = (above.old_lines().end, above.new_lines().end);
        Some((old, was.saturating_add(line - is)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, LineMap};
    use crate::diff::{FileDiff, Hunk, parse};
    use proptest::prelude::*;

    const DIFF: &str = "\
diff --git a/src/A.php b/src/A.php
index 1c99002..31458bd 100644
--- a/src/A.php
+++ b/src/A.php
@@ -5 +4,0 @@
-5
@@ -20 +19,2 @@
-20
+X
+Y
diff --git a/src/Old.php b/src/New.php
similarity index 88%
rename from src/Old.php
rename to src/New.php
index e8823e1..ad0971c 100644
--- a/src/Old.php
+++ b/src/New.php
@@ -9,0 +10,3 @@
+10
+11
+12
diff --git a/src/B.php b/src/Moved.php
similarity index 100%
rename from src/B.php
rename to src/Moved.php
diff --git a/added.php b/added.php
new file mode 100644
index 0000000..d00491f
--- /dev/null
+++ b/added.php
@@ -0,0 +1 @@
+1
diff --git a/gone.php b/gone.php
deleted file mode 100644
index d00491f..0000000
--- a/gone.php
+++ /dev/null
@@ -1 +0,0 @@
-1
diff --git a/logo.png b/logo.png
index 8352675..1592e5c 100644
Binary files a/logo.png and b/logo.png differ
";

    fn change(whole_files: bool) -> Change {
        Change::new(parse(DIFF.as_bytes()).unwrap(), whole_files)
    }

    #[test]
    fn a_line_is_touched_when_the_change_wrote_it_or_removed_its_neighbour() {
        let change = change(false);
        let touched: Vec<u32> = (1..40).filter(|&line| change.touches("src/A.php", line, 0)).collect();
        assert_eq!(touched, [4, 5, 19, 20]);
    }

    #[test]
    fn a_finding_over_several_lines_is_touched_when_one_of_them_is() {
        let change = change(false);
        assert!(change.touches("src/A.php", 10, 19));
        assert!(!change.touches("src/A.php", 10, 18));
        assert!(!change.touches("src/A.php", 10, 3), "an end before the start is no range");
    }

    #[test]
    fn a_file_level_finding_counts_when_the_content_of_its_file_changed() {
        let change = change(false);
        assert!(change.touches("src/A.php", 0, 0));
        assert!(change.touches("src/New.php", 0, 0));
        assert!(!change.touches("src/Moved.php", 0, 0), "a pure rename changes no content");
        assert!(!change.touches("src/Elsewhere.php", 0, 0));
        assert!(!change.touches("gone.php", 0, 0));
    }

    #[test]
    fn all_lines_of_new_and_of_binary_files_are_touched() {
        let change = change(false);
        assert!(change.touches("added.php", 99, 0));
        assert!(change.touches("logo.png", 1, 0));
    }

    #[test]
    fn whole_files_are_touched_by_any_line() {
        let change = change(true);
        assert!(change.touches("src/A.php", 30, 0));
        assert!(!change.touches("src/Moved.php", 1, 0));
    }

    #[test]
    fn renames_are_known_by_their_new_path() {
        let change = change(false);
        assert_eq!(change.old_path("src/New.php"), Some("src/Old.php"));
        assert_eq!(change.old_path("src/Moved.php"), Some("src/B.php"));
        assert_eq!(change.old_path("src/A.php"), None);
        assert_eq!(change.old_path("added.php"), None);
    }

    #[test]
    fn lines_are_mapped_back_over_insertions_removals_and_renames() {
        let map = LineMap::new(parse(DIFF.as_bytes()).unwrap());
        let mapped: Vec<_> =
            [3, 4, 5, 18, 19, 20, 21, 0].map(|line| map.map("src/A.php", line).map(|(_, line)| line)).into();
        assert_eq!(mapped, [Some(3), Some(4), Some(6), Some(19), None, None, Some(21), Some(0)]);
        assert_eq!(map.map("src/New.php", 13), Some(("src/Old.php", 10)));
        assert_eq!(map.map("src/New.php", 11), None);
        assert_eq!(map.map("src/Moved.php", 7), Some(("src/B.php", 7)));
        assert_eq!(map.map("src/Other.php", 7), Some(("src/Other.php", 7)));
        assert_eq!(map.map("added.php", 1), None);
        assert_eq!(map.map("logo.png", 1), None);
    }

    proptest! {
        #[test]
        fn every_kept_line_is_mapped_and_none_that_was_written(runs in prop::collection::vec((1_u32..9, 0_u32..4, 0_u32..4), 1..9)) {
            // Walks over both files at once: `kept` equal lines, then a hunk.
            let (mut old, mut new) = (1, 1);
            let (mut hunks, mut expected) = (Vec::new(), Vec::new());
            for &(kept, old_len, new_len) in &runs {
                expected.extend((0..kept).map(|line| (new + line, Some(old + line))));
                (old, new) = (old + kept, new + kept);
                expected.extend((0..new_len).map(|line| (new + line, None)));
                let start = |next: u32, len: u32| if len == 0 { next - 1 } else { next };
                if old_len + new_len > 0 {
                    let (old_start, new_start) = (start(old, old_len), start(new, new_len));
                    hunks.push(Hunk { old_start, old_len, new_start, new_len });
                }
                (old, new) = (old + old_len, new + new_len);
            }
            let path = Some("A".to_owned());
            let diff = vec![FileDiff { old: path.clone(), new: path, hunks, binary: false }];
            let (change, map) = (Change::new(diff.clone(), false), LineMap::new(diff));
            for (line, was) in expected {
                prop_assert_eq!(map.map("A", line), was.map(|was| ("A", was)));
                prop_assert!(was.is_some() || change.touches("A", line, 0));
            }
        }
    }
}
