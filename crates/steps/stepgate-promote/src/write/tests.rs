use jiff::Timestamp;
use promotion::{Plan, Verdict};
use schemars::Schema;

use super::fixture::{allowed, board, context, empty, large, plan_of, refused, report, status_of, waiting};
use super::{Context, Options, plan, status};
use crate::report::Report;

/// A committed schema is renewed when asked to, and otherwise must be what the types give.
pub(crate) fn is_up_to_date(schema: &Schema, committed: &str, name: &str) {
    let mut schema = serde_json::to_string_pretty(schema).expect("JSON");
    schema.push('\n');
    let path = format!("{}/schema/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
    #[expect(clippy::disallowed_methods, reason = "a test that generates a committed file when asked to")]
    if std::env::var_os("STEPGATE_GENERATE").is_some() {
        std::fs::write(path, schema).expect("written");
        return;
    }
    assert!(
        schema == committed,
        "the document changed; renew its schema: STEPGATE_GENERATE=1 cargo test -p stepgate-promote schema"
    );
}

/// What must never reach a screen as it is.
fn assert_harmless(text: &str) {
    for hostile in ['\u{1b}', '\u{202e}', '\r'] {
        assert!(!text.contains(hostile), "{hostile:?} in {text}");
    }
}

#[test]
fn the_terminal_has_the_matrix_then_what_wants_attention() {
    let text = status_of(status::Output::Terminal, &board(), &Options::default());
    assert_harmless(&text);
    insta::assert_snapshot!(text);
}

/// The lines between the heading and the legend.
fn matrix(text: &str) -> impl Iterator<Item = &str> {
    text.lines().skip(3).take_while(|line| !line.starts_with('✓'))
}

#[test]
fn a_narrow_terminal_leaves_out_digests_and_then_has_a_line_for_each_environment() {
    let at = |width| {
        let options = Options { width: Some(width), ..Options::default() };
        let text = status_of(status::Output::Terminal, &large(3), &options);
        assert!(matrix(&text).all(|line| line.chars().count() <= width), "{text}");
        matrix(&text).map(|line| format!("{line}\n")).collect::<String>()
    };
    insta::assert_snapshot!([160, 110, 60].map(at).join("-----\n"));
}

#[test]
fn a_hundred_services_are_a_line_each() {
    let text = status_of(status::Output::Terminal, &large(100), &Options { width: Some(200), ..Options::default() });
    assert_eq!(text.lines().filter(|line| line.starts_with("service-")).count(), 100);
    let lengths: Vec<_> = text.lines().map(|line| line.chars().count()).collect();
    assert!(lengths.iter().all(|length| *length <= 200), "{lengths:?}");
}

#[test]
fn colour_is_there_only_when_it_is_asked_for_and_changes_no_word() {
    let plain = status_of(status::Output::Terminal, &board(), &Options::default());
    let colour = status_of(status::Output::Terminal, &board(), &Options { colour: true, ..Options::default() });
    assert!(!plain.contains('\u{1b}') && colour.contains('\u{1b}'));
    assert_eq!(anstream::adapter::strip_str(&colour).to_string(), plain);
}

#[test]
fn an_empty_board_says_so_in_every_format() {
    let texts = [status::Output::Terminal, status::Output::Markdown]
        .map(|output| status_of(output, &empty(), &Options::default()));
    insta::assert_snapshot!(texts.join("-----\n"));
    assert!(status_of(status::Output::Html, &empty(), &Options::default()).contains("names no service"));
}

#[test]
fn a_comment_is_a_table_with_what_is_held_above_it() {
    let text = status_of(status::Output::Markdown, &board(), &Options::default());
    assert_harmless(&text);
    assert!(!text.contains("<script") && !text.contains("@team"), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn a_comment_is_never_longer_than_it_may_be_and_says_what_it_leaves_out() {
    let text = status_of(status::Output::Markdown, &large(2_000), &Options::default());
    assert!(text.chars().count() <= 32_768 && text.contains(" more\n"), "{}", text.len());
}

#[test]
fn the_json_of_a_board_has_everything_and_fits_its_schema() {
    let text = status_of(status::Output::Json, &board(), &Options::default());
    fits(&text, status::SCHEMA);
    insta::assert_snapshot!(text);
    fits(&status_of(status::Output::Json, &empty(), &Options::default()), status::SCHEMA);
}

#[test]
fn the_json_of_plans_has_everything_and_fits_its_schema() {
    let plans = [waiting(), refused(), allowed()];
    let text = plan_of(plan::Output::Json, &plans, &Options::default());
    fits(&text, plan::SCHEMA);
    insta::assert_snapshot!(text);
    fits(&plan_of(plan::Output::Json, &[], &Options::default()), plan::SCHEMA);
}

fn fits(text: &str, schema: &str) {
    let [document, schema] = [text, schema].map(|text| serde_json::from_str(text).expect("JSON"));
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<_> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn a_plan_has_its_verdict_first_and_a_line_for_every_guardrail() {
    let text = [waiting(), refused(), allowed()]
        .map(|plan| plan_of(plan::Output::Terminal, &[plan], &Options { width: Some(100), ..Options::default() }));
    assert_harmless(&text.concat());
    insta::assert_snapshot!(text.join("-----\n"));
}

#[test]
fn several_plans_begin_with_what_follows_for_all_of_them() {
    let text = plan_of(plan::Output::Terminal, &[allowed(), waiting()], &Options::default());
    insta::assert_snapshot!(text);
}

#[test]
fn the_worst_plan_decides_and_none_at_all_is_no_yes() {
    assert_eq!(Plan::together(&[]), Verdict::NotMet);
    assert_eq!(Plan::together(&[allowed()]), Verdict::Met);
    assert!(matches!(Plan::together(&[allowed(), waiting()]), Verdict::NotYet(Some(_))));
    assert_eq!(Plan::together(&[waiting(), allowed(), refused()]), Verdict::NotMet);
}

#[test]
fn the_description_of_a_pull_request_is_short_harmless_and_says_every_guardrail() {
    let text = plan::markdown(&report(&[waiting(), refused()]), None);
    assert_harmless(&text);
    assert!(!text.contains("<script") && !text.contains("@team"), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn the_description_of_a_pull_request_does_not_change_with_the_time_or_the_tip() {
    let told = |context: &Context| {
        let report = Report { context: context.clone(), ..report(&[waiting()]) };
        plan::markdown(&report, None)
    };
    let later = Context { now: Timestamp::MAX, tip: "f".repeat(40), ..context() };
    assert_eq!(told(&context()), told(&later));
}

#[test]
fn a_description_that_is_too_long_says_what_it_leaves_out() {
    let mut plan = waiting();
    plan.guardrails = std::iter::repeat_n(plan.guardrails, 500).flatten().collect();
    let text = plan::markdown(&report(&[plan]), Some(2_000));
    assert!(text.chars().count() <= 2_000 && text.contains("more\n"), "{text}");
}

#[test]
fn formats_have_their_names_and_others_are_told_which_there_are() {
    assert_eq!(status::Output::from_name("html"), Ok(status::Output::Html));
    assert_eq!(
        plan::Output::from_name("html").unwrap_err(),
        "`html` is no format of a plan; there are json, markdown and terminal"
    );
    assert!(status::Output::from_name("pdf").unwrap_err().contains("html, json"));
}
