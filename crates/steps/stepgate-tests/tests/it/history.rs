//! The file that remembers what tests did.

use insta::assert_snapshot;

use crate::support::{Project, Run, phpunit};

const RED: &[(&str, &str)] = &[("testNet", "fails"), ("testGross", "ok")];
const GREEN: &[(&str, &str)] = &[("testNet", "ok"), ("testGross", "ok")];

/// A gate in the build of that number, over a commit that was built before.
fn gate(project: &mut Project, build: u32, tests: &[(&str, &str)], more: &[&str]) -> Run {
    project.env("BITBUCKET_BUILD_NUMBER", &build.to_string()).env("BITBUCKET_COMMIT", "0123abcd");
    project.write("r.xml", phpunit(tests));
    project.run(&[&["gate", "r.xml", "--history", "history.jsonl"], more].concat())
}

#[test]
fn a_history_begins_grows_and_is_shown() {
    let mut project = Project::new();
    assert_snapshot!(gate(&mut project, 1, RED, &[]), @r"
    FAIL stepgate-tests: 1 test of 2 failed: App\Tests\PriceTest::testNet
      - there is no history yet: history.jsonl is begun

    tests/PriceTest.php
      12  failed   Failed asserting that 119 is identical to 120.
                   App\Tests\PriceTest::testNet

    report     tool    holds
    r.xml   phpunit  2 tests

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    2           1       1        0        0      0            0  30 ms

    slowest
      20 ms  App\Tests\PriceTest::testGross
      10 ms  App\Tests\PriceTest::testNet
    [exit status: 1]
    ");
    assert_eq!(project.read("history.jsonl").lines().count(), 1);
    let run = gate(&mut project, 2, GREEN, &[]);
    assert!(run.status == 0 && !run.contains("is begun"), "{run}");
    assert_eq!(gate(&mut project, 3, RED, &[]).status, 1);
    let history = project.read("history.jsonl");
    assert_eq!(history.lines().count(), 3, "{history}");
    assert!(!history.contains("testGross"), "a test that never was trouble is not in it: {history}");
    assert_snapshot!(project.run(&["flaky", "history.jsonl"]), @r"
    1 flaky test in 3 runs; the latest run is on the right

                     F.F  2 of 3  App\Tests\PriceTest::testNet
    [exit status: 0]
    ");
}

#[test]
fn a_frozen_history_is_read_and_not_written() {
    let mut project = Project::new();
    assert_eq!(gate(&mut project, 1, RED, &["--frozen-history"]).status, 1);
    assert!(!project.exists("history.jsonl"));
    assert_eq!(gate(&mut project, 1, RED, &[]).status, 1);
    let before = project.read("history.jsonl");
    assert_eq!(gate(&mut project, 2, GREEN, &["--frozen-history"]).status, 0);
    assert_eq!(project.read("history.jsonl"), before);
}

#[test]
fn a_run_that_is_not_whole_is_not_remembered() {
    let mut project = Project::new();
    assert_eq!(gate(&mut project, 1, RED, &[]).status, 1);
    let before = project.read("history.jsonl");
    let run = gate(&mut project, 2, GREEN, &["--expect-files", "2"]);
    assert_eq!(run.status, 3, "{run}");
    assert!(run.contains("this run is not added to the history"), "{run}");
    assert_eq!(project.read("history.jsonl"), before);
}

#[test]
fn no_more_runs_are_kept_than_configured() {
    let mut project = Project::new();
    project.write("stepgate.yaml", "tests:\n  history:\n    runs: 3\n");
    for build in 1..=5 {
        assert_eq!(gate(&mut project, build, RED, &[]).status, 1);
    }
    let history = project.read("history.jsonl");
    let runs: Vec<_> = (1..=5).filter(|build| history.contains(&format!("\"run\":\"{build}\""))).collect();
    assert_eq!(runs, [3, 4, 5], "{history}");
}

#[test]
fn a_last_line_that_was_cut_short_is_left_out_and_a_broken_one_is_refused() {
    let mut project = Project::new();
    assert_eq!(gate(&mut project, 1, RED, &[]).status, 1);
    assert_eq!(gate(&mut project, 2, RED, &[]).status, 1);
    let whole = project.read("history.jsonl");
    project.write("history.jsonl", &whole[..whole.len() - 20]);
    let run = gate(&mut project, 3, GREEN, &[]);
    assert_eq!(run.status, 0, "{run}");
    assert!(run.contains("line 2, the last, is cut short"), "{run}");
    assert_eq!(project.read("history.jsonl").lines().count(), 2);
    project.write("history.jsonl", format!("{whole}<html>\n{whole}"));
    assert_snapshot!(gate(&mut project, 4, GREEN, &[]), @"
    ------- stderr -------
    error: cannot use the history [DIR]/history.jsonl: line 3: column 1: expected value
    hint: remove the file to begin anew, or the line to keep the rest
    [exit status: 3]
    ");
    assert_eq!(project.run(&["flaky", "history.jsonl"]).status, 3);
}

#[test]
fn histories_of_parallel_branches_are_united() {
    let mut project = Project::new();
    assert_eq!(gate(&mut project, 1, RED, &[]).status, 1);
    project.write("main.jsonl", project.read("history.jsonl"));
    assert_eq!(gate(&mut project, 2, GREEN, &[]).status, 0);
    let run = project.run(&["flaky", "main.jsonl", "history.jsonl", "--unite", "all.jsonl"]);
    assert!(run.contains("in 2 runs"), "{run}");
    assert_eq!(project.read("all.jsonl").lines().count(), 2);
}

#[test]
fn without_trouble_there_is_nothing_to_show() {
    let mut project = Project::new();
    assert_eq!(gate(&mut project, 1, GREEN, &[]).status, 0);
    assert_snapshot!(project.run(&["flaky", "history.jsonl"]), @"
    no flaky test in 1 run
    [exit status: 0]
    ");
    assert_snapshot!(project.run(&["flaky", "missing.jsonl"]), @"
    ------- stderr -------
    error: cannot read [DIR]/missing.jsonl: No such file or directory (os error 2)
    [exit status: 3]
    ");
}
