//! Bitbucket counts how often a step was run: with the history, that is an attempt too.

use insta::assert_snapshot;

use crate::support::{Project, Run, phpunit};

fn gate(project: &mut Project, build: &str, step_run: &str, commit: &str) -> Run {
    project.env("BITBUCKET_BUILD_NUMBER", build).env("BITBUCKET_STEP_RUN_NUMBER", step_run);
    project.env("BITBUCKET_COMMIT", commit);
    project.run(&["gate", "r.xml", "--history", "history.jsonl", "--output", "json=tests.json"])
}

#[test]
fn what_passes_when_the_step_is_run_again_is_flaky() {
    let mut project = Project::new();
    project.write("r.xml", phpunit(&[("testNet", "fails"), ("testGross", "ok")]));
    assert_eq!(gate(&mut project, "42", "1", "0123abcd").status, 1);
    project.write("r.xml", phpunit(&[("testNet", "ok"), ("testGross", "ok")]));
    let run = gate(&mut project, "42", "2", "0123abcd");
    assert_snapshot!(run, @r"
    PASS stepgate-tests: 2 tests passed
      - flaky: 1 test passed only after failing

    flaky
      App\Tests\PriceTest::testNet: passed at attempt 2; it failed in an earlier run of this step

    report     tool    holds
    r.xml   phpunit  2 tests

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    2           2       0        0        0      1            0  30 ms

    slowest
      20 ms  App\Tests\PriceTest::testGross
      10 ms  App\Tests\PriceTest::testNet

    reports
      json  tests.json
    [exit status: 0]
    ");
    assert_eq!(project.json("tests.json")["totals"]["flaky"], 1);
    let history = project.read("history.jsonl");
    assert!(history.contains("\"run\":\"42\"") && history.contains("\"run\":\"42.2\""), "{history}");
}

#[test]
fn a_new_build_or_another_commit_is_no_second_attempt() {
    for (build, step_run, commit) in [("43", "1", "0123abcd"), ("43", "2", "0123abcd"), ("42", "2", "9999abcd")] {
        let mut project = Project::new();
        project.write("r.xml", phpunit(&[("testNet", "fails")]));
        assert_eq!(gate(&mut project, "42", "1", "0123abcd").status, 1);
        project.write("r.xml", phpunit(&[("testNet", "ok")]));
        let run = gate(&mut project, build, step_run, commit);
        assert_eq!(run.status, 0, "{run}");
        assert_eq!(project.json("tests.json")["totals"]["flaky"], 0, "{run}");
    }
}

#[test]
fn such_a_flaky_test_fails_where_flaky_tests_do() {
    let mut project = Project::new();
    project.write("stepgate.yaml", "tests:\n  fail-on: [flaky]\n  history:\n    file: history.jsonl\n");
    project.write("r.xml", phpunit(&[("testNet", "fails")]));
    assert_eq!(gate(&mut project, "42", "1", "0123abcd").status, 1);
    project.write("r.xml", phpunit(&[("testNet", "ok")]));
    let run = gate(&mut project, "42", "2", "0123abcd");
    assert_eq!(run.status, 1, "{run}");
    // It is remembered as flaky, not as passed.
    assert!(project.read("history.jsonl").contains("\"flaky\":[\"App"), "{run}");
}

#[test]
fn with_attempts_and_a_step_that_is_run_again_nothing_is_lost() {
    let mut project = Project::new();
    project.write("r.xml", phpunit(&[("testNet", "fails"), ("testGross", "fails")]));
    assert_eq!(gate(&mut project, "42", "1", "0123abcd").status, 1);
    project.write("again/r.xml", phpunit(&[("testNet", "ok")]));
    project.write("r.xml", phpunit(&[("testNet", "fails"), ("testGross", "ok")]));
    project.env("BITBUCKET_STEP_RUN_NUMBER", "2");
    let args =
        ["gate", "r.xml", "--attempt-dirs", "again", "--history", "history.jsonl", "--output", "json=tests.json"];
    let run = project.run(&args);
    assert_eq!(run.status, 0, "{run}");
    assert_eq!(project.json("tests.json")["totals"]["flaky"], 2, "{run}");
}

#[test]
fn what_failed_again_in_a_later_attempt_is_not_flaky() {
    let mut project = Project::new();
    project.write("r.xml", phpunit(&[("testNet", "fails")]));
    assert_eq!(gate(&mut project, "42", "1", "0123abcd").status, 1);
    project.write("r.xml", phpunit(&[("testNet", "ok")])).write("again/r.xml", phpunit(&[("testNet", "fails")]));
    project.env("BITBUCKET_STEP_RUN_NUMBER", "2");
    let args =
        ["gate", "r.xml", "--attempt-dirs", "again", "--history", "history.jsonl", "--output", "json=tests.json"];
    let run = project.run(&args);
    assert_eq!(run.status, 1, "{run}");
    let totals = &project.json("tests.json")["totals"];
    assert_eq!((&totals["tests"], &totals["failed"], &totals["flaky"]), (&1.into(), &1.into(), &0.into()), "{run}");
}
