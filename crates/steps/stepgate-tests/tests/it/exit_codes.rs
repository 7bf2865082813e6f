//! The code that the test runner ended with is part of the evidence.

use insta::assert_snapshot;

use crate::support::{Project, phpunit, phpunit_of};

#[test]
fn a_red_code_over_a_green_report_fails_and_both_are_shown() {
    let project = Project::new();
    project.write("r.xml", phpunit(&[("testNet", "ok")])).write("r.xml.exit", "2\n");
    assert_snapshot!(project.run(&["gate", "r.xml", "--output", "json=tests.json"]), @r"
    FAIL stepgate-tests: the test runner ended with exit code 2 (r.xml.exit), which says that something is wrong, but its report r.xml is green

    exit codes
      r.xml.exit: 2

    report     tool   holds
    r.xml   phpunit  1 test

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    1           1       0        0        0      0            0  10 ms

    slowest
      10 ms  App\Tests\PriceTest::testNet

    reports
      json  tests.json
    [exit status: 1]
    ");
    let json = project.json("tests.json");
    assert_eq!(json["verdict"], "fail");
    assert_eq!(json["exit_codes"][0]["code"], 2);
    assert_eq!(json["totals"]["passed"], 1);
}

#[test]
fn a_code_that_agrees_with_the_report_changes_nothing() {
    let project = Project::new();
    project.write("r.xml", phpunit(&[("testNet", "ok")])).write("r.xml.exit", "0\n");
    assert_eq!(project.run(&["gate", "r.xml"]).status, 0);
    project.write("r.xml", phpunit(&[("testNet", "fails")])).write("r.xml.exit", "1\n");
    let run = project.run(&["gate", "r.xml"]);
    assert_eq!(run.status, 1, "{run}");
    assert!(!run.contains("is green"), "{run}");
}

#[test]
fn a_red_report_stays_red_whatever_the_code_says() {
    let project = Project::new();
    project.write("r.xml", phpunit(&[("testNet", "fails")])).write("r.xml.exit", "0\n");
    assert_eq!(project.run(&["gate", "r.xml"]).status, 1);
}

#[test]
fn codes_of_earlier_steps_are_named_by_themselves() {
    let project = Project::new();
    project.write("a.xml", phpunit(&[("testNet", "ok")])).write("b.xml", phpunit_of("CartTest", &[("testSum", "ok")]));
    project.write("codes.txt", "# left by the steps\nshard-1=0\nshard-2=1\n");
    assert_snapshot!(project.run(&["gate", "a.xml", "b.xml", "--exit-code", "codes.txt"]), @r"
    FAIL stepgate-tests: the test runner ended with exit code 1 (codes.txt), which says that something is wrong, but every report is green

    exit codes
      codes.txt: 1

    report     tool   holds
    a.xml   phpunit  1 test
    b.xml   phpunit  1 test

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    2           2       0        0        0      0            0  20 ms

    slowest
      10 ms  App\Tests\PriceTest::testNet
      10 ms  App\Tests\CartTest::testSum
    [exit status: 1]
    ");
    project.write("codes.txt", "shard-1=0\nshard-2=0\n");
    assert_eq!(project.run(&["gate", "a.xml", "b.xml", "--exit-code", "codes.txt"]).status, 0);
}

#[test]
fn the_failure_of_one_shard_does_not_explain_the_code_of_another() {
    let project = Project::new();
    project.write("a.xml", phpunit(&[("testNet", "fails")])).write("a.xml.exit", "1\n");
    project.write("b.xml", phpunit_of("CartTest", &[("testSum", "ok")])).write("b.xml.exit", "1\n");
    let run = project.run(&["gate", "a.xml", "b.xml"]);
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("but its report b.xml is green") && !run.contains("a.xml is green"), "{run}");
}

#[test]
fn a_failure_in_quarantine_explains_a_red_code() {
    let project = Project::new();
    let entry = "test: App\\Tests\\PriceTest::testNet\n        owner: ann\n        reason: races\n        expires: 2999-12-31\n";
    project.write("stepgate.yaml", format!("tests:\n  quarantine:\n    tests:\n      - {entry}"));
    project.write("r.xml", phpunit(&[("testNet", "fails"), ("testGross", "ok")])).write("r.xml.exit", "1\n");
    let run = project.run(&["gate", "r.xml"]);
    assert_eq!(run.status, 0, "{run}");
}

#[test]
fn the_code_of_the_first_attempt_is_explained_by_the_test_that_passed_in_the_second() {
    let project = Project::new();
    project.write("a/r.xml", phpunit(&[("testNet", "fails"), ("testGross", "ok")])).write("a/r.xml.exit", "1\n");
    project.write("b/r.xml", phpunit(&[("testNet", "ok")])).write("b/r.xml.exit", "0\n");
    let run = project.run(&["gate", "--attempt-dirs", "a", "b"]);
    assert_eq!(run.status, 0, "{run}");
    assert!(run.contains("flaky"), "{run}");
    project.write("b/r.xml.exit", "1\n");
    let run = project.run(&["gate", "--attempt-dirs", "a", "b"]);
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("but its report b/r.xml is green"), "{run}");
}
