//! From the URI of an artifact to a file: percent-encoding, `file:` URIs, bases that have bases, the artifact list.

use std::borrow::Cow;

use super::model::{ArtifactLocation, Run};
use crate::model::File;
use crate::read::Context;

/// The file at `location`.
pub(super) fn file<'a>(
    location: &ArtifactLocation<'_>,
    run: &Run<'_>,
    context: &Context<'_, 'a>,
) -> Option<&'a File<'a>> {
    let location = listed(location, run);
    let uri = location.uri.as_deref()?;
    let based = based(uri, location.uri_base_id.as_deref(), run);
    let absolute = context.roots.resolve(&path(&based), context.arena).0;
    if absolute.is_some_and(|file| file.inside) || !names_a_root(location.uri_base_id.as_deref()) {
        return absolute;
    }
    // The root is a directory of some container; what is below it is in the repository all the same.
    context.roots.resolve(&path(uri), context.arena).0
}

/// An artifact location may be just an index into the list of artifacts.
fn listed<'r, 't>(location: &'r ArtifactLocation<'t>, run: &'r Run<'t>) -> &'r ArtifactLocation<'t> {
    if location.uri.is_some() {
        return location;
    }
    let index = location.index.and_then(|index| usize::try_from(index).ok());
    let artifact = index.and_then(|index| run.artifacts.as_ref()?.get(index));
    artifact.and_then(|artifact| artifact.location.as_ref()).unwrap_or(location)
}

/// How many bases may stand on each other: they may go in circles.
const MAX_BASES: usize = 16;

/// `uri` below its base, and that below its own, as far as they are told (§ 3.14.14).
fn based<'u>(uri: &'u str, base: Option<&str>, run: &Run<'_>) -> Cow<'u, str> {
    let mut whole = Cow::Borrowed(uri);
    let mut base = base;
    let Some(bases) = &run.original_uri_base_ids else { return whole };
    for _ in 0..MAX_BASES {
        if is_absolute(&whole) {
            break;
        }
        let Some(known) = base.and_then(|base| bases.get(base)) else { break };
        if let Some(prefix) = known.uri.as_deref().filter(|prefix| !prefix.is_empty()) {
            let slash = if prefix.ends_with('/') { "" } else { "/" };
            whole = Cow::Owned(format!("{prefix}{slash}{whole}"));
        }
        base = known.uri_base_id.as_deref();
    }
    whole
}

fn is_absolute(uri: &str) -> bool {
    uri.starts_with('/') || scheme(uri).is_some()
}

/// The scheme of `uri`. One letter is a Windows drive.
fn scheme(uri: &str) -> Option<&str> {
    let (scheme, _) = uri.split_once(':')?;
    let sound = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    (sound && scheme.len() > 1).then_some(scheme)
}

/// Whether a base by this name is where the code is: `%SRCROOT%`, `REPOROOT`, `ROOTPATH`, `WORKINGDIR`, `PWD` …
fn names_a_root(base: Option<&str>) -> bool {
    let base = base.unwrap_or_default().to_ascii_uppercase();
    ["ROOT", "WORKINGDIR", "PWD", "CWD"].iter().any(|name| base.contains(name))
}

/// The path of a URI, which stays a URI when it is none of a file.
fn path(uri: &str) -> Cow<'_, str> {
    match scheme(uri) {
        None => decoded(uri),
        Some(scheme) if scheme.eq_ignore_ascii_case("file") => {
            let rest = uri.get(scheme.len() + 1..).unwrap_or_default();
            let rest = match rest.strip_prefix("//") {
                // file:///srv/a, file://localhost/srv/a; another host is a share.
                Some(local) if local.starts_with('/') => local,
                Some(local) => local.strip_prefix("localhost").filter(|path| path.starts_with('/')).unwrap_or(rest),
                None => rest,
            };
            // /C:/a
            let drive = rest.strip_prefix('/').filter(|path| path.as_bytes().get(1) == Some(&b':'));
            decoded(drive.unwrap_or(rest))
        }
        Some(_) => Cow::Borrowed(uri),
    }
}

/// `text` with `%20` and the like decoded. What is no such thing stays: producers forget to encode.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digits = (byte == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        let digits = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        if let Some(encoded) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            out.push(encoded);
            at += 3;
        } else {
            out.push(byte);
            at += 1;
        }
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

#[cfg(test)]
mod tests {
    use super::{decoded, path};

    #[test]
    fn file_uris_become_paths_and_other_uris_stay() {
        for (uri, expected) in [
            ("src/a%20b.php", "src/a b.php"),
            ("src/caf%C3%A9.php", "src/café.php"),
            ("src/100%.php", "src/100%.php"),
            ("file:///srv/app/a.php", "/srv/app/a.php"),
            ("file:/srv/app/a.php", "/srv/app/a.php"),
            ("FILE://localhost/srv/a.php", "/srv/a.php"),
            ("file:///C:/code/a.php", "C:/code/a.php"),
            ("file://server/share/a.php", "//server/share/a.php"),
            ("C:\\code\\a.php", "C:\\code\\a.php"),
            ("https://example.org/a%20b", "https://example.org/a%20b"),
        ] {
            assert_eq!(path(uri), expected);
        }
        assert_eq!(decoded("%"), "%");
        assert_eq!(decoded("%é1"), "%é1");
    }
}
