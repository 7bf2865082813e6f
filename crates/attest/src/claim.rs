//! What a statement claims, told by its predicate.

use std::fmt;
use std::str::FromStr;

mod predicates;
mod read;

pub use predicates::{Provenance, Summary};
pub(crate) use read::commit_of;

use crate::json::shown;

/// Whoever made a verdict of ours: `https://bitbucket.org/stepgate/stepgate/` and the name of the program, the
/// `verifier.id` of a verification summary.
pub const VERIFIER: &str = "https://bitbucket.org/stepgate/stepgate/";

/// <https://slsa.dev/spec/v1.1/verification_summary>: our verdicts (lint, scan, manifests, health).
pub const VERIFICATION_SUMMARY: &str = "https://slsa.dev/verification_summary/v1";
/// <https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md>.
pub const TEST_RESULT: &str = "https://in-toto.io/attestation/test-result/v0.1";
/// <https://github.com/in-toto/attestation/blob/main/spec/predicates/vulns_02.md>: what was found; no verdict.
pub const VULNS: &str = "https://in-toto.io/attestation/vulns/v0.2";
/// <https://slsa.dev/spec/v1.1/provenance>.
pub const PROVENANCE: &str = "https://slsa.dev/provenance/v1";
/// Ours: what was done to an environment, and why that was allowed.
pub const DEPLOYMENT: &str = "https://bitbucket.org/stepgate/stepgate/attestation/deployment/v1";

/// What a statement is about, in the words of `promotion.yaml`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Claim {
    /// `lint`: the code was judged. A verification summary by our verifier `stepgate-lint`.
    Lint,
    /// `tests`: the tests were judged. A test result; PASSED and WARNED pass.
    Tests,
    /// `scan`: the image was judged. A verification summary by `stepgate-scan`.
    Scan,
    /// `manifests`: what is deployed was judged. A verification summary by `stepgate-manifests`.
    Manifests,
    /// `provenance`: the image was built from the commit. SLSA provenance v1.
    Provenance,
    /// `health`: the rollout was judged, in one environment. A verification summary by `stepgate-verify`.
    Health,
    /// `deployment`: what `stepgate-promote` did, in one environment. [`DEPLOYMENT`].
    Deployment,
    /// Any other, by the URI of its predicate type. Its being there is a pass, unless the predicate has a
    /// `verificationResult` or `result` that says otherwise.
    Type(String),
}

/// What was claimed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It is good.
    Pass,
    /// It is not.
    Fail,
}

impl Claim {
    /// The verifier of ours that makes this claim by a verification summary: `stepgate-lint`.
    #[must_use]
    pub fn program(&self) -> Option<&'static str> {
        match self {
            Self::Lint => Some("stepgate-lint"),
            Self::Scan => Some("stepgate-scan"),
            Self::Manifests => Some("stepgate-manifests"),
            Self::Health => Some("stepgate-verify"),
            Self::Tests | Self::Provenance | Self::Deployment | Self::Type(_) => None,
        }
    }

    /// Whether it is about one environment, and must name it.
    #[must_use]
    pub fn is_of_environment(&self) -> bool {
        matches!(self, Self::Health | Self::Deployment)
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lint => "lint",
            Self::Tests => "tests",
            Self::Scan => "scan",
            Self::Manifests => "manifests",
            Self::Provenance => "provenance",
            Self::Health => "health",
            Self::Deployment => "deployment",
            Self::Type(uri) => uri,
        })
    }
}

impl FromStr for Claim {
    /// What is wrong, with the words that would do.
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "lint" => Self::Lint,
            "tests" | TEST_RESULT => Self::Tests,
            "scan" => Self::Scan,
            "manifests" => Self::Manifests,
            "provenance" | PROVENANCE => Self::Provenance,
            "health" => Self::Health,
            "deployment" | DEPLOYMENT => Self::Deployment,
            uri if is_uri(uri) => Self::Type(uri.to_owned()),
            other => return Err(format!("`{}` is no claim: {WORDS}", shown(other))),
        })
    }
}

const WORDS: &str = "it is one of lint, tests, scan, manifests, provenance, health, deployment, or the URI of a \
                     predicate type (https://…)";

/// A scheme, a colon, and something after it: <https://datatracker.ietf.org/doc/html/rfc3986#section-3.1>.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_plain = |c: char| c.is_ascii_graphic();
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        && !rest.is_empty()
        && rest.chars().all(is_plain)
}

#[cfg(test)]
mod tests;
