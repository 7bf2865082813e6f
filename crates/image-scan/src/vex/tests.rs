use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::fixture;
use crate::model::{Class, Package, Target};

const DIGEST: &str = "sha256:8731f656f7be1f442ddb0c311d83f1c73be99ef54ee71ae7f422693eb4d0068b";
const OTHER: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";
const CURL: Package<'_> = Package {
    name: "curl",
    version: "7.88",
    purl: "pkg:deb/debian/curl@7.88?arch=amd64&distro=debian-12.15",
    path: "",
};

/// A scan of a tar: it has no digest of a registry.
fn scan() -> Scan<'static> {
    let mut scan = Scan::new("trivy");
    scan.artifact = "web.tar";
    scan.image_id = DIGEST;
    scan.repo_tags = vec!["registry.local/team/web:1.2.3"];
    scan
}

fn excused_in(documents: &[Document], scan: &Scan<'_>) -> Option<String> {
    let target = Target { name: "web.tar (debian 12)", class: Class::OsPackages, ecosystem: "debian" };
    let mut finding = fixture::finding("CVE-1", &target, Some(&CURL));
    finding.aliases = &["DSA-1"];
    excuse(documents, &finding, scan)
}

fn excused(documents: &[Document]) -> Option<String> {
    excused_in(documents, &scan())
}

fn unused_in(documents: &[Document]) -> String {
    let target = Target::default();
    let mut scan = scan();
    scan.findings = vec![fixture::finding("CVE-1", &target, Some(&CURL))];
    unused(documents, &[scan]).join("\n")
}

fn parse(value: &Value) -> Document {
    read(value.to_string().as_bytes(), "vex.json").unwrap()
}

fn statement(product: Value, status: &str, time: Option<&str>) -> Value {
    json!({ "vulnerability": { "name": "CVE-1" }, "products": [product], "status": status, "timestamp": time,
        "justification": (status == "not_affected").then_some("component_not_present") })
}

fn openvex(statements: &[Value]) -> Document {
    parse(&json!({ "@context": "https://openvex.dev/ns/v0.2.0", "statements": statements }))
}

fn about(product: Value) -> Document {
    openvex(&[statement(product, "not_affected", None)])
}

fn of_product(id: &str) -> bool {
    excused(&[about(json!({ "@id": id }))]).is_some()
}

#[test]
fn a_package_is_meant_by_the_parts_that_are_given() {
    assert!(of_product("pkg:deb/debian/curl"));
    assert!(of_product("pkg:deb/debian/curl@7.88"));
    assert!(of_product("pkg:deb/debian/curl@7.88?arch=amd64"));
    assert!(!of_product("pkg:deb/debian/curl@7.89"));
    assert!(!of_product("pkg:deb/debian/curl?arch=arm64"));
    assert!(!of_product("pkg:deb/debian/libcurl4"));
    assert!(!of_product("pkg:deb/ubuntu/curl"));
}

#[test]
fn an_image_is_meant_by_digest_repository_or_tag_and_never_by_name() {
    assert!(of_product(&format!("pkg:oci/web@{DIGEST}")));
    assert!(of_product(&format!("pkg:oci/web@{}?repository_url=elsewhere/web&arch=amd64", DIGEST.replace(':', "%3A"))));
    assert!(of_product("pkg:oci/web?repository_url=registry.local%2Fteam%2Fweb"));
    assert!(of_product("pkg:oci/web?repository_url=registry.local/team"));
    assert!(of_product("pkg:oci/web?tag=1.2.3"));
    assert!(of_product("pkg:docker/team/web@1.2.3?repository_url=registry.local"));
    assert!(of_product("registry.local/team/web:1.2.3"));
    assert!(of_product(DIGEST));
    assert!(excused(&[about(json!({ "hashes": { "sha-256": DIGEST[7..].to_uppercase() } }))]).is_some());
    for id in [
        "pkg:oci/web",
        "pkg:oci/web@1.2.3",
        &format!("pkg:oci/web@{OTHER}?repository_url=registry.local/team/web&tag=1.2.3"),
        "pkg:oci/web?tag=1.2.4",
        "pkg:oci/api?tag=1.2.3",
        "pkg:oci/web?repository_url=registry.local/team/web&tag=1.2.4",
        "pkg:oci/web?repository_url=registry.local/team/web&arch=amd64",
        "pkg:oci/web?repository_url=team/web",
        "pkg:docker/team/web@1.2.3",
        "registry.local/team/web:1.2.4",
        "https://registry.local/team/web",
        "web",
        OTHER,
        "",
    ] {
        assert!(!of_product(id), "{id}");
    }
}

