//! What a program is handed instead of reaching for globals.

use std::cell::RefCell;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::PathBuf;
use std::rc::Rc;

use anstream::{AutoStream, ColorChoice};
use bitbucket::Clock;

use crate::args::Sources;
use crate::env::Env;

/// Environment, working directory and output streams of one run.
pub struct Session {
    /// The environment.
    pub env: Env,
    /// The working directory; relative paths of the command line start here.
    pub dir: PathBuf,
    /// Standard output: results. A reader that goes away early is not an error: the verdict stands.
    pub out: Box<dyn Write>,
    /// Standard error: progress, warnings, failures. Colours written to it are taken out where nobody sees them.
    pub err: Box<dyn Write>,
    /// Whether `out` may carry colour (a terminal, `NO_COLOR` and `CLICOLOR_FORCE` honoured).
    pub colour: bool,
    /// Whether `err` is a terminal, so that progress may move.
    pub interactive: bool,
    /// Which arguments were given, and how.
    pub sources: Sources,
    /// Where time comes from. Nothing outside the process can set it: freezes and soak rest on it.
    pub clock: Clock,
}

impl Session {
    /// The session of this process.
    ///
    /// # Errors
    ///
    /// When the working directory is gone.
    pub fn of_process() -> io::Result<Self> {
        let out = io::stdout();
        Ok(Self {
            env: Env::of_process(),
            dir: std::env::current_dir()?,
            colour: AutoStream::choice(&out) != ColorChoice::Never,
            interactive: io::stderr().is_terminal(),
            out: Box::new(Patient::new(BufWriter::new(out))),
            err: Box::new(AutoStream::auto(io::stderr())),
            sources: Sources::default(),
            clock: Clock::system(),
        })
    }

    /// A session that keeps what is printed, for tests: the session, its standard output, its standard error.
    #[must_use]
    pub fn captured(env: Env, dir: impl Into<PathBuf>) -> (Self, Captured, Captured) {
        let (out, err) = (Captured::default(), Captured::default());
        let session = Self {
            env,
            dir: dir.into(),
            out: Box::new(out.clone()),
            err: Box::new(AutoStream::never(Box::new(err.clone()) as Box<dyn Write>)),
            colour: false,
            interactive: false,
            sources: Sources::default(),
            clock: Clock::system(),
        };
        (session, out, err)
    }
}

/// A stream that keeps what is written to it. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Captured(Rc<RefCell<Vec<u8>>>);

impl Captured {
    /// What was written so far.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.borrow()).into_owned()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A stream whose reader may go away (`stepgate-lint … | head`): the rest is written to nobody.
struct Patient<W> {
    stream: W,
    gone: bool,
}

impl<W> Patient<W> {
    fn new(stream: W) -> Self {
        Self { stream, gone: false }
    }

    fn or_gone<T>(&mut self, result: io::Result<T>, instead: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.gone = true;
                Ok(instead)
            }
            other => other,
        }
    }
}

impl<W: Write> Write for Patient<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.gone {
            return Ok(bytes.len());
        }
        let result = self.stream.write(bytes);
        self.or_gone(result, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.gone {
            return Ok(());
        }
        let result = self.stream.flush();
        self.or_gone(result, ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pipe that nobody reads any more.
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn a_reader_that_goes_away_is_not_an_error() {
        let mut out = Patient::new(Closed);
        out.write_all(b"first").expect("quiet");
        out.flush().expect("quiet");
        out.write_all(b"second").expect("quiet");
    }

    #[test]
    fn a_captured_session_keeps_both_streams_apart_and_without_colour() {
        let (mut session, out, err) = Session::captured(Env::default(), "/");
        write!(session.out, "result").expect("memory");
        write!(session.err, "\u{1b}[31mwarning\u{1b}[0m").expect("memory");
        assert_eq!((out.text().as_str(), err.text().as_str()), ("result", "warning"));
    }
}
