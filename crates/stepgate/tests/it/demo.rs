use crate::support::Place;

#[test]
fn the_story_is_the_same_whatever_is_set_where_it_is_told() {
    let place = Place::plain();
    let pages = "--report told/report.html --tests-report told/tests.html --scan-report told/scan.html";
    let story = place.run(&format!("demo {pages}"));
    assert_eq!(story.status, 0, "{story}");
    assert!(place.read("told/report.html").contains("<h1>Fail: 5 new findings block"));
    assert!(place.read("told/tests.html").contains("<h1>Fail: 1 test of 36 failed"));
    assert!(place.read("told/scan.html").contains(">Fail: 1 finding blocked by rule"));
    let ours = ["PUBLISH", "CONFIG", "DESTINATION", "BITBUCKET_URL", "BITBUCKET_PATIENCE"];
    let elsewhere = ours.iter().fold(Place::plain(), |place, name| place.env(&format!("STEPGATE_{name}"), "never"));
    // A step of somebody else's pipeline, run again, with a quarantine.
    let theirs = ["TEST_METADATA_FILE_PATH", "STEP_RUN_NUMBER", "PARALLEL_STEP", "COMMIT", "BUILD_NUMBER", "CLONE_DIR"];
    let elsewhere = theirs.iter().fold(elsewhere, |place, name| place.env(&format!("BITBUCKET_{name}"), "2"));
    let told = elsewhere.run(&format!("demo {pages}"));
    assert_eq!(without_time(&told.to_string()), without_time(&story.to_string()));
}

/// The story without the ids of the commits and statements that were made while it was told.
fn without_time(story: &str) -> String {
    let word = |word: &str| {
        let is_id = |it: &str| it.len() >= 12 && it.bytes().all(|byte| byte.is_ascii_hexdigit());
        word.split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|it| is_id(it))
            .fold(word.to_owned(), |word, id| word.replace(id, "[ID]"))
    };
    story.split_inclusive([' ', '\n']).map(word).collect()
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
        "  - SECURITY report stepgate-scan: 3 annotations",
        "  - build status stepgate-scan: FAILED",
        "  - 3 comments on pull request 42",
    ] {
        assert!(story.lines().any(|line| line == thing), "Bitbucket has no `{thing}`:\n{story}");
    }
}

/// The chapter of the second push.
fn second_push(story: &str) -> &str {
    story.split("\n6. ").nth(1).expect("a second push")
}

#[test]
fn a_shard_that_died_is_no_pass_and_the_second_push_is_one_with_its_flaky_test_shown() {
    let story = Place::plain().run("demo").stdout;
    let died = run(&story, "$ stepgate tests gate --publish never").join("\n");
    assert!(died.contains("test-results/shard-2/junit.xml cannot be relied on: it is empty"), "{died}");
    assert!(died.contains("exit code 255") && died.ends_with("\n  exit code 3"), "{died}");
    let second = second_push(&story);
    let told = run(second, "$ stepgate tests gate").join("\n");
    assert!(told.contains("PASS stepgate-tests: 41 tests passed, 1 skipped\n  |   - flaky: 1 test"), "{told}");
    assert!(told.contains("| changed lines       12  12     100%\n"), "{told}");
    assert!(told.ends_with("\n  exit code 0"), "{told}");
    let remembered = run(second, "$ stepgate tests flaky").join("\n");
    assert!(remembered.contains("1 flaky test in 2 runs"), "{remembered}");
    assert!(second.contains("still has 3 comments: they were updated, not repeated."), "{second}");
}

#[test]
fn the_image_is_refused_for_what_it_brings_and_not_for_what_runs_already() {
    let place = Place::plain();
    let story = place.run("demo").stdout;
    let told = run(&story, "$ stepgate scan gate scan/image.json --against").join("\n");
    for line in [
        "FAIL stepgate-scan: 1 finding blocked by rule `introduced`: high 1 (CVE-2099-0105 in acme/payments-client",
        "against the image that runs now: 1 introduced by this change, 1 newly disclosed for what runs already, \
         1 severity raised for what runs already, 1 fixed by this change",
        "  1 by exception `CVE-2099-0102` until ",
        ": 1 report, build status, comment on pull request 42\n  exit code 1",
    ] {
        assert!(told.contains(line), "the demo never says `{line}`:\n{told}");
    }
    assert!(!told.contains(" ago"), "the story grows old: {told}");
    let page = place.read("scan-report.html");
    assert!(page.contains("composer.lock") && page.contains("CVE-2099-0104"), "{page}");
}

#[test]
fn an_image_that_was_not_looked_into_is_no_pass_and_the_mended_one_is_one() {
    let story = Place::plain().run("demo").stdout;
    let not_known: Vec<String> = story
        .split("  $ stepgate scan gate ")
        .filter(|told| told.starts_with("scan/image.json --publish never"))
        .map(|told| told.split_inclusive("  exit code 3\n").next().unwrap_or_default().to_owned())
        .collect();
    assert!(not_known.iter().all(|told| told.ends_with("  exit code 3\n")), "{not_known:?}");
    let [other, cut] = <[String; 2]>::try_from(not_known).expect("two runs");
    assert!(other.contains("this is the report of another image: sha256:"), "{other}");
    assert!(cut.contains("the report of Trivy is cut short"), "{cut}");
    let mended = run(second_push(&story), "$ stepgate scan gate").join("\n");
    assert!(mended.contains("PASS stepgate-scan: ") && mended.ends_with("\n  exit code 0"), "{mended}");
}

#[test]
fn the_image_goes_into_the_gitops_repository_and_a_late_build_does_not() {
    let story = Place::plain().run("demo").stdout;
    let put = run(&story, "$ stepgate bump put registry.example.com/acme/orders-api:1.10.0").join("\n");
    assert!(put.contains("| committed ") && put.ends_with("exit code 0"), "{put}");
    assert!(story.contains("  | +  tag: \"1.10.0\"   # the version that people talk about\n"), "{story}");
    let late = run(&story, "$ stepgate bump put registry.example.com/acme/orders-api:1.9.9").join("\n");
    assert!(late.contains("| superseded, nothing was changed") && late.ends_with("exit code 0"), "{late}");
    assert!(story.contains("`production` is reached by promotion"), "{story}");
}

#[test]
fn the_image_goes_to_production_when_every_guardrail_is_met_and_comes_back_when_it_fails() {
    let place = Place::plain();
    let story = place.run("demo").stdout;
    let waits = run(&story, "$ stepgate promote plan orders-api --to production").join("\n");
    assert!(waits.contains("… soak") && waits.contains("… approvals") && waits.ends_with("exit code 5"), "{waits}");
    let merged = run(&story, "$ stepgate promote merge 1").join("\n");
    assert!(merged.contains("approved by Ben and Cem") && merged.ends_with("exit code 0"), "{merged}");
    let back = run(&story, "$ stepgate promote rollback").join("\n");
    assert!(back.contains("was found healthy by") && back.ends_with("exit code 0"), "{back}");
    let history = run(&story, "$ stepgate promote history").join("\n");
    assert!(history.contains("everything fits together") && history.ends_with("exit code 0"), "{history}");
    let board = place.read("board.html");
    assert!(board.contains("orders-worker") && board.contains("no-orders-since-10:05"), "{board}");
}
