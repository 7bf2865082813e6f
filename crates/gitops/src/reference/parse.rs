//! The grammar, and what is wrong in words.

use crate::words::quoted;

/// Why a text is no image reference, or no part of one.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{} is no {whole}: {what}", quoted(text))]
pub struct ReferenceError {
    /// The text that was read.
    text: String,
    /// What it should have been.
    whole: &'static str,
    what: String,
    hint: Option<&'static str>,
}

impl ReferenceError {
    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        self.hint
    }

    fn new(text: &str, whole: &'static str, what: impl Into<String>) -> Self {
        Self { text: text.to_owned(), whole, what: what.into(), hint: None }
    }

    fn hinting(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// The same about the reference in which the part stands.
    pub(super) fn inside(self, text: &str) -> Self {
        if self.text == text {
            return Self { whole: "image reference", ..self };
        }
        let what = format!("{} is no {}: {}", quoted(&self.text), self.whole, self.what);
        Self { text: text.to_owned(), whole: "image reference", what, hint: self.hint }
    }
}

/// The longest path of a repository: `RepositoryNameTotalLengthMax` in distribution/reference.
const PATH_MAX: usize = 255;

/// The longest name of a host, with its port.
const REGISTRY_MAX: usize = 261;

/// The longest tag.
const TAG_MAX: usize = 128;

/// Name, tag and digest: a tag begins at the last `:` that no `/` follows.
pub(super) fn split(text: &str) -> (&str, Option<&str>, Option<&str>) {
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    match rest.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag), digest),
        _ => (rest, None, digest),
    }
}

/// Checks a name and says where its path begins.
pub(super) fn name(text: &str) -> Result<usize, ReferenceError> {
    let wrong = |what: String| ReferenceError::new(text, "image name", what);
    if text.is_empty() {
        return Err(wrong("it is empty".to_owned()));
    }
    if text.contains("://") {
        return Err(wrong("an image name has no scheme".to_owned()).hinting("leave `https://` out"));
    }
    let (bare, tag, digest) = split(text);
    if (tag.is_some() || digest.is_some()) && name(bare).is_ok() {
        return Err(wrong("a tag or a digest is no part of it".to_owned()).hinting("leave what follows the name out"));
    }
    let begin = match text.split_once('/') {
        Some((first, _)) if is_registry(first) => first.len() + 1,
        _ => 0,
    };
    let (registry, path) = text.split_at(begin);
    if begin > 0 {
        check_registry(registry.trim_end_matches('/')).map_err(wrong)?;
    }
    if path.len() > PATH_MAX {
        return Err(wrong(format!("its path is {} characters long, and {PATH_MAX} is the most", path.len())));
    }
    for component in path.split('/') {
        check_component(component).map_err(|(what, hint)| match hint {
            Some(hint) => wrong(what).hinting(hint),
            None => wrong(what),
        })?;
    }
    if path.len() == 64 && begin == 0 && path.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(wrong("64 hexadecimal digits are the ID of an image, not its name".to_owned()));
    }
    Ok(begin)
}

/// Whether the first component names a host: it has a `.` or `:`, is `localhost`, or cannot be part of a path.
/// <https://github.com/distribution/reference/blob/main/normalize.go> `splitDockerDomain`
fn is_registry(first: &str) -> bool {
    first.contains(['.', ':', '[']) || first == "localhost" || first.bytes().any(|b| b.is_ascii_uppercase())
}

