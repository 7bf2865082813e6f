//! The paths in a diff: C-quoted, prefixed, or `/dev/null`.

/// The paths of the lines `---` and `+++` as written; `None` for `/dev/null`.
pub(super) type Marked = (Option<String>, Option<String>);

/// The path of a line `--- path` or `+++ path`: up to a tab, behind which comes a timestamp or (git, after a path
/// with spaces) nothing.
pub(super) fn marked(rest: &[u8]) -> Option<String> {
    let path = match quoted(rest) {
        Some((path, _)) => path,
        None => lossy(rest.split(|&byte| byte == b'\t').next().unwrap_or_default()),
    };
    (path != "/dev/null").then_some(path)
}

/// A path that stands alone on its line.
pub(super) fn unquoted(path: &[u8]) -> String {
    quoted(path).map_or_else(|| lossy(path), |(path, _)| path)
}

/// The two paths behind `diff --git `, when they are the same apart from git's prefixes. Paths are not quoted for
/// spaces, but equal paths with prefixes of one length meet in the middle.
pub(super) fn of_git_line(both: &[u8]) -> Option<(String, String)> {
    let (old, new) = match quoted(both) {
        Some((old, rest)) => (old, quoted(rest.strip_prefix(b" ")?)?.0),
        None => {
            let (old, new) = both.split_at_checked(both.len() / 2)?;
            (lossy(old), lossy(new.strip_prefix(b" ")?))
        }
    };
    if old == new {
        return Some((old, new)); // diff.noprefix
    }
    without_prefixes((Some(old), Some(new))).filter(|(old, new)| old == new)
}

/// Both paths without `a/` and `b/`, or what `diff.mnemonicPrefix` puts there; `None` when they have none, or when
/// one of them is `/dev/null`.
pub(super) fn without_prefixes((old, new): Marked) -> Option<(String, String)> {
    let (old, new) = (old?, new?);
    let ([a, b'/', ..], [b, b'/', ..]) = (old.as_bytes(), new.as_bytes()) else {
        return None;
    };
    let are_prefixes = a != b && b"abciow12".contains(a) && b"abciow12".contains(b);
    are_prefixes.then(|| (old[2..].to_owned(), new[2..].to_owned()))
}

/// `path` without `prefix`.
pub(super) fn without(path: String, prefix: &str) -> String {
    path.strip_prefix(prefix).map(str::to_owned).unwrap_or(path)
}

/// A string in git's C-style quotes at the start of `text`, and what follows it. `None` when there is none.
fn quoted(text: &[u8]) -> Option<(String, &[u8])> {
    let mut rest = text.strip_prefix(b"\"")?;
    let mut bytes = Vec::new();
    loop {
        match rest {
            [b'"', after @ ..] => return Some((lossy(&bytes), after)),
            [b'\\', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..] => {
                bytes.push((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'));
                rest = after;
            }
            [b'\\', letter, after @ ..] => {
                bytes.push(unescaped(*letter)?);
                rest = after;
            }
            [byte, after @ ..] => {
                bytes.push(*byte);
                rest = after;
            }
            [] => return None,
        }
    }
}

fn unescaped(letter: u8) -> Option<u8> {
    Some(match letter {
        b'a' => 0x07,
        b'b' => 0x08,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 0x0b,
        b'f' => 0x0c,
        b'r' => b'\r',
        b'"' | b'\\' => letter,
        _ => return None,
    })
}

fn lossy(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}
