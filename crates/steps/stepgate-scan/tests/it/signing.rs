//! The verdict on an image, and what was found in it, are signed.

use attest::{Claim, Envelope, Outcome, SigningKey, Statement};
use insta::assert_snapshot;

use crate::support::{Project, id, report, version};

const FILE: &str = "stepgate-attestations/stepgate-scan.intoto.jsonl";
const HIGH: (&str, &str) = ("CVE-2099-0001", "HIGH");
const DIGEST: &str = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";

fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

/// A step with the key, and a report of an image that is in a registry when `digests` has its digests there.
fn project(found: &[(&str, &str)], digests: &str) -> Project {
    let mut project = Project::new();
    let report =
        report("shop:1", found).replace(r#""RepoTags":"#, &format!(r#""RepoDigests":[{digests}],"RepoTags":"#));
    project.write("web.json", report).write("web.json.version.json", version("0.76.0", 1));
    project.env("STEPGATE_SIGNING_KEY", &key().to_pem()).env("STEPGATE_SERVICE", "shop");
    project
}

fn signed(text: &str) -> Vec<Statement> {
    let statement = |line: &str| {
        let envelope = Envelope::parse(line.as_bytes()).expect("an envelope");
        assert!(envelope.is_signed_by(&key().public()), "{line}");
        Statement::parse(&envelope.payload).expect("a statement")
    };
    text.lines().map(statement).collect()
}

#[test]
fn verdict_and_findings_are_signed_for_the_image_in_the_registry_and_the_commit() {
    let project = project(&[], &format!(r#""registry.example/shop@sha256:{DIGEST}""#));
    assert_snapshot!(project.run(&["gate", "web.json"]), @r"
    PASS stepgate-scan: 1 package of shop:1: no findings

    warnings
      web.json: the report cannot show that `vuln` and `secret` ran: without findings it looks the same when `--scanners` left them out or when the database was empty; let `stepgate-scan image` run the scan to be sure

    image   findings  blocking  reported  of these warnings  muted
    shop:1         0         0         0                  0      0
    ------- stderr -------
    signed: stepgate-attestations/stepgate-scan.intoto.jsonl
    [exit status: 0]
    ");
    let statements = signed(&project.read(FILE));
    let [verdict, found] = statements.as_slice() else { unreachable!("{statements:?}") };
    assert!(matches!(Claim::of(verdict), Ok((Claim::Scan, Outcome::Pass, Some(_)))), "{verdict:?}");
    assert_eq!(found.predicate_type, attest::claim::VULNS);
    for statement in [verdict, found] {
        let [image, commit] = statement.subject.as_slice() else { unreachable!("{statement:?}") };
        assert_eq!((image.name.as_deref(), image.digest["sha256"].as_str()), (Some("registry.example/shop"), DIGEST));
        assert_eq!(commit.digest["gitCommit"], project.repo.git(&["rev-parse", "HEAD"]));
        assert!([image, commit].iter().all(|subject| subject.annotations["service"] == "shop"), "{statement:?}");
    }
}

#[test]
fn the_id_of_an_image_is_never_taken_for_its_digest() {
    let project = project(&[], "");
    assert_eq!(project.run(&["gate", "web.json"]).status, 0);
    for statement in signed(&project.read(FILE)) {
        let [commit] = statement.subject.as_slice() else { unreachable!("{statement:?}") };
        assert!(!commit.digest.contains_key("sha256"), "{statement:?}");
        assert!(!format!("{:?}", statement.subject).contains(id("shop:1").trim_start_matches("sha256:")));
    }
}

#[test]
fn a_fail_is_signed_and_a_report_that_is_cut_short_is_one() {
    let failing = project(&[HIGH], "");
    assert_eq!(failing.run(&["gate", "web.json"]).status, 1);
    let cut = project(&[], "");
    let report = cut.read("web.json");
    cut.write("web.json", &report[..report.len() / 2]);
    assert_eq!(cut.run(&["gate", "web.json"]).status, 3);
    for (project, lines) in [(failing, 2), (cut, 1)] {
        let statements = signed(&project.read(FILE));
        assert_eq!(statements.len(), lines);
        assert!(matches!(Claim::of(&statements[0]), Ok((Claim::Scan, Outcome::Fail, Some(_)))), "{statements:?}");
    }
}

#[test]
fn a_key_that_is_none_is_told_before_anything_is_scanned() {
    let mut project = project(&[], "");
    project.env("STEPGATE_SIGNING_KEY", "hunter2hunter2");
    project.program("trivy", "#!/bin/sh\ntouch ran\n");
    assert_snapshot!(project.run(&["image", "--trivy", "./trivy", "shop:1"]), @r"
    ------- stderr -------
    error: cannot use the key in STEPGATE_SIGNING_KEY: it is neither a private key in PEM nor one in base64
    hint: set it to what `base64 -w0 KEY.pem` prints; `stepgate keygen` makes a key
    [exit status: 3]
    ");
    assert!(!project.exists("ran"));
}
