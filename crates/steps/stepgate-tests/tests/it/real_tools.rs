//! Real PHPUnit with real coverage on the example.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{Project, Run};

/// The state of the pull request of examples/symfony-api, in a repository with `main`.
fn example() -> Project {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../examples/symfony-api");
    let mut project = Project::new();
    let root = project.repo.path();
    for old in ["src", "tests"] {
        std::fs::remove_dir_all(root.join(old)).expect("it is there");
    }
    for part in ["src", "tests", "stubs", "phpunit.xml.dist", "composer.json"] {
        copy(&example.join(part), &root);
    }
    project.repo.commit("what is on main");
    project.repo.git(&["switch", "--quiet", "--create", "refunds"]);
    for part in ["src", "tests"] {
        copy(&example.join("change").join(part), &root);
    }
    project.repo.commit("a change");
    project.env("PATH", &std::env::var("PATH").expect("a search path"));
    project
}

fn copy(from: &PathBuf, to: &Path) {
    let status = Command::new("cp").arg("-r").arg(from).arg(to).status();
    assert!(status.is_ok_and(|status| status.success()), "cp");
}

/// Runs one suite and leaves report, coverage and exit code in `dir`.
fn shard(project: &mut Project, suite: &str, attempt: &str, dir: &str) -> Run {
    project.env("BITBUCKET_STEP_RUN_NUMBER", attempt);
    let (junit, clover) = (format!("{dir}/junit.xml"), format!("{dir}/clover.xml"));
    let (code, tool) = (format!("{junit}.exit"), "phpunit");
    let run = ["run", "--report", &junit, "--keep-exit-code", &code, "--", tool, "--testsuite", suite];
    let logs = ["--log-junit", &junit, "--coverage-clover", &clover];
    project.run(&[&run[..], &logs].concat())
}

fn totals(project: &Project) -> [u64; 5] {
    let json: Value = project.json("tests.json");
    ["tests", "failed", "errored", "skipped", "flaky"].map(|name| json["totals"][name].as_u64().expect("a count"))
}

#[test]
#[ignore = "needs PHPUnit and pcov (apt install phpunit php-pcov)"]
fn phpunit_in_two_shards_with_coverage_and_a_retry_is_judged() {
    let mut project = example();
    for (suite, attempt, dir) in [("shard-1", "1", "r/1"), ("shard-2", "1", "r/2"), ("shard-2", "2", "again")] {
        let run = shard(&mut project, suite, attempt, dir);
        assert_eq!(run.status, 0, "{run}");
    }
    project.env("BITBUCKET_STEP_RUN_NUMBER", "1");
    let json = ["--output", "json=tests.json"];
    let run = project.run(&[&["gate", "r/*/junit.xml", "--expect-files", "2"][..], &json].concat());
    assert_eq!(run.status, 1, "{run}");
    assert_eq!(totals(&project), [36, 2, 0, 1, 0], "{run}");
    let coverage = ["--coverage", "r/*/clover.xml", "again/clover.xml", "--destination", "main"];
    let retry = ["gate", "r/1/junit.xml", "r/2/junit.xml", "--attempt-dirs", "again"];
    let run = project.run(&[&retry[..], &coverage, &json, &["--output", "junit=merged.xml"]].concat());
    assert_eq!(run.status, 1, "{run}");
    assert_eq!(totals(&project), [36, 1, 0, 1, 1], "{run}");
    let report = project.json("tests.json");
    assert!(report["coverage"]["lines"]["covered"].as_u64() > Some(0), "{run}");
    assert!(!report["coverage"]["change"].is_null(), "{run}");
    let again = project.run(&[&["gate", "merged.xml"][..], &json].concat());
    assert_eq!(again.status, 1, "{again}");
    assert_eq!(totals(&project), [36, 1, 0, 1, 1], "{again}");
}

#[test]
#[ignore = "needs PHPUnit and pcov (apt install phpunit php-pcov)"]
fn phpunit_runs_the_parts_of_a_split() {
    let mut project = example();
    let mut all = [0; 5];
    for index in ["0", "1", "2"] {
        let part = project.run(&["split", "--total", "3", "--index", index, "--print", "phpunit"]);
        assert_eq!(part.status, 0, "{part}");
        project.write("part.xml", part.stdout());
        let tool = ["phpunit", "--configuration", "part.xml", "--log-junit", "r.xml"];
        project.env("BITBUCKET_STEP_RUN_NUMBER", "1");
        let run =
            project.run(&[&["run", "--report", "r.xml", "--output", "json=tests.json", "--"][..], &tool].concat());
        assert!(matches!(run.status, 0 | 1), "{run}");
        for (sum, count) in all.iter_mut().zip(totals(&project)) {
            *sum += count;
        }
    }
    assert_eq!(all, [36, 2, 0, 1, 0]);
}
