//! What cannot be known is never a pass.

use crate::support::{Project, id, image, report, version};

/// What is said of `web.json` when it is `report`, and `beside` lies there too.
fn gate(report: &str, beside: &[(&str, &str)], args: &[&str]) -> (i32, String) {
    let project = Project::new();
    project.write("web.json", report);
    for (path, content) in beside {
        project.write(path, content);
    }
    let run = project.run(&[&["gate", "web.json"][..], args].concat());
    (run.status, run.to_string())
}

/// The gate is incomplete, and says `words`.
fn is_unknown(said: (i32, String), words: &str) {
    assert_eq!(said.0, 3, "{}", said.1);
    assert!(said.1.contains(words), "`{words}`: {}", said.1);
}

#[test]
fn no_report_is_no_pass() {
    let project = Project::new();
    for (args, words) in [
        (&["gate"][..], "no report was named"),
        (&["gate", "lost.json"], "there is no such file"),
        (&["gate", "lost-*.json"], "no file matches"),
        (&["gate", ""], "is a variable on the command line not set?"),
        (&["gate", "."], "it is a directory"),
    ] {
        let run = project.run(args);
        is_unknown((run.status, run.to_string()), words);
    }
}

#[test]
fn a_report_that_is_cut_short_or_something_else_is_no_pass() {
    let whole = report("shop:1", &[("CVE-2099-0001", "LOW")]);
    for cut in [0, 1, 100, whole.len() / 2, whole.len() - 1] {
        assert_eq!(gate(&whole[..cut], &[], &[]).0, 3, "{cut}");
    }
    for other in ["[]x", "null", "{}", r#"{"bomFormat":"CycloneDX"}"#, "<html></html>"] {
        assert_eq!(gate(other, &[], &[]).0, 3, "{other}");
    }
}

#[test]
fn the_exit_code_of_trivy_is_never_taken_for_findings_or_for_none() {
    let whole = report("shop:1", &[]);
    let (status, text) = gate(&whole, &[("web.json.exit", "1\n")], &[]);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("as for its own failures"), "{text}");
    is_unknown(gate(&whole, &[("web.json.exit", "2\n")], &[]), "exit code 2");
    is_unknown(gate(&whole, &[("web.json.exit", "137\n")], &[]), "want of memory");
    is_unknown(gate(&whole, &[("web.json.exit", "\n")], &[]), "holds no exit code");
    is_unknown(gate(&whole, &[], &["--exit-code", "web.json=5"]), "exit code 5");
    is_unknown(gate(&whole, &[], &["--exit-code", "other.json=0"]), "not among the reports");
    is_unknown(gate("", &[("web.json.exit", "1\n")], &[]), "exit code 1");
}

#[test]
fn an_exit_code_without_a_report_is_a_report_that_is_missing() {
    let project = Project::new();
    project.write("reports/web.json", report("shop:1", &[])).write("reports/worker.json.exit", "1\n");
    let run = project.run(&["gate", "reports/*"]);
    is_unknown((run.status, run.to_string()), "reports/worker.json: there is no such file");
}

#[test]
fn a_report_is_of_the_image_that_is_pushed() {
    let project = Project::new();
    project.write("web.json", report("shop:1", &[])).write("web.tar", image("shop:1")).write("b.tar", image("shop:2"));
    for image in ["web.tar", &id("shop:1")] {
        let run = project.run(&["gate", "web.json", "--image", image]);
        assert_eq!(run.status, 0, "{run}");
    }
    let run = project.run(&["gate", "web.json", "--image", "b.tar"]);
    is_unknown((run.status, run.to_string()), &id("shop:2")[..20]);
    for (image, words) in [("lost.tar", "lost.tar"), ("web.json", "it is no tar"), ("web.tar#shop:3", "shop:1")] {
        let run = project.run(&["gate", "web.json", "--image", image]);
        is_unknown((run.status, run.to_string()), words);
    }
}

#[test]
fn what_a_report_cannot_show_is_a_warning_or_where_it_is_demanded_no_pass() {
    let whole = report("shop:1", &[]);
    assert_eq!(gate(&whole, &[], &[]).0, 0);
    assert_eq!(gate(&whole, &[], &["--require-proof"]).0, 3);
    let old = version("0.76.0", 24 * 365);
    assert_eq!(gate(&whole, &[("web.json.version.json", &old)], &[]).0, 3);
    assert_eq!(gate(&whole, &[("v.json", &old)], &["--trivy-version", "v.json"]).0, 3);
    is_unknown(gate(&whole, &[("web.json.version.json", "0.76.0")], &[]), "trivy version -f json");
    assert_eq!(gate(&whole, &[("web.json.version.json", &version("0.69.4", 1))], &[]).0, 3);
}
