//! The life of a baseline: it comes, it shrinks, it is carried along, and it does not grow.

use crate::support::{Project, Run, phpcs, phpstan};

const NOT_FOUND: &str = "Access to an undefined property A::$y.";
const BASELINE: &str = "stepgate-baseline.jsonl";

type Found<'f> = (&'f str, u32, &'f str, &'f str);

const OLD: Found<'_> = ("src/A.php", 4, "property.notFound", NOT_FOUND);
const OTHER: Found<'_> = ("src/B.php", 2, "class.name", "Class name is too short.");

/// A pull request on a `main` whose baseline holds both findings.
fn project() -> Project {
    let project = Project::new();
    project.write("phpstan.json", phpstan(&[OLD, OTHER]));
    let run = project.run(&["baseline", "create", "phpstan.json"]);
    assert_eq!(run.status, 0, "{run}");
    project.repo.commit("a baseline");
    project.repo.git(&["switch", "--quiet", "--create", "feature"]);
    project
}

fn gate(project: &Project, findings: &[Found<'_>]) -> Run {
    project.write("phpstan.json", phpstan(findings));
    project.run(&["gate", "phpstan.json", "--changed-lines", "--destination", "main"])
}

#[test]
fn one_more_of_the_same_blocks_on_the_line_that_the_change_wrote() {
    let project = project();
    let code = project.read("src/A.php").replace("    public $x;\n", "    public $x;\n    // written now\n");
    project.write("src/A.php", code);
    let (path, _, rule, message) = OLD;
    assert_eq!(gate(&project, &[OLD, OTHER]).status, 0);
    let run = gate(&project, &[OLD, (path, 5, rule, message), OTHER]);
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("  5  high") && !run.contains("  4  high"), "the new line is blamed: {run}");
}

#[test]
fn a_renamed_file_keeps_its_entries_and_shrinking_moves_them() {
    let project = project();
    project.repo.git(&["mv", "src/A.php", "src/Renamed.php"]);
    project.repo.commit("renamed");
    let renamed = ("src/Renamed.php", OLD.1, OLD.2, OLD.3);
    let run = gate(&project, &[renamed, OTHER]);
    assert_eq!(run.status, 0, "{run}");
    let shrink = project.run(&["baseline", "shrink", "phpstan.json", "--destination", "main"]);
    assert_eq!(shrink.status, 0, "{shrink}");
    assert!(project.read(BASELINE).contains("src/Renamed.php") && !project.read(BASELINE).contains("src/A.php"));
    let run = gate(&project, &[renamed, OTHER]);
    assert_eq!(run.status, 0, "an entry that moved with its file is no growth: {run}");
}

#[test]
fn what_was_mended_leaves_the_baseline_and_cannot_come_back() {
    let project = project();
    let run = gate(&project, &[OTHER]);
    assert!(run.contains("1 baseline entry no longer matches"), "{run}");
    assert_eq!(project.run(&["baseline", "shrink", "phpstan.json"]).status, 0);
    assert_eq!(project.read(BASELINE).matches("class.name").count(), 1);
    assert!(!project.read(BASELINE).contains("property.notFound"));
    project.repo.commit("mended");
    project.repo.git(&["switch", "--quiet", "main"]);
    project.repo.git(&["merge", "--quiet", "feature"]);
    project.repo.git(&["switch", "--quiet", "--create", "again"]);
    project.write("src/A.php", "<?php\nclass A\n{\n    public $again;\n}\n");
    assert_eq!(gate(&project, &[OLD, OTHER]).status, 1);
}

#[test]
fn a_count_raised_by_hand_is_growth() {
    let project = project();
    let text = project.read(BASELINE);
    assert!(text.contains("\"count\":1") || !text.contains("\"count\""), "{text}");
    let (path, _, rule, message) = OLD;
    let twice = [OLD, (path, 5, rule, message), OTHER];
    project.write("phpstan.json", phpstan(&twice));
    assert_eq!(project.run(&["baseline", "create", "--force", "phpstan.json"]).status, 0);
    let run = gate(&project, &twice);
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("2 instead of 1"), "{run}");
}

