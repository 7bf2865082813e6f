//! What Bitbucket enforces on branches (rows 1, 2 and 3 of the threats).
//!
//! Source: <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-branch-restrictions/>

use bitbucket::{BranchRestriction, RestrictionKind};
use promotion::Policy;
use promotion::policy::{Approvals, Via};

use super::{Check, Facts, Name, is_every_branch_restricted};

const SETTINGS: &str = "in the repository's settings, Branch restrictions";

const ALL: [Name; 9] = [
    Name::PushRestricted,
    Name::NoForcedPush,
    Name::NoDeletion,
    Name::MergesRestricted,
    Name::ApprovalsRequired,
    Name::BuildsRequired,
    Name::ApprovalsReset,
    Name::MergeChecksEnforced,
    Name::BranchesRestricted,
];

pub(super) fn checks(facts: &Facts<'_>) -> Vec<Check> {
    let checks: Vec<Check> = match &facts.server.restrictions {
        Err(unseen) => ALL.into_iter().map(|name| name.unseen(unseen)).collect(),
        Ok(restrictions) => {
            let branch = Branch { name: facts.branch, restrictions };
            let asked = approvals(facts.policy);
            vec![
                branch.push(),
                branch.forbids(Name::NoForcedPush, &RestrictionKind::Force, "Rewriting branch history"),
                branch.forbids(Name::NoDeletion, &RestrictionKind::Delete, "Deleting this branch"),
                branch.merges(),
                branch.approvals(asked),
                branch.builds(),
                branch.reset(asked),
                branch.enforced(),
                every_branch(restrictions),
            ]
        }
    };
    checks
        .into_iter()
        .map(|check| if check.name == Name::BranchesRestricted { check } else { check.about(facts.branch) })
        .collect()
}

/// The restrictions of pushes to any branch.
pub(super) fn pushes_to_all(restrictions: &[BranchRestriction]) -> impl Iterator<Item = &BranchRestriction> {
    restrictions.iter().filter(|it| {
        let is_all = !it.pattern.is_empty() && it.pattern.chars().all(|c| c == '*');
        it.kind == RestrictionKind::Push && is_all && it.covers("any") == Some(true)
    })
}

fn every_branch(restrictions: &[BranchRestriction]) -> Check {
    let name = Name::BranchesRestricted;
    if is_every_branch_restricted(restrictions) {
        return name.closed(format!("on every branch, {} may push", listed(pushes_to_all(restrictions))));
    }
    name.open(
        "whoever may write to the repository can push a branch with another bitbucket-pipelines.yml, and run it with every \
         variable that branches see",
        format!(
            "{SETTINGS}, restrict `Write access` on `*` to those who maintain the pipelines; or keep the credentials in a \
             deployment environment with allowed branches (Premium)"
        ),
    )
}

/// The most approvals that anything asks for in this repository.
fn approvals(policy: &Policy) -> usize {
    let counts = |approvals: &Option<Approvals>| approvals.as_ref().map_or(0, |approvals| approvals.count);
    let environments = policy.environments.values().filter(|it| it.via == Via::PullRequest);
    let most = environments.map(|it| counts(&it.approvals)).max().unwrap_or_default();
    most.max(counts(&policy.policy.approvals))
}

struct Branch<'a> {
    name: &'a str,
    restrictions: &'a [BranchRestriction],
}

