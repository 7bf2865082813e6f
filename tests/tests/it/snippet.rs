//! The pipelines in pipelines/ do what they say: their scripts run as Bitbucket runs them, one bash with `set -e` a
//! step, with tools that replay what the real ones printed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use git::testkit::TempRepo;

use crate::support::{path, read, root, transcript};

type Yaml = serde_json::Value;

/// Every pipeline that is promised.
const PIPELINES: [&str; 5] =
    ["pipelines/lint.yml", "pipelines/tests.yml", "pipelines/scan.yml", "pipelines/bump.yml", "pipelines/promote.yml"];

fn pipeline(name: &str) -> Yaml {
    serde_saphyr::from_str(&read(name)).unwrap_or_else(|error| panic!("{name} is no YAML: {error}"))
}

/// A step of a pipeline.
struct Step {
    name: String,
    script: String,
    /// What it does is not the end of the pipeline, whatever it is.
    is_ignored: bool,
    /// Its number among parallel steps, and how many there are.
    parallel: Option<(usize, usize)>,
}

/// The steps of a pull request's pipeline, of a branch's where there is none, in order: the parallel steps one after the
/// other, then those that follow.
fn steps(pipeline: &Yaml) -> Vec<Step> {
    let mut found = Vec::new();
    let pipelines = &pipeline["pipelines"];
    let patterns = pipelines["pull-requests"].as_object().or(pipelines["branches"].as_object()).expect("a section");
    let items = patterns.values().next().and_then(Yaml::as_array).expect("a list of steps");
    for item in items {
        let parallel = item["parallel"]["steps"].as_array().or(item["parallel"].as_array());
        let steps: Vec<&Yaml> = parallel.map_or(vec![item], |steps| steps.iter().collect());
        for (number, step) in steps.iter().enumerate() {
            let step = &step["step"];
            let lines = step["script"].as_array().expect("a step has a script");
            let script: Vec<&str> = lines.iter().filter_map(Yaml::as_str).collect();
            found.push(Step {
                name: step["name"].as_str().unwrap_or_default().to_owned(),
                script: script.join("\n"),
                is_ignored: step["on-fail"]["strategy"] == "ignore",
                parallel: parallel.map(|steps| (number, steps.len())),
            });
        }
    }
    found
}

