//! Hostile text in the lengths and letters that Bitbucket takes.

use bitbucket::limits;
use findings::escape;

/// `text` in a line of at most `max` characters.
pub(super) fn cut(text: &str, max: usize) -> String {
    escape::cut(&escape::terminal(text), max).into_owned()
}

/// A text a line, without those that say nothing, as many characters as details may have.
pub(super) fn details<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let (mut lines, mut chars) = (Vec::new(), 0);
    for text in texts {
        let line = escape::terminal(text).trim().to_owned();
        if !line.is_empty() {
            chars += line.chars().count();
            lines.push(line);
        }
        // There may be a line for each of a million frames of a trace.
        if chars > limits::DETAILS_CHARS {
            break;
        }
    }
    escape::cut(&lines.join("\n"), limits::DETAILS_CHARS).into_owned()
}

/// The id of a report: `program`, and the `part` that it is about, in the letters that ids may have.
pub(super) fn id(program: &str, part: Option<&str>) -> String {
    let name = match part {
        Some(part) => format!("{program}-{part}"),
        None => program.to_owned(),
    };
    name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' }).take(100).collect()
}

/// A link that Bitbucket takes: of the web, and not to the machine itself.
pub(super) fn link(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let local = ["localhost", "127.", "[::1]"].iter().any(|host| rest.starts_with(host));
    let clean = rest.chars().all(|c| c.is_ascii_graphic());
    (clean && !local && !rest.is_empty()).then(|| url.to_owned())
}