#[test]
fn a_pulled_image_is_known_by_its_digest() {
    let mut pulled = scan();
    pulled.repo_digests =
        vec!["registry.local/team/web@sha256:1111111111111111111111111111111111111111111111111111111111111111"];
    let digest = format!("sha256:{}", "1".repeat(64));
    let document = [about(json!({ "@id": format!("pkg:oci/web@{digest}") }))];
    assert!(excused_in(&document, &pulled).is_some());
    assert!(excused(&document).is_none());
    let mut hub = scan();
    hub.repo_tags = vec!["debian:12"];
    let document = [about(json!({ "@id": "pkg:oci/debian?repository_url=index.docker.io/library/debian" }))];
    assert!(excused_in(&document, &hub).is_some());
}

#[test]
fn parts_narrow_a_statement_down() {
    let in_image = |part: &str| {
        let image = format!("pkg:oci/web@{DIGEST}");
        excused(&[about(json!({ "@id": image, "subcomponents": [{ "@id": part }] }))]).is_some()
    };
    assert!(in_image("pkg:deb/debian/curl"));
    assert!(!in_image("pkg:deb/debian/apt"));
    // What cannot be read does not widen it to the whole image.
    assert!(!in_image("pkg:deb"));
    assert!(!in_image("curl"));
    let in_package = json!({ "@id": "pkg:deb/debian/apt", "subcomponents": [{ "@id": "pkg:deb/debian/curl" }] });
    assert!(excused(&[about(in_package)]).is_none());
}

#[test]
fn the_latest_statement_decides() {
    let curl = || json!({ "@id": "pkg:deb/debian/curl" });
    let (old, new) = (Some("2026-01-01T00:00:00Z"), Some("2026-01-01T02:00:00+01:00"));
    let says = |list: &[(&str, Option<&str>)]| {
        let list: Vec<_> = list.iter().map(|(status, time)| statement(curl(), status, *time)).collect();
        let together = excused(&[openvex(&list)]).is_some();
        let apart: Vec<_> = list.iter().rev().map(|one| openvex(std::slice::from_ref(one))).collect();
        assert_eq!(together, excused(&apart).is_some());
        together
    };
    assert!(says(&[("not_affected", None)]));
    assert!(says(&[("fixed", None)]));
    assert!(!says(&[("affected", None)]));
    assert!(!says(&[("not_affected", old), ("under_investigation", new)]));
    assert!(says(&[("not_affected", new), ("under_investigation", old)]));
    assert!(says(&[("not_affected", old), ("affected", None)]));
    assert!(!says(&[("not_affected", old), ("affected", old)]));
    assert!(!says(&[("not_affected", None), ("fixed", None), ("affected", None)]));
}

#[test]
fn a_newer_statement_about_something_else_changes_nothing() {
    let about = |id: &str, status, time| statement(json!({ "@id": id }), status, Some(time));
    let document = openvex(&[
        about("pkg:deb/debian/curl", "not_affected", "2026-01-01T00:00:00Z"),
        about("pkg:deb/debian/apt", "affected", "2026-02-01T00:00:00Z"),
    ]);
    assert!(excused(&[document]).is_some());
}

#[test]
fn a_statement_without_grounds_is_refused() {
    let mut bare = statement(json!({ "@id": "pkg:deb/debian/curl" }), "not_affected", None);
    bare["justification"] = json!(null);
    bare["impact_statement"] = json!(" ");
    bare["status_notes"] = json!("trust us");
    let document = openvex(&[bare]);
    assert_eq!(
        document.warnings,
        [
            "vex.json: statements[0]: `CVE-1` is not_affected without justification or impact_statement; it excuses nothing"
        ]
    );
    assert!(excused(&[document]).is_none());
}

