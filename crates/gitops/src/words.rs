//! Foreign text in messages.

/// `text` in backquotes, on one line, with nothing in it that a terminal acts on, and not longer than a line.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("`");
    for (at, c) in text.chars().enumerate() {
        if at == SHOWN {
            out.push('…');
            break;
        }
        if is_hostile(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    out.push('`');
    out
}

/// How many characters of a text are shown.
const SHOWN: usize = 160;

/// Whether a character is not shown as what it is: control characters, line and paragraph separators, bidi marks,
/// characters without width.
pub(crate) fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`.
pub(crate) fn listed(words: &[String], most: usize) -> String {
    let (shown, more) = words.split_at(words.len().min(most));
    match (shown, more.len()) {
        ([], _) => String::new(),
        ([only], 0) => only.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (shown, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn hostile_text_is_shown_as_code_points_and_cut() {
        assert_eq!(super::quoted("a\u{1b}[31m\u{202e}b\n"), "`a\\u{1b}[31m\\u{202e}b\\u{a}`");
        assert_eq!(super::quoted(&"x".repeat(1000)).chars().count(), 163);
    }

    #[test]
    fn lists_are_read_aloud() {
        let words = ["a", "b", "c", "d"].map(str::to_owned);
        let shown = [0, 1, 2, 3, 4].map(|n| super::listed(&words[..n], 3));
        assert_eq!(shown, ["", "a", "a and b", "a, b and c", "a, b, c and 1 more"]);
    }
}
