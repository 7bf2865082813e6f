use jiff::civil::Date;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::fixture;
use crate::model::{Class, Kind, Package, Target};

const TODAY: &str = "2026-11-24";

fn today() -> Date {
    TODAY.parse().unwrap()
}

fn exception(change: serde_json::Value) -> Exception {
    let mut entry = json!({ "id": "CVE-1", "reason": "not reachable", "owner": "sec", "expires": "2026-12-31" });
    entry.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    serde_json::from_value(entry).unwrap()
}

fn error(yaml: &str) -> String {
    from_yaml(yaml.as_bytes()).map_or_else(|error| error, |list| format!("{} entries", list.len()))
}

#[test]
fn an_exception_says_who_why_and_until_when() {
    let shown = [
        "- {id: CVE-1, reason: r, owner: o, expires: 2026-12-31}",
        "exceptions:\n  - id: CVE-1\n    reason: r\n    owner: o\n    expires: 2026-12-31\n    version: [\"1.10\", 2.0.1]\n",
        "",
        "exceptions:\n",
        "- {id: CVE-1, reason: r, owner: o}",
        "- {id: CVE-1, reason: r, expires: 2026-12-31}",
        "- {id: CVE-1, owner: o, expires: 2026-12-31}",
        "- {id: CVE-1, reason: ' ', owner: o, expires: 2026-12-31}",
        "- id: CVE-1\n  reason: r\n  owner: o\n  expires_at: 2026-12-31",
        "- {id: CVE-*, reason: r, owner: o, expires: 2026-12-31}",
        "- {id: '', reason: r, owner: o, expires: 2026-12-31}",
        "- {id: CVE-1, reason: r, owner: o, expires: 2026-02-30}",
        "- {id: CVE-1, reason: r, owner: o, expires: 2026-12-31T10:00}",
        "- {id: CVE-1, reason: r, owner: o, expires: 2026-12-31, version: 1.10}",
        "- {id: CVE-1, reason: r, owner: o, expires: 2026-12-31, version: []}",
        "- {id: CVE-1, reason: r, owner: o, expires: 2026-12-31, purl: curl}",
        "- {id: CVE-1, reason: r, owner: o, expires: 2026-12-31, kind: virus}",
        "- {id: CVE-1, id: CVE-2, reason: r, owner: o, expires: 2026-12-31}",
        "vulnerabilities: []",
        "text",
        "- [",
    ]
    .map(error);
    insta::assert_snapshot!(shown.join("\n"), @r#"
        1 entries
        1 entries
        0 entries
        0 entries
        line 1, column 26: missing field `expires`
        line 1, column 26: missing field `owner`
        line 1, column 25: missing field `reason`
        line 1, column 23: it is empty
        line 4, column 3: unknown field `expires_at`, expected one of id, kind, package, purl, path, image, version, reason, owner, ticket, expires, created
        line 1, column 8: `CVE-*` looks like a glob; an exception is for one id
        line 1, column 8: it is empty; write the id as the reports show it
        line 1, column 45: `2026-02-30` is no day: parsed date is not valid: parameter 'day' for `2026-02` is invalid, must be in range `1..=28`
        line 1, column 45: `2026-12-31T10:00` is no day; write it as `2026-12-31`
        line 1, column 57: invalid type: floating point `1.1`, expected a version in quotes, or a list of versions
        line 1, column 66: the list is empty
        line 1, column 63: `curl` is no package URL: it does not begin with `pkg:`
        line 1, column 63: unknown variant `virus`, expected one of vulnerability, misconfiguration, secret, license
        line 1, column 15: duplicate mapping key `id` is not allowed here
        line 1, column 1: unknown field `vulnerabilities`, expected one of exceptions
        invalid type: string "text", expected a list of exceptions, or `exceptions:` with that list
        line 1, column 3: unclosed bracket '['
        "#);
}

#[test]
fn an_exception_is_written_as_it_is_read() {
    let entry = exception(
        json!({ "kind": "secret", "purl": "pkg:npm/x@1", "path": "app/**", "image": "*/web", "package": "lib*",
        "version": ["1", "2"], "ticket": "OPS-1", "created": "2026-01-01" }),
    );
    let value = serde_json::to_value(&entry).unwrap();
    assert_eq!(serde_json::from_value::<Exception>(value).unwrap(), entry);
    assert_eq!(entry.words(), "exception `CVE-1` until 2026-12-31 (owner sec, OPS-1): not reachable");
}

fn is_found(entry: serde_json::Value) -> bool {
    let target = Target { name: "Node.js", class: Class::LanguagePackages, ecosystem: "npm" };
    let package = Package {
        name: "lodash",
        version: "4.17.4",
        purl: "pkg:npm/lodash@4.17.4",
        path: "app/node_modules/lodash/package.json",
    };
    let mut finding = fixture::finding("CVE-1", &target, Some(&package));
    finding.aliases = &["GHSA-x"];
    let mut scan = Scan::new("trivy");
    scan.artifact = "web.tar";
    scan.repo_tags = vec!["host:5000/team/web:1.2"];
    Exceptions::new(vec![exception(entry)], today()).find(&finding, &scan).is_some()
}

#[test]
fn every_condition_that_is_given_has_to_hold() {
    for entry in [
        json!({}),
        json!({ "id": "cve-1" }),
        json!({ "id": "ghsa-X" }),
        json!({ "kind": "vulnerability" }),
        json!({ "package": "lod*" }),
        json!({ "purl": "pkg:npm/lodash" }),
        json!({ "purl": "pkg:npm/lodash@4.17.4", "version": "4.17.4" }),
        json!({ "version": ["1", "4.17.4"] }),
        json!({ "path": "app/**" }),
        json!({ "path": "**/package.json" }),
        json!({ "image": "host:5000/team/web" }),
        json!({ "image": "*/web:1.*" }),
        json!({ "image": "web.tar" }),
        json!({ "expires": TODAY }),
    ] {
        assert!(is_found(entry.clone()), "{entry}");
    }
    for entry in [
        json!({ "id": "CVE-2" }),
        json!({ "id": "CVE-10" }),
        json!({ "kind": "secret" }),
        json!({ "package": "underscore" }),
        json!({ "purl": "pkg:npm/lodash@4.17.5" }),
        json!({ "purl": "pkg:npm/%40x/lodash" }),
        json!({ "version": "4.17" }),
        json!({ "path": "srv/**" }),
        json!({ "package": "lodash", "path": "srv/**" }),
        json!({ "image": "host:5000/team/api" }),
        json!({ "image": "host" }),
        json!({ "expires": "2026-11-23" }),
    ] {
        assert!(!is_found(entry.clone()), "{entry}");
    }
}

#[test]
fn conditions_on_packages_never_hold_without_one() {
    let target = Target::default();
    let mut finding = fixture::finding("CVE-1", &target, None);
    finding.kind = Kind::Misconfiguration;
    let scan = Scan::new("trivy");
    let found = |entry| Exceptions::new(vec![exception(entry)], today()).find(&finding, &scan).is_some();
    assert!(found(json!({})));
    for entry in [
        json!({ "package": "*" }),
        json!({ "purl": "pkg:npm/x" }),
        json!({ "version": "1" }),
        json!({ "path": "**" }),
        json!({ "image": "*" }),
    ] {
        assert!(!found(entry.clone()), "{entry}");
    }
}

#[test]
fn entries_that_ended_are_unused_shadowed_or_end_soon_are_told() {
    let entries = vec![
        exception(json!({ "id": "CVE-1", "expires": "2026-11-23" })),
        exception(json!({ "id": "CVE-2", "expires": "2026-01-01" })),
        exception(json!({ "id": "CVE-3", "expires": "2026-11-24" })),
        exception(json!({ "id": "CVE-3" })),
        exception(json!({ "id": "CVE-4" })),
        exception(json!({ "id": "CVE-5", "expires": "2026-12-08" })),
        exception(json!({ "id": "CVE-5", "expires": "2026-11-01" })),
        exception(json!({ "id": "CVE-6", "expires": "2026-12-09" })),
    ];
    let mut exceptions = Exceptions::new(entries, today());
    let (target, scan) = (Target::default(), Scan::new("trivy"));
    let mut excused = Vec::new();
    for id in ["CVE-1", "CVE-3", "CVE-5", "CVE-6", "CVE-9"] {
        excused.push(exceptions.find(&fixture::finding(id, &target, None), &scan).is_some());
    }
    assert_eq!(excused, [false, true, true, true, false]);
    let told = exceptions.usage();
    let told: Vec<_> = told.iter().map(|about| format!("{}: {}", about.lapse.as_str(), about.message)).collect();
    insta::assert_snapshot!(told.join("\n"), @"
        exception-expired: exception 1 (`CVE-1`) ended on 2026-11-23: 1 finding would still need it; fix or renew, sec
        exception-ended: exception 2 (`CVE-2`) ended on 2026-01-01: nothing needs it any more
        exception-ended: exception 7 (`CVE-5`) ended on 2026-11-01: other entries cover what it matches
        exception-unused: exception 5 (`CVE-4`) matches no finding: it can go, or it is misspelt
        exception-shadowed: exception 4 (`CVE-3`) only matches what an earlier exception excuses: it can go
        exception-ends-soon: exception 3 (`CVE-3`) ends on 2026-11-24: sec should fix or renew it
        exception-ends-soon: exception 6 (`CVE-5`) ends on 2026-12-08: sec should fix or renew it
        ");
}

const IGNORE: &str = "\
# vulnerabilities
CVE-2019-0001
CVE-2019-0004 exp:2027-01-01
CVE-2019-0005 exp=2027-01-01
CVE-2019-0006 exp:2026-02-30
cve-2019-0007 exp:2027-01-01 # not reachable
CVE-2019-0008 2027-01-01
";

#[test]
fn a_trivyignore_is_imported_with_its_traps() {
    let imported = import(IGNORE.as_bytes(), ".trivyignore");
    insta::assert_snapshot!(imported.traps.join("\n"), @"
        .trivyignore: line 4 (`CVE-2019-0005`): `exp=2027-01-01` is not `exp:…`: Trivy takes it for nothing and ignores the id for ever
        .trivyignore: line 5 (`CVE-2019-0006`): `2026-02-30` is no day: Trivy drops the line, and the finding counts
        .trivyignore: line 6 (`cve-2019-0007`): Trivy minds the case of ids, so this one matches nothing there; here it does
        .trivyignore: line 7 (`CVE-2019-0008`): `2027-01-01` is not `exp:…`: Trivy takes it for nothing and ignores the id for ever
        .trivyignore: line 2 (`CVE-2019-0001`): it has neither a reason nor an end; it excuses nothing here until it has both
        .trivyignore: line 3 (`CVE-2019-0004`): it has no reason; it excuses nothing here until it has both
        .trivyignore: line 4 (`CVE-2019-0005`): it has neither a reason nor an end; it excuses nothing here until it has both
        .trivyignore: line 5 (`CVE-2019-0006`): it has neither a reason nor an end; it excuses nothing here until it has both
        .trivyignore: line 7 (`CVE-2019-0008`): it has neither a reason nor an end; it excuses nothing here until it has both
        .trivyignore: line 3 (`CVE-2019-0004`): in Trivy an entry has ended when its day begins (midnight UTC); here 2027-01-01 is the last day of it, and so for all others
        ");
    let complete: Vec<_> = imported.exceptions.iter().flat_map(|draft| draft.complete(".trivyignore")).collect();
    assert_eq!(complete.len(), 1);
    assert_eq!(complete[0].words(), "exception `cve-2019-0007` until 2027-01-01 (owner .trivyignore): not reachable");
}

const IGNORE_YAML: &str = r#"
vulnerabilities:
  - id: CVE-1
    statement: not reachable
    expired_at: 2027-01-01
    paths: [app/a, "app/b/**"]
    purls: ["pkg:npm/x", "pkg:npm/y@1"]
  - id: CVE-2
    statement: for ever
    expires_at: 2027-01-01
  - id: CVE-3
    path: [app]
    statement: s
    expired_at: 2027-01-01
  - id: CVE-4
    statement: s
    expired_at: 2027-02-30
  - id: CVE-5
    statement: s
    expired_at: 2027-01-01T00:00:00Z
    purls: [curl]
  - paths: [x]
  - CVE-6
secrets:
  - id: generic
misconfiguration:
  - id: DS-0002
licenses: MIT
"#;

#[test]
fn a_trivyignore_yaml_is_imported_with_its_traps() {
    let imported = import(IGNORE_YAML.as_bytes(), ".trivyignore.yaml");
    insta::assert_snapshot!(imported.traps.join("\n"), @"
        .trivyignore.yaml: `licenses` is not a list; it excuses nothing here
        .trivyignore.yaml: there is no section `misconfiguration`: Trivy takes no notice of it, and of what is in it
        .trivyignore.yaml: vulnerabilities[0] (`CVE-1`): in Trivy `purls` also ignores packages that have no package URL; here it does not
        .trivyignore.yaml: vulnerabilities[1] (`CVE-2`): the key is `expired_at`, not `expires_at`: Trivy ignores the finding for ever
        .trivyignore.yaml: vulnerabilities[2] (`CVE-3`): there is no key `path`: Trivy takes no notice of it; it excuses nothing here
        .trivyignore.yaml: vulnerabilities[3] (`CVE-4`): `2027-02-30` is no day: Trivy does not take the file
        .trivyignore.yaml: vulnerabilities[4] (`CVE-5`): in Trivy `purls` also ignores packages that have no package URL; here it does not
        .trivyignore.yaml: vulnerabilities[5]: it has no `id`; it excuses nothing
        .trivyignore.yaml: vulnerabilities[6]: it is not a mapping with `id`; it excuses nothing here
        .trivyignore.yaml: secrets[0] (`generic`): it has neither a reason nor an end; it excuses nothing here until it has both
        .trivyignore.yaml: vulnerabilities[1] (`CVE-2`): it has no end; it excuses nothing here until it has both
        .trivyignore.yaml: vulnerabilities[3] (`CVE-4`): it has no end; it excuses nothing here until it has both
        .trivyignore.yaml: vulnerabilities[4] (`CVE-5`): `curl` is no package URL: it does not begin with `pkg:`; it excuses nothing here
        .trivyignore.yaml: vulnerabilities[0] (`CVE-1`): in Trivy an entry has ended when its day begins (midnight UTC); here 2027-01-01 is the last day of it, and so for all others
        ");
    let complete: Vec<_> = imported.exceptions.iter().flat_map(|draft| draft.complete("x")).collect();
    assert_eq!(complete.len(), 4);
    assert!(complete.iter().all(|entry| entry.id.as_str() == "CVE-1" && entry.path.is_some() && entry.purl.is_some()));
}

#[test]
fn drafts_are_refused_until_they_are_filled_in() {
    let imported = import(IGNORE_YAML.as_bytes(), ".trivyignore.yml");
    let yaml = to_yaml(&imported.exceptions);
    assert_eq!(error(&yaml), "line 4, column 13: it is empty");
    let filled = yaml
        .replace("expires: \"\"", "expires: 2027-01-01")
        .replace("\"\" #", "\"x\" #")
        .replace("\"curl\"", "\"pkg:deb/debian/curl\"");
    assert_eq!(error(&filled), "8 entries", "{filled}");
    assert_eq!(to_yaml(&[]), "exceptions: []\n");
    insta::assert_snapshot!(to_yaml(&imported.exceptions[4..]), @r#"
        exceptions:
          - id: "CVE-5"
            kind: vulnerability
            purl: "curl"
            reason: "s"
            owner: "" # who sees to it that it goes?
            expires: 2027-01-01
        "#);
}

#[test]
fn an_ignore_file_that_cannot_be_read_excuses_nothing() {
    for bytes in ["a: [", "- x", "\u{1}", "vulnerabilities: {}"] {
        let imported = import(bytes.as_bytes(), "x.yaml");
        assert!(imported.exceptions.is_empty());
        assert_eq!(imported.traps.len(), 1, "{bytes}: {:?}", imported.traps);
    }
}

proptest! {
    #[test]
    fn an_exception_excuses_no_other_id(id in "[A-Z]{1,3}-[0-9]{1,3}", other in "[A-Z]{1,3}-[0-9]{1,3}") {
        let (target, scan) = (Target::default(), Scan::new("trivy"));
        let mut exceptions = Exceptions::new(vec![exception(json!({ "id": id }))], today());
        let found = exceptions.find(&fixture::finding(&other, &target, None), &scan).is_some();
        prop_assert_eq!(found, id == other);
    }

    #[test]
    fn any_text_survives_the_way_through_yaml(
        id in "[^*?]{1,20}", reason in "\\PC{1,20}|[\\x00-\\x7f\u{80}-\u{9f}\u{2028}]{1,9}",
    ) {
        prop_assume!(!id.trim().is_empty() && !reason.trim().is_empty());
        let draft = Draft { id: id.clone(), reason: Some(reason.clone()), expires: Some(today()), ..Draft::default() };
        let yaml = to_yaml(&[draft]).replace("owner: \"\"", "owner: x");
        let read = from_yaml(yaml.as_bytes()).map_err(|error| TestCaseError::fail(format!("{error}\n{yaml}")))?;
        prop_assert_eq!(read[0].id.as_str(), id.trim());
        prop_assert_eq!(&read[0].reason, &reason);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60), at in 0..IGNORE_YAML.len()) {
        let whole = [&IGNORE_YAML.as_bytes()[..at], &bytes, &IGNORE_YAML.as_bytes()[at..]].concat();
        let _any = (import(&whole, "x.yaml"), import(&whole, "x"), from_yaml(&whole));
    }
}
