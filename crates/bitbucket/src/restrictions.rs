//! Branch restrictions (`/branch-restrictions`): what the server itself enforces on a branch.
//! <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-branch-restrictions/>

use serde::Deserialize;

use crate::null::null_is_default;
use crate::open_enum::open_enum;
use crate::users::User;

open_enum! {
    /// What a restriction forbids or asks for.
    pub enum RestrictionKind {
        /// Pushing, but for the users and groups named.
        Push = "push",
        /// Rewriting history.
        Force = "force",
        /// Deleting the branch.
        Delete = "delete",
        /// Merging pull requests, but for the users and groups named.
        RestrictMerges = "restrict_merges",
        /// This many approvals before a merge.
        RequireApprovals = "require_approvals_to_merge",
        /// This many approvals of default reviewers before a merge.
        RequireDefaultReviewerApprovals = "require_default_reviewer_approvals_to_merge",
        /// Nobody asks for changes.
        RequireNoChangesRequested = "require_no_changes_requested",
        /// All tasks are done.
        RequireTasksCompleted = "require_tasks_to_be_completed",
        /// This many builds of the last commit passed, and none failed.
        RequirePassingBuilds = "require_passing_builds_to_merge",
        /// At most this many commits behind the destination.
        RequireCommitsBehind = "require_commits_behind",
        /// Approvals go when the source changes.
        ResetApprovals = "reset_pullrequest_approvals_on_change",
        /// Approvals go when what the source changes, changes.
        SmartResetApprovals = "smart_reset_pullrequest_approvals",
        /// Requests for changes go when the source changes.
        ResetChangesRequested = "reset_pullrequest_changes_requested_on_change",
        /// What is asked for is enforced. Without it, and without the Premium plan, it is only a warning.
        EnforceMergeChecks = "enforce_merge_checks",
        /// A merge may wait for its builds by itself.
        AllowAutoMerge = "allow_auto_merge_when_builds_pass",
    }
}

open_enum! {
    /// How a restriction says which branches it is for.
    pub enum BranchMatchKind {
        /// By [`pattern`](BranchRestriction::pattern).
        Glob = "glob",
        /// By the [`branch_type`](BranchRestriction::branch_type) of the repository's branching model.
        BranchingModel = "branching_model",
    }
}

/// A restriction of some branches.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct BranchRestriction {
    /// Number in its repository.
    pub id: Option<u64>,
    /// What it forbids or asks for.
    pub kind: RestrictionKind,
    /// How its branches are told.
    pub branch_match_kind: Option<BranchMatchKind>,
    /// The branches, where they are told by a pattern: a `*` is any number of characters, slashes too.
    #[serde(default, deserialize_with = "null_is_default")]
    pub pattern: String,
    /// The branches, where they are told by the branching model: `production`, `development`, …
    pub branch_type: Option<String>,
    /// How many, where the kind counts something.
    pub value: Option<u64>,
    /// Who is not bound by it.
    #[serde(default, deserialize_with = "null_is_default")]
    pub users: Vec<User>,
    /// The groups that are not bound by it.
    #[serde(default, deserialize_with = "null_is_default")]
    pub groups: Vec<Group>,
}

impl BranchRestriction {
    /// Whether it is for this branch; nothing when that depends on the branching model, or on what this version does not
    /// know.
    #[must_use]
    pub fn covers(&self, branch: &str) -> Option<bool> {
        match &self.branch_match_kind {
            // "The default is `glob`."
            None | Some(BranchMatchKind::Glob) => Some(matches(&self.pattern, branch)),
            Some(BranchMatchKind::BranchingModel | BranchMatchKind::Unknown(_)) => None,
        }
    }
}

/// A group of a workspace.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(default)]
pub struct Group {
    /// Its name in ASCII.
    pub slug: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Workspace and slug: `acme:developers`.
    pub full_slug: Option<String>,
}

/// Whether a text is what a pattern says: a `*` stands for any characters, everything else for itself. Takes each piece
/// between the stars at its first place, which is as good as any other.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    let inner = text.strip_prefix(start).and_then(|text| text.strip_suffix(end));
    let Some(mut inner) = inner else {
        return false;
    };
    for piece in middle.split('*') {
        match inner.split_once(piece) {
            _ if piece.is_empty() => {}
            Some((_, after)) => inner = after,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn restriction(json: &str) -> BranchRestriction {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_star_is_any_characters_and_the_rest_stands_for_itself() {
        let cases = [
            ("*", "feature/x", true),
            ("main", "main", true),
            ("main", "maintenance", false),
            ("foo*", "foobar", true),
            ("foo*", "barfoo", false),
            ("release/*/hot*", "release/1/hotfix", true),
            ("a*a", "a", false),
            ("*b*", "abc", true),
            ("*b*c", "acb", false),
            ("**", "", true),
            ("", "main", false),
            ("m?in", "main", false),
        ];
        for (pattern, branch, expected) in cases {
            let json = format!(r#"{{"kind":"push","branch_match_kind":"glob","pattern":"{pattern}"}}"#);
            assert_eq!(restriction(&json).covers(branch), Some(expected), "{pattern} {branch}");
        }
    }

    #[test]
    fn what_depends_on_the_branching_model_is_not_known() {
        let model = restriction(r#"{"kind":"push","branch_match_kind":"branching_model","branch_type":"production"}"#);
        assert_eq!(model.covers("main"), None);
        let other = restriction(r#"{"kind":"dance","branch_match_kind":"regex","pattern":".*","users":null}"#);
        assert_eq!((other.covers("main"), other.kind.as_str()), (None, "dance"));
    }
}
