//! pipelines/lint.yml does what it says: its scripts run as Bitbucket runs them, one bash with `set -e` a step, with
//! tools that replay what the real ones printed.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use git::testkit::TempRepo;

use crate::support::{path, read, root, transcript};

type Yaml = serde_json::Value;

fn pipeline() -> Yaml {
    serde_saphyr::from_str(&read("pipelines/lint.yml")).expect("pipelines/lint.yml is YAML")
}

/// The scripts of a pull request's pipeline in order: the parallel steps one after the other, then those that follow.
fn scripts(pipeline: &Yaml) -> Vec<(String, String)> {
    let mut scripts = Vec::new();
    let patterns = pipeline["pipelines"]["pull-requests"].as_object().expect("a pull-requests section");
    let items = patterns.values().next().and_then(Yaml::as_array).expect("a list of steps");
    for item in items {
        let parallel = item["parallel"]["steps"].as_array().or(item["parallel"].as_array());
        let steps: Vec<&Yaml> = parallel.map_or(vec![item], |steps| steps.iter().collect());
        for step in steps {
            let lines = step["step"]["script"].as_array().expect("a step has a script");
            let script: Vec<&str> = lines.iter().filter_map(Yaml::as_str).collect();
            let name = step["step"]["name"].as_str().unwrap_or_default().to_owned();
            scripts.push((name, script.join("\n")));
        }
    }
    scripts
}

/// A program in `vendor/bin` that replays the recorded output and exit code of the real one.
fn replay(repo: &Path, tool: &str, state: &str) {
    let recorded = root().join(format!("examples/symfony-api/reports/{state}/{tool}.json"));
    let recorded = recorded.display();
    let script = format!("#!/bin/sh\ncat '{recorded}'\ncat '{recorded}.stderr' >&2\nexit $(cat '{recorded}.exit')\n");
    program(&repo.join("vendor/bin").join(tool), &script);
}

fn program(path: &Path, script: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Plays the pipeline of a pull request; gives the name, transcript and exit code of each step that ran.
fn play(state: &str) -> Vec<(String, String, Option<i32>)> {
    let example = root().join("examples/symfony-api");
    let repo = TempRepo::new();
    let copy = |from: &Path| {
        for file in walk(from) {
            let name = file.strip_prefix(from).unwrap();
            repo.write(&format!("src/{}", name.display()), fs::read(&file).unwrap());
        }
    };
    copy(&example.join("src"));
    repo.write(".gitignore", "/reports/\n/vendor/\n/bin/\n");
    let main = repo.commit("main");
    repo.git(&["switch", "--quiet", "--create", "feature/refunds"]);
    copy(&example.join("change/src"));
    let commit = repo.commit("refunds");
    for tool in ["phpstan", "phpcs"] {
        replay(&repo.path(), tool, state);
    }
    program(&repo.path().join("bin/composer"), "#!/bin/sh\n");
    let lint = format!("#!/bin/sh\nexec '{}' lint \"$@\"\n", env!("CARGO_BIN_EXE_stepgate-under-test"));
    program(&repo.path().join("bin/stepgate-lint"), &lint);
    let environment = BTreeMap::from([
        ("PATH", format!("{}:{}", repo.path().join("bin").display(), path())),
        ("CI", "true".to_owned()),
        ("BITBUCKET_COMMIT", commit),
        ("BITBUCKET_PR_ID", "1".to_owned()),
        ("BITBUCKET_PR_DESTINATION_BRANCH", "main".to_owned()),
        ("BITBUCKET_PR_DESTINATION_COMMIT", main),
        ("BITBUCKET_CLONE_DIR", "/opt/atlassian/pipelines/agent/build".to_owned()),
    ]);
    let mut played = Vec::new();
    for (name, script) in scripts(&pipeline()) {
        let output = Command::new("bash")
            .args(["-e", "-c", &script])
            .current_dir(repo.path())
            .env_clear()
            .envs(&environment)
            .output()
            .unwrap();
        let code = output.status.code();
        played.push((name, transcript(&output), code));
        if code != Some(0) {
            break;
        }
    }
    played
}

fn walk(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(walk(&path));
        } else {
            files.push(path);
        }
    }
    files
}

#[test]
fn the_gate_refuses_what_the_tools_found_and_the_tool_steps_do_not_stop_it() {
    let played = play("change");
    let (gate, steps) = played.split_last().expect("steps ran");
    for (name, told, code) in steps {
        assert_eq!(*code, Some(0), "{name} must leave its findings to the gate:\n{told}");
    }
    assert_eq!(gate.2, Some(1), "{}:\n{}", gate.0, gate.1);
    assert!(gate.1.contains("src/Service/RefundService.php"), "{}", gate.1);
}

#[test]
fn the_gate_passes_when_the_change_added_nothing() {
    let played = play("fixed");
    assert!(played.iter().all(|(_, _, code)| *code == Some(0)), "{played:#?}");
    assert!(played.len() >= 3, "PHPStan, PHP_CodeSniffer and the gate: {played:#?}");
}

#[test]
fn it_is_what_bitbucket_takes() {
    let schema = root().join("../shared/corpus/bitbucket/bitbucket-pipelines.schema.json");
    let Ok(schema) = fs::read_to_string(schema) else {
        println!("skipped: no corpus");
        return;
    };
    let schema: Yaml = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let problems: Vec<String> = validator.iter_errors(&pipeline()).map(|error| error.to_string()).collect();
    assert_eq!(problems, Vec::<String>::new());
}
