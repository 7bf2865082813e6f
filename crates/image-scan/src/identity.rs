//! What makes a finding the same in two reports.
//!
//! Trivy's `Fingerprint`, `Target` and `ArtifactID` take part in nothing here: they change with the tag, with the way
//! in which the image reached the scanner, and with every version of a package.

use std::borrow::Cow;

use crate::model::{Class, Finding, Kind, Package};
use crate::purl::Purl;

/// What makes a finding the same in two reports of one image or of two versions of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Identity<'f> {
    /// What it is about.
    pub kind: Kind,
    /// Its id in upper case.
    pub id: Cow<'f, str>,
    /// `deb/debian/curl`; without a package URL the ecosystem and the name; empty without a package.
    pub package: Cow<'f, str>,
    /// The file in the image with `*` for the version; empty for packages of the operating system.
    pub path: Cow<'f, str>,
    /// The version that is installed. Not a part of [`key`](Self::key).
    pub version: &'f str,
}

/// The identity of `finding`.
#[must_use]
pub fn of<'f>(finding: &'f Finding<'_>) -> Identity<'f> {
    let version = finding.package.map_or("", |package| package.version);
    let target = finding.target;
    let path = match (target.class, finding.path) {
        (Class::OsPackages, _) => "",
        (_, "") => finding.package.map_or("", |package| package.path),
        (_, path) => path,
    };
    Identity {
        kind: finding.kind,
        id: upper(finding.id),
        package: finding.package.map_or(Cow::Borrowed(""), |package| match package_of(package) {
            Cow::Borrowed(name) => Cow::Owned(format!("{}:{name}", ecosystem(finding))),
            whole => whole,
        }),
        path: without_version(path, version),
        version,
    }
}

impl Identity<'_> {
    /// The identity in one text, without the version.
    #[must_use]
    pub fn key(&self) -> String {
        self.key_as(&self.id)
    }

    /// The identity that it has under another of its names, in upper case.
    #[must_use]
    pub fn key_as(&self, id: &str) -> String {
        let Self { kind, package, path, .. } = self;
        format!("{}\0{id}\0{package}\0{path}", kind.as_str())
    }

    /// The identity in one text, with the version.
    #[must_use]
    pub fn exact(&self) -> String {
        format!("{}\0{}", self.key(), self.version)
    }
}

/// `id` as ids are compared: in upper case.
#[must_use]
pub fn upper(id: &str) -> Cow<'_, str> {
    if id.chars().any(char::is_lowercase) { id.to_uppercase().into() } else { id.into() }
}

/// `deb/debian/curl`, or borrowed the bare name where there is no package URL that can be read.
pub(crate) fn package_of<'p>(package: &'p Package<'_>) -> Cow<'p, str> {
    Purl::parse(package.purl).map_or(Cow::Borrowed(package.name), |purl| Cow::Owned(purl.package()))
}

/// `path` with `*` for `version`: `requests-2.31.0.dist-info` is another file in every version of the same package.
/// Only a version that stands alone is meant, so that `3` leaves `python3.11` as it is.
pub(crate) fn without_version<'p>(path: &'p str, version: &str) -> Cow<'p, str> {
    if version.is_empty() || !path.contains(version) {
        return path.into();
    }
    let mut out = String::with_capacity(path.len());
    let mut from = 0;
    for (at, _) in path.match_indices(version) {
        let (before, after) = (&path[..at], &path[at + version.len()..]);
        if before.chars().next_back().is_none_or(|c| matches!(c, '-' | '_' | '@' | '/')) && stands_alone(after) {
            out.push_str(&path[from..at]);
            out.push('*');
            from = at + version.len();
        }
    }
    out.push_str(&path[from..]);
    out.into()
}

/// Whether a version has ended before `after`, which does not go on as `.1` or `rc2` would.
fn stands_alone(after: &str) -> bool {
    let mut after = after.chars();
    match (after.next(), after.next()) {
        (Some('.'), Some(next)) => !next.is_ascii_digit(),
        (Some(next), _) => !next.is_alphanumeric(),
        (None, _) => true,
    }
}

fn ecosystem<'f>(finding: &'f Finding<'_>) -> &'f str {
    match (finding.target.ecosystem, finding.target.class) {
        ("", Class::OsPackages) => "os",
        ("", _) => "",
        (ecosystem, _) => ecosystem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::model::Target;

    fn finding<'a>(target: &'a Target<'a>, package: &'a Package<'a>) -> Finding<'a> {
        fixture::finding("cve-2019-1", target, Some(package))
    }

    #[test]
    fn versions_qualifiers_and_names_of_artifacts_are_no_part_of_it() {
        let tar = Target { name: "web.tar (debian 12)", class: Class::OsPackages, ecosystem: "debian" };
        let pulled = Target { name: "host/web:2 (debian 12)", ..tar };
        let old = Package { name: "curl", version: "7", purl: "pkg:deb/debian/curl@7?arch=amd64", path: "" };
        let new = Package { version: "8", purl: "pkg:deb/debian/curl@8?arch=arm64", ..old };
        let (old, new) = (finding(&tar, &old), finding(&pulled, &new));
        assert_eq!(of(&old).key(), of(&new).key());
        assert_ne!(of(&old).exact(), of(&new).exact());
        assert_eq!(of(&old).id, "CVE-2019-1");
    }

    #[test]
    fn a_version_in_the_path_is_no_part_of_it() {
        let target = Target { name: "Python", class: Class::LanguagePackages, ecosystem: "python-pkg" };
        let path = "usr/lib/Werkzeug-0.14.dist-info/METADATA";
        let old = Package { name: "Werkzeug", version: "0.14", purl: "pkg:pypi/werkzeug@0.14", path };
        let path = "usr/lib/Werkzeug-0.15.dist-info/METADATA";
        let new = Package { version: "0.15", purl: "pkg:pypi/Werkzeug@0.15", path, ..old };
        let elsewhere = Package { path: "opt/Werkzeug-0.15.dist-info/METADATA", ..new };
        assert_eq!(of(&finding(&target, &old)).key(), of(&finding(&target, &new)).key());
        assert_ne!(of(&finding(&target, &old)).key(), of(&finding(&target, &elsewhere)).key());
    }

    #[test]
    fn only_a_version_that_stands_alone_is_left_out() {
        let shown = [
            ("usr/lib/python3.11/x-3.dist-info/METADATA", "3"),
            ("lib/log4j-core-2.14.1.jar", "2.14.1"),
            ("lib/log4j-core-2.14.1.jar", "2.14"),
            ("go/mod/x@v1.2.3/y@v1.2.3", "v1.2.3"),
            ("1/11/x-1", "1"),
            ("x", ""),
        ]
        .map(|(path, version)| without_version(path, version).into_owned());
        insta::assert_snapshot!(shown.join("\n"), @"
            usr/lib/python3.11/x-*.dist-info/METADATA
            lib/log4j-core-*.jar
            lib/log4j-core-2.14.1.jar
            go/mod/x@*/y@*
            */11/x-*
            x
            ");
    }

    #[test]
    fn without_a_purl_ecosystem_and_name_count() {
        let npm = Target { name: "a", class: Class::LanguagePackages, ecosystem: "npm" };
        let pip = Target { ecosystem: "pip", ..npm };
        let package = Package { name: "x", version: "1", ..Package::default() };
        assert_ne!(of(&finding(&npm, &package)).key(), of(&finding(&pip, &package)).key());
    }
}
