//! What cannot be relied on is never a pass.

use insta::assert_snapshot;

use crate::support::{Project, phpcs, phpstan};

const UNDEFINED: (&str, u32, &str, &str) =
    ("src/A.php", 4, "property.notFound", "Access to an undefined property A::$y.");

#[test]
fn no_input_at_all_is_no_pass() {
    assert_snapshot!(Project::new().run(&["gate"]), @r"
    INCOMPLETE stepgate-lint: (no input) cannot be relied on

    INCOMPLETE (no input) (cannot be read)
      no report was named, so nothing is known about the code
    [exit status: 3]
    ");
}

#[test]
fn what_cannot_be_read_does_not_hide_what_can() {
    let project = Project::new();
    project.write("good.json", phpstan(&[UNDEFINED])).write("empty.json", "").write("odd.json", "<html>502</html>");
    project.write("cut.json", &phpcs(&[("src/B.php", 1, "A.B", "message")])[..100]);
    let files = ["good.json", "empty.json", "cut.json", "odd.json", "missing.json", "none/*.json", "src"];
    let run = project.run(&[&["gate", "--output", "json=lint.json"], files.as_slice()].concat());
    assert_snapshot!(run, @r"
    INCOMPLETE stepgate-lint: 6 of 7 reports cannot be relied on: empty.json, cut.json, odd.json, and 3 more
      - 1 finding blocks: phpstan 1

    INCOMPLETE empty.json (cannot be read)
      it is empty (0 bytes): the tool did not write a report, or did not run

    INCOMPLETE cut.json (cannot be read)
      it is JSON with the keys [files], which looks like none of the formats that are read (phpstan-json, phpstan-raw, phpcs-json, phpcs-xml, phpcs-emacs, phpcs-csv, php-cs-fixer-json, php-cs-fixer-xml, psalm-json, rector-json, deptrac-json, phpmd-json, checkstyle, junit, gitlab, github, teamcity, sarif, stepgate-json); if it is one of them, name it with --format

    INCOMPLETE odd.json (cannot be read)
      this is an HTML page, most likely the error page of a server or proxy

    INCOMPLETE missing.json (cannot be read)
      it cannot be read: No such file or directory (os error 2)

    INCOMPLETE none/*.json (cannot be read)
      no file matches none/*.json; this directory has cut.json, empty.json, good.json, odd.json, src

    INCOMPLETE src (cannot be read)
      it cannot be read: it is a directory; name the files in it, for example [DIR]/src/*

    src/A.php
      4  high      Access to an undefined property A::$y.  phpstan property.notFound

    tool     findings  blocking  reported  muted
    phpstan         1         1         0      0

    reports
      json  lint.json
    [exit status: 3]
    ");
    let json: serde_json::Value = serde_json::from_str(&project.read("lint.json")).expect("JSON");
    assert_eq!(json["verdict"], "incomplete");
    assert_eq!(json["inputs"].as_array().map(Vec::len), Some(files.len()));
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(1));
}

#[test]
fn an_exit_code_that_contradicts_the_report_is_no_pass() {
    let project = Project::new();
    project.write("phpstan.json", phpstan(&[])).write("phpstan.json.exit", "1\n");
    assert_snapshot!(project.run(&["gate", "phpstan.json"]), @r"
    INCOMPLETE stepgate-lint: phpstan.json cannot be relied on

    INCOMPLETE phpstan.json (phpstan-json)
      phpstan ended with exit code 1, which says that it found something, but its report holds nothing

    tool     findings  blocking  reported  muted
    phpstan         0         0         0      0
    [exit status: 3]
    ");
    project.write("phpstan.json", phpstan(&[UNDEFINED])).write("phpstan.json.exit", "0\n");
    assert_snapshot!(project.run(&["gate", "phpstan.json"]), @r"
    INCOMPLETE stepgate-lint: phpstan.json cannot be relied on
      - 1 finding blocks: phpstan 1

    INCOMPLETE phpstan.json (phpstan-json)
      phpstan ended with exit code 0, which says that it found nothing, but its report holds 1 finding; if it is made to end so, say it in `lint.tools.phpstan.exit-codes`

    src/A.php
      4  high      Access to an undefined property A::$y.  phpstan property.notFound

    tool     findings  blocking  reported  muted
    phpstan         1         1         0      0
    [exit status: 3]
    ");
    assert_eq!(project.run(&["gate", "phpstan.json", "--exit-code", "phpstan.json=1"]).status, 1);
}

#[test]
fn a_tool_that_ran_out_of_memory_is_quoted() {
    let project = Project::new();
    project.write("phpstan.json", "").write("phpstan.json.exit", "255\n");
    let stderr = "PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted\u{1b}[31m in x.php on line 3\n";
    project.write("phpstan.json.stderr", stderr);
    assert_snapshot!(project.run(&["gate", "reports/phpstan.json", "phpstan.json"]), @r"
    INCOMPLETE stepgate-lint: 2 of 2 reports cannot be relied on: reports/phpstan.json, phpstan.json

    INCOMPLETE reports/phpstan.json (cannot be read)
      it cannot be read: No such file or directory (os error 2)

    INCOMPLETE phpstan.json (cannot be read)
      it is empty (0 bytes): the tool did not write a report, or did not run
      the tool ended with exit code 255: PHP stopped it with a fatal error; its standard error ends with: PHP Fatal error: Allowed memory size of 134217728 bytes exhausted�[31m in x.php on line 3
    [exit status: 3]
    ");
}

#[test]
fn an_exit_code_that_is_none_is_no_pass() {
    let project = Project::new();
    project.write("phpstan.json", phpstan(&[])).write("phpstan.json.exit", "");
    let run = project.run(&["gate", "phpstan.json"]);
    assert_eq!(run.status, 3, "{run}");
    assert!(run.contains("phpstan.json.exit does not hold the exit code"), "{run}");
    let run = project.run(&["gate", "phpstan.json", "--exit-code", "other.json=0"]);
    assert!(run.contains("INCOMPLETE other.json"), "{run}");
}

#[test]
fn what_a_tool_admits_on_standard_error_only_counts() {
    let project = Project::new();
    project.write("phpstan.json", phpstan(&[])).write("phpstan.json.exit", "0\n");
    project.write("phpstan.json.stderr", "⚠️  Result is incomplete because of severe errors. ⚠️\n");
    let run = project.run(&["gate", "phpstan.json"]);
    assert_eq!(run.status, 3, "{run}");
    assert!(run.contains("severe errors"), "{run}");
}

#[test]
fn a_report_that_was_never_written_is_missed_by_its_exit_code() {
    let project = Project::new();
    project.write("reports/phpcs.json", phpcs(&[])).write("reports/phpstan.json.exit", "127\n");
    let run = project.run(&["gate", "reports/*"]);
    assert_eq!(run.status, 3, "{run}");
    assert!(run.contains("reports/phpstan.json"), "{run}");
}

#[test]
fn no_filter_makes_an_incomplete_report_pass() {
    let project = Project::new();
    project.write("phpstan.json", phpstan(&[])).write("phpstan.json.exit", "255\n");
    for flags in [["--max", "99"], ["--fail-on", "critical"], ["--block", "new"], ["--destination", "main"]] {
        let changed = if flags[0] == "--destination" { "--changed-lines" } else { "--no-baseline" };
        let run = project.run(&["gate", "phpstan.json", changed, flags[0], flags[1]]);
        assert_eq!(run.status, 3, "{run}");
    }
}

#[test]
fn an_exit_code_that_cannot_be_read_is_no_pass() {
    let project = Project::new();
    project.write("a.json", phpstan(&[])).write("a.json.exit/in-a-directory", "");
    let run = project.run(&["gate", "a.json"]);
    assert!(
        run.status == 3 && run.contains("a.json.exit is no file, so the exit code of the tool is not known"),
        "{run}"
    );
}

#[test]
fn a_name_that_is_empty_is_told_from_a_directory() {
    let run = Project::new().run(&["gate", ""]);
    assert!(run.status == 3 && run.contains("its name is empty; is a variable on the command line not set?"), "{run}");
}

#[test]
fn a_clean_list_passes_when_its_tool_is_named() {
    let project = Project::new();
    project.write("psalm.json", "[]");
    assert_eq!(project.run(&["gate", "psalm=psalm.json"]).status, 0);
    assert_eq!(project.run(&["gate", "psalm.json"]).status, 3);
}