#[test]
fn every_name_of_a_vulnerability_counts_in_any_case() {
    for vulnerability in [
        json!({ "name": "cve-1" }),
        json!({ "name": "x", "aliases": ["DSA-1"] }),
        json!({ "@id": "https://nvd.nist.gov/vuln/detail/CVE-1" }),
        json!("CVE-1"),
    ] {
        let mut statement = statement(json!("pkg:deb/debian/curl"), "not_affected", None);
        statement["vulnerability"] = vulnerability.clone();
        let words = excused(&[openvex(&[statement])]);
        assert_eq!(
            words.as_deref(),
            Some("VEX statements[0] of `vex.json`: not affected: component_not_present"),
            "{vulnerability}"
        );
    }
}

/// curl as a part of another product.
fn part_of(product: &str) -> Value {
    json!({ "product_reference": "curl", "relates_to_product_reference": product,
        "full_product_name": { "product_id": format!("{product}:curl") } })
}

fn csaf(status: &str, product: &str, flags: Value) -> Document {
    parse(&json!({
        "document": { "category": "csaf_vex", "csaf_version": "2.0",
            "tracking": { "current_release_date": "2026-01-01T00:00:00Z" } },
        "product_tree": {
            "branches": [{ "branches": [{ "product": { "product_id": "curl", "product_identification_helper":
                { "purl": "pkg:deb/debian/curl@7.88" } } }] }],
            "full_product_names": [
                { "product_id": "web", "product_identification_helper": { "purl": format!("pkg:oci/web@{DIGEST}") } },
                { "product_id": "api", "product_identification_helper": { "purl": format!("pkg:oci/api@{OTHER}") } },
                { "product_id": "debian", "product_identification_helper": { "cpe": "cpe:/o:debian:debian_linux:12" } },
            ],
            "relationships": [
                part_of("web"), part_of("api"), part_of("debian"),
            ],
            "product_groups": [{ "group_id": "all", "product_ids": ["curl", "web:curl"] }],
        },
        "vulnerabilities": [{ "cve": "CVE-1", "product_status": { status: [product] }, "flags": flags }],
    }))
}

#[test]
fn csafs_products_are_found_through_branches_and_relationships() {
    let flags = || json!([{ "label": "component_not_present" }]);
    for product in ["curl", "web", "web:curl", "debian:curl"] {
        assert!(excused(&[csaf("known_not_affected", product, flags())]).is_some(), "{product}");
        assert!(excused(&[csaf("fixed", product, json!([]))]).is_some(), "{product}");
        assert!(excused(&[csaf("known_affected", product, flags())]).is_none(), "{product}");
        assert!(excused(&[csaf("under_investigation", product, flags())]).is_none(), "{product}");
    }
    for product in ["api", "api:curl", "debian", "nothing"] {
        assert!(excused(&[csaf("known_not_affected", product, flags())]).is_none(), "{product}");
    }
}

#[test]
fn csafs_flags_are_about_the_products_that_they_name() {
    let flag = |key: &str, value: Value| json!([{ "label": "component_not_present", key: value }]);
    assert!(excused(&[csaf("known_not_affected", "curl", flag("product_ids", json!(["curl"])))]).is_some());
    assert!(excused(&[csaf("known_not_affected", "curl", flag("group_ids", json!(["all"])))]).is_some());
    let other = csaf("known_not_affected", "curl", flag("product_ids", json!(["web"])));
    assert_eq!(other.warnings.len(), 1);
    assert!(excused(&[other]).is_none());
    assert!(excused(&[csaf("known_not_affected", "web", flag("group_ids", json!(["all"])))]).is_none());
}