fn program(path: &Path, script: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A pull request of the example in one of its states, and the programs that its steps find.
struct PullRequest {
    repo: TempRepo,
    environment: BTreeMap<&'static str, String>,
}

impl PullRequest {
    fn new(state: &str) -> Self {
        let example = root().join("examples/symfony-api");
        let repo = TempRepo::new();
        let copy = |from: &Path| {
            for file in ["src", "tests"].iter().flat_map(|folder| walk(&from.join(folder))) {
                repo.write(&file.strip_prefix(from).unwrap().display().to_string(), fs::read(&file).unwrap());
            }
        };
        copy(&example);
        repo.write("phpunit.xml.dist", fs::read(example.join("phpunit.xml.dist")).unwrap());
        repo.write(".gitignore", "/reports/\n/vendor/\n/bin/\n");
        let main = repo.commit("main");
        repo.git(&["switch", "--quiet", "--create", "feature/refunds"]);
        repo.write("README.md", "Refunds.\n");
        if state != "main" {
            copy(&example.join("change"));
        }
        if state == "fixed" {
            copy(&example.join("fix"));
        }
        let commit = repo.commit("refunds");
        for tool in ["phpstan", "phpcs"] {
            program(&repo.path().join("vendor/bin").join(tool), &replay(tool, state));
        }
        program(&repo.path().join("vendor/bin/phpunit"), &replay_phpunit(state));
        program(&repo.path().join("bin/composer"), "#!/bin/sh\n");
        program(&repo.path().join("bin/docker"), DOCKER);
        program(&repo.path().join("bin/trivy"), &replay_trivy(state));
        for step in ["lint", "tests", "scan", "bump"] {
            let script = format!("#!/bin/sh\nexec '{}' {step} \"$@\"\n", env!("CARGO_BIN_EXE_stepgate-under-test"));
            program(&repo.path().join("bin").join(format!("stepgate-{step}")), &script);
        }
        let environment = BTreeMap::from([
            ("PATH", format!("{}:{}", repo.path().join("bin").display(), path())),
            ("CI", "true".to_owned()),
            ("IMAGE_NAME", "registry.example.com/shop".to_owned()),
            ("BITBUCKET_COMMIT", commit),
            ("BITBUCKET_PR_ID", "1".to_owned()),
            ("BITBUCKET_PR_DESTINATION_BRANCH", "main".to_owned()),
            ("BITBUCKET_PR_DESTINATION_COMMIT", main),
            ("BITBUCKET_CLONE_DIR", "/opt/atlassian/pipelines/agent/build".to_owned()),
        ]);
        Self { repo, environment }
    }

    /// Plays a pipeline as far as it goes. Reports of an earlier run are gone, what is in a cache is still there.
    fn play(&self, pipeline: &Yaml) -> Vec<Played> {
        for left in ["reports", "test-reports"] {
            fs::remove_dir_all(self.repo.path().join(left)).ok();
        }
        let mut played = Vec::new();
        for step in steps(pipeline) {
            let mut command = Command::new("bash");
            command.args(["-e", "-c", &step.script]).current_dir(self.repo.path());
            command.env_clear().envs(&self.environment);
            if let Some((number, count)) = step.parallel {
                command.env("BITBUCKET_PARALLEL_STEP", number.to_string());
                command.env("BITBUCKET_PARALLEL_STEP_COUNT", count.to_string());
            }
            let output = command.output().unwrap();
            let code = output.status.code();
            played.push(Played { name: step.name, told: transcript(&output), code });
            if code != Some(0) && !step.is_ignored {
                break;
            }
        }
        played
    }
}

/// What a step said, and how it ended.
#[derive(Debug)]
struct Played {
    name: String,
    told: String,
    code: Option<i32>,
}

/// The last step, when those before it left everything to it.
fn gate(played: &[Played]) -> &Played {
    let (gate, steps) = played.split_last().expect("steps ran");
    for step in steps {
        assert_eq!(step.code, Some(0), "{} must leave its findings to the gate:\n{}", step.name, step.told);
    }
    assert!(gate.name.ends_with("gate"), "the gate was not reached:\n{}", gate.told);
    gate
}

/// A program that replays the recorded output and exit code of the real one.
fn replay(tool: &str, state: &str) -> String {
    let recorded = root().join(format!("examples/symfony-api/reports/{state}/{tool}.json"));
    let recorded = recorded.display();
    format!("#!/bin/sh\ncat '{recorded}'\ncat '{recorded}.stderr' >&2\nexit $(cat '{recorded}.exit')\n")
}

/// As [`replay`]; which files are its own it finds from the part that it is told to run, and from the name of its report
/// whether it runs for the second time.
fn replay_phpunit(state: &str) -> String {
    let recorded = root().join(format!("examples/symfony-api/reports/{state}"));
    format!(
        r#"#!/bin/sh -e
grep -q '<file>tests/' "$2" && [ "$1 $3" = '-c --log-junit' ]
own='{}'/shard-$((BITBUCKET_PARALLEL_STEP + 1))
case "$4" in *again*) own='{0}'/retry ;; esac
cp "$own/junit.xml" "$4"
[ $# -eq 4 ] || cp "$own/clover.xml" "$6"
exit $(cat "$own/junit.xml.exit")
"#,
        recorded.display()
    )
}

/// Saves an image of one layer, as `docker save` does; of an image that was pushed it knows a digest.
const DOCKER: &str = r#"#!/bin/sh -e
if [ "$1 $2" = 'image inspect' ]; then
    printf '[{"Id":"sha256:%064d","RepoTags":["%s"],"RepoDigests":["%s@sha256:%064d"]}]' 1 "$3" "${3%:*}" "${3##*:}"
    exit
fi
[ "$1 $2" = 'save --output' ] || exit 0
dir=$(mktemp -d)
printf '{"rootfs":{"type":"layers","diff_ids":["sha256:11"]}}' > "$dir/config"
id=$(sha256sum "$dir/config" | cut -d' ' -f1)
mv "$dir/config" "$dir/$id.json"
printf '[{"Config":"%s.json","RepoTags":["%s"],"Layers":[]}]' "$id" "$4" > "$dir/manifest.json"
tar -cf "$3" -C "$dir" "$id.json" manifest.json
rm -r "$dir"
"#;

/// A Trivy with a database of today, which knows what it is asked for and finds a vulnerability in the image of the change.
fn replay_trivy(state: &str) -> String {
    let severity = if state == "change" { "HIGH" } else { "LOW" };
    format!(
        r#"#!/bin/sh -e
now=$(date -u +%FT%TZ) next=$(date -u -d '+6 hours' +%FT%TZ)
if [ "$1" = version ]; then
    printf '{{"Version":"0.76.0","VulnerabilityDB":{{"UpdatedAt":"%s","NextUpdate":"%s"}}}}' "$now" "$next"
    exit
fi
asked=$1
while [ "$1" != --output ]; do shift; done
if [ "$asked" = sbom ]; then
    cat > "$2" <<END
{{"SchemaVersion":2,"CreatedAt":"$now","ArtifactName":"$3","ArtifactType":"cyclonedx","Results":[{{"Target":"Node.js",
"Class":"lang-pkgs","Type":"node-pkg","Vulnerabilities":[{{"VulnerabilityID":"CVE-2019-10744","PkgName":"lodash",
"InstalledVersion":"4.17.4","FixedVersion":"4.17.12","Severity":"CRITICAL"}}]}}]}}
END
    exit
fi
[ "$3" = --input ]
id=$(tar -tf "$4" | sed -n 's/.json$//p' | grep -v manifest)
cat > "$2" <<END
{{"SchemaVersion":2,"CreatedAt":"$now","ArtifactName":"$4","ArtifactType":"container_image",
"Metadata":{{"OS":{{"Family":"debian","Name":"12.15"}},"ImageID":"sha256:$id","DiffIDs":["sha256:11"]}},
"Results":[{{"Target":"$4 (debian 12.15)","Class":"os-pkgs","Type":"debian","Packages":[{{"Name":"curl","Version":"7"}}],
"Vulnerabilities":[{{"VulnerabilityID":"CVE-2099-0001","PkgName":"curl","InstalledVersion":"7","FixedVersion":"8",
"Severity":"{severity}"}}]}}]}}
END
"#
    )
}

fn walk(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten() {
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
fn the_lint_gate_refuses_what_the_tools_found_and_the_tool_steps_do_not_stop_it() {
    let played = PullRequest::new("change").play(&pipeline("pipelines/lint.yml"));
    let gate = gate(&played);
    assert_eq!(gate.code, Some(1), "{}", gate.told);
    assert!(gate.told.contains("src/Service/RefundService.php"), "{}", gate.told);
}

#[test]
fn the_lint_gate_passes_when_the_change_added_nothing() {
    let played = PullRequest::new("fixed").play(&pipeline("pipelines/lint.yml"));
    assert_eq!(gate(&played).code, Some(0), "{played:#?}");
    assert!(played.len() >= 3, "PHPStan, PHP_CodeSniffer and the gate: {played:#?}");
}

#[test]
fn the_test_gate_refuses_a_test_that_fails_twice_and_tells_the_one_that_failed_once() {
    let pull_request = PullRequest::new("change");
    let played = pull_request.play(&pipeline("pipelines/tests.yml"));
    let gate = gate(&played);
    assert_eq!(gate.code, Some(1), "{}", gate.told);
    for words in ["1 test of 36 failed", "passed at attempt 2", "RefundServiceTest"] {
        assert!(gate.told.contains(words), "`{words}` is not told:\n{}", gate.told);
    }
    let merged = fs::read_to_string(pull_request.repo.path().join("test-reports/phpunit.xml")).unwrap();
    assert!(merged.contains("RefundServiceTest") && merged.contains("OrderControllerTest"), "{merged}");
}

#[test]
fn the_test_gate_passes_when_all_is_green_and_what_the_cache_keeps_is_used_by_the_next_run() {
    let pull_request = PullRequest::new("main");
    for runs in 1..=2 {
        let played = pull_request.play(&pipeline("pipelines/tests.yml"));
        assert_eq!(gate(&played).code, Some(0), "{played:#?}");
        let history = fs::read_to_string(pull_request.repo.path().join(".stepgate/tests/history.jsonl")).unwrap();
        assert_eq!(history.matches("\"run\":").count(), runs, "{history}");
    }
}

#[test]
fn the_test_gate_passes_when_the_retry_is_green_and_says_what_was_flaky() {
    let played = PullRequest::new("fixed").play(&pipeline("pipelines/tests.yml"));
    let gate = gate(&played);
    assert_eq!(gate.code, Some(0), "{}", gate.told);
    assert!(gate.told.contains("passed at attempt 2"), "{}", gate.told);
}

#[test]
fn the_image_gate_refuses_what_can_be_mended_and_keeps_what_trivy_said() {
    let pull_request = PullRequest::new("change");
    let played = pull_request.play(&pipeline("pipelines/scan.yml"));
    let gate = gate(&played);
    assert_eq!(gate.code, Some(1), "{}", gate.told);
    assert!(gate.told.contains("CVE-2099-0001"), "{}", gate.told);
    assert!(pull_request.repo.path().join("reports/image.tar.json").exists());
    let played = PullRequest::new("fixed").play(&pipeline("pipelines/scan.yml"));
    assert_eq!(played.last().and_then(|gate| gate.code), Some(0), "{played:#?}");
}

/// A build of `orders-api` on main, and the GitOps repository of the examples.
fn build(gitops: &TempRepo, number: u32) -> Played {
    let mut service = PullRequest::new("fixed");
    service.environment.extend([
        ("BITBUCKET_BUILD_NUMBER", number.to_string()),
        ("BITBUCKET_REPO_SLUG", "orders-api".to_owned()),
        ("BITBUCKET_WORKSPACE", "acme".to_owned()),
        ("STEPGATE_GITOPS_REPO", gitops.path().display().to_string()),
        ("IMAGE_NAME", "registry.example.com/acme/orders-api".to_owned()),
    ]);
    service.play(&pipeline("pipelines/bump.yml")).pop().expect("steps ran")
}

#[test]
fn what_was_pushed_is_put_into_the_gitops_repository_and_a_late_build_is_superseded() {
    let work = TempRepo::new();
    let example = root().join("examples/gitops");
    for file in walk(&example) {
        work.write(&file.strip_prefix(&example).unwrap().display().to_string(), fs::read(&file).unwrap());
    }
    work.commit("The repository as it is");
    let gitops = work.clone_with(&["--bare"]);
    for (number, ends) in [(42, "committed"), (42, "nothing to do"), (41, "superseded"), (43, "committed")] {
        let put = build(&gitops, number);
        assert_eq!((put.name.as_str(), put.code), ("Put image into the GitOps repository", Some(0)), "{}", put.told);
        assert!(put.told.starts_with(ends), "build {number}: {}", put.told);
    }
    let values = gitops.git(&["show", "main:environments/dev/orders-api/values.yaml"]);
    assert!(
        values.contains("tag: \"43\"   # the version") && values.contains(&format!("sha256:{:064}", 43)),
        "{values}"
    );
    assert_eq!(gitops.git(&["rev-list", "--count", "main"]), "3");
    let changed = gitops.git(&["diff", "--numstat", "main~2", "main"]);
    assert_eq!(changed, "2\t2\tenvironments/dev/orders-api/values.yaml");
}

/// Runs one step of `pipelines/promote.yml` in a clone of the GitOps repository, with variables that somebody chose.
fn by_hand(gitops: &TempRepo, custom: &str, variables: &[(&str, &str)]) -> Played {
    let pipeline = pipeline("pipelines/promote.yml");
    let item = &pipeline["pipelines"]["custom"][custom];
    let step = item.as_array().and_then(|items| items.last()).map(|item| &item["step"]).expect("a step");
    let declared = item[0]["variables"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (name, value) in variables {
        let variable =
            declared.iter().find(|it| it["name"] == *name).unwrap_or_else(|| panic!("{custom} takes no {name}"));
        let allowed = variable["allowed-values"].as_array();
        assert!(allowed.is_none_or(|allowed| allowed.iter().any(|it| it == value)), "{name} may not be {value}");
    }
    let lines = step["script"].as_array().expect("a script").iter().filter_map(Yaml::as_str);
    let bin = tempfile::tempdir().unwrap();
    let script = format!("#!/bin/sh\nexec '{}' promote \"$@\"\n", env!("CARGO_BIN_EXE_stepgate-under-test"));
    program(&bin.path().join("stepgate-promote"), &script);
    let clone = gitops.clone_with(&[]);
    let mut command = Command::new("bash");
    command.args(["-e", "-c", &lines.collect::<Vec<_>>().join("\n")]).current_dir(clone.path()).env_clear();
    command.env("PATH", format!("{}:{}", bin.path().display(), path())).env("CI", "true");
    command.envs(variables.iter().copied());
    let output = command.output().unwrap();
    Played { name: custom.to_owned(), told: transcript(&output), code: output.status.code() }
}

#[test]
fn the_gitops_repository_shows_holds_and_refuses_by_its_own_pipeline() {
    let work = TempRepo::new();
    let example = root().join("examples/gitops");
    for file in walk(&example) {
        work.write(&file.strip_prefix(&example).unwrap().display().to_string(), fs::read(&file).unwrap());
    }
    work.commit("The repository as it is");
    let gitops = work.clone_with(&["--bare"]);
    let status = by_hand(&gitops, "status", &[]);
    assert_eq!(status.code, Some(0), "{}", status.told);
    assert!(status.told.contains("orders-worker"), "{}", status.told);
    let where_to = [("SERVICE", "orders-api"), ("ENVIRONMENT", "staging")];
    let refused = by_hand(&gitops, "promote", &where_to);
    assert_eq!(refused.code, Some(1), "{}", refused.told);
    assert!(refused.told.contains("attestation tests"), "{}", refused.told);
    let held = by_hand(&gitops, "hold", &[&where_to[..], &[("REASON", "an incident")]].concat());
    assert_eq!(held.code, Some(0), "{}", held.told);
    assert!(by_hand(&gitops, "promote", &where_to).told.contains("an incident"));
    let released = by_hand(&gitops, "release", &[&where_to[..], &[("REASON", "it is over")]].concat());
    assert_eq!(released.code, Some(0), "{}", released.told);
}

#[test]
fn every_test_file_is_in_one_part() {
    let pull_request = PullRequest::new("main");
    pull_request.play(&pipeline("pipelines/tests.yml"));
    let parts: Vec<String> = (0..2)
        .flat_map(|part| {
            let config = fs::read_to_string(pull_request.repo.path().join(format!("phpunit.part-{part}.xml"))).unwrap();
            let files = config.split("<file>").skip(1).filter_map(|rest| rest.split("</file>").next());
            let files: Vec<_> = files.map(String::from).collect();
            assert!(!files.is_empty(), "part {part} is empty");
            files
        })
        .collect();
    let root = pull_request.repo.path();
    let all = walk(&root.join("tests")).into_iter();
    let all = all.map(|file| file.strip_prefix(&root).unwrap().display().to_string());
    let all: BTreeSet<_> = all.filter(|file| file.ends_with("Test.php")).collect();
    assert_eq!(parts.len(), all.len(), "{parts:?}");
    assert_eq!(parts.into_iter().collect::<BTreeSet<_>>(), all);
}

#[test]
fn a_part_that_left_no_report_is_no_pass() {
    let pull_request = PullRequest::new("main");
    let phpunit = pull_request.repo.path().join("vendor/bin/phpunit");
    let script = fs::read_to_string(&phpunit).unwrap();
    program(
        &phpunit,
        &script.replace("#!/bin/sh -e\n", "#!/bin/sh -e\n[ $BITBUCKET_PARALLEL_STEP = 0 ] || exit 255\n"),
    );
    let played = pull_request.play(&pipeline("pipelines/tests.yml"));
    let gate = gate(&played);
    assert_eq!(gate.code, Some(3), "{}", gate.told);
    for words in ["reports/phpunit-1/junit.xml", "255"] {
        assert!(gate.told.contains(words), "`{words}` is not told:\n{}", gate.told);
    }
}

#[test]
fn a_part_that_never_came_to_its_tests_is_no_pass() {
    let pull_request = PullRequest::new("main");
    let composer = pull_request.repo.path().join("bin/composer");
    program(&composer, "#!/bin/sh\nexit $BITBUCKET_PARALLEL_STEP\n");
    let played = pull_request.play(&pipeline("pipelines/tests.yml"));
    let gate = played.last().expect("steps ran");
    assert_eq!((gate.name.as_str(), gate.code), ("Test gate", Some(3)), "{}", gate.told);
    assert!(gate.told.contains("127"), "{}", gate.told);
}

#[test]
fn they_are_what_bitbucket_takes() {
    let schema = root().join("../shared/corpus/bitbucket/bitbucket-pipelines.schema.json");
    let Ok(schema) = fs::read_to_string(schema) else {
        println!("skipped: no corpus");
        return;
    };
    let schema: Yaml = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for name in PIPELINES {
        let problems: Vec<String> = validator.iter_errors(&pipeline(name)).map(|error| error.to_string()).collect();
        assert_eq!(problems, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn they_can_be_put_together() {
    let mut steps_and_artifacts = BTreeSet::new();
    let mut caches = BTreeMap::new();
    for name in PIPELINES {
        let definitions = &pipeline(name)["definitions"];
        for step in definitions["steps"].as_array().expect("steps") {
            let step = &step["step"];
            let artifacts = step["artifacts"]["upload"].as_array().into_iter().flatten();
            for own in artifacts.map(|artifact| &artifact["name"]).chain([&step["name"]]) {
                assert!(steps_and_artifacts.insert(own.to_string()), "{name}: {own} is there twice");
            }
        }
        for (cache, means) in definitions["caches"].as_object().into_iter().flatten() {
            let before = caches.insert(cache.clone(), means.clone());
            assert!(before.is_none_or(|before| before == *means), "{name}: the cache {cache} means two things");
        }
    }
}
