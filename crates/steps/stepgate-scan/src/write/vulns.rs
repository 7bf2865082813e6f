//! An in-toto Statement with the predicate `vulns/v0.2`, not signed yet:
//! <https://github.com/in-toto/attestation/blob/main/spec/predicates/vulns_02.md>.
//!
//! It says what the scanner found, also what is muted here, each with what was made of it. It is about one image;
//! [`problem`] says when it cannot be made, and the caller refuses to write.

use std::io::{self, Write};

use attest::claim::VULNS;
use image_scan::model::Gate;
use image_scan::{Finding, Kind, Scan};
use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::words::{self, known};

#[derive(Serialize)]
struct Statement<'g> {
    #[serde(rename = "_type")]
    kind: &'static str,
    subject: Vec<Subject<'g>>,
    #[serde(rename = "predicateType")]
    predicate_type: &'static str,
    predicate: Predicate<'g>,
}

#[derive(Serialize)]
struct Subject<'g> {
    name: &'g str,
    digest: Digest<'g>,
}

#[derive(Serialize)]
struct Digest<'g> {
    sha256: &'g str,
}

#[derive(Serialize)]
struct Predicate<'g> {
    scanner: Scanner<'g>,
    metadata: Metadata,
}

#[derive(Serialize)]
struct Scanner<'g> {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'g str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    db: Option<Database>,
    result: Results<'g>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Database {
    last_update: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    scan_started_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scan_finished_on: Option<String>,
}

#[derive(Serialize)]
struct Vulnerability<'g> {
    id: &'g str,
    severity: Vec<Score>,
    annotations: Vec<Annotation<'g>>,
}

#[derive(Serialize)]
struct Score {
    method: &'static str,
    score: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Annotation<'g> {
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<&'g str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    installed: Option<&'g str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<&'g str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed_version: Option<&'g str>,
    disposition: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<&'g str>,
}

/// Why there is nothing to attest; `None` when there is.
#[must_use]
pub(crate) fn problem(gate: &Gate<'_>) -> Option<String> {
    let [scan] = gate.scans.as_slice() else {
        return Some(format!("a statement is about one report of one image, and there are {}", gate.scans.len()));
    };
    if !scan.problems.is_empty() {
        return Some(format!("{} cannot be relied on: {}", scan.source, scan.problems.join("; ")));
    }
    if subjects(scan).is_empty() {
        return Some(format!("{} does not say which image it is about: it has no digest", scan.source));
    }
    scan.created.is_none().then(|| format!("{} does not say when it was made", scan.source))
}

pub(super) fn write(gate: &Gate<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Some(scan) = gate.scans.first() else { return Ok(()) };
    let statement = Statement {
        kind: "https://in-toto.io/Statement/v1",
        subject: subjects(scan),
        predicate_type: VULNS,
        predicate: predicate(scan),
    };
    serde_json::to_writer_pretty(&mut *out, &statement)?;
    writeln!(out)
}

/// The predicate alone, to be signed.
pub(crate) fn found(scan: &Scan<'_>) -> serde_json::Value {
    serde_json::to_value(predicate(scan)).unwrap_or_default()
}

fn predicate<'g>(scan: &'g Scan<'_>) -> Predicate<'g> {
    let time = scan.created.map(text);
    Predicate {
        scanner: Scanner {
            uri: match scan.scanner {
                "trivy" => "pkg:github/aquasecurity/trivy".to_owned(),
                "grype" => "pkg:github/anchore/grype".to_owned(),
                other => format!("pkg:generic/{other}"),
            },
            version: known(scan.scanner_version),
            db: scan.database_built.map(|built| Database { last_update: text(built) }),
            result: Results(scan),
        },
        // Reports have the time of their end only.
        metadata: Metadata { scan_started_on: time.clone(), scan_finished_on: time },
    }
}

fn text(time: Timestamp) -> String {
    time.to_string()
}

/// The image by its digests in registries, which whoever pulls it knows, and by that of its configuration, which is all
/// there is before it is pushed.
fn subjects<'g>(scan: &'g Scan<'_>) -> Vec<Subject<'g>> {
    let subject =
        |(name, digest): (&'g str, &'g str)| Some(Subject { name, digest: Digest { sha256: whole(digest)? } });
    in_registries(scan).chain([(words::artifact(scan), scan.image_id)]).filter_map(subject).collect()
}

/// The image by name and digest (`sha256:…`) in registries, as the report has them. The digest of its configuration is
/// none of them: nobody can pull by it, and who signs means what is pulled.
pub(crate) fn in_registries<'g>(scan: &'g Scan<'_>) -> impl Iterator<Item = (&'g str, &'g str)> {
    let digests = scan.repo_digests.iter().filter_map(|digest| digest.split_once('@'));
    digests.filter(|(_, digest)| whole(digest).is_some())
}

/// The digits of a digest that has all of them.
fn whole(digest: &str) -> Option<&str> {
    let sha256 = digest.strip_prefix("sha256:")?;
    (sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(sha256)
}

/// The vulnerabilities, made one by one while they are written.
struct Results<'g>(&'g Scan<'g>);

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let findings = self.0.findings.iter();
        serializer.collect_seq(findings.filter(|finding| finding.kind == Kind::Vulnerability).map(vulnerability))
    }
}

fn vulnerability<'g>(finding: &'g Finding<'_>) -> Vulnerability<'g> {
    let rated = finding.severity.map_or("unknown", findings::Severity::as_str);
    let cvss =
        finding.cvss.map(|score| Score { method: "cvss_score", score: format!("{}.{}", score / 10, score % 10) });
    let package = finding.package;
    Vulnerability {
        id: finding.id,
        severity: std::iter::once(Score { method: "vendor", score: rated.to_owned() }).chain(cvss).collect(),
        annotations: vec![Annotation {
            package: package.map(|package| package.name),
            installed: package.and_then(|package| known(package.version)),
            purl: package.and_then(|package| known(package.purl)),
            fixed_version: known(finding.fixed_version),
            disposition: finding.ruling.disposition.as_str(),
            decided_by: known(finding.ruling.by),
        }],
    }
}
