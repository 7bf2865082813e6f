//! People and the accounts of tokens.

use serde::Deserialize;

use crate::client::Bitbucket;
use crate::error::Error;

/// An account.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(default)]
pub struct User {
    /// Its UUID, with braces.
    pub uuid: Option<String>,
    /// Name for people.
    pub display_name: Option<String>,
    /// Short name, where it is told.
    pub nickname: Option<String>,
    /// `user` for a person, `team` or `app_user` for what is none.
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

impl Bitbucket {
    /// The account that is asking. Needs the scope `account` (`read:user:bitbucket`), which a step often lacks.
    ///
    /// # Errors
    ///
    /// As every request.
    pub async fn current_user(&self) -> Result<User, Error> {
        self.place(&["user"]).get().await
    }
}
