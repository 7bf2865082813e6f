//! `stepgate-lint run`: tools are found, run and judged.

use std::process::Command;

use insta::assert_snapshot;

use crate::support::{Project, Run, phpcs, phpstan};

const ONE: (&str, u32, &str, &str) = ("src/A.php", 4, "property.notFound", "Access to an undefined property A::$y.");

/// What the program said, with the times that tools took replaced.
fn timeless(run: &Run) -> String {
    let is_time = |word: &str| word.parse::<f32>().is_ok() && word.contains('.');
    let words =
        |line: &str| line.split(' ').map(|word| if is_time(word) { "0.0" } else { word }).collect::<Vec<_>>().join(" ");
    run.to_string().lines().map(|line| words(line) + "\n").collect()
}

/// PHPStan finds something, PHP_CodeSniffer finds nothing; each prints what it was asked for on standard error.
fn project() -> Project {
    let project = Project::new();
    project.write("phpstan.neon", "").write("phpcs.xml.dist", "<ruleset/>");
    project.write("phpstan.out", phpstan(&[ONE])).write("phpcs.out", phpcs(&[]));
    project.script("phpstan", "echo \"phpstan $*\" >&2; cat phpstan.out; exit 1");
    project.script("phpcs", "echo \"phpcs $*\" >&2; cat phpcs.out");
    project
}

