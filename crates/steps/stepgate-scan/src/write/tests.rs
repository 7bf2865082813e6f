use serde_json::Value;

use super::fixture::{HOSTILE, clean, gate, incomplete, large, options, written};
use super::*;

fn json(output: Output, gate: &Gate<'_>) -> Value {
    serde_json::from_str(&written(output, gate, &options())).unwrap()
}

#[test]
fn the_terminal_has_the_verdict_then_what_blocks_then_the_upgrades() {
    insta::assert_snapshot!(written(Output::Terminal, &gate(), &options()));
}

#[test]
fn the_terminal_says_little_of_a_pass_and_first_what_cannot_be_relied_on() {
    let [clean, incomplete] = [clean(), incomplete()].map(|gate| written(Output::Terminal, &gate, &Options::default()));
    insta::assert_snapshot!(format!("{clean}-----\n{incomplete}"));
}

#[test]
fn a_comment_is_the_verdict_what_blocks_by_package_and_the_totals() {
    insta::assert_snapshot!(written(Output::Markdown, &gate(), &options()));
}

#[test]
fn the_json_has_packages_and_what_decided() {
    insta::assert_snapshot!(written(Output::Json, &gate(), &options()));
}

#[test]
fn sarif_has_fingerprints_and_packages() {
    let log = json(Output::Sarif, &gate());
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 7);
    let about = log["runs"][1]["results"].as_array().unwrap();
    assert_eq!((&about[0]["ruleId"], about.len()), (&"exception-expired".into(), 2));
    assert_eq!(results[2]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "composer.lock");
    insta::assert_snapshot!(serde_json::to_string_pretty(&results[0]).unwrap());
}

#[test]
fn junit_fails_what_blocks_and_passes_what_is_clean() {
    insta::assert_snapshot!(written(Output::Junit, &gate(), &options()));
    let clean = written(Output::Junit, &clean(), &options());
    assert_eq!((clean.matches("<testcase ").count(), clean.matches("<failure").count()), (6, 0), "{clean}");
    let incomplete = written(Output::Junit, &incomplete(), &options());
    assert_eq!(incomplete.matches("<error").count(), 2, "{incomplete}");
}

#[test]
fn totals_count_what_is_wrong_with_exceptions_everywhere() {
    let gate = gate();
    let totals = words::Totals::of_all(&gate);
    let json = json(Output::Json, &gate);
    let counted = |name: &str| json["totals"][name].as_u64();
    assert_eq!(counted("blocking"), Some(totals.blocking), "{}", json["totals"]);
    assert_eq!(counted("reported"), Some(totals.reported), "{}", json["totals"]);
    let junit = written(Output::Junit, &gate, &options());
    assert_eq!(junit.matches("<failure").count() as u64, totals.blocking + 1, "that of the verdict besides");
}

#[test]
fn a_gate_that_says_no_without_a_finding_is_red_in_junit() {
    let mut gate = clean();
    gate.verdict = findings::Verdict { outcome: findings::Outcome::Fail, reasons: vec!["end of life".to_owned()] };
    assert!(written(Output::Junit, &gate, &options()).contains("failures=\"1\""));
}

#[test]
fn gitlab_has_the_vulnerabilities_that_are_not_muted() {
    let report = json(Output::Gitlab, &gate());
    let vulnerabilities = report["vulnerabilities"].as_array().unwrap();
    assert_eq!(vulnerabilities.len(), 4);
    insta::assert_snapshot!(serde_json::to_string_pretty(&report["scan"]).unwrap());
    insta::assert_snapshot!(serde_json::to_string_pretty(&vulnerabilities[0]).unwrap());
    assert_eq!(json(Output::Gitlab, &incomplete())["scan"]["status"], "failure");
}

#[test]
fn ids_of_gitlab_are_unique_uuids() {
    let report = json(Output::Gitlab, &large(50));
    let mut ids: Vec<_> = report["vulnerabilities"].as_array().unwrap().iter().map(|v| v["id"].to_string()).collect();
    assert!(ids.iter().all(|id| id.len() == 38 && &id[15..16] == "8" && "89ab".contains(&id[20..21])), "{ids:?}");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 50);
}

#[test]
fn a_statement_names_the_image_and_what_the_scanner_found() {
    let statement = json(Output::Vulns, &gate());
    insta::assert_snapshot!(serde_json::to_string_pretty(&statement["subject"]).unwrap());
    let results = statement["predicate"]["scanner"]["result"].as_array().unwrap();
    assert_eq!(results.len(), 5, "what is muted here was found all the same");
    insta::assert_snapshot!(serde_json::to_string_pretty(&results[0]).unwrap());
    assert_eq!(statement["predicate"]["scanner"]["db"]["lastUpdate"], "2026-11-02T06:00:00Z");
}

#[test]
fn there_is_no_statement_about_nobody_knows_what() {
    assert_eq!(statement_problem(&gate()), None);
    let mut nameless = gate();
    (nameless.scans[0].image_id, nameless.scans[0].repo_digests) = ("sha256:12", Vec::new());
    let mut two = gate();
    two.scans.extend(clean().scans);
    for gate in [nameless, two, incomplete()] {
        assert!(statement_problem(&gate).is_some());
    }
}

#[test]
fn hostile_text_stays_text() {
    for gate in [gate(), incomplete()] {
        for output in [Output::Terminal, Output::Markdown, Output::Junit] {
            let text = written(output, &gate, &options());
            let hostile = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!text.contains(hostile), "{}: {text}", output.as_str());
        }
        let text = written(Output::Markdown, &gate, &options());
        assert!(!text.contains("<script>alert") && !text.contains("@team [a]") && !text.contains("(https://b.ex"));
    }
}

#[test]
fn a_comment_is_never_longer_than_it_may_be_and_its_tables_stay_whole() {
    for gate in [gate(), clean(), incomplete(), large(300)] {
        for max_chars in (0..6_000).step_by(97) {
            let options = Options { max_chars: Some(max_chars), subject: Some(HOSTILE), ..options() };
            let text = written(Output::Markdown, &gate, &options);
            assert!(text.chars().count() <= max_chars, "{max_chars}: {text}");
            assert!(max_chars < 1_000 || text.contains("| Image | Findings |"), "{max_chars}: {text}");
        }
    }
    let text = written(Output::Markdown, &gate(), &options());
    let mut columns = 0;
    for line in text.lines().filter(|line| !line.starts_with('-')) {
        let cells = line.matches('|').count();
        assert!(cells == 0 || columns == 0 || cells == columns, "{line}");
        columns = cells;
    }
}

#[test]
fn of_many_findings_the_first_are_shown_and_where_the_rest_is() {
    let text = written(Output::Terminal, &large(5_000), &options());
    assert!(text.contains("+4,990 more in build/scan.html") && text.lines().count() < 100, "{text}");
}

#[test]
fn every_output_is_known_by_its_name() {
    for output in Output::ALL {
        assert_eq!(Output::from_name(output.as_str()), Ok(output));
    }
    assert!(Output::from_name("checkstyle").is_err());
}
