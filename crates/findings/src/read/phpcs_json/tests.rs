use crate::read::json::testing::{show, survives_damage};
use crate::read::phpcs::line_breaks;

const REPORT: &str = r#"{"totals":{"errors":1,"warnings":1,"fixable":1},"files":{
    "\/repo\/src\/Clean.php":{"errors":0,"warnings":0,"messages":[]},
    "\/repo\/src\/A.php":{"errors":1,"warnings":1,"messages":[
        {"message":"Expected 1 space before \"=\"","source":"PSR12.Operators.OperatorSpacing.NoSpaceBefore","severity":5,"fixable":true,"type":"ERROR","line":3,"column":7},
        {"message":"Line exceeds 120 characters","source":"Generic.Files.LineLength.TooLong","severity":5,"fixable":false,"type":"WARNING","line":4,"column":121}]}}}
"#;

#[test]
fn errors_and_warnings_are_read_with_sniff_line_and_column() {
    insta::assert_snapshot!(show(super::read, REPORT), @r#"
    phpcs
      high src/A.php:3:0:7 [PSR12.Operators.OperatorSpacing.NoSpaceBefore] "Expected 1 space before \"=\""
      medium src/A.php:4:0:121 [Generic.Files.LineLength.TooLong] "Line exceeds 120 characters"
    left: "\n"
    "#);
}

#[test]
fn a_report_on_standard_input_has_the_path_that_phpcs_gives_it() {
    let text = r#"{"totals":{"errors":1,"warnings":0,"fixable":0},"files":{"STDIN":{"errors":1,"warnings":0,"messages":[
        {"message":"m","source":"S","severity":5,"fixable":false,"type":"ERROR","line":1,"column":1}]}}}"#;
    insta::assert_snapshot!(show(super::read, text), @r#"
    phpcs
      high STDIN:1:0:1 [S] "m"
    "#);
}

#[test]
fn no_files_is_a_clean_report() {
    let text = r#"{"totals":{"errors":0,"warnings":0,"fixable":0},"files":{}}"#;
    assert_eq!(show(super::read, text), "phpcs\n");
}

