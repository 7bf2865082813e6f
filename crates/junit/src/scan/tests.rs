use proptest::prelude::*;

use super::*;

/// `id status retries` of each case, and what is known of the whole.
fn read(document: &str) -> (Vec<String>, Scan) {
    let mut cases = Vec::new();
    let scan = scan(document.as_bytes(), Limits::default(), &mut |case, _| {
        cases.push(format!("{} {} {}", case.id(), case.status.as_str(), case.retries));
    });
    (cases, scan.unwrap())
}

fn refused(document: &str) -> String {
    scan(document.as_bytes(), Limits::default(), &mut |_, _| {}).unwrap_err().what
}

fn pytest(cases: &str) -> String {
    format!("<testsuites name='pytest tests'><testsuite name='pytest'>{cases}</testsuite></testsuites>")
}

#[test]
fn cases_outside_of_a_suite_and_in_several_roots_count() {
    let (cases, scan) =
        read("<testcase name='a'/><testsuites><testsuite name='s'><testcase name='b'/></testsuite></testsuites>");
    assert_eq!(cases, ["a passed 0", "s::b passed 0"]);
    assert_eq!((scan.suites.len(), scan.cases, scan.problems), (2, 2, vec![]));
}

#[test]
fn an_error_of_a_suite_counts_as_a_case() {
    let (cases, scan) = read("<testsuite name='s'><error message='setUpBeforeClass'/><testcase name='a'/></testsuite>");
    assert_eq!(cases, ["s::(the suite itself) errored 0", "s::a passed 0"]);
    assert_eq!(scan.totals().errored, 1);
}

#[test]
fn how_a_case_ended_is_told_by_its_elements_and_else_by_its_status() {
    for (case, status) in [
        ("<testcase status='passed'/>", Status::Passed),
        ("<testcase status='failed'/>", Status::Failed),
        ("<testcase result='Error'/>", Status::Failed),
        ("<testcase status='notrun'/>", Status::Skipped),
        ("<testcase status='skipped'><failure/></testcase>", Status::Failed),
        ("<testcase><skipped/><failure/></testcase>", Status::Failed),
        ("<testcase><failure/><error/></testcase>", Status::Errored),
        ("<testcase><flakyFailure/></testcase>", Status::Passed),
        ("<testcase><rerunFailure/></testcase>", Status::Failed),
        ("<testcase><system-out><failure/></system-out></testcase>", Status::Passed),
    ] {
        let mut ended = Vec::new();
        scan(case.as_bytes(), Limits::default(), &mut |case, _| ended.push((case.status, !case.faults.is_empty())))
            .unwrap();
        assert_eq!(ended, [(status, status.is_red())], "{case}");
    }
}

#[test]
fn bare_cases_of_pytest_are_attempts_of_the_one_behind_them() {
    let (cases, scan) = read(&pytest(
        "<testcase classname='t' name='a' time='1'/><testcase classname='t' name='a' time='1'/>\
         <testcase classname='t' name='a' time='1'><failure message='no'/></testcase><testcase classname='t' name='b'/>",
    ));
    assert_eq!(cases, ["t::a passed 0", "t::a passed 1", "t::a failed 2", "t::b passed 0"]);
    assert_eq!(scan.totals(), Totals { tests: 2, passed: 1, failed: 1, time: 1_000_000_000, ..Totals::default() });
    assert_eq!((scan.folds.get(&0), scan.folds.get(&1)), (Some(&Fold::Dropped), Some(&Fold::Dropped)));
    assert!(matches!(scan.folds.get(&2), Some(Fold::Deciding(attempts)) if attempts.len() == 2));
    assert_eq!(scan.cases, 4);
}

#[test]
fn of_pytest_what_passed_behind_a_bare_case_is_flaky_and_what_is_red_stays() {
    assert_eq!(read(&pytest("<testcase name='a'/><testcase name='a'/>")).1.totals().flaky, 1);
    let (_, scan) = read(&pytest("<testcase name='a'><failure/></testcase><testcase name='a'/>"));
    assert_eq!((scan.totals().tests, scan.totals().failed), (2, 1));
    let (_, scan) =
        read(&pytest("<testcase name='a'/><testcase name='a'><error message='failed on teardown with x'/></testcase>"));
    assert_eq!((scan.totals().tests, scan.totals().errored, scan.folds.len()), (2, 1, 0));
}

