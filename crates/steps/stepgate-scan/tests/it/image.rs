//! `image`: Trivy is run. A script stands for it, which writes down what it was told.

use crate::support::{Project, Run, image, report, version};

/// What stands for Trivy. It runs where nothing is that could configure it.
const TRIVY: &str = r#"#!/bin/sh
here=${0%/*}
echo "$*" >> "$here/calls"
env >> "$here/env"
case "$*" in
version*) cat "$here/version"; exit 0 ;;
*--download-db-only*)
    if [ ! -f "$here/fresh" ]; then
        printf '2026-11-24T17:47:51Z\tFATAL\tFatal error\tinit error: DB error: failed to download vulnerability DB\n' >&2
        exit 1
    fi
    cp "$here/fresh" "$here/version"
    exit 0 ;;
esac
[ -z "$(ls -A)" ] || exit 9
case "$*" in
sbom*)
    while [ "$1" != --output ]; do shift; done
    grep -q '"pkg:npm/lodash@4.17.4"' "$3" || exit 7
    cp "$here/control" "$2"
    exit "$(cat "$here/control-code")" ;;
esac
while [ "$1" != --output ]; do shift; done
cat "$here/said" >&2
[ ! -f "$here/report" ] || cp "$here/report" "$2"
exit "$(cat "$here/code")"
"#;

/// A repository with an image in a tar, and a Trivy with a database of an hour ago that finds nothing in it.
fn project() -> Project {
    let mut project = Project::new();
    project.program("bin/trivy", TRIVY).write("web.tar", image("shop:1")).write("bin/said", "").write("bin/code", "0");
    project.write("bin/report", report("shop:1", &[])).write("bin/version", version("0.76.0", 1));
    project.write("bin/control", report("control", &[("CVE-2019-10744", "CRITICAL")])).write("bin/control-code", "0");
    let path = format!("{}:/usr/bin:/bin", project.repo.path().join("bin").display());
    project.env("PATH", &path);
    project
}

/// It ended with `status`, and said `words`.
fn ends(run: &Run, status: i32, words: &str) {
    assert_eq!(run.status, status, "{run}");
    assert!(run.contains(words), "`{words}`: {run}");
}

#[test]
fn an_image_is_scanned_where_it_lies_and_what_trivy_left_is_kept() {
    let project = project();
    project.write("trivy.yaml", "severity: [LOW]\n").write(".trivyignore", "CVE-2099-0001\n");
    project.write("bin/said", "2026-11-24T17:47:51Z\tWARN\tthe image is odd\n");
    let run = project.run(&["image", "web.tar", "--keep", "kept", "--cache-dir", "cache", "--offline"]);
    ends(&run, 0, "trivy: the image is odd");
    let calls = project.read("bin/calls").replace(&*project.repo.path().to_string_lossy(), "[DIR]");
    let of_scratch = |word: &&str| word.contains("/control.");
    let calls =
        calls.lines().map(|line| line.split(' ').filter(|word| !of_scratch(word)).collect::<Vec<_>>().join(" "));
    let calls = calls.collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(calls, @r"
    version --format json --cache-dir [DIR]/cache
    sbom --format json --exit-code 0 --no-progress --scanners vuln --skip-db-update --skip-java-db-update --offline-scan --cache-dir [DIR]/cache --output
    image --format json --exit-code 0 --no-progress --scanners vuln,secret,misconfig --timeout 1800s --skip-db-update --offline-scan --skip-java-db-update --skip-check-update --cache-dir [DIR]/cache --output [DIR]/kept/web.tar.json --input [DIR]/web.tar
    ");
    assert_eq!(project.read("kept/web.tar.json"), project.read("bin/report"));
    assert_eq!(project.read("kept/web.tar.json.exit"), "0\n");
    assert!(project.read("kept/web.tar.json.stderr").contains("the image is odd"));
    let again = project.run(&["gate", "kept/*"]);
    assert_eq!(again.status, 0, "{again}");
}

#[test]
fn findings_block() {
    let project = project();
    project.write("bin/report", report("shop:1", &[("CVE-2099-0001", "HIGH")]));
    ends(&project.run(&["image", "web.tar"]), 1, "CVE-2099-0001");
    ends(&project.run(&["image", "web.tar", "--fail-on", "critical"]), 0, "");
}

#[test]
fn credentials_are_not_handed_on() {
    let mut project = project();
    for name in
        ["BITBUCKET_STEP_OIDC_TOKEN", "AWS_SECRET_ACCESS_KEY", "DOCKER_AUTH_CONFIG", "TRIVY_PASSWORD", "DB_PASSWORD"]
    {
        project.env(name, "s3cret");
    }
    ends(&project.run(&["image", "web.tar"]), 0, "");
    assert!(!project.read("bin/env").contains("s3cret"), "{}", project.read("bin/env"));
}

#[test]
fn a_database_that_is_old_or_missing_is_fetched_first() {
    for old in [version("0.76.0", 25), r#"{"Version":"0.76.0"}"#.to_owned()] {
        let project = project();
        project.write("bin/version", &old).write("bin/fresh", version("0.76.0", 1));
        ends(&project.run(&["image", "web.tar"]), 0, "");
        let calls = project.read("bin/calls");
        let calls: Vec<&str> = calls.lines().map(|line| line.split(" --").next().unwrap_or(line)).collect();
        assert_eq!(calls, ["version", "image", "version", "sbom", "image"], "{old}");
    }
}

#[test]
fn a_database_that_cannot_be_fetched_is_the_failure_of_a_remote() {
    let project = project();
    project.write("bin/version", version("0.76.0", 25));
    ends(&project.run(&["image", "web.tar"]), 4, "failed to download vulnerability DB");
    project.write("bin/version", r#"{"Version":"0.76.0"}"#);
    ends(&project.run(&["image", "web.tar", "--offline"]), 3, "Trivy has no database here");
    // Nobody asks how old it is where nobody looks for vulnerabilities; what is demanded is not proved then.
    ends(&project.run(&["image", "web.tar", "--offline", "--scanners", "secret"]), 3, "");
}

#[test]
fn a_database_that_does_not_know_what_every_database_knows_is_no_pass() {
    let project = project();
    project.write("bin/control", report("control", &[]));
    let run = project.run(&["image", "web.tar", "-o", "json=scan.json"]);
    ends(&run, 3, "does not know a vulnerability that every database has since 2019 (CVE-2019-10744");
    assert!(project.exists("scan.json") && !project.read("bin/calls").contains("--input"));
    project.write("bin/control-code", "1").write("bin/said", "");
    ends(&project.run(&["image", "web.tar"]), 3, "exit code 1 at the control scan");
    project.write("bin/control-code", "0").write("bin/control", "");
    ends(&project.run(&["image", "web.tar"]), 3, "the report of the control scan cannot be read");
}

#[test]
fn a_version_that_is_denied_is_not_given_an_image() {
    let project = project();
    project.write("bin/version", version("0.69.4", 1));
    ends(&project.run(&["image", "web.tar"]), 3, "GHSA-69fq-xp46-6x23");
    project.write("bin/version", version("0.76.0", 25)).write("bin/fresh", version("0.76.0", 1));
    project.write("stepgate.yaml", "scan: { proof: { deny-versions: [v0.76.0] } }\n");
    ends(&project.run(&["image", "web.tar"]), 3, "`deny-versions`");
    assert!(project.read("bin/calls").lines().all(|call| call.starts_with("version")), "nothing else was run");
}

#[test]
fn trivy_has_an_empty_home_and_the_usual_cache() {
    let mut project = project();
    let home = project.repo.path().join("home");
    project.write("home/.docker/config.json", "{}");
    project.env("HOME", &home.display().to_string());
    ends(&project.run(&["image", "web.tar"]), 0, "");
    let is_given_home = || project.read("bin/env").contains(&format!("HOME={}", home.display()));
    assert!(!is_given_home(), "{}", project.read("bin/env"));
    let cache = format!("--cache-dir {}", home.join(".cache/trivy").display());
    assert!(project.read("bin/calls").lines().all(|call| call.contains(&cache)), "{}", project.read("bin/calls"));
    // The login for a registry may lie there.
    ends(&project.run(&["image", "shop:1"]), 0, "");
    assert!(is_given_home());
}

#[test]
fn an_old_database_is_used_when_that_is_asked_for_and_proves_nothing() {
    let project = project();
    project.write("bin/version", version("0.76.0", 24 * 30));
    let run = project.run(&["image", "web.tar", "--skip-db-update"]);
    assert_eq!(run.status, 3, "{run}");
    assert!(!project.read("bin/calls").contains("--download-db-only"));
}

#[test]
fn a_trivy_that_fails_is_never_taken_for_one_that_found_something() {
    let project = project();
    project.write("bin/code", "1");
    project.write("bin/said", "2026-11-24T17:47:51Z\tFATAL\tFatal error\trun error: archive/tar: invalid tar header\n");
    ends(&project.run(&["image", "web.tar"]), 3, "archive/tar: invalid tar header");
    project.write("bin/said", "2026-11-24T17:47:51Z\tFATAL\tFatal error\trun error: dial tcp: no such host\n");
    ends(&project.run(&["image", "shop:1"]), 4, "no such host");
    project.write("bin/code", "137").write("bin/said", "");
    ends(&project.run(&["image", "web.tar"]), 3, "exit code 137");
}

#[test]
fn a_trivy_that_leaves_no_report_is_no_pass() {
    let project = project();
    std::fs::remove_file(project.repo.path().join("bin/report")).expect("it is there");
    project.write("kept/web.tar.json", report("shop:1", &[]));
    ends(&project.run(&["image", "web.tar", "--keep", "kept"]), 3, "there is no such file");
}

#[test]
fn a_report_of_another_image_is_no_pass() {
    let project = project();
    project.write("bin/report", report("shop:2", &[]));
    assert_eq!(project.run(&["image", "web.tar"]).status, 3);
}

#[test]
fn what_is_no_image_is_not_scanned() {
    let project = project();
    project.write("a.tar", "no tar").write("b.tar", image("shop:1").split_at(700).0);
    for (name, words) in [
        ("a.tar", "it is no tar"),
        ("b.tar", "it cannot be told which image it is"),
        ("lost.tar", "there is no such file"),
        ("shop@sha256:12", "is no digest"),
    ] {
        ends(&project.run(&["image", name]), 3, words);
    }
    assert!(!project.read("bin/calls").contains("--input"));
}

#[test]
fn one_image_that_cannot_be_scanned_does_not_hide_the_others() {
    let project = project();
    let run = project.run(&["image", "lost.tar", "web.tar", "-o", "json=scan.json"]);
    ends(&run, 3, "lost.tar");
    assert!(project.exists("scan.json"));
}

#[test]
fn without_a_trivy_that_can_be_run_it_says_what_else_there_is() {
    let mut project = project();
    project.write("bin/version", version("0.40.0", 1));
    ends(&project.run(&["image", "web.tar"]), 3, "0.40.0 is too old");
    project.write("bin/version", "Version: 0.76.0\n");
    ends(&project.run(&["image", "web.tar"]), 3, "cannot tell the version");
    project.env("PATH", "/usr/bin:/bin");
    ends(&project.run(&["image", "web.tar"]), 3, "stepgate-scan gate REPORT");
    ends(&project.run(&["image", "web.tar", "--trivy", "lost/trivy"]), 3, "there is no program lost/trivy");
    project
        .write("stepgate.yaml", "scan: { trivy: { command: bin/trivy } }\n")
        .write("bin/version", version("0.76.0", 1));
    ends(&project.run(&["image", "web.tar"]), 0, "");
}
