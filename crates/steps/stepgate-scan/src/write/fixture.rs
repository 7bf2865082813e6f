//! Gates that every writer is shown: one that fails in every way there is, with names that mean harm; one that passes;
//! one of which a report is cut short.

use findings::{Disposition, Muted, Outcome, Severity, Verdict};
use image_scan::model::{
    AboutException, Class, Gate, Gone, Lapse, Layer, News, Origin, Os, Package, Ruling, Status, Suppressed, Target,
};
use image_scan::{Finding, Kind, Scan};

use super::{Options, Output, write};

/// What is between the `<script>` and the bidi override must be seen as text everywhere.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script> | \"x\" 'y' & `z` ]]> \u{1b}[31mred\u{1b}[0m \u{202e}gnp.exe\n@team [a](https://b.example) **c**";

const DEBIAN: Target<'_> = Target { name: "web.tar (debian 12.15)", class: Class::OsPackages, ecosystem: "debian" };
const COMPOSER: Target<'_> =
    Target { name: "app/composer.lock", class: Class::LanguagePackages, ecosystem: "composer" };
const NODE: Target<'_> = Target { name: "Node.js", class: Class::LanguagePackages, ecosystem: "node-pkg" };
const CONFIG: Target<'_> = Target { name: "Dockerfile", class: Class::Config, ecosystem: "dockerfile" };
const SECRETS: Target<'_> = Target { name: "/app/.env", class: Class::Secret, ecosystem: "" };

const CURL: Package<'_> = Package {
    name: "curl",
    version: "7.88.1-10+deb12u4",
    purl: "pkg:deb/debian/curl@7.88.1-10+deb12u4?arch=amd64&distro=debian-12.15",
    path: "",
};
const TWIG: Package<'_> =
    Package { name: "twig/twig", version: "v3.4.0", purl: "pkg:composer/twig/twig@v3.4.0", path: "app/composer.lock" };
const EVIL: Package<'_> = Package { name: HOSTILE, version: HOSTILE, purl: "", path: HOSTILE };

const BASE: Layer<'_> = Layer {
    diff_id: "sha256:1111111111111111111111111111111111111111111111111111111111111111",
    created_by: "ADD file:abc in /",
};
const OWN: Layer<'_> = Layer {
    diff_id: "sha256:2222222222222222222222222222222222222222222222222222222222222222",
    created_by: "COPY <script> /app # buildkit",
};
const IGNORED: Suppressed<'_> =
    Suppressed { status: "not_affected", statement: "the code is not reached", source: "vex.json" };

/// The lock file that the places in [`options`] come from.
pub(crate) const LOCK: (&str, &str) =
    ("composer.lock", "{\n  \"packages\": [{\n    \"name\": \"twig/twig\"\n  }]\n}\n");

/// The Dockerfile that they come from.
pub(crate) const DOCKERFILE: (&str, &str) = ("Dockerfile", "FROM composer AS build\nFROM php:8.3-fpm\n");

/// A vulnerability of curl that is reported.
pub(crate) fn vulnerability<'a>(id: &'a str, fixed: &'a str) -> Finding<'a> {
    Finding {
        severity: Some(Severity::High),
        title: "SOCKS5 heap buffer overflow",
        link: Some("https://avd.aquasec.com/nvd/cve-2099-0001"),
        package: Some(&CURL),
        layer: Some(&BASE),
        fixed_version: fixed,
        status: if fixed.is_empty() { Status::Affected } else { Status::Fixed },
        cvss: Some(98),
        epss: Some(0.123),
        kev: true,
        origin: Some(Origin::Base),
        news: Some(News::Disclosed),
        ..Finding::new(Kind::Vulnerability, id, &DEBIAN)
    }
}

fn blocking<'a>(finding: Finding<'a>, by: &'a str) -> Finding<'a> {
    Finding { ruling: Ruling { disposition: Disposition::Blocking, warns: false, by }, ..finding }
}

fn findings() -> Vec<Finding<'static>> {
    let plain = Finding { epss: None, kev: false, cvss: None, ..vulnerability("CVE-2099-0002", "") };
    vec![
        blocking(
            Finding {
                severity: Some(Severity::Critical),
                aliases: &["DSA-9999-1"],
                ..vulnerability("CVE-2099-0001", "7.88.1-10+deb12u12")
            },
            "rule `fixable-high`",
        ),
        Finding {
            severity: None,
            worst: Some(Severity::Low),
            ruling: Ruling { disposition: Disposition::Reported, warns: true, by: "rule `old`" },
            ..plain.clone()
        },
        blocking(
            Finding {
                target: &COMPOSER,
                package: Some(&TWIG),
                path: TWIG.path,
                layer: Some(&OWN),
                origin: Some(Origin::Own),
                news: Some(News::Introduced),
                fixed_version: "2.14.11, 3.4.3",
                ..vulnerability("CVE-2099-0003", "")
            },
            "rule `own-layers`",
        ),
        blocking(
            Finding {
                id: HOSTILE,
                title: HOSTILE,
                link: Some("javascript:alert(1)"),
                target: &NODE,
                package: Some(&EVIL),
                path: HOSTILE,
                fixed_version: HOSTILE,
                news: None,
                ..plain.clone()
            },
            HOSTILE,
        ),
        Finding {
            suppressed: Some(&IGNORED),
            ruling: Ruling {
                disposition: Disposition::Muted(Muted::Policy),
                warns: false,
                by: "exception `CVE-2099-0004`: until 2026-12-31: not reachable | see <b>",
            },
            id: "CVE-2099-0004",
            ..plain.clone()
        },
        of_file(&CONFIG, Kind::Misconfiguration, "DS-0002", "Image user should not be 'root'", "Dockerfile"),
        blocking(of_file(&SECRETS, Kind::Secret, "aws-access-key-id", "AWS Access Key ID", "/app/.env"), "secrets"),
    ]
}

