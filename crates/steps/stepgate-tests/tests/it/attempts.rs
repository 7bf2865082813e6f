//! A test that passed only after it had failed is flaky, and that is told.

use insta::assert_snapshot;

use crate::support::{Project, phpunit};

fn two_attempts(first: &[(&str, &str)], second: &[(&str, &str)]) -> Project {
    let project = Project::new();
    project.write("attempt-1/junit.xml", phpunit(first)).write("attempt-2/junit.xml", phpunit(second));
    project
}

#[test]
fn a_test_that_passed_in_the_second_attempt_is_flaky() {
    let project = two_attempts(&[("testNet", "fails"), ("testGross", "ok")], &[("testNet", "ok")]);
    let run = project.run(&["gate", "--attempt-dirs", "attempt-1", "attempt-2", "--output", "json=tests.json"]);
    assert_snapshot!(run, @r"
    PASS stepgate-tests: 2 tests passed
      - flaky: 1 test passed only after failing

    flaky
      App\Tests\PriceTest::testNet: passed at attempt 2; Failed asserting that 119 is identical to 120.

    report                  tool    holds
    attempt-1/junit.xml  phpunit  2 tests
    attempt-2/junit.xml  phpunit   1 test

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    2           2       0        0        0      1            0  30 ms

    slowest
      20 ms  App\Tests\PriceTest::testGross
      10 ms  App\Tests\PriceTest::testNet

    reports
      json  tests.json
    [exit status: 0]
    ");
    let json = project.json("tests.json");
    assert_eq!(json["totals"]["tests"], 2);
    assert_eq!((&json["totals"]["passed"], &json["totals"]["flaky"]), (&2.into(), &1.into()));
    assert_eq!((&json["findings"][0]["rule"], &json["findings"][0]["attempts"]), (&"test-flaky".into(), &2.into()));
}

#[test]
fn flaky_tests_fail_where_they_are_not_wanted() {
    let project = two_attempts(&[("testNet", "fails"), ("testGross", "ok")], &[("testNet", "ok")]);
    let run = project.run(&["gate", "--attempt-dirs", "attempt-1", "attempt-2", "--fail-on", "flaky"]);
    assert_snapshot!(run, @r"
    FAIL stepgate-tests: 1 test passed only after failing, which `fail-on: flaky` refuses

    tests/PriceTest.php
      12  flaky    passed at attempt 2; Failed asserting that 119 is identical to 120.
                   App\Tests\PriceTest::testNet

    report                  tool    holds
    attempt-1/junit.xml  phpunit  2 tests
    attempt-2/junit.xml  phpunit   1 test

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    2           2       0        0        0      1            0  30 ms

    slowest
      20 ms  App\Tests\PriceTest::testGross
      10 ms  App\Tests\PriceTest::testNet
    [exit status: 1]
    ");
    project.write("stepgate.yaml", "tests:\n  fail-on: [flaky]\n");
    assert_eq!(project.run(&["gate", "--attempt-dirs", "attempt-1", "attempt-2"]).status, 1);
}

#[test]
fn a_file_and_the_directory_of_its_retry_are_two_attempts() {
    let project = two_attempts(&[("testNet", "fails"), ("testGross", "ok")], &[("testNet", "ok")]);
    let run =
        project.run(&["gate", "attempt-1/junit.xml", "--attempt-dirs", "attempt-2", "--output", "json=tests.json"]);
    assert_eq!(run.status, 0, "{run}");
    let totals = &project.json("tests.json")["totals"];
    assert_eq!((&totals["tests"], &totals["flaky"]), (&2.into(), &1.into()));
}

#[test]
fn a_test_that_fails_in_every_attempt_fails_once() {
    let project = two_attempts(&[("testNet", "fails"), ("testGross", "ok")], &[("testNet", "breaks")]);
    assert_snapshot!(project.run(&["gate", "--attempt-dirs", "attempt-1", "attempt-2"]), @r"
    FAIL stepgate-tests: 1 test of 2 failed: App\Tests\PriceTest::testNet

    tests/PriceTest.php
      12  errored  failed 2 times; RuntimeException: no database
                   App\Tests\PriceTest::testNet

    report                  tool    holds
    attempt-1/junit.xml  phpunit  2 tests
    attempt-2/junit.xml  phpunit   1 test

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    2           1       0        1        0      0            0  30 ms

    slowest
      20 ms  App\Tests\PriceTest::testGross
      10 ms  App\Tests\PriceTest::testNet
    [exit status: 1]
    ");
}

#[test]
fn a_test_that_is_skipped_after_it_failed_still_fails() {
    let project = two_attempts(&[("testNet", "fails"), ("testGross", "ok")], &[("testNet", "skipped")]);
    let run = project.run(&["gate", "--attempt-dirs", "attempt-1", "attempt-2", "--output", "json=tests.json"]);
    assert_eq!(run.status, 1, "{run}");
    let totals = &project.json("tests.json")["totals"];
    assert_eq!((&totals["tests"], &totals["failed"], &totals["skipped"]), (&2.into(), &1.into(), &0.into()));
}

#[test]
fn a_test_that_is_missing_in_the_second_attempt_keeps_its_first_result() {
    let project = two_attempts(&[("testNet", "fails"), ("testGross", "ok")], &[("testGross", "ok")]);
    let run = project.run(&["gate", "--attempt-dirs", "attempt-1", "attempt-2"]);
    assert_eq!(run.status, 1, "{run}");
}

#[test]
fn two_tests_of_one_name_are_no_attempts_of_each_other() {
    let project = Project::new();
    project.write("r.xml", phpunit(&[("testNet", "fails"), ("testNet", "ok")]));
    let run = project.run(&["gate", "r.xml", "--output", "json=tests.json"]);
    assert_eq!(run.status, 1, "{run}");
    let totals = &project.json("tests.json")["totals"];
    assert_eq!((&totals["tests"], &totals["failed"], &totals["flaky"]), (&2.into(), &1.into(), &0.into()));
    // In a retry both run again, in the same order.
    project.write("again/r.xml", phpunit(&[("testNet", "ok"), ("testNet", "ok")]));
    let run = project.run(&["gate", "r.xml", "--attempt-dirs", "again", "--output", "json=tests.json"]);
    assert_eq!(run.status, 0, "{run}");
    let totals = &project.json("tests.json")["totals"];
    assert_eq!((&totals["tests"], &totals["flaky"]), (&2.into(), &1.into()));
}

#[test]
fn two_tests_of_one_name_of_which_one_ran_again_do_not_pass() {
    let project = Project::new();
    project.write("r.xml", phpunit(&[("testNet", "fails"), ("testNet", "fails")]));
    project.write("again/r.xml", phpunit(&[("testNet", "ok")]));
    let run = project.run(&["gate", "r.xml", "--attempt-dirs", "again"]);
    assert_eq!(run.status, 1, "which of both passed is not known: {run}");
}

#[test]
fn the_merged_report_has_each_test_once_and_every_attempt() {
    let project = two_attempts(&[("testNet", "fails"), ("testGross", "ok")], &[("testNet", "ok")]);
    let run = project.run(&["gate", "--attempt-dirs", "attempt-1", "attempt-2", "--output", "junit=merged.xml"]);
    assert_eq!(run.status, 0, "{run}");
    assert_snapshot!(project.read("merged.xml"), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites tests="2" failures="0" errors="0" skipped="0" time="2.000000">
    <testsuite name="App\Tests\PriceTest" file="/opt/atlassian/pipelines/agent/build/tests/PriceTest.php" assertions="2" tests="1" failures="0" errors="0" skipped="0" time="1.000000">
        
        <testcase name="testGross" class="App\Tests\PriceTest" classname="App.Tests.PriceTest" file="/opt/atlassian/pipelines/agent/build/tests/PriceTest.php" line="20" assertions="1" time="0.020000"/>
      </testsuite>
    <testsuite name="App\Tests\PriceTest" file="/opt/atlassian/pipelines/agent/build/tests/PriceTest.php" assertions="1" tests="1" failures="0" errors="0" skipped="0" time="1.000000">
        <testcase name="testNet" class="App\Tests\PriceTest" classname="App.Tests.PriceTest" file="/opt/atlassian/pipelines/agent/build/tests/PriceTest.php" line="10" assertions="1" time="0.010000"><flakyFailure message="Failed asserting that 119 is identical to 120." type="PHPUnit\Framework\ExpectationFailedException"><stackTrace>App\Tests\PriceTest::testNet
    Failed asserting that 119 is identical to 120.

    /opt/atlassian/pipelines/agent/build/tests/PriceTest.php:12</stackTrace></flakyFailure></testcase>
      </testsuite>
    </testsuites>
    "#);
    let again = project.run(&["gate", "merged.xml", "--output", "json=tests.json"]);
    assert_eq!(again.status, 0, "{again}");
    let totals = &project.json("tests.json")["totals"];
    assert_eq!((&totals["tests"], &totals["flaky"]), (&2.into(), &1.into()), "{again}");
}

#[test]
fn attempts_that_a_runner_marks_itself_are_known() {
    let project = Project::new();
    let flaky = "<flakyFailure message=\"timed out\" type=\"Timeout\">at tests/CartTest.php:7</flakyFailure>";
    let case = |inner: &str| {
        format!(
            "<testsuite name=\"s\" tests=\"1\"><testcase classname=\"S\" name=\"t\" time=\"1\">{inner}</testcase></testsuite>"
        )
    };
    project.write("r.xml", case(flaky));
    let run = project.run(&["gate", "r.xml"]);
    assert_eq!(run.status, 0, "{run}");
    assert!(run.contains("flaky: 1 test passed only after failing"), "{run}");
    project.write("r.xml", case(&format!("<failure message=\"timed out\"/>{}", flaky.replace("flaky", "rerun"))));
    assert_eq!(project.run(&["gate", "r.xml"]).status, 1);
}

#[test]
fn a_directory_of_an_attempt_that_is_not_there_or_empty_is_no_pass() {
    let project = two_attempts(&[("testNet", "fails")], &[("testNet", "ok")]);
    project.write("attempt-3/notes.txt", "");
    for dir in ["attempt-3", "attempt-4"] {
        let run = project.run(&["gate", "--attempt-dirs", "attempt-1", "attempt-2", dir]);
        assert_eq!(run.status, 3, "{run}");
    }
    project.write("attempt-2/junit.xml", "");
    let run = project.run(&["gate", "--attempt-dirs", "attempt-1", "attempt-2"]);
    assert_eq!(run.status, 3, "{run}");
    assert!(run.contains("1 test of 1 failed"), "{run}");
}
