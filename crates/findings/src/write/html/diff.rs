//! The changes that tools propose, as diffs that can be read.

use std::io::{self, Write};
use std::ptr;

use crate::escape;
use crate::model::Finding;
use crate::write::page::text;
use crate::write::summary::number;

/// So many lines of one diff are shown, and so many characters of a line.
const LINES: usize = 60;
const LINE_CHARS: usize = 300;

/// So many bytes of diffs are on a page: there may be one for every file of the repository.
const PAGE_BYTES: usize = 500_000;

/// Writes diffs as long as there is room on the page.
pub(super) struct Diffs {
    room: usize,
}

impl Diffs {
    pub(super) const fn new() -> Self {
        Self { room: PAGE_BYTES }
    }

    /// What tools propose for the `findings` of a file, worst first. A diff that several findings share is written once,
    /// with the disposition of the first.
    pub(super) fn of(&mut self, findings: &[&Finding<'_>], out: &mut dyn Write) -> io::Result<()> {
        let mut written: Vec<&str> = Vec::new();
        for finding in findings {
            let Some(diff) = finding.detail.and_then(|detail| detail.diff) else { continue };
            // Findings share the very text; to compare what it says would take quadratic time.
            if written.iter().any(|known| ptr::eq(*known, diff)) {
                continue;
            }
            written.push(diff);
            self.figure(finding, diff, out)?;
        }
        Ok(())
    }

    fn figure(&mut self, finding: &Finding<'_>, diff: &str, out: &mut dyn Write) -> io::Result<()> {
        let shown: Vec<_> = hunks(diff).take(LINES).map(|line| escape::cut(line, LINE_CHARS)).collect();
        let bytes = shown.iter().map(|line| line.len()).sum();
        let tool = text(finding.rule.tool);
        write!(out, "<figure class=\"diff {}\"><figcaption>{tool} proposes", finding.disposition.as_str())?;
        if let Some(help) = finding.detail.and_then(|detail| detail.help) {
            write!(out, " ({})", text(help))?;
        }
        let Some(room) = self.room.checked_sub(bytes) else {
            return writeln!(out, " a change, which is in the JSON report</figcaption></figure>");
        };
        self.room = room;
        write!(out, "</figcaption><pre>")?;
        for line in &shown {
            let element = match line.as_bytes().first() {
                Some(b'+') => "ins",
                Some(b'-') => "del",
                Some(b'@') => "b",
                _ => "span",
            };
            // The line break is in the element: between two blocks it would show as an empty line.
            write!(out, "<{element}>{}\n</{element}>", escape::html(line))?;
        }
        write!(out, "</pre>")?;
        if let Some(more) = hunks(diff).count().checked_sub(LINES).filter(|more| *more > 0) {
            write!(out, "<p class=\"why\">and {} more lines, in the JSON report</p>", number(more as u64))?;
        }
        writeln!(out, "</figure>")
    }
}

/// The lines of `diff` without the names of the two files.
fn hunks(diff: &str) -> impl Iterator<Item = &str> {
    let headed = diff.starts_with("@@") || diff.contains("\n@@");
    diff.lines().skip_while(move |line| headed && !line.starts_with("@@"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Arena;
    use crate::model::{Detail, Disposition, Severity};

    /// The diffs of two findings for each of `diffs`.
    fn written(diffs: &[&str]) -> String {
        let bump = bumpalo::Bump::new();
        let arena = Arena::new(&bump);
        let mut findings = Vec::new();
        for diff in diffs {
            let detail = arena.detail(Detail { diff: Some(arena.text(diff)), ..Detail::default() });
            for disposition in [Disposition::Blocking, Disposition::Reported] {
                let rule = arena.rule("php-cs-fixer", "no_unused_imports");
                findings.push(Finding { detail, disposition, ..Finding::new(rule, None, Severity::Medium, "") });
            }
        }
        let mut out = Vec::new();
        Diffs::new().of(&findings.iter().collect::<Vec<_>>(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_diff_that_findings_share_is_shown_once_line_by_line_and_without_the_names_of_files() {
        let diff = "--- /app/src/A.php\n+++ /app/src/A.php\n@@ -1,2 +1,2 @@\n <?php\n--- old\n+new & <b>";
        insta::assert_snapshot!(written(&[diff]), @r#"
        <figure class="diff blocking"><figcaption>php-cs-fixer proposes</figcaption><pre><b>@@ -1,2 +1,2 @@
        </b><span> &lt;?php
        </span><del>--- old
        </del><ins>+new &amp; &lt;b&gt;
        </ins></pre></figure>
        "#);
    }

    #[test]
    fn long_diffs_are_cut_and_say_so() {
        let page = written(&["@@ -1 +1 @@\n+x\n".repeat(100).as_str()]);
        assert_eq!(page.matches("<ins>").count(), LINES / 2);
        assert!(page.contains("and 140 more lines, in the JSON report"), "{page}");
    }

    #[test]
    fn a_page_has_room_for_only_so_many_diffs() {
        let line = format!("+{}\n", "long ".repeat(40));
        let diffs: Vec<String> = (1..=100).map(|n| format!("@@ -{n} +{n} @@\n{}", line.repeat(50))).collect();
        let page = written(&diffs.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(page.len() < 2 * PAGE_BYTES, "{}", page.len());
        assert!(page.contains("proposes a change, which is in the JSON report"));
        assert_eq!(page.matches("<figure").count(), 100);
    }
}
