//! What the caller wants to land.

use std::str::FromStr;

/// What the caller wants done with a snapshot.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Next {
    /// Commit this.
    Commit(Draft),
    /// Stop here: there is nothing to do, or not any more. The caller knows why.
    Stop,
}

/// A commit that is not made yet.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Draft {
    /// The whole message.
    pub message: String,
    /// Who made the change; left out: whoever the remote's own means say (git's configuration, the API's user).
    pub author: Option<Person>,
    /// What files become. Every other file stays as it is.
    pub files: Vec<File>,
    /// When it is made, in seconds since 1970; left out: now. The API goes by its own clock.
    pub time: Option<i64>,
}

/// What one file becomes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct File {
    /// From the root of the repository, with `/`.
    pub path: String,
    /// All of its bytes. Its mode is kept; a new file is not executable.
    pub content: Vec<u8>,
}

/// An author.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Person {
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: String,
}

impl Person {
    /// Who commits where nobody says: the name and address that Bitbucket gives to commits of its pipelines.
    #[must_use]
    pub fn pipelines() -> Self {
        Self { name: "bitbucket-pipelines".to_owned(), email: "commits-noreply@bitbucket.org".to_owned() }
    }
}

/// `Name <address>`.
impl FromStr for Person {
    /// That it is none.
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.strip_suffix('>').and_then(|text| text.split_once('<'));
        match parts.map(|(name, email)| (name.trim(), email.trim())) {
            Some((name, email)) if !name.is_empty() && !email.is_empty() && !text.contains(['\n', '\0']) => {
                Ok(Self { name: name.to_owned(), email: email.to_owned() })
            }
            _ => Err(format!("`{text}` is no author")),
        }
    }
}