impl Branch<'_> {
    /// The restrictions of a kind that are certainly for the branch; else, whether one may be.
    fn of(&self, kind: &RestrictionKind) -> Result<Vec<&BranchRestriction>, bool> {
        let all = || self.restrictions.iter().filter(|it| it.kind == *kind);
        let sure: Vec<&BranchRestriction> = all().filter(|it| it.covers(self.name) == Some(true)).collect();
        if sure.is_empty() { Err(all().any(|it| it.covers(self.name).is_none())) } else { Ok(sure) }
    }

    /// Whether there is a restriction of a kind, and what it leaves open if not.
    fn has(
        &self,
        name: Name,
        kind: &RestrictionKind,
        closed: impl FnOnce(&[&BranchRestriction]) -> Check,
        open: &str,
        close: &str,
    ) -> Check {
        match self.of(kind) {
            Ok(found) => closed(&found),
            Err(false) => name.open(open, format!("{SETTINGS}, for {}: {close}", self.name)),
            Err(true) => name.unknown(
                format!(
                    "`{}` is set for a type of branch, and which type {} is cannot be seen",
                    kind.as_str(),
                    self.name
                ),
                format!("{SETTINGS}, set it for the branch by its name"),
            ),
        }
    }

    fn push(&self) -> Check {
        let name = Name::PushRestricted;
        self.has(
            name,
            &RestrictionKind::Push,
            |found| name.closed(format!("{} may push", listed(found.iter().copied()))),
            "whoever may write to the repository can push past stepgate",
            "`Write access` to the account of the pipeline only",
        )
    }

    fn forbids(&self, name: Name, kind: &RestrictionKind, setting: &str) -> Check {
        let open = match name {
            Name::NoDeletion => "whoever may push can delete the branch and make it anew",
            _ => "whoever may push can rewrite what was deployed, and since when",
        };
        let close = format!("`{setting}` is not allowed");
        self.has(name, kind, |_| name.closed("Bitbucket does not let anybody"), open, &close)
    }

    fn merges(&self) -> Check {
        let name = Name::MergesRestricted;
        self.has(
            name,
            &RestrictionKind::RestrictMerges,
            |found| name.closed(format!("{} may merge", listed(found.iter().copied()))),
            "whoever may write to the repository can merge a pull request that stepgate has not judged",
            "`Merge access via pull requests` to those whom the policy trusts with it",
        )
    }

    fn approvals(&self, asked: usize) -> Check {
        let name = Name::ApprovalsRequired;
        if asked == 0 {
            return name.not_applicable("the policy asks for no approvals of pull requests");
        }
        let close = format!("`Minimum number of approvals`: {asked}");
        let counted = |found: &[&BranchRestriction]| {
            let most = found.iter().filter_map(|it| it.value).max().unwrap_or_default();
            if usize::try_from(most).is_ok_and(|most| most >= asked) {
                return name.closed(format!("Bitbucket asks for {most}, the policy for {asked}"));
            }
            name.open(
                format!("Bitbucket asks for {most}, the policy for {asked}"),
                format!("{SETTINGS}, for {}: {close}", self.name),
            )
        };
        let open = format!("the policy asks for {asked}, Bitbucket for none");
        self.has(name, &RestrictionKind::RequireApprovals, counted, &open, &close)
    }

    fn builds(&self) -> Check {
        let name = Name::BuildsRequired;
        let close = "`Minimum number of successful builds`: 1";
        let counted = |found: &[&BranchRestriction]| {
            let most = found.iter().filter_map(|it| it.value).max().unwrap_or_default();
            if most == 0 {
                return name.open("Bitbucket asks for 0 builds", format!("{SETTINGS}, for {}: {close}", self.name));
            }
            name.closed(
                "it stops mistakes, not a thief: whoever may write to the repository can set a status, so that only \
                 attestations count as evidence",
            )
        };
        let open = "a pull request can be merged though `stepgate promote check` says no";
        self.has(name, &RestrictionKind::RequirePassingBuilds, counted, open, close)
    }

    fn reset(&self, asked: usize) -> Check {
        let name = Name::ApprovalsReset;
        if asked == 0 {
            return name.not_applicable("the policy asks for no approvals of pull requests");
        }
        if self.of(&RestrictionKind::SmartResetApprovals).is_ok() {
            return name.closed("Bitbucket takes approvals back when what the change does is another thing");
        }
        self.has(
            name,
            &RestrictionKind::ResetApprovals,
            |_| name.closed("Bitbucket takes approvals back when the source branch changes"),
            "Bitbucket counts approvals that were given before the last push, which stepgate does not",
            "`Reset requested approvals when the source branch is modified`",
        )
    }

    fn enforced(&self) -> Check {
        let name = Name::MergeChecksEnforced;
        self.has(
            name,
            &RestrictionKind::EnforceMergeChecks,
            |_| name.closed("a merge is not possible before its checks are met"),
            "checks that are not met are only a warning, and the merge goes on",
            "`Prevent a merge with unresolved merge checks` (Premium)",
        )
    }
}

/// Who is not bound by a restriction, in words.
fn listed<'r>(restrictions: impl Iterator<Item = &'r BranchRestriction>) -> String {
    let mut names: Vec<String> = Vec::new();
    for restriction in restrictions {
        let people = restriction.users.iter().map(|user| {
            let name = user.display_name.as_ref().or(user.nickname.as_ref()).or(user.uuid.as_ref());
            name.cloned().unwrap_or_else(|| "an account without a name".to_owned())
        });
        names.extend(people);
        names.extend(restriction.groups.iter().map(|group| {
            let name = group.full_slug.as_ref().or(group.slug.as_ref()).or(group.name.as_ref());
            format!("the group {}", name.map_or("without a name", String::as_str))
        }));
    }
    names.sort();
    names.dedup();
    if names.is_empty() { "nobody".to_owned() } else { format!("only {}", names.join(", ")) }
}
