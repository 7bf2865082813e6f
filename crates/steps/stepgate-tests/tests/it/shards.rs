//! Reports of parallel steps become one.

use insta::assert_snapshot;

use crate::support::{Project, phpunit, phpunit_of};

#[test]
fn shards_are_united() {
    let project = Project::new();
    project.write("r/1.xml", phpunit(&[("testNet", "ok"), ("testGross", "skipped")]));
    project.write("r/2.xml", phpunit_of("CartTest", &[("testSum", "ok"), ("testEmpty", "ok")]));
    assert_snapshot!(project.run(&["gate", "r/*.xml", "--expect-files", "2"]), @r"
    PASS stepgate-tests: 3 tests passed, 1 skipped

    report      tool    holds
    r/1.xml  phpunit  2 tests
    r/2.xml  phpunit  2 tests

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    4           3       0        0        1      0            0  60 ms

    slowest
      20 ms  App\Tests\PriceTest::testGross
      20 ms  App\Tests\CartTest::testEmpty
      10 ms  App\Tests\PriceTest::testNet
      10 ms  App\Tests\CartTest::testSum
    [exit status: 0]
    ");
}

#[test]
fn what_blocks_comes_first_with_the_line_where_it_failed() {
    let project = Project::new();
    project.write("r/1.xml", phpunit(&[("testNet", "ok"), ("testGross", "fails"), ("testTax", "breaks")]));
    project.write("r/2.xml", phpunit_of("CartTest", &[("testSum", "ok"), ("testEmpty", "fails")]));
    assert_snapshot!(project.run(&["gate", "r/*.xml", "--output", "json=tests.json"]), @r"
    FAIL stepgate-tests: 3 tests of 5 failed

    tests/PriceTest.php
      22  failed   Failed asserting that 119 is identical to 120.
                   App\Tests\PriceTest::testGross
      32  errored  RuntimeException: no database
                   App\Tests\PriceTest::testTax

    tests/CartTest.php
      22  failed   Failed asserting that 119 is identical to 120.
                   App\Tests\CartTest::testEmpty

    report      tool    holds
    r/1.xml  phpunit  3 tests
    r/2.xml  phpunit  2 tests

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    5           2       2        1        0      0            0  90 ms

    slowest
      30 ms  App\Tests\PriceTest::testTax
      20 ms  App\Tests\PriceTest::testGross
      20 ms  App\Tests\CartTest::testEmpty
      10 ms  App\Tests\PriceTest::testNet
      10 ms  App\Tests\CartTest::testSum

    reports
      json  tests.json
    [exit status: 1]
    ");
    let json = project.json("tests.json");
    let first = &json["findings"][0];
    assert_eq!((&first["path"], &first["line"]), (&"tests/PriceTest.php".into(), &22.into()), "{json}");
}

#[test]
fn the_same_file_counts_once_however_it_is_matched() {
    let project = Project::new();
    let report = phpunit(&[("testNet", "ok")]);
    project.write("r/1.xml", &report).write("artifact/r/1.xml", &report);
    let run = project.run(&["gate", "r/1.xml", "r/*.xml", "./r/../r/1.xml", "artifact/**/*.xml"]);
    assert_snapshot!(run, @r"
    PASS stepgate-tests: 1 test passed
      - artifact/r/1.xml is the same file as r/1.xml, and counts once

    report      tool   holds
    r/1.xml  phpunit  1 test

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    1           1       0        0        0      0            0  10 ms

    slowest
      10 ms  App\Tests\PriceTest::testNet
    [exit status: 0]
    ");
}

#[test]
fn the_same_test_in_two_shards_is_two_results_and_one_that_failed_is_a_failure() {
    let project = Project::new();
    project.write("a.xml", phpunit(&[("testNet", "fails")])).write("b.xml", phpunit(&[("testNet", "ok")]));
    let run = project.run(&["gate", "a.xml", "b.xml", "--output", "json=tests.json"]);
    assert_eq!(run.status, 1, "{run}");
    let totals = &project.json("tests.json")["totals"];
    assert_eq!((&totals["tests"], &totals["failed"], &totals["flaky"]), (&2.into(), &1.into(), &0.into()));
}

#[test]
fn the_merged_report_reads_back_to_the_same() {
    let project = Project::new();
    project.write("1.xml", phpunit(&[("testNet", "ok"), ("testGross", "fails"), ("testTax", "skipped")]));
    project.write("2.xml", phpunit_of("CartTest", &[("testSum", "breaks")]));
    let first = project.run(&[
        "gate",
        "1.xml",
        "2.xml",
        "--output",
        "json=1.json",
        "--output",
        "junit=test-results/merged.xml",
    ]);
    assert_eq!(first.status, 1, "{first}");
    let again = project.run(&["gate", "test-results/merged.xml", "--output", "json=2.json"]);
    assert_eq!(again.status, 1, "{again}");
    let (first, again) = (project.json("1.json"), project.json("2.json"));
    assert_eq!(first["totals"], again["totals"]);
    assert_eq!(first["findings"], again["findings"]);
    assert_snapshot!(project.read("test-results/merged.xml"), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites tests="4" failures="1" errors="1" skipped="1" time="2.000000">

      <testsuite name="App\Tests\PriceTest" file="/opt/atlassian/pipelines/agent/build/tests/PriceTest.php" assertions="2" tests="3" failures="1" errors="0" skipped="1" time="1.000000">
        <testcase name="testNet" class="App\Tests\PriceTest" classname="App.Tests.PriceTest" file="/opt/atlassian/pipelines/agent/build/tests/PriceTest.php" line="10" assertions="1" time="0.010000"></testcase>
        <testcase name="testGross" class="App\Tests\PriceTest" classname="App.Tests.PriceTest" file="/opt/atlassian/pipelines/agent/build/tests/PriceTest.php" line="20" assertions="1" time="0.020000"><failure type="PHPUnit\Framework\ExpectationFailedException">App\Tests\PriceTest::testGross
    Failed asserting that 119 is identical to 120.

    /opt/atlassian/pipelines/agent/build/tests/PriceTest.php:22
    </failure></testcase>
        <testcase name="testTax" class="App\Tests\PriceTest" classname="App.Tests.PriceTest" file="/opt/atlassian/pipelines/agent/build/tests/PriceTest.php" line="30" assertions="1" time="0.030000"><skipped/></testcase>
      </testsuite>


      <testsuite name="App\Tests\CartTest" file="/opt/atlassian/pipelines/agent/build/tests/CartTest.php" assertions="1" tests="1" failures="0" errors="1" skipped="0" time="1.000000">
        <testcase name="testSum" class="App\Tests\CartTest" classname="App.Tests.CartTest" file="/opt/atlassian/pipelines/agent/build/tests/CartTest.php" line="10" assertions="1" time="0.010000"><error type="PHPUnit\Framework\ExpectationFailedException">App\Tests\CartTest::testSum
    RuntimeException: no database

    /opt/atlassian/pipelines/agent/build/tests/CartTest.php:12
    </error></testcase>
      </testsuite>

    </testsuites>
    "#);
}

#[test]
fn the_merged_report_has_what_the_tests_tab_of_bitbucket_asks_for() {
    let project = Project::new();
    let bare = "<testsuite name=\"bare\"><testcase name=\"a\" classname=\"B\"/><testcase name=\"c\"><failure/></testcase></testsuite>";
    project.write("bare.xml", bare);
    let run = project.run(&["merge", "bare.xml", "--output", "junit=merged.xml"]);
    assert_eq!(run.status, 0, "{run}");
    let merged = project.read("merged.xml");
    let suite = merged.lines().find(|line| line.contains("<testsuite ")).unwrap_or_default();
    for attribute in ["tests=\"2\"", "failures=\"1\"", "errors=\"0\"", "skipped=\"0\"", "time=\""] {
        assert!(suite.contains(attribute), "{attribute}: {merged}");
    }
    let cases: Vec<_> = merged.split("<testcase").skip(1).collect();
    assert_eq!(cases.len(), 2, "{merged}");
    for case in cases {
        assert!(case.contains("classname=\"") && case.contains("time=\""), "{merged}");
    }
}

#[test]
fn suites_in_suites_stay_where_they_are() {
    let project = Project::new();
    let inner = |name: &str| {
        format!("<testsuite name=\"{name}\"><testcase classname=\"C\" name=\"t\" time=\"1\"/></testsuite>")
    };
    let nested = format!(
        "<testsuites><testsuite name=\"outer\"><testsuite name=\"middle\">{}{}</testsuite></testsuite></testsuites>",
        inner("one"),
        inner("two")
    );
    project.write("nested.xml", nested).write("flat.xml", inner("flat"));
    let run = project.run(&["gate", "nested.xml", "flat.xml", "--output", "junit=merged.xml"]);
    assert_eq!(run.status, 0, "{run}");
    assert!(run.contains("3 tests passed"), "{run}");
    let merged = project.read("merged.xml");
    let order: Vec<_> = ["\"outer\"", "\"middle\"", "\"one\"", "\"two\"", "\"flat\""]
        .map(|name| merged.find(name))
        .into_iter()
        .collect::<Option<_>>()
        .expect("every suite");
    assert!(order.is_sorted(), "{merged}");
    assert_eq!(merged.matches("<testcase").count(), 3, "{merged}");
    assert!(merged.contains("</testsuite></testsuite>") || merged.matches("</testsuite>").count() == 5, "{merged}");
}

#[test]
fn a_report_may_come_from_standard_input() {
    let project = Project::new();
    let run = project.run_with_stdin(&["gate", "-"], &phpunit(&[("testNet", "ok")]));
    assert_snapshot!(run, @r"
    PASS stepgate-tests: 1 test passed

    report     tool   holds
    -       phpunit  1 test

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    1           1       0        0        0      0            0  10 ms

    slowest
      10 ms  App\Tests\PriceTest::testNet
    [exit status: 0]
    ");
    let run = project.run_with_stdin(&["gate", "-"], "");
    assert_eq!(run.status, 3, "{run}");
    let run = project.run_with_stdin(&["gate", "-", "--output", "junit=merged.xml"], &phpunit(&[("testNet", "fails")]));
    assert_eq!(run.status, 1, "{run}");
    assert!(project.read("merged.xml").contains("Failed asserting"));
}

const OTR: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<e:events xmlns=\"https://schemas.opentest4j.org/reporting/core/0.2.0\" xmlns:e=\"https://schemas.opentest4j.org/reporting/events/0.2.0\">
 <e:started id=\"1\" name=\"App\\Tests\\TaxTest\" time=\"2026-11-23T04:14:26.100000+00:00\"/>
 <e:started id=\"2\" parentId=\"1\" name=\"testRate\" time=\"2026-11-23T04:14:26.100000+00:00\"/>
 <e:finished id=\"2\" time=\"2026-11-23T04:14:26.200000+00:00\"><result status=\"SUCCESSFUL\"/></e:finished>
 <e:finished id=\"1\" time=\"2026-11-23T04:14:26.200000+00:00\"/>
</e:events>
";

const TRX: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>
<TestRun id=\"1\" xmlns=\"http://microsoft.com/schemas/VisualStudio/TeamTest/2010\">
  <Results>
    <UnitTestResult testId=\"a\" testName=\"Shop.RoundTest.Up\" outcome=\"Passed\" duration=\"00:00:00.5000000\"/>
    <UnitTestResult testId=\"b\" testName=\"Shop.RoundTest.Down\" outcome=\"Failed\" duration=\"00:00:00.1000000\">
      <Output><ErrorInfo><Message>expected 1, was 2</Message></ErrorInfo></Output>
    </UnitTestResult>
  </Results>
  <TestDefinitions>
    <UnitTest name=\"Up\" id=\"a\"><TestMethod className=\"Shop.RoundTest\" name=\"Up\"/></UnitTest>
    <UnitTest name=\"Down\" id=\"b\"><TestMethod className=\"Shop.RoundTest\" name=\"Down\"/></UnitTest>
  </TestDefinitions>
  <ResultSummary outcome=\"Failed\"><Counters total=\"2\" executed=\"2\" passed=\"1\" failed=\"1\"/></ResultSummary>
</TestRun>
";

#[test]
fn reports_of_several_formats_are_one_run() {
    let project = Project::new();
    project.write("unit.xml", phpunit(&[("testNet", "ok")])).write("tax.otr.xml", OTR).write("round.trx", TRX);
    let outputs = ["--output", "junit=merged.xml", "--output", "json=1.json"];
    let run = project.run(&[&["gate", "unit.xml", "tax.otr.xml", "round.trx"][..], &outputs].concat());
    assert_snapshot!(run, @r"
    FAIL stepgate-tests: 1 test of 4 failed: Shop.RoundTest::Down

    Shop.RoundTest
        failed   expected 1, was 2
                 Shop.RoundTest::Down

    report                      tool    holds
    unit.xml                 phpunit   1 test
    tax.otr.xml  open-test-reporting   1 test
    round.trx                 dotnet  2 tests

    tests  passed  failed  errored  skipped  flaky  quarantined    time
    4           3       1        0        0      0            0  0.71 s

    slowest
      0.50 s  Shop.RoundTest::Up
      0.10 s  Shop.RoundTest::Down
      0.10 s  App\Tests\TaxTest::testRate
       10 ms  App\Tests\PriceTest::testNet

    reports
      junit  merged.xml
      json   1.json
    [exit status: 1]
    ");
    let again = project.run(&["gate", "merged.xml", "--output", "json=2.json"]);
    assert_eq!(again.status, 1, "{again}");
    assert_eq!(project.json("1.json")["totals"], project.json("2.json")["totals"]);
}

#[test]
fn a_run_that_was_cut_short_names_the_test_that_was_running() {
    let project = Project::new();
    let cut = OTR.find(" <e:finished id=\"2\"").expect("a place to cut at");
    project.write("tax.otr.xml", &OTR[..cut]);
    assert_snapshot!(project.run(&["gate", "tax.otr.xml"]), @r"
    INCOMPLETE stepgate-tests: tax.otr.xml cannot be relied on: the run ended while testRate was running
      - 1 test of 1 failed: App\Tests\TaxTest::testRate

    INCOMPLETE tax.otr.xml (open-test-reporting, otr)
      the run ended while testRate was running
      line 5, column 1: the document was cut short: it ends before </e:events>

    App\Tests\TaxTest
        errored  the test was running when the run ended
                 App\Tests\TaxTest::testRate

    report                      tool   holds
    tax.otr.xml  open-test-reporting  1 test

    tests  passed  failed  errored  skipped  flaky  quarantined  time
    1           0       0        1        0      0            0   0 s
    [exit status: 3]
    ");
}

#[test]
fn merging_judges_nothing_but_that_the_reports_are_whole() {
    let project = Project::new();
    project
        .write("1.xml", phpunit(&[("testNet", "fails")]))
        .write("2.xml", phpunit_of("CartTest", &[("testSum", "ok")]));
    assert_snapshot!(project.run(&["merge", "1.xml", "2.xml", "--output", "junit=merged.xml"]), @"
    merged 2 reports: 2 tests, 1 passed (0 flaky), 1 failed, 0 errored, 0 skipped
    [exit status: 0]
    ");
    project.write("2.xml", "");
    assert_snapshot!(project.run(&["merge", "1.xml", "2.xml", "--output", "junit=merged.xml"]), @"
    INCOMPLETE: merged 2 reports: 1 test, 0 passed (0 flaky), 1 failed, 0 errored, 0 skipped
    ------- stderr -------
    incomplete: 2.xml: it is empty: the test runner did not write a report, or ended before it could
    [exit status: 3]
    ");
    assert!(project.read("merged.xml").contains("testNet"), "what is there is merged all the same");
}
