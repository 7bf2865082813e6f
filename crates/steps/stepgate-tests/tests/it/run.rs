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
    assert_snapshot!(run(&project, GREEN, "echo 'OK (1 test)'; cp next.xml r.xml"), @"");
    assert_eq!(project.json("tests.json")["exit_codes"][0]["code"], 0);
}

#[test]
fn red_tests_fail() {
    let project = Project::new();
    assert_snapshot!(run(&project, RED, "cp next.xml r.xml; exit 1"), @"");
}

#[test]
fn a_red_code_over_a_green_report_fails() {
    let project = Project::new();
    assert_snapshot!(run(&project, GREEN, "cp next.xml r.xml; exit 2"), @"");
}

#[test]
fn tests_that_leave_no_report_are_no_pass_whatever_they_end_with() {
    let project = Project::new();
    assert_snapshot!(run(&project, GREEN, "true"), @"");
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
    assert_snapshot!(project.run(&["run", "--report", "r.xml", "--", "vendor/bin/phpunit", "--log-junit", "r.xml"]), @"");
    let run = project.run(&["run", "--report", "r.xml"]);
    assert_eq!(run.status, 2, "{run}");
    let run = project.run(&["run", "--", "true"]);
    assert_eq!(run.status, 2, "{run}");
}

#[test]
fn tests_that_are_killed_are_no_pass() {
    let project = Project::new();
    assert_snapshot!(run(&project, GREEN, "cp next.xml r.xml; kill -9 $$"), @"");
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
    let run = project.run(&[&keep[..], &["sh", "-c", "cp next.xml r/1.xml; exit 2"]].concat());
    assert_snapshot!(run, @"");
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