#[test]
fn tools_that_are_configured_here_run_and_are_judged() {
    let run = project().run(&["run", "--jobs", "1", "--keep", "reports", "--", "src"]);
    assert_snapshot!(timeless(&run), @r"
    FAIL stepgate-lint: 1 finding blocks: phpstan 1

    src/A.php
      4  high      Access to an undefined property A::$y.  phpstan property.notFound

    tool     findings  blocking  reported  muted
    phpstan         1         1         0      0
    phpcs           0         0         0      0
    all             1         1         0      0
    ------- stderr -------
    running phpstan, phpcs
    phpstan     0.0 s  exit 1
    phpcs       0.0 s  exit 0
    [exit status: 1]
    ");
}

#[test]
fn what_they_left_behind_is_kept_and_can_be_judged_again() {
    let project = project();
    let run = project.run(&["run", "--keep", "reports", "--", "src"]);
    assert_eq!(run.status, 1, "{run}");
    assert_eq!(project.read("reports/phpstan.json"), project.read("phpstan.out"));
    assert_eq!(project.read("reports/phpstan.json.exit"), "1\n");
    let asked = project.read("reports/phpstan.json.stderr");
    assert_eq!(asked, "phpstan analyse --error-format=json --no-progress --no-interaction src\n");
    assert_eq!(project.run(&["gate", "reports/*"]).status, 1);
}

#[test]
fn a_tool_that_is_configured_and_not_installed_is_no_pass() {
    let project = project();
    project.write("psalm.xml", "<psalm/>").write("phpstan.out", phpstan(&[])).script("phpstan", "cat phpstan.out");
    let run = project.run(&["run", "--jobs", "1"]);
    assert_snapshot!(timeless(&run), @r"
    INCOMPLETE stepgate-lint: 1 of 3 reports cannot be relied on: psalm

    INCOMPLETE psalm (cannot be read)
      psalm is neither in vendor/bin nor in PATH, so psalm did not run; to install it: composer require --dev vimeo/psalm

    tool     findings  blocking  reported  muted
    phpstan         0         0         0      0
    phpcs           0         0         0      0
    all             0         0         0      0
    ------- stderr -------
    running phpstan, phpcs, psalm
    phpstan     0.0 s  exit 0
    phpcs       0.0 s  exit 0
    psalm       0.0 s  not found
    [exit status: 3]
    ");
}

#[test]
fn a_tool_that_is_killed_or_hangs_is_no_pass() {
    let project = project();
    project.script("phpstan", "cat phpstan.out; kill -9 $$").script("phpcs", "cat phpcs.out; exec sleep 60");
    let run = project.run(&["run", "--jobs", "1", "--timeout", "1s", "--keep", "reports"]);
    assert_eq!(project.read("reports/phpstan.json.exit"), "137\n");
    assert_eq!(project.read("reports/phpcs.json.exit"), "124\n");
    assert_snapshot!(timeless(&run), @r"
    INCOMPLETE stepgate-lint: 2 of 2 reports cannot be relied on: vendor/bin/phpstan, vendor/bin/phpcs
      - 1 finding blocks: phpstan 1

    INCOMPLETE vendor/bin/phpstan (phpstan-json)
      phpstan ended with exit code 137: it was killed, most likely for want of memory

    INCOMPLETE vendor/bin/phpcs (phpcs-json)
      phpcs ended with exit code 124: it was stopped because it took too long

    src/A.php
      4  high      Access to an undefined property A::$y.  phpstan property.notFound

    tool     findings  blocking  reported  muted
    phpstan         1         1         0      0
    phpcs           0         0         0      0
    all             1         1         0      0
    ------- stderr -------
    running phpstan, phpcs
    phpstan     0.0 s  signal: 9 (SIGKILL)
    phpcs       0.0 s  stopped after 1 s (see --timeout)
    [exit status: 3]
    ");
}

#[test]
fn what_a_tool_has_started_goes_with_it() {
    let project = project();
    // The worker holds the pipe open for as long as it lives.
    project.script("phpstan", "sleep 60 > worker & cat phpstan.out; wait");
    let made = Command::new("mkfifo").arg(project.repo.path().join("worker")).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo");
    let pipe = project.repo.path().join("worker");
    let reader = std::thread::spawn(move || std::fs::read(pipe));
    let run = project.run(&["run", "--tool", "phpstan", "--timeout", "1s"]);
    assert_eq!(run.status, 3, "{run}");
    assert!(reader.join().is_ok_and(|read| read.is_ok_and(|bytes| bytes.is_empty())), "the worker has ended");
}

#[test]
fn a_report_in_a_file_of_the_tool_s_own_is_kept_too() {
    let project = project();
    let tool = "command: vendor/bin/own\n      args: [--go]\n      report:\n        file: var/own.out\n";
    project.write("stepgate.yaml", format!("lint:\n  tools:\n    phpstan:\n      {tool}"));
    project.script("own", "echo busy; mkdir -p var; cat phpstan.out > var/own.out; exit 1");
    let run = project.run(&["run", "--keep", "kept"]);
    assert_eq!(run.status, 1, "{run}");
    assert_eq!(project.read("kept/phpstan.json"), project.read("phpstan.out"));
    assert_eq!(project.run(&["gate", "kept/phpstan.json"]).status, 1);
}

#[test]
fn a_report_of_an_earlier_run_is_not_taken_for_one_of_this_run() {
    let project = project();
    project.write("psalm.out", phpstan(&[]));
    let tool = "command: vendor/bin/psalm\n      args: [--go]\n      report:\n        file: psalm.out\n";
    project.write("stepgate.yaml", format!("lint:\n  tools:\n    psalm:\n      {tool}"));
    project.script("psalm", "exit 0");
    let run = project.run(&["run"]);
    assert_eq!(run.status, 3, "{run}");
}

#[test]
fn tools_of_the_config_are_run_as_it_says() {
    let project = project();
    let tool = "command: vendor/bin/own\n      args: [--go]\n      format: phpstan-json\n      exit-codes:\n        \
                findings: [7]\n        clean: [0]\n";
    project.write("stepgate.yaml", format!("lint:\n  tools:\n    own:\n      {tool}"));
    project.script("own", "test \"$1\" = --go && cat phpstan.out; exit 7");
    let run = project.run(&["run", "--output", "json=lint.json"]);
    assert_eq!(run.status, 1, "{run}");
    let json: serde_json::Value = serde_json::from_str(&project.read("lint.json")).expect("JSON");
    assert_eq!(json["inputs"].as_array().map(Vec::len), Some(1), "{json}");
}

#[test]
fn one_tool_can_be_asked_for() {
    let project = project();
    assert_eq!(project.run(&["run", "--tool", "phpcs"]).status, 0);
    assert_snapshot!(project.run(&["run", "--tool", "phpstn"]), @r"
    ------- stderr -------
    error: there is no tool `phpstn`
    hint: one of phpstan, phpcs, php-cs-fixer, psalm, rector, deptrac, phpmd, or one that `lint.tools` in stepgate.yaml describes
    [exit status: 2]
    ");
}

#[test]
fn with_nothing_to_run_there_is_nothing_to_judge() {
    let mut project = Project::new();
    project.env("PATH", "/nowhere");
    assert_snapshot!(project.run(&["run"]), @r"
    ------- stderr -------
    error: no tool to run in [DIR]: none of phpstan, phpcs, php-cs-fixer, psalm, rector, deptrac, phpmd has a config file there, and `lint.tools` names none
    hint: stepgate-lint gate FILES… judges reports that other steps have written
    [exit status: 3]
    ");
}

#[test]
fn tools_run_side_by_side() {
    let project = project();
    // A pipe is opened when both ends are: each waits for the other to have started.
    project.script("phpstan", "echo go > meeting; cat phpstan.out; exit 1");
    project.script("phpcs", "read -r go < meeting; cat phpcs.out");
    let made = Command::new("mkfifo").arg(project.repo.path().join("meeting")).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo");
    let run = project.run(&["run", "--jobs", "2", "--timeout", "60s"]);
    assert_eq!(run.status, 1, "{run}");
}
