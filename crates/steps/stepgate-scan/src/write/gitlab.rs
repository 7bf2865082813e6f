//! GitLab's report of container scanning, version 15 of
//! <https://gitlab.com/gitlab-org/security-products/security-report-schemas>.
//!
//! It knows vulnerabilities only, and has no word for "muted": settings, secrets, licences and what is muted are left
//! out. A report that cannot be relied on makes it a failed scan.

use std::cell::RefCell;
use std::io::{self, Write};

use bumpalo::Bump;
use findings::fingerprint::{Fingerprint, fingerprint};
use findings::write::web_link;
use findings::{Outcome, Severity};
use image_scan::model::Gate;
use image_scan::{Finding, Kind, Scan};
use jiff::Timestamp;
use rustc_hash::FxHashMap;
use serde::{Serialize, Serializer};

use super::Options;
use super::of_findings::Convert;
use super::words::{self, is_muted, known};

#[derive(Serialize)]
struct Report<'g, 'c> {
    version: &'static str,
    scan: ScanOf<'g>,
    vulnerabilities: Vulnerabilities<'g, 'c>,
}

#[derive(Serialize)]
struct ScanOf<'g> {
    analyzer: Tool<'g>,
    scanner: Tool<'g>,
    #[serde(rename = "type")]
    kind: &'static str,
    start_time: String,
    end_time: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Tool<'g> {
    id: &'g str,
    name: &'g str,
    version: &'g str,
    vendor: Vendor<'g>,
}

#[derive(Serialize)]
struct Vendor<'g> {
    name: &'g str,
}

#[derive(Serialize)]
struct Message {
    level: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Vulnerability<'g> {
    id: String,
    name: String,
    description: &'g str,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    solution: Option<String>,
    location: Location<'g>,
    identifiers: Vec<Identifier<'g>>,
    links: Vec<Link<'g>>,
}

#[derive(Serialize)]
struct Location<'g> {
    dependency: Dependency<'g>,
    operating_system: String,
    image: &'g str,
}

#[derive(Serialize)]
struct Dependency<'g> {
    package: Name<'g>,
    version: &'g str,
}

#[derive(Serialize)]
struct Name<'g> {
    name: &'g str,
}

#[derive(Serialize)]
struct Identifier<'g> {
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'g str,
    value: &'g str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'g str>,
}

#[derive(Serialize)]
struct Link<'g> {
    url: &'g str,
}

pub(super) fn write(gate: &Gate<'_>, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let bump = Bump::new();
    let convert = RefCell::new(Convert::new(options.places, &bump));
    let vulnerabilities = Vulnerabilities { gate, convert: &convert, seen: RefCell::default() };
    let report = Report { version: "15.0.7", scan: scan(gate), vulnerabilities };
    serde_json::to_writer(&mut *out, &report)?;
    writeln!(out)
}

fn scan<'g>(gate: &'g Gate<'_>) -> ScanOf<'g> {
    let times = || gate.scans.iter().filter_map(|scan| scan.created);
    // The format demands a time; a report without one is as old as can be.
    let time =
        |time: Option<Timestamp>| time.unwrap_or(Timestamp::UNIX_EPOCH).strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let problems = gate.scans.iter().flat_map(|scan| &scan.problems);
    let reasons = (gate.verdict.outcome == Outcome::Incomplete).then_some(&gate.verdict.reasons).into_iter().flatten();
    let fatal = |text: &String| Message { level: "fatal", value: text.clone() };
    let warning = |text: &String| Message { level: "warn", value: text.clone() };
    let first = gate.scans.first();
    let scanner = first.map_or("unknown", |scan| scan.scanner);
    let version = first.and_then(|scan| known(scan.scanner_version)).unwrap_or("unknown");
    let vendor = match scanner {
        "trivy" => "Aqua Security",
        "grype" => "Anchore",
        other => other,
    };
    let is_incomplete =
        gate.verdict.outcome == Outcome::Incomplete || gate.scans.iter().any(|scan| !scan.problems.is_empty());
    ScanOf {
        analyzer: Tool {
            id: gate.program,
            name: gate.program,
            version: gate.version,
            vendor: Vendor { name: "stepgate" },
        },
        scanner: Tool { id: scanner, name: scanner, version, vendor: Vendor { name: vendor } },
        kind: "container_scanning",
        start_time: time(times().min()),
        end_time: time(times().max()),
        status: if is_incomplete { "failure" } else { "success" },
        messages: reasons.chain(problems).map(fatal).chain(words::warnings(gate).iter().map(warning)).collect(),
    }
}

