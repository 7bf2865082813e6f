//! A commit out of whole files.

use http::{Method, Multipart};

use crate::client::Place;
use crate::error::Error;

/// A commit about to be made: <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-source/>, "Create a
/// commit by uploading a file".
#[must_use]
#[derive(Debug)]
pub struct CommitFiles {
    place: Place,
    message: String,
    author: Option<String>,
    branch: Option<String>,
    parent: Option<String>,
    files: Vec<File>,
}

#[derive(Clone, Debug)]
struct File {
    path: String,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Plain(Vec<u8>),
    Executable(Vec<u8>),
    Deleted,
}

impl CommitFiles {
    pub(crate) fn new(place: Place, message: String) -> Self {
        Self { place, message, author: None, branch: None, parent: None, files: Vec::new() }
    }

    /// Who wrote it, as `Ada Lovelace <ada@example.com>`. Default: the account that asks.
    pub fn author(mut self, author: impl Into<String>) -> Self {
        self.author = Some(author.into());
        self
    }

    /// The branch that it goes on top of, or that it begins. Default: the main branch.
    pub fn branch(mut self, name: impl Into<String>) -> Self {
        self.branch = Some(name.into());
        self
    }

    /// The commit that it goes on top of. When the branch exists and its tip is another one, nothing happens and the
    /// error [is a conflict](Error::is_conflict). A branch that does not exist begins here.
    pub fn parent(mut self, hash: impl Into<String>) -> Self {
        self.parent = Some(hash.into());
        self
    }

    /// A file with its new content. A symbolic link or an executable of this name becomes a plain file.
    pub fn file(self, path: impl Into<String>, content: Vec<u8>) -> Self {
        self.with(path, Content::Plain(content))
    }

    /// A file that may be executed.
    pub fn executable(self, path: impl Into<String>, content: Vec<u8>) -> Self {
        self.with(path, Content::Executable(content))
    }

    /// A file that is to go.
    pub fn delete(self, path: impl Into<String>) -> Self {
        self.with(path, Content::Deleted)
    }

    /// Makes the commit, and gives its hash where the server says it. It is not repeated when its outcome is not known:
    /// look at the tip of the branch then.
    ///
    /// # Errors
    ///
    /// As every request; 409 when the branch has moved. Also when a path cannot be sent unambiguously.
    pub async fn send(self) -> Result<Option<String>, Error> {
        if let Some(refused) = self.files.iter().find(|file| !can_be_sent(&file.path)) {
            return Err(Error::Invalid(format!(
                "commit the file {:?}: its path cannot be sent by the API",
                refused.path
            )));
        }
        let url = self.place.url()?;
        let (bitbucket, form) = (self.place.bitbucket(), self.form());
        let client = bitbucket.client();
        let answer = bitbucket.send(|| client.request(Method::POST, url.clone()).multipart(form.clone())).await?;
        // …/commit/{hash}
        let last = answer.header("location").and_then(|place| place.trim_end_matches('/').rsplit('/').next());
        Ok(last.filter(|hash| is_hash(hash)).map(str::to_owned))
    }

    fn with(mut self, path: impl Into<String>, content: Content) -> Self {
        self.files.push(File { path: path.into(), content });
        self
    }

    fn form(&self) -> Multipart {
        let mut form = Multipart::new().text("message", &self.message);
        let fields = [("author", &self.author), ("branch", &self.branch), ("parents", &self.parent)];
        for (name, value) in fields {
            if let Some(value) = value {
                form = form.text(name, value);
            }
        }
        for File { path, content } in &self.files {
            // The slash tells a file named "message" from the message.
            let (field, name) = (format!("/{path}"), path.rsplit('/').next().unwrap_or_default());
            form = match content {
                Content::Plain(bytes) => form.file(&field, name, &[], bytes.clone()),
                Content::Executable(bytes) => form.file(&field, name, &[("x-attributes", "executable")], bytes.clone()),
                Content::Deleted => form.text("files", &field),
            };
        }
        form
    }
}

/// Whether a path means one file, and means it on the other side too: nobody says how the server takes a quotation
/// mark, a backslash or a control character in the name of a field.
fn can_be_sent(path: &str) -> bool {
    let names_one = |segment: &str| !matches!(segment, "" | "." | "..") && !segment.eq_ignore_ascii_case(".git");
    path.split('/').all(names_one) && !path.contains(['"', '\\']) && !path.contains(char::is_control)
}

fn is_hash(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_could_mean_something_else_over_there_is_not_sent() {
        for path in ["a.yaml", "envs/prod/values.yaml", "ä b/%22;x=y.yaml", ".github/x", "a/.gitignore"] {
            assert!(can_be_sent(path), "{path:?}");
        }
        for path in ["", "/a", "a/", "a//b", "./a", "a/../b", ".git/config", "a/.GIT/b", "a\"b", "a\\b", "a\nb", "a\0"]
        {
            assert!(!can_be_sent(path), "{path:?}");
        }
    }
}
