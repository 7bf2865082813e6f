use std::borrow::Cow;

use bitbucket::Clock;
use bumpalo::Bump;
use fakes::bitbucket::{PullRequest, TOKEN};
use fakes::{Bitbucket, Fault};
use findings::diff::parse;
use findings::judge::LineMap;
use findings::read::Format;
use findings::{Arena, Disposition, File, Finding, Gate, Muted, Report, Severity, Verdict};
use serde_json::Value;

use super::*;
use crate::args::PublishArgs;
use crate::env::Env;
use crate::pipeline::Pipeline;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn server() -> Bitbucket {
    let pull_request = PullRequest::new(7, "feature/x", "main");
    Bitbucket::builder().pull_request("acme", "shop", pull_request).start().expect("a free port")
}

/// A step for pull request 7; with a token, unless the step's own access is all there is.
async fn target(server: &Bitbucket, token: Option<&str>) -> Target {
    let mut env = vec![
        ("BITBUCKET_BUILD_NUMBER", "42".to_owned()),
        ("BITBUCKET_REPO_FULL_NAME", "acme/shop".to_owned()),
        ("BITBUCKET_COMMIT", COMMIT.to_owned()),
        ("BITBUCKET_BRANCH", "feature/x".to_owned()),
        ("BITBUCKET_PR_ID", "7".to_owned()),
        ("STEPGATE_BITBUCKET_PROXY", server.proxy_url()),
    ];
    let mut args = PublishArgs::default();
    if let Some(token) = token {
        env.push(("STEPGATE_BITBUCKET_TOKEN", token.to_owned()));
        args.access.bitbucket_url = Some(server.api_url());
    }
    let env = Env::from_iter(env);
    let pipeline = Pipeline::from_env(&env);
    let found = Target::find_by(&args, &pipeline, &env, None, Clock::manual()).await;
    found.expect("all is known").expect("a step publishes")
}

/// Publishes what there is to say of `gate`.
async fn publish(gate: &Gate<'_>, lines: Option<&LineMap>, target: &Target) -> Published {
    super::publish(Bulletin::of_gate(gate, lines, target), target).await
}

/// A gate over `findings` of one tool each.
fn gate<'a>(outcome: Outcome, findings: &[Finding<'a>]) -> Gate<'a> {
    let mut reports: Vec<Report<'a>> = Vec::new();
    for finding in findings {
        let tool = finding.rule.tool;
        if !reports.iter().any(|report| report.tool == tool) {
            reports.push(Report::new(tool, Format::PhpstanJson));
        }
        reports.iter_mut().filter(|report| report.tool == tool).for_each(|report| report.findings.push(*finding));
    }
    let reasons = vec!["2 new findings block".to_owned()];
    Gate { program: "stepgate-lint", version: "0.1.0", reports, verdict: Verdict { outcome, reasons } }
}

fn finding<'a>(arena: &Arena<'a>, path: &str, line: u32, message: &str) -> Finding<'a> {
    let rule = arena.rule("phpstan", "argument.type");
    let file = arena.file(path, true);
    let found = Finding::new(rule, Some(file), Severity::High, arena.text(message));
    Finding { line, disposition: Disposition::Blocking, ..found }
}

fn field<'v>(values: &'v [Value], name: &str) -> Vec<&'v Value> {
    values.iter().map(|value| &value[name]).collect()
}

/// The annotations of PHPStan's report, as they are stored.
fn annotations(server: &Bitbucket) -> Vec<Value> {
    server.annotations(COMMIT, "stepgate-lint-phpstan").into_iter().map(|found| found.body).collect()
}

fn reports(server: &Bitbucket) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    server.reports(COMMIT).into_iter().map(|report| (report.external_id, text(&report.body["result"]))).collect()
}

