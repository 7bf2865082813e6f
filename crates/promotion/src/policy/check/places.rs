//! Whether services go where something is known of, and no two of them to the same place.

use std::borrow::Cow;
use std::collections::BTreeMap;

use gitops::Target;
use gitops::words::quoted;
use yaml_edit::Path;

use super::super::read::Fault;
use super::super::{Policy, Service};
use super::names;

/// Whose a place is.
type Owner<'p> = (&'p str, &'p str);

/// A file, and where in it: a path, or wherever the image of a registry and path stands.
type Where<'p> = (&'p str, Result<&'p Path, (String, Cow<'p, str>)>);

/// Whose it is, by document.
type Taken<'p> = BTreeMap<Where<'p>, BTreeMap<Option<usize>, Owner<'p>>>;

/// Every service.
pub(super) fn services(policy: &Policy) -> Result<(), Fault> {
    let mut taken = Taken::new();
    for (name, service) in &policy.services {
        let path = Path::root().key("services").key(name);
        names::plain(name, &path)?;
        for (environment, place) in &service.environments {
            let path = path.clone().key("environments").key(environment);
            names::plain(environment, &path)?;
            if !policy.environments.is_empty() {
                names::environment(policy, environment, &path)?;
            }
            let path = path.key("targets");
            if place.targets.is_empty() {
                return Err(Fault::new(path, "there must be at least one target"));
            }
            for (index, target) in place.targets.iter().enumerate() {
                if let Some((service, environment)) = take(&mut taken, service, target, (name, environment)) {
                    let what = format!(
                        "this is where the image of {} in {} stands already",
                        quoted(service),
                        quoted(environment)
                    );
                    return Err(Fault::new(path.index(index), what).hint("two of them cannot stand in one place"));
                }
            }
        }
    }
    Ok(())
}

/// Takes a place, unless somebody else has it.
fn take<'p>(taken: &mut Taken<'p>, service: &'p Service, target: &'p Target, owner: Owner<'p>) -> Option<Owner<'p>> {
    let (registry, image) = service.image.normal();
    let place = target.path.as_ref().ok_or_else(|| (registry.to_ascii_lowercase(), image));
    let documents = taken.entry((&target.file, place)).or_default();
    // Without a document, all of them are meant. What is there once needs no second look.
    let other = match target.document {
        _ if documents.get(&target.document) == Some(&owner) => None,
        None => documents.values().find(|other| **other != owner),
        Some(_) => {
            [&None, &target.document].into_iter().filter_map(|at| documents.get(at)).find(|other| **other != owner)
        }
    };
    let other = other.copied();
    documents.insert(target.document, owner);
    other
}
