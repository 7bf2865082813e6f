//! What the caller wants to land.

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