#[tokio::test]
async fn each_tool_has_a_report_and_the_gate_has_the_last_word() {
    let (server, bump) = (server(), Bump::new());
    let arena = Arena::new(&bump);
    let style = Finding { disposition: Disposition::Reported, ..finding(&arena, "src/B.php", 3, "Line too long") };
    let style = Finding { rule: arena.rule("phpcs", "Generic.Files.LineLength"), severity: Severity::Medium, ..style };
    let known = Finding { disposition: Disposition::Muted(Muted::Baseline), ..finding(&arena, "src/A.php", 1, "old") };
    let gate = gate(Outcome::Fail, &[finding(&arena, "src/A.php", 12, "Expects int, string given"), known, style]);
    let published = publish(&gate, None, &target(&server, Some(TOKEN)).await).await;
    assert_eq!(published.failed, [""; 0]);
    let expected =
        [("stepgate-lint-phpstan", "FAILED"), ("stepgate-lint-phpcs", "PASSED"), ("stepgate-lint", "FAILED")];
    assert_eq!(reports(&server), expected.map(|(id, result)| (id.to_owned(), result.to_owned())));
    let stored = annotations(&server);
    assert_eq!(field(&stored, "summary"), ["Expects int, string given (argument.type)"], "what is muted is not shown");
    assert_eq!((&stored[0]["path"], &stored[0]["line"]), (&Value::from("src/A.php"), &Value::from(12)));
    assert_eq!((&stored[0]["result"], &stored[0]["severity"]), (&Value::from("FAILED"), &Value::from("HIGH")));
    let status = server.statuses(COMMIT).remove(0);
    assert_eq!((status.key.as_str(), status.state.as_str()), ("stepgate-lint", "FAILED"));
    assert_eq!(status.body["url"], "https://bitbucket.org/acme/shop/pipelines/results/42");
    assert_eq!(
        (&status.body["refname"], &status.body["description"]),
        (&"feature/x".into(), &gate.verdict.reasons[0].as_str().into())
    );
    let mut said = Vec::new();
    published.tell(&mut said).expect("memory");
    insta::assert_snapshot!(String::from_utf8_lossy(&said), @"published to acme/shop at 0123456789ab: 3 reports, build status, comment on pull request 7");
}

#[tokio::test]
async fn three_thousand_findings_cost_a_dozen_requests_and_the_gravest_are_shown() {
    let (server, bump) = (server(), Bump::new());
    let arena = Arena::new(&bump);
    let found = |n: u32| {
        let severity = if n.is_multiple_of(3) { Severity::Critical } else { Severity::Low };
        Finding { severity, ..finding(&arena, &format!("src/{n}.php"), 1, "the same everywhere") }
    };
    let gate = gate(Outcome::Fail, &(0..3000).map(found).collect::<Vec<_>>());
    let published = publish(&gate, None, &target(&server, Some(TOKEN)).await).await;
    assert_eq!(published.failed, [""; 0]);
    let requests = server.requests();
    let for_the_tool = requests.iter().filter(|request| request.target.contains("/reports/stepgate-lint-phpstan"));
    assert_eq!(for_the_tool.count(), 12);
    let stored = annotations(&server);
    assert_eq!(stored.len(), 1000);
    assert!(stored.iter().all(|annotation| annotation["severity"] == "CRITICAL"));
    let report = &server.reports(COMMIT)[0].body;
    assert!(report["details"].as_str().expect("details").ends_with("+2000 not shown"), "{report}");
    assert!(report["data"].as_array().expect("data").iter().any(|field| field["title"] == "Not shown"));
}

#[tokio::test]
async fn publishing_again_leaves_what_is_true_now_and_nothing_else() {
    let (server, bump) = (server(), Bump::new());
    let arena = Arena::new(&bump);
    let target = target(&server, Some(TOKEN)).await;
    let before = [finding(&arena, "src/A.php", 3, "first"), finding(&arena, "src/A.php", 9, "second")];
    publish(&gate(Outcome::Fail, &before), None, &target).await;
    let first_id = annotations(&server)[0]["external_id"].clone();
    let shifted = [finding(&arena, "src/A.php", 30, "first")];
    publish(&gate(Outcome::Fail, &shifted), None, &target).await;
    let stored = annotations(&server);
    assert_eq!(field(&stored, "external_id"), [&first_id], "a moved line is the same finding");
    assert_eq!(reports(&server).len(), 2);
    assert_eq!(server.statuses(COMMIT).len(), 1);
    assert_eq!(server.comments(7).iter().filter(|comment| !comment.deleted).count(), 1);
}

#[tokio::test]
async fn the_same_finding_twice_is_annotated_twice() {
    let (server, bump) = (server(), Bump::new());
    let arena = Arena::new(&bump);
    let twice = [finding(&arena, "src/A.php", 3, "same"), finding(&arena, "src/A.php", 9, "same")];
    let published = publish(&gate(Outcome::Fail, &twice), None, &target(&server, Some(TOKEN)).await).await;
    assert_eq!(published.failed, [""; 0]);
    assert_eq!(field(&annotations(&server), "line"), [3, 9]);
}

