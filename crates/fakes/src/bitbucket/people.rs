//! The people of a workspace.

use serde_json::{Value, json};

/// Somebody with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// With braces.
    pub uuid: String,
    /// Name for people.
    pub display_name: String,
    /// `user`; what is no person has another.
    kind: &'static str,
}

impl Person {
    /// A person, by the UUID in braces and the name.
    #[must_use]
    pub fn new(uuid: &str, display_name: &str) -> Self {
        Self { uuid: uuid.to_owned(), display_name: display_name.to_owned(), kind: "user" }
    }

    /// An account that is no person, as access tokens of repositories and apps have.
    #[must_use]
    pub fn app(uuid: &str, display_name: &str) -> Self {
        Self { kind: "app_user", ..Self::new(uuid, display_name) }
    }

    /// Whoever uses credentials that were given to nobody by name.
    #[must_use]
    pub fn caller() -> Self {
        Self::new("{00000000-0000-4000-8000-00000000ca11}", "The Caller")
    }

    /// As objects name them.
    pub(super) fn describe(&self) -> Value {
        let bare = self.uuid.trim_matches(['{', '}']);
        json!({
            "type": self.kind,
            "uuid": self.uuid,
            "account_id": format!("557058:{bare}"),
            "display_name": self.display_name,
            "nickname": self.display_name.rsplit(' ').next().unwrap_or_default().to_lowercase(),
        })
    }
}
