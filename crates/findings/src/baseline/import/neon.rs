//! As much of NEON as baselines of PHPStan are written in: block lists of block mappings, strings of all four kinds.
//!
//! Source: nette/neon `Lexer.php`, `Node/StringNode.php`; <https://doc.nette.org/en/neon/format>.

use super::{BaselineError, Ignored};

/// The items of `ignoreErrors`.
pub(super) fn read(text: &str) -> Result<Vec<Ignored>, BaselineError> {
    let mut lines = Lines(text.lines().enumerate().map(|(at, line)| (at + 1, line)));
    let key = loop {
        match lines.next() {
            Some((_, line)) if line.trim_start().starts_with("ignoreErrors:") => break line,
            Some(_) => {}
            None => {
                let what = "there is no `ignoreErrors` here; only baselines of PHPStan and Psalm can be imported";
                return Err(BaselineError { line: 1, what: what.to_owned() });
            }
        }
    };
    let mut items = Vec::<Ignored>::new();
    let mut of_items = None;
    while let Some((number, line)) = lines.next() {
        if indent(line) < indent(key) || (indent(line) == indent(key) && !is_item(line)) {
            break;
        }
        let content = line.trim_start();
        let is_new = is_item(line) && *of_items.get_or_insert(indent(line)) >= indent(line);
        if is_new || items.is_empty() {
            items.push(Ignored::at(number));
        }
        let pair = if is_new { content[1..].trim_start() } else { content };
        if let Some(item) = items.last_mut().filter(|_| !pair.is_empty() && !pair.starts_with('#')) {
            take(item, pair, number, &mut lines)?;
        }
    }
    Ok(items)
}

/// Takes in `key: value` of the line `number`, with the lines below when the value goes on there.
fn take<'t>(
    item: &mut Ignored,
    pair: &str,
    number: usize,
    lines: &mut Lines<impl Iterator<Item = (usize, &'t str)>>,
) -> Result<(), BaselineError> {
    let key = pair.split_once(':').map_or("", |(key, _)| key.trim_end());
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        item.leave_out(format!("`{pair}` is no `key: value` pair"));
        return Ok(());
    }
    let value = pair[key.len()..].trim_start().strip_prefix(':').unwrap_or_default().trim();
    let read = match value {
        "'''" | "\"\"\"" => Some(block(value, number, lines)?),
        _ => scalar(value),
    };
    match read {
        Some(value) => item.set(key, value),
        None => item.set_unknown(key),
    }
    Ok(())
}

/// The lines with their numbers.
struct Lines<I>(I);

impl<'t, I: Iterator<Item = (usize, &'t str)>> Lines<I> {
    /// The next that has anything but a comment on it.
    fn next(&mut self) -> Option<(usize, &'t str)> {
        self.0.find(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn is_item(line: &str) -> bool {
    let content = line.trim();
    content == "-" || content.starts_with("- ") || content.starts_with("-\t")
}

/// The string between `delimiter` on the line `start` and the next line that holds nothing else. The indentation of its first line is none
/// of it.
fn block<'t>(
    delimiter: &str,
    start: usize,
    lines: &mut Lines<impl Iterator<Item = (usize, &'t str)>>,
) -> Result<String, BaselineError> {
    let mut text = String::new();
    let mut indentation = None;
    for (number, line) in &mut lines.0 {
        if line.trim() == delimiter {
            let text = text.strip_suffix('\n').unwrap_or(&text);
            let read = if delimiter == "'''" { Some(text.to_owned()) } else { unescaped(text) };
            return read.ok_or_else(|| error(number, "cannot read an escape sequence in the string above"));
        }
        let indentation = *indentation.get_or_insert_with(|| &line[..indent(line)]);
        text.push_str(line.strip_prefix(indentation).unwrap_or(line));
        text.push('\n');
    }
    Err(error(start, &format!("the file ends inside this string, which {delimiter} should end")))
}

fn error(line: usize, what: &str) -> BaselineError {
    BaselineError { line, what: what.to_owned() }
}

/// A string or number on one line; `None` for a list, a mapping, or nothing.
fn scalar(value: &str) -> Option<String> {
    let after_is_nothing = |rest: &str| rest.trim_start().is_empty() || rest.trim_start().starts_with('#');
    if let Some(quoted) = value.strip_prefix('\'') {
        let mut text = String::new();
        let mut rest = quoted;
        loop {
            let (before, after) = rest.split_once('\'')?;
            text.push_str(before);
            let Some(more) = after.strip_prefix('\'') else {
                return after_is_nothing(after).then_some(text);
            };
            text.push('\'');
            rest = more;
        }
    }
    if let Some(quoted) = value.strip_prefix('"') {
        let end = quoted_end(quoted)?;
        return after_is_nothing(&quoted[end + 1..]).then(|| unescaped(&quoted[..end])).flatten();
    }
    let bare = value.split(" #").next().unwrap_or_default().trim_end();
    (!bare.is_empty() && !bare.starts_with(['[', '{', '(', '#'])).then(|| bare.to_owned())
}

/// Where the double quote is that ends the string.
fn quoted_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

/// The inside of a double-quoted string, which escapes as JSON does, and a no-break space as `\_`.
fn unescaped(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let letter = after.chars().next()?;
        rest = &after[letter.len_utf8()..];
        plain.push(match letter {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'f' => '\u{c}',
            'b' => '\u{8}',
            '_' => '\u{a0}',
            '"' | '\\' | '/' => letter,
            'u' => {
                let digits = rest.get(..4)?;
                rest = &rest[4..];
                char::from_u32(u32::from_str_radix(digits, 16).ok()?)?
            }
            _ => return None,
        });
    }
    plain.push_str(rest);
    Some(plain)
}