#[tokio::test]
async fn annotations_stand_on_the_lines_of_the_commit_they_are_posted_on() {
    let (server, bump) = (server(), Bump::new());
    let arena = Arena::new(&bump);
    let diff = "--- a/src/A.php\n+++ b/src/A.php\n@@ -0,0 +1,3 @@\n+1\n+2\n+3\n\
        --- /dev/null\n+++ b/src/Merged.php\n@@ -0,0 +1 @@\n+1\n";
    let lines = LineMap::new(parse(diff.as_bytes()).expect("a diff"));
    let found = [
        finding(&arena, "src/A.php", 33, "moved by the merge"),
        finding(&arena, "src/A.php", 2, "came with the merge"),
        finding(&arena, "src/Merged.php", 1, "in a file that came with the merge"),
    ];
    publish(&gate(Outcome::Fail, &found), Some(&lines), &target(&server, Some(TOKEN)).await).await;
    let mut stored = annotations(&server);
    stored.sort_by_key(|annotation| annotation["summary"].as_str().map(str::to_owned));
    let stored: Vec<_> = stored.iter().map(|a| format!("{} {} {}", a["path"], a["line"], a["summary"])).collect();
    insta::assert_snapshot!(stored.join("\n"), @r#"
    "src/A.php" 30 "moved by the merge (argument.type)"
    "src/A.php" null "src/A.php:2: came with the merge (argument.type)"
    null null "src/Merged.php:1: in a file that came with the merge (argument.type)"
    "#);
}

#[tokio::test]
async fn long_and_hostile_text_is_cut_between_characters_and_made_harmless() {
    let (server, bump) = (server(), Bump::new());
    let arena = Arena::new(&bump);
    let message = format!("\u{1b}[31m\u{202e}{}", "é".repeat(5000));
    let found = [finding(&arena, "src/A.php", 1, &message), finding(&arena, "src/B.php", 1, "")];
    let published = publish(&gate(Outcome::Fail, &found), None, &target(&server, Some(TOKEN)).await).await;
    assert_eq!(published.failed, [""; 0]);
    let stored = annotations(&server);
    let summary = stored[0]["summary"].as_str().expect("a summary");
    assert_eq!(summary.chars().count(), 450);
    assert!(summary.ends_with('…') && !summary.contains(['\u{1b}', '\u{202e}']), "{summary}");
    assert_eq!(stored[0]["details"].as_str().expect("details").chars().count(), 2000);
    assert_eq!(stored[1]["summary"], "argument.type");
}

#[tokio::test]
async fn an_incomplete_report_never_looks_good() {
    let (server, bump) = (server(), Bump::new());
    let arena = Arena::new(&bump);
    let quiet = Finding { disposition: Disposition::Reported, ..finding(&arena, "src/A.php", 1, "x") };
    let mut gate = gate(Outcome::Incomplete, &[quiet]);
    gate.reports[0].problems.push("cut short at byte 9".to_owned());
    gate.reports.push(Report::unusable("b.json".to_owned(), "empty".to_owned()));
    publish(&gate, None, &target(&server, Some(TOKEN)).await).await;
    let failed = |id: &str| (id.to_owned(), "FAILED".to_owned());
    assert_eq!(reports(&server), [failed("stepgate-lint-phpstan"), failed("stepgate-lint")]);
    assert_eq!(
        server.reports(COMMIT)[0].body["details"].as_str().expect("details").lines().next(),
        Some("cut short at byte 9")
    );
    let whole = server.reports(COMMIT)[1].body["details"].clone();
    assert!(whole.as_str().expect("details").ends_with("\nb.json: empty"), "{whole}");
    assert_eq!(server.statuses(COMMIT)[0].state, "FAILED");
}

#[tokio::test]
async fn the_access_of_the_step_itself_publishes_reports_and_says_what_is_missing() {
    let (server, bump) = (server(), Bump::new());
    let arena = Arena::new(&bump);
    let gate = gate(Outcome::Fail, &[finding(&arena, "src/A.php", 1, "x")]);
    let published = publish(&gate, None, &target(&server, None).await).await;
    assert_eq!(published.failed, [""; 0]);
    assert_eq!(reports(&server).len(), 2);
    assert!(server.requests().iter().all(|request| request.proxied && request.header("authorization").is_none()));
    assert_eq!(published.notes, [PROXY_ONLY]);
    assert_eq!((server.statuses(COMMIT).len(), server.comments(7).len()), (0, 0));
}

#[tokio::test]
async fn every_fault_that_passes_is_survived() {
    let faults = [
        Fault::status(429),
        Fault::status(429).retry_after("2"),
        Fault::status(500),
        Fault::status(503),
        Fault::status(555),
        Fault::reset(),
        Fault::reset().after_applying(),
        Fault::close().after_applying(),
        Fault::truncate(),
    ];
    let bump = Bump::new();
    let arena = Arena::new(&bump);
    let gate = gate(Outcome::Fail, &[finding(&arena, "src/A.php", 1, "x")]);
    for fault in faults {
        for (method, path) in
            [("DELETE", "/reports/"), ("PUT", "/reports/"), ("POST", "/annotations"), ("POST", "/build")]
        {
            let server = server();
            server.inject(fault.clone().on(method, path));
            let published = publish(&gate, None, &target(&server, Some(TOKEN)).await).await;
            assert_eq!(published.failed, [""; 0], "{fault:?} on {method} {path}");
            assert_eq!(server.pending_faults(), 0, "{fault:?} on {method} {path}");
            assert_eq!((reports(&server).len(), annotations(&server).len()), (2, 1), "{fault:?}");
        }
    }
}

#[tokio::test]
async fn a_comment_is_written_once_even_when_the_answer_is_lost() {
    let bump = Bump::new();
    let arena = Arena::new(&bump);
    let gate = gate(Outcome::Fail, &[finding(&arena, "src/A.php", 1, "x")]);
    let server = server();
    server.inject(Fault::reset().after_applying().on("POST", "/comments"));
    let published = publish(&gate, None, &target(&server, Some(TOKEN)).await).await;
    assert_eq!(published.failed, [""; 0]);
    assert_eq!(server.comments(7).iter().filter(|comment| !comment.deleted).count(), 1);
    assert!(server.comments(7)[0].raw.contains("[//]: # (stepgate-lint)"));
}

#[tokio::test]
async fn a_refusal_is_told_in_the_servers_words_and_the_rest_goes_on() {
    let (server, bump) = (server(), Bump::new());
    let arena = Arena::new(&bump);
    server.inject(Fault::status(400).on("POST", "/annotations").message("The moon is full.").always());
    let gate = gate(Outcome::Fail, &[finding(&arena, "src/A.php", 1, "x")]);
    let published = publish(&gate, None, &target(&server, Some(TOKEN)).await).await;
    assert_eq!(published.failed.len(), 1);
    assert!(published.failed[0].contains("The moon is full."), "{:?}", published.failed);
    assert_eq!((published.reports, published.done.len()), (1, 2), "{:?}", published.done);
    assert_eq!(published.exit(Exit::Fail, false), Exit::Fail, "the verdict stands");
    assert_eq!(published.exit(Exit::Pass, true), Exit::Remote);
}

#[tokio::test]
async fn a_server_that_never_answers_is_waited_for_once() {
    for fault in [Fault::status(429), Fault::reset(), Fault::close()] {
        let (server, bump) = (server(), Bump::new());
        let arena = Arena::new(&bump);
        server.inject(fault.always());
        let gate = gate(Outcome::Pass, &[finding(&arena, "src/A.php", 1, "x")]);
        let published = publish(&gate, None, &target(&server, Some(TOKEN)).await).await;
        assert_eq!((published.reports, &published.done[..]), (0, &[][..]));
        assert!(published.failed[1..].iter().all(|failed| failed.ends_with("not tried any more")), "{published:?}");
        assert_eq!(published.exit(Exit::Pass, false), Exit::Pass);
    }
}

#[tokio::test]
async fn a_token_that_may_not_is_told_what_it_needs() {
    let (server, bump) = (server(), Bump::new());
    let arena = Arena::new(&bump);
    let gate = gate(Outcome::Pass, &[finding(&arena, "src/A.php", 1, "x")]);
    let published = publish(&gate, None, &target(&server, Some("s3cret")).await).await;
    assert!(published.failed[0].contains("needs the scopes"), "{:?}", published.failed);
    assert!(!format!("{published:?}").contains("s3cret"));
}

fn note<'n>(path: &'n str, line: u32, name: &'n str, message: &'n str) -> Note<'n> {
    Note {
        file: Some(File { path, inside: true }),
        line,
        name,
        message,
        details: Vec::new(),
        severity: Severity::High,
        disposition: Disposition::Blocking,
        link: None,
    }
}

