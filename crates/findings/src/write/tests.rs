mod roundtrip;

use super::fixture::{HOSTILE, REPORTS, clean, gate, large, written};
use super::*;

fn options() -> Options<'static> {
    Options {
        reports: REPORTS,
        source: Some("https://bitbucket.org/acme/shop/src/4f3c2d1"),
        subject: Some("acme/shop at 4f3c2d1"),
        ..Options::default()
    }
}

#[test]
fn every_format_is_found_by_its_name() {
    for output in Output::ALL {
        assert_eq!(Output::from_name(output.as_str()), Some(output));
    }
    assert_eq!(Output::from_name("yaml"), None);
}

#[test]
fn the_terminal_says_the_verdict_then_what_blocks_then_where_to_read_on() {
    insta::assert_snapshot!(written(Output::Terminal, &gate(), &options()));
}

#[test]
fn the_terminal_keeps_to_its_width() {
    let text = written(Output::Terminal, &gate(), &Options { width: Some(60), ..options() });
    assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn the_terminal_has_colour_only_when_asked() {
    assert!(!written(Output::Terminal, &gate(), &options()).contains('\u{1b}'));
    let coloured = written(Output::Terminal, &gate(), &Options { colour: true, ..options() });
    assert!(
        coloured.starts_with("\u{1b}[1m\u{1b}[31mINCOMPLETE stepgate-lint: 1 input cannot be relied on\u{1b}[0m\n")
    );
}

#[test]
fn the_terminal_shows_the_first_findings_of_many_and_says_where_the_rest_is() {
    let bump = bumpalo::Bump::new();
    let gate = large(&bump, 5_000);
    let text = written(Output::Terminal, &gate, &options());
    assert_eq!(text.matches("expects int").count(), 50);
    assert!(text.contains("+4,950 more in build/report.html"), "{text}");
}

#[test]
fn a_pass_is_a_line_and_the_totals() {
    insta::assert_snapshot!(written(Output::Terminal, &clean(), &Options::default()), @r"
    PASS stepgate-lint: nothing blocks

    tool     findings  blocking  reported  muted
    phpstan         0         0         0      0
    ");
}

#[test]
fn junit_has_a_case_for_each_finding_of_the_change() {
    insta::assert_snapshot!(written(Output::Junit, &gate(), &options()));
}

#[test]
fn a_tool_with_nothing_to_say_passes_in_junit() {
    insta::assert_snapshot!(written(Output::Junit, &clean(), &options()));
}

#[test]
fn checkstyle_has_what_is_not_muted_file_by_file() {
    insta::assert_snapshot!(written(Output::Checkstyle, &gate(), &options()));
}

#[test]
fn gitlab_has_what_is_not_muted() {
    let text = written(Output::Gitlab, &gate(), &options());
    insta::assert_json_snapshot!(serde_json::from_str::<serde_json::Value>(&text).unwrap());
}

#[test]
fn gitlab_fingerprints_are_unique() {
    let mut gate = gate();
    let twice = gate.reports[0].findings[0];
    gate.reports[0].findings.extend([twice, twice]);
    let issues: serde_json::Value = serde_json::from_str(&written(Output::Gitlab, &gate, &options())).unwrap();
    let mut seen = std::collections::HashSet::new();
    assert!(issues.as_array().unwrap().iter().all(|issue| seen.insert(issue["fingerprint"].to_string())), "{issues:#}");
}

#[test]
fn xml_formats_are_well_formed_whatever_a_message_says() {
    for output in [Output::Junit, Output::Checkstyle] {
        let text = written(output, &gate(), &options());
        let mut reader = quick_xml::Reader::from_str(&text);
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Start(e) => assert_ne!(e.name().as_ref(), "script"),
                _ => {}
            }
        }
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}

#[test]
fn markdown_is_the_verdict_what_is_new_and_the_totals() {
    insta::assert_snapshot!(written(Output::Markdown, &gate(), &options()));
}

#[test]
fn markdown_says_where_the_findings_are_that_it_has_no_room_for() {
    let bump = bumpalo::Bump::new();
    let gate = large(&bump, 30);
    let more = |options: &Options<'_>| {
        let text = written(Output::Markdown, &gate, options);
        text.lines().find(|line| line.contains("+5 more")).unwrap_or_default().to_owned()
    };
    assert_eq!(more(&options()), "\\+5 more in build/report.html");
    let comment = Options { rest: Some("in the annotations"), reports: &[], ..options() };
    assert_eq!(more(&comment), "\\+5 more in the annotations");
}

#[test]
fn markdown_is_never_longer_than_it_may_be() {
    let bump = bumpalo::Bump::new();
    let gate = large(&bump, 5_000);
    for max_chars in [0, 100, 1_000, 4_000, 32_768] {
        let options = Options { max_findings: Some(1_000), max_chars: Some(max_chars), ..options() };
        let text = written(Output::Markdown, &gate, &options);
        assert!(text.chars().count() <= max_chars, "{max_chars}: {text}");
        assert!(max_chars < 4_000 || text.contains("more in build/report.html"), "{text}");
    }
}

#[test]
fn no_format_for_people_lets_a_message_through_as_it_is() {
    for output in [Output::Terminal, Output::Markdown, Output::Html] {
        let text = written(output, &gate(), &options());
        assert!(!text.contains(HOSTILE) && !text.contains("\u{202e}") && !text.contains("\u{1b}"), "{text}");
        assert!(text.contains("alert"), "the message is shown, as text");
    }
}

#[test]
fn a_message_of_half_a_megabyte_is_cut_where_people_read() {
    let message = "x".repeat(500_000);
    let mut gate = gate();
    gate.reports[0].findings[0].message = &message;
    for output in [Output::Terminal, Output::Markdown, Output::Html] {
        assert!(written(output, &gate, &options()).len() < 40_000, "{}", output.as_str());
    }
    assert!(written(Output::Html, &gate, &options()).contains("500,000 characters in all"));
    assert!(written(Output::Json, &gate, &options()).contains(&message));
}

/// In a release build: `cargo test --release -p findings speed -- --ignored --nocapture`.
#[test]
#[ignore = "needs a release build to mean anything"]
fn speed_of_every_format_over_half_a_million_findings() {
    let bump = bumpalo::Bump::new();
    let gate = large(&bump, 458_000);
    for output in Output::ALL {
        let start = std::time::Instant::now();
        let length = written(output, &gate, &options()).len();
        println!("{:<11} {:>6} ms {length:>11} bytes", output.as_str(), start.elapsed().as_millis());
    }
}
