//! Commits and files by their ids.

use std::collections::{BTreeSet, HashMap};

use super::Scratch;
use super::names::checked_id;
use super::objects::Object;
use crate::error::Result;

/// What a commit says of itself, which anybody can write. What is not UTF-8 becomes U+FFFD.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CommitInfo {
    /// Its id.
    pub commit: String,
    /// The ids of its parents.
    pub parents: Vec<String>,
    /// Who made the change.
    pub author: Signed,
    /// Who made the commit.
    pub committer: Signed,
    /// The whole message.
    pub message: String,
}

/// A name, an address and a time, as somebody wrote them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Signed {
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// In seconds since 1970; `None` when it is no number.
    pub time: Option<i64>,
}

impl Scratch {
    /// What a commit says of itself.
    ///
    /// # Errors
    ///
    /// It cannot be fetched, or is no commit.
    pub async fn commit_info(&self, commit: &str) -> Result<CommitInfo> {
        let mut infos = self.commit_infos(&[commit.to_owned()]).await?;
        infos.remove(commit).ok_or_else(|| self.bad_object("commit", commit, "not found"))
    }

    /// What commits say of themselves, by their ids; what is not here is fetched with one question.
    ///
    /// # Errors
    ///
    /// One cannot be fetched, or is no commit.
    pub async fn commit_infos(&self, commits: &[String]) -> Result<HashMap<String, CommitInfo>> {
        let mut infos = HashMap::new();
        for object in self.objects_by_id(commits).await? {
            let info = commit(&object).ok_or_else(|| self.bad_object("commit", &object.id, "not a commit"))?;
            infos.insert(object.id, info);
        }
        Ok(infos)
    }

    /// Contents of files by the ids of their blobs; what is not here is fetched with one question.
    ///
    /// # Errors
    ///
    /// One cannot be fetched, or is no file.
    pub async fn blobs(&self, ids: &[String]) -> Result<HashMap<String, Vec<u8>>> {
        let mut blobs = HashMap::new();
        for object in self.objects_by_id(ids).await? {
            if object.kind != "blob" {
                return Err(self.bad_object("file", &object.id, "not a blob"));
            }
            blobs.insert(object.id, object.content);
        }
        Ok(blobs)
    }

    async fn objects_by_id(&self, ids: &[String]) -> Result<Vec<Object>> {
        let mut once = BTreeSet::new();
        for id in ids {
            once.insert(checked_id(id)?.to_owned());
        }
        let mut state = self.state.lock().await;
        self.need(&mut state, &Vec::from_iter(once)).await
    }
}

/// The headers that we know, and after an empty line the message (<https://git-scm.com/docs/git-commit-tree>). A header of
/// several lines goes on after a space, and cannot be taken for another one.
fn commit(object: &Object) -> Option<CommitInfo> {
    let text = Some(object).filter(|object| object.kind == "commit").map(|object| &object.content)?;
    let text = String::from_utf8_lossy(text);
    let (head, message) = text.split_once("\n\n").unwrap_or((&text, ""));
    let mut info = CommitInfo {
        commit: object.id.clone(),
        parents: Vec::new(),
        author: Signed::default(),
        committer: Signed::default(),
        message: message.to_owned(),
    };
    for line in head.lines() {
        match line.split_once(' ') {
            Some(("parent", id)) => info.parents.push(id.to_owned()),
            Some(("author", who)) => info.author = signed(who),
            Some(("committer", who)) => info.committer = signed(who),
            _ => {}
        }
    }
    Some(info)
}

/// `Name <address> seconds zone`.
fn signed(text: &str) -> Signed {
    let (who, when) = text.rsplit_once('>').unwrap_or((text, ""));
    let (name, email) = who.split_once('<').unwrap_or((who, ""));
    let time = when.split_whitespace().next().and_then(|time| time.parse().ok());
    Signed { name: name.trim().to_owned(), email: email.trim().to_owned(), time }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &[u8]) -> Option<CommitInfo> {
        commit(&Object { id: "1".repeat(40), kind: "commit".to_owned(), content: content.to_vec() })
    }

    #[test]
    fn a_signature_or_a_strange_name_is_not_taken_for_a_header() {
        let text = b"tree 0\nparent 1\nparent 2\nauthor A <B> \xff <a@b> 12 +0100\ncommitter C <> x +0000\ngpgsig -----BEGIN\n author Z <z@z> 1 +0000\n parent 3\n\nsubject\n\nauthor Y <y@y> 2 +0000\n";
        let info = read(text).expect("a commit");
        assert_eq!(info.parents, ["1", "2"]);
        assert_eq!((info.author.name.as_str(), info.author.time), ("A", Some(12)));
        assert_eq!((info.committer.name.as_str(), info.committer.email.as_str(), info.committer.time), ("C", "", None));
        assert_eq!(info.message, "subject\n\nauthor Y <y@y> 2 +0000\n");
    }

    #[test]
    fn a_commit_that_is_cut_short_says_less_and_breaks_nothing() {
        let text = b"tree 0\nparent 1\nauthor A <a@b> 12 +0100\ncommitter A <a@b> 12 +0100\n\nsubject\n";
        for end in 0..text.len() {
            assert!(read(&text[..end]).is_some());
        }
    }
}
