//! Coverage that may not fall.

use insta::assert_snapshot;

use crate::support::{Project, Run, clover, phpunit};

/// Half of the lines are covered now.
fn project() -> Project {
    let project = Project::new();
    project.write("r.xml", phpunit(&[("testNet", "ok")]));
    project.write("half.xml", clover(&[("src/Price.php", &[(7, 1), (12, 0)])]));
    project.write("all.xml", clover(&[("src/Price.php", &[(7, 1), (12, 1)])]));
    project
}

fn gate(project: &Project, coverage: &str, base: &str, more: &[&str]) -> Run {
    project.run(&[&["gate", "r.xml", "--coverage", coverage, "--coverage-base", base], more].concat())
}

#[test]
fn coverage_may_not_fall_below_the_report_of_the_base() {
    let project = project();
    assert_snapshot!(gate(&project, "half.xml", "all.xml", &[]), @r"
    FAIL stepgate-tests: the share of covered lines fell from 100% (2 of 2) to 50% (1 of 2), it may not fall

    coverage  covered  of  percent  before
    lines           1   2      50%    100%

    report        tool   holds
    r.xml      phpunit  1 test
    half.xml  coverage  1 file

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    1           1       0        0        0      0            0  10 ms

    slowest
      10 ms  App\Tests\PriceTest::testNet
    [exit status: 1]
    ");
    assert_eq!(gate(&project, "half.xml", "half.xml", &[]).status, 0);
    assert_eq!(gate(&project, "all.xml", "half.xml", &[]).status, 0);
}

#[test]
fn coverage_may_not_fall_below_an_earlier_gate() {
    let project = project();
    let earlier = project.run(&["gate", "r.xml", "--coverage", "all.xml", "--output", "json=base.json"]);
    assert_eq!(earlier.status, 0, "{earlier}");
    let run = gate(&project, "half.xml", "base.json", &["--output", "json=tests.json"]);
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("fell from 100% (2 of 2) to 50% (1 of 2)"), "{run}");
    assert_eq!(gate(&project, "all.xml", "base.json", &[]).status, 0);
}

#[test]
fn it_may_fall_as_far_as_is_allowed() {
    let project = project();
    assert_eq!(gate(&project, "half.xml", "all.xml", &["--max-fall", "50"]).status, 0);
    assert_eq!(gate(&project, "half.xml", "all.xml", &["--max-fall", "49.99"]).status, 1);
    project.write("stepgate.yaml", "tests:\n  coverage:\n    max-fall: 50\n");
    assert_eq!(gate(&project, "half.xml", "all.xml", &[]).status, 0);
}

#[test]
fn a_base_that_cannot_be_used_is_no_pass() {
    let project = project();
    let gate_without = project.run(&["gate", "r.xml", "--output", "json=without.json"]);
    assert_eq!(gate_without.status, 0, "{gate_without}");
    project
        .write("empty.xml", "")
        .write("other.json", "{}")
        .write("page.xml", "<html/>")
        .write("none.xml", "<coverage/>");
    for base in ["missing.xml", "empty.xml", "other.json", "page.xml", "without.json", "none.xml", ""] {
        let run = gate(&project, "all.xml", base, &[]);
        let status = if base.is_empty() { 2 } else { 3 };
        assert_eq!(run.status, status, "{base}: {run}");
    }
    assert_snapshot!(gate(&project, "all.xml", "missing.xml", &[]), @"
    ------- stderr -------
    error: cannot read [DIR]/missing.xml: No such file or directory (os error 2)
    [exit status: 3]
    ");
    assert_snapshot!(gate(&project, "all.xml", "without.json", &[]), @"
    ------- stderr -------
    error: cannot compare the coverage with [DIR]/without.json: it is no report of stepgate-tests with coverage
    hint: without an earlier run, as on the first one, leave out --coverage-base
    [exit status: 3]
    ");
}

#[test]
fn a_base_without_a_coverage_report_is_no_pass() {
    let project = project();
    let run = project.run(&["gate", "r.xml", "--coverage-base", "all.xml"]);
    assert_eq!(run.status, 3, "{run}");
}

#[test]
fn the_base_may_be_the_directory_of_phpunits_own_xml() {
    let project = project();
    let phpunit =
        |inside: &str| format!("<phpunit xmlns=\"https://schema.phpunit.de/coverage/1.0\">{inside}</phpunit>");
    let totals = r#"<totals><lines executable="2" executed="2"/></totals>"#;
    let index = format!(
        r#"<project source="{}/src"><directory name="/">{totals}<file name="Price.php" href="Price.php.xml">{totals}</file>
        </directory></project>"#,
        project.repo.path().display()
    );
    let lines: String = [7, 12].map(|line| format!(r#"<line nr="{line}"><covered by="a"/></line>"#)).concat();
    let file = format!(r#"<file name="Price.php" path="/">{totals}<coverage>{lines}</coverage></file>"#);
    project.write("base/index.xml", phpunit(&index));
    project.write("base/Price.php.xml", phpunit(&file));
    for base in ["base", "base/index.xml"] {
        let run = gate(&project, "half.xml", base, &[]);
        assert!(run.contains("fell from 100% (2 of 2) to 50% (1 of 2)"), "{base}: {run}");
    }
}
