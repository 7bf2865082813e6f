//! What cannot be relied on is never a pass.

use insta::assert_snapshot;

use crate::support::{Project, Run, clover, phpunit, touch};

/// Runs a gate that must be incomplete, and checks that its JSON says so too.
fn incomplete(project: &Project, args: &[&str]) -> Run {
    let run = project.run(&[&["gate", "--output", "json=out/tests.json"], args].concat());
    assert_eq!(run.status, 3, "{run}");
    assert!(run.contains("INCOMPLETE stepgate-tests: "), "{run}");
    let json = project.json("out/tests.json");
    assert_eq!(json["verdict"], "incomplete", "{json}");
    let reasons = json["reasons"].as_array().expect("a list");
    let first = reasons.first().and_then(|reason| reason.as_str()).expect("a reason");
    let first = first.replace(&*project.repo.path().to_string_lossy(), "[DIR]");
    assert!(run.contains(&format!("INCOMPLETE stepgate-tests: {first}\n")), "{first}: {run}");
    run
}

#[test]
fn no_report_at_all_is_no_pass() {
    assert_snapshot!(incomplete(&Project::new(), &[]), @"
    INCOMPLETE stepgate-tests: no report is named: give paths, a glob, or --attempt-dirs

    tests  passed  failed  errored  skipped  flaky  quarantined  time
    0           0       0        0        0      0            0   0 s

    reports
      json  out/tests.json
    [exit status: 3]
    ");
}

#[test]
fn what_cannot_be_read_does_not_hide_what_can() {
    let project = Project::new();
    let whole = phpunit(&[("testNet", "ok"), ("testGross", "fails")]);
    project.write("r/good.xml", &whole).write("r/empty.xml", "").write("r/blank.xml", " \n\t\n");
    project.write("r/cut.xml", &whole[..whole.len() - 40]);
    project.write("r/cdata.xml", whole.replace("</testsuite>", "<system-out><![CDATA[it goes on"));
    project.write("r/page.xml", "<!DOCTYPE html>\n<html><body>502 Bad Gateway</body></html>\n");
    project
        .write("r/coverage.xml", clover(&[("src/Price.php", &[(7, 1)])]))
        .write("r/text.xml", "Segmentation fault\n");
    project.write("r/dtd.xml", "<!DOCTYPE testsuites [<!ENTITY a \"b\">]>\n<testsuites>&a;</testsuites>\n");
    let files = [
        "r/good.xml",
        "r/empty.xml",
        "r/blank.xml",
        "r/cut.xml",
        "r/cdata.xml",
        "r/page.xml",
        "r/coverage.xml",
        "r/text.xml",
        "r/dtd.xml",
        "r/missing.xml",
        "r/none/*.xml",
        "r",
        "",
    ];
    let run = incomplete(&project, &files);
    assert_snapshot!(run, @r#"
    INCOMPLETE stepgate-tests: r/empty.xml and 11 other inputs cannot be relied on: it is empty: the test runner did not write a report, or ended before it could
      - 3 tests of 6 failed

    INCOMPLETE r/empty.xml (cannot be read)
      it is empty: the test runner did not write a report, or ended before it could

    INCOMPLETE r/blank.xml (cannot be read)
      it is empty: the test runner did not write a report, or ended before it could

    INCOMPLETE r/cut.xml (phpunit, junit)
      line 9, column 12: the document was cut short: it ends within a tag; nothing behind that was read

    INCOMPLETE r/cdata.xml (phpunit, junit)
      line 12, column 1: the document was cut short: it ends within a CDATA section; nothing behind that was read

    INCOMPLETE r/page.xml (cannot be read)
      this is an HTML page, most likely the error page of a server or proxy

    INCOMPLETE r/coverage.xml (cannot be read)
      the root is <coverage>, which is no report of tests that we read; coverage reports are given with --coverage

    INCOMPLETE r/text.xml (cannot be read)
      line 1, column 1: the XML is not well-formed: there is text outside of any element; the file holds more than a report

    INCOMPLETE r/dtd.xml (cannot be read)
      line 1, column 1: the XML declares a document type (DTD), which can make a small file grow without limit or read other files, so it is refused

    INCOMPLETE r/missing.xml (cannot be read)
      there is no such file

    INCOMPLETE r/none/*.xml (cannot be read)
      no file matches r/none/*.xml; r has blank.xml, cdata.xml, coverage.xml, cut.xml, dtd.xml and 4 more

    INCOMPLETE r (cannot be read)
      it is a directory; name the files in it, for example r/*.xml

    INCOMPLETE "" (cannot be read)
      its name is empty; is a variable on the command line not set?

    tests/PriceTest.php
      22  failed   Failed asserting that 119 is identical to 120.
                   App\Tests\PriceTest::testGross
      22  errored  Failed asserting that 119 is identical to 120.
                   App\Tests\PriceTest::testGross
      22  failed   Failed asserting that 119 is identical to 120.
                   App\Tests\PriceTest::testGross

    report             tool    holds
    r/good.xml      phpunit  2 tests
    r/empty.xml     unknown        -
    r/blank.xml     unknown        -
    r/cut.xml       phpunit  2 tests
    r/cdata.xml     phpunit  2 tests
    r/page.xml      unknown        -
    r/coverage.xml  unknown        -
    r/text.xml      unknown        -
    r/dtd.xml       unknown        -
    r/missing.xml   unknown        -
    and 3 more

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    6           3       2        1        0      0            0  90 ms

    slowest
      20 ms  App\Tests\PriceTest::testGross
      20 ms  App\Tests\PriceTest::testGross
      20 ms  App\Tests\PriceTest::testGross
      10 ms  App\Tests\PriceTest::testNet
      10 ms  App\Tests\PriceTest::testNet

    reports
      json  out/tests.json
    [exit status: 3]
    "#);
    let json = project.json("out/tests.json");
    assert_eq!(json["inputs"].as_array().map(Vec::len), Some(files.len()), "{json}");
    let whole: Vec<_> =
        json["inputs"].as_array().into_iter().flatten().map(|input| input["complete"] == true).collect();
    assert_eq!(whole.iter().filter(|whole| **whole).count(), 1, "{json}");
}

#[test]
fn each_report_that_cannot_be_read_is_no_pass_by_itself() {
    let whole = phpunit(&[("testNet", "ok")]);
    let rootless = whole.replace("<testsuites>", "").replace("</testsuites>", "");
    assert_eq!(Project::new().write("r.xml", &rootless).run(&["gate", "r.xml"]).status, 0, "a single suite is a root");
    for content in [
        String::new(),
        " \n".to_owned(),
        "<?xml version=\"1.0\"?>\n".to_owned(),
        whole.replace("</testsuite>", "<![CDATA["),
        whole.replace("</testsuites>", ""),
        whole[..whole.len() / 2].to_owned(),
        whole.replace("<testsuites>", "<html>").replace("</testsuites>", "</html>"),
        whole.replace("<testsuites>", "<!DOCTYPE x SYSTEM \"file:///etc/hostname\"><testsuites>"),
        clover(&[("src/Price.php", &[(7, 1)])]),
        "{\"tests\": 1}".to_owned(),
        "\0\0\0\0".to_owned(),
        format!("{whole}{}", &whole[..60]),
        whole.replace("</testcase>", ""),
        "<testsuites/>\n".to_owned(),
        "<testsuites tests=\"0\"><testsuite name=\"a\" tests=\"0\"/></testsuites>\n".to_owned(),
        "<testsuites><testsuite name=\"a\" tests=\"12\" failures=\"0\"/></testsuites>\n".to_owned(),
    ] {
        let project = Project::new();
        project.write("r.xml", &content);
        let run = incomplete(&project, &["r.xml"]);
        assert!(run.contains("INCOMPLETE r.xml"), "{content}: {run}");
    }
}

#[test]
fn fewer_reports_than_expected_are_no_pass() {
    let project = Project::new();
    project.write("reports/shard-1.xml", phpunit(&[("testNet", "ok")]));
    assert_snapshot!(incomplete(&project, &["reports/*.xml", "--expect-files", "2"]), @r"
    INCOMPLETE stepgate-tests: 1 of 2 expected reports are there

    report                  tool   holds
    reports/shard-1.xml  phpunit  1 test

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    1           1       0        0        0      0            0  10 ms

    slowest
      10 ms  App\Tests\PriceTest::testNet

    reports
      json  out/tests.json
    [exit status: 3]
    ");
    project.write("stepgate.yaml", "tests:\n  expect-files: 2\n");
    let run = incomplete(&project, &["reports/*.xml"]);
    assert!(run.contains("1 of 2 expected reports"), "{run}");
}

#[test]
fn a_copy_of_a_report_is_not_the_other_one_that_is_expected() {
    let project = Project::new();
    let report = phpunit(&[("testNet", "ok")]);
    project.write("reports/shard-1.xml", &report).write("reports/copy-of-shard-1.xml", &report);
    assert_snapshot!(incomplete(&project, &["reports/*.xml", "--expect-files", "2"]), @r"
    INCOMPLETE stepgate-tests: 1 of 2 expected reports are there
      - reports/shard-1.xml is the same file as reports/copy-of-shard-1.xml, and counts once

    report                          tool   holds
    reports/copy-of-shard-1.xml  phpunit  1 test

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    1           1       0        0        0      0            0  10 ms

    slowest
      10 ms  App\Tests\PriceTest::testNet

    reports
      json  out/tests.json
    [exit status: 3]
    ");
}

#[test]
fn a_report_of_another_run_is_no_pass() {
    let project = Project::new();
    project.write("r.xml", phpunit(&[("testNet", "ok")])).write("started", "");
    touch(&project, "r.xml", "2026-01-02T03:00:00Z");
    touch(&project, "started", "2026-01-02T04:00:00Z");
    assert_snapshot!(incomplete(&project, &["r.xml", "--not-before", "started"]), @r"
    INCOMPLETE stepgate-tests: r.xml cannot be relied on: it was written 1 h 0 min before the run began: it is the report of another run

    INCOMPLETE r.xml (phpunit, junit)
      it was written 1 h 0 min before the run began: it is the report of another run

    report     tool   holds
    r.xml   phpunit  1 test

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    1           1       0        0        0      0            0  10 ms

    slowest
      10 ms  App\Tests\PriceTest::testNet

    reports
      json  out/tests.json
    [exit status: 3]
    ");
    assert_eq!(project.run(&["gate", "r.xml", "--not-before", "2026-01-02T02:00:00Z"]).status, 0);
    assert_snapshot!(project.run(&["gate", "r.xml", "--not-before", "strated"]), @"
    ------- stderr -------
    error: cannot tell when the run began: strated is neither a time nor a file: No such file or directory (os error 2)
    hint: make the file before the tests run: `touch reports/started`, or give 2026-11-24T12:00:00Z
    [exit status: 3]
    ");
}

#[test]
fn a_report_that_says_it_is_of_another_day_is_no_pass() {
    let project = Project::new();
    let report = phpunit(&[("testNet", "ok")]);
    project.write("r.xml", report.replace("<testsuite ", "<testsuite timestamp=\"2024-01-02T03:04:05\" "));
    let run = incomplete(&project, &["r.xml", "--not-before", "2026-01-02T02:00:00Z"]);
    assert!(run.contains("it is the report of another run"), "{run}");
}

#[test]
fn no_test_at_all_is_no_pass() {
    let project = Project::new();
    project.write("r.xml", "<testsuites><testsuite name=\"unit\" tests=\"0\"/></testsuites>\n");
    assert_snapshot!(incomplete(&project, &["r.xml"]), @"
    INCOMPLETE stepgate-tests: r.xml cannot be relied on: it holds no test at all; if that can be, say so with --allow-empty

    INCOMPLETE r.xml (junit)
      it holds no test at all; if that can be, say so with --allow-empty

    report   tool    holds
    r.xml   junit  0 tests

    tests  passed  failed  errored  skipped  flaky  quarantined  time
    0           0       0        0        0      0            0   0 s

    reports
      json  out/tests.json
    [exit status: 3]
    ");
    drop(incomplete(&project, &["r.xml", "--allow-empty"]));
}

#[test]
fn a_shard_without_tests_is_fine_only_when_that_is_said_and_another_has_some() {
    let project = Project::new();
    project.write("a.xml", phpunit(&[("testNet", "ok")])).write("b.xml", "<testsuites/>\n");
    drop(incomplete(&project, &["a.xml", "b.xml"]));
    let run = project.run(&["gate", "a.xml", "b.xml", "--allow-empty"]);
    assert_eq!(run.status, 0, "{run}");
}

#[test]
fn when_all_tests_are_skipped_nothing_is_known() {
    let project = Project::new();
    project.write("r.xml", phpunit(&[("testNet", "skipped"), ("testGross", "skipped")]));
    assert_snapshot!(incomplete(&project, &["r.xml"]), @r"
    INCOMPLETE stepgate-tests: no test ran: all 2 were skipped

    report     tool    holds
    r.xml   phpunit  2 tests

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    2           0       0        0        2      0            0  30 ms

    slowest
      20 ms  App\Tests\PriceTest::testGross
      10 ms  App\Tests\PriceTest::testNet

    reports
      json  out/tests.json
    [exit status: 3]
    ");
}

#[test]
fn a_suite_that_states_tests_and_holds_none_is_no_pass() {
    let project = Project::new();
    let empty = "  <testsuite name=\"App\\Tests\\CartTest\" tests=\"12\" failures=\"0\" errors=\"0\"/>\n</testsuites>";
    project.write("r.xml", phpunit(&[("testNet", "ok")]).replace("</testsuites>", empty));
    assert_snapshot!(incomplete(&project, &["r.xml"]), @r"
    INCOMPLETE stepgate-tests: r.xml cannot be relied on: the suite `App\Tests\CartTest` states 12 tests and holds none

    INCOMPLETE r.xml (phpunit, junit)
      the suite `App\Tests\CartTest` states 12 tests and holds none

    report     tool   holds
    r.xml   phpunit  1 test

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    1           1       0        0        0      0            0  10 ms

    slowest
      10 ms  App\Tests\PriceTest::testNet

    reports
      json  out/tests.json
    [exit status: 3]
    ");
}

#[test]
fn a_runner_that_died_is_no_pass_whatever_its_report_says() {
    let project = Project::new();
    project.write("r.xml", phpunit(&[("testNet", "ok")])).write("r.xml.exit", "255\n");
    assert_snapshot!(incomplete(&project, &["r.xml"]), @r"
    INCOMPLETE stepgate-tests: the test runner ended with exit code 255 (r.xml.exit): PHP stopped it with a fatal error

    exit codes
      r.xml.exit: 255

    report     tool   holds
    r.xml   phpunit  1 test

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    1           1       0        0        0      0            0  10 ms

    slowest
      10 ms  App\Tests\PriceTest::testNet

    reports
      json  out/tests.json
    [exit status: 3]
    ");
    for code in ["137", "124", "139", "127", "-9"] {
        project.write("r.xml.exit", code);
        drop(incomplete(&project, &["r.xml"]));
    }
}

#[test]
fn an_exit_code_that_cannot_be_read_is_no_pass() {
    let project = Project::new();
    project.write("r.xml", phpunit(&[("testNet", "ok")])).write("r.xml.exit", "");
    assert_snapshot!(incomplete(&project, &["r.xml"]), @r"
    INCOMPLETE stepgate-tests: the exit code in r.xml.exit is not known: the file is empty

    report     tool   holds
    r.xml   phpunit  1 test

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    1           1       0        0        0      0            0  10 ms

    slowest
      10 ms  App\Tests\PriceTest::testNet

    reports
      json  out/tests.json
    [exit status: 3]
    ");
    project.write("r.xml.exit", "passed\n");
    drop(incomplete(&project, &["r.xml"]));
    project.write("r.xml.exit", "0\n");
    for named in ["missing.exit", "none/*.exit", "", "src"] {
        drop(incomplete(&project, &["r.xml", "--exit-code", named]));
    }
    assert_eq!(project.run(&["gate", "r.xml"]).status, 0);
}

#[test]
fn a_shard_that_left_its_exit_code_and_no_report_is_missed() {
    let project = Project::new();
    project.write("reports/1.xml", phpunit(&[("testNet", "ok")])).write("reports/2.xml.exit", "127\n");
    let run = incomplete(&project, &["reports/*"]);
    assert!(run.contains("reports/2.xml"), "{run}");
}

#[test]
fn a_failure_is_shown_beside_what_is_incomplete() {
    let project = Project::new();
    project.write("a.xml", phpunit(&[("testNet", "fails")])).write("b.xml", "");
    let run = incomplete(&project, &["a.xml", "b.xml"]);
    assert!(run.contains("1 test of 1 failed"), "{run}");
    assert_eq!(project.json("out/tests.json")["findings"].as_array().map(Vec::len), Some(1));
}

#[test]
fn an_output_does_not_take_the_place_of_an_input() {
    let project = Project::new();
    let report = phpunit(&[("testNet", "ok")]);
    project.write("r.xml", &report);
    let run = project.run(&["gate", "r.xml", "--output", "junit=r.xml"]);
    assert_ne!(run.status, 0, "{run}");
    assert_eq!(project.read("r.xml"), report);
}

#[test]
fn an_attempt_that_left_its_exit_code_and_no_report_is_missed() {
    let project = Project::new();
    project.write("1/a.xml", phpunit(&[("testNet", "fails")])).write("2/a.xml", phpunit(&[("testNet", "ok")]));
    project.write("2/b.xml.exit", "1\n").write("2/notes.exit", "1\n");
    let run = incomplete(&project, &["--attempt-dirs", "1", "2"]);
    assert!(run.contains("2/b.xml") && !run.contains("notes"), "{run}");
}
