//! The pull-request comment: what is new, as a table.

use findings::Gate;
use findings::write::{self, Options, Output};

use super::Target;

/// Writes the comment, or brings the one of an earlier run up to date.
pub(super) async fn send(gate: &Gate<'_>, target: &Target, pull_request: u64) -> Result<(), bitbucket::Error> {
    let source = target.source();
    let rest = Some("in the reports of the commit (Code Insights)");
    let options = Options { max_chars: Some(BODY_CHARS), source: Some(&source), rest, ..Options::default() };
    let mut body = Vec::new();
    write::write(Output::Markdown, gate, &options, &mut body)
        .map_err(|error| bitbucket::Error::Invalid(format!("write the comment: {error}")))?;
    let body = String::from_utf8_lossy(&body);
    let comments = target.repository().pull_requests().comments(pull_request);
    comments.upsert(gate.program, &body).await.map(drop)
}

/// Leaves room for the marker in the 32,768 characters that Bitbucket takes.
const BODY_CHARS: usize = 32_000;
