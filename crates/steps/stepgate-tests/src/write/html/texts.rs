//! Texts of any length that tests left behind: messages, traces, what they printed.

use std::borrow::Cow;
use std::io::{self, Write};

use findings::escape;
use findings::words::{count, number};
use findings::write::page::text;
use junit::case::Fault;

use super::more;
use crate::write::Options;

/// So many characters of one text are shown, and of one line.
const TEXT_CHARS: usize = 4_000;
const LINE_CHARS: usize = 500;

/// So many faults of a test are shown.
const FAULTS: usize = 5;

/// So many bytes of such texts are on a page: there may be some for thousands of tests.
const PAGE_BYTES: usize = 1_500_000;

/// Writes texts as long as there is room on the page.
pub(super) struct Texts<'o> {
    room: usize,
    options: &'o Options<'o>,
}

impl<'o> Texts<'o> {
    pub(super) const fn new(options: &'o Options<'o>) -> Self {
        Self { room: PAGE_BYTES, options }
    }

    /// What went wrong, in the order of the report.
    pub(super) fn faults(&mut self, faults: &[Fault], out: &mut dyn Write) -> io::Result<()> {
        for fault in faults.iter().take(FAULTS) {
            if !fault.kind.is_empty() {
                writeln!(out, "<p class=\"kind\">{}</p>", text(&fault.kind))?;
            }
            let (message, trace) = (fault.message.trim(), fault.text.trim_matches(['\r', '\n']));
            if !trace.contains(message) {
                self.pre(message, out)?;
            }
            self.pre(trace, out)?;
        }
        match faults.len().checked_sub(FAULTS).filter(|more| *more > 0) {
            Some(left) => writeln!(out, "<p class=\"why\">{}</p>", text(&more(left as u64, "junit", self.options))),
            None => Ok(()),
        }
    }

    /// `long` as it stands, line by line; nothing when it is blank.
    pub(super) fn pre(&mut self, long: &str, out: &mut dyn Write) -> io::Result<()> {
        if long.trim().is_empty() {
            return Ok(());
        }
        let shown = escape::cut(long, TEXT_CHARS);
        let shown = without_colours(&shown);
        let Some(room) = self.room.checked_sub(shown.len()) else {
            let (chars, at) = (count(long.chars().count() as u64, "character"), self.elsewhere());
            return writeln!(out, "<p class=\"why\">{chars} of text, for which there is no room here{at}</p>");
        };
        self.room = room;
        write!(out, "<pre class=\"text\">")?;
        lines(&shown, out)?;
        writeln!(out, "</pre>")?;
        let chars = long.chars().count();
        if chars > TEXT_CHARS || shown.lines().any(|line| line.chars().nth(LINE_CHARS).is_some()) {
            let (chars, at) = (number(chars as u64), self.elsewhere());
            writeln!(out, "<p class=\"why\">cut, {chars} characters in all{at}</p>")?;
        }
        Ok(())
    }

    /// Where the whole of a text is, when that is known.
    fn elsewhere(&self) -> String {
        let junit = self.options.reports.iter().find(|(format, _)| *format == "junit");
        junit.map(|(_, path)| format!("; it is in {}", text(path))).unwrap_or_default()
    }
}

/// The lines of `shown`. What PHPUnit prints below `--- Expected` is a diff.
fn lines(shown: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut diff = false;
    for line in shown.lines() {
        diff = line.starts_with("--- Expected") || (diff && !line.trim().is_empty());
        let line = escape::cut(line, LINE_CHARS);
        let line = escape::html(&line);
        // The line break is in the element: between two blocks it would show as an empty line.
        match line.as_bytes().first() {
            Some(b'-') if diff => write!(out, "<del>{line}\n</del>")?,
            Some(b'+') if diff => write!(out, "<ins>{line}\n</ins>")?,
            _ => writeln!(out, "{line}")?,
        }
    }
    Ok(())
}

/// `text` without the sequences that give a terminal its colours: ECMA-48, SGR.
pub(super) fn without_colours(text: &str) -> Cow<'_, str> {
    const START: &str = "\u{1b}[";
    if !text.contains(START) {
        return Cow::Borrowed(text);
    }
    let mut parts = text.split(START);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let parameters = part.bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b';' | b':')).count();
        match part.split_at(parameters).1.strip_prefix('m') {
            Some(rest) => out.push_str(rest),
            None => {
                out.push_str(START);
                out.push_str(part);
            }
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(message: &str, text: &str) -> Fault {
        Fault { message: message.to_owned(), text: text.to_owned(), kind: "Kind<b>".to_owned(), ..Fault::default() }
    }

    fn written(faults: &[Fault], reports: &[(&str, &str)]) -> String {
        let mut out = Vec::new();
        let options = Options { reports, ..Options::default() };
        Texts::new(&options).faults(faults, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_message_is_said_once_and_a_diff_is_shown_line_by_line() {
        let trace =
            "App\\T::testX\nFailed asserting that <b>.\n--- Expected\n+++ Actual\n@@ @@\n-'a'\n+'b'\n\n-x.php:3";
        let page = written(&[fault("Failed asserting that <b>.", trace), fault("other", "x.php:3")], &[]);
        insta::assert_snapshot!(page, @r#"
        <p class="kind">Kind&lt;b&gt;</p>
        <pre class="text">App\T::testX
        Failed asserting that &lt;b&gt;.
        <del>--- Expected
        </del><ins>+++ Actual
        </ins>@@ @@
        <del>-&#39;a&#39;
        </del><ins>+&#39;b&#39;
        </ins>
        -x.php:3
        </pre>
        <p class="kind">Kind&lt;b&gt;</p>
        <pre class="text">other
        </pre>
        <pre class="text">x.php:3
        </pre>
        "#);
    }

    #[test]
    fn long_texts_and_long_lists_are_cut_and_say_so() {
        let page = written(&[fault("", &"x".repeat(LINE_CHARS + 1))], &[]);
        assert!(page.contains("x…\n</pre>\n<p class=\"why\">cut, 501 characters in all</p>"), "{page}");
        let page = written(&vec![fault("", &"x".repeat(10_000)); 7], &[("junit", "build/<x>.xml")]);
        assert_eq!(page.matches("<pre").count(), 5);
        assert!(page.contains("cut, 10,000 characters in all; it is in build/&lt;x&gt;.xml"), "{page}");
        assert!(page.contains("+2 more in build/&lt;x&gt;.xml"), "{page}");
    }

    #[test]
    fn a_page_has_room_for_only_so_much_text() {
        let options = Options::default();
        let mut texts = Texts::new(&options);
        let mut out = Vec::new();
        for _ in 0..1_000 {
            texts.faults(&[fault("", &"line\n".repeat(1_000))], &mut out).unwrap();
        }
        let page = String::from_utf8(out).unwrap();
        assert!(page.len() < PAGE_BYTES + 200_000, "{}", page.len());
        assert!(page.contains("4,999 characters of text, for which there is no room here"), "{page}");
    }

    #[test]
    fn colours_of_a_terminal_are_left_out_and_nothing_else() {
        let text = "\u{1b}[31;1mred\u{1b}[0m \u{1b}[2Jx \u{1b}[m\u{1b}[";
        assert_eq!(without_colours(text), "red \u{1b}[2Jx \u{1b}[");
        assert_eq!(without_colours("plain [31m"), "plain [31m");
    }
}
