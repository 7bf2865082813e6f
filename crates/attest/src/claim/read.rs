//! What a predicate says. What is missing, unknown or contradicts itself is never a pass.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use super::{Claim, DEPLOYMENT, Outcome, PROVENANCE, TEST_RESULT, VERIFICATION_SUMMARY, VERIFIER, VULNS};
use crate::json::{kind, shown};
use crate::statement::Statement;

/// <https://github.com/in-toto/attestation/blob/main/spec/predicates/svr.md>, and what came before it.
const SIMPLE_RESULTS: [&str; 2] =
    ["https://in-toto.io/attestation/svr/v0.2", "https://in-toto.io/attestation/svr/v0.1"];

impl Claim {
    /// What a statement claims, how it came out, and when that was so by its own words.
    ///
    /// # Errors
    ///
    /// What of the predicate is missing or contradicts itself.
    pub fn of(statement: &Statement) -> Result<(Self, Outcome, Option<Timestamp>), String> {
        let predicate = &statement.predicate;
        let claim = Self::told_by(statement);
        match statement.predicate_type.as_str() {
            TEST_RESULT => Ok((claim, test_result(predicate)?, time(predicate, &["summary", "at"])?)),
            VERIFICATION_SUMMARY => {
                let outcome = verification_result(predicate)?;
                Ok((claim, outcome, Some(needed_time(predicate, &["timeVerified"])?)))
            }
            PROVENANCE => {
                commit_of(statement)?;
                Ok((claim, Outcome::Pass, time(predicate, &["runDetails", "metadata", "finishedOn"])?))
            }
            DEPLOYMENT => Ok((claim, Outcome::Pass, Some(needed_time(predicate, &["at"])?))),
            VULNS => Ok((claim, presence(predicate)?, time(predicate, &["metadata", "scanFinishedOn"])?)),
            uri if SIMPLE_RESULTS.contains(&uri) => {
                Ok((claim, simple_result(predicate)?, Some(needed_time(predicate, &["timeCreated"])?)))
            }
            _other => Ok((claim, presence(predicate)?, None)),
        }
    }

    /// What a statement is about, whatever it says of it.
    pub(crate) fn told_by(statement: &Statement) -> Self {
        match statement.predicate_type.as_str() {
            TEST_RESULT => Self::Tests,
            PROVENANCE => Self::Provenance,
            DEPLOYMENT => Self::Deployment,
            VERIFICATION_SUMMARY => {
                let id = at(&statement.predicate, &["verifier", "id"]).and_then(Value::as_str).unwrap_or_default();
                [Self::Lint, Self::Scan, Self::Manifests, Self::Health]
                    .into_iter()
                    .find(|claim| claim.program().is_some_and(|program| id.strip_prefix(VERIFIER) == Some(program)))
                    .unwrap_or_else(|| Self::Type(VERIFICATION_SUMMARY.to_owned()))
            }
            other => Self::Type(other.to_owned()),
        }
    }
}

/// The commit that provenance says the image was built from, in lower case.
///
/// # Errors
///
/// It names none, or several.
pub(crate) fn commit_of(statement: &Statement) -> Result<String, String> {
    let sources = at(&statement.predicate, &["buildDefinition", "resolvedDependencies"]).and_then(Value::as_array);
    let commits: BTreeSet<String> = sources
        .into_iter()
        .flatten()
        .filter_map(|source| at(source, &["digest", "gitCommit"])?.as_str())
        .map(str::to_ascii_lowercase)
        .collect();
    let mut commits = commits.into_iter();
    match (commits.next(), commits.next()) {
        (Some(commit), None) if is_hash(&commit) => Ok(commit),
        (Some(commit), None) => Err(format!("`{}` is no full hash of a commit", shown(&commit))),
        (Some(_), Some(_)) => Err("it names several commits that the image was built from".to_owned()),
        (None, _) => Err("it names no commit (buildDefinition.resolvedDependencies[].digest.gitCommit)".to_owned()),
    }
}

fn is_hash(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn test_result(predicate: &Value) -> Result<Outcome, String> {
    let failed = at(predicate, &["failedTests"]).and_then(Value::as_array).is_some_and(|failed| !failed.is_empty());
    match word(predicate, "result")? {
        "PASSED" if failed => Err("its `result` is PASSED, and it names `failedTests`".to_owned()),
        "PASSED" | "WARNED" => Ok(Outcome::Pass),
        "FAILED" => Ok(Outcome::Fail),
        other => Err(format!("its `result` is `{}`, not PASSED, WARNED or FAILED", shown(other))),
    }
}

fn verification_result(predicate: &Value) -> Result<Outcome, String> {
    match word(predicate, "verificationResult")? {
        "PASSED" => Ok(Outcome::Pass),
        "FAILED" => Ok(Outcome::Fail),
        other => Err(format!("its `verificationResult` is `{}`, not PASSED or FAILED", shown(other))),
    }
}

/// A simple verification result lists what was verified.
fn simple_result(predicate: &Value) -> Result<Outcome, String> {
    match at(predicate, &["properties"]) {
        Some(Value::Array(properties)) if !properties.is_empty() => presence(predicate),
        Some(Value::Array(_none)) => Ok(Outcome::Fail),
        Some(other) => Err(format!("its `properties` are {}, not a list", kind(other))),
        None => Err("it has no `properties`".to_owned()),
    }
}

/// Its being there is a pass, unless it says otherwise in the words of the others.
fn presence(predicate: &Value) -> Result<Outcome, String> {
    let mut outcome = Outcome::Pass;
    for key in ["verificationResult", "result"] {
        if at(predicate, &[key]).is_none() {
            continue;
        }
        match word(predicate, key)? {
            "PASSED" | "WARNED" => {}
            "FAILED" => outcome = Outcome::Fail,
            other => return Err(format!("its `{key}` is `{}`, not PASSED, WARNED or FAILED", shown(other))),
        }
    }
    Ok(outcome)
}

fn word<'v>(predicate: &'v Value, key: &str) -> Result<&'v str, String> {
    match at(predicate, &[key]) {
        Some(Value::String(word)) => Ok(word),
        Some(other) => Err(format!("its `{key}` is {}, not a text", kind(other))),
        None => Err(format!("it has no `{key}`")),
    }
}

fn needed_time(predicate: &Value, path: &[&str]) -> Result<Timestamp, String> {
    time(predicate, path)?.ok_or_else(|| format!("it has no `{}`", path.join(".")))
}

fn time(predicate: &Value, path: &[&str]) -> Result<Option<Timestamp>, String> {
    match at(predicate, path) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => text.parse().map(Some).map_err(|_no_time: jiff::Error| {
            format!("its `{}` is `{}`, which is no time (2026-08-01T12:00:00Z)", path.join("."), shown(text))
        }),
        Some(other) => Err(format!("its `{}` is {}, not a time", path.join("."), kind(other))),
    }
}

fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, key| value.get(key))
}
