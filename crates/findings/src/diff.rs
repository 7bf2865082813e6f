//! Unified diffs: which lines did a change touch, and where did they come from.
//!
//! The format is that of `git diff` (git-diff(1), "Generating patch text with -p") and of plain unified diffs, as
//! PHP-CS-Fixer and Rector put them into their reports. A diff that is cut short, or that holds anything unknown, is
//! an error: a filter by changed lines that misses a file would call its findings somebody else's.

mod names;
#[cfg(test)]
mod tests;

use std::ops::Range;

/// The changes of one file in a diff.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FileDiff {
    /// Path before, without `a/`; `None` for a new file, and for a copy, whose lines are all new where they are now.
    pub old: Option<String>,
    /// Path after, without `b/`; `None` for a deleted file.
    pub new: Option<String>,
    /// The hunks in order. Empty for a pure rename, mode change, copy, or binary file.
    pub hunks: Vec<Hunk>,
    /// Whether git called it binary (every line counts as changed).
    pub binary: bool,
}

/// One hunk reduced to line ranges. Lines count from 1; a length of 0 means "after this line".
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Hunk {
    /// First old line.
    pub old_start: u32,
    /// Number of old lines.
    pub old_len: u32,
    /// First new line.
    pub new_start: u32,
    /// Number of new lines.
    pub new_len: u32,
}

impl Hunk {
    /// The old lines; where they would be, when there are none.
    #[must_use]
    pub fn old_lines(self) -> Range<u32> {
        lines(self.old_start, self.old_len)
    }

    /// The new lines; where they would be, when there are none.
    #[must_use]
    pub fn new_lines(self) -> Range<u32> {
        lines(self.new_start, self.new_len)
    }
}

fn lines(start: u32, len: u32) -> Range<u32> {
    let first = if len == 0 { start.saturating_add(1) } else { start };
    first..first.saturating_add(len)
}

/// Why a diff could not be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("line {line} of the diff: {what}")]
pub struct DiffError {
    /// From 1.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
}

/// The places that the hunks of one file change, as first and last line of the file before: where a tool that proposes
/// `diff` found fault. Lines that are only added are placed on the line before them. There is at least one.
pub fn places(diff: &str) -> Result<Vec<(u32, u32)>, DiffError> {
    let none = || DiffError { line: 1, what: "there is no hunk in it".to_owned() };
    let hunks = diff.find("@@ ").and_then(|at| diff.get(at..)).ok_or_else(none)?;
    // Hunks alone are no diff; the paths in the header do not matter here.
    let files = parse(format!("--- a\n+++ b\n{hunks}").as_bytes())?;
    let places: Vec<_> = files
        .iter()
        .flat_map(|file| &file.hunks)
        .map(|hunk| {
            let line = hunk.old_start.max(1);
            (line, line + hunk.old_len.saturating_sub(1))
        })
        .collect();
    if places.is_empty() { Err(none()) } else { Ok(places) }
}

/// Reads the output of `git diff` (any context size; C-quoted paths; renames) or a plain unified diff. Hunks are
/// split at context lines, so that every [`Hunk`] covers only lines that changed. Text before the first file is
/// skipped; an empty diff has no files.
///
/// # Errors
///
/// When the diff is cut short, is a combined diff of a merge, or has a line that is no part of a diff.
pub fn parse(diff: &[u8]) -> Result<Vec<FileDiff>, DiffError> {
    let mut lines = Lines::new(diff);
    while lines.current.is_some_and(|line| !starts_file(line)) {
        lines.advance();
    }
    if lines.current.is_none() && !diff.trim_ascii().is_empty() {
        return Err(DiffError { line: 1, what: "this is no diff: it names no file".to_owned() });
    }
    let mut files = Vec::new();
    while let Some(line) = lines.current {
        if let Some(names) = line.strip_prefix(b"diff --git ") {
            files.push(git_file(&mut lines, names)?);
        } else if line.starts_with(b"--- ") {
            files.push(plain_file(&mut lines)?);
        } else if !is_of_merge(line) && is_separator(line) {
            lines.advance();
        } else {
            return Err(lines.unexpected());
        }
    }
    Ok(files)
}

