//! The one failure type at the edge of a program.
//!
//! Its kind alone decides heading and exit code. Its message says what was being done and to what; the chain of
//! causes says why; hints say what to try next.

use std::error::Error;
use std::fmt;

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
    hints: Vec<String>,
}

impl Failure {
    /// A failure of `kind`; `message` says what could not be done, to what (`cannot read reports/phpstan.json`).
    #[must_use]
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), cause: None, hints: Vec::new() }
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

    /// The underlying error.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Something to try next; a sentence without a final period, so that commands in it can be copied.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
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
}

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
