//! What came of it: the plans, and what was done.

use std::collections::BTreeMap;

use jiff::Timestamp;
use landing::{How, MergeState, Proposed};
use promotion::{Plan, Verdict};
use schemars::JsonSchema;
use serde::Serialize;
use step::args::OutputArgs;
use step::outputs::WriteError;
use step::{Exit, Outputs, Place, Result, Session, words};

use crate::config::Config;
use crate::repository::Repository;
use crate::state::State;
use crate::write::plan::Output;
use crate::write::{self, Context, Options};

/// What was done.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub(crate) enum Done {
    /// Nothing: it was only judged, or a guardrail is not met.
    Judged,
    /// Nothing: the images are there already.
    There,
    /// A commit is on the branch.
    Committed {
        /// Its hash.
        commit: String,
        /// How many attempts it took.
        attempts: u32,
    },
    /// A pull request proposes it.
    Proposed {
        /// Its number.
        pull_request: u64,
        /// Where a person looks at it.
        url: Option<String>,
        /// `opened`, `updated`, `unchanged`.
        state: String,
    },
    /// A pull request was merged.
    Merged {
        /// Its number.
        pull_request: u64,
        /// The commit on the branch, where the server says it.
        commit: Option<String>,
    },
}

/// The plans, and what was done about them.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) context: Context,
    /// The commit that was judged, of a change that is there already.
    pub(crate) head: Option<String>,
    pub(crate) plans: Vec<Plan>,
    pub(crate) done: Done,
    /// What no change may do, in words.
    pub(crate) problems: Vec<String>,
    /// Other files that are changed: no guardrail looks at them.
    pub(crate) others: Vec<String>,
    /// What a person may want to know besides.
    pub(crate) notes: Vec<String>,
}

impl Report {
    pub(crate) fn new(
        repository: &Repository,
        state: &State<'_>,
        plans: Vec<Plan>,
        done: Done,
        now: Timestamp,
    ) -> Self {
        Self {
            context: context(repository, state, now),
            head: None,
            plans,
            done,
            problems: Vec::new(),
            others: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// What all plans come to: the worst of them.
    pub(crate) fn verdict(&self) -> Verdict {
        if !self.problems.is_empty() {
            return Verdict::NotMet;
        }
        if self.plans.is_empty() && self.head.is_some() {
            // A change that moves no image asks nothing.
            return Verdict::Met;
        }
        Plan::together(&self.plans)
    }

    /// How the program ends.
    pub(crate) fn exit(&self) -> Exit {
        match (&self.done, self.verdict()) {
            _ if !self.problems.is_empty() => Exit::Fail,
            (Done::There | Done::Committed { .. } | Done::Merged { .. }, _) | (_, Verdict::Met) => Exit::Pass,
            (_, Verdict::NotMet) => Exit::Fail,
            (_, Verdict::NotYet(_)) => Exit::NotYet,
            (_, Verdict::Failed) => Exit::Remote,
        }
    }

    /// The description of a pull request for it.
    pub(crate) fn description(&self) -> String {
        write::plan::markdown(self, None)
    }

    pub(crate) fn pull_request(&self) -> Option<u64> {
        match self.done {
            Done::Proposed { pull_request, .. } | Done::Merged { pull_request, .. } => Some(pull_request),
            _ => None,
        }
    }

    /// What came of proposing it.
    pub(crate) fn proposed(&mut self, proposed: Proposed, branch: &str) {
        match proposed {
            Proposed::Ours(proposal) => {
                let state = match (&proposal.merge, proposal.how) {
                    (Some(MergeState::Merged { .. }), _) => "merged",
                    (_, How::Opened) => "opened",
                    (_, How::Updated) => "updated",
                    (_, How::Unchanged) => "unchanged",
                };
                self.notes.extend(proposal.notes);
                let declined = proposal.superseded.iter();
                self.notes.extend(declined.map(|id| format!("declined pull request {id}: it is from the same branch")));
                self.done = Done::Proposed { pull_request: proposal.id, url: proposal.url, state: state.to_owned() };
            }
            Proposed::Newer { commit, .. } => {
                self.notes.push(format!("`{branch}` holds something else ({commit:.12}), which was left alone"));
            }
            Proposed::Stopped { declined, notes } => {
                self.notes.extend(notes);
                self.notes
                    .extend(declined.iter().map(|id| format!("declined pull request {id}: nothing is left to do")));
            }
        }
    }

    /// Tells people, and writes what was asked for.
    pub(crate) fn tell(&self, args: &OutputArgs, place: &Place<Config>, session: &mut Session) -> Result<Exit> {
        for note in &self.notes {
            words::progress(session, note);
        }
        let outputs = Outputs::find(args, &BTreeMap::new(), Output::from_name, "promote", place.dir(), place.base())?;
        outputs.write(session, Output::Terminal, |output, colour, out| {
            let options = Options { colour, ..Options::default() };
            write::plan::write(output, self, &options, out).map_err(WriteError::Io)
        })?;
        Ok(self.exit())
    }
}

/// Where the answer was read from.
pub(crate) fn context(repository: &Repository, state: &State<'_>, now: Timestamp) -> Context {
    Context {
        repository: repository.name(),
        branch: repository.branch.clone(),
        tip: state.tip.clone(),
        policy_commit: state.tip.clone(),
        policy_sha256: state.policy_sha256.clone(),
        now,
    }
}
