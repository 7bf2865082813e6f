//! The identity of a finding that survives moved lines, other checkouts and other containers.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use crate::model::Finding;

/// 128 bits of SHA-256 over path, rule and normalised message; of a finding about a package, over what the package is
/// instead of the message, whose words change with the scanner's database. Never over a line number, an absolute path or
/// the version of a package.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Fingerprint(pub [u8; 16]);

/// The fingerprint of `finding`.
#[must_use]
pub fn fingerprint(finding: &Finding<'_>) -> Fingerprint {
    let path = match finding.file {
        Some(file) if file.inside => Cow::Borrowed(file.path),
        Some(file) => normalise(file.path),
        None => Cow::Borrowed(""),
    };
    let mut hash = Sha256::new();
    hash.update(path.as_bytes());
    hash.update([0]);
    hash.update(finding.rule.id);
    hash.update([0]);
    match finding.detail.and_then(|detail| detail.package) {
        Some(package) => hash.update(package.identity().as_bytes()),
        None => hash.update(normalise(finding.message).as_bytes()),
    }
    let mut half = [0; 16];
    half.copy_from_slice(&hash.finalize()[..16]);
    Fingerprint(half)
}

/// `message` without its volatile parts:
///
/// - the number after `line` or `lines` (`on line 8`, `lines 3-9`) and after a file name (`A.php:12`) becomes `N`,
/// - an absolute path becomes its last two segments, as nobody here knows the root of the repository,
/// - `class@anonymous/src/A.php:12` becomes `class@anonymous`.
///
/// What is taken out may leave something volatile behind (`/@anonymous/a`), so this is done until nothing changes; of a
/// message made to need more than [`PASSES`] the rest stays.
#[must_use]
pub fn normalise(message: &str) -> Cow<'_, str> {
    let mut message = pass(message);
    for _ in 1..PASSES {
        match pass(&message) {
            Cow::Borrowed(_) => break,
            Cow::Owned(shorter) => message = Cow::Owned(shorter),
        }
    }
    message
}

const PASSES: usize = 16;

fn pass(message: &str) -> Cow<'_, str> {
    let bytes = message.as_bytes();
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    let mut word = Word::default();
    while let Some(&byte) = bytes.get(at) {
        let change = match byte {
            b'/' => absolute_path(message, at, &mut word),
            b':' => windows_path(message, at, &mut word).or_else(|| line_of_file(message, at)),
            b'@' => anonymous_class(message, at),
            b'0'..=b'9' => line_number(message, at),
            _ => None,
        };
        // The letter of a drive may have been the end of the path before it.
        if let Some(change) = change.filter(|change| change.start >= copied) {
            out.push_str(&message[copied..change.start]);
            change.instead.iter().for_each(|text| out.push_str(text));
            copied = change.end;
            at = change.end;
        } else {
            at += 1;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(message);
    }
    out.push_str(&message[copied..]);
    Cow::Owned(out)
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// `start..end` of the message is replaced; `end` is greater than where it was found, and than 0.
struct Change<'m> {
    start: usize,
    end: usize,
    instead: [&'m str; 3],
}

/// `/opt/project/src/A.php`, where a word may start.
fn absolute_path<'m>(message: &'m str, at: usize, word: &mut Word<'m>) -> Option<Change<'m>> {
    let before = message[..at].chars().next_back();
    if before.is_some_and(|before| !before.is_whitespace() && !"\"'`([{<=,;|:#«“‘".contains(before)) {
        return None;
    }
    word.of(message, at).last_two_segments(at, at)
}

/// `C:\build\src\A.php` or `C:/build/src/A.php`, at its colon.
fn windows_path<'m>(message: &'m str, at: usize, word: &mut Word<'m>) -> Option<Change<'m>> {
    let drive = at.checked_sub(1)?;
    let alone = drive == 0 || !is_word(message.as_bytes()[drive - 1]);
    let separator = message[at + 1..].starts_with(['/', '\\']);
    if !alone || !message.as_bytes()[drive].is_ascii_alphabetic() || !separator {
        return None;
    }
    word.of(message, at + 1).last_two_segments(drive, at + 1)
}

/// How far a path goes that is quoted in a message, and what its end looks like. Paths that begin one after the other
/// in the same word end alike: the word is looked at once, or a long one of nothing but beginnings would be looked at
/// for each of them.
#[derive(Default)]
struct Word<'m> {
    end: usize,
    /// Where the last two segments begin, at the separator before them, if both have a name.
    tail: Option<(usize, &'m str, &'m str)>,
    /// Behind the last empty segment, which no path has.
    sound: usize,
}

