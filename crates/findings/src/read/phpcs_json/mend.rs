//! What PHP_CodeSniffer gets wrong in JSON, made right without touching anything that it gets right.

/// A document after mending.
pub(super) struct Mended {
    /// The document alone, now JSON as far as these two faults go.
    pub(super) text: String,
    /// How many bytes the document took before it was mended.
    pub(super) consumed: usize,
    holes: usize,
    controls: usize,
}

impl Mended {
    /// What is lost for good, so that the report is not whole.
    pub(super) fn problem(&self) -> Option<String> {
        let lost = if self.holes == 1 { "a message".to_owned() } else { format!("{} messages", self.holes) };
        (self.holes > 0).then(|| {
            format!(
                "PHP_CodeSniffer left {lost} out of its JSON because the text is not valid UTF-8 (an empty place between \
                 two commas); the rest was read"
            )
        })
    }

    /// What was mended and costs nothing.
    pub(super) fn note(&self) -> Option<String> {
        (self.controls > 0).then(|| format!("{} raw control characters in strings were read as such", self.controls))
    }
}

/// Closes the holes and escapes the control characters of the document at the start of `text`; `None` when there is
/// neither.
pub(super) fn mend(text: &str) -> Option<Mended> {
    let mut mended = Mended { text: String::with_capacity(text.len()), consumed: text.len(), holes: 0, controls: 0 };
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    // The last character that means something outside of strings: what stands before a comma.
    let mut last = ' ';
    for (at, char) in text.char_indices() {
        if in_string {
            let raw = u32::from(char) < 0x20;
            if raw {
                mended.controls += 1;
                mended.text.push_str(&format!("\\u{:04x}", u32::from(char)));
            } else {
                mended.text.push(char);
            }
            in_string = escaped || char != '"';
            escaped = !escaped && char == '\\';
            continue;
        }
        match char {
            // The hole is in front of this comma …
            ',' if matches!(last, ',' | '[') => {
                mended.holes += 1;
                mended.text.push(' ');
                continue;
            }
            '"' => in_string = true,
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        // … or between the last comma and the end of the list, where that comma has to go.
        if char == ']' && last == ',' {
            mended.holes += 1;
            let kept = mended.text.trim_end().trim_end_matches(',').len();
            mended.text.truncate(kept);
        }
        mended.text.push(char);
        if !char.is_whitespace() {
            last = char;
        }
        if depth == 0 && matches!(char, '}' | ']') {
            mended.consumed = at + 1;
            break;
        }
    }
    (mended.holes + mended.controls > 0).then_some(mended)
}
