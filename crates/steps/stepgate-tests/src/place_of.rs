//! Where to look when a test failed: the line of the test's own file in its trace, else another file of the repository,
//! else where the test stands.

use findings::paths::Roots;
use junit::case::Case;

use crate::report::Place;

/// Where to look for `case`.
pub(crate) fn place_of(case: &Case, roots: &Roots) -> Option<Place> {
    let resolve = |path: &str, line: u32| match roots.relative(path) {
        Some(inside) => Place { path: inside.into_owned(), inside: true, line },
        None => Place { path: path.to_owned(), inside: false, line },
    };
    let own = (!case.file.is_empty()).then(|| resolve(&case.file, case.line));
    let fault = case.faults.first().or(case.earlier.last());
    let texts = fault.into_iter().flat_map(|fault| [fault.text.as_str(), fault.message.as_str()]);
    let frames: Vec<Place> = texts.flat_map(frames).map(|(path, line)| resolve(path, line)).collect();
    let inside = || frames.iter().filter(|frame| frame.inside && !is_foreign(&frame.path));
    let in_own = own.as_ref().and_then(|own| inside().find(|frame| frame.path == own.path));
    in_own.or_else(|| inside().next()).cloned().or(own)
}

/// Whether a file of the repository is somebody else's code all the same.
fn is_foreign(path: &str) -> bool {
    ["vendor/", "node_modules/"].iter().any(|dir| path.starts_with(dir) || path.contains(&format!("/{dir}")))
}

/// So many lines of a trace are looked at.
const LINES: usize = 200;

/// The `path:line` pairs of a trace: `/app/src/A.php:12`, `at f (a.spec.js:3:208)`, `test_x.py:7: AssertionError`,
/// `#0 /app/src/A.php(12): f()`, `A.java:12`.
fn frames(text: &str) -> impl Iterator<Item = (&str, u32)> {
    text.lines().take(LINES).filter_map(frame)
}

fn frame(line: &str) -> Option<(&str, u32)> {
    let line = line.trim();
    let line = line
        .rsplit_once('(')
        .filter(|(_, rest)| rest.contains(':') && rest.ends_with(')'))
        .map_or(line, |(_, rest)| rest);
    let line = line.strip_prefix("at ").unwrap_or(line);
    let line = line.strip_prefix("file://").unwrap_or(line);
    // PHP's own traces: `#0 /app/src/A.php(12): f()`.
    let line = match line.strip_prefix('#').and_then(|rest| rest.split_once(' ')) {
        Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => line,
    };
    for (at, _) in line.match_indices([':', '(']) {
        let (path, rest) = (&line[..at], &line[at + 1..]);
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number = rest[..digits].parse::<u32>().ok().filter(|number| *number > 0);
        if let Some(number) = number.filter(|_| looks_like_a_file(path)) {
            return Some((path, number));
        }
    }
    None
}

/// Whether `path` ends in a file name with an extension, and has no space that a sentence would have.
fn looks_like_a_file(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let extension = name.rsplit_once('.').map(|(stem, extension)| (stem.len(), extension));
    extension.is_some_and(|(stem, extension)| {
        stem > 0 && (1..=6).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
    }) && !path.contains(' ')
        && !path.contains("://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_every_runner_are_found() {
        for (line, expected) in [
            ("/opt/build/tests/PriceTest.php:15", Some(("/opt/build/tests/PriceTest.php", 15))),
            ("    at /opt/build/tests/a.spec.js:3:208", Some(("/opt/build/tests/a.spec.js", 3))),
            ("    at Object.<anonymous> (src/a.test.ts:7:11)", Some(("src/a.test.ts", 7))),
            ("test_x.py:7: AssertionError", Some(("test_x.py", 7))),
            ("#0 /opt/build/src/A.php(12): App\\A->f()", Some(("/opt/build/src/A.php", 12))),
            ("\tat com.example.ATest.f(ATest.java:42)", Some(("ATest.java", 42))),
            ("Failed asserting that 1:2 is 3.", None),
            ("see https://example.com/a.html:80", None),
            ("2026-11-24 12:30:00", None),
            ("", None),
        ] {
            assert_eq!(frame(line), expected, "{line}");
        }
    }
}