#[test]
fn a_baseline_moved_to_another_name_is_still_compared() {
    let project = project();
    project.repo.git(&["mv", BASELINE, "debt.jsonl"]);
    project.write("phpstan.json", phpstan(&[OLD, OTHER, ("src/B.php", 3, "a.b", "New debt.")]));
    let create = project.run(&["baseline", "create", "--force", "--baseline", "debt.jsonl", "phpstan.json"]);
    assert_eq!(create.status, 0, "{create}");
    project.repo.commit("moved and grown");
    let run = project.run(&["gate", "phpstan.json", "--baseline", "debt.jsonl", "--destination", "main"]);
    assert_eq!(run.status, 1, "{run}");
}

#[test]
fn branches_that_each_mend_something_merge_without_a_conflict() {
    let project = Project::new();
    let all: Vec<_> = (0..12).map(|n| (format!("src/F{n}.php"), format!("Finding {n}."))).collect();
    let found = |skip: &[usize]| {
        let kept = all.iter().enumerate().filter(|(n, _)| !skip.contains(n)).map(|(_, found)| found);
        phpstan(&kept.map(|(path, message)| (path.as_str(), 1, "a.b", message.as_str())).collect::<Vec<_>>())
    };
    project.write("phpstan.json", found(&[]));
    assert_eq!(project.run(&["baseline", "create", "phpstan.json"]).status, 0);
    project.write(".gitignore", "phpstan.json\n");
    project.repo.commit("a baseline");
    for (branch, mended) in [("one", 2), ("two", 9)] {
        project.repo.git(&["switch", "--quiet", "--create", branch, "main"]);
        project.write("phpstan.json", found(&[mended]));
        assert_eq!(project.run(&["baseline", "shrink", "phpstan.json"]).status, 0);
        project.repo.commit(branch);
    }
    project.repo.git(&["merge", "--quiet", "--no-edit", "one"]);
    project.write("phpstan.json", found(&[2, 9]));
    let run = project.run(&["gate", "phpstan.json", "--destination", "main"]);
    assert_eq!(run.status, 0, "{run}");
    assert!(!run.contains("no longer match"), "{run}");
    let check = project.run(&["baseline", "check", "--destination", "main"]);
    assert_eq!(check.status, 0, "{check}");
}

#[test]
fn branches_that_each_add_an_entry_merge_without_a_conflict() {
    let project = project();
    let (first, last) = (("src/A.php", 1, "aaa", "First."), ("src/B.php", 3, "zzz", "Last."));
    project.write(".gitignore", "phpstan.json\n");
    project.repo.git(&["rm", "--quiet", "--cached", "phpstan.json"]);
    project.repo.commit("reports are not kept");
    for (branch, more) in [("one", first), ("two", last)] {
        project.repo.git(&["switch", "--quiet", "--create", branch, "feature"]);
        project.write("phpstan.json", phpstan(&[OLD, OTHER, more]));
        assert_eq!(project.run(&["baseline", "create", "--force", "phpstan.json"]).status, 0);
        project.repo.commit(branch);
    }
    project.repo.git(&["merge", "--quiet", "--no-edit", "one"]);
    project.write("phpstan.json", phpstan(&[OLD, OTHER, first, last]));
    let run = project.run(&["gate", "phpstan.json"]);
    assert_eq!(run.status, 0, "{run}");
}

#[test]
fn a_pull_request_that_has_no_baseline_but_whose_destination_has_one_is_judged_by_none() {
    let project = project();
    std::fs::remove_file(project.repo.path().join(BASELINE)).expect("it is there");
    project.write("phpstan.json", phpstan(&[OLD, OTHER]));
    assert_eq!(project.run(&["gate", "phpstan.json", "--destination", "main"]).status, 1);
}

