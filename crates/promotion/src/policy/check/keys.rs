//! Whether keys are keys, and enough of them may say what is asked for.

use std::collections::BTreeSet;

use attest::{Claim, PublicKey};
use gitops::words::quoted;
use yaml_edit::Path;

use super::super::read::Fault;
use super::super::{Environment, Key, Policy, Require};
use super::{names, quoted_all};

/// Every key by itself.
pub(super) fn keys(policy: &Policy) -> Result<(), Fault> {
    for (name, key) in &policy.keys {
        let path = Path::root().key("keys").key(name);
        names::plain(name, &path)?;
        PublicKey::from_pem(&key.public_key).map_err(|error| Fault {
            path: path.clone().key("public-key"),
            what: error.what,
            hint: error.hint,
        })?;
        if let (Some(from), Some(until)) = (key.valid_from, key.valid_until)
            && from >= until
        {
            return Err(Fault::new(
                path.key("valid-until"),
                "the key would never be valid: this is not after valid-from",
            ));
        }
        if let Some(revoked) = &key.revoked {
            names::text(&revoked.reason, path.clone().key("revoked").key("reason"))?;
        }
        restrictions(policy, key, &path)?;
    }
    Ok(())
}

/// The services and environments of a key are some that there are.
fn restrictions(policy: &Policy, key: &Key, path: &Path) -> Result<(), Fault> {
    for (index, service) in key.services.iter().flatten().enumerate() {
        if !service.contains('*') && !policy.services.contains_key(service) {
            let path = path.clone().key("services").index(index);
            return Err(names::missing("service", service, policy.services.keys(), &path));
        }
    }
    let of_services = policy.services.values().flat_map(|service| service.environments.keys());
    let known: BTreeSet<&String> = policy.environments.keys().chain(of_services).collect();
    for (index, environment) in key.environments.iter().flatten().enumerate() {
        if !known.contains(environment) {
            let path = path.clone().key("environments").index(index);
            return Err(names::missing("environment", environment, known.into_iter(), &path));
        }
    }
    Ok(())
}

/// What an environment asks to be attested can be attested.
pub(super) fn require(policy: &Policy, environment: &Environment, path: &Path) -> Result<(), Fault> {
    for (index, require) in environment.require.iter().enumerate() {
        let path = path.clone().key("require").index(index);
        let places = places(policy, environment, require, &path)?;
        signers(policy, require, &path)?;
        let want = require.keys.max(1);
        for place in places.iter().map(|place| Some(place.as_str())).chain(places.is_empty().then_some(None)) {
            let have = able(policy, require, place).len();
            if have < want {
                let (claim, place) = (quoted(&require.claim.to_string()), place.map(quoted));
                let place = place.map(|place| format!(" in {place}")).unwrap_or_default();
                let what = if want == 1 {
                    format!("no key may attest {claim}{place}")
                } else {
                    format!("{want} different keys must attest {claim}{place}, and {have} may")
                };
                return Err(Fault::new(path, what).hint("add a key to `keys`, or the claim to its `may-sign`"));
            }
        }
    }
    Ok(())
}

/// Of which environments the claim must be; none for a claim that is of no environment.
fn places<'p>(
    policy: &'p Policy,
    environment: &'p Environment,
    require: &'p Require,
    path: &Path,
) -> Result<&'p [String], Fault> {
    match (&require.environment, require.claim.is_of_environment()) {
        (None, false) => Ok(&[]),
        (Some(_), false) => {
            let what = format!("{} is of no environment", quoted(&require.claim.to_string()));
            Err(Fault::new(path.clone().key("environment"), what).hint("leave it out"))
        }
        (Some(place), true) => {
            names::environment(policy, place, &path.clone().key("environment"))?;
            Ok(std::slice::from_ref(place))
        }
        (None, true) if environment.from.is_empty() => {
            let what = format!("it does not say in which environment {} must be", quoted(&require.claim.to_string()));
            Err(Fault::new(path.clone(), what).hint("add `environment`, or `from` to the environment itself"))
        }
        (None, true) => Ok(&environment.from),
    }
}

/// The keys of `by` are there and may.
fn signers(policy: &Policy, require: &Require, path: &Path) -> Result<(), Fault> {
    for (index, name) in require.by.iter().enumerate() {
        let path = path.clone().key("by").index(index);
        let Some(key) = policy.keys.get(name) else {
            return Err(names::missing("key", name, policy.keys.keys(), &path));
        };
        if !key.may_sign.contains(&require.claim) {
            let may = key.may_sign.iter().map(Claim::to_string).collect::<Vec<_>>();
            let may = if may.is_empty() { "nothing".to_owned() } else { quoted_all(may.iter().map(String::as_str)) };
            let what = format!("the key {} may not sign {}", quoted(name), quoted(&require.claim.to_string()));
            return Err(Fault::new(path, what).hint(format!("it may sign {may}")));
        }
    }
    Ok(())
}

/// The different keys whose word could count: one key under two names is one.
fn able(policy: &Policy, require: &Require, place: Option<&str>) -> BTreeSet<String> {
    let may = policy.keys.iter().filter(|(name, key)| {
        let is_gone = key.revoked.as_ref().is_some_and(|revoked| revoked.since.is_none());
        let is_here = match (place, &key.environments) {
            (Some(place), Some(environments)) => environments.iter().any(|environment| environment == place),
            _ => true,
        };
        key.may_sign.contains(&require.claim)
            && (require.by.is_empty() || require.by.contains(name))
            && !is_gone
            && is_here
    });
    may.filter_map(|(_, key)| PublicKey::from_pem(&key.public_key).ok()).map(|key| key.id()).collect()
}
