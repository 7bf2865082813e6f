//! Tests that may fail for a while.

use insta::assert_snapshot;

use crate::support::{Project, phpunit};

fn project(entries: &[(&str, &str)]) -> Project {
    let project = Project::new();
    let entry = |(test, expires): &(&str, &str)| {
        format!(
            "      - test: {test}\n        owner: payments\n        reason: the bank's sandbox is down\n        ticket: SHOP-42\n        expires: {expires}\n"
        )
    };
    let entries: String = entries.iter().map(entry).collect();
    project.write("stepgate.yaml", format!("tests:\n  quarantine:\n    ready-after: 3\n    tests:\n{entries}"));
    project
}

const NET: &str = r"App\Tests\PriceTest::testNet";

#[test]
fn a_quarantined_failure_is_shown_and_does_not_block() {
    let project = project(&[(NET, "2999-12-31")]);
    project.write("r.xml", phpunit(&[("testNet", "fails"), ("testGross", "ok")]));
    assert_snapshot!(project.run(&["gate", "r.xml", "--output", "json=tests.json"]), @r"
    PASS stepgate-tests: 2 tests ran
      - quarantined: 1 test failed and does not block

    in quarantine
      App\Tests\PriceTest::testNet (payments, SHOP-42, until 2999-12-31): Failed asserting that 119 is identical to 120.

    report     tool    holds
    r.xml   phpunit  2 tests

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    2           1       1        0        0      0            1  30 ms

    slowest
      20 ms  App\Tests\PriceTest::testGross
      10 ms  App\Tests\PriceTest::testNet

    reports
      json  tests.json
    [exit status: 0]
    ");
    let json = project.json("tests.json");
    assert_eq!(json["findings"][0]["disposition"], "muted");
    assert_eq!(json["findings"][0]["muted_by"]["ticket"], "SHOP-42");
    assert_eq!(json["totals"]["quarantined"], 1);
}

#[test]
fn another_failure_still_blocks() {
    let project = project(&[(NET, "2999-12-31")]);
    project.write("r.xml", phpunit(&[("testNet", "fails"), ("testGross", "fails")]));
    let run = project.run(&["gate", "r.xml"]);
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains(r"1 test of 2 failed: App\Tests\PriceTest::testGross"), "{run}");
}

#[test]
fn an_entry_that_has_ended_fails_also_when_its_test_is_green() {
    let project = project(&[(NET, "2026-01-31")]);
    project.write("r.xml", phpunit(&[("testNet", "ok")]));
    assert_snapshot!(project.run(&["gate", "r.xml"]), @r"
    FAIL stepgate-tests: the quarantine of `App\Tests\PriceTest::testNet` ended on 2026-01-31: payments is to renew or remove the entry

    the quarantine
      App\Tests\PriceTest::testNet (payments) ended on 2026-01-31

    report     tool   holds
    r.xml   phpunit  1 test

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    1           1       0        0        0      0            0  10 ms

    slowest
      10 ms  App\Tests\PriceTest::testNet
    [exit status: 1]
    ");
    project.write("r.xml", phpunit(&[("testNet", "fails")]));
    let run = project.run(&["gate", "r.xml"]);
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("1 test of 1 failed") && run.contains("ended on 2026-01-31"), "{run}");
}

#[test]
fn an_entry_that_matches_no_test_is_noted() {
    let project = project(&[(NET, "2999-12-31"), (r"App\Tests\GoneTest::*", "2999-12-31")]);
    project.write("r.xml", phpunit(&[("testNet", "ok")]));
    let run = project.run(&["gate", "r.xml", "--output", "json=tests.json"]);
    assert_eq!(run.status, 0, "{run}");
    assert!(run.contains(r"App\Tests\GoneTest::* matches no test"), "{run}");
    assert_eq!(project.json("tests.json")["quarantine"]["stale"][0], r"App\Tests\GoneTest::*");
}