fn cyclonedx(state: &str, bom_ref: &str, versions: Value) -> Document {
    parse(&json!({
        "bomFormat": "CycloneDX",
        "metadata": { "component": { "bom-ref": "root", "purl": format!("pkg:oci/web@{DIGEST}") } },
        "components": [{ "bom-ref": "a", "components": [{ "bom-ref": "b", "purl": "pkg:deb/debian/curl@7.88" }] }],
        "vulnerabilities": [{ "id": "CVE-1", "analysis": { "state": state, "justification": "code_not_reachable" },
            "affects": [{ "ref": bom_ref, "versions": versions }] }],
    }))
}

#[test]
fn cyclonedxs_references_are_components_links_or_purls() {
    for bom_ref in [
        "b",
        "root",
        "pkg:deb/debian/curl@7.88",
        "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg:deb/debian/curl@7.88?arch=amd64",
        "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg%3Adeb%2Fdebian%2Fcurl%407.88%3Farch%3Damd64",
        "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#b",
    ] {
        for state in ["not_affected", "resolved", "resolved_with_pedigree", "false_positive"] {
            assert!(excused(&[cyclonedx(state, bom_ref, json!([]))]).is_some(), "{state} {bom_ref}");
        }
        for state in ["exploitable", "in_triage"] {
            assert!(excused(&[cyclonedx(state, bom_ref, json!([]))]).is_none(), "{state} {bom_ref}");
        }
    }
    for bom_ref in ["a", "nothing", "", "pkg:deb/debian/curl@7.89", "pkg:deb"] {
        assert!(excused(&[cyclonedx("not_affected", bom_ref, json!([]))]).is_none(), "{bom_ref}");
    }
    let versions = |versions| excused(&[cyclonedx("not_affected", "pkg:deb/debian/curl", versions)]).is_some();
    assert!(versions(json!([{ "version": "7.88" }])));
    assert!(!versions(json!([{ "version": "7.87" }])));
    assert!(!versions(json!([{ "range": "vers:deb/<8" }])));
}

