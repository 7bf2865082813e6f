//! What is wrong with a file, in words.

use serde_saphyr::{DuplicateKeyPolicy, Error, Location, MessageFormatter as _, Options, UserMessageFormatter};

use super::{Promotion, similarity};
use crate::words::quoted;

/// Why a `promotion.yaml` cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{what}")]
pub struct PromotionError {
    /// From 1.
    pub line: Option<usize>,
    /// From 1, in characters.
    pub column: Option<usize>,
    /// What is wrong there.
    pub what: String,
    /// What to try next.
    pub hint: Option<String>,
}

pub(super) fn read(text: &str) -> Result<Promotion, PromotionError> {
    let read = serde_saphyr::from_str_with_options::<Option<Promotion>>(text, options());
    read.map(Option::unwrap_or_default).map_err(|error| of(error.without_snippet(), text))
}

/// The strictest reading there is: what could be meant in two ways is refused.
fn options() -> Options {
    serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::Error,
        strict_booleans: true,
        strict_indentation: true,
        reject_unsupported_tags: true,
        with_snippet: false,
        emit_comments: false,
    }
}

fn of(error: &Error, text: &str) -> PromotionError {
    let location = error.location().filter(|location| *location != Location::UNKNOWN);
    PromotionError {
        line: location.and_then(|location| usize::try_from(location.line()).ok()),
        column: location.and_then(|location| usize::try_from(location.column()).ok()),
        what: words(error),
        hint: hint(error, text),
    }
}

fn words(error: &Error) -> String {
    match error {
        Error::SerdeUnknownField { field, .. } => format!("there is no key {} here", quoted(field)),
        Error::SerdeMissingField { field, .. } => format!("the key `{field}` is missing here"),
        Error::DuplicateMappingKey { key: Some(key), .. } => format!("the key {} is here twice", quoted(key)),
        Error::SerdeInvalidType { unexpected, expected, .. } => format!("expected {expected}, found {unexpected}"),
        Error::InvalidBooleanStrict { .. } => "expected true or false".to_owned(),
        Error::MultipleDocuments { .. } => "there is more than one document (`---`) in the file".to_owned(),
        Error::InvalidScalar { .. } => "expected a whole number, 0 or more".to_owned(),
        Error::Unexpected { expected: "mapping start", .. } => "expected a mapping (`key: value`)".to_owned(),
        Error::Unexpected { expected: "sequence start", .. } => "expected a list (`- item`)".to_owned(),
        other => UserMessageFormatter.format_message(other).into_owned(),
    }
}

fn hint(error: &Error, text: &str) -> Option<String> {
    if text.lines().any(|line| line.starts_with("<<<<<<< ")) {
        return Some("the file holds a merge conflict; resolve it".to_owned());
    }
    match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            let nearest = expected.iter().max_by(|a, b| similarity(field, a).total_cmp(&similarity(field, b)))?;
            Some(if similarity(field, nearest) > 0.7 {
                format!("did you mean `{nearest}`?")
            } else {
                format!("it can be `{}`", expected.join("`, `"))
            })
        }
        Error::InvalidBooleanStrict { .. } => Some("write true or false; yes, no, on and off are text".to_owned()),
        _ => None,
    }
}
