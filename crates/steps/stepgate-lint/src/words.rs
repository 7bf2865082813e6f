//! Words that several parts of this program say.

use std::io::Write;

use findings::escape;
use step::Session;

/// `1 finding`, `2 findings`; `1 entry`, `2 entries`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    match (number, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {noun}s"),
    }
}

/// A line about what is going on, for whoever waits.
pub(crate) fn progress(session: &mut Session, text: &str) {
    // Nobody to tell is no reason to stop.
    writeln!(session.err, "{}", escape::terminal(text)).ok();
}

/// Something that does not change the outcome and should be known.
pub(crate) fn warn(session: &mut Session, text: &str) {
    progress(session, &format!("warning: {text}"));
}
