//! What a gate leaves on Bitbucket.

use fakes::bitbucket::{PullRequest, TOKEN};
use fakes::{Bitbucket, Fault};

use crate::support::{Project, Run, phpstan};

const OLD: (&str, u32, &str, &str) = ("src/A.php", 6, "property.type", "On a line of the change.");

/// A pull request whose destination has been merged into the work tree: line 4 of its tip is line 6 of the work tree.
fn merged() -> (Project, String) {
    let project = Project::new();
    let repo = &project.repo;
    repo.git(&["switch", "--quiet", "--create", "feature"]);
    project.write("src/A.php", "<?php\nclass A\n{\n    public int $x;\n}\n");
    let tip = repo.commit("a change");
    repo.git(&["switch", "--quiet", "main"]);
    project.write("src/A.php", "<?php\n// One line more.\n// And one more.\nclass A\n{\n    public $x;\n}\n");
    repo.commit("meanwhile");
    repo.git(&["switch", "--quiet", "feature"]);
    repo.git(&["merge", "--quiet", "--no-edit", "main"]);
    project.write("phpstan.json", phpstan(&[OLD]));
    (project, tip)
}

fn bitbucket(tip: &str) -> Bitbucket {
    let builder = Bitbucket::builder().token(TOKEN).commit("acme", "shop", tip);
    let pull_request = PullRequest::new(7, "feature", "main");
    builder.pull_request("acme", "shop", pull_request).start().expect("a fake")
}

fn gate(project: &mut Project, tip: &str, bitbucket: &Bitbucket, more: &[&str]) -> Run {
    for (name, value) in [
        ("BITBUCKET_BUILD_NUMBER", "42"),
        ("BITBUCKET_REPO_FULL_NAME", "acme/shop"),
        ("BITBUCKET_COMMIT", tip),
        ("BITBUCKET_PR_ID", "7"),
        ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
        ("STEPGATE_BITBUCKET_URL", &bitbucket.api_url()),
        ("STEPGATE_BITBUCKET_TOKEN", TOKEN),
    ] {
        project.env(name, value);
    }
    project.run(&[&["gate", "phpstan.json", "--changed-lines"], more].concat())
}

#[test]
fn annotations_stand_on_the_lines_of_the_commit_they_are_posted_on() {
    let (mut project, tip) = merged();
    let bitbucket = bitbucket(&tip);
    let run = gate(&mut project, &tip, &bitbucket, &[]);
    assert_eq!(run.status, 1, "{run}");
    let annotations = bitbucket.annotations(&tip, "stepgate-lint-phpstan");
    assert_eq!(annotations.len(), 1, "{run}");
    assert_eq!(annotations[0].body["path"], "src/A.php");
    assert_eq!(annotations[0].body["line"], 4, "{run}");
    assert_eq!(bitbucket.statuses(&tip)[0].state, "FAILED");
    assert!(bitbucket.comments(7)[0].raw.contains("On a line of the change."));
}

#[test]
fn a_second_run_replaces_what_the_first_left() {
    let (mut project, tip) = merged();
    let bitbucket = bitbucket(&tip);
    assert_eq!(gate(&mut project, &tip, &bitbucket, &[]).status, 1);
    project.write("phpstan.json", phpstan(&[]));
    let run = gate(&mut project, &tip, &bitbucket, &[]);
    assert_eq!(run.status, 0, "{run}");
    assert!(bitbucket.annotations(&tip, "stepgate-lint-phpstan").is_empty());
    assert_eq!(bitbucket.statuses(&tip).len(), 1);
    assert_eq!(bitbucket.statuses(&tip)[0].state, "SUCCESSFUL");
    assert_eq!(bitbucket.comments(7).len(), 1);
}

#[test]
fn what_cannot_be_published_does_not_change_the_verdict_unless_it_has_to_be() {
    let (mut project, tip) = merged();
    let bitbucket = bitbucket(&tip);
    bitbucket.inject(Fault::status(403).always());
    let run = gate(&mut project, &tip, &bitbucket, &[]);
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("warning: could not publish"), "{run}");
    assert_eq!(gate(&mut project, &tip, &bitbucket, &["--require-publish"]).status, 4);
}

#[test]
fn nothing_is_published_when_it_is_switched_off() {
    let (mut project, tip) = merged();
    let bitbucket = bitbucket(&tip);
    assert_eq!(gate(&mut project, &tip, &bitbucket, &["--publish", "never"]).status, 1);
    assert!(bitbucket.requests().is_empty());
}
