//! An outcome on Bitbucket: Code Insights reports and annotations, a build status, a pull-request comment.
//!
//! Publishing is not the gate: what could not be published is told, and the verdict stands. Doing it again gives the
//! same state: reports are replaced, the status has a key, the comment has a marker.
//!
//! # Layout
//!
//! - [`Target`]: where it goes, found from arguments, pipeline and git; and with whose credentials.
//! - [`Bulletin`]: what is said, whatever was judged; `gate` makes it of a gate over findings.
//! - [`Insight`], [`Note`]: a report, and what it says at a place in a file.
//! - `status`, `comment`: the other two.
//! - `text`: hostile text in the lengths that Bitbucket takes.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use findings::{Outcome, escape};

use crate::exit::Exit;

mod comment;
mod gate;
mod insight;
mod note;
mod status;
mod target;
mod text;

pub use bitbucket::{DataValue, ReportType};
pub use comment::COMMENT_CHARS;
pub use insight::Insight;
pub use note::{Note, gravest_first};
pub use target::Target;

/// What a program has to say, whatever it judged.
#[derive(Clone, Debug)]
pub struct Bulletin<'b> {
    /// The program: `stepgate-lint`. The key of its build status and the mark of its comment; letters, digits and `-`.
    pub program: &'b str,
    /// What came of it.
    pub outcome: Outcome,
    /// Why, in a line. Plain text that may quote hostile input.
    pub reason: String,
    /// The comment on the pull request: Markdown, in which hostile text is escaped already, of at most
    /// [`COMMENT_CHARS`].
    pub comment: String,
    /// The reports, in the order in which they are sent. An [id](Insight::id) of its own for each.
    pub insights: Vec<Insight>,
}

/// What became of publishing.
#[derive(Debug, Default)]
pub struct Published {
    /// Where it went: `acme/shop`, commit `0123abc`.
    place: String,
    /// How many reports are there now.
    pub reports: usize,
    /// What else is there now, in words: `build status`.
    pub done: Vec<String>,
    /// What is not, and why, in the server's words.
    pub failed: Vec<String>,
    /// What was not tried, and why, and what Bitbucket wants people to know (a rate limit that is near).
    pub notes: Vec<String>,
    /// Whether the server was waited for in vain.
    gone: bool,
}

/// Publishes `bulletin`, as far as the credentials of `target` go.
pub async fn publish(bulletin: Bulletin<'_>, target: &Target) -> Published {
    let Bulletin { program, outcome, reason, comment, insights } = bulletin;
    let mut published = Published { place: target.to_string(), ..Published::default() };
    for insight in insights {
        let what = format!("report {}", insight.id());
        let is_there = published.step(&what, insight.send(&target.remote_commit())).await;
        published.reports += usize::from(is_there);
    }
    if target.is_whole() {
        published.one("build status".to_owned(), status::send(program, outcome, &reason, target)).await;
        if let Some(pull_request) = target.pull_request {
            let what = format!("comment on pull request {pull_request}");
            published.one(what, comment::send(program, &comment, target, pull_request)).await;
        }
    } else {
        published.notes.push(PROXY_ONLY.to_owned());
    }
    published.notes.append(&mut target.notes.lock().unwrap_or_else(PoisonError::into_inner));
    published
}

/// Notes from the client, told when publishing is over.
type Notes = std::sync::Arc<Mutex<Vec<String>>>;

const PROXY_ONLY: &str = "no build status and no comment: the step's own access covers reports only; \
    set STEPGATE_BITBUCKET_TOKEN as a secured variable to have them";

impl Published {
    /// Says on `err` what was published, what was not, and why.
    ///
    /// # Errors
    ///
    /// When `err` cannot be written to.
    pub fn tell(&self, err: &mut dyn Write) -> io::Result<()> {
        let reports = match self.reports {
            0 => None,
            1 => Some("1 report".to_owned()),
            reports => Some(format!("{reports} reports")),
        };
        let done: Vec<_> = reports.into_iter().chain(self.done.iter().cloned()).collect();
        if !done.is_empty() {
            writeln!(err, "published to {}: {}", escape::terminal(&self.place), escape::terminal(&done.join(", ")))?;
        }
        for failed in &self.failed {
            writeln!(err, "warning: could not publish {}", escape::terminal(failed))?;
        }
        for note in &self.notes {
            writeln!(err, "note: {}", escape::terminal(note))?;
        }
        Ok(())
    }

    /// How the program ends that would end with `verdict`: the same, unless publishing is required and failed.
    #[must_use]
    pub fn exit(&self, verdict: Exit, required: bool) -> Exit {
        if required && !self.failed.is_empty() { Exit::Remote } else { verdict }
    }

    /// Does something that there is one of.
    async fn one(&mut self, what: String, work: impl Future<Output = Result<(), bitbucket::Error>>) {
        if self.step(&what, work).await {
            self.done.push(what);
        }
    }

    /// Does one thing, unless what went before has shown that nobody answers: that was waited for long enough. Gives
    /// whether it is done.
    async fn step(&mut self, what: &str, work: impl Future<Output = Result<(), bitbucket::Error>>) -> bool {
        if self.gone {
            self.failed.push(format!("the {what}: not tried any more"));
            return false;
        }
        let result = work.await;
        if let Err(error) = &result {
            self.gone = error.is_rate_limited() || error.is_transient() && error.status().is_none();
            self.failed.push(format!("the {what}: {error}{}", advice(error)));
        }
        result.is_ok()
    }
}

fn advice(error: &bitbucket::Error) -> &'static str {
    if error.is_denied() {
        "; the token needs the scopes repository and pullrequest"
    } else if error.is_not_found() {
        "; either the repository or the commit is not there, or the token may not see it"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests;
