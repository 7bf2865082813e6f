//! Small scans for tests.

use findings::Severity;
use jiff::Timestamp;

use crate::model::{Class, Finding, Kind, Layer, Os, Package, Scan, Status, Target};

const DEBIAN: Target<'static> =
    Target { name: "web.tar (debian 12.15)", class: Class::OsPackages, ecosystem: "debian" };
const COMPOSER: Target<'static> =
    Target { name: "app/composer.lock", class: Class::LanguagePackages, ecosystem: "composer" };
const CURL: Package<'static> = Package {
    name: "curl",
    version: "7.88.1-10",
    purl: "pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12",
    path: "",
};
const BASE: Layer<'static> = Layer { diff_id: "sha256:base", created_by: "" };

/// The time of every test.
pub(crate) fn now() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

/// A package of the operating system.
pub(crate) fn curl() -> &'static Package<'static> {
    &CURL
}

/// A high vulnerability with a fix, in `package` of Debian and the base layer.
pub(crate) fn vulnerability(id: &'static str, package: &'static Package<'static>) -> Finding<'static> {
    Finding {
        severity: Some(Severity::High),
        package: Some(package),
        layer: Some(&BASE),
        fixed_version: "7.88.2",
        status: Status::Fixed,
        ..finding(Kind::Vulnerability, id)
    }
}

/// A high finding of `kind` in a file.
pub(crate) fn in_file(kind: Kind, id: &'static str) -> Finding<'static> {
    Finding { severity: Some(Severity::High), path: "/app/.env", line: 3, target: &COMPOSER, ..finding(kind, id) }
}

fn finding(kind: Kind, id: &'static str) -> Finding<'static> {
    Finding { kind, ..crate::fixture::finding(id, &DEBIAN, None) }
}

/// The fresh scan of an image with an operating system and packages.
pub(crate) fn scan(findings: Vec<Finding<'static>>) -> Scan<'static> {
    Scan {
        source: "web.json".to_owned(),
        scanner_version: "0.76.0",
        artifact: "web.tar",
        artifact_type: "container_image",
        created: Some(now()),
        image_id: "sha256:aa",
        diff_ids: vec!["sha256:base", "sha256:own"],
        os: Some(Os { family: "debian", name: "12.15", end_of_life: false }),
        database_built: Some(now()),
        targets: vec![&DEBIAN],
        packages: 110,
        findings,
        ..Scan::new("trivy")
    }
}