/// What tools print between the files of a plain diff.
fn is_separator(line: &[u8]) -> bool {
    line.is_empty()
        || [b"diff -".as_slice(), b"Index: ", b"=====", b"Only in "].iter().any(|text| line.starts_with(text))
}

fn starts_file(line: &[u8]) -> bool {
    const FIRST_LINES: [&[u8]; 5] = [b"diff --", b"--- ", b"@@", b"Binary files ", b"* Unmerged path "];
    FIRST_LINES.iter().any(|first| line.starts_with(first))
}

/// Lines of combined diffs and of a work tree with conflicts, which have more than one side before.
fn is_of_merge(line: &[u8]) -> bool {
    [b"diff --c".as_slice(), b"@@@", b"* Unmerged path "].iter().any(|first| line.starts_with(first))
}

/// One file of `git diff`, from the line after `diff --git ` + `names` on.
fn git_file(lines: &mut Lines<'_>, names: &[u8]) -> Result<FileDiff, DiffError> {
    let start = lines.number;
    let mut header = GitHeader::default();
    let mut file = FileDiff::default();
    let mut marks = None;
    lines.advance();
    while let Some(line) = lines.current {
        if line.starts_with(b"--- ") {
            marks = Some(marked_names(lines)?);
            file.hunks = hunks(lines)?;
            break;
        }
        file.binary = line.starts_with(b"Binary files ") || line == b"GIT binary patch";
        if !file.binary && !header.read(line) {
            break;
        }
        lines.advance();
        if file.binary {
            skip_binary_patch(lines);
            break;
        }
    }
    let at_start = |what: &str| DiffError { line: start, what: what.to_owned() };
    if header.promises_content() && file.hunks.is_empty() && !file.binary {
        return Err(lines.error("the diff is cut short: a file has changed content and no hunk shows it"));
    }
    let (old, new) = match (header.from, header.to) {
        (Some(from), Some(to)) => (from, to),
        (None, None) => names::of_git_line(names)
            .or_else(|| marks.and_then(names::without_prefixes))
            .ok_or_else(|| at_start("cannot tell which file this is; use git diff with --default-prefix"))?,
        _ => {
            return Err(at_start("the diff is cut short: a rename or copy lacks one of its two paths"));
        }
    };
    if header.copied {
        file.hunks.clear();
    }
    file.old = (!header.created && !header.copied).then_some(old);
    file.new = (!header.deleted).then_some(new);
    Ok(file)
}

/// The lines between `diff --git` and the hunks.
#[derive(Default)]
struct GitHeader<'d> {
    from: Option<String>,
    to: Option<String>,
    copied: bool,
    created: bool,
    deleted: bool,
    /// The blobs before and after.
    index: Option<(&'d [u8], &'d [u8])>,
}

impl<'d> GitHeader<'d> {
    /// Takes in one line; `false` when it belongs to no header.
    fn read(&mut self, line: &'d [u8]) -> bool {
        const OF_NO_INTEREST: [&[u8]; 4] = [b"old mode ", b"new mode ", b"similarity index ", b"dissimilarity index "];
        if let Some(path) = line.strip_prefix(b"rename from ") {
            self.from = Some(names::unquoted(path));
        } else if let Some(path) = line.strip_prefix(b"rename to ") {
            self.to = Some(names::unquoted(path));
        } else if let Some(path) = line.strip_prefix(b"copy from ") {
            self.from = Some(names::unquoted(path));
            self.copied = true;
        } else if let Some(path) = line.strip_prefix(b"copy to ") {
            self.to = Some(names::unquoted(path));
            self.copied = true;
        } else if line.starts_with(b"new file mode ") {
            self.created = true;
        } else if line.starts_with(b"deleted file mode ") {
            self.deleted = true;
        } else if let Some(index) = line.strip_prefix(b"index ") {
            self.index = Some(blobs(index));
        } else {
            return OF_NO_INTEREST.iter().any(|prefix| line.starts_with(prefix));
        }
        true
    }

