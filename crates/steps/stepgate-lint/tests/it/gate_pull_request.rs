//! A pull request as its pipeline sees it: the destination is merged into the work tree, the commit is the source tip.

use std::collections::BTreeMap;

use fakes::Bitbucket;
use fakes::bitbucket::{PullRequest, TOKEN};
use insta::assert_snapshot;

use crate::support::{Project, Run, phpstan};

/// What a pull request is made of.
struct Story {
    project: Project,
    tip: String,
    bitbucket: Bitbucket,
}

/// `before` is what `main` was, `ours` what the change does, `theirs` what `main` did meanwhile; `None` deletes.
type Files<'f> = &'f [(&'f str, Option<&'f str>)];

impl Story {
    fn new(before: Files<'_>, ours: Files<'_>, theirs: Files<'_>) -> Self {
        let project = Project::new();
        let git = |args: &[&str]| project.repo.git(args);
        put(&project, before);
        project.repo.commit("before");
        git(&["switch", "--quiet", "--create", "feature"]);
        put(&project, ours);
        let tip = project.repo.commit("ours");
        git(&["switch", "--quiet", "main"]);
        put(&project, theirs);
        let destination = project.repo.commit("theirs");
        git(&["switch", "--quiet", "feature"]);
        git(&["merge", "--quiet", "--no-edit", "main"]);
        let builder = Bitbucket::builder().token(TOKEN).commit("acme", "shop", &tip);
        let pull_request = PullRequest::new(7, "feature", "main");
        let bitbucket = builder.pull_request("acme", "shop", pull_request).start().expect("a fake");
        let mut story = Self { project, tip, bitbucket };
        let url = story.bitbucket.api_url();
        let tip = story.tip.clone();
        for (name, value) in [
            ("BITBUCKET_BUILD_NUMBER", "42"),
            ("BITBUCKET_REPO_FULL_NAME", "acme/shop"),
            ("BITBUCKET_COMMIT", &tip),
            ("BITBUCKET_PR_ID", "7"),
            ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
            ("BITBUCKET_PR_DESTINATION_COMMIT", &destination),
            ("STEPGATE_BITBUCKET_URL", &url),
            ("STEPGATE_BITBUCKET_TOKEN", TOKEN),
        ] {
            story.project.env(name, value);
        }
        story
    }

    /// Judges one finding a place, each with its place as the message.
    fn gate(&self, places: &[(&str, u32)]) -> Run {
        let messages: Vec<_> = places.iter().map(|(path, line)| format!("{path:?} {line}")).collect();
        let findings: Vec<_> = places
            .iter()
            .zip(&messages)
            .map(|((path, line), message)| (*path, *line, "a.b", message.as_str()))
            .collect();
        self.project.write("phpstan.json", phpstan(&findings));
        self.project.run(&["gate", "phpstan.json", "--changed-lines", "--output", "json=lint.json"])
    }

    /// Of each finding: what became of it, and where it is annotated.
    fn told(&self) -> String {
        let stored = self.bitbucket.annotations(&self.tip, "stepgate-lint-phpstan");
        let mut annotated = BTreeMap::new();
        for annotation in &stored {
            let body = &annotation.body;
            let summary = body["summary"].as_str().expect("a summary");
            // A finding without a place on the commit says itself where it was.
            let message = summary.strip_suffix(" (a.b)").expect("the rule");
            let message = message.rsplit_once(": ").map_or(message, |(_, message)| message);
            annotated.insert(message.to_owned(), format!("{} {}", body["path"], body["line"]));
        }
        let json: serde_json::Value = serde_json::from_str(&self.project.read("lint.json")).expect("JSON");
        let findings = json["findings"].as_array().expect("a list").iter();
        let line = |finding: &serde_json::Value| {
            let message = finding["message"].as_str().expect("a message");
            let place = annotated.get(message).map_or("not annotated", String::as_str);
            format!("{message}: {} -> {place}\n", finding["disposition"].as_str().expect("a word"))
        };
        findings.map(line).collect()
    }
}

fn put(project: &Project, files: Files<'_>) {
    for (path, content) in files {
        match content {
            Some(content) => drop(project.write(path, content)),
            None => std::fs::remove_file(project.repo.path().join(path)).expect("it is there"),
        }
    }
}

/// Lines `1` to `last`, some of them replaced.
fn numbered(last: u32, replaced: &[(u32, &str)]) -> String {
    let line =
        |n: u32| replaced.iter().find(|(at, _)| *at == n).map_or(format!("{n}\n"), |(_, text)| (*text).to_owned());
    (1..=last).map(line).collect()
}

