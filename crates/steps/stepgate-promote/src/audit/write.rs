//! For people in a terminal, and for programs.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use findings::escape;

use super::{Audit, Check, State};

const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const PLAIN: Style = Style::new();

/// `stepgate.promote-audit/v1`.
pub(crate) fn json(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, audit)?;
    out.write_all(b"\n")
}

/// What is open first, then what is unknown, then the rest.
pub(crate) fn terminal(audit: &Audit, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let count = |state| audit.checks.iter().filter(|check| check.state == state).count();
    let (open, unknown, closed) = (count(State::Open), count(State::Unknown), count(State::Closed));
    let there = escape::terminal(&format!("{} of {}", audit.branch, audit.repository)).into_owned();
    let verdict = if audit.closed {
        format!("nothing is open in {there}: {closed} closed")
    } else {
        format!("{open} open, {unknown} unknown, {closed} closed in {there}")
    };
    writeln!(out, "{verdict}")?;
    for state in [State::Open, State::Unknown, State::Closed, State::NotApplicable] {
        for check in audit.checks.iter().filter(|check| check.state == state) {
            one(check, colour, out)?;
        }
    }
    Ok(())
}

fn one(check: &Check, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let (mark, style) = match check.state {
        State::Open => ("open", RED),
        State::Unknown => ("unknown", YELLOW),
        State::Closed => ("closed", GREEN),
        State::NotApplicable => ("-", PLAIN),
    };
    let style = if colour { style } else { PLAIN };
    let about = check.about.as_ref().map_or_else(String::new, |about| format!("{about}: "));
    let about = escape::terminal(&about).into_owned();
    writeln!(out, "{style}{mark:<8}{style:#} {about}{}", check.name.words())?;
    writeln!(out, "         {}", escape::terminal(&check.why))?;
    match &check.close {
        None => Ok(()),
        Some(close) => writeln!(out, "         to close it: {}", escape::terminal(close)),
    }
}