/// The hole may be at the start, in the middle or at the end of the list; commas in strings are not holes.
#[test]
fn messages_that_are_not_utf8_leave_holes_which_are_read_over_and_told() {
    let message =
        r#"{"message":"a,,b[,c","source":"S","severity":5,"fixable":false,"type":"ERROR","line":1,"column":1}"#;
    for (list, lost) in [
        (format!("[,{message}]"), 1),
        (format!("[{message},,{message}]"), 1),
        (format!("[{message},,,{message}]"), 2),
        (format!("[{message}, ]"), 1),
    ] {
        let kept = list.matches("a,,b").count();
        let text = format!(
            r#"{{"totals":{{"errors":{0},"warnings":0,"fixable":0}},"files":{{"/repo/a.php":{{"errors":{0},"warnings":0,"messages":{list}}}}}}}{{}}"#,
            kept + lost
        );
        let shown = show(super::read, &text);
        assert_eq!(shown.matches(r#"high a.php:1:0:1 [S] "a,,b[,c""#).count(), kept, "{shown}");
        let problem =
            format!("problem: a.php: the report says {} errors and 0 warnings, but holds {kept} messages", kept + lost);
        assert!(shown.contains(&problem), "{shown}");
        let told = if lost == 1 { "left a message out".to_owned() } else { format!("left {lost} messages out") };
        assert!(shown.contains(&told), "{shown}");
        assert!(shown.ends_with("left: \"{}\"\n"), "{shown}");
    }
}

#[test]
fn raw_control_characters_in_a_path_are_read() {
    let text = "{\"totals\":{\"errors\":1,\"warnings\":0},\"files\":{\"/repo/new\nline.php\":{\"errors\":1,\"warnings\":0,\"messages\":[\
        {\"message\":\"m\",\"source\":\"S\",\"type\":\"ERROR\",\"line\":1,\"column\":1}]}}}";
    insta::assert_snapshot!(show(super::read, text), @r#"
    phpcs
      high new
    line.php:1:0:1 [S] "m"
      note: 1 raw control characters in strings were read as such
    "#);
}

#[test]
fn counts_that_do_not_match_are_problems_and_many_of_them_are_summed_up() {
    let files: Vec<_> =
        (0..8).map(|n| format!(r#""/repo/{n}.php":{{"errors":1,"warnings":0,"messages":[]}}"#)).collect();
    let text = format!(r#"{{"totals":{{"errors":8,"warnings":0}},"files":{{{}}}}}"#, files.join(","));
    insta::assert_snapshot!(show(super::read, &text), @"
    phpcs
      problem: 0.php: the report says 1 errors and 0 warnings, but holds 0 messages
      problem: 1.php: the report says 1 errors and 0 warnings, but holds 0 messages
      problem: 2.php: the report says 1 errors and 0 warnings, but holds 0 messages
      problem: 3.php: the report says 1 errors and 0 warnings, but holds 0 messages
      problem: 4.php: the report says 1 errors and 0 warnings, but holds 0 messages
      problem: … and the same of 3 more files
      problem: totals say 8 errors and 0 warnings, but the report holds 0 messages
    ");
}

#[test]
fn what_stands_before_the_cut_of_a_truncated_report_is_kept() {
    let cut = REPORT.find("Line exceeds").expect("there is such a message");
    insta::assert_snapshot!(show(super::read, &REPORT[..cut]), @r#"
    phpcs
      high src/A.php:3:0:7 [PSR12.Operators.OperatorSpacing.NoSpaceBefore] "Expected 1 space before \"=\""
      problem: the PHP_CodeSniffer JSON report is cut short: it ends at line 5, column 20, in files."/repo/src/A.php".messages[1].message; the tool was stopped, or the file is not all there; only what stands before that was read
    "#);
}

#[test]
fn what_is_not_a_phpcs_report_is_refused_with_the_place() {
    let wrap = |message: &str| {
        format!(
            r#"{{"totals":{{"errors":1,"warnings":0}},"files":{{"/a.php":{{"errors":1,"warnings":0,"messages":[{message}]}}}}}}"#
        )
    };
    for (wrong, right) in [
        (r#"{"totals":{"errors":0,"warnings":0}}"#.to_owned(), "missing field `files`"),
        (r#"{"files":{}}"#.to_owned(), "missing field `totals`"),
        (r#"{"totals":{"errors":0,"warnings":0},"files":[1]}"#.to_owned(), "files: invalid type"),
        (wrap(r#"{"source":"S","type":"ERROR","line":1}"#), r#"files."/a.php".messages[0]: missing field `message`"#),
        (wrap(r#"{"message":"m","source":"S","line":1}"#), r#"files."/a.php".messages[0]: missing field `type`"#),
        (wrap(r#"{"message":"m","source":"S","type":"ERROR"}"#), r#"files."/a.php".messages[0]: missing field `line`"#),
        (
            wrap(r#"{"message":"m","source":"S","type":"BLAH","line":1}"#),
            r#"files."/a.php".messages[0].type: unknown variant `BLAH`, expected `ERROR` or `WARNING`"#,
        ),
    ] {
        let shown = show(super::read, &wrong);
        assert!(shown.starts_with("error: ") && shown.contains(right), "{wrong}\n{shown}");
    }
}

#[test]
fn line_breaks_come_back_and_names_of_line_endings_stay() {
    for (written, meant) in [
        (r"two lines:\n  second", "two lines:\n  second"),
        (r"first.\nSecond", "first.\nSecond"),
        (r"word\n next", "word\n next"),
        (r#"expected "\n" but found "\r\n""#, r#"expected "\n" but found "\r\n""#),
        (r"Use \App\name instead of App\notifications", r"Use \App\name instead of App\notifications"),
        ("nothing", "nothing"),
    ] {
        assert_eq!(line_breaks(written), meant);
    }
}

#[test]
fn damaged_reports_never_panic() {
    survives_damage(super::read, REPORT);
}

#[test]
fn a_lost_message_is_a_problem_also_when_nobody_counted_it() {
    let text = r#"{"totals":{"errors":0,"warnings":0,"fixable":0},"files":{"a.php":{"errors":0,"warnings":0,"messages":[,,]}}}"#;
    let shown = show(super::read, text);
    assert!(shown.contains("problem: PHP_CodeSniffer left"), "{shown}");
}
