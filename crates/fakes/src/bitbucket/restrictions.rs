//! Branch restrictions, shown and enforced:
//! <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-branch-restrictions/>.

use serde_json::{Value, json};

use super::errors::{Answer, envelope, not_allowed};
use super::people::Person;
use super::route::Call;
use super::state::{PullRequest, Repository};
use crate::server::Reply;

/// A restriction of some branches.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a restriction holds once the builder has it"]
pub struct Restriction {
    kind: String,
    pattern: String,
    branch_type: Option<String>,
    value: Option<u64>,
    users: Vec<Person>,
    groups: Vec<String>,
}

impl Restriction {
    /// One of this kind (`push`, `require_approvals_to_merge`, …) on the branches of a pattern.
    pub fn new(kind: &str, pattern: &str) -> Self {
        let (kind, pattern) = (kind.to_owned(), pattern.to_owned());
        Self { kind, pattern, branch_type: None, value: None, users: Vec::new(), groups: Vec::new() }
    }

    /// On the branches of this type of the branching model instead. Shown, but not enforced.
    pub fn branch_type(mut self, branch_type: &str) -> Self {
        self.branch_type = Some(branch_type.to_owned());
        self.pattern.clear();
        self
    }

    /// How many.
    pub fn value(mut self, value: u64) -> Self {
        self.value = Some(value);
        self
    }

    /// Does not bind this person.
    pub fn user(mut self, person: &Person) -> Self {
        self.users.push(person.clone());
        self
    }

    /// Does not bind this group, by its slug. Nobody is known to be in one here.
    pub fn group(mut self, slug: &str) -> Self {
        self.groups.push(slug.to_owned());
        self
    }

    fn describe(&self, id: usize, workspace: &str) -> Value {
        let groups = self.groups.iter().map(
            |slug| json!({"type": "group", "slug": slug, "name": slug, "full_slug": format!("{workspace}:{slug}")}),
        );
        let mut restriction = json!({
            "type": "branchrestriction",
            "id": id,
            "kind": self.kind,
            "branch_match_kind": if self.branch_type.is_some() { "branching_model" } else { "glob" },
            "pattern": self.pattern,
            "users": self.users.iter().map(Person::describe).collect::<Vec<_>>(),
            "groups": groups.collect::<Vec<_>>(),
        });
        if let Some(branch_type) = &self.branch_type {
            restriction["branch_type"] = json!(branch_type);
        }
        if let Some(value) = self.value {
            restriction["value"] = json!(value);
        }
        restriction
    }

    fn covers(&self, branch: &str) -> bool {
        let mut pieces = self.pattern.split('*');
        let first = pieces.next().unwrap_or_default();
        let Some(last) = pieces.next_back() else {
            return self.branch_type.is_none() && first == branch;
        };
        let inner = branch.strip_prefix(first).and_then(|rest| rest.strip_suffix(last));
        inner.is_some_and(|inner| pieces.try_fold(inner, |inner, piece| Some(inner.split_once(piece)?.1)).is_some())
    }
}

/// `/branch-restrictions`
pub(super) fn all(mut call: Call<'_>) -> Answer {
    if call.request.method != "GET" {
        return Err(not_allowed());
    }
    let repository = call.repository();
    let described = repository.restrictions.iter().enumerate();
    let values: Vec<Value> = described.map(|(index, it)| it.describe(index + 1, &repository.workspace)).collect();
    call.page(&values)
}

impl Repository {
    /// The restrictions of a kind on a branch.
    pub(super) fn restricted<'a>(&'a self, kind: &'a str, branch: &'a str) -> impl Iterator<Item = &'a Restriction> {
        self.restrictions.iter().filter(move |it| it.kind == kind && it.covers(branch))
    }

    /// Refuses what a restriction keeps this person from.
    pub(super) fn may(&self, person: &Person, kind: &str, branch: &str) -> Result<(), Reply> {
        if self.restricted(kind, branch).any(|it| !it.users.iter().any(|user| user.uuid == person.uuid)) {
            return Err(envelope(403, &format!("Permission denied to update branch {branch}.")));
        }
        Ok(())
    }

    /// Refuses a merge whose checks are not passed. They are enforced on the Premium plan only, and only if a restriction
    /// says so ("we'll warn users, but they'll still be able to merge").
    pub(super) fn checks_passed(&self, it: &PullRequest, head: &str, premium: bool) -> Result<(), Reply> {
        let branch = &it.destination_branch;
        if !premium || self.restricted("enforce_merge_checks", branch).next().is_none() {
            return Ok(());
        }
        let needed = |kind| self.restricted(kind, branch).filter_map(|it| it.value).max().unwrap_or_default();
        let approvals = it.participants.iter().filter(|participant| participant.approved).count() as u64;
        if approvals < needed("require_approvals_to_merge") {
            let needed = needed("require_approvals_to_merge");
            return Err(envelope(400, &format!("This pull request needs {needed} approvals, and has {approvals}.")));
        }
        let builds = self.commits.get(head).map(|commit| commit.statuses.as_slice()).unwrap_or_default();
        let passed = builds.iter().filter(|build| build.state == "SUCCESSFUL").count();
        let wanted = needed("require_passing_builds_to_merge");
        if wanted > 0 && ((passed as u64) < wanted || passed < builds.len()) {
            return Err(envelope(400, &format!("This pull request needs {wanted} passing builds.")));
        }
        Ok(())
    }
}
