//! Reports that are whole: what blocks, and where it is said.

use insta::assert_snapshot;

use crate::support::{Project, phpcs, phpstan, run_in};

const UNDEFINED: (&str, u32, &str, &str) =
    ("src/A.php", 4, "property.notFound", "Access to an undefined property A::$y.");
const HEADER: (&str, u32, &str, &str) = ("src/B.php", 1, "PSR12.Files.FileHeader", "Header blocks must be separated.");

#[test]
fn a_finding_blocks_and_says_where_it_is() {
    let project = Project::new();
    project.write("phpstan.json", phpstan(&[UNDEFINED]));
    assert_snapshot!(project.run(&["gate", "phpstan.json"]), @r"
    FAIL stepgate-lint: 1 finding blocks: phpstan 1

    src/A.php
      4  high      Access to an undefined property A::$y.  phpstan property.notFound

    tool     findings  blocking  reported  muted
    phpstan         1         1         0      0
    [exit status: 1]
    ");
}

#[test]
fn reports_without_findings_pass() {
    let project = Project::new();
    project.write("phpstan.json", phpstan(&[])).write("phpcs.json", phpcs(&[]));
    assert_snapshot!(project.run(&["gate", "phpstan.json", "phpcs.json"]), @r"
    PASS stepgate-lint: no findings

    tool     findings  blocking  reported  muted
    phpstan         0         0         0      0
    phpcs           0         0         0      0
    all             0         0         0      0
    [exit status: 0]
    ");
}

#[test]
fn reports_of_several_steps_have_one_verdict() {
    let project = Project::new();
    project.write("reports/phpstan.json", phpstan(&[UNDEFINED])).write("reports/phpcs.json", phpcs(&[HEADER]));
    let run = project.run(&["gate", "reports/*.json"]);
    assert_eq!(run.status, 1);
    assert_eq!(run.to_string(), project.run(&["gate", "reports/*", "reports/phpcs.json"]).to_string());
    assert_snapshot!(run, @r"
    FAIL stepgate-lint: 2 findings block: phpcs 1, phpstan 1

    src/A.php
      4  high      Access to an undefined property A::$y.  phpstan property.notFound

    src/B.php
      1:1  high      Header blocks must be separated.  phpcs PSR12.Files.FileHeader

    tool     findings  blocking  reported  muted
    phpcs           1         1         0      0
    phpstan         1         1         0      0
    all             2         2         0      0
    [exit status: 1]
    ");
}

#[test]
fn standard_input_is_a_report_like_any_other() {
    let project = Project::new();
    let run = project.run_with_stdin(&["gate", "-"], &phpstan(&[UNDEFINED]));
    assert_eq!(run.status, 1);
    assert!(run.contains("Access to an undefined property"), "{run}");
}

#[test]
fn a_report_that_does_not_name_its_tool_is_given_one() {
    let project = Project::new();
    let error = "<error line=\"4\" severity=\"error\" message=\"No.\" source=\"rule\"/>";
    project.write("r.xml", format!("<checkstyle><file name=\"src/A.php\">{error}</file></checkstyle>"));
    let run = project.run(&["gate", "phan=r.*"]);
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("phan"), "{run}");
}

#[test]
fn no_repository_and_no_config_are_needed() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("r.json"), phpstan(&[UNDEFINED])).expect("a file");
    let run = run_in(dir.path(), &[], &["gate", "r.json"], "");
    assert_eq!(run.status, 1);
    assert!(run.contains("Access to an undefined property"), "{run}");
}

#[test]
fn a_report_on_standard_output_leaves_it_to_itself() {
    let project = Project::new();
    project.write("phpstan.json", phpstan(&[UNDEFINED]));
    let run = project.run(&["gate", "phpstan.json", "--output", "checkstyle=-", "--output", "json=out/lint.json"]);
    assert_snapshot!(run, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <checkstyle version="8.0">
      <file name="src/A.php">
        <error line="4" severity="error" message="Access to an undefined property A::$y." source="phpstan.property.notFound"/>
      </file>
    </checkstyle>
    ------- stderr -------
    FAIL stepgate-lint: 1 finding blocks: phpstan 1

    src/A.php
      4  high      Access to an undefined property A::$y.  phpstan property.notFound

    tool     findings  blocking  reported  muted
    phpstan         1         1         0      0

    reports
      json  out/lint.json
    [exit status: 1]
    "#);
    let json: serde_json::Value = serde_json::from_str(&project.read("out/lint.json")).expect("JSON");
    assert_eq!(json["schema"], "stepgate.report/v1");
    assert_eq!(json["verdict"], "fail");
    assert_eq!(json["findings"][0]["path"], "src/A.php");
}

#[test]
fn flags_go_before_the_config() {
    let project = Project::new();
    project.write("phpstan.json", phpstan(&[UNDEFINED]));
    project.write("stepgate.yaml", "lint:\n  policy:\n    max: 5\n  outputs:\n    json: lint.json\n");
    assert_eq!(project.run(&["gate", "phpstan.json"]).status, 0);
    assert_eq!(project.run(&["gate", "phpstan.json", "--max", "0"]).status, 1);
    assert!(project.read("lint.json").contains("stepgate.report/v1"));
}

#[test]
fn what_is_less_severe_than_asked_for_is_shown_and_does_not_block() {
    let project = Project::new();
    project.write("phpstan.json", phpstan(&[UNDEFINED]));
    assert_eq!(project.run(&["gate", "phpstan.json", "--fail-on", "critical"]).status, 0);
}

#[test]
fn a_key_of_the_config_that_does_not_exist_is_pointed_at() {
    let project = Project::new();
    project.write("phpstan.json", phpstan(&[]));
    project.write("stepgate.yaml", "lint:\n  polcy:\n    max: 5\n");
    assert_snapshot!(project.run(&["gate", "phpstan.json"]), @r"
    ------- stderr -------
    error: cannot use stepgate.yaml:2:3: there is no key `polcy` here
      2 |   polcy:
        |   ^
    hint: did you mean `policy`?
    [exit status: 3]
    ");
}

#[test]
fn the_formats_are_listed() {
    let run = Project::new().run(&["formats"]);
    assert_eq!(run.status, 0);
    assert!(run.contains("phpstan-json") && run.contains("html"), "{run}");
}

#[test]
fn no_two_reports_go_to_one_file_and_none_over_an_input() {
    let project = Project::new();
    project.write("reports/phpstan.json", phpstan(&[]));
    let run = project.run(&["gate", "reports/*", "-o", "json=out", "-o", "sarif=./out"]);
    assert_snapshot!(run, @r"
    ------- stderr -------
    error: two reports are to be written to out
    hint: give each a file of its own
    [exit status: 2]
    ");
    let run = project.run(&["gate", "reports/*", "-o", "json=./reports/phpstan.json"]);
    assert_snapshot!(run, @r"
    ------- stderr -------
    error: reports/phpstan.json is to be read and to be written
    hint: write the report to another place, where no pattern for the inputs finds it
    [exit status: 2]
    ");
    assert_eq!(project.read("reports/phpstan.json"), phpstan(&[]));
    assert_eq!(project.run(&["gate", "reports/*", "-o", "json=/dev/null", "-o", "sarif=/dev/null"]).status, 0);
}
