//! Who reviews unless somebody says otherwise (`/effective-default-reviewers`).

use serde::Deserialize;

use crate::users::User;

/// A default reviewer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct DefaultReviewer {
    /// Who it is.
    pub user: User,
    /// Whether the repository names them or its project.
    pub reviewer_type: Option<String>,
}
