//! Whether Argo CD verifies the commits that it takes from the repository: the one gate outside Bitbucket (row 2).
//!
//! Source: `AppProject.spec.sourceIntegrity` of Argo CD 3.5, and the older `spec.signatureKeys`:
//! <https://argo-cd.readthedocs.io/en/latest/user-guide/gpg-verification/>

use serde_json::Value;

use super::{Check, Name};

const CLOSE: &str = "set spec.sourceIntegrity.git.policies[].gpg.mode to `strict` in the AppProject (Argo CD 3.5), with the \
                     key that the pipeline signs its commits with";

pub(super) fn check(manifests: &[(String, Vec<u8>)]) -> Check {
    let name = Name::SourceVerified;
    let mut projects: Vec<Project> = Vec::new();
    for (path, content) in manifests {
        projects.extend(read(path, content));
    }
    if projects.is_empty() {
        return name.unknown("there is no AppProject of Argo CD in this repository: it may be elsewhere", CLOSE);
    }
    let of = |wanted: &[Guard]| {
        let found = projects.iter().filter(|project| wanted.contains(&project.guard));
        found.map(|project| project.name.clone()).collect::<Vec<_>>().join(", ")
    };
    if projects.iter().any(|project| matches!(project.guard, Guard::None | Guard::Head)) {
        let why = format!(
            "{}: whoever gets past the branch restrictions gets into the cluster, for not every commit must be signed",
            of(&[Guard::None, Guard::Head])
        );
        return name.open(why, CLOSE);
    }
    if projects.iter().any(|project| project.guard == Guard::Unreadable) {
        return name.unknown(
            format!("{}: cannot be read as YAML, perhaps because it is a template", of(&[Guard::Unreadable])),
            CLOSE,
        );
    }
    let why = if projects.iter().any(|project| project.guard == Guard::Legacy) {
        format!(
            "{}: the commit that is synchronised must be signed (signatureKeys, which Argo CD 3.5 replaces)",
            of(&[Guard::Legacy])
        )
    } else {
        format!("{}: every commit must be signed, also one by somebody who may push", of(&[Guard::Strict]))
    };
    name.closed(why)
}

struct Project {
    /// Its name, and the file that it is in.
    name: String,
    guard: Guard,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Guard {
    /// Every commit must be signed by a key that is named.
    Strict,
    /// The commit that is synchronised must be.
    Legacy,
    /// Only the newest commit must be.
    Head,
    /// None must be.
    None,
    /// Nobody can tell.
    Unreadable,
}

/// The projects in a file, which may hold several documents.
fn read(path: &str, content: &[u8]) -> Vec<Project> {
    let text = String::from_utf8_lossy(content);
    if !text.contains("AppProject") {
        return Vec::new();
    }
    let Ok(documents) = serde_saphyr::from_multiple::<Value>(&text) else {
        return vec![Project { name: path.to_owned(), guard: Guard::Unreadable }];
    };
    let projects = documents.iter().filter(|it| it.get("kind").and_then(Value::as_str) == Some("AppProject"));
    projects
        .map(|project| {
            let name = project.pointer("/metadata/name").and_then(Value::as_str).unwrap_or("without a name");
            Project { name: format!("{name} ({path})"), guard: guard(project) }
        })
        .collect()
}

/// The weakest of what a project asks for.
fn guard(project: &Value) -> Guard {
    let list = |path: &str| project.pointer(path).and_then(Value::as_array).filter(|list| !list.is_empty());
    if let Some(policies) = list("/spec/sourceIntegrity/git/policies") {
        let has_keys =
            |policy: &Value| policy.pointer("/gpg/keys").and_then(Value::as_array).is_some_and(|keys| !keys.is_empty());
        let mode = |policy: &Value| match policy.pointer("/gpg/mode").and_then(Value::as_str) {
            Some("strict") if has_keys(policy) => Guard::Strict,
            Some("head") if has_keys(policy) => Guard::Head,
            _ => Guard::None,
        };
        let modes: Vec<Guard> = policies.iter().map(mode).collect();
        let weakest = [Guard::None, Guard::Head].into_iter().find(|weak| modes.contains(weak));
        return weakest.unwrap_or(Guard::Strict);
    }
    if list("/spec/signatureKeys").is_some() { Guard::Legacy } else { Guard::None }
}
