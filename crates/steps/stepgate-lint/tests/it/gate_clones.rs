//! The change as git shows it in the clones that pipelines and people have.

use std::path::Path;

use git::testkit::TempRepo;

use crate::support::{Project, Run, phpstan, run_in};

const GATE: [&str; 5] = ["gate", "phpstan.json", "--changed-lines", "--destination", "main"];

/// `main` with A and B; `feature` changes line 4 of A, `main` then line 2 of B.
fn origin() -> Project {
    let project = Project::new();
    project.repo.git(&["switch", "--quiet", "--create", "feature"]);
    project.write("src/A.php", "<?php\nclass A\n{\n    public int $x;\n}\n");
    project.repo.commit("a change");
    project.repo.git(&["switch", "--quiet", "main"]);
    project.write("src/B.php", "<?php\nclass B2\n{\n}\n");
    project.repo.commit("meanwhile");
    project.repo.git(&["switch", "--quiet", "feature"]);
    project
}

/// What PHPStan says about both files.
fn report() -> String {
    phpstan(&[("src/A.php", 4, "a.new", "Of the change."), ("src/B.php", 2, "b.old", "Not of the change.")])
}

fn gate(dir: &Path) -> Run {
    gate_with(dir, &[])
}

fn gate_with(dir: &Path, env: &[(&str, &str)]) -> Run {
    let env: Vec<_> = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    std::fs::write(dir.join("phpstan.json"), report()).expect("a report");
    run_in(dir, &env, &GATE, "")
}

/// The change is known, and nothing else is taken for it.
#[track_caller]
fn assert_judged(run: &Run) {
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("Of the change.") && !run.contains("Not of the change."), "{run}");
}

#[track_caller]
fn assert_refused(run: &Run, words: &str, way_out: &str) {
    assert_eq!(run.status, 3, "{run}");
    assert!(run.contains(words) && run.contains(way_out), "{run}");
}

#[test]
fn a_clone_of_one_branch_fetches_the_destination() {
    let origin = origin();
    for args in [
        ["--single-branch", "--branch=feature"].as_slice(),
        &["--depth=1", "--branch=feature"],
        &["--depth=50", "--branch=feature"],
    ] {
        assert_judged(&gate(&origin.repo.clone_with(args).path()));
    }
}

#[test]
fn a_detached_head_in_a_shallow_clone_is_deepened() {
    let origin = origin();
    (0..60).for_each(|n| drop(origin.repo.commit(&format!("commit {n}"))));
    let clone = origin.repo.clone_with(&["--depth=1", "--branch=feature"]);
    clone.git(&["checkout", "--quiet", "--detach"]);
    assert_judged(&gate(&clone.path()));
}

#[test]
fn a_clone_that_already_merged_the_destination_knows_the_change() {
    let origin = origin();
    for args in [["--depth=50", "--no-single-branch", "--branch=feature"].as_slice(), &["--branch=feature"]] {
        let clone = origin.repo.clone_with(args);
        clone.git(&["merge", "--quiet", "--no-edit", "origin/main"]);
        assert_judged(&gate(&clone.path()));
    }
}

#[test]
fn a_merge_that_is_not_committed_brings_the_lines_of_the_destination() {
    let origin = origin();
    let clone = origin.repo.clone_with(&["--branch=feature"]);
    clone.git(&["merge", "--quiet", "--no-commit", "--no-ff", "origin/main"]);
    assert_judged(&gate(&clone.path()));
}

#[test]
fn a_destination_that_moved_on_after_the_merge_changes_nothing() {
    let origin = origin();
    let clone = origin.repo.clone_with(&["--single-branch", "--branch=feature"]);
    let merged = origin.repo.git(&["rev-parse", "main"]);
    clone.git(&["fetch", "--quiet", "origin", "main"]);
    clone.git(&["merge", "--quiet", "--no-edit", &merged]);
    origin.repo.git(&["switch", "--quiet", "main"]);
    origin.write("src/A.php", "<?php\n");
    origin.repo.commit("and on");
    let env = [("BITBUCKET_PR_DESTINATION_BRANCH", "main"), ("BITBUCKET_PR_DESTINATION_COMMIT", merged.as_str())];
    assert_judged(&gate_with(&clone.path(), &env));
    assert_judged(&gate(&clone.path()));
}

#[test]
fn a_destination_that_is_gone_is_no_pass() {
    let origin = origin();
    let clone = origin.repo.clone_with(&["--depth=1", "--branch=feature"]);
    origin.repo.git(&["branch", "--quiet", "-D", "main"]);
    let run = gate(&clone.path());
    assert_refused(&run, "the remote `origin` has no branch `main`", "hint: ");
}

#[test]
fn histories_without_a_common_commit_are_no_pass() {
    let origin = origin();
    origin.repo.git(&["switch", "--quiet", "--orphan", "alone"]);
    origin.write("src/A.php", "<?php\n");
    origin.repo.commit("another beginning");
    assert_refused(&gate(&origin.repo.path()), "HEAD and `main` have no commit in common", "--everything");
    let clone = origin.repo.clone_with(&["--depth=1", "--branch=alone"]);
    assert_refused(&gate(&clone.path()), "HEAD and `main` have no commit in common", "--everything");
}

#[test]
fn a_clone_that_is_cut_short_and_has_no_remote_is_no_pass() {
    let clone = origin().repo.clone_with(&["--depth=1", "--no-single-branch", "--branch=feature"]);
    clone.git(&["branch", "--quiet", "main", "origin/main"]);
    clone.git(&["remote", "remove", "origin"]);
    assert_refused(&gate(&clone.path()), "history ends before HEAD and `main` meet", "clone: depth: full");
}