#[tokio::test]
async fn a_program_that_judges_something_else_says_it_the_same_way() {
    let server = server();
    let target = target(&server, Some(TOKEN)).await;
    let mut insight = Insight::new("stepgate-tests", "0.1.0", Some("tests"), ReportType::Test, &target);
    insight.title = "Tests \u{202e}".to_owned();
    insight.details = vec!["120 tests, 1 failed".to_owned(), String::new(), "see\nbelow".to_owned()];
    insight.data = vec![("Tests", DataValue::Count(120)), ("Duration", DataValue::Duration(1_500))];
    let failed = Note {
        details: "#0 tests/AT.php(7)\n\n#1 main".lines().map(Cow::from).collect(),
        ..note("tests/AT.php", 7, "AT::testSum", "3 is not 4")
    };
    insight.annotate([failed].into_iter(), None);
    let bulletin = Bulletin {
        program: "stepgate-tests",
        outcome: Outcome::Fail,
        reason: "1 test failed".to_owned(),
        comment: "**FAIL**: 1 test failed".to_owned(),
        insights: vec![insight],
    };
    let published = super::publish(bulletin, &target).await;
    assert_eq!((&published.failed[..], published.reports, published.done.len()), (&[][..], 1, 2));
    let report = server.reports(COMMIT).remove(0);
    assert_eq!(report.external_id, "stepgate-tests-tests");
    let stored = ["title", "details", "result", "report_type", "reporter"].map(|name| report.body[name].clone());
    let stored = stored.map(|value| value.as_str().unwrap_or_default().to_owned());
    let details = "120 tests, 1 failed\nsee below";
    assert_eq!(stored, ["Tests \u{fffd}", details, "FAILED", "TEST", "stepgate-tests 0.1.0"], "it has not passed");
    let annotation = server.annotations(COMMIT, "stepgate-tests-tests").remove(0).body;
    assert_eq!(annotation["summary"], "3 is not 4 (AT::testSum)");
    assert_eq!(annotation["details"], "#0 tests/AT.php(7)\n#1 main");
    assert_eq!((&annotation["path"], &annotation["line"]), (&Value::from("tests/AT.php"), &Value::from(7)));
    assert_eq!(server.statuses(COMMIT)[0].key, "stepgate-tests");
    assert_eq!(server.comments(7)[0].raw, "**FAIL**: 1 test failed\n\n[//]: # (stepgate-tests)");
}

