//! Words that several programs say.

use std::io::{self, Write};

use findings::escape;

use crate::failure::{Failure, Result};
use crate::session::Session;

/// `1 finding`, `2 findings`; `1 entry`, `2 entries`.
#[must_use]
pub fn count(number: u64, noun: &str) -> String {
    match (number, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {noun}s"),
    }
}

/// Prints a result, which is free of hostile text, to standard output as it is.
///
/// # Errors
///
/// When standard output cannot be written to.
pub fn say(session: &mut Session, text: &str) -> Result<()> {
    session.out.write_all(text.as_bytes()).map_err(cannot_write)
}

/// A line about what is going on, for whoever waits.
pub fn progress(session: &mut Session, text: &str) {
    // Nobody to tell is no reason to stop.
    writeln!(session.err, "{}", escape::terminal(text)).ok();
}

/// Something that does not change the outcome and should be known.
pub fn warn(session: &mut Session, text: &str) {
    progress(session, &format!("warning: {text}"));
}

pub(crate) fn cannot_write(error: io::Error) -> Failure {
    Failure::input("cannot write to standard output").because(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Env;

    #[test]
    fn plurals_are_right() {
        let shown = [("finding", 1), ("finding", 2), ("entry", 1), ("entry", 0)].map(|(noun, n)| count(n, noun));
        assert_eq!(shown, ["1 finding", "2 findings", "1 entry", "0 entries"]);
    }

    #[test]
    fn results_go_to_one_stream_and_what_is_going_on_harmless_to_the_other() {
        let (mut session, out, err) = Session::captured(Env::default(), "/");
        say(&mut session, "a line\n").expect("memory");
        warn(&mut session, "odd\u{202e}\nname");
        assert_eq!(out.text(), "a line\n");
        let told = err.text();
        assert!(told.starts_with("warning: odd") && told.lines().count() == 1, "{told:?}");
        assert!(!told.contains('\u{202e}'), "{told:?}");
    }
}
