//! The tests that there is something to say of, what blocks first.

use std::io::{self, Write};

use findings::escape;
use findings::words::{count, number};
use findings::write::page::{name, text};
use findings::write::{source_link, web_link};
use junit::Status;

use super::more;
use super::texts::{Texts, without_colours};
use crate::report::{By, Disposition, Gate, Test};
use crate::write::Options;
use crate::write::words::{self, duration, status};

/// So many tests are shown.
const TESTS: usize = 2_000;

/// So many tests are opened to begin with.
const OPEN_TESTS: usize = 20;

/// An id, a headline or the name of an input longer than this is cut.
const LINE_CHARS: usize = 300;

pub(super) fn write(gate: &Gate, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    if gate.tests.is_empty() && gate.unlisted == 0 {
        let words = match (gate.totals.tests, gate.inputs.iter().all(super::is_complete)) {
            (0, _) => "There is no test in the inputs.",
            (_, false) => "Nothing failed in what could be read.",
            (_, true) => "Nothing failed, and nothing needed a second attempt.",
        };
        return writeln!(out, "<p class=\"card\">{words}</p>");
    }
    filter(gate, out)?;
    let mut texts = Texts::new(options);
    for (at, test) in gate.tests.iter().enumerate().take(TESTS) {
        let open = at < OPEN_TESTS && test.disposition == Disposition::Blocking;
        let (state, anchor) = (state(test), anchor(at).unwrap_or_default());
        writeln!(out, "<details class=\"test {state}\" id=\"{anchor}\"{}>", if open { " open" } else { "" })?;
        summary(test, out)?;
        writeln!(out, "<div class=\"of\">")?;
        about(test, gate, options, out)?;
        texts.faults(&test.case.faults, out)?;
        earlier(test, &mut texts, out)?;
        output(test, &mut texts, out)?;
        writeln!(out, "</div></details>")?;
    }
    let left = (gate.tests.len().saturating_sub(TESTS) as u64).saturating_add(gate.unlisted);
    if left > 0 {
        writeln!(out, "<p>{}</p>", text(&more(left, "junit", options)))?;
    }
    Ok(())
}

/// Where the test at that place in [`Gate::tests`] is on the page; `None` when it is not.
pub(super) fn anchor(at: usize) -> Option<String> {
    (at < TESTS).then(|| format!("test-{}", at + 1))
}

/// The hostile id of `test`, as HTML.
pub(super) fn id(test: &Test) -> String {
    name(&escape::cut(&test.case.id(), LINE_CHARS))
}

/// The class that gives the colour, and that the filter hides.
const fn state(test: &Test) -> &'static str {
    match test.disposition {
        Disposition::Blocking => "blocking",
        Disposition::Reported => "reported",
        Disposition::Quarantined(_) => "muted",
    }
}

/// Check boxes that hide tests; the style sheet does the work.
fn filter(gate: &Gate, out: &mut dyn Write) -> io::Result<()> {
    let states = [("blocking", "blocking"), ("reported", "reported, not blocking"), ("muted", "in quarantine")];
    writeln!(out, "<div class=\"filter\" role=\"group\" aria-label=\"Show\">")?;
    for (class, words) in states {
        let count = gate.tests.iter().filter(|test| state(test) == class).count() as u64;
        if count > 0 {
            let count = number(count);
            writeln!(out, "<label><input type=\"checkbox\" id=\"show-{class}\" checked> {count} {words}</label>")?;
        }
    }
    writeln!(out, "</div>")
}

fn summary(test: &Test, out: &mut dyn Write) -> io::Result<()> {
    let colour = match test.case.status {
        Status::Failed => "high",
        Status::Errored => "critical",
        Status::Passed | Status::Skipped => "medium",
    };
    let word = status(test);
    write!(out, "<summary><span class=\"mark\"><i class=\"{colour}\" aria-hidden=\"true\"></i>{word}</span>")?;
    let headline = text(&without_colours(&escape::cut(test.case.message(), LINE_CHARS)));
    write!(out, "<span class=\"path\">{}<span class=\"headline\">{headline}</span></span>", id(test))?;
    let quarantined = matches!(test.disposition, Disposition::Quarantined(_)).then(|| "in quarantine".to_owned());
    let counts: Vec<_> = quarantined.into_iter().chain(test.case.time.map(duration)).collect();
    writeln!(out, "<span class=\"counts\">{}</span></summary>", counts.join(", "))
}

/// Where it is, where that is said, and why it does not block.
fn about(test: &Test, gate: &Gate, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    if let Some(place) = place(test, options) {
        writeln!(out, "<p class=\"place\">{place}</p>")?;
    }
    if let Some(input) = gate.inputs.get(test.input) {
        writeln!(out, "<p class=\"why\">in {}</p>", name(&escape::cut(&input.path, LINE_CHARS)))?;
    }
    if let Some(why) = quarantined(test) {
        writeln!(out, "<p class=\"why\">{why}</p>")?;
    }
    Ok(())
}

fn place(test: &Test, options: &Options<'_>) -> Option<String> {
    let place = test.place.as_ref().filter(|place| !place.path.is_empty())?;
    let words = name(&words::place(place));
    Some(match options.source.filter(|_| place.inside) {
        Some(source) => {
            format!("<a href=\"{}\">{words}</a>", escape::html(&source_link(source, &place.path, place.line)))
        }
        None => words,
    })
}

fn quarantined(test: &Test) -> Option<String> {
    let Disposition::Quarantined(by) = &test.disposition else { return None };
    Some(match by {
        By::Bitbucket => "in quarantine by Bitbucket".to_owned(),
        By::Entry { owner, reason, ticket, expires } => {
            let ticket = ticket.as_ref().map(|ticket| format!(" ({})", linked(ticket))).unwrap_or_default();
            let (owner, reason, expires) = (text(owner), text(reason), text(expires));
            format!("in quarantine until {expires}, owner {owner}: {reason}{ticket}")
        }
    })
}

/// A hostile `ticket` as HTML, with a link when it is a web address.
pub(super) fn linked(ticket: &str) -> String {
    match web_link(Some(ticket)) {
        Some(link) => format!("<a href=\"{}\">{}</a>", escape::html(link), name(ticket)),
        None => text(ticket),
    }
}

fn earlier(test: &Test, texts: &mut Texts<'_>, out: &mut dyn Write) -> io::Result<()> {
    let case = &test.case;
    if case.retries == 0 && case.earlier.is_empty() {
        return Ok(());
    }
    let end = match case.status {
        Status::Passed => "passed then",
        Status::Skipped => "skipped then",
        Status::Failed | Status::Errored => "failed again",
    };
    writeln!(out, "<h3>{}, {end}</h3>", count(case.retries.into(), "earlier attempt"))?;
    texts.faults(&case.earlier, out)?;
    if case.earlier.is_empty() {
        writeln!(out, "<p class=\"why\">the report does not say what went wrong in it</p>")?;
    }
    Ok(())
}

fn output(test: &Test, texts: &mut Texts<'_>, out: &mut dyn Write) -> io::Result<()> {
    if test.case.output.trim().is_empty() {
        return Ok(());
    }
    writeln!(out, "<details class=\"output\"><summary>What it printed</summary>")?;
    texts.pre(&test.case.output, out)?;
    writeln!(out, "</details>")
}
