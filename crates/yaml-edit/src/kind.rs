//! What a plain scalar is for the readers there are: YAML 1.1 (go-yaml, `PyYAML`, `SnakeYAML`) and 1.2.
//!
//! A text counts as a string only if it is one for all of them. Sources: <https://yaml.org/type/> (1.1) and
//! <https://yaml.org/spec/1.2.2/#1032-tag-resolution> (1.2 core schema).

/// Whether no reader takes the plain scalar for a number, a boolean, a date, null or an indicator.
pub(crate) fn is_plain_string(text: &str) -> bool {
    !(is_null(text) || is_word(text) || is_int(text) || is_float(text) || is_sexagesimal(text) || is_date(text))
}

/// `~`, `null`, nothing.
pub(crate) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Booleans in any case, and the merge (`<<`) and default (`=`) keys of YAML 1.1.
fn is_word(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    matches!(text, "<<" | "=") || WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

fn all(text: &str, allowed: impl Fn(u8) -> bool) -> bool {
    text.bytes().any(|b| b != b'_') && text.bytes().all(|b| b == b'_' || allowed(b))
}

fn is_int(text: &str) -> bool {
    let text = unsigned(text);
    let radix = |prefixes: [&str; 2]| prefixes.iter().find_map(|prefix| text.strip_prefix(prefix));
    if let Some(digits) = radix(["0x", "0X"]) {
        return all(digits, |b| b.is_ascii_hexdigit());
    }
    if let Some(digits) = radix(["0b", "0B"]) {
        return all(digits, |b| matches!(b, b'0' | b'1'));
    }
    let digits = radix(["0o", "0O"]).unwrap_or(text);
    all(digits, |b| b.is_ascii_digit())
}

/// `1.5`, `.5`, `5.`, `1e3`, `1_000.0`, `.inf`, `.NaN`; also `inf` with a sign, which some readers take.
fn is_float(text: &str) -> bool {
    let text = unsigned(text);
    if [".inf", ".nan", "inf", "nan", "infinity"].iter().any(|word| word.eq_ignore_ascii_case(text)) {
        return true;
    }
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    all(&format!("{whole}{fraction}"), |b| b.is_ascii_digit())
        && exponent.is_none_or(|digits| all(unsigned(digits), |b| b.is_ascii_digit()))
}

/// Base 60 of YAML 1.1: `12:30`, `190:20:30.15`.
fn is_sexagesimal(text: &str) -> bool {
    let mut parts = unsigned(text).split(':');
    let digits = |part: &str| all(part, |b| b.is_ascii_digit());
    let Some(first) = parts.next().filter(|part| digits(part)) else { return false };
    let rest: Vec<&str> = parts.collect();
    let Some((last, middle)) = rest.split_last() else { return false };
    let short = |part: &str| part.len() <= 2 && digits(part);
    let last = last.split_once('.').map_or(*last, |(whole, _)| whole);
    !first.is_empty() && middle.iter().all(|part| short(part)) && short(last)
}

/// `2024-01-15`, alone or with a time behind it.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let digits = |part: &str, least: usize, most: usize| {
        (least..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let day = rest.find(['T', 't', ' ', '\t']).and_then(|end| rest.get(..end)).unwrap_or(rest);
    digits(year, 4, 4) && digits(month, 1, 2) && digits(day, 1, 2)
}