#[test]
fn a_repository_without_a_commit_is_no_pass() {
    let run = gate(&TempRepo::new().path());
    assert_refused(&run, "the repository has no commit yet", "commit something first");
}

#[test]
fn the_conflicts_of_a_merge_are_lines_of_the_change() {
    let origin = origin();
    origin.repo.git(&["switch", "--quiet", "main"]);
    origin.write("src/A.php", "<?php\nclass A\n{\n    public string $x;\n}\n");
    origin.repo.commit("in conflict");
    origin.repo.git(&["switch", "--quiet", "feature"]);
    let path = origin.repo.path();
    let merge = std::process::Command::new("git").args(["merge", "main"]).current_dir(&path).output().expect("git");
    assert!(!merge.status.success(), "{merge:?}");
    assert!(origin.read("src/A.php").contains("<<<<<<<"));
    assert_judged(&gate(&path));
}

#[test]
fn another_work_tree_of_the_repository_is_judged_by_itself() {
    let origin = origin();
    origin.repo.git(&["switch", "--quiet", "main"]);
    let elsewhere = tempfile::tempdir().expect("a directory");
    let tree = elsewhere.path().join("tree");
    origin.repo.git(&["worktree", "add", "--quiet", tree.to_str().expect("UTF-8"), "feature"]);
    assert_judged(&gate(&tree));
}

#[test]
fn the_variables_of_a_hook_do_not_lead_to_another_repository() {
    let (origin, other) = (origin(), TempRepo::new());
    let git_dir = other.path().join(".git");
    let git_dir = git_dir.to_str().expect("UTF-8");
    let other = other.path();
    let env =
        [("GIT_DIR", git_dir), ("GIT_WORK_TREE", other.to_str().expect("UTF-8")), ("GIT_INDEX_FILE", "/dev/null")];
    assert_judged(&gate_with(&origin.repo.path(), &env));
}

#[test]
fn a_repository_in_a_repository_and_a_submodule_are_judged_by_themselves() {
    let (outer, inner) = (Project::new(), origin());
    let path = inner.repo.path();
    let url = path.to_str().expect("UTF-8");
    outer.repo.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        "-b",
        "feature",
        url,
        "module",
    ]);
    outer.repo.commit("a module");
    assert_judged(&gate(&outer.repo.path().join("module")));
    outer.repo.git(&["clone", "--quiet", "--branch=feature", url, "nested"]);
    assert_judged(&gate(&outer.repo.path().join("nested")));
}

#[test]
fn a_finding_in_a_submodule_is_not_called_outside_the_change() {
    let (outer, inner) = (Project::new(), origin());
    let path = inner.repo.path();
    let url = path.to_str().expect("UTF-8");
    outer.repo.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        "-b",
        "feature",
        url,
        "module",
    ]);
    outer.repo.commit("a module");
    outer.repo.git(&["switch", "--quiet", "--create", "feature"]);
    outer.write("phpstan.json", phpstan(&[("module/src/A.php", 4, "a.b", "Of another repository.")]));
    let run = outer.run(&GATE);
    assert_eq!(run.status, 1, "{run}");
}

#[test]
fn a_work_tree_below_the_root_and_a_link_to_it_are_the_same_place() {
    let origin = origin();
    assert_judged(&gate(&origin.repo.path().join("src")));
    let elsewhere = tempfile::tempdir().expect("a directory");
    let link = elsewhere.path().join("link");
    std::os::unix::fs::symlink(origin.repo.path(), &link).expect("a link");
    assert_judged(&gate(&link));
}

#[test]
fn the_commit_of_the_destination_is_enough_when_no_remote_answers() {
    let origin = origin();
    let clone = origin.repo.clone_with(&["--branch=feature"]);
    let merged = origin.repo.git(&["rev-parse", "main"]);
    clone.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    clone.git(&["remote", "set-url", "origin", "/nowhere"]);
    let env = [("BITBUCKET_PR_DESTINATION_BRANCH", "main"), ("BITBUCKET_PR_DESTINATION_COMMIT", merged.as_str())];
    std::fs::write(clone.path().join("phpstan.json"), report()).expect("a report");
    let env = env.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_judged(&run_in(&clone.path(), &env, &GATE[..3], ""));
    let run = gate(&clone.path());
    assert_eq!(run.status, 4, "{run}");
}

#[test]
#[ignore = "needs root, to give a repository to another user"]
fn a_repository_of_another_user_is_refused_with_the_command_that_mends_it() {
    let origin = origin();
    let path = origin.repo.path();
    for owned in [path.clone(), path.join(".git")] {
        std::os::unix::fs::chown(owned, Some(12345), Some(12345)).expect("root");
    }
    let run = gate(&path);
    origin.write("stepgate.yaml", "lint:\n  policy: 1\n");
    let below = run_in(&path.join("src"), &[], &["gate", "../phpstan.json"], "");
    assert!(below.contains("stepgate.yaml"), "the policy at the root holds below it too: {below}");
    std::fs::remove_file(path.join("stepgate.yaml")).expect("it was written");
    assert_refused(&run, "because it belongs to another user", "git config --global --add safe.directory [DIR]");
    let env = [
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "safe.directory"),
        ("GIT_CONFIG_VALUE_0", path.to_str().expect("UTF-8")),
    ];
    assert_judged(&gate_with(&path, &env));
}
