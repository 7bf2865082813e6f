//! Which of the lines that a change wrote ran.

use std::collections::BTreeSet;
use std::ops::Range;

use findings::diff::FileDiff;
use findings::judge::PathPattern;

use crate::model::{Coverage, FileCoverage, Ratio};

/// How the lines of a change are covered.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ChangeCoverage {
    /// The changed files that the reports mention, in the order of their paths. In some no executable line changed.
    pub files: Vec<ChangedFile>,
    /// The changed files that no report mentions although they are of a kind that the reports cover: no test touched
    /// them, or the tool was not told to watch them.
    pub unmentioned: Vec<Unmentioned>,
    /// The changed files that are excluded by a pattern.
    pub excluded: Vec<String>,
}

/// A changed file that the reports mention.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ChangedFile {
    /// Relative to the repository.
    pub path: String,
    /// The changed lines that ran, ascending.
    pub covered: Vec<u32>,
    /// The changed executable lines that did not run, ascending.
    pub uncovered: Vec<u32>,
    /// How many changed lines may be executable lines that did not run, where the report does not list those.
    pub unlisted: u64,
}

/// A changed file that no report mentions.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Unmentioned {
    /// Relative to the repository.
    pub path: String,
    /// How many of its lines changed. Which of them are executable is not known: all count, as not covered.
    pub lines: u64,
}

impl ChangeCoverage {
    /// Measures the change that `diff` is, between the merge base and the tree the tests ran on. Deleted and binary
    /// files, removed lines and pure renames have no line to cover.
    ///
    /// A file is excluded by a pattern of `exclude`, or because no file with its extension is in the reports. `lines`
    /// counts those lines of an unmentioned file that can be code (not blank, say); it is handed the path and the
    /// changed lines.
    #[must_use]
    pub fn measure(
        coverage: &Coverage,
        diff: &[FileDiff],
        exclude: &[PathPattern],
        lines: &dyn Fn(&str, &[Range<u32>]) -> u64,
    ) -> Self {
        let inside = coverage.files.iter().filter(|(_, file)| !file.outside);
        let kinds: BTreeSet<&str> = inside.filter_map(|(path, _)| extension(path)).collect();
        let mut measured = Self::default();
        for change in diff {
            let Some(path) = change.new.as_deref().filter(|_| !change.binary) else { continue };
            let changed = changed_lines(change);
            if changed.is_empty() {
                continue;
            }
            if exclude.iter().any(|pattern| pattern.matches(path)) {
                measured.excluded.push(path.to_owned());
            } else if let Some(file) = coverage.files.get(path).filter(|file| !file.outside) {
                measured.files.push(ChangedFile::measure(path, file, &changed));
            } else if extension(path).is_some_and(|extension| kinds.contains(extension)) {
                measured.unmentioned.push(Unmentioned { path: path.to_owned(), lines: lines(path, &changed) });
            }
        }
        measured.files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        measured.unmentioned.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        measured.excluded.sort_unstable();
        measured
    }

    /// Of all executable lines that changed, how many ran. Nothing to cover: the change touches none.
    #[must_use]
    pub fn lines(&self) -> Ratio {
        let mut all = Ratio::default();
        for file in &self.files {
            all += file.lines();
        }
        for file in &self.unmentioned {
            all += Ratio { covered: 0, total: file.lines };
        }
        all
    }
}

impl ChangedFile {
    fn measure(path: &str, file: &FileCoverage, changed: &[Range<u32>]) -> Self {
        let mut measured = Self { path: path.to_owned(), ..Self::default() };
        let mut others = 0_u64;
        for range in changed {
            let before = measured.covered.len() + measured.uncovered.len();
            for (&number, line) in file.lines.range(range.clone()) {
                if line.hits > 0 { &mut measured.covered } else { &mut measured.uncovered }.push(number);
            }
            let listed = (measured.covered.len() + measured.uncovered.len() - before) as u64;
            others = others.saturating_add(u64::from(range.end - range.start).saturating_sub(listed));
        }
        measured.unlisted = file.unlisted().min(others);
        measured
    }

    /// Of the executable lines that changed, how many ran.
    #[must_use]
    pub fn lines(&self) -> Ratio {
        let (covered, uncovered) = (self.covered.len() as u64, self.uncovered.len() as u64);
        Ratio { covered, total: covered.saturating_add(uncovered).saturating_add(self.unlisted) }
    }
}

/// Runs of numbers that follow each other: `3, 4, 5, 9` as `3..=5` and `9..=9`.
#[must_use]
pub fn runs(numbers: &[u32]) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &number in numbers {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            _ => runs.push((number, number)),
        }
    }
    runs
}

/// The new and modified lines. All lines of a file without a past are new, also those of a copy, which has no hunks.
fn changed_lines(change: &FileDiff) -> Vec<Range<u32>> {
    if change.old.is_none() && change.hunks.is_empty() {
        return Vec::from([Range { start: 1, end: u32::MAX }]);
    }
    change.hunks.iter().map(|hunk| hunk.new_lines()).filter(|lines| !lines.is_empty()).collect()
}

