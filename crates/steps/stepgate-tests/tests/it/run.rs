//! `stepgate-tests run`: the tests themselves, their reports, and the code they end with.

use insta::assert_snapshot;

use crate::support::{Project, Run, phpunit, touch};

const GREEN: &[(&str, &str)] = &[("testNet", "ok")];
const RED: &[(&str, &str)] = &[("testNet", "fails")];

/// Runs `script`, which finds a report to copy in `next.xml`.
fn run(project: &Project, tests: &[(&str, &str)], script: &str) -> Run {
    project.write("next.xml", phpunit(tests));
    project.run(&["run", "--report", "r.xml", "--output", "json=tests.json", "--", "sh", "-c", script])
}

#[test]
fn green_tests_that_end_well_pass() {
    let project = Project::new();
    assert_snapshot!(run(&project, GREEN, "echo 'OK (1 test)'; cp next.xml r.xml"), @r"
    OK (1 test)
    PASS stepgate-tests: 1 test passed

    report     tool   holds
    r.xml   phpunit  1 test

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    1           1       0        0        0      0            0  10 ms

    slowest
      10 ms  App\Tests\PriceTest::testNet

    reports
      json  tests.json
    [exit status: 0]
    ");
    assert_eq!(project.json("tests.json")["exit_codes"][0]["code"], 0);
}

#[test]
fn red_tests_fail() {
    let project = Project::new();
    assert_snapshot!(run(&project, RED, "cp next.xml r.xml; exit 1"), @r"
    FAIL stepgate-tests: 1 test of 1 failed: App\Tests\PriceTest::testNet

    tests/PriceTest.php
      12  failed   Failed asserting that 119 is identical to 120.
                   App\Tests\PriceTest::testNet

    exit codes
      sh -c 'cp next.xml r.xml; exit 1': 1

    report     tool   holds
    r.xml   phpunit  1 test

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    1           0       1        0        0      0            0  10 ms

    slowest
      10 ms  App\Tests\PriceTest::testNet

    reports
      json  tests.json
    [exit status: 1]
    ");
}

#[test]
fn a_red_code_over_a_green_report_fails() {
    let project = Project::new();
    assert_snapshot!(run(&project, GREEN, "cp next.xml r.xml; exit 2"), @r"
    FAIL stepgate-tests: the test runner ended with exit code 2 (sh -c 'cp next.xml r.xml; exit 2'), which says that something is wrong, but every report is green

    exit codes
      sh -c 'cp next.xml r.xml; exit 2': 2

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
}

#[test]
fn tests_that_leave_no_report_are_no_pass_whatever_they_end_with() {
    let project = Project::new();
    assert_snapshot!(run(&project, GREEN, "true"), @"
    INCOMPLETE stepgate-tests: r.xml cannot be relied on: there is no such file

    INCOMPLETE r.xml (cannot be read)
      there is no such file

    report     tool  holds
    r.xml   unknown      -

    tests  passed  failed  errored  skipped  flaky  quarantined  time
    0           0       0        0        0      0            0   0 s

    reports
      json  tests.json
    [exit status: 3]
    ");
    assert_eq!(run(&project, GREEN, "exit 1").status, 3);
    assert_eq!(run(&project, GREEN, ": > r.xml").status, 3);
}

#[test]
fn an_old_report_is_not_taken_for_one_of_this_run() {
    let project = Project::new();
    project.write("r.xml", phpunit(GREEN));
    touch(&project, "r.xml", "2026-01-02T03:00:00Z");
    let run = run(&project, GREEN, "true");
    assert_eq!(run.status, 3, "{run}");
    assert!(run.contains("it is the report of another run"), "{run}");
}

#[test]
fn a_command_that_is_not_there_is_told() {
    let project = Project::new();
    assert_snapshot!(project.run(&["run", "--report", "r.xml", "--", "vendor/bin/phpunit", "--log-junit", "r.xml"]), @"
    ------- stderr -------
    error: cannot run vendor/bin/phpunit: No such file or directory (os error 2)
    hint: name the program by its path, for example vendor/bin/phpunit
    [exit status: 3]
    ");
    let run = project.run(&["run", "--report", "r.xml"]);
    assert_eq!(run.status, 2, "{run}");
    let run = project.run(&["run", "--", "true"]);
    assert_eq!(run.status, 2, "{run}");
}

#[test]
fn tests_that_are_killed_are_no_pass() {
    let project = Project::new();
    assert_snapshot!(run(&project, GREEN, "cp next.xml r.xml; kill -9 $$"), @r"
    INCOMPLETE stepgate-tests: the test runner ended with exit code 137 (sh -c 'cp next.xml r.xml; kill -9 $$'): it was killed, most likely for want of memory

    exit codes
      sh -c 'cp next.xml r.xml; kill -9 $$': 137

    report     tool   holds
    r.xml   phpunit  1 test

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    1           1       0        0        0      0            0  10 ms

    slowest
      10 ms  App\Tests\PriceTest::testNet

    reports
      json  tests.json
    [exit status: 3]
    ");
}

#[test]
fn a_fatal_error_of_php_is_no_pass() {
    let project = Project::new();
    let run = run(&project, GREEN, "cp next.xml r.xml; exit 255");
    assert_eq!(run.status, 3, "{run}");
}

#[test]
fn the_code_is_kept_for_a_gate_in_a_later_step() {
    let project = Project::new();
    project.write("next.xml", phpunit(GREEN));
    let keep = ["run", "--report", "r/1.xml", "--keep-exit-code", "r/1.xml.exit", "--"];
    let run = project.run(&[&keep[..], &["sh", "-c", "mkdir r; cp next.xml r/1.xml; exit 2"]].concat());
    assert_snapshot!(run, @"
    ------- stderr -------
    the tests ended with exit code 2, which r/1.xml.exit keeps for the gate
    [exit status: 0]
    ");
    assert_eq!(project.read("r/1.xml.exit"), "2\n");
    assert_eq!(project.run(&["gate", "r/*.xml"]).status, 1);
}

#[test]
fn what_cannot_be_judged_is_not_run_first() {
    let project = Project::new();
    project.write("stepgate.yaml", "tests:\n  fail-on: [sometimes]\n");
    let run = run(&project, GREEN, "touch ran");
    assert_eq!(run.status, 3, "{run}");
    assert!(!project.exists("ran"));
}

#[test]
fn reports_of_parallel_processes_are_found_by_a_glob() {
    let project = Project::new();
    project.write("next.xml", phpunit(GREEN));
    let script = "mkdir out; cp next.xml out/1.xml; sed s/testNet/testGross/ next.xml > out/2.xml";
    let run = project.run(&["run", "--report", "out/*.xml", "--", "sh", "-c", script]);
    assert_eq!(run.status, 0, "{run}");
    assert!(run.contains("2 tests passed"), "{run}");
}
