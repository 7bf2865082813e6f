//! Why a question was not answered.

/// A question without an answer. Its text reads after "failed to".
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The registry is there and has no such image: a wrong tag, or one that was not pushed.
    #[error("find {image}: the registry has no such image{}", after_colon(.said))]
    NotFound {
        /// What was asked for, `host/repository:tag`.
        image: String,
        /// The registry's words.
        said: String,
    },
    /// The registry does not let us ask.
    #[error("ask for {image}: {who} refused{}", after_colon(.said))]
    Denied {
        /// What was asked for, `host/repository:tag`.
        image: String,
        /// The registry, or what gives tokens for it.
        who: String,
        /// Whether credentials were shown.
        with_credentials: bool,
        /// The server's words.
        said: String,
    },
    /// What answers is not a registry, or one that we cannot talk to.
    #[error("ask for {image}: {problem}")]
    NotARegistry {
        /// What was asked for, `host/repository:tag`.
        image: String,
        /// How that shows.
        problem: String,
    },
    /// The content is not what its digest says.
    #[error("find {image}: {problem}")]
    Contradiction {
        /// What was asked for, `host/repository:tag`.
        image: String,
        /// Both digests.
        problem: String,
    },
    /// The registry was not reached, is limiting us, or is out of order.
    #[error("ask for {image}: {cause}")]
    Http {
        /// What was asked for, `host/repository:tag`.
        image: String,
        /// Why; not a `source()`, for it is in the text.
        cause: Box<http::Error>,
    },
    /// The question cannot be asked.
    #[error("ask for {image}: {problem}")]
    Invalid {
        /// What was asked for.
        image: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl Error {
    /// Whether the registry says that there is no such image. Nothing else is proof of that.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }

    /// Whether the same question may well be answered later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Http { cause, .. } if cause.is_transient())
    }

    /// What to try next, where something is known to help.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotFound { .. } => Some("see that the image was pushed, under this tag and to this registry"),
            Self::Denied { with_credentials: false, .. } => {
                Some("give credentials that may pull it; many registries also answer so when there is no such image")
            }
            Self::Denied { with_credentials: true, .. } => {
                Some("see that the credentials are not out of date and may pull this repository")
            }
            Self::NotARegistry { .. } => Some("see that the part before the first slash is the address of a registry"),
            Self::Contradiction { .. } => {
                Some("something between here and the registry changes answers; do not use this image")
            }
            Self::Http { .. } | Self::Invalid { .. } => None,
        }
    }
}

fn after_colon(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(": {words}") }
}
