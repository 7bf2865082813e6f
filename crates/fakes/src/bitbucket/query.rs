//! The filter `q`: comparisons of fields with texts by `=` or `!=`, joined by `AND`. The real one knows more
//! (<https://developer.atlassian.com/cloud/bitbucket/rest/intro/#filtering>); the rest is refused.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::errors::envelope;
use super::paging::query;
use crate::server::{Reply, Request};

/// What the objects of a list have to match.
pub(super) struct Query(Vec<Comparison>);

struct Comparison {
    /// `source.branch.name`
    field: String,
    equal: bool,
    text: String,
}

impl Query {
    /// The filter of a request; without one everything matches.
    pub(super) fn of(request: &Request) -> Result<Self, Reply> {
        let Some(encoded) = query(request, "q") else {
            return Ok(Self(Vec::new()));
        };
        let text = percent_decode_str(&encoded.replace('+', " ")).decode_utf8_lossy().into_owned();
        parse(&text).map(Self).ok_or_else(|| envelope(400, &format!("Invalid query: {text}")))
    }

    pub(super) fn matches(&self, object: &Value) -> bool {
        self.0.iter().all(|comparison| {
            let found = comparison.field.split('.').try_fold(object, |object, name| object.get(name));
            let same = found.and_then(Value::as_str) == Some(&comparison.text);
            same == comparison.equal
        })
    }
}

fn parse(text: &str) -> Option<Vec<Comparison>> {
    let mut comparisons = Vec::new();
    let mut rest = text.trim();
    loop {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"._".contains(c)).filter(|end| *end > 0)?;
        let (field, after) = rest.split_at(end);
        let after = after.trim_start();
        let (equal, after) = match after.strip_prefix("!=") {
            Some(after) => (false, after),
            None => (true, after.strip_prefix('=')?),
        };
        let (text, after) = quoted(after.trim_start().strip_prefix('"')?)?;
        comparisons.push(Comparison { field: field.to_owned(), equal, text });
        rest = after.trim_start();
        if rest.is_empty() {
            return Some(comparisons);
        }
        rest = rest.strip_prefix("AND ")?.trim_start();
    }
}

/// The text up to the quotation mark that ends it, and what comes after.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}
