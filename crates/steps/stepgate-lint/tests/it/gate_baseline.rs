//! The debt that is known, and that must not grow.

use insta::assert_snapshot;

use crate::support::{Project, phpstan};

const OLD: (&str, u32, &str, &str) = ("src/A.php", 4, "property.notFound", "Access to an undefined property A::$y.");
const NEW: (&str, u32, &str, &str) = ("src/B.php", 2, "class.name", "Class name is too short.");

/// A project whose `main` has a baseline with the old finding.
fn project() -> Project {
    let project = Project::new();
    project.write("phpstan.json", phpstan(&[OLD]));
    let run = project.run(&["baseline", "create", "phpstan.json"]);
    assert_eq!(run.status, 0, "{run}");
    project.repo.commit("a baseline");
    project
}

#[test]
fn what_the_baseline_lists_does_not_block() {
    let project = project();
    assert_eq!(project.run(&["gate", "phpstan.json"]).status, 0);
    project.write("phpstan.json", phpstan(&[OLD, NEW]));
    assert_snapshot!(project.run(&["gate", "phpstan.json"]), @r"
    FAIL stepgate-lint: 1 new finding blocks: phpstan 1

    src/B.php
      2  high      Class name is too short.  phpstan class.name

    1 muted (1 in the baseline)

    tool     findings  blocking  reported  muted
    phpstan         2         1         0      1
    [exit status: 1]
    ");
}

#[test]
fn one_more_of_the_same_is_new() {
    let project = project();
    let (path, _, rule, message) = OLD;
    project.write("phpstan.json", phpstan(&[OLD, (path, 5, rule, message)]));
    assert_eq!(project.run(&["gate", "phpstan.json"]).status, 1);
}

#[test]
fn without_the_baseline_everything_blocks() {
    assert_eq!(project().run(&["gate", "phpstan.json", "--no-baseline"]).status, 1);
}

#[test]
fn what_is_no_longer_there_is_asked_to_be_taken_out() {
    let project = project();
    project.write("phpstan.json", phpstan(&[]));
    let run = project.run(&["gate", "phpstan.json"]);
    assert_snapshot!(run, @r"
    PASS stepgate-lint: no findings
      - 1 baseline entry no longer matches; run `stepgate-lint baseline shrink`

    tool     findings  blocking  reported  muted
    phpstan         0         0         0      0
    [exit status: 0]
    ");
}

#[test]
fn a_change_that_adds_to_the_baseline_is_refused() {
    let project = project();
    project.repo.git(&["switch", "--quiet", "--create", "feature"]);
    project.write("phpstan.json", phpstan(&[OLD, NEW]));
    assert_eq!(project.run(&["baseline", "create", "--force", "phpstan.json"]).status, 0);
    project.repo.commit("more debt");
    let args = ["gate", "phpstan.json", "--destination", "main"];
    assert_snapshot!(project.run(&args), @r"
    FAIL stepgate-lint: the change adds 1 entry to the baseline stepgate-baseline.jsonl (see --allow-baseline-growth): src/B.php: phpstan class.name: 1 instead of 0: Class name is too short.

    2 muted (2 in the baseline)

    tool     findings  blocking  reported  muted
    phpstan         2         0         0      2
    [exit status: 1]
    ");
    let allowed = project.run(&[&args, ["--allow-baseline-growth"].as_slice()].concat());
    assert_eq!(allowed.status, 0, "{allowed}");
}

#[test]
fn on_the_destination_itself_there_is_no_change_that_could_add_to_it() {
    let project = project();
    project.write("stepgate.yaml", "lint:\n  changed: off\n  destination: main\n");
    let run = project.run(&["gate", "phpstan.json"]);
    assert_eq!(run.status, 0, "{run}");
}

#[test]
fn a_baseline_that_comes_with_the_change_is_told_of() {
    let project = Project::new();
    project.repo.git(&["switch", "--quiet", "--create", "feature"]);
    project.write("phpstan.json", phpstan(&[OLD]));
    assert_eq!(project.run(&["baseline", "create", "phpstan.json"]).status, 0);
    let run = project.run(&["gate", "phpstan.json", "--destination", "main"]);
    assert_eq!(run.status, 0, "{run}");
    assert!(run.contains("stepgate-baseline.jsonl is new with this change: 1 entry"), "{run}");
}

#[test]
fn a_baseline_with_conflict_markers_cannot_be_used() {
    let project = project();
    let text = project.read("stepgate-baseline.jsonl");
    project.write("stepgate-baseline.jsonl", format!("{text}<<<<<<< HEAD\n"));
    assert_snapshot!(project.run(&["gate", "phpstan.json"]), @r"
    ------- stderr -------
    error: cannot use the baseline stepgate-baseline.jsonl: line 3: a merge left its conflict here; keep the entries of both sides (of two that differ only in count, the lower), and delete the lines with the markers
    [exit status: 3]
    ");
}

#[test]
fn a_baseline_that_was_named_has_to_be_there() {
    assert_snapshot!(project().run(&["gate", "phpstan.json", "--baseline", "gone.jsonl"]), @r"
    ------- stderr -------
    error: there is no baseline at gone.jsonl
    hint: stepgate-lint baseline create FILES… writes one
    [exit status: 3]
    ");
}

#[test]
fn an_earlier_report_is_as_good_as_a_baseline() {
    let project = Project::new();
    project.write("before.json", phpstan(&[OLD])).write("now.json", phpstan(&[OLD, NEW]));
    let run = project.run(&["gate", "now.json", "--against", "before.json"]);
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("src/B.php") && !run.contains("src/A.php"), "{run}");
    assert_eq!(project.run(&["gate", "before.json", "--against", "now.json"]).status, 0);
    assert_snapshot!(project.run(&["gate", "now.json", "--against", "gone.json"]), @r"
    ------- stderr -------
    error: cannot compare with gone.json: it cannot be read: No such file or directory (os error 2)
    [exit status: 3]
    ");
}