    /// Whether hunks must follow: the blobs differ, and not only by an empty file coming or going.
    fn promises_content(&self) -> bool {
        let nothing = |blob: &[u8]| {
            blob.iter().all(|&digit| digit == b'0') || EMPTY_BLOBS.iter().any(|empty| empty.starts_with(blob))
        };
        self.index.is_some_and(|(old, new)| !(nothing(old) && nothing(new)))
    }
}

/// The names git gives to an empty file, in SHA-1 and SHA-256 repositories.
const EMPTY_BLOBS: [&[u8]; 2] =
    [b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", b"473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"];

/// `34cacb9..a727dd3 100644`
fn blobs(index: &[u8]) -> (&[u8], &[u8]) {
    let both = index.split(|&byte| byte == b' ').next().unwrap_or_default();
    match memchr::memmem::find(both, b"..") {
        Some(dots) => (&both[..dots], &both[dots + 2..]),
        None => (both, b""),
    }
}

/// Blocks of base 85, each headed by its kind and size and followed by an empty line. None of its letters is a space.
fn skip_binary_patch(lines: &mut Lines<'_>) {
    let is_part = |line: &[u8]| line.starts_with(b"literal ") || line.starts_with(b"delta ") || !line.contains(&b' ');
    while lines.current.is_some_and(is_part) {
        lines.advance();
    }
}

fn plain_file(lines: &mut Lines<'_>) -> Result<FileDiff, DiffError> {
    let names = marked_names(lines)?;
    let hunks = hunks(lines)?;
    let (old, new) = match names {
        (Some(old), Some(new)) => {
            let (old, new) = names::without_prefixes((Some(old.clone()), Some(new.clone()))).unwrap_or((old, new));
            (Some(old), Some(new))
        }
        (old, new) => (old.map(|old| names::without(old, "a/")), new.map(|new| names::without(new, "b/"))),
    };
    Ok(FileDiff { old, new, hunks, binary: false })
}

/// The paths of the lines `--- old` and `+++ new`, as written.
fn marked_names(lines: &mut Lines<'_>) -> Result<names::Marked, DiffError> {
    let old = lines.current.and_then(|line| line.strip_prefix(b"--- ")).map(names::marked);
    lines.advance();
    let new = lines.current.and_then(|line| line.strip_prefix(b"+++ ")).map(names::marked);
    let (Some(old), Some(new)) = (old, new) else {
        return Err(lines.error("the diff is cut short: a line `+++ path` must follow `--- path`"));
    };
    lines.advance();
    Ok((old, new))
}

/// The hunks of one file, at least one.
fn hunks(lines: &mut Lines<'_>) -> Result<Vec<Hunk>, DiffError> {
    let mut hunks = Vec::new();
    let mut position = Position { old: 1, new: 1 };
    let mut found = false;
    while let Some(line) = lines.current.filter(|line| line.starts_with(b"@@")) {
        found = true;
        let header = hunk_header(line).ok_or_else(|| lines.error("cannot read this hunk header"))?;
        let start = Position { old: header.old_lines().start, new: header.new_lines().start };
        if start.old < position.old || start.new < position.new {
            return Err(lines.error("this hunk begins before the end of the one above it"));
        }
        position = start;
        lines.advance();
        hunk_body(lines, header, &mut position, &mut hunks)?;
        while lines.current.is_some_and(|line| line.starts_with(b"\\")) {
            lines.advance();
        }
    }
    if !found {
        return Err(lines.error("the diff is cut short: a hunk (`@@ -1 +1 @@`) must follow the paths"));
    }
    Ok(hunks)
}

/// The next old and the next new line.
#[derive(Clone, Copy)]
struct Position {
    old: u32,
    new: u32,
}

impl Position {
    /// Goes past `old_len` and `new_len` changed lines, and gives the hunk they are, if any.
    fn pass(&mut self, old_len: u32, new_len: u32) -> Option<Hunk> {
        let start = |next: u32, len: u32| if len == 0 { next - 1 } else { next };
        let (old_start, new_start) = (start(self.old, old_len), start(self.new, new_len));
        (self.old, self.new) = (self.old + old_len, self.new + new_len);
        (old_len + new_len > 0).then_some(Hunk { old_start, old_len, new_start, new_len })
    }
}

/// Reads as many lines as `header` announces, which is how a removed line `-- x` is told from a header `--- x`.
fn hunk_body(
    lines: &mut Lines<'_>,
    header: Hunk,
    position: &mut Position,
    hunks: &mut Vec<Hunk>,
) -> Result<(), DiffError> {
    let (mut old_left, mut new_left) = (header.old_len, header.new_len);
    let (mut removed, mut added) = (0, 0);
    while old_left > 0 || new_left > 0 {
        match lines.current.map(|line| line.first().copied().unwrap_or(b' ')) {
            Some(b' ') if old_left > 0 && new_left > 0 => {
                hunks.extend(position.pass(removed, added));
                (removed, added) = (0, 0);
                (old_left, new_left) = (old_left - 1, new_left - 1);
                (position.old, position.new) = (position.old + 1, position.new + 1);
            }
            Some(b'-') if old_left > 0 => (old_left, removed) = (old_left - 1, removed + 1),
            Some(b'+') if new_left > 0 => (new_left, added) = (new_left - 1, added + 1),
            Some(b'\\') => {}
            Some(_) => {
                return Err(lines.error("the hunk above does not have the lines that its header announces"));
            }
            None => return Err(lines.error("the diff is cut short inside a hunk")),
        }
        lines.advance();
    }
    hunks.extend(position.pass(removed, added));
    Ok(())
}

/// `@@ -3,4 +3,5 @@ function f()`
fn hunk_header(line: &[u8]) -> Option<Hunk> {
    let mut words =
        std::str::from_utf8(line.strip_prefix(b"@@ -")?.split(|&byte| byte == b'@').next()?).ok()?.split(' ');
    let (old_start, old_len) = range(words.next()?)?;
    let (new_start, new_len) = range(words.next()?.strip_prefix('+')?)?;
    (words.next() == Some("")).then_some(Hunk { old_start, old_len, new_start, new_len })
}

fn range(text: &str) -> Option<(u32, u32)> {
    let (start, len) = text.split_once(',').unwrap_or((text, "1"));
    let (start, len) = (start.parse::<u32>().ok()?, len.parse::<u32>().ok()?);
    let is_sound = start.checked_add(len)? < u32::MAX && (start > 0 || len == 0);
    is_sound.then_some((start, len))
}

/// The lines of a diff, one at a time, without their ends.
struct Lines<'d> {
    current: Option<&'d [u8]>,
    /// Of `current`, from 1.
    number: usize,
    rest: &'d [u8],
}

impl<'d> Lines<'d> {
    fn new(text: &'d [u8]) -> Self {
        let mut lines = Self { current: None, number: 0, rest: text };
        lines.advance();
        lines
    }

    fn advance(&mut self) {
        if self.rest.is_empty() {
            self.current = None;
            return;
        }
        let end = memchr::memchr(b'\n', self.rest).unwrap_or(self.rest.len());
        let line = &self.rest[..end];
        self.current = Some(line.strip_suffix(b"\r").unwrap_or(line));
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        self.number += 1;
    }

    fn error(&self, what: &str) -> DiffError {
        DiffError { line: self.number.max(1), what: what.to_owned() }
    }

    fn unexpected(&self) -> DiffError {
        let line = self.current.unwrap_or_default();
        self.error(if is_of_merge(line) {
            "this is the combined diff of a merge; compare with one commit only, and resolve conflicts first"
        } else {
            "this line is no part of a unified diff"
        })
    }
}
