//! The head of a message, written by the users of a repository.

use super::{Record, distinct, listed, one_line};
use crate::plan::Move;
use crate::words::quoted;

/// What can stand in braces in a template.
pub const PLACEHOLDERS: [&str; 8] = ["service", "environment", "image", "tag", "digest", "commit", "build", "from"];

/// Why a template cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TemplateError {
    /// Nothing has this name.
    #[error("there is no placeholder {}", quoted(&format!("{{{name}}}")))]
    Unknown {
        /// Without the braces.
        name: String,
    },
    /// A brace without the other one.
    #[error("a `{brace}` of the template has no partner: {}", quoted(rest))]
    Unpaired {
        /// `{` or `}`.
        brace: char,
        /// The template from there.
        rest: String,
    },
}

impl TemplateError {
    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Unknown { .. } => {
                format!("there are {{{}}}; a brace itself is written twice", PLACEHOLDERS.join("}, {"))
            }
            Self::Unpaired { .. } => "a brace itself is written twice: `{{`, `}}`".to_owned(),
        }
    }
}

/// The template with its placeholders replaced: what differs between records is listed, what is not known is empty. A
/// tag that is not known is the beginning of the digest.
pub(super) fn fill(template: &str, records: &[Record], moves: &[Move]) -> Result<String, TemplateError> {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let from = &rest[at..];
        if let Some(after) = from.strip_prefix("{{") {
            out.push('{');
            rest = after;
        } else if let Some(after) = from.strip_prefix("}}") {
            out.push('}');
            rest = after;
        } else {
            let unpaired = |brace| TemplateError::Unpaired { brace, rest: from.to_owned() };
            let inside = from.strip_prefix('{').ok_or_else(|| unpaired('}'))?;
            let (name, after) = inside.split_once('}').ok_or_else(|| unpaired('{'))?;
            out.push_str(&one_line(&value(name, records, moves)?));
            rest = after;
        }
    }
    out.push_str(rest);
    let lines: Vec<_> = out.lines().map(one_line).collect();
    Ok(lines.join("\n").trim().to_owned())
}

fn value(name: &str, records: &[Record], moves: &[Move]) -> Result<String, TemplateError> {
    let all = |of: &dyn Fn(&Record) -> Option<String>| listed(&distinct(records.iter().filter_map(of)));
    Ok(match name {
        "service" => all(&|record| record.service.clone()),
        "environment" => all(&|record| record.environment.clone()),
        "image" => all(&|record| Some(record.image.name.to_string())),
        "tag" => all(&|Record { image, .. }| {
            image.tag.as_ref().map(ToString::to_string).or_else(|| image.digest.as_ref().map(crate::Digest::short))
        }),
        "digest" => all(&|record| record.image.digest.as_ref().map(ToString::to_string)),
        "commit" => all(&|record| record.source.commit.clone()),
        "build" => all(&|record| record.source.build.map(|build| build.to_string())),
        "from" => listed(&distinct(moves.iter().map(|moved| moved.from.clone()))),
        _ => return Err(TemplateError::Unknown { name: name.to_owned() }),
    })
}