impl<'m> Word<'m> {
    /// The word around `at`, where there is a separator; `at` never falls from call to call.
    fn of(&mut self, message: &'m str, at: usize) -> &Self {
        if at >= self.end {
            let end = at + word_len(&message[at..]);
            let text = &message[at..end];
            let is_separator = |byte: u8| byte == b'/' || byte == b'\\';
            let empty = text.as_bytes().windows(2).rposition(|pair| is_separator(pair[0]) && is_separator(pair[1]));
            *self = Self { end, tail: tail(text, at), sound: empty.map_or(at, |empty| at + empty + 1) };
        }
        self
    }

    /// The path that begins with a separator at `path`, to be replaced from `start`.
    fn last_two_segments(&self, start: usize, path: usize) -> Option<Change<'m>> {
        let (begin, parent, last) = self.tail?;
        let is_path = path >= self.sound && path <= begin;
        is_path.then_some(Change { start, end: self.end, instead: [parent, "/", last] })
    }
}

/// The last two segments of `text`, which stands at `at`, when both have a name.
fn tail(text: &str, at: usize) -> Option<(usize, &str, &str)> {
    let named = |segment: &&str| segment.contains(|c: char| c.is_alphanumeric());
    let (before, last) = text.rsplit_once(['/', '\\'])?;
    let separator = before.rfind(['/', '\\'])?;
    let parent = &before[separator + 1..];
    (named(&last) && named(&parent)).then_some((at + separator, parent, last))
}

/// `:12` or `:12:5` after a name with an extension.
fn line_of_file(message: &str, at: usize) -> Option<Change<'_>> {
    // Six bytes are enough to see the longest extension, and there may be colons without end.
    let near = &message.as_bytes()[at.saturating_sub(6)..at];
    let extension = &near[near.iter().rposition(|&byte| byte == b'.')? + 1..];
    let is_extension =
        extension.first().is_some_and(u8::is_ascii_alphabetic) && extension.iter().all(u8::is_ascii_alphanumeric);
    let end = at + positions_len(&message[at..]);
    (is_extension && end > at).then_some(Change { start: at, end, instead: [":N", "", ""] })
}

/// `@anonymous/src/A.php:12`; PHP itself puts a NUL before the path and `$0` behind the line.
fn anonymous_class(message: &str, at: usize) -> Option<Change<'_>> {
    const NAME: &str = "@anonymous";
    let start = at + NAME.len();
    let rest = message[at..].strip_prefix(NAME)?;
    let mut len = 0;
    // What is behind a path must not look like the path of this class when the path is gone.
    while rest[len..].starts_with(['/', '\\', '\0']) {
        len += 1 + word_len(&rest[len + 1..]);
        len += positions_len(&rest[len..]);
        len += rest[len..].bytes().take_while(|&byte| byte == b'$' || is_word(byte)).count();
    }
    (len > 0).then_some(Change { start, end: start + len, instead: [""; 3] })
}

