use bumpalo::Bump;
use proptest::prelude::*;

use super::{Baseline, Entry};
use crate::Arena;
use crate::diff::FileDiff;
use crate::judge::{Change, Criteria, judge};
use crate::model::{Detail, Finding, Outcome, Report, Severity};
use crate::read::Format;

const HEADER: &str = r#"{"schema":"stepgate.baseline/v1"}"#;

fn entry(path: &str, rule: &str, message: &str, count: u32) -> Entry {
    let (path, rule, message) = (path.to_owned(), rule.to_owned(), message.to_owned());
    Entry { path, tool: "phpstan".to_owned(), rule, message, count }
}

fn baseline(entries: &[Entry]) -> Baseline {
    Baseline::from_entries(entries.to_vec())
}

fn line(entry: &Entry) -> String {
    serde_json::to_string(entry).unwrap()
}

fn refusal(lines: &[&str]) -> String {
    Baseline::parse(&lines.join("\n")).unwrap_err().to_string()
}

fn renamed(old: &str, new: &str) -> Change {
    let file = FileDiff { old: Some(old.to_owned()), new: Some(new.to_owned()), ..FileDiff::default() };
    Change::new(vec![file], false)
}

#[test]
fn a_baseline_is_a_sorted_line_for_each_kind_of_finding() {
    let bump = Bump::new();
    let arena = Arena::new(&bump);
    let finding = |path: &str, rule: &str, message: &str, line| Finding {
        line,
        ..Finding::new(arena.rule("phpstan", rule), Some(arena.file(path, true)), Severity::High, arena.text(message))
    };
    let suppressed = arena.detail(Detail { suppressed: Some("accepted"), ..Detail::default() });
    let findings = [
        finding("src/B.php", "argument.type", "Class \"A\\B\" is bad.", 3),
        finding("src/B.php", "argument.type", "Class \"A\\B\" is bad.", 8),
        finding("src/A.php", "cast.useless", "Declared on line 8.", 9),
        finding("src/A.php", "cast.useless", "Declared on line 88.", 99),
        finding("src/A.php", "a.rule", "", 9),
        Finding { file: None, count: 4, ..finding("", "x", "All of it.", 0) },
        Finding { detail: suppressed, ..finding("src/A.php", "a.rule", "Suppressed.", 9) },
    ];
    insta::assert_snapshot!(Baseline::of(&findings).to_text(), @r#"
    {"schema":"stepgate.baseline/v1"}
    {"path":"","tool":"phpstan","rule":"x","message":"All of it.","count":4}
    {"path":"src/A.php","tool":"phpstan","rule":"a.rule","message":"(no message)","count":1}
    {"path":"src/A.php","tool":"phpstan","rule":"cast.useless","message":"Declared on line N.","count":2}
    {"path":"src/B.php","tool":"phpstan","rule":"argument.type","message":"Class \"A\\B\" is bad.","count":2}
    "#);
}

#[test]
fn a_file_by_hand_is_read_whatever_its_line_ends_order_and_line_numbers() {
    let text = format!(
        "\u{feff}{HEADER}\r\n{}\r\n\r\n{}\r\n",
        line(&entry("src/B.php", "r", "Declared on line 12.", 1)),
        line(&entry("src/A.php", "r", "m", 2))
    );
    let read = Baseline::parse(&text).unwrap();
    assert_eq!(read.entries(), [entry("src/A.php", "r", "m", 2), entry("src/B.php", "r", "Declared on line N.", 1)]);
    assert_eq!(read.allowed(), 3);
    assert_eq!(Baseline::first_unsorted_line(&text), Ok(Some(4)));
    assert_eq!(Baseline::first_unsorted_line(&read.to_text()), Ok(None));
}

#[test]
fn what_a_merge_or_a_hand_can_spoil_is_refused_with_its_line() {
    let good = line(&entry("src/A.php", "r", "m", 2));
    insta::assert_snapshot!(refusal(&[""]), @r#"line 1: a baseline of stepgate starts with the line {"schema":"stepgate.baseline/v1"}; baselines of PHPStan and Psalm are read by `stepgate-lint baseline import`"#);
    insta::assert_snapshot!(refusal(&[r#"{"schema":"stepgate.baseline/v2"}"#]), @"line 1: the schema `stepgate.baseline/v2` is not known to this version of stepgate-lint");
    insta::assert_snapshot!(refusal(&["<<<<<<< HEAD", HEADER]), @"line 1: a merge left its conflict here; keep the entries of both sides (of two that differ only in count, the lower), and delete the lines with the markers");
    insta::assert_snapshot!(refusal(&[HEADER, "=======", &good]), @"line 2: a merge left its conflict here; keep the entries of both sides (of two that differ only in count, the lower), and delete the lines with the markers");
    insta::assert_snapshot!(refusal(&[HEADER, &good, "", &good]), @"line 4: the same entry as on line 2; keep one of the two, with the lower count");
    insta::assert_snapshot!(refusal(&[HEADER, &good.replace("2}", "0}")]), @"line 2: a count of 0 allows nothing; remove the line");
    insta::assert_snapshot!(refusal(&[HEADER, &good.replace("2}", "-1}")]), @"line 2: column 72: invalid value: integer `-1`, expected u32");
    insta::assert_snapshot!(refusal(&[HEADER, &good.replace("rule", "rul")]), @"line 2: column 42: unknown field `rul`, expected one of `path`, `tool`, `rule`, `message`, `count`");
    insta::assert_snapshot!(refusal(&[HEADER, &good[..40]]), @"line 2: column 40: EOF while parsing a string");
    insta::assert_snapshot!(refusal(&[HEADER, &line(&entry("src/A.php", "", "", 1))]), @"line 2: an entry needs a rule or a message, or it would cover whatever the tool says");
}

#[test]
fn an_entry_without_rule_or_message_covers_any_but_only_as_often_as_it_counts() {
    let bump = Bump::new();
    let arena = Arena::new(&bump);
    let finding = |rule: &str, message: &str, line| Finding {
        line,
        ..Finding::new(arena.rule("phpstan", rule), Some(arena.file("A", true)), Severity::High, arena.text(message))
    };
    let findings = [finding("r", "one", 1), finding("r", "two", 2), finding("r", "two", 3), finding("s", "one", 4)];
    let known = baseline(&[entry("A", "r", "", 1), entry("A", "r", "two", 1), entry("A", "", "one", 1)]);
    let cover = known.cover(&findings.iter().collect::<Vec<_>>(), None);
    // The exact entry takes line 2, the one for any rule line 1 before line 4, the one for any message line 3.
    assert_eq!(cover.covered, [true, true, true, false]);
    assert_eq!(cover.found, [1, 1, 1]);
}

#[test]
fn growth_is_what_was_not_allowed_before_wherever_the_file_was_then() {
    let before = baseline(&[entry("Old", "r", "m", 3), entry("B", "", "n", 2), entry("C", "r", "m", 1)]);
    let now = baseline(&[
        entry("New", "r", "m", 3),
        entry("B", "r", "n", 1),
        entry("B", "s", "n", 2),
        entry("D", "r", "m", 1),
    ]);
    let growth: Vec<_> = now.growth_since(&before, &renamed("Old", "New")).iter().map(ToString::to_string).collect();
    assert_eq!(growth, ["B: phpstan s: 2 instead of 1: n", "D: phpstan r: 1 instead of 0: m"]);
}

#[test]
fn renamed_entries_join_those_that_are_there() {
    let known = baseline(&[entry("Old", "r", "m", 3), entry("New", "r", "m", 1), entry("B", "r", "m", 1)]);
    let known = known.renamed(&renamed("Old", "New"));
    assert_eq!(known.entries(), [entry("B", "r", "m", 1), entry("New", "r", "m", 4)]);
}

#[test]
fn shrinking_leaves_alone_what_the_reports_know_nothing_about() {
    let phpcs = Entry { tool: "phpcs".to_owned(), ..entry("A", "r", "m", 5) };
    let known = baseline(&[entry("A", "r", "m", 3), phpcs.clone()]);
    let whole = Report::new("phpstan", Format::PhpstanJson);
    assert_eq!(known.shrunk_to_reports(std::slice::from_ref(&whole)).entries(), [phpcs]);
    let cut = Report { problems: vec!["cut short".to_owned()], ..whole };
    assert_eq!(known.shrunk_to_reports(&[cut]), known);
    assert_eq!(known.shrunk_to_reports(&[]), known);
}

/// Few paths, rules and messages, so that they often meet; some messages that only normalising makes the same.
fn kinds() -> impl Strategy<Value = Vec<(u8, u8, String, u32)>> {
    let message = prop_oneof![Just("m".to_owned()), "on line [0-9]{1,3}", "\\PC{0,12}", "[\"\\\\\n/a.:@0-9]{0,8}"];
    prop::collection::vec((0_u8..4, 0_u8..3, message, 1_u32..4), 0..20)
}

fn report<'a>(arena: &Arena<'a>, kinds: &[(u8, u8, String, u32)]) -> Report<'a> {
    let made = kinds.iter().map(|(path, rule, message, line)| {
        let file = (*path > 0).then(|| arena.file(&format!("src/{path}.php"), *path < 3));
        let rule = arena.rule("phpstan", ["", "a", "b"][usize::from(*rule)]);
        Finding { line: *line, ..Finding::new(rule, file, Severity::High, arena.text(message)) }
    });
    Report { findings: made.collect(), ..Report::new("phpstan", Format::PhpstanJson) }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(kinds in kinds()) {
        let bump = Bump::new();
        let baseline = Baseline::of(&report(&Arena::new(&bump), &kinds).findings);
        prop_assert_eq!(baseline.allowed(), kinds.len() as u64);
        prop_assert_eq!(Baseline::first_unsorted_line(&baseline.to_text()), Ok(None));
        prop_assert_eq!(Baseline::parse(&baseline.to_text()), Ok(baseline));
    }

    #[test]
    fn a_baseline_made_of_a_report_lets_it_pass_and_has_nothing_stale(kinds in kinds()) {
        let bump = Bump::new();
        let report = report(&Arena::new(&bump), &kinds);
        let baseline = Baseline::of(&report.findings);
        let criteria = Criteria { baseline: Some(&baseline), ..Criteria::default() };
        let judgement = judge(&mut [report.clone()], &criteria);
        prop_assert_eq!(judgement.verdict.outcome, Outcome::Pass);
        prop_assert_eq!(judgement.stale, []);
        prop_assert_eq!(baseline.shrunk_to(&report.findings), baseline);
    }

    #[test]
    fn shrinking_never_adds_and_doing_it_twice_changes_nothing(known in kinds(), found in kinds()) {
        let bump = Bump::new();
        let arena = Arena::new(&bump);
        let known = Baseline::of(&report(&arena, &known).findings);
        let found = report(&arena, &found).findings;
        let shrunk = known.shrunk_to(&found);
        prop_assert_eq!(shrunk.growth_since(&known, &Change::default()), []);
        let was_there = |now: &Entry| known.entries().iter().any(|old| old.key() == now.key() && old.count >= now.count);
        prop_assert!(shrunk.entries().iter().all(was_there));
        prop_assert_eq!(shrunk.shrunk_to(&found), shrunk);
    }

    #[test]
    fn a_baseline_did_not_grow_since_itself(known in kinds()) {
        let bump = Bump::new();
        let known = Baseline::of(&report(&Arena::new(&bump), &known).findings);
        prop_assert_eq!(known.growth_since(&known, &Change::default()), []);
    }

    #[test]
    fn any_text_is_read_or_refused_at_one_of_its_lines(lines in prop::collection::vec("[{}\":a-z,0-9<=>\\\\ ]{0,20}", 0..6)) {
        let text = format!("{HEADER}\n{}", lines.join("\n"));
        if let Err(error) = Baseline::parse(&text) {
            prop_assert!((1..=lines.len() + 1).contains(&error.line));
        }
    }
}
