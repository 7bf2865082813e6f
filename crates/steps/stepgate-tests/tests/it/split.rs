//! `stepgate-tests split`: test files over parallel steps.

use std::collections::BTreeSet;

use insta::assert_snapshot;

use crate::support::{Project, phpunit_of};

/// Ten files of tests, beside `PriceTest` and `CartTest`.
fn project() -> Project {
    let project = Project::new();
    for n in 0..10 {
        project.write(&format!("tests/Unit/T{n}Test.php"), "<?php\n");
    }
    project.write("tests/Unit/Helper.php", "<?php\n");
    project
}

fn part(project: &Project, total: usize, index: usize, more: &[&str]) -> Vec<String> {
    let (total, index) = (total.to_string(), index.to_string());
    let run = project.run(&[&["split", "--total", &total, "--index", &index], more].concat());
    assert_eq!(run.status, 0, "{run}");
    run.stdout().lines().map(str::to_owned).collect()
}

#[test]
fn every_file_is_in_exactly_one_part() {
    let project = project();
    for total in [1, 2, 3, 5, 12] {
        let parts: Vec<_> = (0..total).map(|index| part(&project, total, index, &["tests"])).collect();
        let all: Vec<_> = parts.concat();
        let each: BTreeSet<_> = all.iter().collect();
        assert_eq!((all.len(), each.len()), (12, 12), "{parts:?}");
        assert!(!all.iter().any(|file| file.contains("Helper")), "{parts:?}");
        let (most, least) = (parts.iter().map(Vec::len).max(), parts.iter().map(Vec::len).min());
        assert!(most <= least.map(|least| least + 1), "{parts:?}");
        let again: Vec<_> = (0..total).map(|index| part(&project, total, index, &["tests"])).collect();
        assert_eq!(parts, again);
    }
    let whole = part(&project, 3, 1, &["tests"]);
    assert_eq!(part(&project, 3, 1, &[]), whole, "tests is what is divided when nothing is named");
    assert_eq!(part(&project, 3, 1, &["tests/**/*Test.php", "tests/CartTest.php"]), whole);
}

#[test]
fn the_times_of_an_earlier_run_make_parts_even() {
    let project = project();
    let slow = phpunit_of("PriceTest", &[("testNet", "ok")]).replace("time=\"0.010000\"", "time=\"60\"");
    let quick = phpunit_of("CartTest", &[("testSum", "ok")]);
    project.write("times/1.xml", slow).write("times/2.xml", quick);
    for n in 0..10 {
        let report = phpunit_of(&format!("Unit/T{n}Test"), &[("testIt", "ok")]);
        project.write(&format!("times/t{n}.xml"), report);
    }
    let parts: Vec<_> = (0..2).map(|index| part(&project, 2, index, &["tests", "--timings", "times/*.xml"])).collect();
    let alone = parts.iter().find(|part| part.len() == 1).expect("a part for the slow one");
    assert_eq!(alone, &["tests/PriceTest.php"]);
}

