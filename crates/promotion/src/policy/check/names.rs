//! Whether names are names, and mean something.

use gitops::words::{meant, quoted};
use yaml_edit::Path;

use super::super::people::is_uuid;
use super::super::read::Fault;
use super::super::{Environment, Policy};

/// A name that becomes a part of branches, paths and commit messages.
pub(super) fn plain(name: &str, path: &Path) -> Result<(), Fault> {
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !name.is_empty() && !name.starts_with('.') && name.bytes().all(is_fine) && name.len() <= 63 {
        return Ok(());
    }
    Err(Fault::new(path.clone(), format!("{} cannot be a name", quoted(name)))
        .hint("at most 63 of letters, digits, `-`, `_` and `.`, and no `.` at the beginning"))
}

/// A text for people.
pub(super) fn text(text: &str, path: Path) -> Result<(), Fault> {
    if text.trim().is_empty() { Err(Fault::new(path, "there must be some text here")) } else { Ok(()) }
}

/// An environment that there is.
pub(super) fn environment(policy: &Policy, name: &str, path: &Path) -> Result<(), Fault> {
    if policy.environments.contains_key(name) {
        return Ok(());
    }
    Err(missing("environment", name, policy.environments.keys(), path))
}

/// A stage is no environment: a name means one thing.
pub(super) fn stage(policy: &Policy, environment: &Environment, path: &Path) -> Result<(), Fault> {
    let Some(stage) = &environment.stage else { return Ok(()) };
    let path = path.clone().key("stage");
    plain(stage, &path)?;
    if policy.environments.contains_key(stage) {
        return Err(Fault::new(path, format!("{} is the name of an environment", quoted(stage)))
            .hint("give the stage a name of its own"));
    }
    Ok(())
}

/// Groups hold people, and people have UUIDs.
pub(super) fn groups(policy: &Policy) -> Result<(), Fault> {
    for (name, members) in &policy.groups {
        let path = Path::root().key("groups").key(name);
        plain(name, &path)?;
        for (index, member) in members.iter().enumerate() {
            uuid(member, path.clone().index(index), "a group holds people, not other groups: ")?;
        }
    }
    for known in policy.people.keys() {
        uuid(known, Path::root().key("people").key(known), "")?;
    }
    Ok(())
}

fn uuid(text: &str, path: Path, why: &str) -> Result<(), Fault> {
    if is_uuid(text) {
        return Ok(());
    }
    Err(Fault::new(path, format!("{} is no UUID of an account", quoted(text))).hint(format!("{why}{UUID}")))
}

/// What a UUID looks like.
const UUID: &str = "in quotes and braces, as the API gives it: `'{0d3a3c1f-8b0e-4f7c-9f1e-2f8f2f6f0a11}'`";

/// UUIDs, and groups that there are. None at all are nobody.
pub(super) fn people(policy: &Policy, who: &[String], path: &Path) -> Result<(), Fault> {
    for (index, entry) in who.iter().enumerate() {
        if is_uuid(entry) || policy.groups.contains_key(entry) {
            continue;
        }
        let path = path.clone().index(index);
        if entry.contains(['{', '}', '@', ' ']) || entry.is_empty() {
            return uuid(entry, path, "an account is named by its UUID: ");
        }
        return Err(missing("group", entry, policy.groups.keys(), &path));
    }
    Ok(())
}

/// A name that nothing has.
pub(super) fn missing<'k>(what: &str, name: &str, known: impl Iterator<Item = &'k String>, path: &Path) -> Fault {
    let hint = meant(name, known.map(String::as_str), &format!("{what}s here are"));
    Fault::new(path.clone(), format!("there is no {what} {}", quoted(name)))
        .hint(hint.unwrap_or_else(|| format!("add it to `{what}s`")))
}
