//! The one failure type at the edge of a program.
//!
//! Its kind alone decides heading and exit code. Its message says what was being done and to what; the chain of
//! causes says why; hints say what to try next.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use findings::escape;

use crate::exit::Exit;

/// `Result` with a [`Failure`].
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// The command line makes no sense.
    Usage,
    /// A config file or an input cannot be used.
    Input,
    /// A remote failed.
    Remote,
    /// Interrupted by the user or the pipeline.
    Interrupted,
    /// A bug in stepgate.
    Bug,
}

/// Why a program could not do what it was asked.
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    message: String,
    cause: Option<Box<dyn Error + Send + Sync>>,
    excerpt: Vec<String>,
    hints: Vec<String>,
}

impl Failure {
    /// A failure of `kind`; `message` says what could not be done, to what (`cannot read reports/phpstan.json`).
    #[must_use]
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), cause: None, excerpt: Vec::new(), hints: Vec::new() }
    }

    /// [`Kind::Usage`].
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// [`Kind::Input`].
    #[must_use]
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(Kind::Input, message)
    }

    /// [`Kind::Remote`].
    #[must_use]
    pub fn remote(message: impl Into<String>) -> Self {
        Self::new(Kind::Remote, message)
    }

    /// [`Kind::Bug`].
    #[must_use]
    pub fn bug(message: impl Into<String>) -> Self {
        Self::new(Kind::Bug, message)
    }

    /// Git could not answer what was asked for `message`. Its fault is a remote's or the clone's; its hint is kept.
    #[must_use]
    pub fn git(message: impl Into<String>, error: git::Error) -> Self {
        let kind = if error.is_remote() { Kind::Remote } else { Kind::Input };
        let hint = error.hint();
        Self::new(kind, message).because(error).hint_if(hint)
    }

    /// The underlying error.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// A line of the input at fault, shown below the message.
    #[must_use]
    pub fn excerpt(mut self, line: impl Into<String>) -> Self {
        self.excerpt.push(line.into());
        self
    }

    /// Something to try next; a sentence without a final period, so that commands in it can be copied.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// A hint, where something is known to help.
    #[must_use]
    pub fn hint_if(self, hint: Option<impl Into<String>>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }

    /// The exit code that goes with it.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self.kind {
            Kind::Usage => Exit::Usage,
            Kind::Input => Exit::Input,
            Kind::Remote => Exit::Remote,
            Kind::Interrupted => Exit::Interrupted,
            Kind::Bug => Exit::Bug,
        }
    }

    /// What to try next.
    #[must_use]
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// Tells people: what went wrong, the lines at fault, what to try next. With colours, which `err` takes out where
    /// nobody would see them.
    ///
    /// # Errors
    ///
    /// When `err` cannot be written to.
    pub fn tell(&self, err: &mut dyn Write) -> io::Result<()> {
        let text = self.to_string();
        let heading = match self.kind {
            Kind::Interrupted => "interrupted",
            Kind::Usage | Kind::Input | Kind::Remote | Kind::Bug => "error",
        };
        writeln!(err, "{ERROR}{heading}{ERROR:#}: {}", escape::terminal(&text))?;
        for line in &self.excerpt {
            // `terminal` would take the spaces that put the caret below the fault for one.
            writeln!(err, "  {}", line.split(' ').map(escape::terminal).collect::<Vec<_>>().join(" "))?;
        }
        for hint in &self.hints {
            writeln!(err, "{HINT}hint{HINT:#}: {}", escape::terminal(hint))?;
        }
        if self.kind == Kind::Bug {
            writeln!(err, "{HINT}hint{HINT:#}: this is a bug in stepgate; please report it at {REPORT_AT}")?;
        }
        err.flush()
    }
}

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// Where bugs are reported.
pub(crate) const REPORT_AT: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/issues");

/// Message and causes on one line: `cannot read x: no such file`.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let mut cause = self.cause.as_deref().map(|cause| cause as &dyn Error);
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
