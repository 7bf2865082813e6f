//! Annotations of a Code Insights report (`/commit/{commit}/reports/{report}/annotations`).

use std::collections::HashSet;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::client::Place;
use crate::error::Error;
use crate::limits;
use crate::null::null_is_default;
use crate::open_enum::open_enum;
use crate::page::List;
use crate::reports::BadId;

open_enum! {
    /// What an annotation is about.
    pub enum AnnotationType {
        /// A vulnerability.
        Vulnerability = "VULNERABILITY",
        /// Code that could be better.
        CodeSmell = "CODE_SMELL",
        /// Code that is wrong.
        Bug = "BUG",
    }
}

open_enum! {
    /// How grave it is.
    pub enum Severity {
        /// Gravest.
        Critical = "CRITICAL",
        /// Grave.
        High = "HIGH",
        /// Not so grave.
        Medium = "MEDIUM",
        /// Hardly grave.
        Low = "LOW",
    }
}

open_enum! {
    /// How what the annotation is about turned out.
    pub enum AnnotationResult {
        /// Good.
        Passed = "PASSED",
        /// Not good.
        Failed = "FAILED",
        /// Not looked at.
        Skipped = "SKIPPED",
        /// Looked at, and let go.
        Ignored = "IGNORED",
    }
}

/// A remark on a report, at a line of a file or on the whole.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Annotation {
    /// Our id of it, unique in its report. What is sent again with the same id is replaced.
    #[serde(deserialize_with = "null_is_default")]
    pub external_id: String,
    /// What is shown; at most [`limits::SUMMARY_CHARS`], and not nothing.
    #[serde(deserialize_with = "null_is_default")]
    pub summary: String,
    /// What is shown on a click; at most [`limits::DETAILS_CHARS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotation_type: Option<AnnotationType>,
    /// How grave it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// How it turned out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<AnnotationResult>,
    /// The file, relative to the repository. Without one it is shown in the overview.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The line on the report's commit, from 1. Without one it is shown at the top of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Where there is more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The server's id of it.
    #[serde(skip_serializing)]
    pub uuid: Option<String>,
}

impl Annotation {
    /// An annotation on the whole report, about a code smell until told otherwise: the server wants a type.
    #[must_use]
    pub fn new(external_id: impl Into<String>, summary: impl Into<String>) -> Self {
        Self {
            external_id: external_id.into(),
            summary: summary.into(),
            annotation_type: Some(AnnotationType::CodeSmell),
            ..Self::default()
        }
    }

    /// The same at a line of a file.
    #[must_use]
    pub fn at(self, path: impl Into<String>, line: u32) -> Self {
        Self { path: Some(path.into()), line: Some(line), ..self }
    }
}

/// The annotations of a report.
#[derive(Clone, Debug)]
pub struct Annotations {
    place: Result<Place, BadId>,
}

impl Annotations {
    pub(crate) fn new(place: Result<Place, BadId>) -> Self {
        Self { place }
    }

    /// All of them.
    ///
    /// # Errors
    ///
    /// When the report's id cannot be one.
    pub fn list(&self) -> Result<List<Annotation>, Error> {
        Ok(List::new(self.place()?, limits::PAGE_ITEMS))
    }

    /// One, by our id or its UUID.
    ///
    /// # Errors
    ///
    /// As every request.
    pub async fn get(&self, id: &str) -> Result<Annotation, Error> {
        self.place()?.join(&[id]).get().await
    }

    /// Creates or replaces one.
    ///
    /// # Errors
    ///
    /// As every request.
    pub async fn put(&self, annotation: &Annotation) -> Result<Annotation, Error> {
        self.place()?.join(&[&annotation.external_id]).put(annotation).await
    }

    /// Creates or replaces many, in as few requests as the API allows. Nothing is sent for nothing.
    ///
    /// # Errors
    ///
    /// As every request, saying which are not stored; also, before anything is sent, when there are more than a report
    /// holds ([`limits::ANNOTATIONS_PER_REPORT`]) or ids are missing or not unique, so that a repeated request would
    /// not give the same.
    pub async fn create_many(&self, annotations: &[Annotation]) -> Result<(), Error> {
        let place = self.place()?;
        check(annotations)?;
        for (batch, chunk) in annotations.chunks(limits::ANNOTATIONS_PER_REQUEST).enumerate() {
            let stored: Result<IgnoredAny, _> = place.post_by_key(chunk).await;
            stored.map_err(|cause| {
                let before = batch * limits::ANNOTATIONS_PER_REQUEST;
                let (first, last, total) = (before + 1, before + chunk.len(), annotations.len());
                Error::Batch { first, last, total, cause: Box::new(cause) }
            })?;
        }
        Ok(())
    }

    /// Deletes one. There being none is fine.
    ///
    /// # Errors
    ///
    /// As every request.
    pub async fn delete(&self, id: &str) -> Result<(), Error> {
        match self.place()?.join(&[id]).delete().await {
            Err(error) if error.is_not_found() => Ok(()),
            other => other,
        }
    }

    fn place(&self) -> Result<Place, Error> {
        Ok(self.place.clone()?)
    }
}

fn check(annotations: &[Annotation]) -> Result<(), Error> {
    if annotations.len() > limits::ANNOTATIONS_PER_REPORT {
        return Err(Error::Invalid(format!(
            "store {} annotations: a report holds {}",
            annotations.len(),
            limits::ANNOTATIONS_PER_REPORT
        )));
    }
    let mut ids = HashSet::new();
    for Annotation { external_id, summary, .. } in annotations {
        if external_id.is_empty() {
            return Err(Error::Invalid(format!("store the annotation {summary:?}: it has no external id")));
        }
        if !ids.insert(external_id) {
            return Err(Error::Invalid(format!("store annotations: two have the external id {external_id:?}")));
        }
    }
    Ok(())
}