fn check_registry(registry: &str) -> Result<(), String> {
    let shown = quoted(registry);
    if registry.len() > REGISTRY_MAX {
        return Err(format!("its registry is {} characters long, and {REGISTRY_MAX} is the most", registry.len()));
    }
    let (host, port) = match registry.strip_prefix('[').map(|rest| rest.split_once(']')) {
        Some(None) => return Err(format!("the `[` in the registry {shown} is not closed")),
        Some(Some((host, rest))) => {
            if host.is_empty() || !host.bytes().all(|b| b.is_ascii_hexdigit() || b == b':') {
                return Err(format!("there is no IPv6 address in the `[ ]` of the registry {shown}"));
            }
            ("", if rest.is_empty() { None } else { Some(rest.strip_prefix(':').unwrap_or("")) })
        }
        None => match registry.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (registry, None),
        },
    };
    if port.is_some_and(|port| port.is_empty() || !port.bytes().all(|b| b.is_ascii_digit())) {
        return Err(format!("the port of the registry {shown} is no number"));
    }
    let is_host = |label: &str| {
        !label.starts_with('-')
            && !label.ends_with('-')
            && !label.is_empty()
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if registry.starts_with('[') || host.split('.').all(is_host) {
        Ok(())
    } else {
        Err(format!("the registry {shown} is not the name of a host"))
    }
}

/// `[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*`
fn check_component(component: &str) -> Result<(), (String, Option<&'static str>)> {
    let shown = quoted(component);
    if component.is_empty() {
        return Err(("a part of its path is empty".to_owned(), None));
    }
    if let Some(upper) = component.chars().find(char::is_ascii_uppercase) {
        let what = format!("the path has an upper-case `{upper}` in {shown}");
        return Err((what, Some("names of repositories are in lower case")));
    }
    if let Some(odd) = component.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '.' | '_' | '-')) {
        return Err((format!("{} cannot be in {shown}", quoted(odd.encode_utf8(&mut [0; 4]))), None));
    }
    let is_separator = |c: char| !c.is_ascii_alphanumeric();
    if component.starts_with(is_separator) || component.ends_with(is_separator) {
        return Err((format!("{shown} must begin and end with a letter or a digit"), None));
    }
    let bad = component
        .split(|c: char| c.is_ascii_alphanumeric())
        .find(|run| !matches!(*run, "" | "." | "_" | "__") && run.contains(['.', '_']));
    match bad {
        Some(run) => Err((format!("`{run}` cannot stand between letters in {shown}"), None)),
        None => Ok(()),
    }
}

pub(super) fn tag(text: &str) -> Result<(), ReferenceError> {
    let wrong = |what: String| Err(ReferenceError::new(text, "tag", what));
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if text.len() > TAG_MAX {
        return wrong(format!("it is {} characters long, and {TAG_MAX} is the most", text.len()));
    }
    match text.chars().next() {
        None => return wrong("it is empty".to_owned()),
        Some(first) if !is_word(first) => {
            return wrong("it must begin with a letter, a digit or `_`".to_owned());
        }
        Some(_) => {}
    }
    match text.chars().find(|&c| !(is_word(c) || c == '.' || c == '-')) {
        None => Ok(()),
        Some('+') => Err(ReferenceError::new(text, "tag", "a tag cannot have a `+` in it")
            .hinting("write the build of a version with `_`, as Helm does: `1.2.3_5`")),
        Some(odd) => wrong(format!("{} cannot be in a tag", quoted(odd.encode_utf8(&mut [0; 4])))),
    }
}

pub(super) fn digest(text: &str) -> Result<(), ReferenceError> {
    let wrong = |what: String| Err(ReferenceError::new(text, "digest", what));
    let Some((algorithm, hex)) = text.split_once(':') else {
        return wrong("it does not begin with `sha256:`".to_owned());
    };
    let digits = match algorithm {
        "sha256" => 64,
        "sha512" => 128,
        _ => return wrong(format!("the algorithm {} is not sha256 or sha512", quoted(algorithm))),
    };
    match hex.chars().find(|c| !matches!(c, '0'..='9' | 'a'..='f')) {
        Some('A'..='F') => return wrong("its hexadecimal digits must be in lower case".to_owned()),
        Some(odd) => return wrong(format!("{} is no hexadecimal digit", quoted(odd.encode_utf8(&mut [0; 4])))),
        None => {}
    }
    if hex.len() != digits {
        return wrong(format!("{algorithm} has {digits} digits, and here are {}", hex.len()));
    }
    Ok(())
}
