//! Coverage of the change, shown on the source.

use std::io::{self, Write};

use findings::escape;
use findings::words::count;
use findings::write::page::name;
use findings::write::source_link;

use crate::report::{Source, SourceLine};
use crate::write::Options;

/// So many files are opened to begin with.
const OPEN_FILES: usize = 10;

/// So many lines of a file are shown, and so many characters of a line.
const LINES: usize = 400;
const LINE_CHARS: usize = 300;

/// So many lines are on a page.
const PAGE_LINES: usize = 6_000;

pub(super) fn write(sources: &[Source], options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut room = PAGE_LINES;
    let mut shown = 0;
    if !sources.is_empty() {
        legend(out)?;
    }
    for (at, source) in sources.iter().enumerate() {
        let lines = source.lines.len().min(LINES);
        let Some(left) = room.checked_sub(lines) else { break };
        (room, shown) = (left, at + 1);
        file(source, at < OPEN_FILES, options, out)?;
    }
    match sources.len() - shown {
        0 => Ok(()),
        more => writeln!(out, "<p>{} more, for which there is no room here</p>", count(more as u64, "file")),
    }
}

fn legend(out: &mut dyn Write) -> io::Result<()> {
    let items = [Mark::Ran, Mark::Missed, Mark::Touched].map(|mark| {
        let (class, sign, words) = mark.parts();
        format!("<li><span class=\"sign {class}\">{sign}</span>{words}</li>")
    });
    writeln!(out, "<ul class=\"legend signs\" aria-hidden=\"true\">{}</ul>", items.concat())
}

fn file(source: &Source, open: bool, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let missed = source.lines.iter().filter(|line| Mark::of(line) == Mark::Missed).count() as u64;
    writeln!(out, "<details class=\"source\"{}><summary>", if open { " open" } else { "" })?;
    write!(out, "<span class=\"path\">{}</span><span class=\"counts\">", name(&source.path))?;
    writeln!(out, "<b>{}</b> did not run</span></summary>", count(missed, "changed line"))?;
    write!(out, "<table class=\"code\"><thead><tr><th scope=\"col\">Line</th><th scope=\"col\">Coverage</th>")?;
    writeln!(out, "<th scope=\"col\">Source</th></tr></thead>\n<tbody>")?;
    let mut next = source.lines.first().map_or(1, |line| line.number);
    for line in source.lines.iter().take(LINES) {
        if line.number != next {
            writeln!(out, "<tr class=\"gap\"><td></td><td></td><td>…</td></tr>")?;
        }
        next = line.number.saturating_add(1);
        row(line, &source.path, options, out)?;
    }
    writeln!(out, "</tbody></table>")?;
    if let Some(more) = source.lines.len().checked_sub(LINES).filter(|more| *more > 0) {
        writeln!(out, "<p class=\"why\">and {}</p>", count(more as u64, "more line"))?;
    }
    writeln!(out, "</details>")
}

fn row(line: &SourceLine, path: &str, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (class, sign, words) = Mark::of(line).parts();
    let number = line.number;
    let number = match options.source {
        Some(source) => format!("<a href=\"{}\">{number}</a>", escape::html(&source_link(source, path, number))),
        None => number.to_string(),
    };
    let text = escape::cut(line.text.trim_end(), LINE_CHARS);
    write!(out, "<tr class=\"{class}\"><td class=\"line\">{number}</td><td class=\"sign\">")?;
    if !words.is_empty() {
        write!(out, "<span aria-hidden=\"true\">{sign}</span><span class=\"said\">{words}</span>")?;
    }
    writeln!(out, "</td><td class=\"text\">{}</td></tr>", escape::html(&text))
}

/// What a line is shown as.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Mark {
    Ran,
    Missed,
    Touched,
    Context,
}

impl Mark {
    const fn of(line: &SourceLine) -> Self {
        match (line.touched, line.covered) {
            (true, Some(true)) => Self::Ran,
            (true, Some(false)) => Self::Missed,
            (true, None) => Self::Touched,
            (false, _) => Self::Context,
        }
    }

    /// Class, sign and words.
    const fn parts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Ran => ("ran", "✓", "changed, ran"),
            Self::Missed => ("missed", "✗", "changed, did not run"),
            Self::Touched => ("touched", "·", "changed, nothing to run"),
            Self::Context => ("context", "", ""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: u32, text: &str, touched: bool, covered: Option<bool>) -> SourceLine {
        SourceLine { number, text: text.to_owned(), touched, covered }
    }

    fn written(sources: &[Source], source: Option<&str>) -> String {
        let mut out = Vec::new();
        write(sources, &Options { source, ..Options::default() }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_line_says_whether_it_was_changed_and_ran() {
        let lines = vec![
            line(8, "    {", false, Some(false)),
            line(9, "\t$a = '<b>';", true, Some(false)),
            line(10, "// \u{202e}", true, None),
            line(20, "return $a;", true, Some(true)),
        ];
        let page =
            written(&[Source { path: "src/a b.php".to_owned(), lines }], Some("https://bitbucket.org/a/b/src/c"));
        insta::assert_snapshot!(page.split_once("<tbody>\n").unwrap().1, @r#"
        <tr class="context"><td class="line"><a href="https://bitbucket.org/a/b/src/c/src/a%20b.php#lines-8">8</a></td><td class="sign"></td><td class="text">    {</td></tr>
        <tr class="missed"><td class="line"><a href="https://bitbucket.org/a/b/src/c/src/a%20b.php#lines-9">9</a></td><td class="sign"><span aria-hidden="true">✗</span><span class="said">changed, did not run</span></td><td class="text">	$a = &#39;&lt;b&gt;&#39;;</td></tr>
        <tr class="touched"><td class="line"><a href="https://bitbucket.org/a/b/src/c/src/a%20b.php#lines-10">10</a></td><td class="sign"><span aria-hidden="true">·</span><span class="said">changed, nothing to run</span></td><td class="text">// U+202E</td></tr>
        <tr class="gap"><td></td><td></td><td>…</td></tr>
        <tr class="ran"><td class="line"><a href="https://bitbucket.org/a/b/src/c/src/a%20b.php#lines-20">20</a></td><td class="sign"><span aria-hidden="true">✓</span><span class="said">changed, ran</span></td><td class="text">return $a;</td></tr>
        </tbody></table>
        </details>
        "#);
    }

    #[test]
    fn a_page_has_room_for_only_so_many_lines() {
        let lines = vec![line(1, &"x".repeat(10_000), true, Some(false)); 1_000];
        let page = written(&vec![Source { path: "a.php".to_owned(), lines }; 100], None);
        assert_eq!(page.matches("<tr class=\"missed\">").count(), PAGE_LINES);
        assert!(page.contains("and 600 more lines") && page.contains("85 files more"), "{page}");
        assert!(page.len() < 4_000_000, "{}", page.len());
    }
}