#[test]
fn what_is_no_vex_document_is_refused_with_the_place() {
    let shown = [
        "",
        "{",
        "{}",
        "[]",
        r#"{"spdxVersion":"SPDX-2.3"}"#,
        r#"{"SchemaVersion":2}"#,
        r#"{"payloadType":"application/vnd.in-toto+json"}"#,
        r#"{"document":{}}"#,
        r#"{"bomFormat":"CycloneDX"}"#,
        r#"{"bomFormat":"CycloneDX","vulnerabilities":[{"id":"CVE-1","analysis":{"state":"fine"}}]}"#,
        r#"{"@context":"https://openvex.dev/ns/v0.2.0"}"#,
        r#"{"statements":[{"vulnerability":{"name":"CVE-1"},"status":"fine"}]}"#,
        r#"{"statements":[{"vulnerability":{},"status":"fixed"}]}"#,
        r#"{"statements":[{"vulnerability":"CVE-1","status":"fixed","timestamp":"soon"}]}"#,
        r#"{"statements":[{"vulnerability":"CVE-1","status":"fixed","products":[7]}]}"#,
        r#"{"document":{"csaf_version":"2.0"},"vulnerabilities":[{"product_status":{"fixed":["x"]}}]}"#,
    ]
    .map(|text| read(text.as_bytes(), "x.json").unwrap_err());
    insta::assert_snapshot!(shown.join("\n"), @"
        x.json is not JSON: EOF while parsing a value at line 1 column 0
        x.json is not JSON: EOF while parsing an object at line 1 column 1
        x.json cannot be used: it is no VEX document: OpenVEX has `@context` and `statements`, CSAF `document.csaf_version`, CycloneDX `bomFormat`
        x.json cannot be used: it is no VEX document: OpenVEX has `@context` and `statements`, CSAF `document.csaf_version`, CycloneDX `bomFormat`
        x.json cannot be used: it is no VEX document: it is an SPDX bill of materials, which makes no statements
        x.json cannot be used: it is no VEX document: it looks like a report of a scanner, which goes elsewhere
        x.json cannot be used: it is no VEX document: it is an attestation; hand over the VEX document in it
        x.json cannot be used: it is no VEX document: it looks like CSAF, but has no `document.csaf_version`
        x.json cannot be used: it is a CycloneDX bill of materials without `analysis` of any vulnerability
        x.json cannot be used: vulnerabilities[0].analysis.state: unknown variant `fine`, expected one of `resolved`, `resolved_with_pedigree`, `exploitable`, `in_triage`, `false_positive`, `not_affected`
        x.json cannot be used: missing field `statements`
        x.json cannot be used: statements[0].status: unknown variant `fine`, expected one of `not_affected`, `affected`, `fixed`, `under_investigation`
        x.json cannot be used: statements[0].vulnerability: it has no name
        x.json cannot be used: statements[0].timestamp: `soon` is no time: failed to parse four digit integer as year: invalid digit, expected 0-9 but got s
        x.json cannot be used: statements[0].products[0]: invalid type: integer `7`, expected a component, or its package URL
        x.json cannot be used: vulnerabilities[0]: it has neither `cve` nor `ids`
        ");
    let empty = read(br#"{"statements":[]}"#, "x.json").unwrap();
    assert_eq!(empty.warnings, ["x.json has no statements; it excuses nothing"]);
}

#[test]
fn statements_that_match_nothing_are_told_with_the_reason() {
    let named = |id: &str| statement(json!({ "@id": id }), "not_affected", None);
    let mut other = named("pkg:deb/debian/curl");
    other["vulnerability"] = json!("CVE-2");
    let document = openvex(&[
        named("pkg:deb/debian/curl"),
        named("pkg:oci/web"),
        named(&format!("pkg:oci/web@{OTHER}")),
        named("pkg:oci/web?tag=1.2.3&arch=amd64"),
        named("pkg:deb/debian/curl@1"),
        named("pkg:deb/debian/apt"),
        named("pkg:deb"),
        other,
    ]);
    insta::assert_snapshot!(document.warnings.join("\n"), @"
        vex.json: statements[6].products[0]: `pkg:deb` is no package URL: it has no name; it should look like `pkg:deb/debian/curl`
        vex.json: statements[6].products[0]: it has no package URL, image or digest, and matches nothing
        ");
    insta::assert_snapshot!(unused_in(&[document]), @"
        vex.json: statements[1] about `CVE-1` matches no finding: its product is an image by name only; add the digest (for an image that was not pushed yet, that of its configuration), or `repository_url`, or `tag`
        vex.json: statements[2] about `CVE-1` matches no finding: its product is another image: no digest, repository or tag of this one is equal
        vex.json: statements[3] about `CVE-1` matches no finding: its product names a platform and no digest, and a scan does not tell the platform
        vex.json: statements[4] about `CVE-1` matches no finding: its package is here in another version, or with other qualifiers
        vex.json: statements[5] about `CVE-1` matches no finding: it is about another package
        vex.json: statements[6] about `CVE-1` matches no finding: its products have no name that can be used
        vex.json: 1 statement about vulnerabilities that were not found
        ");
}

proptest! {
    #[test]
    fn the_order_of_documents_and_statements_is_nothing(
        list in proptest::collection::vec((0..4_usize, 0..4_u8, any::<bool>()), 1..6), seed in any::<u64>(),
    ) {
        let make = |(status, hour, curl): &(usize, u8, bool)| {
            let status = ["not_affected", "fixed", "affected", "under_investigation"][*status];
            let time = (*hour > 0).then(|| format!("2026-01-01T0{hour}:00:00Z"));
            let id = if *curl { "pkg:deb/debian/curl" } else { "pkg:deb/debian/apt" };
            openvex(&[statement(json!({ "@id": id }), status, time.as_deref())])
        };
        let documents: Vec<Document> = list.iter().map(make).collect();
        let mut turned = documents.clone();
        turned.rotate_left(usize::try_from(seed % 6).unwrap() % documents.len());
        prop_assert_eq!(excused(&documents).is_some(), excused(&turned).is_some());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40), at in any::<usize>()) {
        let text = r#"{"statements":[{"vulnerability":"CVE-1","status":"fixed","products":["pkg:oci/a@b?c=d"]}]}"#;
        let at = at % text.len();
        let _any = read(&[&text.as_bytes()[..at], &bytes, &text.as_bytes()[at..]].concat(), "x");
    }
}
