use crate::support::Place;

#[test]
fn the_story_is_the_same_whatever_is_set_where_it_is_told() {
    let place = Place::plain();
    let story = place.run("demo --report told/report.html --tests-report told/tests.html");
    assert_eq!(story.status, 0, "{story}");
    assert!(place.read("told/report.html").contains("<h1>Fail: 5 new findings block"));
    assert!(place.read("told/tests.html").contains("<h1>Fail: 1 test of 36 failed"));
    let ours = ["PUBLISH", "CONFIG", "DESTINATION", "BITBUCKET_URL", "BITBUCKET_PATIENCE"];
    let elsewhere = ours.iter().fold(Place::plain(), |place, name| place.env(&format!("STEPGATE_{name}"), "never"));
    // A step of somebody else's pipeline, run again, with a quarantine.
    let theirs = ["TEST_METADATA_FILE_PATH", "STEP_RUN_NUMBER", "PARALLEL_STEP", "COMMIT", "BUILD_NUMBER", "CLONE_DIR"];
    let elsewhere = theirs.iter().fold(elsewhere, |place, name| place.env(&format!("BITBUCKET_{name}"), "2"));
    let told = elsewhere.run("demo --report told/report.html --tests-report told/tests.html");
    assert_eq!(told.to_string(), story.to_string());
}

/// The lines of the story from the one that starts with `from`, up to the end of that run.
fn run<'s>(story: &'s str, from: &str) -> Vec<&'s str> {
    let lines = story.lines().skip_while(|line| !line.trim_start().starts_with(from));
    let mut ended = false;
    lines.take_while(|line| !std::mem::replace(&mut ended, line.starts_with("  exit code "))).collect()
}

#[test]
fn the_tests_of_the_pull_request_are_refused_and_told_to_bitbucket() {
    let story = Place::plain().run("demo").stdout;
    let told = run(&story, "$ stepgate tests gate test-results/shard-*/junit.xml --attempt-dirs").join("\n");
    for line in [
        "FAIL stepgate-tests: 1 test of 36 failed: App\\Tests\\Service\\RefundServiceTest::testAnUnknownOrderIsRefused",
        "- 80% of the changed lines are covered (8 of 10), at least 90% are demanded",
        "RefundServiceTest::testARefundTakesNoLongerThanACustomerWaits: passed at attempt 2",
        "src/Service/OrderService.php: 42",
        "src/Service/RefundService.php: 31",
        ": 2 reports, build status, comment on pull request 42\n  exit code 1",
    ] {
        assert!(told.contains(line), "the demo never says `{line}`:\n{told}");
    }
    for thing in [
        "  - TEST report stepgate-tests: 2 annotations",
        "  - COVERAGE report stepgate-tests-coverage: 2 annotations",
        "  - build status stepgate-tests: FAILED",
        "  - 2 comments on pull request 42",
    ] {
        assert!(story.lines().any(|line| line == thing), "Bitbucket has no `{thing}`:\n{story}");
    }
}

#[test]
fn a_shard_that_died_is_no_pass_and_the_second_push_is_one_with_its_flaky_test_shown() {
    let story = Place::plain().run("demo").stdout;
    let died = run(&story, "$ stepgate tests gate --publish never").join("\n");
    assert!(died.contains("test-results/shard-2/junit.xml cannot be relied on: it is empty"), "{died}");
    assert!(died.contains("exit code 255") && died.ends_with("\n  exit code 3"), "{died}");
    let second = story.split("\n5. ").nth(1).expect("a second push");
    let told = run(second, "$ stepgate tests gate").join("\n");
    assert!(told.contains("PASS stepgate-tests: 41 tests passed, 1 skipped\n  |   - flaky: 1 test"), "{told}");
    assert!(told.contains("| changed lines       12  12     100%\n"), "{told}");
    assert!(told.ends_with("\n  exit code 0"), "{told}");
    let remembered = run(second, "$ stepgate tests flaky").join("\n");
    assert!(remembered.contains("1 flaky test in 2 runs"), "{remembered}");
    assert!(second.contains("still has 2 comments: they were updated, not repeated."), "{second}");
}
