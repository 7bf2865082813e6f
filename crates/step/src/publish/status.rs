//! The build status: one line on the commit and the pull request.

use bitbucket::BuildState;
use findings::{Gate, Outcome, escape};

use super::Target;

pub(super) async fn send(gate: &Gate<'_>, target: &Target) -> Result<(), bitbucket::Error> {
    let state = match gate.verdict.outcome {
        Outcome::Pass => BuildState::Successful,
        Outcome::Fail | Outcome::Incomplete => BuildState::Failed,
    };
    let commit_page =
        || format!("https://bitbucket.org/{}/{}/commits/{}", target.workspace, target.repo, target.commit);
    let url = target.link.clone().unwrap_or_else(commit_page);
    let reason = gate.verdict.reasons.first().map_or(gate.verdict.outcome.as_str(), String::as_str);
    let statuses = target.remote_commit().statuses();
    let mut status = statuses
        .upsert(gate.program, state, url)
        .name(gate.program)
        .description(escape::cut(&escape::terminal(reason), DESCRIPTION_CHARS));
    if let Some(branch) = &target.branch {
        status = status.refname(branch);
    }
    status.send().await.map(drop)
}

/// The API description names no limit; this much is shown.
const DESCRIPTION_CHARS: usize = 250;
