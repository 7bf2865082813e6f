//! The frame of a page that a program leaves behind, and what goes into it: one self-contained file, without script or
//! network, readable on a phone, in the dark and on paper.
//!
//! Class names, labels and style sheets are the program's own words, which the types say (`&'static str`); everything
//! else is hostile, and escaped here.

mod plot;

use std::io::{self, Write};

pub use self::plot::{Part, Plot, percent, plot};
use super::summary::{first_reason, further_reasons, number};
use crate::escape;
use crate::model::{Outcome, Verdict};

/// A page up to where its sections begin, and from where they end.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'p> {
    /// The program that judged: `stepgate-lint`.
    pub program: &'p str,
    /// Its version.
    pub version: &'p str,
    /// What was judged, in words: repository, branch, commit.
    pub subject: Option<&'p str>,
    /// What came of it. The first reason is the heading, the others follow.
    pub verdict: &'p Verdict,
    /// The sections that are linked to: the `id` of each heading, and its words.
    pub nav: &'p [(&'static str, &'static str)],
    /// Rules for what only this page has, behind those that every page has.
    pub style: &'static str,
    /// The other reports of this run and where they are: format and path.
    pub reports: &'p [(&'p str, &'p str)],
}

/// A number that is to be seen at once.
#[derive(Clone, Debug)]
pub struct Tile {
    /// Gives its colour; `zero` for a number of no interest.
    pub class: &'static str,
    /// What it counts.
    pub label: &'static str,
    /// The number as it is read: `1,204`, `87.5 %`.
    pub value: String,
}

/// The rules that every page has.
pub const STYLE: &str = include_str!("page/style.css");

/// Nothing is loaded and nothing runs, whatever a message says. Bars have their widths in `style` attributes.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// A reason, problem or note longer than this is cut.
const TEXT_CHARS: usize = 1_000;

/// A heading longer than this is set smaller, so that the first screen has room for what comes below.
const HEADING_CHARS: usize = 90;

/// Writes everything up to the first section.
///
/// # Errors
///
/// When `out` cannot be written to, as everything here.
pub fn begin(frame: &Frame<'_>, out: &mut dyn Write) -> io::Result<()> {
    head(frame, out)?;
    verdict(frame, out)?;
    writeln!(out, "<main class=\"wrap\">")
}

/// Writes everything behind the last section.
///
/// # Errors
///
/// As [`begin`].
pub fn end(frame: &Frame<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (program, version) = (escape::html(frame.program), escape::html(frame.version));
    write!(out, "</main>\n<footer class=\"wrap\">Written by {program} {version}.")?;
    for (format, path) in frame.reports {
        write!(out, " {}: {}.", escape::html(format), text(path))?;
    }
    writeln!(out, "</footer>\n</body>\n</html>")
}

/// Writes `tiles` in a row.
///
/// # Errors
///
/// As [`begin`].
pub fn tiles(tiles: &[Tile], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section aria-label=\"Totals\"><dl class=\"tiles\">")?;
    for Tile { class, label, value } in tiles {
        writeln!(out, "<div class=\"tile {class}\"><dt>{label}</dt><dd>{}</dd></div>", escape::html(value))?;
    }
    writeln!(out, "</dl></section>")
}

/// Writes hostile `texts` as a list of that class, nothing when there are none, and no more than can be read.
///
/// # Errors
///
/// As [`begin`].
pub fn list(class: &'static str, texts: &[String], out: &mut dyn Write) -> io::Result<()> {
    const MOST: usize = 50;
    if texts.is_empty() {
        return Ok(());
    }
    writeln!(out, "<ul class=\"{class}\">")?;
    for item in texts.iter().take(MOST) {
        writeln!(out, "<li>{}</li>", text(item))?;
    }
    if let Some(more) = texts.len().checked_sub(MOST).filter(|more| *more > 0) {
        writeln!(out, "<li>and {} more</li>", number(more as u64))?;
    }
    writeln!(out, "</ul>")
}

/// A hostile path or dotted name as HTML, which may be broken after its separators and, if need be, anywhere.
#[must_use]
pub fn name(name: &str) -> String {
    text(name).replace('/', "/<wbr>").replace('\\', "\\<wbr>").replace('.', "<wbr>.")
}

