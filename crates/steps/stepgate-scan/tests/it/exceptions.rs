//! Findings that are accepted for a while.

use crate::support::{Project, report, version};

fn project() -> Project {
    let project = Project::new();
    project.write("web.json", report("shop:1", &[("CVE-2099-0001", "HIGH")]));
    project.write("web.json.version.json", version("0.76.0", 1));
    project
}

fn entry(id: &str, expires: &str) -> String {
    format!("- {{ id: {id}, owner: shop, reason: not reachable, expires: {expires} }}\n")
}

#[test]
fn an_exception_that_is_in_force_excuses_one_that_has_ended_does_not() {
    let project = project();
    for (expires, status) in [("2099-12-31", 0), ("2020-01-31", 1)] {
        project.write("exceptions.yaml", entry("cve-2099-0001", expires));
        let run = project.run(&["gate", "web.json", "--exceptions", "exceptions.yaml"]);
        assert_eq!(run.status, status, "{run}");
        project.write("stepgate.yaml", format!("scan:\n  exceptions:\n  {}", entry("CVE-2099-0001", expires)));
        assert_eq!(project.run(&["gate", "web.json"]).status, status);
        project.write("stepgate.yaml", "scan: { exception-files: [exceptions.yaml] }\n");
        assert_eq!(project.run(&["gate", "web.json"]).status, status);
        project.write("stepgate.yaml", "");
    }
}

#[test]
fn what_is_wrong_with_exceptions_is_a_finding() {
    let project = project();
    let entries = [entry("CVE-2099-0001", "2020-01-31"), entry("CVE-2099-0009", "2099-12-31")].concat();
    project.write("exceptions.yaml", entries);
    let outputs = ["-o", "json=scan.json", "-o", "sarif=scan.sarif", "-o", "junit=scan.xml", "-o", "terminal=-"];
    let run = project.run(&[&["gate", "web.json", "--exceptions", "exceptions.yaml"][..], &outputs].concat());
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("exception-expired (blocking)") && run.contains("exception-unused (reported)"), "{run}");
    for path in ["scan.json", "scan.sarif", "scan.xml"] {
        let text = project.read(path);
        assert!(text.contains("exception-expired") && text.contains("exception-unused"), "{path}: {text}");
    }
}

#[test]
fn a_file_of_exceptions_that_cannot_be_used_is_refused() {
    let project = project();
    project.write("exceptions.yaml", "- { id: CVE-2099-0001, owner: shop, reason: no, expires_at: 2099-12-31 }\n");
    let run = project.run(&["gate", "web.json", "--exceptions", "exceptions.yaml"]);
    assert_eq!(run.status, 3, "{run}");
    assert!(run.contains("expires_at"), "{run}");
    assert_eq!(project.run(&["gate", "web.json", "--exceptions", "lost.yaml"]).status, 3);
}

#[test]
fn what_trivy_ignores_for_ever_excuses_nothing_here() {
    let project = project();
    project.write(".trivyignore", "CVE-2099-0001\n");
    let run = project.run(&["gate", "web.json", "--ignorefile", ".trivyignore"]);
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("warning"), "{run}");
}

#[test]
fn exceptions_of_trivy_are_imported_as_drafts() {
    let project = project();
    project.write(".trivyignore", "# the debugger is not reachable\nCVE-2099-0001 exp:2099-12-31\n");
    let run = project.run(&["exceptions", "import", ".trivyignore"]);
    assert_eq!(run.status, 0, "{run}");
    assert!(run.stdout().contains("CVE-2099-0001") && run.stdout().contains("2099-12-31"), "{run}");
    project.write(".trivyignore", "");
    assert_eq!(project.run(&["exceptions", "import", ".trivyignore"]).status, 3);
    assert_eq!(project.run(&["exceptions", "import", "lost"]).status, 3);
}

#[test]
fn exceptions_that_have_ended_fail_the_check() {
    let project = project();
    project.write("stepgate.yaml", format!("scan:\n  exceptions:\n  {}", entry("CVE-2099-0001", "2099-12-31")));
    let run = project.run(&["exceptions", "check"]);
    assert_eq!((run.status, run.stdout()), (0, "1 exception, none has ended\n"), "{run}");
    project.write("more.yaml", entry("CVE-2099-0002", "2020-01-31"));
    let run = project.run(&["exceptions", "check", "more.yaml"]);
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("CVE-2099-0002 ended on 2020-01-31: fix it, renew it or remove it, shop"), "{run}");
}
