//! One line of a bundle, and whether it counts.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use super::binding::Binding;
use super::{Accepted, Question, Rejected, Rejection};
use crate::claim::{Claim, Outcome, commit_of};
use crate::envelope::{Envelope, PAYLOAD_TYPE};
use crate::json::shown;
use crate::statement::Statement;
use crate::trust::{Objection, Said, Signer};

/// How much the clock of whoever signed may be ahead.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// A statement that known keys have signed.
pub(super) struct Signed<'t> {
    line: usize,
    sha256: String,
    claim: Claim,
    outcome: Outcome,
    at: Option<Timestamp>,
    /// At least one.
    signers: Vec<&'t Signer<'t>>,
    statement: Statement,
}

impl<'t> Signed<'t> {
    pub(super) fn read(
        line: usize,
        bytes: &[u8],
        known: &'t [Signer<'t>],
        question: &Question<'_>,
    ) -> Result<Self, Rejected> {
        let envelope = Envelope::parse(bytes).map_err(|error| Rejected {
            line,
            claim: None,
            reason: Rejection::Unreadable(error.to_string()),
        })?;
        let statement = Statement::parse(&envelope.payload);
        let claim = statement.as_ref().ok().map(Claim::told_by);
        let rejected = |reason| Rejected { line, claim: claim.clone(), reason };
        if envelope.payload_type != PAYLOAD_TYPE {
            let why = format!("its payload is of the type `{}`, not {PAYLOAD_TYPE}", shown(&envelope.payload_type));
            return Err(rejected(Rejection::Unreadable(why)));
        }
        let keys: Vec<_> = known.iter().map(|signer| signer.key).collect();
        let has_signed = envelope.signers(&keys);
        let signers: Vec<_> = known.iter().zip(has_signed).filter_map(|(one, has)| has.then_some(one)).collect();
        if signers.is_empty() {
            return Err(rejected(Rejection::UnknownKey));
        }
        let statement = statement.map_err(|error| rejected(Rejection::Unreadable(error.to_string())))?;
        let (claim, outcome, at) = Claim::of(&statement)
            .map_err(|why| rejected(Rejection::Unreadable(format!("its predicate cannot be judged: {why}"))))?;
        if let Some(at) = at.filter(|at| at.duration_since(question.now) > AHEAD) {
            return Err(rejected(Rejection::Time(format!("it is of {at}, which is not yet"))));
        }
        let sha256 = crate::hex(&Sha256::digest(bytes));
        Ok(Self { line, sha256, claim, outcome, at, signers, statement })
    }

    /// The commit that the image was built from, when this is provenance that counts.
    pub(super) fn accepted_commit(&self, question: &Question<'_>) -> Option<String> {
        if self.claim != Claim::Provenance {
            return None;
        }
        let binding = Binding::of(&self.statement, &self.claim, question, &[]).ok()?;
        self.keys(&binding, question).ok()?;
        commit_of(&self.statement).ok()
    }

    /// Whether it counts for this image, built from these commits.
    pub(super) fn judge(self, question: &Question<'_>, commits: &[String]) -> Result<Accepted, Rejected> {
        let judged = Binding::of(&self.statement, &self.claim, question, commits)
            .map_err(Rejection::OtherSubject)
            .and_then(|binding| Ok((self.keys(&binding, question)?, binding.environment)));
        match judged {
            Ok((keys, environment)) => Ok(Accepted {
                line: self.line,
                sha256: self.sha256,
                claim: self.claim,
                outcome: self.outcome,
                environment,
                at: self.at,
                keys,
                statement: self.statement,
            }),
            Err(reason) => Err(Rejected { line: self.line, claim: Some(self.claim), reason }),
        }
    }

    /// The names of the keys that signed it and may, sorted.
    fn keys(&self, binding: &Binding, question: &Question<'_>) -> Result<Vec<String>, Rejection> {
        let said = Said {
            claim: &self.claim,
            service: question.service,
            environment: binding.environment.as_deref(),
            at: self.at,
            is_bound: binding.is_bound,
        };
        let mut keys = Vec::new();
        let mut objections = Vec::new();
        for signer in &self.signers {
            match signer.objection(&said) {
                None => keys.push(signer.name.to_owned()),
                Some(objection) => objections.push((signer.name, objection)),
            }
        }
        if keys.is_empty() {
            return Err(refused(&objections, &said));
        }
        keys.sort_unstable();
        Ok(keys)
    }
}

/// What to say when no key that signed may.
fn refused(objections: &[(&str, Objection)], said: &Said<'_>) -> Rejection {
    let words: Vec<String> = objections.iter().map(|(key, objection)| objection.in_words(key, said)).collect();
    let words = words.join("; ");
    let all = |what: &Objection| objections.iter().all(|(_, objection)| objection == what);
    if all(&Objection::NoTime) {
        Rejection::Time(words)
    } else if all(&Objection::Unbound) {
        Rejection::OtherSubject(words)
    } else {
        Rejection::KeyMayNot(words)
    }
}
