//! The predicates that we write.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Claim, Outcome, VERIFIER};

/// Our extension of a verification summary: why, in words. Extensions are named by URIs:
/// <https://slsa.dev/spec/v1.1/verification_summary#parsing-rules>.
pub(super) const REASONS: &str = "https://bitbucket.org/stepgate/stepgate/attestation/reasons";
/// How an image is built from a commit by a pipeline: the `buildType` of our provenance.
const BUILD_TYPE: &str = "https://bitbucket.org/stepgate/stepgate/attestation/pipeline-build/v1";

/// A verdict of ours, as a verification summary.
#[derive(Clone, Debug)]
pub struct Summary<'a> {
    /// The claim, one that has a [program](Claim::program).
    pub claim: Claim,
    /// Version of the program.
    pub version: &'a str,
    /// What was judged: `git+https://bitbucket.org/acme/shop@0123…`, or an image reference by digest.
    pub resource: &'a str,
    /// When.
    pub at: Timestamp,
    /// How it came out.
    pub outcome: Outcome,
    /// The policy: its path or URI, and its SHA-256 as hexadecimal digits, where there is one.
    pub policy: (&'a str, Option<&'a str>),
    /// Why, in words.
    pub reasons: &'a [String],
}

impl Summary<'_> {
    /// The predicate, of type [`VERIFICATION_SUMMARY`](super::VERIFICATION_SUMMARY).
    #[must_use]
    pub fn predicate(&self) -> Value {
        let (uri, sha256) = self.policy;
        let mut policy = json!({"uri": uri});
        if let Some(sha256) = sha256 {
            policy["digest"] = json!({"sha256": sha256});
        }
        let (result, levels) = match self.outcome {
            Outcome::Pass => ("PASSED", vec![format!("STEPGATE_{}_PASSED", self.claim).to_ascii_uppercase()]),
            Outcome::Fail => ("FAILED", Vec::new()),
        };
        json!({
            "verifier": {
                "id": format!("{VERIFIER}{}", self.claim.program().unwrap_or_default()),
                "version": {"stepgate": self.version},
            },
            "timeVerified": self.at.to_string(),
            "resourceUri": self.resource,
            "policy": policy,
            "verificationResult": result,
            "verifiedLevels": levels,
            REASONS: self.reasons,
        })
    }
}

/// Which commit an image was built from, as SLSA provenance.
#[derive(Clone, Debug)]
pub struct Provenance<'a> {
    /// Where the source is: `https://bitbucket.org/acme/shop`.
    pub repository: Option<&'a str>,
    /// The full hash of the commit.
    pub commit: &'a str,
    /// Who built: the address of the pipeline's repository, or a name of the machine.
    pub builder: &'a str,
    /// Which run: the address of the pipeline run.
    pub run: Option<&'a str>,
    /// When it was finished.
    pub at: Timestamp,
}

impl Provenance<'_> {
    /// The predicate, of type [`PROVENANCE`](super::PROVENANCE).
    #[must_use]
    pub fn predicate(&self) -> Value {
        let commit = self.commit.to_ascii_lowercase();
        let mut source = json!({"digest": {"gitCommit": commit}});
        let mut parameters = json!({"commit": commit});
        if let Some(repository) = self.repository {
            source["uri"] = json!(format!("git+{repository}@{commit}"));
            parameters["repository"] = json!(repository);
        }
        let mut metadata = json!({"finishedOn": self.at.to_string()});
        if let Some(run) = self.run {
            metadata["invocationId"] = json!(run);
        }
        json!({
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": parameters,
                "resolvedDependencies": [source],
            },
            "runDetails": {"builder": {"id": self.builder}, "metadata": metadata},
        })
    }
}