#[test]
fn a_file_without_a_recorded_time_is_in_a_part_and_told() {
    let project = project();
    project.write("times.xml", phpunit_of("CartTest", &[("testSum", "ok")]));
    let run = project.run(&["split", "--total", "1", "--index", "0", "--timings", "times.xml"]);
    assert_snapshot!(run, @"
    tests/CartTest.php
    tests/PriceTest.php
    tests/Unit/T0Test.php
    tests/Unit/T1Test.php
    tests/Unit/T2Test.php
    tests/Unit/T3Test.php
    tests/Unit/T4Test.php
    tests/Unit/T5Test.php
    tests/Unit/T6Test.php
    tests/Unit/T7Test.php
    tests/Unit/T8Test.php
    tests/Unit/T9Test.php
    ------- stderr -------
    note: 11 files without a recorded time
    [exit status: 0]
    ");
}

#[test]
fn times_that_cannot_be_read_are_refused() {
    let project = project();
    project.write("times.xml", "");
    for times in ["times.xml", "missing.xml", "none/*.xml"] {
        let run = project.run(&["split", "--total", "2", "--index", "0", "--timings", times]);
        assert_eq!(run.status, 3, "{run}");
    }
    assert_snapshot!(project.run(&["split", "--total", "2", "--index", "0", "--timings", "missing.xml"]), @"
    ------- stderr -------
    error: cannot take times from missing.xml: there is no such file
    hint: without an earlier run, as on the first one, leave out --timings
    [exit status: 3]
    ");
}

#[test]
fn a_configuration_of_phpunit_holds_one_part() {
    let project = project();
    let suites = "<testsuites><testsuite name=\"all\"><directory>tests</directory></testsuite></testsuites>";
    project.write("phpunit.xml.dist", format!("<phpunit bootstrap=\"b.php\">{suites}</phpunit>\n"));
    let run = project.run(&["split", "--total", "6", "--index", "1", "--print", "phpunit"]);
    assert_snapshot!(run, @r#"
    <phpunit bootstrap="b.php"><testsuites>
            <testsuite name="part">
                <file>tests/PriceTest.php</file>
                <file>tests/Unit/T5Test.php</file>
            </testsuite>
        </testsuites></phpunit>
    [exit status: 0]
    "#);
    let project = Project::new();
    assert_snapshot!(project.run(&["split", "--total", "2", "--index", "1", "--print", "phpunit"]), @"
    ------- stderr -------
    error: cannot make a configuration of PHPUnit: there is none here to start from
    hint: run this where phpunit.xml, phpunit.dist.xml or phpunit.xml.dist is, or print the files: --print lines
    [exit status: 3]
    ");
}

#[test]
fn a_list_may_come_from_standard_input_and_end_in_nul() {
    let project = Project::new();
    let args = ["split", "--total", "1", "--index", "0", "--print", "null", "-"];
    let run = project.run_with_stdin(&args, "spec/b.js\n\nspec/a b.js\nspec/b.js\n");
    assert_eq!(run.stdout(), "spec/a b.js\0spec/b.js\0", "{run}");
}

#[test]
fn the_parallel_step_of_bitbucket_says_which_part() {
    let mut project = project();
    project.env("BITBUCKET_PARALLEL_STEP_COUNT", "3").env("BITBUCKET_PARALLEL_STEP", "1");
    let run = project.run(&["split"]);
    assert_eq!(run.status, 0, "{run}");
    assert_eq!(run.stdout().lines().map(str::to_owned).collect::<Vec<_>>(), part(&project, 3, 1, &[]));
}

#[test]
fn a_part_may_be_empty_and_that_is_told() {
    assert_snapshot!(Project::new().run(&["split", "--total", "3", "--index", "2"]), @"
    ------- stderr -------
    warning: part 2 of 3 is empty: there are fewer files than parts
    [exit status: 0]
    ");
}

#[test]
fn a_part_that_there_is_not_or_nothing_to_divide_is_refused() {
    let project = project();
    assert_snapshot!(project.run(&["split", "--total", "2", "--index", "2"]), @"
    ------- stderr -------
    error: there is no part 2 of 2
    hint: parts count from 0, as BITBUCKET_PARALLEL_STEP does
    [exit status: 2]
    ");
    assert_eq!(project.run(&["split", "--total", "0", "--index", "0"]).status, 2);
    assert_eq!(project.run(&["split"]).status, 2);
    for named in ["src", "none", "none/*Test.php", ""] {
        let run = project.run(&["split", "--total", "2", "--index", "0", named]);
        assert_eq!(run.status, 3, "{named}: {run}");
    }
    assert_snapshot!(project.run(&["split", "--total", "2", "--index", "0", "src"]), @"
    ------- stderr -------
    error: cannot find the test files: no file matches src/**/*Test.php; src has Price.php, Tax.php
    [exit status: 3]
    ");
}
