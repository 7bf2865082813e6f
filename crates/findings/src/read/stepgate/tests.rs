use crate::model::{Disposition, Muted};
use crate::read::json::testing::{reading, show, survives_damage};

const REPORT: &str = r#"{"schema":"stepgate.report/v1","program":"stepgate-lint","version":"0.1.0","verdict":"fail",
    "reasons":["1 finding blocks"],"totals":{"findings":4},"notes":["phpcs.json: a note"],
    "inputs":[{"path":"phpstan.json","format":"phpstan-json","tool":"phpstan","complete":true,"problem":null,"findings":1},
              {"path":"phpcs.json","format":"phpcs-json","tool":"phpcs","complete":false,"problem":"cut short","findings":3}],
    "findings":[
        {"tool":"phpstan","rule":"argument.type","severity":"critical","message":"m","path":"src/A.php","line":3,"end_line":4,"column":5,
         "disposition":"blocking","muted_by":null,"fingerprint":"00","count":1,"ignorable":false,"help":"h","rule_help":"rh",
         "link":"https://x/","context":"class App\\A","diff":"@@"},
        {"tool":"phpcs","rule":"S","severity":"medium","message":"n","path":"src/B.php","line":null,"end_line":null,"column":null,
         "disposition":"muted","muted_by":{"reason":"baseline","detail":null},"fingerprint":"01","count":2},
        {"tool":"phpcs","rule":null,"severity":"low","message":"o","path":null,"line":null,"end_line":null,"column":null,
         "disposition":"muted","muted_by":{"reason":"suppressed","detail":"ok"},"fingerprint":"02","count":1,"suppressed":"ok"}]}"#;

#[test]
fn a_run_comes_back_for_each_input_with_its_findings_and_problems() {
    insta::assert_snapshot!(show(super::read, REPORT), @r#"
    phpstan
      critical src/A.php:3:4:5 [argument.type] "m" not-ignorable
        rule-help: "rh"
        link: "https://x/"
        help: "h"
        context: "class App\\A"
        diff: "@@"
      note: phpcs.json: a note
      note: this gate said no: 1 finding blocks
    phpcs
      medium src/B.php:0:0:0 [S] "n" x2
      low :0:0:0 [] "o"
        suppressed: "ok"
      problem: cut short
    "#);
}

#[test]
fn dispositions_come_back_and_an_unknown_reason_mutes_nothing() {
    let dispositions = |text: &str| {
        reading(super::read, None, text, |parsed| {
            let reports = parsed.expect("a sound report").reports;
            reports.iter().flat_map(|report| &report.findings).map(|finding| finding.disposition).collect::<Vec<_>>()
        })
    };
    let (blocking, suppressed) = (Disposition::Blocking, Disposition::Muted(Muted::Suppressed));
    assert_eq!(dispositions(REPORT), [blocking, Disposition::Muted(Muted::Baseline), suppressed]);
    let unknown = REPORT.replace(r#""baseline""#, r#""full-moon""#);
    assert_eq!(dispositions(&unknown), [blocking, Disposition::Reported, suppressed]);
}

#[test]
fn findings_that_are_missing_or_too_many_make_it_incomplete() {
    for (counts, right) in [
        ((r#""findings":3}"#, r#""findings":4}"#), "problem: phpcs.json had 4 findings, but the report holds 3"),
        ((r#""findings":3}"#, r#""findings":1}"#), "problem: phpcs.json had 1 findings, but the report holds 2"),
        (
            (r#""findings":3}"#, r#""findings":0}"#),
            "problem: the gate says of none of its inputs that it held the last 2 findings",
        ),
    ] {
        let shown = show(super::read, &REPORT.replace(counts.0, counts.1));
        assert!(shown.contains(right), "{shown}");
        assert_eq!(shown.matches(" \"n\" x2").count(), 1, "{shown}");
    }
}

#[test]
fn an_incomplete_gate_stays_incomplete_whatever_its_inputs_say() {
    let text = r#"{"schema":"stepgate.report/v1","verdict":"incomplete","reasons":["no input at all"],"inputs":[
        {"path":"a","tool":"t","complete":true,"problem":null,"findings":0}],"findings":[]}"#;
    insta::assert_snapshot!(show(super::read, text), @"
    t
      problem: the gate was incomplete: no input at all
    ");
    insta::assert_snapshot!(show(super::read, &text.replace(r#""complete":true"#, r#""complete":false"#)), @"
    t
      problem: the gate found it incomplete
    ");
    let without_inputs = r#"{"schema":"stepgate.report/v1","verdict":"pass","inputs":[],"findings":[]}"#;
    insta::assert_snapshot!(show(super::read, without_inputs), @"
    unknown
      problem: the gate had no input
    ");
}

#[test]
fn a_gate_that_said_no_for_what_no_finding_shows_is_not_judged_again_to_a_pass() {
    let text = r#"{"schema":"stepgate.report/v1","verdict":"fail","reasons":["the baseline grew"],"inputs":[
        {"path":"a","tool":"t","complete":true,"problem":null,"findings":0}],"findings":[]}"#;
    insta::assert_snapshot!(show(super::read, text), @"
    t
      problem: the gate said no for another reason than its findings: the baseline grew
      note: this gate said no: the baseline grew
    ");
}

#[test]
fn what_is_not_our_report_is_refused_with_the_place() {
    for (cut, right) in [
        (r#""schema":"stepgate.report/v1","#, "the document: missing field `schema`"),
        (r#""severity":"medium","#, "findings[1]: missing field `severity`"),
        (r#""message":"m","#, "findings[0]: missing field `message`"),
        (r#""verdict":"fail","#, "the document: missing field `verdict`"),
    ] {
        let shown = show(super::read, &REPORT.replace(cut, ""));
        assert!(shown.starts_with("error: ") && shown.contains(right), "{shown}");
    }
    let newer = show(super::read, &REPORT.replace("report/v1", "report/v2"));
    assert_eq!(newer, r#"error: not a usable stepgate.report/v1: schema: it says "stepgate.report/v2""#);
}

#[test]
fn damaged_reports_never_panic() {
    survives_damage(super::read, REPORT);
}
