//! What there is to say of the quarantine.

use std::io::{self, Write};

use findings::words::number;
use findings::write::page::{list, text};

use super::ITEMS;
use super::cases::{anchor, id, linked};
use crate::report::{By, Disposition, Gate, Quarantine};

pub(super) fn is_of_interest(gate: &Gate) -> bool {
    let Quarantine { expired, ready, stale } = &gate.quarantine;
    !(expired.is_empty() && ready.is_empty() && stale.is_empty()) || held(gate).next().is_some()
}

pub(super) fn write(gate: &Gate, out: &mut dyn Write) -> io::Result<()> {
    let Quarantine { expired, ready, stale } = &gate.quarantine;
    let ended = |(pattern, owner, day): &(String, String, String)| format!("{pattern}: ended {day}, owner {owner}");
    let passed =
        |(pattern, times): &(String, usize)| format!("{pattern}: passed {} times in a row", number(*times as u64));
    let expired: Vec<_> = expired.iter().map(ended).collect();
    let ready: Vec<_> = ready.iter().map(passed).collect();
    table(gate, out)?;
    writeln!(out, "<div class=\"plots\">")?;
    for (title, class, entries) in [
        ("Ended: to be mended or renewed", "ids problem", &expired),
        ("Ready to come out", "ids", &ready),
        ("Entries that no test matches", "ids", stale),
    ] {
        if !entries.is_empty() {
            writeln!(out, "<div class=\"card\"><h3>{title}</h3>")?;
            list(class, entries, out)?;
            writeln!(out, "</div>")?;
        }
    }
    writeln!(out, "</div>")
}

/// The tests that are in quarantine and failed, by their places in [`Gate::tests`].
fn held(gate: &Gate) -> impl Iterator<Item = (usize, &By)> {
    gate.tests.iter().enumerate().filter_map(|(at, test)| match &test.disposition {
        Disposition::Quarantined(by) => Some((at, by)),
        Disposition::Blocking | Disposition::Reported => None,
    })
}

fn table(gate: &Gate, out: &mut dyn Write) -> io::Result<()> {
    let all = held(gate).count();
    if all == 0 {
        return Ok(());
    }
    writeln!(
        out,
        "<div class=\"card\"><table class=\"inputs held\">\n<thead><tr><th scope=\"col\">Failed in quarantine</th>"
    )?;
    writeln!(out, "<th scope=\"col\">Owner</th><th scope=\"col\">Until</th></tr></thead>\n<tbody>")?;
    for (at, by) in held(gate).take(ITEMS) {
        let Some(test) = gate.tests.get(at) else { continue };
        let words = match anchor(at) {
            Some(anchor) => format!("<a href=\"#{anchor}\">{}</a>", id(test)),
            None => id(test),
        };
        row(&words, by, out)?;
    }
    writeln!(out, "</tbody></table>")?;
    if let Some(more) = all.checked_sub(ITEMS).filter(|more| *more > 0) {
        writeln!(out, "<p class=\"why\">and {} more</p>", number(more as u64))?;
    }
    writeln!(out, "</div>")
}

fn row(test: &str, by: &By, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<tr><th scope=\"row\" class=\"path\">{test}")?;
    match by {
        By::Entry { owner, reason, ticket, expires } => {
            let ticket = ticket.as_ref().map(|ticket| format!(" ({})", linked(ticket))).unwrap_or_default();
            let (owner, reason, expires) = (text(owner), text(reason), text(expires));
            writeln!(out, "<p class=\"why\">{reason}{ticket}</p></th><td>{owner}</td><td>{expires}</td></tr>")
        }
        By::Bitbucket => writeln!(out, "</th><td>Bitbucket’s own list</td><td>taken out there</td></tr>"),
    }
}
