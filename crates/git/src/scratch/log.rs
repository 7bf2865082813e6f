//! What the last commits say.

use super::Scratch;
use super::fetch::Filter;
use super::names::checked_id;
use crate::error::Result;

/// A commit and what it says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Logged {
    /// Its id.
    pub commit: String,
    /// Its whole message; what is not UTF-8 in it becomes U+FFFD.
    pub message: String,
}

impl Scratch {
    /// The last commits up to `tip`, children before parents and otherwise newest first, at most `most`. Fetches only
    /// commits, where the server can leave out the rest.
    pub async fn messages(&self, tip: &str, most: u32) -> Result<Vec<Logged>> {
        let tip = checked_id(tip)?;
        if most == 0 {
            return Ok(Vec::new());
        }
        let mut state = self.state.lock().await;
        if most > 1 {
            self.fetch_ids(&mut state, Some(most), Filter::Everything, &[tip.to_owned()]).await?;
        }
        let count = format!("--max-count={most}");
        let args = [&count, "--date-order", "--encoding=UTF-8", "--format=%x00%H%x00%B%x00", tip, "--"];
        let log = self.git(&state, &[], "rev-list").args(args).run().await?;
        Ok(parse(&log))
    }
}

/// For each commit: a line `commit ID`, NUL, the id, NUL, the message, NUL, the end of the line.
fn parse(log: &[u8]) -> Vec<Logged> {
    let mut parts = log.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    let mut commits = Vec::new();
    while let (Some(_), Some(commit), Some(message)) = (parts.next(), parts.next(), parts.next()) {
        commits.push(Logged { commit: commit.into_owned(), message: message.into_owned() });
    }
    commits
}