fn of_file<'a>(target: &'a Target<'a>, kind: Kind, id: &'a str, title: &'a str, path: &'a str) -> Finding<'a> {
    Finding {
        kind,
        title,
        advice: Some("Add 'USER <user name>' to the Dockerfile"),
        link: None,
        target,
        package: None,
        path,
        line: 3,
        end_line: 4,
        layer: None,
        cvss: None,
        epss: None,
        kev: false,
        origin: None,
        news: None,
        status: Status::Unknown,
        ..vulnerability(id, "")
    }
}

fn scan() -> Scan<'static> {
    Scan {
        source: "reports/web.json".to_owned(),
        scanner_version: "0.76.0",
        artifact: "web.tar",
        artifact_type: "container_image",
        created: Some("2026-11-02T10:00:00Z".parse().unwrap()),
        image_id: "sha256:3333333333333333333333333333333333333333333333333333333333333333",
        repo_digests: vec!["r.example/web@sha256:4444444444444444444444444444444444444444444444444444444444444444"],
        os: Some(Os { family: "debian", name: "12.15", end_of_life: false }),
        database_built: Some("2026-11-02T06:00:00Z".parse().unwrap()),
        targets: vec![&DEBIAN, &COMPOSER, &NODE, &CONFIG, &SECRETS],
        packages: 312,
        notes: vec!["the report lists 2 packages twice".to_owned()],
        ..Scan::new("trivy")
    }
}

fn about(lapse: Lapse, message: &str) -> AboutException {
    AboutException { lapse, message: message.to_owned() }
}

/// A gate that fails: what blocks is of the system, of Composer, of nobody one wants to know, and a secret.
pub(crate) fn gate() -> Gate<'static> {
    let reasons = ["3 vulnerabilities block", "1 secret blocks", "the limit of 0 critical is exceeded: 1"];
    Gate {
        program: "stepgate-scan",
        version: "0.1.0",
        scans: vec![Scan { findings: findings(), ..scan() }],
        verdict: Verdict { outcome: Outcome::Fail, reasons: reasons.map(str::to_owned).into() },
        warnings: vec![format!("the report cannot show that `vuln` ran: {HOSTILE}")],
        about_exceptions: vec![
            about(Lapse::Expired, "exception 1 (`CVE-2099-0003`) ended on 2026-10-31: 1 finding would still need it"),
            about(Lapse::Unused, &format!("exception 2 (`CVE-2099-0009`) matches no finding: {HOSTILE}")),
        ],
        fixed: vec![Gone {
            id: "CVE-2099-0010".to_owned(),
            package: "openssl".to_owned(),
            version: "3.0.1".to_owned(),
            severity: Severity::Critical,
        }],
        compared: true,
    }
}

/// A gate to which there is nothing to say.
pub(crate) fn clean() -> Gate<'static> {
    Gate {
        scans: vec![Scan { notes: Vec::new(), ..scan() }],
        verdict: Verdict { outcome: Outcome::Pass, reasons: vec!["nothing blocks in 312 packages".to_owned()] },
        warnings: Vec::new(),
        about_exceptions: Vec::new(),
        fixed: Vec::new(),
        compared: false,
        ..gate()
    }
}

/// A gate of which one report was cut short.
pub(crate) fn incomplete() -> Gate<'static> {
    let cut = Scan::unusable("reports/api.json".to_owned(), format!("line 9: the document ends early {HOSTILE}"));
    let reasons = vec!["1 report cannot be relied on".to_owned()];
    Gate { scans: vec![cut], verdict: Verdict { outcome: Outcome::Incomplete, reasons }, ..clean() }
}

/// [`gate`] with `count` vulnerabilities that block.
pub(crate) fn large(count: usize) -> Gate<'static> {
    let finding = blocking(vulnerability("CVE-2099-0001", "8.0"), "rule `fixable-high`");
    let scans = vec![Scan { findings: vec![finding; count], ..scan() }];
    Gate { scans, ..gate() }
}

/// The other reports of the run.
pub(crate) const REPORTS: &[(&str, &str)] = &[("html", "build/scan.html"), ("json", "build/scan.json")];

/// Much of what a writer may be told.
pub(crate) fn options() -> Options<'static> {
    Options {
        reports: REPORTS,
        subject: Some("acme/shop at 4f3c2d1"),
        source: Some("https://bitbucket.org/acme/shop/src/4f3c2d1"),
        ..Options::default()
    }
}

pub(crate) fn written(output: Output, gate: &Gate<'_>, options: &Options<'_>) -> String {
    let places = crate::lockfile::Places::new([LOCK, DOCKERFILE]);
    let mut out = Vec::new();
    write(output, gate, &Options { places: Some(&places), ..*options }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
