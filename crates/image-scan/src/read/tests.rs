//! What the readers make of the quirks of reports.

use findings::Severity;
use proptest::prelude::*;

use super::*;
use crate::model::{Class, Finding, Kind, Status};

const TRIVY_REPORT: &str = include_str!("../../../../fuzz/seeds/read-scan/trivy.json");
const GRYPE_REPORT: &str = include_str!("../../../../fuzz/seeds/read-scan/grype.json");

fn reading_with<R>(bytes: &[u8], list_packages: bool, look: impl FnOnce(Result<Scan<'_>, String>) -> R) -> R {
    let bump = Bump::new();
    let arena = Arena::new(&bump);
    let context = Context { arena: &arena, bump: &bump, list_packages };
    look(read(&mut &bytes[..], &context).map_err(|error| error.what))
}

fn reading<R>(text: &str, look: impl FnOnce(Scan<'_>) -> R) -> R {
    reading_with(text.as_bytes(), false, |scan| look(scan.unwrap()))
}

fn refusal(text: &str) -> String {
    reading_with(text.as_bytes(), false, |scan| scan.unwrap_err())
}

/// A report with one result that holds `members`.
fn result(members: &str) -> String {
    format!(r#"{{"SchemaVersion":2,"Results":[{{"Target":"app/composer.lock",{members}}}]}}"#)
}

/// A report with one vulnerability that has `members` besides its id and its package.
fn vulnerability<R>(members: &str, look: impl FnOnce(&Finding<'_>, &Scan<'_>) -> R) -> R {
    let vulnerability = format!(r#"{{"VulnerabilityID":"CVE-1","PkgName":"a"{members}}}"#);
    reading(&result(&format!(r#""Class":"lang-pkgs","Vulnerabilities":[{vulnerability}]"#)), |scan| {
        look(&scan.findings[0], &scan)
    })
}

#[test]
fn a_report_of_trivy_is_read_with_everything_in_it() {
    reading(TRIVY_REPORT, |scan| {
        assert_eq!((scan.scanner, scan.scanner_version, scan.artifact), ("trivy", "0.76.0", "web.tar"));
        assert_eq!((scan.image_id, scan.repo_tags.as_slice()), ("sha256:aa", &["registry.local/web:1"][..]));
        assert_eq!(scan.created.unwrap().to_string(), "2026-11-20T10:00:00.123456789Z");
        assert!(scan.os.unwrap().end_of_life);
        assert_eq!((scan.packages, scan.targets.len(), scan.listed.len()), (2, 4, 0));
        let found: Vec<_> = scan.findings.iter().map(|finding| (finding.kind, finding.id)).collect();
        let wanted = [
            (Kind::Vulnerability, "CVE-2099-0001"),
            (Kind::Vulnerability, "CVE-2099-0002"),
            (Kind::Vulnerability, "CVE-2099-0003"),
            (Kind::Misconfiguration, "DS002"),
            (Kind::Misconfiguration, "DS004"),
            (Kind::Secret, "aws-access-key-id"),
            (Kind::License, "GPL-3.0-only"),
        ];
        assert_eq!(found, wanted);
        let first = &scan.findings[0];
        assert_eq!((first.cvss, first.worst), (Some(81), Some(Severity::Critical)));
        assert_eq!((first.aliases, first.title), (&["DSA-1-1"][..], "bash: “quoted”"));
        assert_eq!((first.target.class, first.path), (Class::OsPackages, ""));
        assert_eq!(first.layer.unwrap().created_by, "/bin/sh -c make");
        assert_eq!(first.package.unwrap().purl, "pkg:deb/debian/bash@5.2");
        assert_eq!(scan.findings[2].suppressed.unwrap().statement, "vulnerable_code_not_present");
        assert_eq!(scan.findings[4].suppressed.unwrap().status, "exception");
        assert_eq!((scan.findings[5].path, scan.findings[5].line), ("/app/.env", 2));
        assert!(scan.problems.is_empty() && scan.notes.is_empty(), "{:?} {:?}", scan.problems, scan.notes);
    });
}

#[test]
fn neither_secrets_nor_the_environment_of_the_image_are_kept() {
    reading(TRIVY_REPORT, |scan| assert!(!format!("{scan:?}").contains("hunter2")));
}

#[test]
fn a_check_is_found_by_each_name_that_it_ever_had() {
    reading(TRIVY_REPORT, |scan| {
        assert_eq!(scan.findings[3].aliases, ["AVD-DS-0002", "DS-0002"]);
        assert_eq!(scan.findings[3].title, "Image user should not be 'root': Specify a USER");
        assert_eq!((scan.findings[3].path, scan.findings[3].line, scan.findings[3].end_line), ("Dockerfile", 3, 4));
    });
    let newer = result(r#""Class":"config","Misconfigurations":[{"ID":"DS-0002"},{"ID":"custom/check"}]"#);
    reading(&newer, |scan| {
        assert_eq!(scan.findings[0].aliases, ["AVD-DS-0002", "DS002"]);
        assert!(scan.findings[1].aliases.is_empty());
    });
}

#[test]
fn packages_are_listed_where_they_are_wanted() {
    reading_with(TRIVY_REPORT.as_bytes(), true, |scan| {
        let scan = scan.unwrap();
        let listed: Vec<_> = scan.listed.iter().map(|package| (package.name, package.version)).collect();
        assert_eq!(listed, [("bash", "1:5.2-2"), ("curl", "8")]);
    });
}

#[test]
fn a_report_of_grype_is_read_with_everything_in_it() {
    reading(GRYPE_REPORT, |scan| {
        assert_eq!((scan.scanner, scan.scanner_version, scan.artifact), ("grype", "0.90.0", "web:1"));
        assert_eq!(scan.database_built.unwrap().to_string(), "2026-11-19T01:02:03Z");
        assert_eq!(scan.diff_ids, ["sha256:01"]);
        let first = &scan.findings[0];
        assert_eq!((first.severity, first.worst), (Some(Severity::Info), Some(Severity::High)));
        assert_eq!((first.fixed_version, first.status), ("1.2.1, 2.0.0", Status::WillNotFix));
        assert_eq!((first.aliases, first.cvss, first.epss), (&["CVE-2099-0001"][..], Some(82), Some(0.03)));
        assert_eq!((first.title, first.path, first.kev), ("A flaw.", "/app/package.json", true));
        assert_eq!((first.target.class, first.target.ecosystem), (Class::LanguagePackages, "npm"));
        let second = &scan.findings[1];
        assert_eq!((second.severity, second.suppressed.unwrap().status), (None, "not_affected"));
        assert_eq!((second.target.class, second.target.ecosystem), (Class::OsPackages, "debian"));
    });
}

#[test]
fn the_order_of_keys_does_not_matter() {
    let text = r#"{"Results":[{"Vulnerabilities":[{"PkgName":"a","VulnerabilityID":"CVE-1",
        "Layer":{"DiffID":"sha256:1"}}],
        "Type":"npm","Class":"lang-pkgs","Target":"package-lock.json"}],
        "Metadata":{"ImageConfig":{"rootfs":{"diff_ids":["sha256:1"]},"history":[{"created_by":"COPY . ."}]}},
        "SchemaVersion":2}"#;
    reading(text, |scan| {
        let finding = &scan.findings[0];
        assert_eq!((finding.target.name, finding.target.ecosystem), ("package-lock.json", "npm"));
        assert_eq!(finding.path, "package-lock.json");
        assert_eq!(finding.layer.unwrap().created_by, "COPY . .");
    });
}

#[test]
fn the_list_of_old_versions_is_read() {
    let text = r#"[{"Target":"a.tar (alpine 3.10.2)","Vulnerabilities":[{"VulnerabilityID":"CVE-1","PkgName":"musl",
        "References":null,"FixedVersion":"1"}]},{"Target":"Gemfile.lock","Vulnerabilities":null}]"#;
    reading(text, |scan| {
        assert_eq!((scan.scanner, scan.scanner_version, scan.targets.len()), ("trivy", "", 2));
        assert_eq!((scan.targets[0].class, scan.targets[0].ecosystem), (Class::OsPackages, "alpine"));
        assert_eq!(scan.findings[0].status, Status::Fixed);
    });
}

