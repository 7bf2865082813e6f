//! What a bundle proves: *for this service, image and commit, which claims hold, by which key, since when?*

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::claim::{Claim, Outcome};
use crate::statement::Statement;
use crate::trust::Trust;

mod binding;
mod signed;

use signed::Signed;

/// What is asked of a bundle.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The service as the policy calls it.
    pub service: &'a str,
    /// The image: 64 hexadecimal digits of its SHA-256, in lower case.
    pub digest: &'a str,
    /// The time by which ages are told.
    pub now: Timestamp,
}

/// Everything that a bundle says.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The commits that the image was built from, by accepted provenance. Two are a contradiction, and then no statement
    /// about a commit is accepted.
    pub commits: Vec<String>,
    /// What counts, in the order of lines.
    pub accepted: Vec<Accepted>,
    /// What does not, in the order of lines.
    pub rejected: Vec<Rejected>,
}

/// A statement that counts.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The line of the bundle, from 1.
    pub line: usize,
    /// The SHA-256 of the line without white space at its ends, as hexadecimal digits: how others refer to it.
    pub sha256: String,
    /// What it claims.
    pub claim: Claim,
    /// How it came out.
    pub outcome: Outcome,
    /// The environment that it is about.
    pub environment: Option<String>,
    /// When, by its own words.
    pub at: Option<Timestamp>,
    /// The names of the keys that signed it and may, each key once, sorted.
    pub keys: Vec<String>,
    /// The statement.
    pub statement: Statement,
}

/// A statement that does not count.
#[derive(Clone, Debug)]
pub struct Rejected {
    /// The line of the bundle, from 1.
    pub line: usize,
    /// What it claims, as far as it can be told. Nothing of it is to be believed.
    pub claim: Option<Claim>,
    /// Why.
    pub reason: Rejection,
}

/// Why a statement does not count. Its text is for people.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// The line is no envelope, or holds no Statement.
    #[error("{0}")]
    Unreadable(String),
    /// No key that is known has signed it.
    #[error("no key of the policy has signed it")]
    UnknownKey,
    /// Known keys have signed it, and none of them may say this, of this service, in this environment, at that time.
    #[error("{0}")]
    KeyMayNot(String),
    /// It is about another image, commit, service, or names no environment where it must.
    #[error("{0}")]
    OtherSubject(String),
    /// It is of a time that is not yet, or says no time where one is needed.
    #[error("{0}")]
    Time(String),
}

/// Looks through a bundle (JSON Lines). Never fails: what cannot be read is rejected, with its line.
///
/// A statement counts when an envelope of in-toto's type holds it, a trusted key has signed it that may make its claim
/// of this service (and environment) at the time that the statement gives, and it is about the image by its digest, or
/// about a commit that an accepted provenance statement says the image was built from. A statement about a commit must
/// name the service, or its key must be one of `services`. What names another service never counts. A statement without
/// a time is not accepted from a key with a validity period or a revocation.
///
/// Provenance, health and deployments have to name the image by its digest: another image of the same commit is another
/// image. So does every statement that names any image: it is about that image, not about every image of its commit.
#[must_use]
pub fn examine(bundle: &[u8], trust: &Trust, question: &Question<'_>) -> Evidence {
    let signers = trust.signers();
    let read: Vec<Result<Signed<'_>, Rejected>> =
        lines(bundle).map(|(number, line)| Signed::read(number, line, &signers, question)).collect();
    // First what the image was built from, then what is said of that.
    let built_from = read.iter().flatten().filter_map(|signed| signed.accepted_commit(question));
    let commits: Vec<String> = built_from.collect::<BTreeSet<_>>().into_iter().collect();
    let mut evidence = Evidence { commits, ..Evidence::default() };
    for signed in read {
        match signed.and_then(|signed| signed.judge(question, &evidence.commits)) {
            Ok(accepted) => evidence.accepted.push(accepted),
            Err(rejected) => evidence.rejected.push(rejected),
        }
    }
    evidence
}

/// The lines of a bundle that are not blank, without white space at their ends, with their numbers from 1.
pub fn lines(bundle: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let trimmed = bundle.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    trimmed.enumerate().filter(|(_, line)| !line.is_empty()).map(|(index, line)| (index + 1, line))
}

#[cfg(test)]
mod tests;
