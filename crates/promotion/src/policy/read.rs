//! Reads a YAML file of ours in the strictest way, and says what is wrong with it in words.

use gitops::words::{meant, quoted};
use serde::de::DeserializeOwned;
use serde_saphyr::{DuplicateKeyPolicy, Error, Location, MessageFormatter as _, Options, UserMessageFormatter};
use yaml_edit::{Node, Path, Segment, Yaml};

/// Why a file cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{what}")]
pub struct PolicyError {
    /// From 1.
    pub line: Option<usize>,
    /// From 1, in characters.
    pub column: Option<usize>,
    /// What is wrong there.
    pub what: String,
    /// What to try next.
    pub hint: Option<String>,
}

/// Reads a file; an empty one, or one of comments alone, is the default. What could be meant in two ways is refused.
///
/// # Errors
///
/// What is wrong, with line, column and what to try.
pub(crate) fn read<T: DeserializeOwned + Default>(text: &str) -> Result<T, PolicyError> {
    let read = serde_saphyr::from_str_with_options::<Option<T>>(text, options());
    let value = read.map_err(|error| of(error.without_snippet(), text))?;
    nothing_is_left_blank(text)?;
    Ok(value.unwrap_or_default())
}

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

/// A key with nothing behind it could mean that nothing is asked, or that somebody has not finished writing.
fn nothing_is_left_blank(text: &str) -> Result<(), PolicyError> {
    let yaml = parse(text)?;
    let mut nodes: Vec<Node<'_>> = yaml.documents().filter(|root| !root.is_null()).collect();
    while let Some(node) = nodes.pop() {
        if node.is_null() {
            let what = format!("nothing is given for {}", quoted(&node.path().to_string()));
            let hint = "write a value, `[]` or `{}`, or leave the key out".to_owned();
            return Err(PolicyError { hint: Some(hint), ..at(node, what) });
        }
        nodes.extend(node.items().chain(node.entries().map(|(_, value)| value)));
    }
    Ok(())
}

fn parse(text: &str) -> Result<Yaml<'_>, PolicyError> {
    Yaml::read(text.as_bytes()).map_err(|error| PolicyError {
        line: error.line().and_then(|line| usize::try_from(line).ok()),
        column: None,
        what: error.to_string(),
        hint: error.hint(),
    })
}

fn at(node: Node<'_>, what: String) -> PolicyError {
    let number = |number: u32| usize::try_from(number).ok();
    PolicyError { line: number(node.line()), column: number(node.column()), what, hint: None }
}

/// What is wrong with a file that can be read: a value that does not go with the others.
#[derive(Debug)]
pub(crate) struct Fault {
    /// Where.
    pub(crate) path: Path,
    /// What is wrong there.
    pub(crate) what: String,
    /// What to try next.
    pub(crate) hint: Option<String>,
}

impl Fault {
    pub(crate) fn new(path: Path, what: impl Into<String>) -> Self {
        Self { path, what: what.into(), hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with the line and column of the value, or of the nearest that is written around it.
    pub(crate) fn found_in(self, text: &str) -> PolicyError {
        let what = format!("{}: {}", quoted(&self.path.to_string()), self.what);
        let yaml = parse(text).ok();
        let root = yaml.as_ref().and_then(|yaml| yaml.documents().next());
        let error = match root {
            Some(root) => at(nearest(root, self.path.segments()), what),
            None => PolicyError { line: None, column: None, what, hint: None },
        };
        PolicyError { hint: self.hint, ..error }
    }
}

/// The node at the end of a path, as far as it is written out: not through merge keys.
fn nearest<'y>(root: Node<'y>, path: &[Segment]) -> Node<'y> {
    let mut node = root;
    for segment in path {
        let inside = node.target().unwrap_or(node);
        let next = match segment {
            Segment::Key(key) => inside.get(key),
            Segment::Index(index) => inside.items().nth(*index),
            Segment::Item { .. } => None,
        };
        match next {
            Some(next) => node = next,
            None => break,
        }
    }
    node
}

fn of(error: &Error, text: &str) -> PolicyError {
    let location = error.location().filter(|location| *location != Location::UNKNOWN);
    PolicyError {
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
        Error::SerdeUnknownVariant { variant, .. } => format!("{} cannot stand here", quoted(variant)),
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
        Error::SerdeUnknownField { field, expected, .. }
        | Error::SerdeUnknownVariant { variant: field, expected, .. } => {
            meant(field, expected.iter().copied(), "it can be")
        }
        Error::InvalidBooleanStrict { .. } => Some("write true or false; yes, no, on and off are text".to_owned()),
        _ => None,
    }
}