#[tokio::test]
async fn a_report_keeps_to_what_the_server_takes_whatever_it_is_given() {
    let server = server();
    let target = target(&server, Some(TOKEN)).await;
    let mut insight = Insight::new("stepgate-tests", "0.1.0", Some("a b/\u{e9}"), ReportType::Coverage, &target);
    assert_eq!(insight.id(), "stepgate-tests-a-b--");
    insight.title = "t".repeat(5_000);
    insight.link = Some("javascript:alert(1)".to_owned());
    let href = "http://localhost/x".to_owned();
    insight.data = vec![
        ("Lines", DataValue::Percentage(f64::NAN)),
        ("Slowest", DataValue::Text("\u{1b}[31m".repeat(500))),
        ("Page", DataValue::Link { text: "report".to_owned(), href }),
    ];
    insight.data.extend((0..20).map(|n| ("Count", DataValue::Count(n))));
    let mut notes: Vec<_> = (1..=1_200).map(|line| note("src/A.php", line, "", "not covered")).collect();
    notes.reverse();
    gravest_first(&mut notes);
    insight.annotate(notes.into_iter(), None);
    let comment = "c".repeat(50_000);
    let (program, outcome, reason) = ("stepgate-tests", Outcome::Pass, "r\n".repeat(500));
    let published =
        super::publish(Bulletin { program, outcome, reason, comment, insights: vec![insight] }, &target).await;
    assert_eq!(published.failed, [""; 0]);
    let report = server.reports(COMMIT).remove(0).body;
    assert_eq!(report["details"], "the gravest 1000 are annotated, +200 not shown");
    assert_eq!(
        (report["title"].as_str().map(|title| title.chars().count()), &report["link"]),
        (Some(200), &Value::Null)
    );
    let data = report["data"].as_array().expect("data");
    assert_eq!((data.len(), &data[9]["title"], &data[9]["value"]), (10, &"Not shown".into(), &200.into()));
    assert_eq!((&data[0]["value"], &data[2]["value"]), (&"unknown".into(), &"report".into()));
    assert!(!data[1].to_string().contains("u001b"), "{}", data[1]);
    let lines: Vec<_> = server.annotations(COMMIT, "stepgate-tests-a-b--");
    assert_eq!((lines.len(), &lines[0].body["line"]), (1_000, &1.into()), "in the order of the lines");
}
