//! One entry of PHPStan's `ignoreErrors`, whichever file format it stood in.
//!
//! Source: phpstan-src `BaselineNeonErrorFormatter.php`, `BaselinePhpErrorFormatter.php`.

use super::{Entry, resolve};
use crate::fingerprint::normalise;

/// What an entry says.
#[derive(Default)]
pub(super) struct Ignored {
    /// Where it begins.
    pub(super) line: usize,
    message: Option<String>,
    raw_message: Option<String>,
    identifier: Option<String>,
    path: Option<String>,
    count: Option<u32>,
    why_not: Option<String>,
}

impl Ignored {
    pub(super) fn at(line: usize) -> Self {
        Self { line, ..Self::default() }
    }

    /// Takes in one of its keys.
    pub(super) fn set(&mut self, key: &str, value: String) {
        match key {
            "message" => self.message = Some(value),
            "rawMessage" => self.raw_message = Some(value),
            "identifier" => self.identifier = Some(value),
            "path" => self.path = Some(value),
            "count" => match value.parse() {
                Ok(count) => self.count = Some(count),
                Err(_) => self.leave_out(format!("`count: {value}` is no number")),
            },
            "reportUnmatched" => {}
            _ => self.set_unknown(key),
        }
    }

    /// A key whose value cannot be read, or is not one value.
    pub(super) fn set_unknown(&mut self, key: &str) {
        self.leave_out(format!("`{key}` can stand for any number of findings"));
    }

    /// It cannot be imported, for the first reason that is given here.
    pub(super) fn leave_out(&mut self, why: String) {
        self.why_not.get_or_insert(why);
    }

    /// The entry of our own baseline; or why there is none.
    pub(super) fn entry(&self, dir: &str) -> Result<Entry, String> {
        if let Some(why) = &self.why_not {
            return Err(why.clone());
        }
        let count =
            self.count.filter(|&count| count > 0).ok_or("it has no `count`, so any number of findings is ignored")?;
        let path = self.path.as_deref().ok_or("it has no `path`")?;
        let path = without_parameters(path)
            .and_then(|path| resolve(dir, &path))
            .ok_or_else(|| format!("its path `{path}` is not known to be in the repository"))?;
        let identifier = self.identifier.clone().unwrap_or_default();
        let message = match (&self.raw_message, &self.message) {
            (Some(raw), None) => without_parameters(raw).ok_or("its message has parameters of PHPStan's config")?,
            (None, Some(pattern)) => without_parameters(pattern)
                .as_deref()
                .and_then(quoted_text)
                .ok_or_else(|| format!("its message `{pattern}` is a pattern, not the text of one message"))?,
            (None, None) if !identifier.is_empty() => String::new(),
            _ => return Err("it has no message, or two".to_owned()),
        };
        let message = normalise(&message).into_owned();
        Ok(Entry { path, tool: "phpstan".to_owned(), rule: identifier, message, count })
    }
}

/// Undoes Nette's `Helpers::escape`: `%%` is a percent sign, and so is one that stands alone; `@@` at the start is an
/// at sign. `None` when there is a parameter (`%currentWorkingDirectory%`).
fn without_parameters(text: &str) -> Option<String> {
    let text = text.strip_prefix('@').filter(|rest| rest.starts_with('@')).unwrap_or(text);
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        plain.push_str(before);
        plain.push('%');
        let name = after.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_.-".contains(c));
        match after.strip_prefix('%') {
            Some(after) => rest = after,
            None if name.starts_with('%') => return None,
            None => rest = after,
        }
    }
    plain.push_str(rest);
    Some(plain)
}

/// The text of which `preg_quote` made the pattern `#^text$#`; `None` when the pattern was made otherwise.
fn quoted_text(pattern: &str) -> Option<String> {
    let delimiter = pattern.chars().next().filter(char::is_ascii_punctuation)?;
    let inner = pattern.strip_prefix(delimiter)?.strip_suffix(delimiter)?;
    let quoted = inner.strip_prefix('^')?.strip_suffix('$')?;
    let mut text = String::with_capacity(quoted.len());
    let mut rest = quoted;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == '\\' {
            if let Some(after) = rest.strip_prefix("000") {
                text.push('\0');
                rest = after;
                continue;
            }
            let escaped = rest.chars().next().filter(|&c| QUOTED.contains(c) || c == delimiter)?;
            text.push(escaped);
            rest = &rest[escaped.len_utf8()..];
        } else if c == delimiter || SPECIAL.contains(c) {
            return None;
        } else {
            text.push(c);
        }
    }
    Some(text)
}

/// What `preg_quote` puts a backslash before.
const QUOTED: &str = r".\+*?[^]$(){}=!<>|:-#/";

/// Which of these are no text when nothing stands before them.
const SPECIAL: &str = r".\+*?[^]$(){}|";

#[cfg(test)]
mod tests {
    use super::{QUOTED, quoted_text, without_parameters};
    use proptest::prelude::*;

    #[test]
    fn patterns_written_by_hand_are_no_text() {
        for pattern in [r"#^Call to .*\.$#", r"#foo#", r"#^foo$#i", r"#^\w$#", r"#^a|b$#", r"#^a#b$#", "", "#", "^a$"] {
            assert_eq!(quoted_text(pattern), None, "{pattern}");
        }
        assert_eq!(quoted_text("~^A<int>: yes/no, it's$~").as_deref(), Some("A<int>: yes/no, it's"));
    }

    #[test]
    fn percent_signs_are_doubled_and_parameters_are_not_text() {
        assert_eq!(
            without_parameters("@@a 100%% of 5% and %d or %%x%%").as_deref(),
            Some("@a 100% of 5% and %d or %x%")
        );
        assert_eq!(without_parameters("%rootDir%/src/A.php"), None);
    }

    proptest! {
        #[test]
        fn what_preg_quote_quotes_comes_back(text in "\\PC*") {
            let mut pattern = "#^".to_owned();
            for c in text.chars() {
                if QUOTED.contains(c) && c != '/' {
                    pattern.push('\\');
                }
                pattern.push(c);
            }
            pattern.push_str("$#");
            prop_assert_eq!(quoted_text(&pattern), Some(text));
        }
    }
}