#[test]
fn a_status_that_is_not_told_follows_from_the_fix() {
    vulnerability("", |finding, _| assert_eq!(finding.status, Status::Affected));
    vulnerability(r#","FixedVersion":"2""#, |finding, _| assert_eq!(finding.status, Status::Fixed));
}

#[test]
fn a_severity_that_nobody_knows_is_unknown_and_noted_once() {
    let odd = r#"{"VulnerabilityID":"CVE-1","PkgName":"a","Severity":"Scary"}"#;
    reading(&result(&format!(r#""Vulnerabilities":[{odd},{odd}]"#)), |scan| {
        assert_eq!(scan.findings[0].severity, None);
        assert_eq!(scan.notes, ["severity `Scary`: not known, taken for unknown"]);
    });
}

#[test]
fn newer_scores_count_before_higher_ones() {
    let scores = r#","CVSS":{"a":{"V2Score":10,"V3Score":9.8},"b":{"V40Score":6.9}}"#;
    vulnerability(scores, |finding, _| assert_eq!(finding.cvss, Some(69)));
}

#[test]
fn no_date_and_the_year_one_are_no_date() {
    vulnerability(r#","PublishedDate":"0001-01-01T00:00:00Z""#, |finding, _| assert_eq!(finding.published, None));
    let blank = r#"{"SchemaVersion":2,"CreatedAt":"yesterday"}"#;
    reading(blank, |scan| {
        assert_eq!(scan.created, None);
        assert_eq!(scan.notes, ["CreatedAt `yesterday`: not known, taken for unknown"]);
    });
}

#[test]
fn errors_say_where_in_the_document() {
    let missing = result("\n\"Vulnerabilities\":[{\"VulnerabilityID\":\"CVE-1\"}]");
    assert_eq!(
        refusal(&missing),
        "not a usable report of Trivy: Results[0].Vulnerabilities[0]: PkgName is missing of CVE-1 (line 2, column 20)"
    );
    let wrong = result("\n\"Vulnerabilities\":[\n{\"VulnerabilityID\":\"CVE-1\",\"PkgName\":\"a\",\"Severity\":7}]");
    assert_eq!(
        refusal(&wrong),
        "not a usable report of Trivy: Results[0].Vulnerabilities[0].Severity: invalid type: integer `7`, expected a \
         string (line 3, column 53)"
    );
    let list = result(r#""Vulnerabilities":{}"#);
    assert!(refusal(&list).contains("Results[0].Vulnerabilities: expected a list"), "{}", refusal(&list));
}

#[test]
fn what_contradicts_itself_is_refused() {
    let twice = result(r#""Vulnerabilities":[],"Vulnerabilities":[]"#);
    assert!(refusal(&twice).contains("`Vulnerabilities` is there twice"), "{}", refusal(&twice));
    let twice = r#"{"SchemaVersion":2,"Results":[],"Results":[]}"#;
    assert!(refusal(twice).contains("`Results` is there twice"), "{}", refusal(twice));
    assert!(refusal(r#"{"SchemaVersion":2,"matches":[]}"#).contains("cannot be of Trivy and of grype"));
}

#[test]
fn other_documents_are_told_apart() {
    for (text, wanted) in [
        ("", "empty: Trivy was stopped or never ran"),
        (" \n", "empty: Trivy was stopped or never ran"),
        ("\u{feff}", "empty: Trivy was stopped or never ran"),
        ("{}", "neither a report of Trivy"),
        ("[]", "it is empty"),
        ("null", "not JSON"),
        (r#"[{"SchemaVersion":"2018-10-08"}]"#, "missing field `Target`"),
        (r#"{"Results":[]}"#, "missing field `SchemaVersion`"),
        (r#"{"SchemaVersion":3}"#, "3 is not a version that stepgate knows"),
        (r#"{"bomFormat":"CycloneDX"}"#, "CycloneDX"),
        (r#"{"spdxVersion":"SPDX-2.3"}"#, "SPDX"),
        (r#"{"version":"2.1.0","runs":[]}"#, "SARIF"),
        (r#"{"ClusterName":"a"}"#, "cluster"),
        (r#"{"ID":"docker-cis","Title":"CIS","SummaryControls":[]}"#, "compliance"),
        ("<html>", "XML or HTML"),
        ("{\0\"\0", "UTF-16"),
        ("2026-11-20 INFO Detected OS", "not JSON"),
        (r#"{"matches":[]}"#, "missing field `descriptor`"),
        (r#"{"descriptor":{"name":"grype"}}"#, "missing field `matches`"),
    ] {
        let why = refusal(text);
        assert!(why.contains(wanted), "{text}: {why}");
    }
}

#[test]
fn a_mark_before_the_document_is_no_harm() {
    reading(&format!("\u{feff}{TRIVY_REPORT}"), |scan| assert_eq!(scan.findings.len(), 7));
}

#[test]
fn what_stands_before_the_cut_is_shown_as_incomplete() {
    let cut = TRIVY_REPORT.find("CVE-2099-0002").unwrap();
    reading(&TRIVY_REPORT[..cut], |scan| {
        assert_eq!(scan.findings.len(), 1);
        assert_eq!(scan.findings[0].target.name, "web.tar (debian 12.15)");
        assert!(scan.problems[0].contains("in Results[0].Vulnerabilities[1]"), "{:?}", scan.problems);
        assert!(
            scan.problems[0].starts_with("the report of Trivy is cut short: it ends at line 4"),
            "{:?}",
            scan.problems
        );
    });
}

#[test]
fn what_stands_behind_the_document_is_a_problem() {
    reading(&format!("{TRIVY_REPORT}{{}}"), |scan| {
        assert!(scan.problems[0].contains("more behind the end of the document"), "{:?}", scan.problems);
    });
}

#[test]
fn values_larger_than_the_window_are_read() {
    let long = "x\\n".repeat(1 << 20);
    let one = format!(r#"{{"VulnerabilityID":"CVE-1","PkgName":"a","References":["{long}"]}}"#);
    reading(&result(&format!(r#""Vulnerabilities":[{one},{one}]"#)), |scan| {
        assert_eq!(scan.findings.len(), 2);
        assert!(scan.problems.is_empty());
    });
}

#[test]
fn hostile_documents_are_refused_with_the_place() {
    let deep = |open: &str| format!("{{\"SchemaVersion\":2,\"Odd\":{}", open.repeat(100_000));
    for (text, wanted) in [
        ("[".repeat(100_000), "cut short: it ends at line 1, column"),
        (deep("["), "cut short: it ends at line 1, column"),
        (deep("{\"a\":"), "cut short: it ends at line 1, column"),
        (r#"{"SchemaVersion":2,"Results":{}}"#.to_owned(), "Results: expected a list (line 1, column 30)"),
        (r#"{"SchemaVersion":2,"Results":"a"}"#.to_owned(), "Results: expected a list (line 1, column 30)"),
        (r#"{"SchemaVersion":1e999}"#.to_owned(), "(line 1, column"),
        (r#"{"SchemaVersion":99999999999999999999999}"#.to_owned(), "(line 1, column"),
        ("{\"SchemaVersion\":2,\0\"Results\":[]}".to_owned(), "expected a key in quotes (line 1, column 20)"),
        (
            format!("{{\"SchemaVersion\":2,{}", "\"a\":1,".repeat(300_000)),
            "cut short: it ends at line 1, column 1800020",
        ),
        (
            r#"{"SchemaVersion":2}{"SchemaVersion":2}"#.to_owned(),
            "more behind the end of the document (line 1, column 20)",
        ),
        ("{\"SchemaVersion\":2}\nnull".to_owned(), "more behind the end of the document (line 2, column 1)"),
    ] {
        let why = refusal(&text);
        assert!(why.contains(wanted), "{}: {why}", &text[..text.len().min(40)]);
    }
    for bytes in [&b"\xff\xfe{\0}\0"[..], b"\xfe\xff\0{\0}", b"\0\0\0{"] {
        reading_with(bytes, false, |scan| assert!(scan.unwrap_err().contains("UTF-16")));
    }
}

#[test]
fn odd_text_is_refused_or_kept_but_never_the_end_of_reading() {
    for title in [r"\ud800", r"\udc00\ud800", "\\u0000", "a\\u0000b"] {
        let one = format!(r#"{{"VulnerabilityID":"CVE-1","PkgName":"a","Title":"{title}"}}"#);
        let report = result(&format!(r#""Vulnerabilities":[{one}]"#));
        reading_with(report.as_bytes(), false, |scan| match scan {
            Ok(scan) => assert_eq!(scan.findings.len(), 1, "{title}"),
            Err(why) => assert!(why.contains("Results[0].Vulnerabilities[0].Title"), "{title}: {why}"),
        });
    }
    let mut report = result(r#""Vulnerabilities":[{"VulnerabilityID":"CVE-X","PkgName":"a"}]"#).into_bytes();
    let place = report.iter().position(|byte| *byte == b'X').unwrap();
    report[place] = 0xff;
    reading_with(&report, false, |scan| assert!(scan.unwrap_err().contains("(line 1, column")));
}

/// Hands out at most so many bytes at a time.
struct Pieces<'b>(&'b [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = buffer.len().min(self.1);
        self.0.read(&mut buffer[..length])
    }
}

proptest! {
    #[test]
    fn a_report_that_is_cut_anywhere_is_never_complete(place in 0.0..1.0_f64, is_grype: bool) {
        let report = if is_grype { GRYPE_REPORT } else { TRIVY_REPORT }.trim_end();
        let cut = (report.len() as f64 * place) as usize;
        let is_complete = |scan: Result<Scan<'_>, String>| scan.is_ok_and(|scan| scan.problems.is_empty());
        let complete = reading_with(&report.as_bytes()[..cut], false, is_complete);
        prop_assert!(!complete, "cut at {}", cut);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(place in 0.0..1.0_f64, bytes: [u8; 3], is_grype: bool) {
        let mut report = if is_grype { GRYPE_REPORT } else { TRIVY_REPORT }.as_bytes().to_vec();
        let start = ((report.len() - 3) as f64 * place) as usize;
        report[start..start + 3].copy_from_slice(&bytes);
        reading_with(&report, true, |_| ());
        reading_with(&bytes, true, |_| ());
    }

    #[test]
    fn the_sizes_of_the_pieces_do_not_matter(size in 1..5000_usize) {
        let bump = Bump::new();
        let arena = Arena::new(&bump);
        let context = Context { arena: &arena, bump: &bump, list_packages: true };
        let scan = read(&mut Pieces(TRIVY_REPORT.as_bytes(), size), &context).unwrap();
        prop_assert_eq!(scan.findings.len(), 7);
        prop_assert!(scan.problems.is_empty());
    }
}
