//! As much of PHP as baselines of PHPStan are written in: `$ignoreErrors[] = ['message' => '…', …];`.

use super::{BaselineError, Ignored};

/// The arrays that are appended to `$ignoreErrors`.
pub(super) fn read(text: &str) -> Result<Vec<Ignored>, BaselineError> {
    let tokens = tokens(text)?;
    let mut items = Vec::new();
    let mut known = false;
    let mut rest = tokens.as_slice();
    while let Some(((line, token), after)) = rest.split_first() {
        rest = after;
        if *token != Token::Word("$ignoreErrors") {
            continue;
        }
        known = true;
        let marks = ['[', ']', '=', '['].map(Token::Mark);
        if after.iter().map(|(_, token)| token).take(4).eq(&marks) {
            let (item, after) = item(*line, &after[4..])?;
            items.push(item);
            rest = after;
        }
    }
    if !known {
        let what = "there is no `$ignoreErrors` here; only baselines of PHPStan and Psalm can be imported";
        return Err(BaselineError { line: 1, what: what.to_owned() });
    }
    Ok(items)
}

#[derive(PartialEq)]
enum Token<'t> {
    Text(String),
    /// A name, variable or number.
    Word(&'t str),
    Mark(char),
}

type Tokens<'s, 't> = &'s [(usize, Token<'t>)];

/// The array behind its `[`, up to its `]`.
fn item<'s, 't>(line: usize, mut rest: Tokens<'s, 't>) -> Result<(Ignored, Tokens<'s, 't>), BaselineError> {
    let mut ignored = Ignored::at(line);
    loop {
        let end = rest.iter().scan(0, |depth, (_, token)| Some((depth_after(depth, token), token)));
        let end = end.take_while(|(depth, token)| *depth >= 0 && !(*depth == 0 && **token == Token::Mark(','))).count();
        let (pair, after) = rest.split_at(end);
        match pair {
            [(_, Token::Text(key)), (_, Token::Mark('=')), (_, Token::Mark('>')), value @ ..] => match scalar(value) {
                Some(value) => ignored.set(key, value),
                None => ignored.set_unknown(key),
            },
            [] => {}
            _ => ignored.leave_out("it is not made of `'key' => value` pairs".to_owned()),
        }
        match after {
            [(_, Token::Mark(',')), after @ ..] => rest = after,
            [_, after @ ..] => return Ok((ignored, after)),
            [] => return Err(BaselineError { line, what: "the file ends inside this array".to_owned() }),
        }
    }
}

fn depth_after(depth: &mut i32, token: &Token<'_>) -> i32 {
    match token {
        Token::Mark('[' | '(') => *depth += 1,
        Token::Mark(']' | ')') => *depth -= 1,
        _ => {}
    }
    *depth
}

/// Strings joined by dots, or a number. `__DIR__` is where paths are relative to anyway.
fn scalar(tokens: Tokens<'_, '_>) -> Option<String> {
    if let [(_, Token::Word(word))] = tokens {
        return word.bytes().all(|byte| byte.is_ascii_digit()).then(|| (*word).to_owned());
    }
    let mut value = String::new();
    for (at, part) in tokens.split(|(_, token)| *token == Token::Mark('.')).enumerate() {
        match part {
            [(_, Token::Text(text))] => value.push_str(text),
            [(_, Token::Word("__DIR__"))] if at == 0 => value.push('.'),
            _ => return None,
        }
    }
    Some(value)
}

fn tokens(text: &str) -> Result<Vec<(usize, Token<'_>)>, BaselineError> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut rest = text.trim_start_matches("<?php");
    while let Some(c) = rest.chars().next() {
        let start = line;
        let unfinished =
            || BaselineError { line: start, what: "the file ends inside this string or comment".to_owned() };
        let len = match c {
            '\'' | '"' => {
                let end = end_of_string(rest, c).ok_or_else(unfinished)?;
                let inside = &rest[1..end];
                let text = if c == '\'' { single_quoted(inside) } else { double_quoted(inside) };
                let what = "cannot read this string";
                tokens.push((start, Token::Text(text.ok_or(BaselineError { line, what: what.to_owned() })?)));
                end + 1
            }
            '/' if rest.starts_with("/*") => rest.find("*/").ok_or_else(unfinished)? + 2,
            '/' | '#' if c == '#' || rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            _ if is_word(c) => {
                let len = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                tokens.push((start, Token::Word(&rest[..len])));
                len
            }
            _ if c.is_whitespace() => c.len_utf8(),
            _ => {
                tokens.push((start, Token::Mark(c)));
                c.len_utf8()
            }
        };
        line += rest[..len].matches('\n').count();
        rest = &rest[len..];
    }
    Ok(tokens)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn end_of_string(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    let inside = text.bytes().enumerate().skip(1);
    inside.into_iter().find_map(|(at, byte)| {
        let ends = byte == quote as u8 && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends.then_some(at)
    })
}

/// Only the quote and the backslash are escaped; before anything else a backslash is itself.
fn single_quoted(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let escaped = if c == '\\' { chars.next_if(|&next| next == '\'' || next == '\\') } else { None };
        plain.push(escaped.unwrap_or(c));
    }
    Some(plain)
}

/// `None` when a variable stands in it, or a byte that is not ASCII is written by its number.
fn double_quoted(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == '$' && rest.starts_with(|next: char| next.is_alphabetic() || next == '_' || next == '{') {
            return None;
        }
        if c != '\\' {
            plain.push(c);
            continue;
        }
        let Some(next) = rest.chars().next() else { break };
        let (escaped, len) = match next {
            'n' => ('\n', 1),
            't' => ('\t', 1),
            'r' => ('\r', 1),
            'v' => ('\u{b}', 1),
            'e' => ('\u{1b}', 1),
            'f' => ('\u{c}', 1),
            '\\' | '$' | '"' => (next, 1),
            '0'..='7' => {
                let len = rest.bytes().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
                (ascii(&rest[..len], 8)?, len)
            }
            'x' if rest[1..].starts_with(|c: char| c.is_ascii_hexdigit()) => {
                let len = rest[1..].bytes().take(2).take_while(u8::is_ascii_hexdigit).count();
                (ascii(&rest[1..=len], 16)?, len + 1)
            }
            'u' if rest[1..].starts_with('{') => {
                let end = rest.find('}')?;
                (char::from_u32(u32::from_str_radix(&rest[2..end], 16).ok()?)?, end + 1)
            }
            _ => ('\\', 0),
        };
        plain.push(escaped);
        rest = &rest[len..];
    }
    Some(plain)
}

fn ascii(digits: &str, radix: u32) -> Option<char> {
    u32::from_str_radix(digits, radix).ok().and_then(char::from_u32).filter(char::is_ascii)
}
