//! Where a value is to be found.

use std::fmt::{self, Display, Write as _};
use std::str::FromStr;

/// A way from the root of a document to a node: `image.tag`, `spec.containers[name=app].image`, `images[0].newTag`,
/// `"a.b".c`. Empty is the root.
///
/// A dot in a key is written in quotes or as `\.`; `["a.b"]` and a leading dot are read too, as yq users write them.
#[derive(Clone, Debug, Default, Eq, PartialEq, Hash, Ord, PartialOrd)]
pub struct Path(Vec<Segment>);

/// One step of a [`Path`].
#[derive(Clone, Debug, Eq, PartialEq, Hash, Ord, PartialOrd)]
pub enum Segment {
    /// `tag`: the value of a key in a mapping.
    Key(String),
    /// `[0]`: an item of a sequence, counted from 0.
    Index(usize),
    /// `[name=app]`: the only item of a sequence of which the key has that value.
    Item {
        /// The key to look at in each item.
        key: String,
        /// What stands there in the item that is meant.
        value: String,
    },
}

/// A text that is no path.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no path: {text:?}: {why} at character {at}; {hint}")]
pub struct PathError {
    /// The whole text.
    pub text: String,
    /// Where it goes wrong: a character, counted from 1.
    pub at: usize,
    /// What is wrong there.
    pub why: &'static str,
    /// What to write instead.
    pub hint: &'static str,
}

impl Path {
    /// The root of a document.
    #[must_use]
    pub fn root() -> Self {
        Self(Vec::new())
    }

    /// The path of a key below this one.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.0.push(Segment::Key(key.to_owned()));
        self
    }

    /// The path of an item below this one, counted from 0.
    #[must_use]
    pub fn index(mut self, index: usize) -> Self {
        self.0.push(Segment::Index(index));
        self
    }

    /// The path of the item below this one of which `key` has that value.
    #[must_use]
    pub fn item(mut self, key: &str, value: &str) -> Self {
        self.0.push(Segment::Item { key: key.to_owned(), value: value.to_owned() });
        self
    }

    /// The steps, from the root on.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }
}

impl From<Vec<Segment>> for Path {
    fn from(segments: Vec<Segment>) -> Self {
        Self(segments)
    }
}

impl Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Key(key) => {
                    if position > 0 {
                        f.write_char('.')?;
                    }
                    write_word(f, key, "")?;
                }
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Item { key, value } => {
                    f.write_char('[')?;
                    write_word(f, key, "")?;
                    f.write_char('=')?;
                    write_word(f, value, ".")?;
                    f.write_char(']')?;
                }
            }
        }
        Ok(())
    }
}

/// Writes a key or value bare where it reads back as itself, else in quotes.
fn write_word(f: &mut fmt::Formatter<'_>, word: &str, more: &str) -> fmt::Result {
    let bare = |c: char| c.is_alphanumeric() || "-_/:@$+~".contains(c) || more.contains(c);
    if !word.is_empty() && word != "$" && word.chars().all(bare) {
        return f.write_str(word);
    }
    f.write_char('"')?;
    for c in word.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                write!(f, "\\u{{{:x}}}", u32::from(c))?;
            }
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let mut reader = Reader { text, at: 0 };
        let mut segments = Vec::new();
        if reader.eat('$') && !matches!(reader.peek(), None | Some('.' | '[')) {
            reader.at = 0;
        }
        if reader.eat('.') && reader.peek().is_none() {
            return Ok(Self(segments));
        }
        while reader.peek().is_some() {
            let segment = if reader.eat('[') { reader.bracket()? } else { Segment::Key(reader.word(".[", "]\"")?) };
            segments.push(segment);
            match reader.peek() {
                None | Some('[') => {}
                Some('.') => {
                    reader.eat('.');
                    if reader.peek().is_none() {
                        return Err(reader.error("a key is missing", "leave the last dot out, or name a key"));
                    }
                }
                Some(_) => {
                    return Err(reader.error("a dot or a bracket is missing", "write keys with dots between: a.b[0].c"));
                }
            }
        }
        Ok(Self(segments))
    }
}

const BRACKET: &str = "in brackets stand an index [0], an item [name=app] or a key [\"a.b\"]";

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn eat(&mut self, wanted: char) -> bool {
        let there = self.peek() == Some(wanted);
        if there {
            self.at += wanted.len_utf8();
        }
        there
    }

    fn error(&self, why: &'static str, hint: &'static str) -> PathError {
        let before = self.text.get(..self.at).unwrap_or(self.text);
        PathError { text: self.text.to_owned(), at: before.chars().count() + 1, why, hint }
    }

    /// What stands in brackets; the opening one is read.
    fn bracket(&mut self) -> Result<Segment, PathError> {
        let quoted = matches!(self.peek(), Some('"' | '\''));
        let word = self.word("=]", "[")?;
        if self.eat('=') {
            let value = self.word("]", "")?;
            return if self.eat(']') {
                Ok(Segment::Item { key: word, value })
            } else {
                Err(self.error("the bracket is not closed", "write ] behind it"))
            };
        }
        if !self.eat(']') {
            return Err(self.error("the bracket is not closed", "write ] behind it"));
        }
        if quoted {
            return Ok(Segment::Key(word));
        }
        match word.parse() {
            Ok(index) if word.bytes().all(|b| b.is_ascii_digit()) => Ok(Segment::Index(index)),
            _ => Err(self.error("no index and no item", BRACKET)),
        }
    }

    /// A word in quotes, or up to one of `ends`; a backslash takes the next character as it is.
    fn word(&mut self, ends: &str, never: &str) -> Result<String, PathError> {
        if matches!(self.peek(), Some('"' | '\'')) {
            return self.quoted();
        }
        let mut word = String::new();
        while let Some(c) = self.peek().filter(|c| !ends.contains(*c)) {
            if never.contains(c) {
                return Err(self.error("an unexpected sign", "write a key with such signs in double quotes"));
            }
            self.next();
            if c == '\\' {
                let Some(c) = self.next() else {
                    return Err(self.error("nothing behind the backslash", "write a backslash as \\\\"));
                };
                word.push(c);
            } else {
                word.push(c);
            }
        }
        if word.is_empty() {
            return Err(self.error("nothing where a key or value should be", "write an empty one as \"\""));
        }
        Ok(word)
    }

    fn quoted(&mut self) -> Result<String, PathError> {
        let Some(quote) = self.next() else { return Ok(String::new()) };
        let mut word = String::new();
        loop {
            match self.next() {
                None => return Err(self.error("the quotes are not closed", "write the same quote behind it")),
                Some(c) if c == quote => return Ok(word),
                Some('\\') if quote == '"' => word.push(self.escape()?),
                Some(c) => word.push(c),
            }
        }
    }

    fn escape(&mut self) -> Result<char, PathError> {
        const HINT: &str = "known are \\\" \\\\ \\n \\r \\t \\u{2028}";
        match self.next() {
            Some('n') => Ok('\n'),
            Some('r') => Ok('\r'),
            Some('t') => Ok('\t'),
            Some('u') if self.eat('{') => {
                let rest = self.text.get(self.at..).unwrap_or_default();
                let digits = rest.split('}').next().unwrap_or_default();
                let c = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
                let Some(c) = c.filter(|_| digits.len() < rest.len() && digits.len() <= 6) else {
                    return Err(self.error("no such character", HINT));
                };
                self.at += digits.len() + 1;
                Ok(c)
            }
            Some(c @ ('"' | '\\')) => Ok(c),
            _ => Err(self.error("an unknown escape", HINT)),
        }
    }
}

#[cfg(test)]
mod tests;