#[test]
fn lines_that_came_with_the_destination_are_not_the_changes_and_annotations_stand_on_the_source() {
    let (before, ours) = (numbered(30, &[]), numbered(30, &[(25, "ours\n")]));
    let theirs = numbered(30, &[(5, "5\ntheirs\ntheirs\n"), (15, "")]);
    let story = Story::new(
        &[("src/A.php", Some(&before))],
        &[("src/A.php", Some(&ours)), ("src/Ours.php", Some("<?php\n"))],
        &[("src/A.php", Some(&theirs)), ("src/Theirs.php", Some("<?php\n"))],
    );
    let run = story.gate(&[
        ("src/A.php", 6),
        ("src/A.php", 26),
        ("src/A.php", 27),
        ("src/Ours.php", 1),
        ("src/Theirs.php", 1),
    ]);
    assert_eq!(run.status, 1, "{run}");
    assert_snapshot!(story.told(), @r#"
    "src/A.php" 6: muted -> not annotated
    "src/A.php" 26: blocking -> "src/A.php" 25
    "src/A.php" 27: muted -> not annotated
    "src/Ours.php" 1: blocking -> "src/Ours.php" 1
    "src/Theirs.php" 1: muted -> not annotated
    "#);
}

#[test]
fn renamed_moved_deleted_and_unusual_files_are_known_by_git_and_report_alike() {
    let before = numbered(20, &[]);
    let ours = numbered(20, &[(10, "ours\n")]);
    let names =
        ["src/with space.php", "src/with \"quotes\".php", "src/Grüße.php", "src/new\nline.php", "src/tab\t.php"];
    let mut then: Vec<_> = names.iter().map(|name| (*name, Some(before.as_str()))).collect();
    let mut now: Vec<_> = names.iter().map(|name| (*name, Some(ours.as_str()))).collect();
    let crlf = before.replace('\n', "\r\n");
    let crlf_now = crlf.replace("10\r\n", "ours\r\n");
    then.extend([
        ("src/crlf.php", Some(crlf.as_str())),
        ("src/Old.php", Some(&before)),
        ("src/Gone.php", Some("<?php\n")),
    ]);
    now.extend([
        ("src/crlf.php", Some(crlf_now.as_str())),
        ("src/Old.php", None),
        ("src/New.php", Some(&ours)),
        ("src/Gone.php", None),
    ]);
    let story = Story::new(&then, &now, &[("src/A.php", Some("<?php\n"))]);
    let path = story.project.repo.path().join("src/B.php");
    std::process::Command::new("chmod").arg("+x").arg(path).status().expect("chmod");
    let places = names.iter().copied().chain(["src/crlf.php", "src/New.php"]).flat_map(|name| [(name, 9), (name, 10)]);
    let places: Vec<_> = places.chain([("src/B.php", 2)]).collect();
    let run = story.gate(&places);
    assert_eq!(run.status, 1, "{run}");
    assert_snapshot!(story.told(), @r#"
    "src/B.php" 2: muted -> not annotated
    "src/Grüße.php" 9: muted -> not annotated
    "src/Grüße.php" 10: blocking -> "src/Grüße.php" 10
    "src/New.php" 9: muted -> not annotated
    "src/New.php" 10: blocking -> "src/New.php" 10
    "src/crlf.php" 9: muted -> not annotated
    "src/crlf.php" 10: blocking -> "src/crlf.php" 10
    "src/new\nline.php" 9: muted -> not annotated
    "src/new\nline.php" 10: blocking -> "src/new\nline.php" 10
    "src/tab\t.php" 9: muted -> not annotated
    "src/tab\t.php" 10: blocking -> "src/tab\t.php" 10
    "src/with \"quotes\".php" 9: muted -> not annotated
    "src/with \"quotes\".php" 10: blocking -> "src/with \"quotes\".php" 10
    "src/with space.php" 9: muted -> not annotated
    "src/with space.php" 10: blocking -> "src/with space.php" 10
    "#);
}

#[test]
fn a_file_that_git_does_not_know_yet_is_annotated_on_no_file_of_the_commit() {
    let story = Story::new(&[], &[("src/Ours.php", Some("<?php\n"))], &[("src/Theirs.php", Some("<?php\n"))]);
    story.project.write("src/Generated.php", "<?php\n");
    let run = story.gate(&[("src/Generated.php", 1)]);
    assert_eq!(run.status, 1, "{run}");
    assert_snapshot!(story.told(), @r#"
    "src/Generated.php" 1: blocking -> null null
    "#);
}

#[test]
fn a_pull_request_that_brings_nothing_new_blocks_nothing() {
    let story = Story::new(&[], &[("src/Ours.php", Some("<?php\n"))], &[("src/Theirs.php", Some("<?php\n"))]);
    let run = story.gate(&[("src/Theirs.php", 1), ("src/A.php", 2)]);
    assert_eq!(run.status, 0, "{run}");
}
