//! One comment of ours, however often we come by.

use super::{Comment, Comments};
use crate::error::Error;

/// What became of an upsert.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Upserted {
    /// The comment as it stands.
    pub comment: Comment,
    /// How it came to stand so.
    pub how: Upsert,
    /// Further comments of ours with the same marker, left by steps that ran side by side, that were deleted.
    pub removed: Vec<u64>,
}

/// How an upserted comment came to stand as it does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Upsert {
    /// There was none.
    Created,
    /// There was one with another text.
    Updated,
    /// There was one with this text.
    Unchanged,
}

/// The line that marks a comment as ours: a Markdown link definition, which Bitbucket does not show.
#[must_use]
pub fn marker_line(marker: &str) -> String {
    format!("[//]: # ({marker})")
}

impl Comments {
    /// Makes sure that the pull request has one comment of ours that says `body`. Ours is one that bears `marker`
    /// (letters, digits, `.`, `_`, `-`, `:` and `/`) on a [line of its own](marker_line), which is added to `body`, and
    /// that the account asking has written, as far as that can be found out.
    ///
    /// A comment whose creation ended in doubt is looked for before it is created once more, and of several (steps
    /// that ran side by side) the oldest stays.
    ///
    /// # Errors
    ///
    /// As every request; also when `marker` is empty or holds something else.
    pub async fn upsert(&self, marker: &str, body: &str) -> Result<Upserted, Error> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "._-:/".contains(c);
        if marker.is_empty() || !marker.chars().all(fits) {
            return Err(Error::Invalid(format!(
                "mark a comment with {marker:?}: a marker holds letters, digits and any of ._-:/ only"
            )));
        }
        let line = marker_line(marker);
        let body = if is_marked(body, &line) { body.to_owned() } else { format!("{}\n\n{line}", body.trim_end()) };
        let me = self.me().await?;
        let candidates = self.marked(&line, me.as_deref()).await?;
        if let Some((comment, how)) = self.update_first(&candidates, &body).await? {
            return self.keep_oldest(candidates, &body, comment, how).await;
        }
        let comment = self.create_once(&line, &body, me.as_deref()).await?;
        let now = self.marked(&line, me.as_deref()).await?;
        self.keep_oldest(now, &body, comment, Upsert::Created).await
    }

    /// The account that asks, unless the server does not say. What is marked then has to do, and Bitbucket lets
    /// nobody change the comments of others.
    async fn me(&self) -> Result<Option<String>, Error> {
        match self.place.bitbucket().current_user().await {
            Ok(user) => Ok(user.uuid),
            Err(error) if error.status().is_some() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The comments that bear the marker, the oldest first, written by `author` where one is given.
    async fn marked(&self, line: &str, author: Option<&str>) -> Result<Vec<Comment>, Error> {
        let mut comments = self.list().all().await?;
        comments.retain(|comment| {
            let general = !comment.deleted && comment.inline.is_none() && comment.parent.is_none();
            let ours = author.is_none_or(|author| uuid(comment) == Some(author));
            general && ours && is_marked(&comment.content.raw, line)
        });
        comments.sort_by_key(|comment| comment.id);
        Ok(comments)
    }

    /// Gives `body` to the first of `candidates` that lets us.
    async fn update_first(&self, candidates: &[Comment], body: &str) -> Result<Option<(Comment, Upsert)>, Error> {
        for candidate in candidates {
            if same(&candidate.content.raw, body) {
                return Ok(Some((candidate.clone(), Upsert::Unchanged)));
            }
            match self.update(candidate.id, body).await {
                Ok(comment) => return Ok(Some((comment, Upsert::Updated))),
                Err(error) if error.is_denied() || error.is_not_found() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Creates the comment. When the server may have done so although it did not say so, looks before trying again.
    async fn create_once(&self, line: &str, body: &str, me: Option<&str>) -> Result<Comment, Error> {
        match self.create(body).send().await {
            Err(error) if error.is_transient() && !error.is_rate_limited() => {}
            done => return done,
        }
        let mut found = self.marked(line, me).await?.into_iter();
        match found.find(|comment| same(&comment.content.raw, body)) {
            Some(comment) => Ok(comment),
            None => self.create(body).send().await,
        }
    }

    /// Leaves one of the `marked` comments of `comment`'s author: the oldest, so that all who do this agree.
    async fn keep_oldest(
        &self,
        mut marked: Vec<Comment>,
        body: &str,
        mut comment: Comment,
        mut how: Upsert,
    ) -> Result<Upserted, Error> {
        // Only an author that the server named is known to be us.
        let author = uuid(&comment).map(str::to_owned);
        marked.retain(|other| author.is_some() && uuid(other) == author.as_deref());
        if let Some(oldest) = marked.first().filter(|oldest| oldest.id < comment.id) {
            match self.update(oldest.id, body).await {
                Ok(oldest) => (comment, how) = (oldest, Upsert::Updated),
                // Somebody was quicker to delete it.
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
            }
        }
        let mut removed = Vec::new();
        for other in marked.iter().filter(|other| other.id != comment.id) {
            self.delete(other.id).await?;
            removed.push(other.id);
        }
        Ok(Upserted { comment, how, removed })
    }
}

fn uuid(comment: &Comment) -> Option<&str> {
    comment.user.as_ref()?.uuid.as_deref()
}

/// Whether two bodies say the same. The server may change how lines end.
fn same(one: &str, other: &str) -> bool {
    one.trim_end().lines().eq(other.trim_end().lines())
}

/// Whether a line of `text` is the marker. A quoted one is not.
fn is_marked(text: &str, line: &str) -> bool {
    text.lines().any(|candidate| candidate.trim_end() == line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_found_on_a_line_of_its_own_only() {
        let line = marker_line("acme-lint");
        assert_eq!(line, "[//]: # (acme-lint)");
        assert!(is_marked("One problem.\r\n\r\n[//]: # (acme-lint)\r\n", &line));
        assert!(!is_marked("> [//]: # (acme-lint)", &line));
        assert!(!is_marked("[//]: # (acme-lint-2)", &line));
        assert!(!is_marked("see `[//]: # (acme-lint)`", &line));
    }
}
