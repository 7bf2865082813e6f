//! What the policy itself leaves open (rows 3 and 5 of the threats).

use std::collections::BTreeMap;

use attest::Claim;
use promotion::Policy;
use promotion::policy::Key;

use super::{Check, Name, environments};

/// What can be said of an image, and is asked for before it goes on.
const GATES: [Claim; 6] = [Claim::Lint, Claim::Tests, Claim::Scan, Claim::Manifests, Claim::Provenance, Claim::Health];

pub(super) fn checks(policy: &Policy) -> Vec<Check> {
    let mut checks = vec![scoped(policy), expire(policy), separated(policy)];
    checks.extend(environments(policy).into_iter().map(|name| guarded(policy, name)));
    checks.push(changed(policy));
    checks
}

/// One of keys, where there are any.
fn of_keys(name: Name, policy: &Policy, bad: &[&str], open: &str, close: &str, closed: &str) -> Check {
    if policy.keys.is_empty() {
        return name.not_applicable("the policy has no keys");
    }
    if bad.is_empty() { name.closed(closed) } else { name.open(format!("{}: {open}", bad.join(", ")), close) }
}

fn named(policy: &Policy, is_bad: impl Fn(&Key) -> bool) -> Vec<&str> {
    policy.keys.iter().filter(|(_, key)| is_bad(key)).map(|(name, _)| name.as_str()).collect()
}

fn scoped(policy: &Policy) -> Check {
    let bad = named(policy, |key| is_usable(key) && GATES.iter().all(|claim| key.may_sign.contains(claim)));
    of_keys(
        Name::KeysScoped,
        policy,
        &bad,
        "whoever has it can say everything that the policy asks for",
        "give each gate a key of its own, and let it sign only its own claim",
        "each key may say only some things",
    )
}

fn expire(policy: &Policy) -> Check {
    let bad = named(policy, |key| key.valid_until.is_none() && key.revoked.is_none());
    of_keys(
        Name::KeysExpire,
        policy,
        &bad,
        "it counts for ever, also when nobody knows any more who has it",
        "set `valid-until`, and change the key before then",
        "each key ends some time, or is revoked",
    )
}

/// Whether a key says both that an image is good and that it was deployed, also under two names.
fn separated(policy: &Policy) -> Check {
    let mut by_material: BTreeMap<String, Vec<(&str, &Key)>> = BTreeMap::new();
    for (name, key) in policy.keys.iter().filter(|(_, key)| is_usable(key)) {
        let material =
            attest::PublicKey::from_pem(&key.public_key).map_or_else(|_| key.public_key.clone(), |key| key.id());
        by_material.entry(material).or_default().push((name, key));
    }
    let may = |keys: &[(&str, &Key)], claim: &Claim| keys.iter().any(|(_, key)| key.may_sign.contains(claim));
    let both =
        by_material.values().filter(|keys| may(keys, &Claim::Deployment) && GATES.iter().any(|gate| may(keys, gate)));
    let bad: Vec<&str> = both.flatten().map(|(name, _)| *name).collect();
    of_keys(
        Name::KeysSeparated,
        policy,
        &bad,
        "whoever runs a gate can also write the audit trail, and the other way round",
        "sign promotions with a key that no gate has",
        "no key is used for both",
    )
}

fn is_usable(key: &Key) -> bool {
    key.revoked.is_none()
}

fn guarded(policy: &Policy, name: &str) -> Check {
    let check = Name::EnvironmentGuarded;
    let environment = policy.environment(name);
    let is_first = environment.from.is_empty() && environment.from_any.is_empty();
    if is_first && policy.is_open(name) && policy.environments.contains_key(name) && is_before_others(policy, name) {
        return check.not_applicable("builds go there first, without being asked").about(name);
    }
    let mut missing = Vec::new();
    if environment.require.is_empty() {
        missing.push("nothing must be attested (`require`)");
    }
    if environment.who.is_none() && environment.approvals.is_none() {
        missing.push("whoever can run the pipeline may, and nobody approves (`who`, `approvals`)");
    }
    let check = if missing.is_empty() {
        let evidence: Vec<String> = environment.require.iter().map(|require| require.claim.to_string()).collect();
        let people = match (&environment.who, &environment.approvals) {
            (Some(_), Some(_)) => "named people, and others approve",
            (Some(_), None) => "named people, each alone",
            (None, _) => "anybody, and others approve",
        };
        check.closed(format!("{}; {people}", evidence.join(", ")))
    } else {
        check.open(missing.join("; "), format!("set them for {name} in promotion.yaml"))
    };
    check.about(name)
}

fn is_before_others(policy: &Policy, name: &str) -> bool {
    let mut after = policy.environments.values().flat_map(|it| it.from.iter().chain(&it.from_any));
    after.any(|before| before == name)
}

fn changed(policy: &Policy) -> Check {
    let name = Name::PolicyGuarded;
    match (&policy.policy.who, &policy.policy.approvals) {
        (None, _) => name.open(
            "whoever can merge changes promotion.yaml, and with it every guardrail",
            "set `policy.who` and `policy.approvals` in promotion.yaml",
        ),
        (Some(_), None) => name.closed("named people, each alone"),
        (Some(_), Some(approvals)) => name.closed(format!("named people, and {} approve", approvals.count)),
    }
}
