//! Foreign text in messages.

/// `text` in backquotes, on one line, with nothing in it that a terminal acts on, and not longer than a line.
#[must_use]
pub fn quoted(text: &str) -> String {
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
#[must_use]
pub fn listed(words: &[String], most: usize) -> String {
    let (shown, more) = words.split_at(words.len().min(most));
    match (shown, more.len()) {
        ([], _) => String::new(),
        ([only], 0) => only.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (shown, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What to say to a name that nothing has: the [nearest] one as a question, or else all that there are, after `has`.
#[must_use]
pub fn meant<'k>(name: &str, known: impl IntoIterator<Item = &'k str>, has: &str) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(nearest) = nearest(name, known.iter().copied()) {
        return Some(format!("did you mean {}?", quoted(nearest)));
    }
    let names: Vec<String> = known.iter().map(|name| quoted(name)).collect();
    (!names.is_empty()).then(|| format!("{has} {}", listed(&names, 10)))
}

/// Which of the names that there are was probably meant.
#[must_use]
pub fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let alike = known.into_iter().map(|known| (similarity(name, known), known));
    let (similarity, nearest) = alike.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (similarity > 0.7).then_some(nearest)
}

/// From 0 to 1. Names are short; of what is long, the beginning is compared, because the work grows with both lengths.
fn similarity(a: &str, b: &str) -> f64 {
    let start = |text: &str| text.chars().take(64).flat_map(char::to_lowercase).collect::<String>();
    strsim::jaro_winkler(&start(a), &start(b))
}

#[cfg(test)]
mod tests {
    #[test]
    fn hostile_text_is_shown_as_code_points_and_cut() {
        assert_eq!(super::quoted("a\u{1b}[31m\u{202e}b\n"), "`a\\u{1b}[31m\\u{202e}b\\u{a}`");
        assert_eq!(super::quoted(&"x".repeat(1000)).chars().count(), 163);
    }

    #[test]
    fn a_name_that_is_nearly_right_is_asked_for() {
        let meant = |name, known: &[&'static str]| super::meant(name, known.iter().copied(), "there are");
        assert_eq!(meant("Stagng", &["staging", "dev"]).as_deref(), Some("did you mean `staging`?"));
        assert_eq!(meant("x", &["staging", "dev"]).as_deref(), Some("there are `staging` and `dev`"));
        assert_eq!(meant("x", &[]), None);
    }

    #[test]
    fn lists_are_read_aloud() {
        let words = ["a", "b", "c", "d"].map(str::to_owned);
        let shown = [0, 1, 2, 3, 4].map(|n| super::listed(&words[..n], 3));
        assert_eq!(shown, ["", "a", "a and b", "a, b and c", "a, b, c and 1 more"]);
    }
}
