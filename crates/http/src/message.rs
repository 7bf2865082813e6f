//! The server's own words, from whatever shape of error body.

use serde_json::{Map, Value};

/// Longest message that is passed on, in characters.
const LONGEST: usize = 500;

/// What the body of an error says, as one line of plain text; empty when it says nothing.
///
/// Read are `{"error": {"message", "detail", "fields"}}` (the documented envelope of Bitbucket), `{"message"}` with
/// `key` or `code` beside it (Code Insights), `{"error", "error_description"}` (OAuth, RFC 6749 section 5.2),
/// `{"errors": [{"code", "message"}]}` (registries, <https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes>),
/// HTML (its title, else its text), and plain text.
pub(crate) fn from_body(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    let message = match serde_json::from_str(text) {
        Ok(Value::Object(object)) => from_json(&object),
        Ok(Value::String(text)) => text,
        _ if text.starts_with('<') => from_html(text),
        _ => text.to_owned(),
    };
    one_line(&message)
}

/// `text` on one line, without control characters, cut to a readable length.
pub(crate) fn one_line(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|c| c.is_whitespace() || !c.is_control())
        .filter(
            |c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'),
        )
        .collect();
    let mut line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(end);
        line.push('…');
    }
    line
}

fn from_json(object: &Map<String, Value>) -> String {
    if let Some(Value::Array(errors)) = object.get("errors") {
        let said: Vec<String> = errors.iter().filter_map(Value::as_object).filter_map(from_registry).collect();
        if !said.is_empty() {
            return said.join("; ");
        }
    }
    match object.get("error") {
        Some(Value::Object(error)) => from_envelope(error),
        Some(Value::String(code)) => match text_of(object, "error_description") {
            Some(description) => format!("{code}: {description}"),
            None => code.clone(),
        },
        _ => match text_of(object, "message").or_else(|| text_of(object, "detail")) {
            Some(message) => message.to_owned(),
            None => Value::Object(object.clone()).to_string(),
        },
    }
}

fn from_registry(error: &Map<String, Value>) -> Option<String> {
    match (text_of(error, "code"), text_of(error, "message")) {
        (Some(code), Some(message)) => Some(format!("{code}: {message}")),
        (code, message) => code.or(message).map(str::to_owned),
    }
}

fn from_envelope(error: &Map<String, Value>) -> String {
    let message = text_of(error, "message").unwrap_or_default();
    let mut more = Vec::new();
    match error.get("detail") {
        Some(Value::String(detail)) if !detail.trim().is_empty() && detail != message => more.push(detail.clone()),
        // Which scopes are required, and which granted.
        Some(Value::Object(detail)) => more.extend(listed(detail)),
        _ => {}
    }
    if let Some(Value::Object(fields)) = error.get("fields") {
        // Often the message is made of them already.
        more.extend(listed(fields).filter(|field| !message.contains(field)));
    }
    if more.is_empty() { message.to_owned() } else { format!("{message} ({})", more.join("; ")) }
}

fn listed(fields: &Map<String, Value>) -> impl Iterator<Item = String> {
    fields.iter().map(|(name, value)| format!("{name}: {}", plain(value)))
}

/// A text, or a list of them; anything else is shown as it came.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn text_of<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    object.get(key)?.as_str().filter(|text| !text.trim().is_empty())
}

fn from_html(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let title = find(&lower, 0, "<title").and_then(|start| {
        let open = find(&lower, start, ">")? + 1;
        html.get(open..find(&lower, open, "</title")?)
    });
    match title.map(str::trim) {
        Some(title) if !title.is_empty() => title.to_owned(),
        _ => without_tags(html, &lower),
    }
}

/// The text between tags; what `<script>` and `<style>` hold is none.
fn without_tags(html: &str, lower: &str) -> String {
    let mut text = String::new();
    let mut at = 0;
    while let Some(open) = find(lower, at, "<") {
        text.push_str(html.get(at..open).unwrap_or_default());
        text.push(' ');
        let name = lower.get(open + 1..).unwrap_or_default();
        let close = match ["script", "style"].into_iter().find(|element| name.starts_with(element)) {
            Some(element) => find(lower, open, &format!("</{element}")),
            None => Some(open),
        };
        match close.and_then(|close| find(lower, close, ">")) {
            Some(end) => at = end + 1,
            None => return text,
        }
    }
    text.push_str(html.get(at..).unwrap_or_default());
    text
}

/// Where `what` is in `text`, at or after `from`.
fn find(text: &str, from: usize, what: &str) -> Option<usize> {
    Some(from + text.get(from..)?.find(what)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &str) -> String {
        from_body(body.as_bytes())
    }

    #[test]
    fn every_known_shape_of_error_body_gives_its_message() {
        let cases = [
            (r#"{"type":"error","error":{"message":"Repository not found"}}"#, "Repository not found"),
            (
                r#"{"type":"error","error":{"message":"Bad request","fields":{"key":["At most 40 characters.","No."]},"detail":"See key"}}"#,
                "Bad request (See key; key: At most 40 characters., No.)",
            ),
            (
                r#"{"type":"error","error":{"message":"Your credentials lack scopes.","detail":{"granted":["account"],"required":["repository","pullrequest"]}}}"#,
                "Your credentials lack scopes. (granted: account; required: repository, pullrequest)",
            ),
            (
                r#"{"key":"report-service.general.bad-request","message":"The summary field cannot contain more than 450 characters.","arguments":{}}"#,
                "The summary field cannot contain more than 450 characters.",
            ),
            (
                r#"{"code":400,"message":"Bulk upload supports a maximum of /100 annotations."}"#,
                "Bulk upload supports a maximum of /100 annotations.",
            ),
            (
                r#"{"error":"invalid_client","error_description":"Invalid OAuth client credentials"}"#,
                "invalid_client: Invalid OAuth client credentials",
            ),
            ("Rate limit for this resource has been exceeded\n", "Rate limit for this resource has been exceeded"),
            ("<html><head><TITLE>502 Bad\n Gateway</TITLE></head><body>nginx</body></html>", "502 Bad Gateway"),
            ("<html><p>Oops<script>for (;;) {}", "Oops"),
            ("<!DOCTYPE html><style>p{}</style><h1>Oops</h1><p>Try <b>later</b></p>", "Oops Try later"),
            (r#"{"unexpected":1}"#, r#"{"unexpected":1}"#),
            (
                r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"1"}},{"message":"b"}]}"#,
                "MANIFEST_UNKNOWN: manifest unknown; b",
            ),
            (r#"{"errors":[],"message":"No"}"#, "No"),
            ("\u{feff}", ""),
        ];
        for (body, expected) in cases {
            assert_eq!(message(body), expected, "{body}");
        }
    }

    #[test]
    fn a_message_is_one_line_without_control_characters_and_of_bounded_length() {
        assert_eq!(message("a\u{1b}[31mb\r\n\u{202e}c"), "a[31mb c");
        let long = message(&"ü".repeat(10_000));
        assert_eq!(long.chars().count(), LONGEST + 1);
        assert!(long.ends_with('…'));
    }

    proptest::proptest! {
        #[test]
        fn no_body_makes_reading_its_message_panic(body in proptest::collection::vec(proptest::num::u8::ANY, 0..200), html in "[<>/a-zİ ]{0,60}") {
            from_body(&body);
            from_body(format!("<{html}<script>").as_bytes());
        }
    }
}