/// The number in `line 12`; all numbers in `lines 3-9` and `lines 3, 4 and 9`.
fn line_number(message: &str, at: usize) -> Option<Change<'_>> {
    let word = message[..at].strip_suffix(' ')?;
    let many = word.strip_suffix(['s', 'S']);
    let before = many.unwrap_or(word);
    let (before, line) = before.split_at_checked(before.len().checked_sub("line".len())?)?;
    if !line.eq_ignore_ascii_case("line") || before.bytes().next_back().is_some_and(is_word) {
        return None;
    }
    let mut end = at + digits(&message[at..]);
    let joints: &[&str] = if many.is_some() { &["-", "–", " - ", " and ", ", ", " to "] } else { &["-", "–"] };
    while let Some(more) = joints.iter().find_map(|joint| {
        let number = message[end..].strip_prefix(joint)?;
        Some(joint.len() + digits(number)).filter(|&len| len > joint.len())
    }) {
        end += more;
    }
    Some(Change { start: at, end, instead: ["N", "", ""] })
}

/// How long `:12:5` is at the start of `text`; 0 when it is not there.
fn positions_len(text: &str) -> usize {
    let mut len = 0;
    while let Some(number) = text[len..].strip_prefix(':').map(digits).filter(|&number| number > 0) {
        len += 1 + number;
    }
    len
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// How far a path goes that is quoted in a message.
fn word_len(text: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || c.is_control() || "\"'`()[]{}<>,;|:*?#»”’".contains(c);
    text.find(ends).unwrap_or(text.len())
}

fn is_word(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Detail, Package};
    use crate::{Arena, Severity};
    use proptest::prelude::*;

    fn of(path: &str, rule: &str, message: &str, line: u32) -> Fingerprint {
        let bump = bumpalo::Bump::new();
        let arena = Arena::new(&bump);
        let file = Some(arena.file(path, !path.starts_with('/')));
        let finding = Finding::new(arena.rule("phpstan", rule), file, Severity::High, arena.text(message));
        fingerprint(&Finding { line, ..finding })
    }

    #[test]
    fn what_moves_between_runs_is_taken_out_of_a_message() {
        for (message, expected) in [
            ("Left side is always true on line 8.", "Left side is always true on line N."),
            ("already defined on lines 3-9", "already defined on lines N"),
            ("see lines 3, 4 and 9 of it", "see lines N of it"),
            ("Line 12: Expected 3 lines", "Line N: Expected 3 lines"),
            ("defined at ./src/A.php:109", "defined at ./src/A.php:N"),
            ("(A.php:10:5)", "(A.php:N)"),
            ("Path \"/opt/project/src/x.php\" is not a file", "Path \"src/x.php\" is not a file"),
            ("in /opt/project/src/x.php:12", "in src/x.php:N"),
            (r"in C:\build\src\x.php on line 3", "in src/x.php on line N"),
            ("class@anonymous/src/B.php:4::foo()", "class@anonymous::foo()"),
            ("class@anonymous\0/opt/x/B.php:4$0 given", "class@anonymous given"),
            ("Access to App\\A@anonymous/B.php:4 is odd", "Access to App\\A@anonymous is odd"),
        ] {
            assert_eq!(normalise(message), expected);
        }
    }

    #[test]
    fn what_says_something_stays_in_a_message() {
        for message in [
            "Line exceeds 120 characters; contains 125 characters",
            "Expected 1 blank line; 2 found",
            "Method App\\A::b() should return array{1: int, 2: string}",
            "a guideline 3 of ours",
            "Expected 1 space before \"/\"; 0 found",
            "pattern #^/foo/$# and // and /** and </p>",
            "see https://phpstan.org/blog/x for 3",
            "ratio 1:2 at 10:30",
            "offset 12 on array{0: 'a.b', 1: 5}",
        ] {
            assert!(matches!(normalise(message), Cow::Borrowed(_)), "{message} -> {}", normalise(message));
        }
    }

    #[test]
    fn a_long_message_costs_as_much_as_its_length() {
        // With anything looked at again for each of 60,000 beginnings, this test takes minutes.
        for beginning in ["=/", ":", "=/=/", "\"/", "“/", "«/", "C:/", "line 1", "@anonymous/", "//=", "=/a//"] {
            let message = beginning.repeat(60_000);
            assert!(normalise(&message).len() <= message.len());
        }
    }

    #[test]
    fn a_path_behind_what_is_no_path_in_the_same_word_is_found() {
        assert_eq!(normalise("//=/opt/project/src/x.php"), "//=src/x.php");
        assert_eq!(normalise("a=//=/x/y/z"), "a=//=y/z");
    }

    #[test]
    fn a_fingerprint_is_the_same_everywhere_and_forever() {
        let here = of("src/A.php", "return.type", "returns int on line 4.", 4);
        assert_eq!(here, of("src/A.php", "return.type", "returns int on line 99.", 90));
        assert_eq!(here.to_string(), "1646c897a16b391bb932b09ed7f80692");
        assert_eq!(of("/home/a/vendor/x/A.php", "r", "m", 1), of("/builds/vendor/x/A.php", "r", "m", 1));
        for other in [
            of("src/B.php", "return.type", "returns int on line 4.", 4),
            of("src/A.php", "argument.type", "returns int on line 4.", 4),
            of("src/A.php", "return.type", "returns string on line 4.", 4),
            of("src/A.php", "", "return.type\0returns int on line 4.", 4),
        ] {
            assert_ne!(here, other);
        }
    }

    #[test]
    fn a_package_is_the_same_in_every_version_and_whatever_is_said_of_it() {
        let of = |purl: &str, name: &str, message: &str| {
            let package = Package { purl, name, ..Package::default() };
            let detail = Detail { package: Some(&package), ..Detail::default() };
            let rule = crate::Rule { tool: "trivy", id: "CVE-2099-1", help: None, link: None };
            fingerprint(&Finding { detail: Some(&detail), ..Finding::new(&rule, None, Severity::High, message) })
        };
        let curl = of("pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12", "curl", "curl: a title");
        assert_eq!(curl, of("pkg:deb/debian/curl@8.0#x/y@z", "curl", "curl: another title"));
        assert_ne!(curl, of("pkg:deb/debian/libcurl4@7.88.1-10", "libcurl4", "curl: a title"));
        let identity = |purl, name| Package { purl, name, ..Package::default() }.identity();
        assert_eq!(identity("pkg:npm/%40angular/core@1.0", "@angular/core"), "pkg:npm/%40angular/core");
        assert_eq!(identity("pkg:npm/@angular/core@1.0", "@angular/core"), "pkg:npm/@angular/core");
        assert_eq!([identity("", "curl"), identity("pkg:x/@", "y"), identity("@", "z")], ["curl", "pkg:x/@", "@"]);
    }

    #[test]
    fn the_end_of_a_path_may_look_like_a_drive() {
        let once = normalise(r"/w/a.php\i..C:/ao\fv").into_owned();
        assert_eq!(normalise(&once), once);
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing_more(
            message in r#"([a-z.]{0,4}(/|\\| |:|lines? |@anonymous|[0-9]{1,2}|C:|, | and |\.php|"|-|\$|\x00)){0,8}"#,
        ) {
            let once = normalise(&message).into_owned();
            prop_assert_eq!(normalise(&once), &*once);
        }

        #[test]
        fn no_message_makes_it_panic(message in any::<String>()) {
            prop_assert!(normalise(&message).len() <= message.len());
        }

        #[test]
        fn moved_lines_and_other_roots_do_not_matter(line in 1_u32..99_999, root in "(/[a-z]{1,5}){1,4}") {
            let message = |root: &str, line: u32| format!("see {root}/src/A.php:{line} on line {line}");
            prop_assert_eq!(of("a.php", "r", &message(&root, line), line), of("a.php", "r", &message("/opt", 7), 7));
        }
    }
}