/// Hostile text of any length as HTML, cut where nobody reads on.
#[must_use]
pub fn text(text: &str) -> String {
    escape::html(&escape::cut(text, TEXT_CHARS)).into_owned()
}

fn head(frame: &Frame<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (title, more) = (escape::html(frame.program), frame.style);
    let outcome = frame.verdict.outcome.as_str();
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{outcome}: {title}</title>\n<style>\n{STYLE}{more}</style>\n</head>\n<body>"
    )
}

fn verdict(frame: &Frame<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (class, word) = match frame.verdict.outcome {
        Outcome::Pass => ("pass", "Pass"),
        Outcome::Fail => ("fail", "Fail"),
        Outcome::Incomplete => ("incomplete", "Incomplete"),
    };
    writeln!(out, "<header class=\"verdict {class}\"><div class=\"wrap\">")?;
    write!(out, "<p class=\"by\">{} {}", escape::html(frame.program), escape::html(frame.version))?;
    if let Some(subject) = frame.subject {
        write!(out, " · {}", text(subject))?;
    }
    let reason = first_reason(frame.verdict);
    let long = if reason.chars().count() > HEADING_CHARS { " class=\"long\"" } else { "" };
    writeln!(out, "</p>\n<h1{long}>{word}: {}</h1>", name(reason))?;
    list("reasons", further_reasons(frame.verdict), out)?;
    if !frame.nav.is_empty() {
        let links: Vec<_> = frame.nav.iter().map(|(id, words)| format!("<a href=\"#{id}\">{words}</a>")).collect();
        writeln!(out, "<nav>{}</nav>", links.join(" "))?;
    }
    writeln!(out, "</div></header>")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame<'p>(verdict: &'p Verdict, reports: &'p [(&'p str, &'p str)]) -> Frame<'p> {
        Frame {
            program: "stepgate-tests",
            version: "0.1.0",
            subject: Some("acme/<shop>"),
            verdict,
            nav: &[("failures", "Failures"), ("slow", "Slowest")],
            style: "i.failed { background: var(--high); }\n",
            reports,
        }
    }

    #[test]
    fn another_program_has_the_same_frame_with_its_own_words_and_rules() {
        let verdict = Verdict { outcome: Outcome::Fail, reasons: vec!["1 test failed: <b>".to_owned()] };
        let frame = frame(&verdict, &[("cobertura", "build/<x>.xml")]);
        let mut out = Vec::new();
        begin(&frame, &mut out).unwrap();
        tiles(&[Tile { class: "zero", label: "flaky", value: "0 <".to_owned() }], &mut out).unwrap();
        end(&frame, &mut out).unwrap();
        let page = String::from_utf8(out).unwrap();
        assert!(page.contains("}\ni.failed { background: var(--high); }\n</style>"), "{page}");
        insta::assert_snapshot!(page.split_once("<body>\n").unwrap().1, @r##"
        <header class="verdict fail"><div class="wrap">
        <p class="by">stepgate-tests 0.1.0 · acme/&lt;shop&gt;</p>
        <h1>Fail: 1 test failed: &lt;b&gt;</h1>
        <nav><a href="#failures">Failures</a> <a href="#slow">Slowest</a></nav>
        </div></header>
        <main class="wrap">
        <section aria-label="Totals"><dl class="tiles">
        <div class="tile zero"><dt>flaky</dt><dd>0 &lt;</dd></div>
        </dl></section>
        </main>
        <footer class="wrap">Written by stepgate-tests 0.1.0. cobertura: build/&lt;x&gt;.xml.</footer>
        </body>
        </html>
        "##);
    }

    #[test]
    fn a_long_list_says_how_much_it_leaves_out() {
        let mut out = Vec::new();
        list("notes", &vec!["x".to_owned(); 1_060], &mut out).unwrap();
        list("notes", &[], &mut out).unwrap();
        let list = String::from_utf8(out).unwrap();
        assert_eq!((list.matches("<li>x</li>").count(), list.matches("<ul").count()), (50, 1));
        assert!(list.contains("and 1,010 more"), "{list}");
    }
}
