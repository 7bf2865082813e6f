//! The build status: one line on the commit and the pull request.

use bitbucket::BuildState;
use findings::Outcome;

use super::Target;
use super::text::cut;

pub(super) async fn send(
    program: &str,
    outcome: Outcome,
    reason: &str,
    target: &Target,
) -> Result<(), bitbucket::Error> {
    let state = match outcome {
        Outcome::Pass => BuildState::Successful,
        Outcome::Fail | Outcome::Incomplete => BuildState::Failed,
    };
    let commit_page =
        || format!("https://bitbucket.org/{}/{}/commits/{}", target.workspace, target.repo, target.commit);
    let url = target.link.clone().unwrap_or_else(commit_page);
    let statuses = target.remote_commit().statuses();
    let mut status = statuses.upsert(program, state, url).name(program).description(cut(reason, DESCRIPTION_CHARS));
    if let Some(branch) = &target.branch {
        status = status.refname(branch);
    }
    status.send().await.map(drop)
}

/// The API description names no limit; this much is shown.
const DESCRIPTION_CHARS: usize = 250;
