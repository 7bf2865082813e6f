//! A service in an environment: what is seen at once, and behind it everything that is known.

use std::io::{self, Write};

use findings::escape;
use findings::write::page::{list, name, text};
use findings::write::web_link;
use jiff::Timestamp;
use promotion::board::Cell;

use crate::write::words::{self, Marks};

pub(super) fn write(cell: &Cell, now: Timestamp, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<td data-in=\"{}\"><details><summary>", escape::html(&cell.environment))?;
    match &cell.standing.image {
        Ok(image) => write!(out, "<b>{}</b> <code>{}</code>", name(words::tag(image)), words::digits(image))?,
        Err(_) => write!(out, "<b>unreadable</b>")?,
    }
    if let Some(since) = cell.standing.since {
        write!(out, " <span class=\"age\">{}</span>", words::age(since, now))?;
    }
    for (class, word) in badges(cell) {
        write!(out, " <i class=\"mark {class}\">{word}</i>")?;
    }
    writeln!(out, "</summary>\n<dl>")?;
    details(cell, now, out)?;
    writeln!(out, "</dl></details></td>")
}

fn badges(cell: &Cell) -> Vec<(&'static str, String)> {
    let marks = Marks::of(cell);
    let all = [
        (marks.healthy, "good", "healthy".to_owned()),
        (marks.unhealthy, "bad", "unhealthy".to_owned()),
        (marks.held, "warn", "held".to_owned()),
        (marks.drift, "note", "drift".to_owned()),
        (marks.asked > 0, "plain", format!("{}/{} proved", marks.attested, marks.asked)),
    ];
    all.into_iter().filter(|(has, ..)| *has).map(|(_, class, word)| (class, word)).collect()
}

/// So many images that stood there before are told.
const BEFORE: usize = 5;

fn details(cell: &Cell, now: Timestamp, out: &mut dyn Write) -> io::Result<()> {
    let standing = &cell.standing;
    match &standing.image {
        Ok(image) => entry("Image", &format!("<code>{}</code>", name(&image.to_string())), out)?,
        Err(problem) => entry("Cannot be read", &text(problem), out)?,
    }
    entry(
        "Since",
        &text(&standing.since.map_or("before the history that is known".to_owned(), |at| words::ago(at, now))),
        out,
    )?;
    if let Some(commit) = &standing.commit {
        let by = standing.author.as_ref().map(|author| format!(" by {}", text(author))).unwrap_or_default();
        entry("Commit", &format!("<code>{}</code>{by}", text(&format!("{commit:.12}"))), out)?;
    }
    source(cell, out)?;
    entry("Health", words::health(cell.health), out)?;
    let holding = |(claim, how): &(String, attest::Holding)| format!("{claim} {}", words::holding(how, now));
    items("Asked for next", cell.attestations.iter().map(holding).collect(), out)?;
    items("Held", cell.holds.iter().map(|hold| words::hold(hold, now)).collect(), out)?;
    let drift = cell.drift.iter().map(|other| {
        format!("{} has {} {}", other.environment, words::version(&other.image), words::since(other.since, now))
    });
    items("Drift", drift.collect(), out)?;
    let before = standing.before.iter().take(BEFORE).map(|earlier| {
        let image = earlier.image.as_ref().map_or_else(|_| "unreadable".to_owned(), words::version);
        format!("{image} {}", words::since(earlier.since, now))
    });
    items("Before", before.collect(), out)
}

/// What it was built from.
fn source(cell: &Cell, out: &mut dyn Write) -> io::Result<()> {
    let Some(record) = &cell.standing.record else { return Ok(()) };
    let source = &record.source;
    let commit = source.commit.as_ref().map(|commit| format!("commit {commit:.12}"));
    let of = source.repository.as_ref().map(|repository| format!("of {repository}"));
    let told: Vec<_> = [commit, of].into_iter().flatten().collect();
    let build = source.build.map(|build| format!("build {build}"));
    let build = match (build, web_link(source.pipeline.as_deref())) {
        (Some(build), Some(link)) => Some(format!("<a href=\"{}\">{build}</a>", escape::html(link))),
        (build, _) => build,
    };
    let told: Vec<_> = [(!told.is_empty()).then(|| name(&told.join(" "))), build].into_iter().flatten().collect();
    if told.is_empty() { Ok(()) } else { entry("Built from", &told.join(", "), out) }
}

/// `value` is HTML.
fn entry(label: &str, value: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<dt>{label}</dt><dd>{value}</dd>")
}

/// Hostile `texts` as a list; nothing when there are none.
fn items(label: &str, texts: Vec<String>, out: &mut dyn Write) -> io::Result<()> {
    if texts.is_empty() {
        return Ok(());
    }
    write!(out, "<dt>{label}</dt><dd>")?;
    list("items", &texts, out)?;
    writeln!(out, "</dd>")
}
