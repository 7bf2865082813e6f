use fakes::Bitbucket;
use fakes::bitbucket::{PullRequest, TOKEN};
use findings::diff::parse;
use serde_json::Value;
use step::args::{AccessArgs, PublishArgs};
use step::publish::{Published, publish};
use step::{Env, Pipeline};

use super::*;
use crate::write::fixture;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn server() -> Bitbucket {
    let pull_request = PullRequest::new(7, "feature/x", "main");
    Bitbucket::builder().pull_request("acme", "shop", pull_request).start().expect("a free port")
}

async fn target(server: &Bitbucket) -> Target {
    let env = Env::from_iter([
        ("BITBUCKET_BUILD_NUMBER", "42"),
        ("BITBUCKET_REPO_FULL_NAME", "acme/shop"),
        ("BITBUCKET_COMMIT", COMMIT),
        ("BITBUCKET_PR_ID", "7"),
        ("STEPGATE_BITBUCKET_TOKEN", TOKEN),
    ]);
    let access = AccessArgs { bitbucket_url: Some(server.api_url()), ..AccessArgs::default() };
    let args = PublishArgs { access, ..PublishArgs::default() };
    let found = Target::find(&args, &Pipeline::from_env(&env), &env, None).await;
    found.expect("all is known").expect("a step publishes")
}

/// Publishes `gate`, of which nothing may be refused.
async fn published(gate: &Gate, lines: Option<&LineMap>, server: &Bitbucket) -> Published {
    let target = target(server).await;
    let published = publish(bulletin(gate, lines, &target), &target).await;
    assert_eq!(published.failed, [""; 0]);
    published
}

/// Id, type and result of each report.
fn reports(server: &Bitbucket) -> Vec<String> {
    let shown = |body: &Value| format!("{} {} {}", body["external_id"], body["report_type"], body["result"]);
    server.reports(COMMIT).iter().map(|report| shown(&report.body).replace('"', "")).collect()
}

/// Details and numbers of a report, as they are stored.
fn report(server: &Bitbucket, at: usize) -> String {
    let body = server.reports(COMMIT).remove(at).body;
    let data = body["data"].as_array().expect("data").iter();
    let data = data.map(|field| format!("{}: {}", field["title"].as_str().expect("a label"), field["value"]));
    let details = body["details"].as_str().expect("details").to_owned();
    std::iter::once(details).chain(data).collect::<Vec<_>>().join("\n")
}

fn annotations(server: &Bitbucket, report: &str) -> Vec<Value> {
    server.annotations(COMMIT, report).into_iter().map(|found| found.body).collect()
}

/// Where annotations stand and how grave they are, with the start of what they say.
fn shown(annotations: &[Value]) -> String {
    let shown = |found: &Value| {
        let summary = escape::cut(found["summary"].as_str().expect("a summary"), 110).into_owned();
        let [path, line, severity, result] = ["path", "line", "severity", "result"].map(|name| &found[name]);
        format!("{path} {line} {severity} {result} {summary}").replace('"', "")
    };
    annotations.iter().map(shown).collect::<Vec<_>>().join("\n")
}

/// A gate over `count` tests that failed, each at a place of its own.
fn failures(count: u32) -> Gate {
    let mut gate = fixture::gate();
    let first = gate.tests.swap_remove(0);
    let test = |n: u32| {
        let mut test = first.clone();
        test.case.name = format!("testNumber{n}");
        test.place = Some(Place { path: format!("src/{n}.php"), inside: true, line: n + 1 });
        test
    };
    gate.tests = (0..count).map(test).collect();
    gate
}

