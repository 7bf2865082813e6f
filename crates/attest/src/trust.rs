//! Whose word counts, for what, and until when.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::claim::Claim;
use crate::json::shown;
use crate::key::PublicKey;

/// All keys that a policy knows.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The keys. The same key under two names counts once, and goes by the name that comes first in the alphabet.
    pub keys: Vec<TrustedKey>,
}

/// A key, and what its word counts for.
#[derive(Clone, Debug)]
pub struct TrustedKey {
    /// What the policy calls it.
    pub name: String,
    /// The key.
    pub key: PublicKey,
    /// What it may claim.
    pub may_sign: Vec<Claim>,
    /// Of which services; left out: of all. `*` stands for any characters.
    pub services: Option<Vec<String>>,
    /// In which environments, for claims that are about one; left out: in all.
    pub environments: Option<Vec<String>>,
    /// What was signed before does not count.
    pub valid_from: Option<Timestamp>,
    /// What was signed at this time or later does not count.
    pub valid_until: Option<Timestamp>,
    /// Since when it cannot be trusted.
    pub revoked: Option<Revocation>,
}

/// A key that somebody else may have.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Revocation {
    /// What says that it was signed at this time or later does not count; left out: nothing does. The time is the
    /// statement's own word: a thief can write an earlier one, so leave it out when the key was stolen.
    pub since: Option<Timestamp>,
    /// Why.
    pub reason: String,
}

/// A key by its material, with everything that a policy lets it do under whatever names.
pub(crate) struct Signer<'t> {
    /// The name that comes first.
    pub(crate) name: &'t str,
    /// The material.
    pub(crate) key: &'t PublicKey,
    /// Every entry of it.
    pub(crate) entries: Vec<&'t TrustedKey>,
}

/// What a key has signed, as far as it decides whether the key may.
pub(crate) struct Said<'s> {
    pub(crate) claim: &'s Claim,
    pub(crate) service: &'s str,
    pub(crate) environment: Option<&'s str>,
    pub(crate) at: Option<Timestamp>,
    /// Whether it is bound to the service by its words or by the image; else the key has to be of services.
    pub(crate) is_bound: bool,
}

impl Trust {
    /// Each key once.
    pub(crate) fn signers(&self) -> Vec<Signer<'_>> {
        let mut signers: BTreeMap<&[u8; 32], Signer<'_>> = BTreeMap::new();
        for entry in &self.keys {
            let signer = signers.entry(entry.key.0.as_bytes()).or_insert_with(|| Signer {
                name: &entry.name,
                key: &entry.key,
                entries: Vec::new(),
            });
            signer.name = signer.name.min(&entry.name);
            signer.entries.push(entry);
        }
        signers.into_values().collect()
    }
}

impl Signer<'_> {
    /// Why its word does not count for this under any of its names. The objection that comes latest says most.
    pub(crate) fn objection(&self, said: &Said<'_>) -> Option<Objection> {
        let objections: Option<Vec<_>> = self.entries.iter().map(|entry| entry.objection(said)).collect();
        objections?.into_iter().max()
    }
}

impl TrustedKey {
    /// Why its word does not count for this.
    fn objection(&self, said: &Said<'_>) -> Option<Objection> {
        let of_services = self.services.as_deref();
        if !self.may_sign.contains(said.claim) {
            return Some(Objection::Claim);
        }
        if of_services.is_some_and(|globs| !globs.iter().any(|glob| matches(glob, said.service))) {
            return Some(Objection::Service);
        }
        if of_services.is_none() && !said.is_bound {
            return Some(Objection::Unbound);
        }
        if let (Some(environments), Some(environment)) = (&self.environments, said.environment)
            && !environments.iter().any(|name| name == environment)
        {
            return Some(Objection::Environment);
        }
        self.objection_to_time(said.at)
    }

    fn objection_to_time(&self, at: Option<Timestamp>) -> Option<Objection> {
        let revoked_since = match &self.revoked {
            Some(Revocation { since: None, reason }) => return Some(Objection::Revoked(reason.clone())),
            Some(Revocation { since: Some(since), reason }) => Some((*since, reason)),
            None => None,
        };
        if self.valid_from.is_none() && self.valid_until.is_none() && revoked_since.is_none() {
            return None;
        }
        let Some(at) = at else { return Some(Objection::NoTime) };
        if self.valid_from.is_some_and(|from| at < from) {
            return Some(Objection::NotYetValid);
        }
        if self.valid_until.is_some_and(|until| at >= until) {
            return Some(Objection::Expired);
        }
        revoked_since.filter(|(since, _)| at >= *since).map(|(_, reason)| Objection::Revoked(reason.clone()))
    }
}

/// Why the word of a key does not count, in the order in which it is looked at.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Objection {
    Claim,
    Service,
    Unbound,
    Environment,
    NotYetValid,
    Expired,
    Revoked(String),
    NoTime,
}

impl Objection {
    /// For people.
    pub(crate) fn in_words(&self, key: &str, said: &Said<'_>) -> String {
        let at = said.at.map(|at| at.to_string()).unwrap_or_default();
        match self {
            Self::Claim => format!("the key `{key}` may not sign `{}`", shown(&said.claim.to_string())),
            Self::Service => format!("the key `{key}` may not sign for the service `{}`", shown(said.service)),
            Self::Unbound => format!(
                "it is about a commit and names no service, and the key `{key}` is not bound to `services` either"
            ),
            Self::Environment => {
                let environment = shown(said.environment.unwrap_or_default());
                format!("the key `{key}` may not sign for the environment `{environment}`")
            }
            Self::NotYetValid => format!("the key `{key}` was not valid yet at {at}"),
            Self::Expired => format!("the key `{key}` was not valid any more at {at}"),
            Self::Revoked(reason) => format!("the key `{key}` is revoked: {}", shown(reason)),
            Self::NoTime => {
                format!("it says no time, and the key `{key}` has a period of validity or is revoked since a time")
            }
        }
    }
}

/// Whether a name is of a pattern in which `*` stands for any characters.
fn matches(glob: &str, name: &str) -> bool {
    let Some((first, rest)) = glob.split_once('*') else { return glob == name };
    let Some(mut name) = name.strip_prefix(first) else { return false };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*') {
        let Some((_, after)) = name.split_once(part) else { return false };
        name = after;
    }
    name.ends_with(last)
}

#[cfg(test)]
mod tests;
