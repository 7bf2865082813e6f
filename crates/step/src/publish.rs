//! A gate's outcome on Bitbucket: Code Insights reports and annotations, a build status, a pull-request comment.
//!
//! Publishing is not the gate: what could not be published is told, and the verdict stands. Doing it again gives the
//! same state: reports are replaced, the status has a key, the comment has a marker.
//!
//! # Layout
//!
//! - [`Target`]: where it goes, found from arguments, pipeline and git; and with whose credentials.
//! - `insights`: a report for each tool, one for the gate, and their annotations.
//! - `status`, `comment`: the other two.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use findings::judge::LineMap;
use findings::{Gate, escape};

use crate::exit::Exit;

mod comment;
mod insights;
mod status;
mod target;

pub use target::Target;

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

/// Publishes `gate`, as far as the credentials of `target` go. `lines` leads from the work tree that was judged back to
/// the commit that annotations are posted on; without it they are the same.
pub async fn publish(gate: &Gate<'_>, lines: Option<&LineMap>, target: &Target) -> Published {
    let mut published = Published { place: target.to_string(), ..Published::default() };
    for report in insights::reports(gate, lines, target) {
        let is_there = published.step(&format!("report {}", report.id), report.send(&target.remote_commit())).await;
        published.reports += usize::from(is_there);
    }
    if target.is_whole() {
        published.one("build status".to_owned(), status::send(gate, target)).await;
        if let Some(pull_request) = target.pull_request {
            let what = format!("comment on pull request {pull_request}");
            published.one(what, comment::send(gate, target, pull_request)).await;
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
