//! The README says what is true.

use std::fs;

use crate::support::{generate, read, root, stepgate, transcript};

/// Replaces what stands between `<!-- name -->` and `<!-- /name -->` by `block`, or makes sure that it is that.
fn keeps(name: &str, block: &str) {
    let readme = read("README.md");
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->\n"));
    let (before, rest) = readme.split_once(&open).unwrap_or_else(|| panic!("README.md has no {open}"));
    let (found, after) = rest.split_once(&close).unwrap_or_else(|| panic!("README.md has no {close}"));
    if generate() {
        fs::write(root().join("README.md"), format!("{before}{open}{block}{close}{after}")).unwrap();
    } else {
        assert_eq!(found, block, "README.md, {name}: renew it with STEPGATE_GENERATE=1 cargo test -p acceptance");
    }
}

#[test]
fn its_picture_of_the_demo_is_what_the_demo_prints() {
    let dir = tempfile::tempdir().unwrap();
    let output = stepgate(dir.path()).arg("demo").output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    // Of each gate what a person reads first.
    let lint = excerpt(&told, "  $ stepgate lint gate", "  | src/Service/RefundService.php");
    let tests = excerpt(&told, "  $ stepgate tests gate", "  |   - there is no history");
    let scan = excerpt(&told, "  $ stepgate scan gate", "  | acme/payments-client");
    keeps("demo", &format!("```text\n{lint}\n{tests}\n{scan}```\n"));
}

/// The lines of `told` from the first that starts with `from`, up to the first behind it that starts with `to`.
fn excerpt(told: &str, from: &str, to: &str) -> String {
    let lines = told.split_inclusive('\n').skip_while(|line| !line.starts_with(from));
    let shown: String = lines.take_while(|line| !line.starts_with(to)).collect();
    assert!(shown.lines().count() > 3, "the demo does not run `{from}`:\n{told}");
    shown.trim_end_matches("  |\n").to_owned() + "  | …\n"
}

#[test]
fn its_snippet_is_the_gate_of_the_pipeline() {
    let pipeline = read("pipelines/lint.yml");
    let from = pipeline.find("    - step: &lint-gate").expect("pipelines/lint.yml has a gate");
    let to = pipeline.find("\npipelines:").expect("pipelines/lint.yml has pipelines");
    let steps = &pipeline[from..to];
    keeps("snippet", &format!("```yaml\n{}\n```\n", steps.trim_end()));
}

#[test]
fn its_exit_codes_are_those_of_the_programs() {
    let readme = read("README.md");
    let table: Vec<&str> =
        readme.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" |").map(|cell| cell.0)).collect();
    let source = read("crates/step/src/exit.rs");
    let codes: Vec<&str> =
        source.lines().filter_map(|line| line.trim().strip_suffix(',')?.split_once(" = ").map(|pair| pair.1)).collect();
    assert!(codes.len() >= 8, "no codes found in exit.rs");
    for code in codes {
        assert!(table.contains(&code), "README.md does not explain exit code {code}");
    }
}

#[test]
fn it_is_short_and_names_the_two_commands() {
    let readme = read("README.md");
    assert!(readme.lines().count() < 150, "README.md has {} lines", readme.lines().count());
    assert!(readme.contains("$ cargo run --release -- demo\n$ cargo test --workspace\n"));
}

#[test]
fn every_file_it_links_to_is_there() {
    for page in [
        "README.md",
        "CONTRIBUTING.md",
        "crates/README.md",
        "crates/steps/stepgate-tests/README.md",
        "crates/steps/stepgate-scan/README.md",
        "crates/steps/stepgate-bump/README.md",
        "examples/gitops/README.md",
    ] {
        let text = read(page);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = root().join(page).parent().unwrap().join(link);
            assert!(link.starts_with("http") || target.exists(), "{page} links to {link}, which is not there");
        }
    }
}

#[test]
fn its_commands_on_files_of_the_repository_run() {
    let readme = read("README.md");
    let lines = readme.lines().filter_map(|line| line.strip_prefix("$ stepgate "));
    let commands: Vec<(&str, i32)> = lines
        .filter(|line| line.contains("examples/"))
        .map(|line| {
            let (command, ends) = line.split_once(" # exits ").unwrap_or_else(|| panic!("how does it end? {line}"));
            (command, ends.trim().parse().expect("an exit code"))
        })
        .collect();
    let shown = |name: &str, code| commands.iter().any(|(line, ends)| line.starts_with(name) && *ends == code);
    assert!(shown("lint ", 1) && shown("tests ", 0) && shown("tests ", 1) && shown("scan ", 1), "{commands:?}");
    for (command, ends) in commands {
        // A shell, because people paste it into one.
        let line = format!("exec \"$0\" {command}");
        let output = std::process::Command::new("sh")
            .args(["-c", &line, env!("CARGO_BIN_EXE_stepgate-under-test")])
            .current_dir(root())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(ends), "stepgate {command}\n{}", transcript(&output));
    }
}
