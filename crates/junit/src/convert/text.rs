//! Texts cut at a limit, names, durations.

use xml::Tag;

/// A name has no more bytes: what is longer is no name, and would be held for every test.
const LONGEST_NAME: usize = 16 << 10;

/// The start of a text that may come in pieces.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    text: String,
    left_out: usize,
}

impl Kept {
    /// Appends `piece` as far as all of the text has no more than `limit` bytes.
    pub(super) fn push(&mut self, piece: &str, limit: usize) {
        let room = if self.left_out == 0 { limit.saturating_sub(self.text.len()) } else { 0 };
        let end = piece.floor_char_boundary(room.min(piece.len()));
        self.text.push_str(&piece[..end]);
        self.left_out += piece.len() - end;
    }

    /// Appends a line.
    pub(super) fn push_line(&mut self, line: &str, limit: usize) {
        self.end_line(limit);
        self.push(line, limit);
    }

    /// Appends another text on a line of its own; what that left out is left out here.
    pub(super) fn append(&mut self, other: &Self, limit: usize) {
        if !other.is_empty() {
            self.end_line(limit);
            self.push(&other.text, limit);
            self.left_out += other.left_out;
        }
    }

    fn end_line(&mut self, limit: usize) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.push("\n", limit);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty() && self.left_out == 0
    }

    /// What was kept, with a line at its end that says how much was not.
    pub(super) fn finish(mut self) -> String {
        if self.left_out > 0 {
            self.text.push_str(&format!("\n[… {} bytes more]", self.left_out));
        }
        self.text
    }
}

/// The attribute `name` where it is a name, an identifier or a word; empty when there is none.
pub(super) fn word(tag: &Tag<'_>, name: &str) -> String {
    let Some(value) = tag.attribute(name) else { return String::new() };
    let end = value.floor_char_boundary(LONGEST_NAME.min(value.len()));
    value[..end].to_owned()
}

/// The attribute `name` where it is a text; empty when there is none.
pub(super) fn long(tag: &Tag<'_>, name: &str, limit: usize) -> String {
    let mut kept = Kept::default();
    kept.push(&tag.attribute(name).unwrap_or_default(), limit);
    kept.finish()
}

/// The attribute `name` where it is a count; 0 when there is none.
pub(super) fn count(tag: &Tag<'_>, name: &str) -> usize {
    tag.attribute(name).and_then(|value| value.trim().parse().ok()).unwrap_or_default()
}

/// `text` without empty lines at its start and without spaces at its end. The indentation of the first line stays.
pub(super) fn tidy(text: &str) -> &str {
    let text = text.trim_end();
    let start = text.find(|c: char| !c.is_whitespace()).unwrap_or(text.len());
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    &text[line..]
}

/// A name as a problem shows it.
pub(super) fn shown(name: &str) -> String {
    const CHARS: usize = 200;
    let line = name.lines().next().unwrap_or_default();
    let mut short: String = line.chars().take(CHARS).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    short
}

/// `C:\build\Tests.dll`: `Tests.dll`. Where it was built differs from machine to machine.
pub(super) fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(path)
}

/// `App.Tests.PriceTest.Vat(20)` of the class `App.Tests.PriceTest`: `Vat(20)`.
pub(super) fn without_class<'n>(name: &'n str, class: &str) -> &'n str {
    match name.strip_prefix(class).and_then(|rest| rest.strip_prefix('.')) {
        Some(rest) if !class.is_empty() && !rest.is_empty() => rest,
        _ => name,
    }
}

/// A `TimeSpan` of .NET in nanoseconds: `00:00:01.1234567`, `1.00:00:00`.
pub(super) fn time_span(text: &str) -> Option<u64> {
    let mut parts = text.trim().rsplitn(3, ':');
    let seconds = crate::numbers::time(parts.next()?)?;
    let minutes: u64 = parts.next()?.parse().ok()?;
    let (days, hours) = parts.next().map_or(Some((0, 0)), |hours| match hours.split_once('.') {
        Some((days, hours)) => Some((days.parse::<u64>().ok()?, hours.parse::<u64>().ok()?)),
        None => Some((0, hours.parse().ok()?)),
    })?;
    let whole = days.checked_mul(24)?.checked_add(hours)?.checked_mul(60)?.checked_add(minutes)?.checked_mul(60)?;
    whole.checked_mul(1_000_000_000)?.checked_add(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_the_limit_and_says_so() {
        let mut kept = Kept::default();
        kept.push("añ", 4);
        kept.push("ñ", 4);
        kept.push("b", 4);
        assert_eq!(kept.finish(), "añ\n[… 3 bytes more]");
        let mut whole = Kept::default();
        whole.push_line("a", 10);
        whole.push_line("b", 10);
        assert_eq!(whole.clone().finish(), "a\nb");
        let mut cut = Kept::default();
        cut.push("cde", 1);
        whole.append(&cut, 10);
        assert_eq!(whole.finish(), "a\nb\nc\n[… 2 bytes more]");
    }

    #[test]
    fn the_indentation_of_the_first_line_stays() {
        assert_eq!(tidy("\n\n  Expected: 1\n  But was:  2\n\n"), "  Expected: 1\n  But was:  2");
        assert_eq!(tidy("a"), "a");
        assert_eq!(tidy(" \n "), "");
    }

    #[test]
    fn names_lose_what_differs_from_machine_to_machine() {
        assert_eq!(base_name("C:\\build\\Tests.dll"), "Tests.dll");
        assert_eq!(base_name("/b/Tests.dll"), "Tests.dll");
        assert_eq!(base_name("/"), "/");
        assert_eq!(without_class("A.B.Vat(1.5)", "A.B"), "Vat(1.5)");
        assert_eq!(without_class("A.Bc", "A.B"), "A.Bc");
        assert_eq!(without_class(".x", ""), ".x");
    }

    #[test]
    fn time_spans_are_read() {
        assert_eq!(time_span("00:00:01.1234567"), Some(1_123_456_700));
        assert_eq!(time_span("1.01:01:00"), Some(90_060_000_000_000));
        assert_eq!(time_span("01:02"), Some(62_000_000_000));
        for none in ["", "5", "a:b:c", "99999999999999999999:00:00", "-1:00:00"] {
            assert_eq!(time_span(none), None, "{none}");
        }
    }
}
