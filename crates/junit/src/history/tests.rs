use proptest::prelude::*;

use super::*;
use Outcome::{Failed, Flaky, Passed};

/// A run of the commit `c<commit>`; the time follows the number.
fn run(number: u8, commit: u8, outcomes: &[(&str, Outcome)]) -> Run {
    let at = jiff::Timestamp::from_second(1_795_000_000 + i64::from(number)).unwrap();
    let mut run = Run {
        run: number.to_string(),
        commit: format!("c{commit}"),
        branch: "main".to_owned(),
        at,
        tests: 10,
        ..Run::default()
    };
    for (id, outcome) in outcomes {
        run.record(id, *outcome);
    }
    run
}

fn history(runs: &[Run]) -> History {
    let mut history = History::default();
    for run in runs {
        history.add(run, |_| false);
    }
    history
}

fn text(history: &History) -> String {
    let mut out = Vec::new();
    history.write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn error(text: &str) -> String {
    History::parse(text.as_bytes()).unwrap_err().to_string()
}

const LINE: &str = r#"{"v":1,"run":"1","commit":"c","branch":"b","at":"2026-11-24T12:00:00Z","tests":2,"failed":["x"],"flaky":[],"passed":[]}"#;

#[test]
fn a_line_is_written_as_documented() {
    let run = run(1, 7, &[("App\\T::testX", Failed), ("b\u{1b}\n\"", Flaky)]);
    insta::assert_snapshot!(
        History::default().line_for(&run, |_| false),
        @r#"{"v":1,"run":"1","commit":"c7","branch":"main","at":"2026-11-18T11:06:41Z","tests":10,"failed":["App\\T::testX"],"flaky":["b\u001b\n\""],"passed":[]}"#
    );
}

#[test]
fn what_passed_is_listed_only_when_it_is_watched_or_quarantined() {
    let history = history(&[run(1, 1, &[("a", Failed), ("b", Flaky), ("c", Passed)])]);
    assert_eq!(history.runs()[0].outcomes().collect::<Vec<_>>(), [("a", Failed), ("b", Flaky)]);
    let next = run(2, 2, &[("a", Passed), ("b", Passed), ("c", Passed), ("q", Passed)]);
    let line = history.line_for(&next, |id| id == "q");
    assert!(line.ends_with("\"passed\":[\"a\",\"b\",\"q\"]}\n"), "{line}");
    assert!(history.watched().contains("a") && history.watched().contains("b") && !history.watched().contains("c"));
}

#[test]
fn adding_a_run_is_appending_its_line() {
    let mut all = history(&[run(1, 1, &[("a", Failed)])]);
    let next = run(2, 2, &[("a", Passed), ("c", Passed)]);
    let appended = text(&all) + &all.line_for(&next, |_| false);
    all.add(&next, |_| false);
    assert_eq!(History::parse(appended.as_bytes()).unwrap(), (all, vec![]));
}

#[test]
fn a_run_in_which_everything_fails_does_not_make_everything_watched() {
    let ids: Vec<String> = (0..1_500).map(|number| format!("t{number:04}")).collect();
    let outcomes: Vec<(&str, Outcome)> = ids.iter().map(|id| (id.as_str(), Failed)).collect();
    let history = history(&[run(1, 1, &[("t1499", Flaky)]), run(2, 2, &outcomes)]);
    let last = history.runs().last().unwrap();
    assert_eq!(last.outcomes().count(), 1_001);
    assert_eq!(last.outcomes().last(), Some(("t1499", Failed)));
    assert_eq!(last.unlisted, 499);
    assert_eq!(History::parse(text(&history).as_bytes()).unwrap().0, history);
}

#[test]
fn a_last_line_that_was_cut_short_is_left_out_with_a_note() {
    for end in 1..LINE.len() {
        let torn = format!("{LINE}\n{}", &LINE[..end]);
        let (history, notes) = History::parse(torn.as_bytes()).unwrap();
        assert_eq!((history.runs().len(), notes.len()), (1, 1), "{torn}");
    }
    let inside_a_character = [LINE.as_bytes(), b"\n{\"v\":1,\"run\":\"\xc3"].concat();
    let (_, notes) = History::parse(&inside_a_character).unwrap();
    insta::assert_snapshot!(notes.join("\n"), @"line 2, the last, is cut short by a write that was interrupted; it is left out");
    assert_eq!(History::parse(LINE.as_bytes()).unwrap().1, Vec::<String>::new());
}

#[test]
fn any_other_broken_line_is_an_error_with_its_number() {
    let half = &LINE[..40];
    insta::assert_snapshot!(error(&format!("{LINE}\n{half}\n{LINE}\n")), @"line 2: column 40: EOF while parsing a string");
    insta::assert_snapshot!(error(&format!("{LINE}\n\n<html>")), @"line 3: column 1: expected value");
    insta::assert_snapshot!(error(&LINE.replace("\"tests\":2,", "")), @"line 1: column 109: missing field `tests`");
    insta::assert_snapshot!(error(&LINE.replace("11-24", "11-31")), @"line 1: `at` is no time stamp: parsed date is not valid: parameter 'day' for `2026-11` is invalid, must be in range `1..=30`");
    insta::assert_snapshot!(error(&LINE.replace("[\"x\"]", "[7]")), @"line 1: column 92: invalid type: integer `7`, expected a string");
    insta::assert_snapshot!(error("{\"v\":2,\"runs\":[]}"), @"line 1: version 2 of the history is not known, only 1; a newer stepgate wrote it, or remove the file");
    insta::assert_snapshot!(error(&LINE.replace("\"v\":1", "\"v\":2")), @"line 1: version 2 of the history is not known, only 1; a newer stepgate wrote it, or remove the file");
    assert!(History::parse(b"{\"v\":1,\"run\":\"\xff\"}\n").is_err());
}

#[test]
fn unknown_keys_and_empty_lines_are_left_alone() {
    let more = LINE.replace("\"v\":1", "\"v\":1,\"new\":{\"a\":[1]}");
    let (history, notes) = History::parse(format!("\n{more}\r\n\n").as_bytes()).unwrap();
    assert_eq!((history.runs().len(), notes.len()), (1, 0));
}

#[test]
fn an_empty_file_is_noted() {
    assert_eq!(History::parse(b"").unwrap(), (History::default(), vec!["the file is empty".to_owned()]));
}

#[test]
fn a_long_id_is_cut_the_same_way_each_time_and_stays_its_own() {
    let long = "é".repeat(5_000);
    let (one, other) = (format!("{long}1"), format!("{long}2"));
    assert!(key(&one).len() <= MAX_ID && key(&one) != key(&other));
    assert_eq!(key(&key(&one)), key(&one));
    let history = history(&[run(1, 1, &[(&one, Failed)])]);
    assert!(history.watched().contains(&one) && !history.watched().contains(&other));
    assert_eq!(key(&"x".repeat(MAX_ID)), "x".repeat(MAX_ID));
    // FNV-1a of nothing and of "a", from its authors' tests.
    assert_eq!((fnv(b""), fnv(b"a")), (0xcbf2_9ce4_8422_2325, 0xaf63_dc4c_8601_ec8c));
}

#[test]
fn pruning_keeps_the_newest_runs() {
    let mut history = history(&[run(3, 1, &[]), run(1, 1, &[]), run(2, 1, &[])]);
    history.prune(2);
    assert_eq!(history.runs().iter().map(|run| run.run.as_str()).collect::<Vec<_>>(), ["2", "3"]);
    history.prune(5);
    assert_eq!(history.runs().len(), 2);
}

#[test]
fn caches_of_parallel_branches_become_one() {
    let (a, b) = (history(&[run(1, 1, &[]), run(2, 2, &[("x", Failed)])]), history(&[run(1, 1, &[]), run(3, 3, &[])]));
    assert_eq!(History::merge(&[a, b]), history(&[run(1, 1, &[]), run(2, 2, &[("x", Failed)]), run(3, 3, &[])]));
}

#[test]
fn a_test_that_fails_and_passes_on_one_commit_is_flaky_and_one_that_was_repaired_is_not() {
    let history = history(&[
        run(1, 1, &[("same", Failed), ("repaired", Failed), ("retried", Flaky)]),
        run(2, 1, &[("same", Passed), ("repaired", Failed), ("retried", Passed)]),
        run(3, 2, &[("same", Passed), ("repaired", Passed), ("retried", Flaky)]),
        run(4, 3, &[("same", Passed), ("repaired", Passed), ("retried", Passed)]),
    ]);
    let report = history.report(10);
    let same = Flakiness {
        id: "same".to_owned(),
        runs: 4,
        failed: 1,
        flaky: 0,
        flips: 1,
        same_commit_flips: 1,
        last: vec![Failed, Passed, Passed, Passed],
        passes_in_a_row: 3,
    };
    assert_eq!(report.iter().map(|test| test.id.as_str()).collect::<Vec<_>>(), ["retried", "same"]);
    assert_eq!(report[1], same);
    assert_eq!((report[0].flaky, report[0].passes_in_a_row), (2, 1));
    assert_eq!(history.report(1).len(), 1);
}

#[test]
fn runs_of_other_branches_and_of_unknown_commits_are_no_flips() {
    let on = |number, branch: &str, outcome| {
        let mut run = run(number, number, &[("x", outcome)]);
        (run.branch, run.commit) = (branch.to_owned(), String::new());
        run
    };
    let runs = [on(1, "main", Failed), on(2, "fix", Passed), on(3, "main", Failed), on(4, "fix", Passed)];
    let history = history(&runs);
    assert!(history.report(10).is_empty());
    assert_eq!(history.tallies()["x"].flips, 0);
}

#[test]
fn the_plot_has_the_last_fifty() {
    let runs: Vec<Run> =
        (0..120).map(|number| run(number, 1, &[("x", if number == 70 { Failed } else { Flaky })])).collect();
    let report = history(&runs).report(1);
    assert_eq!(report[0].last.len(), 50);
    assert_eq!(report[0].last[0], Failed);
    assert_eq!(report[0].runs, 120);
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![Just(Passed), Just(Flaky), Just(Failed)]
}

fn any_history() -> impl Strategy<Value = History> {
    let outcomes = proptest::collection::vec(("[a-c]|\\PC{0,4}|[\0-\u{ff}]{0,3}", any_outcome()), 0..4);
    let run = (0..4_u8, 0..2_u8, "[ab]?", 0..3_u64, outcomes).prop_map(|(number, commit, branch, tests, outcomes)| {
        let outcomes: Vec<(&str, Outcome)> = outcomes.iter().map(|(id, outcome)| (id.as_str(), *outcome)).collect();
        Run { branch, tests, unlisted: tests / 2, ..run(number, commit, &outcomes) }
    });
    proptest::collection::vec(run, 0..6).prop_map(History::of)
}

proptest! {
    #[test]
    fn merging_is_associative_commutative_and_idempotent(a in any_history(), b in any_history(), c in any_history()) {
        let merge = |a: &History, b: &History| History::merge(&[a.clone(), b.clone()]);
        prop_assert_eq!(merge(&merge(&a, &b), &c), merge(&a, &merge(&b, &c)));
        prop_assert_eq!(merge(&merge(&a, &b), &c), History::merge(&[c.clone(), a.clone(), b.clone()]));
        prop_assert_eq!(merge(&a, &b), merge(&b, &a));
        prop_assert_eq!(merge(&a, &a), a.clone());
        prop_assert_eq!(merge(&a, &History::default()), a);
    }

    #[test]
    fn what_is_written_is_read_back(history in any_history()) {
        let text = text(&history);
        prop_assert!(text.bytes().all(|byte| byte >= b' ' || byte == b'\n'));
        prop_assert_eq!(text.lines().count(), history.runs().len());
        let (read, _) = History::parse(text.as_bytes()).unwrap();
        prop_assert_eq!(read, history);
    }

    #[test]
    fn a_report_agrees_with_itself(history in any_history(), limit in 0..4_usize) {
        let report = history.report(limit);
        prop_assert!(report.len() <= limit);
        for test in report {
            prop_assert!(test.is_flaky() && test.failed + test.flaky <= test.runs && test.flips < test.runs);
            prop_assert!(test.passes_in_a_row <= test.last.len() && test.last.len() <= test.runs);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60), at in 0..LINE.len()) {
        let _any = History::parse(&bytes);
        let damaged = [&LINE.as_bytes()[..at], &bytes, &LINE.as_bytes()[at..]].concat();
        let _any = History::parse(&damaged);
    }
}
