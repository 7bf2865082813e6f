//! Only what the change did.

use insta::assert_snapshot;

use crate::support::{Project, phpstan, run_in};

/// `main` as it was, and a branch that changes line 4 of A and adds C.
fn changed() -> Project {
    let project = Project::new();
    project.repo.git(&["switch", "--quiet", "--create", "feature"]);
    project.write("src/A.php", "<?php\nclass A\n{\n    public int $x;\n}\n");
    project.write("src/C.php", "<?php\nclass C\n{\n}\n");
    project.repo.commit("a change");
    let findings = [
        ("src/A.php", 4, "property.type", "On a changed line."),
        ("src/A.php", 2, "class.name", "On an old line of a changed file."),
        ("src/B.php", 2, "class.name", "In a file that did not change."),
        ("src/C.php", 3, "class.name", "In a new file."),
    ];
    project.write("phpstan.json", phpstan(&findings));
    project
}

#[test]
fn only_findings_on_changed_lines_block() {
    let run = changed().run(&["gate", "phpstan.json", "--changed-lines", "--destination", "main"]);
    assert_snapshot!(run, @r"
    FAIL stepgate-lint: 2 new findings block: phpstan 2

    src/A.php
      4  high      On a changed line.  phpstan property.type

    src/C.php
      3  high      In a new file.  phpstan class.name

    2 muted (2 outside the change)

    tool     findings  blocking  reported  muted
    phpstan         4         2         0      2
    [exit status: 1]
    ");
}

#[test]
fn findings_in_changed_files_block_when_files_are_asked_for() {
    let run = changed().run(&["gate", "phpstan.json", "--changed-files", "--destination", "main"]);
    assert_eq!(run.status, 1);
    assert!(run.contains("On an old line of a changed file."), "{run}");
    assert!(!run.contains("In a file that did not change."), "{run}");
}

#[test]
fn a_file_that_git_does_not_know_yet_is_all_new() {
    let project = Project::new();
    project.repo.git(&["switch", "--quiet", "--create", "feature"]);
    project.write("src/New.php", "<?php\nclass N\n{\n}\n");
    project.write("phpstan.json", phpstan(&[("src/New.php", 3, "class.name", "In a file nobody added.")]));
    let run = project.run(&["gate", "phpstan.json", "--changed-lines", "--destination", "main"]);
    assert_eq!(run.status, 1, "{run}");
}

#[test]
fn relative_paths_of_tools_that_ran_below_the_root_are_found_in_the_change() {
    let project = Project::new();
    project.write("shop/src/D.php", "<?php\n");
    project.repo.commit("a shop");
    project.repo.git(&["switch", "--quiet", "--create", "feature"]);
    project.write("shop/src/D.php", "<?php\nclass D {}\n");
    project.write("shop/phpstan.raw", "src/D.php:2:Class name is too short.\n");
    let args = ["gate", "phpstan.raw", "--changed-lines", "--destination", "main"];
    let run = run_in(&project.repo.path().join("shop"), &[], &args, "");
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("shop/src/D.php"), "{run}");
}

#[test]
fn a_change_without_findings_of_its_own_passes() {
    let project = changed();
    project.write("phpstan.json", phpstan(&[("src/B.php", 2, "class.name", "Old.")]));
    let run = project.run(&["gate", "phpstan.json", "--changed-lines", "--destination", "main"]);
    assert_eq!(run.status, 0, "{run}");
}

#[test]
fn the_pull_request_says_where_the_change_goes() {
    let mut project = changed();
    project.env("BITBUCKET_PR_DESTINATION_BRANCH", "main");
    let run = project.run(&["gate", "phpstan.json", "--changed-lines"]);
    assert_eq!(run.status, 1, "{run}");
    assert!(!run.contains("In a file that did not change."), "{run}");
}

#[test]
fn a_change_that_cannot_be_known_is_no_pass() {
    let project = changed();
    assert_snapshot!(project.run(&["gate", "phpstan.json", "--changed-lines"]), @r"
    ------- stderr -------
    error: cannot tell what changed: nothing says where the change wants to go: this is not the pipeline of a pull request
    hint: name the branch: --destination main, or `destination: main` under `lint` in stepgate.yaml
    hint: or judge everything: --everything
    [exit status: 3]
    ");
    assert_snapshot!(project.run(&["gate", "phpstan.json", "--changed-lines", "--destination", "gone"]), @r"
    ------- stderr -------
    error: cannot tell what changed since `gone`: the clone does not know where `gone` is, and has no remote to ask
    hint: add the remote, or fetch `gone` before this step
    hint: or judge everything: --everything
    [exit status: 3]
    ");
}

#[test]
fn outside_a_repository_nothing_is_known_of_a_change() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("r.json"), phpstan(&[])).expect("a file");
    let run = run_in(dir.path(), &[], &["gate", "r.json", "--changed-lines", "--destination", "main"], "");
    assert_snapshot!(run, @r"
    ------- stderr -------
    error: cannot tell what changed: [DIR] is not inside a git repository
    hint: run this inside a clone; in a container, see that `.git` is mounted too
    [exit status: 3]
    ");
}

#[test]
fn a_shallow_clone_is_deepened_until_the_change_can_be_seen() {
    let origin = changed();
    origin.repo.commit("more");
    origin.repo.commit("and more");
    let clone = origin.repo.clone_with(&["--depth=1", "--branch=feature"]);
    clone.write("phpstan.json", origin.read("phpstan.json"));
    let args = ["gate", "phpstan.json", "--changed-lines", "--destination", "main"];
    let run = run_in(&clone.path(), &[], &args, "");
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("On a changed line.") && !run.contains("In a file that did not change."), "{run}");
}
