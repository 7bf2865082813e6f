//! The pull-request comment.

use findings::escape;

use super::Target;

/// How long a comment may be: leaves room for the marker in the 32,768 characters that Bitbucket takes.
pub const COMMENT_CHARS: usize = 32_000;

/// Writes the comment of `program`, or brings the one of an earlier run up to date.
pub(super) async fn send(
    program: &str,
    body: &str,
    target: &Target,
    pull_request: u64,
) -> Result<(), bitbucket::Error> {
    let comments = target.repository().pull_requests().comments(pull_request);
    comments.upsert(program, &escape::cut(body, COMMENT_CHARS)).await.map(drop)
}
