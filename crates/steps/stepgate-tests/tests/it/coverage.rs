//! Which lines ran, in all and of the change.

use insta::assert_snapshot;

use crate::support::{Project, Run, clover, clover_in, phpunit};

/// A branch that writes lines 7 to 9 of `src/Price.php` and the new files `src/Cart.php` and `tests/NewTest.php`.
fn branch() -> Project {
    let project = Project::new();
    project.write("r.xml", phpunit(&[("testNet", "ok")]));
    project.repo.git(&["switch", "--quiet", "--create", "feature"]);
    let price =
        project.read("src/Price.php").replace("return 100;", "$tax = 19;\n        $net = 100;\n        return $net;");
    project.write("src/Price.php", price);
    project.write("src/Cart.php", "<?php\n\nfunction cart(): int\n{\n    // Nothing yet.\n    return 0;\n}\n");
    project.write("tests/NewTest.php", "<?php\n\nreturn 1;\n");
    project.repo.commit("a change");
    project
}

fn gate(project: &Project, more: &[&str]) -> Run {
    project.run(&[&["gate", "r.xml", "--output", "json=tests.json"], more].concat())
}

#[test]
fn shards_are_merged_line_by_line_over_their_roots() {
    let project = Project::new();
    project.write("r.xml", phpunit(&[("testNet", "ok")]));
    project.write("c/1.xml", clover(&[("src/Price.php", &[(7, 1), (12, 0)]), ("src/Tax.php", &[(3, 0)])]));
    project.write("c/2.xml", clover_in("/app", &[("src/Price.php", &[(7, 2), (12, 3)]), ("src/Tax.php", &[(3, 0)])]));
    let outputs = ["--output", "cobertura=c.xml", "--output", "clover=m.xml", "--output", "lcov=m.info"];
    let run = gate(&project, &[&["--coverage", "c/*.xml", "--root", "/app"][..], &outputs].concat());
    assert_snapshot!(run, @r"
    PASS stepgate-tests: 1 test passed

    coverage  covered  of  percent
    lines           2   3   66.66%

    report       tool    holds
    r.xml     phpunit   1 test
    c/1.xml  coverage  2 files
    c/2.xml  coverage  2 files

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    1           1       0        0        0      0            0  10 ms

    slowest
      10 ms  App\Tests\PriceTest::testNet

    reports
      json       tests.json
      cobertura  c.xml
      clover     m.xml
      lcov       m.info
    [exit status: 0]
    ");
    let lines = &project.json("tests.json")["coverage"]["lines"];
    assert_eq!((&lines["covered"], &lines["total"]), (&2.into(), &3.into()));
    for merged in ["c.xml", "m.xml", "m.info"] {
        let run = gate(&project, &["--coverage", merged]);
        assert_eq!(run.status, 0, "{merged}: {run}");
        let again = &project.json("tests.json")["coverage"]["lines"];
        assert_eq!(again, lines, "{merged}: {run}");
    }
    assert_snapshot!(project.read("m.info"), @"
    TN:
    SF:src/Price.php
    FNF:0
    FNH:0
    BRF:0
    BRH:0
    DA:7,3
    DA:12,3
    LF:2
    LH:2
    end_of_record
    TN:
    SF:src/Tax.php
    FNF:0
    FNH:0
    BRF:0
    BRH:0
    DA:3,0
    LF:1
    LH:0
    end_of_record
    ");
}

#[test]
fn what_is_demanded_and_not_met_fails_with_numbers() {
    let project = Project::new();
    project.write("r.xml", phpunit(&[("testNet", "ok")]));
    project.write("c.xml", clover(&[("src/Price.php", &[(7, 1), (12, 0)]), ("src/Tax.php", &[(3, 0)])]));
    let run = gate(&project, &["--coverage", "c.xml", "--min-lines", "80", "--min-file", "50%"]);
    assert_snapshot!(run, @r"
    FAIL stepgate-tests: 33.33% of the lines are covered (1 of 3), at least 80% are demanded
      - 1 file with less than 50% of the lines covered: src/Tax.php (0%)

    coverage  covered  of  percent
    lines           1   3   33.33%

    report      tool    holds
    r.xml    phpunit   1 test
    c.xml   coverage  2 files

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
    let rules: Vec<_> = json["findings"].as_array().into_iter().flatten().map(|finding| &finding["rule"]).collect();
    assert_eq!(rules, ["coverage", "coverage"]);
    assert_eq!(gate(&project, &["--coverage", "c.xml", "--min-lines", "33.33"]).status, 0);
    project.write("stepgate.yaml", "tests:\n  coverage:\n    min-lines: 33.34\n");
    assert_eq!(gate(&project, &["--coverage", "c.xml"]).status, 1);
}

#[test]
fn the_coverage_of_the_change_counts_files_that_no_report_mentions() {
    let project = branch();
    project.write("c.xml", clover(&[("src/Price.php", &[(7, 1), (8, 1), (9, 0), (14, 0)])]));
    let run = gate(&project, &["--coverage", "c.xml", "--destination", "main", "--min-change", "80"]);
    assert_snapshot!(run, @r"
    FAIL stepgate-tests: 40% of the changed lines are covered (2 of 5), at least 80% are demanded; 1 file in it that no report mentions

    coverage       covered  of  percent
    lines                2   4      50%
    changed lines        2   5      40%

    changed and not run
      src/Price.php: 9
      src/Cart.php: in no report, 2 lines changed

    report      tool   holds
    r.xml    phpunit  1 test
    c.xml   coverage  1 file

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    1           1       0        0        0      0            0  10 ms

    slowest
      10 ms  App\Tests\PriceTest::testNet

    reports
      json  tests.json
    [exit status: 1]
    ");
    let change = &project.json("tests.json")["coverage"]["change"];
    assert!(!change.is_null());
}

#[test]
fn files_that_need_not_be_covered_do_not_count() {
    let project = branch();
    project.write("c.xml", clover(&[("src/Price.php", &[(7, 1), (8, 1), (9, 1), (14, 0)])]));
    let args = ["--coverage", "c.xml", "--destination", "main", "--min-change", "100"];
    let run = gate(&project, &args);
    assert!(run.status == 1 && run.contains("src/Cart.php") && !run.contains("tests/NewTest.php"), "{run}");
    project.write("stepgate.yaml", "tests:\n  coverage:\n    exclude: ['tests/**', 'src/Cart.php']\n");
    let run = gate(&project, &args);
    assert_eq!(run.status, 0, "{run}");
}

#[test]
fn a_change_can_be_seen_without_being_demanded() {
    let project = branch();
    project.write("c.xml", clover(&[("src/Price.php", &[(7, 1), (8, 1), (9, 0), (14, 0)])]));
    let run = gate(&project, &["--coverage", "c.xml", "--destination", "main"]);
    assert!(run.status == 0 && run.contains("changed and not run"), "{run}");
    let run = gate(&project, &["--coverage", "c.xml"]);
    assert!(run.status == 0 && !run.contains("changed and not run"), "{run}");
}

#[test]
fn without_a_destination_the_coverage_of_the_change_cannot_be_demanded() {
    let project = branch();
    project.write("c.xml", clover(&[("src/Price.php", &[(7, 1)])]));
    assert_snapshot!(gate(&project, &["--coverage", "c.xml", "--min-change", "80"]), @"
    ------- stderr -------
    error: cannot tell what changed: nothing says where the change wants to go: this is not the pipeline of a pull request
    hint: name the branch: --destination main, or `destination: main` under `tests` in stepgate.yaml
    [exit status: 3]
    ");
    let run = gate(&project, &["--coverage", "c.xml", "--min-change", "80", "--destination", "nowhere"]);
    assert_ne!(run.status, 0, "{run}");
    assert_ne!(run.status, 1, "{run}");
}

#[test]
fn a_report_about_other_paths_is_no_pass() {
    let project = branch();
    project.write("c.xml", clover_in("/builds/shop", &[("lib/Other.php", &[(7, 1)])]));
    let run = gate(&project, &["--coverage", "c.xml", "--destination", "main", "--min-change", "80"]);
    assert_eq!(run.status, 3, "{run}");
    assert_snapshot!(run, @r"
    INCOMPLETE stepgate-tests: c.xml cannot be relied on: path mismatch: no file in it is a file of the repository (1 in all, for example `/builds/shop/lib/Other.php`); name the directory in which the repository was when the tests ran (--root)
      - there is no executable line in the reports, so nothing shows that anything ran

    INCOMPLETE c.xml (coverage, clover)
      path mismatch: no file in it is a file of the repository (1 in all, for example `/builds/shop/lib/Other.php`); name the directory in which the repository was when the tests ran (--root)

    report      tool   holds
    r.xml    phpunit  1 test
    c.xml   coverage  1 file

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    1           1       0        0        0      0            0  10 ms

    slowest
      10 ms  App\Tests\PriceTest::testNet

    reports
      json  tests.json
    [exit status: 3]
    ");
    assert_eq!(project.json("tests.json")["verdict"], "incomplete");
}

#[test]
fn a_coverage_report_that_cannot_be_relied_on_is_no_pass() {
    let whole = clover(&[("src/Price.php", &[(7, 1)])]);
    for content in ["", " \n", &whole[..whole.len() / 2], "<html/>", "<testsuites/>", "<coverage/>", "TN:\n"] {
        let project = Project::new();
        project.write("r.xml", phpunit(&[("testNet", "ok")])).write("c.xml", content);
        let run = gate(&project, &["--coverage", "c.xml", "--min-lines", "10"]);
        assert_ne!(run.status, 0, "{content}: {run}");
        let run = gate(&project, &["--coverage", "c.xml"]);
        assert_ne!(run.status, 0, "{content}: {run}");
    }
    let project = Project::new();
    project.write("r.xml", phpunit(&[("testNet", "ok")]));
    for named in ["missing.xml", "none/*.xml", "", "src"] {
        let run = gate(&project, &["--coverage", named]);
        assert_eq!(run.status, 3, "{named}: {run}");
        assert_eq!(project.json("tests.json")["verdict"], "incomplete");
    }
}

#[test]
fn what_is_demanded_of_a_report_that_is_not_given_is_no_pass() {
    let project = Project::new();
    project.write("r.xml", phpunit(&[("testNet", "ok")]));
    for demand in ["--min-lines", "--min-file"] {
        let run = project.run(&["gate", "r.xml", demand, "1"]);
        assert_eq!(run.status, 3, "{run}");
    }
    let run = project.run(&["gate", "r.xml", "--min-change", "1"]);
    assert_eq!(run.status, 3, "{run}");
    project.write("stepgate.yaml", "tests:\n  coverage:\n    min-lines: 80\n");
    assert_snapshot!(project.run(&["gate", "r.xml"]), @"
    ------- stderr -------
    error: cannot judge the coverage: no coverage report is given, and something is demanded of it
    hint: name the reports: --coverage build/logs/clover.xml
    [exit status: 3]
    ");
}

#[test]
fn coverage_is_merged_without_tests_too() {
    let project = Project::new();
    project.write("1.xml", clover(&[("src/Price.php", &[(7, 1), (12, 0)])]));
    project.write("2.xml", clover(&[("src/Price.php", &[(7, 0), (12, 1)])]));
    let run = project.run(&["merge", "--coverage", "1.xml", "2.xml", "--output", "clover=merged.xml"]);
    assert_snapshot!(run, @"
    merged 2 coverage reports: 1 file
    [exit status: 0]
    ");
    assert!(project.read("merged.xml").contains("coveredstatements=\"2\""), "{}", project.read("merged.xml"));
    project.write("2.xml", "");
    let run = project.run(&["merge", "--coverage", "1.xml", "2.xml", "--output", "clover=merged.xml"]);
    assert_eq!(run.status, 3, "{run}");
}