#[test]
fn the_baselines_of_other_tools_are_taken_over_and_cover_what_they_covered() {
    let project = Project::new();
    let neon = "parameters:\n\tignoreErrors:\n\t\t-\n\t\t\tmessage: '#^Access to an undefined property A\\:\\:\\$y\\.$#'\n\
        \t\t\tidentifier: property.notFound\n\t\t\tcount: 1\n\t\t\tpath: src/A.php\n";
    let php = "<?php declare(strict_types = 1);\n\n$ignoreErrors = [];\n$ignoreErrors[] = [\n\
        \t'message' => '#^Class name is too short\\\\.$#',\n\t'identifier' => 'class.name',\n\t'count' => 1,\n\
        \t'path' => __DIR__ . '/src/B.php',\n];\n\nreturn ['parameters' => ['ignoreErrors' => $ignoreErrors]];\n";
    let psalm = "<?xml version=\"1.0\"?>\n<files psalm-version=\"5\">\n  <file src=\"src/B.php\">\n    <MissingReturnType>\n\
        \x20     <code><![CDATA[f]]></code>\n    </MissingReturnType>\n  </file>\n</files>\n";
    project.write("b.neon", neon).write("b.php", php).write("psalm-baseline.xml", psalm);
    let run = project.run(&["baseline", "import", "b.neon", "b.php", "psalm-baseline.xml"]);
    assert_eq!(run.status, 0, "{run}");
    let issue = |line: u32| {
        serde_json::json!({
            "severity": "error", "line_from": line, "line_to": line, "type": "MissingReturnType",
            "message": "Method B::f does not have a return type", "file_name": "src/B.php", "file_path": "/x/src/B.php",
            "snippet": "f", "selected_text": "f", "from": 0, "to": 1, "snippet_from": 0, "snippet_to": 1,
            "column_from": 1, "column_to": 2, "shortcode": 50, "error_level": 1, "link": "https://psalm.dev/050",
            "taint_trace": null, "other_references": null,
        })
    };
    project.write("psalm.json", serde_json::json!([issue(2)]).to_string());
    project.write("phpstan.json", phpstan(&[OLD, OTHER]));
    let run = project.run(&["gate", "phpstan.json", "psalm.json"]);
    assert_eq!(run.status, 0, "{run}");
    project.write("psalm.json", serde_json::json!([issue(2), issue(3)]).to_string());
    let run = project.run(&["gate", "phpstan.json", "psalm.json"]);
    assert_eq!(run.status, 1, "one more of the same is new: {run}");
}

#[test]
fn an_earlier_report_in_another_format_is_compared_by_what_both_say() {
    let project = Project::new();
    let found = [("src/A.php", 4, "Squiz.A.B", "One."), ("src/B.php", 2, "Squiz.A.C", "Two.")];
    project.write("phpcs.json", phpcs(&found));
    let (sarif, json, checkstyle) = ("sarif=earlier.sarif", "json=earlier.json", "checkstyle=earlier.xml");
    let earlier = project.run(&["gate", "phpcs.json", "--output", sarif, "--output", json, "--output", checkstyle]);
    assert_eq!(earlier.status, 1, "{earlier}");
    project.write("now.json", phpcs(&[found[0], found[1], ("src/B.php", 3, "Squiz.A.D", "Three.")]));
    for earlier in ["earlier.sarif", "earlier.json"] {
        let run = project.run(&["gate", "phpcs.json", "--against", earlier]);
        assert_eq!(run.status, 0, "{earlier}: {run}");
        assert!(run.contains("2 in the earlier report too"), "{earlier}: {run}");
        assert_eq!(project.run(&["gate", "now.json", "--against", earlier]).status, 1, "{earlier}");
    }
    let run = project.run(&["gate", "phpcs.json", "--against", "earlier.xml"]);
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("warning: --against has findings of `"), "{run}");
    project.write("earlier.junit", "");
    assert_eq!(project.run(&["gate", "phpcs.json", "--against", "earlier.junit"]).status, 3);
}