#[test]
fn a_test_that_keeps_passing_is_ready_to_come_out() {
    let project = project(&[(NET, "2999-12-31")]);
    let gate = || project.run(&["gate", "r.xml", "--history", "history.jsonl"]);
    project.write("r.xml", phpunit(&[("testNet", "fails"), ("testGross", "ok")]));
    assert_eq!(gate().status, 0);
    project.write("r.xml", phpunit(&[("testNet", "ok"), ("testGross", "ok")]));
    for _ in 0..3 {
        let run = gate();
        assert!(run.status == 0 && !run.contains("come out"), "{run}");
    }
    assert_snapshot!(gate(), @r"
    PASS stepgate-tests: 2 tests passed
      - `App\Tests\PriceTest::testNet` passed 3 times in a row: it can come out of the quarantine

    the quarantine
      App\Tests\PriceTest::testNet passed 3 times in a row, it can come out

    report     tool    holds
    r.xml   phpunit  2 tests

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    2           2       0        0        0      0            0  30 ms

    slowest
      20 ms  App\Tests\PriceTest::testGross
      10 ms  App\Tests\PriceTest::testNet
    [exit status: 0]
    ");
}

#[test]
fn a_quarantine_without_an_end_or_a_reason_is_refused() {
    let project = Project::new();
    project.write("r.xml", phpunit(&[("testNet", "ok")]));
    project.write("stepgate.yaml", "tests:\n  quarantine:\n    tests:\n      - test: App\\Tests\\PriceTest::testNet\n");
    let run = project.run(&["gate", "r.xml"]);
    assert_eq!(run.status, 3, "{run}");
    assert!(run.contains("owner"), "{run}");
}

#[test]
fn bitbucket_s_own_list_is_read() {
    let mut project = Project::new();
    project.write("r.xml", phpunit(&[("testNet", "fails"), ("testGross", "ok")]));
    let list = r#"{"quarantinedTests": [{"package": "App.Tests", "class": "PriceTest", "name": "testNet"}]}"#;
    project.write("metadata.json", list);
    project.env("BITBUCKET_TEST_METADATA_FILE_PATH", "metadata.json");
    assert_snapshot!(project.run(&["gate", "r.xml", "--output", "json=tests.json"]), @r"
    PASS stepgate-tests: 2 tests ran
      - quarantined: 1 test failed and does not block

    in quarantine
      App\Tests\PriceTest::testNet (quarantined in Bitbucket): Failed asserting that 119 is identical to 120.

    report     tool    holds
    r.xml   phpunit  2 tests

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    2           1       1        0        0      0            1  30 ms

    slowest
      20 ms  App\Tests\PriceTest::testGross
      10 ms  App\Tests\PriceTest::testNet

    reports
      json  tests.json
    [exit status: 0]
    ");
    assert_eq!(project.json("tests.json")["findings"][0]["muted_by"]["owner"], "bitbucket");
}

#[test]
fn bitbucket_s_list_may_be_missing_unless_it_is_named_and_must_be_readable() {
    let mut project = Project::new();
    project.write("r.xml", phpunit(&[("testNet", "ok")]));
    project.env("BITBUCKET_TEST_METADATA_FILE_PATH", "/nowhere/at/all.json");
    assert_eq!(project.run(&["gate", "r.xml"]).status, 0);
    assert_eq!(project.run(&["gate", "r.xml", "--bitbucket-quarantine", "missing.json"]).status, 3);
    project.write("metadata.json", "{\"quarantinedTests\": [{}]}");
    project.env("BITBUCKET_TEST_METADATA_FILE_PATH", "metadata.json");
    assert_snapshot!(project.run(&["gate", "r.xml"]), @"
    ------- stderr -------
    error: cannot use Bitbucket's list of quarantined tests, [DIR]/metadata.json: quarantinedTests[0]: missing field `name`
    [exit status: 3]
    ");
    project.env("BITBUCKET_TEST_METADATA_FILE_PATH", "");
    let run = project.run(&["gate", "r.xml"]);
    assert_eq!(run.status, 0, "{run}");
}
