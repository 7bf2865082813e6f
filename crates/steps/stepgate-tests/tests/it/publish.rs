//! What a gate leaves on Bitbucket.

use fakes::bitbucket::{PullRequest, TOKEN};
use fakes::{Bitbucket, Fault};

use crate::support::{Project, Run, clover, phpunit};

/// A step for pull request 7, whose branch changed `src/Price.php`.
fn step() -> (Project, String, Bitbucket) {
    let mut project = Project::new();
    project.repo.git(&["switch", "--quiet", "--create", "feature"]);
    project.write("src/Price.php", project.read("src/Price.php").replace("100", "101"));
    let commit = project.repo.commit("a change");
    let builder = Bitbucket::builder().token(TOKEN).commit("acme", "shop", &commit);
    let pull_request = PullRequest::new(7, "feature", "main");
    let bitbucket = builder.pull_request("acme", "shop", pull_request).start().expect("a fake");
    for (name, value) in [
        ("BITBUCKET_BUILD_NUMBER", "42"),
        ("BITBUCKET_REPO_FULL_NAME", "acme/shop"),
        ("BITBUCKET_COMMIT", &commit),
        ("BITBUCKET_PR_ID", "7"),
        ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
        ("STEPGATE_BITBUCKET_URL", &bitbucket.api_url()),
        ("STEPGATE_BITBUCKET_TOKEN", TOKEN),
        ("STEPGATE_BITBUCKET_PATIENCE", "0"),
    ] {
        project.env(name, value);
    }
    project.write("r.xml", phpunit(&[("testNet", "fails"), ("testGross", "ok")]));
    project.write("c.xml", clover(&[("src/Price.php", &[(7, 0), (12, 1)])]));
    (project, commit, bitbucket)
}

fn gate(project: &Project, more: &[&str]) -> Run {
    project.run(&[&["gate", "r.xml", "--coverage", "c.xml"], more].concat())
}

#[test]
fn tests_and_coverage_are_reports_with_annotations_on_the_lines() {
    let (project, commit, bitbucket) = step();
    let run = gate(&project, &[]);
    assert_eq!(run.status, 1, "{run}");
    assert!(!run.contains("could not publish") && !run.contains(TOKEN), "{run}");
    let reports = bitbucket.reports(&commit);
    let mut kinds: Vec<_> =
        reports.iter().map(|report| report.body["report_type"].as_str().unwrap_or_default()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["COVERAGE", "TEST"]);
    let failed = bitbucket.annotations(&commit, "stepgate-tests");
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].body["path"], "tests/PriceTest.php");
    assert_eq!(failed[0].body["line"], 12);
    let uncovered = bitbucket.annotations(&commit, "stepgate-tests-coverage");
    assert_eq!(uncovered.len(), 1);
    assert_eq!((&uncovered[0].body["path"], &uncovered[0].body["line"]), (&"src/Price.php".into(), &7.into()));
    assert_eq!(bitbucket.statuses(&commit)[0].state, "FAILED");
    let comments = bitbucket.comments(7);
    assert_eq!(comments.len(), 1);
    assert!(comments[0].raw.contains("Failed asserting that 119 is identical to 120."), "{}", comments[0].raw);
}

#[test]
fn a_second_run_replaces_what_the_first_left() {
    let (project, commit, bitbucket) = step();
    assert_eq!(gate(&project, &[]).status, 1);
    project.write("r.xml", phpunit(&[("testNet", "ok"), ("testGross", "ok")]));
    let run = gate(&project, &[]);
    assert_eq!(run.status, 0, "{run}");
    assert!(bitbucket.annotations(&commit, "stepgate-tests").is_empty());
    assert_eq!(bitbucket.statuses(&commit).len(), 1);
    assert_eq!(bitbucket.statuses(&commit)[0].state, "SUCCESSFUL");
    assert_eq!(bitbucket.comments(7).len(), 1);
    assert_eq!(bitbucket.reports(&commit).len(), 2);
}

#[test]
fn what_is_incomplete_is_no_success_on_bitbucket_either() {
    let (project, commit, bitbucket) = step();
    project.write("r.xml", "");
    let run = gate(&project, &[]);
    assert_eq!(run.status, 3, "{run}");
    assert_eq!(bitbucket.statuses(&commit)[0].state, "FAILED");
    let reports = bitbucket.reports(&commit);
    assert!(!reports.is_empty() && reports.iter().all(|report| report.body["result"] == "FAILED"), "{run}");
}

#[test]
fn what_cannot_be_published_does_not_change_the_verdict_unless_it_has_to_be() {
    let (project, commit, bitbucket) = step();
    bitbucket.inject(Fault::status(403).always());
    let run = gate(&project, &[]);
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("warning: could not publish"), "{run}");
    let run = gate(&project, &["--require-publish"]);
    assert_eq!(run.status, 4, "{run}");
    assert!(run.contains("FAIL stepgate-tests"), "{run}");
    assert!(bitbucket.reports(&commit).is_empty());
}

#[test]
fn nothing_is_published_when_it_is_switched_off() {
    let (project, _, bitbucket) = step();
    assert_eq!(gate(&project, &["--publish", "never"]).status, 1);
    assert!(bitbucket.requests().is_empty());
}

#[test]
fn hostile_names_are_harmless_in_a_comment() {
    let (project, commit, bitbucket) = step();
    let name = "a ](https://evil.example) @{admin} &lt;img src=x onerror=alert(1)&gt; &#10;# heading `code`";
    project.write("r.xml", phpunit(&[(name, "fails")]));
    let run = gate(&project, &[]);
    assert_eq!(run.status, 1, "{run}");
    let comment = &bitbucket.comments(7)[0].raw;
    assert!(!comment.contains("\n# heading") && !comment.contains("<img"), "{comment}");
    assert_eq!(bitbucket.annotations(&commit, "stepgate-tests").len(), 1);
}