#[tokio::test]
async fn the_tests_have_a_report_and_so_has_the_coverage() {
    let server = server();
    let done = published(&fixture::gate(), None, &server).await;
    assert_eq!((done.reports, done.done.len()), (2, 2));
    assert_eq!(reports(&server), ["stepgate-tests TEST FAILED", "stepgate-tests-coverage COVERAGE FAILED"]);
    insta::assert_snapshot!(report(&server, 0), @r#"
    2 tests failed: 1 failed, 1 errored
    1 flaky test
    phpunit said 2, and its report has no red test
    2 tests were removed, 1 is newly skipped
    1 entry of the quarantine has expired
    40% of the changed lines ran, 80% must
    App\Tests\RefundTest::testRefund: Failed asserting that 1 matches expected 2.
    App\Tests\OrderTest::testTotal with data set "<script>alert(1)</script> | "x" 'y' & `z` ]]> �[31mred�[0m �gnp.exe @team [a](https://b.example) **c**": <script>alert(1)</script> | "x" 'y' & `z` ]]> �[31mred�[0m �gnp.exe @team [a](https://b.example) **c** 012345678901234567890123456789012345678901234…
    1,234 tests: 1,221 passed, 3 failed, 1 errored, 9 skipped; 1 flaky, 2 in quarantine
    Verdict: "fail"
    Tests: 1234
    Passed: 1221
    Failed: 4
    Skipped: 9
    Flaky: 1
    Quarantined: 2
    Duration: 72340
    Removed: 2
    Newly skipped: 1
    "#);
    insta::assert_snapshot!(report(&server, 1), @r#"
    40% of the changed lines ran, 80% must
    src/A.php: 12-14, 20 did not run
    src/New.php: no report mentions this file, 2 changed lines count as not covered
    81.2% of the lines ran (812 of 1,000), 40% of the changed lines ran (4 of 10)
    Lines: 81.2
    Changed lines: 40.0
    Functions: 75.0
    Lines of the base: 83.0
    Covered lines: 812
    Executable lines: 1000
    Uncovered changed lines: 6
    Files in no report: 1
    Files: 3
    "#);
    let status = server.statuses(COMMIT).remove(0);
    assert_eq!((status.key.as_str(), status.state.as_str()), ("stepgate-tests", "FAILED"));
    assert_eq!(status.body["description"], fixture::gate().verdict.reasons[0]);
    assert!(server.comments(7)[0].raw.ends_with("[//]: # (stepgate-tests)"));
}

#[tokio::test]
async fn red_and_flaky_tests_stand_where_they_failed_and_what_blocks_comes_first() {
    let server = server();
    published(&fixture::gate(), None, &server).await;
    let stored = annotations(&server, "stepgate-tests");
    insta::assert_snapshot!(shown(&stored), @r#"
    src/Service/RefundService.php 31 HIGH FAILED Failed asserting that 1 matches expected 2. (App\Tests\RefundTest::testRefund)
    tests/OrderTest.php 17 HIGH FAILED <script>alert(1)</script> | x 'y' & `z` ]]> �[31mred�[0m �gnp.exe @team [a](https://b.example) **c** 012345…
    tests/cart.spec.js 9 LOW SKIPPED passed only in attempt 2: locator.click: Timeout 30000ms exceeded. ([chromium] cart.spec.js::adds to the cart)
    null null MEDIUM IGNORED in quarantine: Connection refused (App\Tests\BankTest::testTransfer)
    null null MEDIUM IGNORED /usr/share/php/Twig/Environment.php:7: in quarantine: Failed asserting that false is true. (App\Tests\MailTes…
    "#);
    let details = |at: usize| stored[at]["details"].as_str().expect("details");
    let last = details(0).lines().last().expect("a line");
    assert!(last.ends_with("tests/RefundTest.php:42"), "the trace to its end: {last}");
    let entry = stored.iter().position(|it| it["summary"].as_str().is_some_and(|it| it.contains("BankTest")));
    let first = details(entry.expect("it is there")).lines().next().expect("a line");
    let words =
        "in quarantine until 2026-12-31: the sandbox of the bank is down at night | see `#42` (payments, SHOP-42)";
    assert_eq!(first, words);
}

#[tokio::test]
async fn changed_lines_that_did_not_run_are_annotated_run_by_run() {
    let server = server();
    published(&fixture::gate(), None, &server).await;
    let stored = annotations(&server, "stepgate-tests-coverage");
    assert!(stored.iter().all(|it| it["annotation_type"] == "CODE_SMELL"));
    insta::assert_snapshot!(shown(&stored), @"
    src/A.php 12 MEDIUM FAILED lines 12 to 14 did not run
    src/A.php 20 MEDIUM FAILED line 20 did not run
    src/New.php null MEDIUM FAILED no report mentions this file, 2 changed lines count as not covered
    ");
}

#[tokio::test]
async fn lines_have_the_numbers_of_the_commit_where_they_are_shown() {
    let server = server();
    let diff = "--- a/src/A.php\n+++ b/src/A.php\n@@ -0,0 +1,3 @@\n+1\n+2\n+3\n@@ -16,0 +20 @@\n+4\n";
    let lines = LineMap::new(parse(diff.as_bytes()).expect("a diff"));
    published(&fixture::gate(), Some(&lines), &server).await;
    insta::assert_snapshot!(shown(&annotations(&server, "stepgate-tests-coverage")[..2]), @"
    src/A.php 9 MEDIUM FAILED lines 9 to 11 did not run
    src/A.php null MEDIUM FAILED src/A.php:20: line 20 did not run
    ");
}

#[tokio::test]
async fn coverage_that_is_enough_passes_and_its_gaps_are_only_shown() {
    let (server, mut gate) = (server(), fixture::gate());
    gate.coverage.as_mut().expect("it has one").reasons.clear();
    published(&gate, None, &server).await;
    assert_eq!(reports(&server)[1], "stepgate-tests-coverage COVERAGE PASSED");
    let stored = annotations(&server, "stepgate-tests-coverage");
    assert!(!stored.is_empty() && stored.iter().all(|it| it["result"] == "SKIPPED"));
}

#[tokio::test]
async fn nothing_incomplete_looks_good() {
    let server = server();
    let coverage = fixture::gate().coverage.map(|coverage| Coverage { reasons: Vec::new(), ..coverage });
    published(&Gate { coverage, ..fixture::incomplete() }, None, &server).await;
    assert_eq!(reports(&server), ["stepgate-tests TEST FAILED", "stepgate-tests-coverage COVERAGE FAILED"]);
    assert_eq!(server.statuses(COMMIT)[0].state, "FAILED");
    let said = report(&server, 0);
    assert!(said.contains("reports/junit-3.xml: the file is empty"), "{said}");
    assert!(report(&server, 1).starts_with("some input is incomplete"));
}

#[tokio::test]
async fn publishing_again_leaves_what_is_true_now() {
    let server = server();
    published(&fixture::gate(), None, &server).await;
    assert!(!annotations(&server, "stepgate-tests").is_empty());
    published(&fixture::passing(), None, &server).await;
    let tests = reports(&server).into_iter().find(|report| report.contains("TEST"));
    assert_eq!(tests.as_deref(), Some("stepgate-tests TEST PASSED"));
    assert!(annotations(&server, "stepgate-tests").is_empty());
    assert_eq!((server.statuses(COMMIT).len(), server.statuses(COMMIT)[0].state.as_str()), (1, "SUCCESSFUL"));
    assert_eq!(server.comments(7).iter().filter(|comment| !comment.deleted).count(), 1);
}

#[tokio::test]
async fn of_too_many_failures_a_thousand_are_shown_and_the_others_counted() {
    let server = server();
    let gate = Gate { unlisted: 3, ..failures(1_500) };
    published(&gate, None, &server).await;
    assert_eq!(annotations(&server, "stepgate-tests").len(), 1_000);
    let body = server.reports(COMMIT).remove(0).body;
    let details = body["details"].as_str().expect("details");
    let told = "3 more red or flaky tests for which there is no room; the gravest 1000 are annotated, +500 not shown";
    assert_eq!(details.lines().last(), Some(told), "it is not cut off: {details}");
    let data = body["data"].as_array().expect("data");
    assert_eq!((&data[9]["title"], &data[9]["value"]), (&"Not shown".into(), &500.into()));
}

#[tokio::test]
async fn names_and_messages_that_mean_harm_do_none() {
    let (server, mut gate) = (server(), failures(2));
    let hostile = format!("\u{1b}[31m\u{202e}<script>|`{}", "é".repeat(10_000));
    gate.verdict.reasons = vec![hostile.clone(); 50];
    for (at, test) in gate.tests.iter_mut().enumerate() {
        test.case.name.clone_from(&hostile);
        test.case.faults[0].message.clone_from(&hostile);
        let path = if at == 0 { "p".repeat(5_000) } else { "src/A.php".to_owned() };
        test.place = Some(Place { path, inside: true, line: u32::MAX });
    }
    published(&gate, None, &server).await;
    let stored = annotations(&server, "stepgate-tests");
    assert_eq!((stored.len(), stored.iter().filter(|it| it["line"].is_null()).count()), (2, 2));
    let all = format!("{stored:?}{:?}{:?}", server.reports(COMMIT), server.statuses(COMMIT));
    assert!(!all.contains("\\u{1b}") && !all.contains("\\u{202e}") && !all.contains('\u{202e}'));
    let details = server.reports(COMMIT).remove(0).body["details"].as_str().expect("details").to_owned();
    assert!(details.ends_with("in quarantine"), "the last line is not cut off: {details}");
}

#[tokio::test]
async fn a_test_of_which_little_is_known_is_still_told() {
    let (server, mut gate) = (server(), failures(2));
    for (test, status) in gate.tests.iter_mut().zip([Status::Errored, Status::Passed]) {
        let case = junit::case::Case { name: "x".to_owned(), status, retries: 2, ..junit::case::Case::default() };
        *test = Test { case, place: None, ..test.clone() };
    }
    gate.tests[1].disposition = Disposition::Reported;
    published(&gate, None, &server).await;
    let stored = annotations(&server, "stepgate-tests");
    assert_eq!(stored[0]["details"], "the last of 3 attempts");
    insta::assert_snapshot!(shown(&stored), @"
    null null HIGH FAILED x
    null null LOW SKIPPED passed only in attempt 3 (x)
    ");
}

#[tokio::test]
async fn a_share_of_nothing_is_no_number() {
    let (server, mut gate) = (server(), fixture::gate());
    let nothing =
        Coverage { totals: coverage::Totals::default(), base: None, change: None, ..gate.coverage.expect("one") };
    gate.coverage = Some(Coverage { files: Vec::new(), ..nothing });
    published(&gate, None, &server).await;
    insta::assert_snapshot!(report(&server, 1), @r#"
    40% of the changed lines ran, 80% must
    none of the lines can run
    Covered lines: 0
    Executable lines: 0
    Files: 0
    "#);
}
