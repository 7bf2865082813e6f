//! Fetching, with and without partial clones.

use std::time::Duration;

use super::names::{checked_id, head};
use super::objects::Objects;
use super::{Format, REMOTE, Scratch, State};
use crate::error::{Error, Result};
use crate::history::{FETCH_OPTIONS, WAITS, may_pass, no_answer};

/// What to leave out, where the server can (`--filter`, <https://git-scm.com/docs/git-rev-list>).
#[derive(Clone, Copy, Debug)]
pub(super) enum Filter {
    /// All but what is asked for by its id.
    Everything,
    /// All but commits and their root trees.
    BelowRoot,
    /// Contents of files.
    Files,
}

/// Into which of our repositories.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Within {
    /// The one that has the tip of a branch, and little else.
    Tip,
    /// The one that has all that leads to a commit.
    History,
}

/// What to fetch.
struct Ask<'a> {
    within: Within,
    /// How many commits from the tip; left out: as many as there are from what is here.
    depth: Option<u32>,
    filter: Filter,
    /// Ids, or refspecs.
    wants: &'a [String],
    /// What it is called in errors.
    what: &'a str,
    /// How long to wait before each further attempt, when a fault may pass.
    waits: &'a [Duration],
}

/// How a fetch ended that did not fetch.
enum Setback {
    /// The same again, with what was learned of the server.
    Again,
    /// There is no such branch.
    NoBranch,
    /// The fault may pass.
    MayPass(String),
    /// It will not, or has taken long enough.
    Final(String),
}

impl Scratch {
    /// The commit at the tip of a branch as the remote has it now; `None` when it has no such branch. A fault that may
    /// pass ([`Error::is_transient`]) is not waited out: whoever lands a commit has to come back here anyway.
    pub async fn tip(&self, branch: &str) -> Result<Option<String>> {
        let head = head(branch)?;
        let here = format!("refs/tips/{branch}");
        let wants = [format!("+{head}:{here}")];
        let (depth, filter) = (Some(1), Filter::BelowRoot);
        let ask = Ask { within: Within::Tip, depth, filter, wants: &wants, what: branch, waits: &[] };
        let mut state = self.state.lock().await;
        if !self.fetch(&mut state, &ask).await? {
            return Ok(None);
        }
        Ok(self.object(&mut state, &here).await?.map(|object| object.id))
    }

    /// Fetches objects by their ids, nothing with them.
    pub(super) async fn fetch_objects(&self, state: &mut State, ids: &[String]) -> Result<()> {
        self.fetch_ids(state, None, Filter::Everything, ids).await
    }

    /// Fetches objects by their ids, and what `filter` lets through.
    pub(super) async fn fetch_ids(
        &self,
        state: &mut State,
        depth: Option<u32>,
        filter: Filter,
        ids: &[String],
    ) -> Result<()> {
        for id in ids {
            checked_id(id)?;
        }
        let what = ids.first().map_or("nothing", String::as_str);
        self.must_fetch(state, &Ask { within: Within::Tip, depth, filter, wants: ids, what, waits: &WAITS }).await
    }

    /// Fetches what a commit, by its refspec, leads to, and what `filter` lets through.
    pub(super) async fn fetch_history_of(&self, state: &mut State, want: &str, filter: Filter) -> Result<()> {
        let wants = [want.to_owned()];
        let what = want.split([':', '+']).find(|part| !part.is_empty()).unwrap_or(want);
        let ask = Ask { within: Within::History, depth: None, filter, wants: &wants, what, waits: &WAITS };
        self.must_fetch(state, &ask).await
    }

    async fn must_fetch(&self, state: &mut State, ask: &Ask<'_>) -> Result<()> {
        if self.fetch(state, ask).await? {
            return Ok(());
        }
        Err(self.fault(ask.what, "the remote does not have it".to_owned()))
    }