fn extension(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next()?;
    name.rsplit_once('.').filter(|(name, _)| !name.is_empty()).map(|(_, extension)| extension)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::coverage;
    use findings::diff::{Hunk, parse};
    use proptest::prelude::*;

    const DIFF: &str = "\
diff --git a/src/A.php b/src/A.php
index 1c99002..31458bd 100644
--- a/src/A.php
+++ b/src/A.php
@@ -5 +4,0 @@
-5
@@ -20 +19,3 @@
-20
+X
+Y
+Z
diff --git a/src/New.php b/src/New.php
new file mode 100644
index 0000000..d00491f
--- /dev/null
+++ b/src/New.php
@@ -0,0 +1,2 @@
+1
+2
diff --git a/README.md b/README.md
index 1c99002..31458bd 100644
--- a/README.md
+++ b/README.md
@@ -1 +1 @@
-a
+b
diff --git a/src/B.php b/src/Moved.php
similarity index 100%
rename from src/B.php
rename to src/Moved.php
diff --git a/src/Gone.php b/src/Gone.php
deleted file mode 100644
index d00491f..0000000
--- a/src/Gone.php
+++ /dev/null
@@ -1 +0,0 @@
-1
";

    fn measure(coverage: &Coverage, exclude: &[&str]) -> ChangeCoverage {
        let exclude: Vec<_> = exclude.iter().map(|&glob| PathPattern::try_from(glob.to_owned()).unwrap()).collect();
        let lines = |_: &str, lines: &[Range<u32>]| lines.iter().map(|lines| u64::from(lines.end - lines.start)).sum();
        ChangeCoverage::measure(coverage, &parse(DIFF.as_bytes()).unwrap(), &exclude, &lines)
    }

    #[test]
    fn only_executable_lines_that_the_change_wrote_count() {
        let all = coverage(&[
            ("src/A.php", &[(4, 0), (5, 0), (18, 0), (19, 1), (21, 0), (22, 0)]),
            ("src/New.php", &[(2, 7)]),
        ]);
        let change = measure(&all, &[]);
        let a = ChangedFile { path: "src/A.php".into(), covered: vec![19], uncovered: vec![21], unlisted: 0 };
        assert_eq!(change.files[0], a);
        assert_eq!(change.lines(), Ratio { covered: 2, total: 3 });
        assert!(change.unmentioned.is_empty());
    }

    #[test]
    fn a_changed_file_that_no_report_mentions_counts_as_not_covered() {
        let all = coverage(&[("src/A.php", &[(19, 1)])]);
        let change = measure(&all, &[]);
        assert_eq!(change.unmentioned, [Unmentioned { path: "src/New.php".into(), lines: 2 }]);
        assert_eq!(change.lines(), Ratio { covered: 1, total: 3 });
        let change = measure(&all, &["src/New*"]);
        assert_eq!((change.excluded, change.unmentioned), (vec!["src/New.php".to_owned()], vec![]));
    }

    #[test]
    fn a_file_known_to_be_outside_covers_nothing() {
        let mut all = coverage(&[("src/A.php", &[(19, 1)]), ("src/New.php", &[(1, 1)])]);
        all.files.get_mut("src/New.php").unwrap().outside = true;
        assert_eq!(measure(&all, &[]).unmentioned.len(), 1);
    }

    #[test]
    fn kinds_of_files_that_no_report_mentions_are_nobodys_business() {
        let change = measure(&coverage(&[("src/a.js", &[(1, 1)])]), &[]);
        assert_eq!(change, ChangeCoverage::default());
        assert_eq!(change.lines().percent(), None);
        assert_eq!([extension("a/.php"), extension("a.d/Makefile"), extension("a/b.c.php")], [None, None, Some("php")]);
    }

    #[test]
    fn where_the_format_lists_only_what_ran_the_others_count_as_not_covered() {
        let mut all = coverage(&[("src/A.php", &[(19, 1)])]);
        let executable = |all: &mut Coverage, lines| all.files.get_mut("src/A.php").unwrap().executable = lines;
        executable(&mut all, 100);
        assert_eq!(measure(&all, &["src/New*"]).lines(), Ratio { covered: 1, total: 3 });
        executable(&mut all, 2);
        assert_eq!(measure(&all, &["src/New*"]).lines(), Ratio { covered: 1, total: 2 });
    }

    #[test]
    fn all_lines_of_a_copy_are_new() {
        let diff = [FileDiff { old: None, new: Some("a.php".into()), hunks: vec![], binary: false }];
        let all = coverage(&[("a.php", &[(1, 1), (900, 0)])]);
        assert_eq!(ChangeCoverage::measure(&all, &diff, &[], &|_, _| 0).lines(), Ratio { covered: 1, total: 2 });
    }

    #[test]
    fn numbers_that_follow_each_other_are_a_run() {
        assert_eq!(runs(&[3, 4, 5, 9, 11, 12, u32::MAX]), [(3, 5), (9, 9), (11, 12), (u32::MAX, u32::MAX)]);
        assert_eq!(runs(&[]), []);
    }

    proptest! {
        #[test]
        fn every_line_in_a_hunk_is_judged_and_no_other(
            hunks in prop::collection::vec((1_u32..5, 1_u32..4), 0..4),
            lines in prop::collection::btree_map(1_u32..40, 0_u64..2, 0..20),
        ) {
            let mut next = 1;
            let mut changed = BTreeSet::new();
            let hunks: Vec<_> = hunks.iter().map(|&(gap, len)| {
                let start = next + gap;
                next = start + len;
                changed.extend(start..next);
                Hunk { old_start: start, old_len: 0, new_start: start, new_len: len }
            }).collect();
            let diff = [FileDiff { old: Some("a.c".into()), new: Some("a.c".into()), hunks, binary: false }];
            let listed: Vec<_> = lines.iter().map(|(&number, &hits)| (number, hits)).collect();
            let measured = ChangeCoverage::measure(&coverage(&[("a.c", &listed)]), &diff, &[], &|_, _| 0);
            let with = |ran: bool| -> Vec<u32> {
                let meant = |(number, hits): &&(u32, u64)| changed.contains(number) && (*hits > 0) == ran;
                listed.iter().filter(meant).map(|&(number, _)| number).collect()
            };
            let file = measured.files.into_iter().next().unwrap_or_default();
            prop_assert_eq!((file.covered, file.uncovered), (with(true), with(false)));
        }
    }
}
