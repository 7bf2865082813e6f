//! A suite that shrank against an earlier run.

use insta::assert_snapshot;

use crate::support::{Project, phpunit};

fn project() -> Project {
    let project = Project::new();
    let before = [("testNet", "ok"), ("testGross", "ok"), ("testTax", "ok"), ("testOld", "fails")];
    project.write("before.xml", phpunit(&before));
    let now = [("testNet", "ok"), ("testGross", "skipped"), ("testNew", "ok"), ("testOld", "ok")];
    project.write("now.xml", phpunit(&now));
    project
}

#[test]
fn removed_and_newly_skipped_tests_are_listed() {
    let project = project();
    assert_snapshot!(project.run(&["gate", "now.xml", "--against", "before.xml", "--output", "json=tests.json"]), @r"
    PASS stepgate-tests: 3 tests passed, 1 skipped
      - the suite shrank: 1 test removed, 1 test newly skipped

    removed
      App\Tests\PriceTest::testTax

    skipped now
      App\Tests\PriceTest::testGross

    since the earlier run: 1 new, 0 newly failing, 1 fixed

    report      tool    holds
    now.xml  phpunit  4 tests

    tests  passed  failed  errored  skipped  flaky  quarantined    time
    4           3       0        0        1      0            0  0.10 s

    slowest
      40 ms  App\Tests\PriceTest::testOld
      30 ms  App\Tests\PriceTest::testNew
      20 ms  App\Tests\PriceTest::testGross
      10 ms  App\Tests\PriceTest::testNet

    reports
      json  tests.json
    [exit status: 0]
    ");
    let json = project.json("tests.json");
    let rules: Vec<_> = json["findings"].as_array().into_iter().flatten().map(|finding| &finding["rule"]).collect();
    assert_eq!(rules, ["test-removed", "test-newly-skipped"]);
}

#[test]
fn a_suite_that_shrank_fails_where_it_may_not() {
    let project = project();
    let run = project.run(&["gate", "now.xml", "--against", "before.xml", "--fail-on", "shrink"]);
    assert_snapshot!(run, @r"
    FAIL stepgate-tests: the suite shrank: 1 test removed, 1 test newly skipped

    removed
      App\Tests\PriceTest::testTax

    skipped now
      App\Tests\PriceTest::testGross

    since the earlier run: 1 new, 0 newly failing, 1 fixed

    report      tool    holds
    now.xml  phpunit  4 tests

    tests  passed  failed  errored  skipped  flaky  quarantined    time
    4           3       0        0        1      0            0  0.10 s

    slowest
      40 ms  App\Tests\PriceTest::testOld
      30 ms  App\Tests\PriceTest::testNew
      20 ms  App\Tests\PriceTest::testGross
      10 ms  App\Tests\PriceTest::testNet
    [exit status: 1]
    ");
    project.write("now.xml", project.read("before.xml").replace("testOld", "testOlder"));
    assert_eq!(project.run(&["gate", "now.xml", "--against", "before.xml", "--fail-on", "shrink"]).status, 1);
}

#[test]
fn a_suite_that_only_grew_passes() {
    let project = project();
    let now = [("testNet", "ok"), ("testGross", "ok"), ("testTax", "ok"), ("testOld", "ok"), ("testNew", "ok")];
    project.write("now.xml", phpunit(&now));
    let run = project.run(&["gate", "now.xml", "--against", "before.xml", "--fail-on", "shrink"]);
    assert_eq!(run.status, 0, "{run}");
}

#[test]
fn with_nothing_to_compare_with_shrinking_cannot_be_ruled_out() {
    let project = project();
    assert_snapshot!(project.run(&["gate", "now.xml", "--fail-on", "shrink"]), @r"
    FAIL stepgate-tests: nothing shows that the suite did not shrink: `fail-on: shrink` needs --against

    report      tool    holds
    now.xml  phpunit  4 tests

    tests  passed  failed  errored  skipped  flaky  quarantined    time
    4           3       0        0        1      0            0  0.10 s

    slowest
      40 ms  App\Tests\PriceTest::testOld
      30 ms  App\Tests\PriceTest::testNew
      20 ms  App\Tests\PriceTest::testGross
      10 ms  App\Tests\PriceTest::testNet
    [exit status: 1]
    ");
}

#[test]
fn an_earlier_report_that_cannot_be_relied_on_is_refused() {
    let project = project();
    let before = project.read("before.xml");
    project.write("empty.xml", "").write("cut.xml", &before[..before.len() / 2]).write("none.xml", "<testsuites/>");
    for earlier in ["empty.xml", "cut.xml", "none.xml", "missing.xml", "none/*.xml", ""] {
        let run = project.run(&["gate", "now.xml", "--against", earlier]);
        assert_eq!(run.status, 3, "{earlier}: {run}");
        assert!(run.contains("cannot compare"), "{run}");
    }
    assert_snapshot!(project.run(&["gate", "now.xml", "--against", "missing.xml"]), @"
    ------- stderr -------
    error: cannot compare with missing.xml: there is no such file
    hint: without an earlier run, as on the first one, leave out --against
    [exit status: 3]
    ");
}

#[test]
fn skipped_tests_fail_where_they_are_not_wanted() {
    let project = project();
    let run = project.run(&["gate", "now.xml", "--fail-on", "skipped"]);
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("1 test was skipped"), "{run}");
}