    /// Fetches; whether what was asked for is there at all.
    async fn fetch(&self, state: &mut State, ask: &Ask<'_>) -> Result<bool> {
        let mut waits = ask.waits.iter();
        loop {
            match self.fetch_once(state, ask).await? {
                None => return Ok(true),
                Some(Setback::NoBranch) => return Ok(false),
                Some(Setback::Again) => {}
                Some(Setback::Final(said)) => return Err(self.fault(ask.what, said)),
                Some(Setback::MayPass(said)) => match waits.next() {
                    Some(wait) => tokio::time::sleep(*wait).await,
                    None => return Err(self.fault(ask.what, said)),
                },
            }
        }
    }

    async fn fetch_once(&self, state: &mut State, ask: &Ask<'_>) -> Result<Option<Setback>> {
        let partial = if state.filters { partial(ask) } else { Vec::new() };
        let filter = state.filters.then(|| format!("--filter={}", ask.filter.spec()));
        let depth = ask.depth.map(|depth| format!("--depth={depth}"));
        let git = match ask.within {
            Within::Tip => self.git(state, &partial, "fetch"),
            // From a remote that is shallow itself as much as it has is taken.
            Within::History => {
                self.git_in(&self.history_dir(state.format), &partial, "fetch").args(["--update-shallow"])
            }
        };
        let git = git.secret_config(&self.secrets).args(FETCH_OPTIONS).args(depth).args(filter);
        let finished = match git.args(["--stdin", REMOTE]).input(lines(ask.wants)).run_any().await {
            Err(Error::TimedOut { limit, .. }) => {
                return Ok(Some(Setback::Final(no_answer(limit))));
            }
            other => other?,
        };
        if finished.said.contains("filtering not recognized by server") {
            state.filters = false;
        }
        if finished.is_success {
            return Ok(None);
        }
        self.learn(state, finished.said).await.map(Some)
    }

    /// What a failed fetch tells.
    async fn learn(&self, state: &mut State, said: String) -> Result<Setback> {
        let refuses_filter = said.contains("filter '") || said.contains("filter allows max depth");
        if state.filters && refuses_filter {
            state.filters = false;
            return Ok(Setback::Again);
        }
        if state.format == Format::Sha1 && is_sha256(&said) {
            self.turn_to_sha256(state).await?;
            return Ok(Setback::Again);
        }
        if said.contains("couldn't find remote ref") {
            return Ok(Setback::NoBranch);
        }
        Ok(if may_pass(&said) { Setback::MayPass(said) } else { Setback::Final(said) })
    }

    /// Starts anew with the hash that the remote has.
    pub(super) async fn turn_to_sha256(&self, state: &mut State) -> Result<()> {
        state.format = Format::Sha256;
        state.objects = Objects::default();
        self.init(Format::Sha256).await
    }

    fn fault(&self, what: &str, said: String) -> Error {
        Error::Remote { what: format!("fetch `{what}` from {}", self.url()), said }
    }
}

impl Filter {
    fn spec(self) -> &'static str {
        match self {
            Self::Everything => "tree:0",
            Self::BelowRoot => "tree:1",
            Self::Files => "blob:none",
        }
    }
}

/// What tells git for one fetch that the repository is partial. Where all but the tip is missing it offers nothing that it
/// has: the server would take the rest of it to be here too, and send differences to that.
fn partial(ask: &Ask<'_>) -> Vec<String> {
    let mut settings = vec![
        format!("remote.{REMOTE}.promisor=true"),
        format!("remote.{REMOTE}.partialCloneFilter={}", ask.filter.spec()),
    ];
    if ask.within == Within::Tip {
        settings.push("fetch.negotiationAlgorithm=noop".to_owned());
    }
    settings
}

fn is_sha256(said: &str) -> bool {
    said.contains("mismatched algorithms") && said.contains("server sha256")
}

fn lines(wants: &[String]) -> Vec<u8> {
    wants.iter().flat_map(|want| [want.as_bytes(), b"\n"]).flatten().copied().collect()
}