#[test]
fn equal_names_elsewhere_are_never_attempts() {
    let pytest = pytest("<testcase name='a'/>");
    let (_, scan) =
        read(&format!("{pytest}<testsuite name='jest'><testcase name='a'/><testcase name='a'/></testsuite>"));
    assert_eq!((scan.totals().tests, scan.folds.len()), (3, 0));
}

#[test]
fn a_suite_that_states_tests_and_holds_none_is_a_problem() {
    let (_, scan) = read("<testsuite name='s' tests='3'/>");
    assert_eq!(scan.problems, ["the suite `s` states 3 tests and holds none"]);
    let (_, scan) = read("<testsuite name='s' tests='1' failures='1'><testcase name='a'/></testsuite>");
    assert_eq!(scan.problems, ["the suite `s` states 1 failures and errors, and holds none"]);
    let (_, scan) = read("<testsuite name='s' tests='2'><testcase name='a'/></testsuite>");
    assert!(scan.problems.is_empty());
    assert_eq!(scan.notes, ["1 suites state totals that differ from their cases; the cases count"]);
}

#[test]
fn the_case_that_was_open_when_the_report_breaks_off_is_an_error() {
    let (cases, scan) = read("<testsuite name='s'><testcase name='a'/><testcase name='b'>");
    assert_eq!(cases, ["s::a passed 0", "s::b errored 0"]);
    assert!(scan.problems[0].contains("cut short") && scan.verbatim.is_none(), "{:?}", scan.problems);
    assert_eq!((scan.totals().tests, scan.totals().errored), (2, 1));
}

#[test]
fn what_is_no_report_of_tests_is_refused_with_its_reason() {
    assert_eq!(refused(""), "there is no document in it");
    assert!(refused("<checkstyle/>").contains("judged by stepgate-lint"));
    assert!(refused("<coverage/>").contains("--coverage"));
    assert!(refused("<!DOCTYPE a [<!ENTITY b 'c'>]><testsuite/>").contains("document type"));
    assert!(refused("Fatal error: no memory").contains("text outside of any element"));
}

#[test]
fn texts_are_cut_at_the_limit_and_say_so() {
    let document = format!("<testcase><failure>{}</failure></testcase>", "é".repeat(200_000));
    let mut text = String::new();
    let limits = Limits { text: 1001 };
    scan(document.as_bytes(), limits, &mut |case, _| text.clone_from(&case.faults[0].text)).unwrap();
    assert!(text.starts_with('é') && text.ends_with("the merged report has all of it") && text.len() < 1100, "{text}");
}

proptest! {
    #[test]
    fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _any = scan(&bytes[..], Limits::default(), &mut |_, _| {});
    }

    #[test]
    fn nothing_that_looks_like_a_report_panics(pieces in prop::collection::vec(prop::sample::select(vec![
        "<testsuites>", "</testsuites>", "<testsuite name='pytest'>", "</testsuite>", "<testcase name='a'>", "</testcase>",
        "<failure>", "</failure>", "<error/>", "<skipped/>", "<rerunFailure/>", "<![CDATA[", "]]>", "&lt;", "\u{1b}", "<!--", "-->",
    ]), 0..30)) {
        let _any = scan(pieces.concat().as_bytes(), Limits::default(), &mut |_, _| {});
    }

    #[test]
    fn what_is_cut_short_always_has_a_problem(cut in 0..WHOLE.len()) {
        let document = &WHOLE.as_bytes()[..cut];
        // Of a prologue alone there is nothing to read, and that is an error.
        if let Ok(scan) = scan(document, Limits::default(), &mut |_, _| {}) {
            prop_assert!(!scan.problems.is_empty(), "{}", String::from_utf8_lossy(document));
        }
    }
}

const WHOLE: &str = "<?xml version=\"1.0\"?><testsuites name=\"é\"><testsuite name=\"s\" tests=\"2\"><properties><property name=\"a\" \
                     value=\"b\"/></properties><testcase name=\"x\" classname=\"é\"/><testcase name='y'><failure>é &lt;</failure>\
                     <system-out><![CDATA[é]]></system-out><!-- é --></testcase></testsuite></testsuites>";