/// What the schema allows.
const NAME_CHARS: usize = 255;
const SOLUTION_CHARS: usize = 7_000;

fn cut(text: &str, chars: usize) -> String {
    findings::escape::cut(text, chars).into_owned()
}

/// The vulnerabilities, made one by one while they are written.
struct Vulnerabilities<'g, 'c> {
    gate: &'g Gate<'g>,
    convert: &'c RefCell<Convert<'g>>,
    /// How often each fingerprint was written: an id must be unique.
    seen: RefCell<FxHashMap<Fingerprint, u128>>,
}

impl Serialize for Vulnerabilities<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = self.gate.scans.iter().flat_map(|scan| scan.findings.iter().map(move |finding| (scan, finding)));
        let shown = all.filter(|(_, finding)| finding.kind == Kind::Vulnerability && !is_muted(finding));
        serializer.collect_seq(shown.map(|(scan, finding)| self.vulnerability(scan, finding)))
    }
}

impl<'g> Vulnerabilities<'g, '_> {
    fn vulnerability(&self, scan: &'g Scan<'g>, finding: &'g Finding<'g>) -> Vulnerability<'g> {
        let package = finding.package.copied().unwrap_or_default();
        let os = scan.os.map(|os| format!("{} {}", os.family, os.name));
        let solution = || format!("Upgrade {} to {}", package.name, finding.fixed_version);
        let link = web_link(finding.link);
        let aliases = finding.aliases.iter().map(|alias| identifier(alias, None));
        Vulnerability {
            id: self.id(fingerprint(&self.convert.borrow_mut().finding(scan, finding))),
            name: cut(&format!("{} in {}", finding.id, words::subject(finding)), NAME_CHARS),
            description: finding.title,
            severity: severity(finding),
            solution: finding.is_fixable().then(|| cut(&solution(), SOLUTION_CHARS)),
            location: Location {
                dependency: Dependency { package: Name { name: package.name }, version: package.version },
                operating_system: os.filter(|os| !os.trim().is_empty()).unwrap_or_else(|| "unknown".to_owned()),
                image: known(words::artifact(scan)).unwrap_or("unknown"),
            },
            identifiers: std::iter::once(identifier(finding.id, link)).chain(aliases).collect(),
            links: link.map(|url| Link { url }).into_iter().collect(),
        }
    }

    /// A UUID of version 8, RFC 9562: the same for the same package and id, whatever its version.
    fn id(&self, fingerprint: Fingerprint) -> String {
        const FREE: u128 = !(0xf << 76 | 0x3 << 62);
        let mut seen = self.seen.borrow_mut();
        let times = seen.entry(fingerprint).or_default();
        let bits = u128::from_be_bytes(fingerprint.0).wrapping_add(*times) & FREE | 0x8 << 76 | 0x2 << 62;
        *times += 1;
        let hex = format!("{bits:032x}");
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }
}

fn identifier<'g>(id: &'g str, url: Option<&'g str>) -> Identifier<'g> {
    let kind = match id.split('-').next() {
        Some("CVE") => "cve",
        Some("GHSA") => "ghsa",
        Some("DSA") => "dsa",
        Some("RHSA") => "rhsa",
        Some("ELSA") => "elsa",
        Some("USN") => "usn",
        Some("RUSTSEC") => "rustsec",
        _ => "other",
    };
    Identifier { kind, name: id, value: id, url }
}

/// The words of the format, which has one for what nobody has rated.
fn severity(finding: &Finding<'_>) -> &'static str {
    match finding.severity {
        None => "Unknown",
        Some(Severity::Critical) => "Critical",
        Some(Severity::High) => "High",
        Some(Severity::Medium) => "Medium",
        Some(Severity::Low) => "Low",
        Some(Severity::Info) => "Info",
    }
}
