//! What a statement is about, and whether that is what was asked for.

use std::collections::BTreeSet;

use super::Question;
use crate::claim::Claim;
use crate::json::shown;
use crate::statement::{ENVIRONMENT, SERVICE, Statement, Subject};

/// How a statement is tied to what was asked for.
pub(super) struct Binding {
    /// Whether by the image itself, or by naming the service; else only a commit is known.
    pub(super) is_bound: bool,
    /// The environment that it names.
    pub(super) environment: Option<String>,
}

impl Binding {
    /// Ties a statement to the image, or to the one commit that the image was built from.
    ///
    /// # Errors
    ///
    /// What it is about instead.
    pub(super) fn of(
        statement: &Statement,
        claim: &Claim,
        question: &Question<'_>,
        commits: &[String],
    ) -> Result<Self, String> {
        let (images, of_commits): (Vec<&Subject>, Vec<&Subject>) =
            statement.subject.iter().partition(|subject| subject.digest.contains_key("sha256"));
        let is_image = !images.is_empty();
        let (own, others) = if is_image {
            (images_of(&images, question)?, of_commits)
        } else {
            (subjects_of_commit(&of_commits, claim, commits)?, Vec::new())
        };
        let services = annotated(&own, &others, SERVICE);
        if let Some(other) = services.iter().find(|service| **service != question.service) {
            return Err(format!("it is about the service `{}`, not `{}`", shown(other), shown(question.service)));
        }
        let mut environments = annotated(&own, &others, ENVIRONMENT).into_iter();
        let environment = match (environments.next(), environments.next()) {
            (Some(one), None) => Some(one.to_owned()),
            (Some(one), Some(two)) => {
                return Err(format!("it is about two environments, `{}` and `{}`", shown(one), shown(two)));
            }
            (None, _) if claim.is_of_environment() => return Err("it names no environment".to_owned()),
            (None, _) => None,
        };
        Ok(Self { is_bound: is_image || !services.is_empty(), environment })
    }
}

/// The subjects that are the image.
fn images_of<'s>(images: &[&'s Subject], question: &Question<'_>) -> Result<Vec<&'s Subject>, String> {
    let digits = |subject: &'s Subject| subject.digest.get("sha256").map(String::as_str).unwrap_or_default();
    let own: Vec<_> =
        images.iter().copied().filter(|image| digits(image).eq_ignore_ascii_case(question.digest)).collect();
    match images.first() {
        Some(other) if own.is_empty() => Err(format!("it is about another image, sha256:{}", shown(digits(other)))),
        _ => Ok(own),
    }
}

/// The subjects that are the commit that the image was built from.
fn subjects_of_commit<'s>(
    subjects: &[&'s Subject],
    claim: &Claim,
    commits: &[String],
) -> Result<Vec<&'s Subject>, String> {
    let hashes = |subject: &'s Subject| subject.digest.get("gitCommit").map(String::as_str);
    let Some(first) = subjects.iter().find_map(|subject| hashes(subject)) else {
        return Err("it is about neither an image (sha256) nor a commit (gitCommit)".to_owned());
    };
    let first = shown(first);
    if *claim == Claim::Provenance || claim.is_of_environment() {
        return Err(format!("it names no image by its digest, only the commit {first}"));
    }
    let commit = match commits {
        [] => {
            return Err(format!(
                "it is about the commit {first}, and no provenance that counts says what the image was built from"
            ));
        }
        [commit] => commit,
        [one, two, ..] => {
            return Err(format!(
                "it is about the commit {first}, and provenance contradicts itself: the image was built from {one}, and \
                 from {two}"
            ));
        }
    };
    let is_it = |subject: &&Subject| subject.digest.get("gitCommit").is_some_and(|it| it.eq_ignore_ascii_case(commit));
    let own: Vec<_> = subjects.iter().copied().filter(is_it).collect();
    if own.is_empty() {
        return Err(format!("it is about the commit {first}, and the image was built from {commit}"));
    }
    Ok(own)
}

/// What the subjects are annotated with; when they are not, what the others are.
fn annotated<'s>(own: &[&'s Subject], others: &[&'s Subject], key: &str) -> BTreeSet<&'s str> {
    let values = |subjects: &[&'s Subject]| -> BTreeSet<&'s str> {
        subjects.iter().filter_map(|subject| subject.annotations.get(key)).map(String::as_str).collect()
    };
    let found = values(own);
    if found.is_empty() { values(others) } else { found }
}
