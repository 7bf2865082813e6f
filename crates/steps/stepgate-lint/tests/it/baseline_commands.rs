//! `stepgate-lint baseline …`.

use insta::assert_snapshot;

use crate::support::{Project, phpcs, phpstan};

const ONE: (&str, u32, &str, &str) = ("src/A.php", 4, "property.notFound", "Access to an undefined property A::$y.");
const TWO: (&str, u32, &str, &str) = ("src/B.php", 2, "class.name", "Class name is too short.");

#[test]
fn created_it_has_one_entry_a_line_and_no_line_numbers() {
    let project = Project::new();
    project.write("phpstan.json", phpstan(&[TWO, ONE, ("src/B.php", 3, "class.name", "Class name is too short.")]));
    assert_snapshot!(project.run(&["baseline", "create", "phpstan.json"]), @r"
    stepgate-baseline.jsonl holds 2 entries for 3 findings
    [exit status: 0]
    ");
    assert_snapshot!(project.read("stepgate-baseline.jsonl"), @r#"
    {"schema":"stepgate.baseline/v1"}
    {"path":"src/A.php","tool":"phpstan","rule":"property.notFound","message":"Access to an undefined property A::$y.","count":1}
    {"path":"src/B.php","tool":"phpstan","rule":"class.name","message":"Class name is too short.","count":2}
    "#);
    assert_snapshot!(project.run(&["baseline", "create", "phpstan.json"]), @r"
    ------- stderr -------
    error: there is a baseline at stepgate-baseline.jsonl already
    hint: to take out what is gone: stepgate-lint baseline shrink
    hint: to write it anew, with everything that is there now: --force
    [exit status: 3]
    ");
    assert_eq!(project.run(&["baseline", "create", "--force", "phpstan.json"]).status, 0);
}

#[test]
fn of_half_a_report_there_is_no_baseline() {
    let project = Project::new();
    project.write("phpstan.json", phpstan(&[ONE])).write("phpstan.json.exit", "255\n");
    assert_snapshot!(project.run(&["baseline", "create", "phpstan.json"]), @r"
    ------- stderr -------
    error: phpstan.json is not complete: phpstan ended with exit code 255: PHP stopped it with a fatal error
    hint: a baseline needs complete reports: what is missing from one would count as mended
    [exit status: 3]
    ");
}

#[test]
fn shrinking_takes_out_what_is_gone_and_adds_nothing() {
    let project = Project::new();
    project
        .write("phpstan.json", phpstan(&[ONE, TWO, TWO]))
        .write("phpcs.json", phpcs(&[("src/A.php", 1, "A.B", "C.")]));
    assert_eq!(project.run(&["baseline", "create", "phpstan.json", "phpcs.json"]).status, 0);
    let new = ("src/A.php", 1, "other.rule", "New.");
    project.write("phpstan.json", phpstan(&[TWO, new]));
    assert_snapshot!(project.run(&["baseline", "shrink", "phpstan.json"]), @r"
      1 → 0  src/A.php phpstan property.notFound: Access to an undefined property A::$y.
      2 → 1  src/B.php phpstan class.name: Class name is too short.
    stepgate-baseline.jsonl holds 2 entries for 2 findings, it held 3 entries for 4 findings
    [exit status: 0]
    ");
    assert_snapshot!(project.read("stepgate-baseline.jsonl"), @r#"
    {"schema":"stepgate.baseline/v1"}
    {"path":"src/A.php","tool":"phpcs","rule":"A.B","message":"C.","count":1}
    {"path":"src/B.php","tool":"phpstan","rule":"class.name","message":"Class name is too short.","count":1}
    "#);
    assert_snapshot!(project.run(&["baseline", "shrink", "phpstan.json"]), @r"
    stepgate-baseline.jsonl holds nothing that is gone: 2 entries for 2 findings
    [exit status: 0]
    ");
}

#[test]
fn checking_fails_when_the_change_adds_to_it() {
    let project = Project::new();
    project.write("phpstan.json", phpstan(&[ONE]));
    assert_eq!(project.run(&["baseline", "create", "phpstan.json"]).status, 0);
    project.repo.commit("a baseline");
    project.repo.git(&["switch", "--quiet", "--create", "feature"]);
    let args = ["baseline", "check", "--destination", "main"];
    assert_snapshot!(project.run(&args), @r"
    stepgate-baseline.jsonl did not grow: 1 entry for 1 finding, before 1 entry for 1 finding
    [exit status: 0]
    ");
    project.write("phpstan.json", phpstan(&[ONE, ONE, TWO]));
    assert_eq!(project.run(&["baseline", "create", "--force", "phpstan.json"]).status, 0);
    assert_snapshot!(project.run(&args), @r"
    stepgate-baseline.jsonl grew:
      1 → 2  src/A.php phpstan property.notFound: Access to an undefined property A::$y.
      0 → 1  src/B.php phpstan class.name: Class name is too short.
    [exit status: 1]
    ");
    assert_eq!(project.run(&["baseline", "check", "--base", "main"]).status, 1);
    assert_snapshot!(project.run(&["baseline", "check"]), @r"
    stepgate-baseline.jsonl is in order: 2 entries for 3 findings (nothing to compare it with: name the branch with --destination)
    [exit status: 0]
    ");
}

#[test]
fn lines_in_disorder_are_pointed_at() {
    let project = Project::new();
    project.write("phpstan.json", phpstan(&[ONE, TWO]));
    assert_eq!(project.run(&["baseline", "create", "phpstan.json"]).status, 0);
    let text = project.read("stepgate-baseline.jsonl");
    let mut lines: Vec<_> = text.lines().collect();
    lines.swap(1, 2);
    project.write("stepgate-baseline.jsonl", lines.join("\n"));
    let run = project.run(&["baseline", "check"]);
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("line 3 belongs further up"), "{run}");
    assert_eq!(project.run(&["gate", "phpstan.json"]).status, 0);
}

#[test]
fn entries_of_renamed_files_survive_shrinking() {
    let project = Project::new();
    project.write("phpstan.json", phpstan(&[ONE]));
    assert_eq!(project.run(&["baseline", "create", "phpstan.json"]).status, 0);
    project.repo.commit("a baseline");
    project.repo.git(&["switch", "--quiet", "--create", "feature"]);
    project.repo.git(&["mv", "src/A.php", "src/Z.php"]);
    let (_, line, rule, message) = ONE;
    project.write("phpstan.json", phpstan(&[("src/Z.php", line, rule, message)]));
    let run = project.run(&["baseline", "shrink", "phpstan.json", "--destination", "main"]);
    assert_eq!(run.status, 0, "{run}");
    assert!(project.read("stepgate-baseline.jsonl").contains("src/Z.php"), "{run}");
    let run = project.run(&["gate", "phpstan.json", "--destination", "main"]);
    assert_eq!(run.status, 0, "{run}");
}

#[test]
fn baselines_of_phpstan_are_taken_over() {
    let project = Project::new();
    let neon = "parameters:\n\tignoreErrors:\n\t\t-\n\t\t\tmessage: '#^Access to an undefined property A\\:\\:\\$y\\.$#'\n\
                \t\t\tidentifier: property.notFound\n\t\t\tcount: 1\n\t\t\tpath: src/A.php\n";
    project.write("phpstan-baseline.neon", neon).write("phpstan.json", phpstan(&[ONE]));
    assert_snapshot!(project.run(&["baseline", "import", "phpstan-baseline.neon"]), @r"
    stepgate-baseline.jsonl holds 1 entry for 1 finding
    [exit status: 0]
    ");
    let run = project.run(&["gate", "phpstan.json"]);
    assert_eq!(run.status, 0, "{run}");
}

#[test]
fn what_is_no_baseline_is_not_taken_over() {
    let project = Project::new();
    project.write("x.neon", "services: []\n");
    assert_snapshot!(project.run(&["baseline", "import", "x.neon"]), @r"
    ------- stderr -------
    error: cannot take over x.neon: line 1: there is no `ignoreErrors` here; only baselines of PHPStan and Psalm can be imported
    [exit status: 3]
    ");
}
