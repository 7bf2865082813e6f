//! Whether all that a policy says goes together.

mod guardrails;
mod keys;
mod names;
mod places;

use gitops::words::{listed, quoted};
use yaml_edit::Path;

use super::Policy;
use super::read::Fault;

/// Looks at everything; the first thing that is wrong is told.
pub(super) fn check(policy: &Policy) -> Result<(), Fault> {
    names::groups(policy)?;
    keys::keys(policy)?;
    environments(policy)?;
    circle(policy)?;
    places::services(policy)?;
    guardrails::change(policy)?;
    for (index, freeze) in policy.freezes.iter().enumerate() {
        guardrails::freeze(policy, freeze, &Path::root().key("freezes").index(index))?;
    }
    Ok(())
}

fn environments(policy: &Policy) -> Result<(), Fault> {
    for (name, environment) in &policy.environments {
        let path = Path::root().key("environments").key(name);
        names::plain(name, &path)?;
        for (key, before) in [("from", &environment.from), ("from-any", &environment.from_any)] {
            for (index, before) in before.iter().enumerate() {
                let path = path.clone().key(key).index(index);
                if before == name {
                    return Err(Fault::new(path, format!("{} cannot come from itself", quoted(name)))
                        .hint("name the environment before it; the first one has no `from`"));
                }
                names::environment(policy, before, &path)?;
            }
        }
        names::stage(policy, environment, &path)?;
        guardrails::guardrails(policy, environment, &path)?;
    }
    Ok(())
}

/// No environment may wait for itself through others.
fn circle(policy: &Policy) -> Result<(), Fault> {
    let (_, rest) = policy.sorted();
    let Some(mut name) = rest.first().copied() else { return Ok(()) };
    // Each of these waits for another one of them: whoever follows that comes round.
    let mut way: Vec<&str> = Vec::new();
    let mut been = std::collections::BTreeSet::new();
    while been.insert(name) {
        way.push(name);
        let mut before = policy.environments.get(name).into_iter().flat_map(super::Environment::before);
        match before.find(|before| rest.binary_search(before).is_ok()) {
            Some(before) => name = before,
            None => break,
        }
    }
    let start = way.iter().position(|on_way| *on_way == name).unwrap_or_default();
    let circle = way.iter().skip(start).chain([&name]).map(|name| quoted(name)).collect::<Vec<_>>();
    let (shown, more) = circle.split_at(circle.len().min(10));
    let more = if more.is_empty() { "" } else { " and so on" };
    let path = Path::root().key("environments").key(name);
    Err(Fault::new(path, format!("environments wait for each other: {}{more}", shown.join(" waits for ")))
        .hint("one of them must come first, without `from`"))
}

/// `a`, `b` and `c`.
fn quoted_all<'n>(names: impl Iterator<Item = &'n str>) -> String {
    listed(&names.map(quoted).collect::<Vec<_>>(), 10)
}
