use crate::read::json::testing::{show, survives_damage};

const TWO_FILES: &str = r#"{"totals":{"errors":0,"file_errors":4},"files":{
    "/repo/src/A.php":{"errors":2,"messages":[
        {"message":"Call to an undefined method App\\A::nope().","line":3,"ignorable":true,"identifier":"method.notFound"},
        {"message":"Ignored error pattern is expected to occur 2 times.","line":3,"ignorable":false,"identifier":"ignore.count"}]},
    "/repo/src/T.php (in context of class App\\A)":{"errors":2,"messages":[
        {"message":"Access to an undefined property App\\A::$x.","line":4,"ignorable":true,"tip":"Learn more: https://phpstan.org/","identifier":"property.notFound"},
        {"message":"Never matched.","line":null,"ignorable":true,"identifier":"ignore.unmatched"}]}
    },"errors":[]}"#;

#[test]
fn findings_keep_line_identifier_tip_trait_context_and_whether_they_can_be_ignored() {
    insta::assert_snapshot!(show(super::read, TWO_FILES), @r#"
    phpstan
      high src/A.php:3:0:0 [method.notFound] "Call to an undefined method App\\A::nope()."
      critical src/A.php:3:0:0 [ignore.count] "Ignored error pattern is expected to occur 2 times." not-ignorable
      high src/T.php:4:0:0 [property.notFound] "Access to an undefined property App\\A::$x."
        help: "Learn more: https://phpstan.org/"
        context: "class App\\A"
      critical src/T.php:0:0:0 [ignore.unmatched] "Never matched." not-ignorable
        context: "class App\\A"
    "#);
}

#[test]
fn a_clean_report_is_clean_in_both_spellings_of_no_files() {
    for files in ["[]", "{}"] {
        let text = format!(r#"{{"totals":{{"errors":0,"file_errors":0}},"files":{files},"errors":[]}}"#);
        assert_eq!(show(super::read, &text), "phpstan\n");
    }
}

#[test]
fn a_second_document_on_the_stream_is_left_for_the_next_reader() {
    let text = r#"{"totals":{"errors":0,"file_errors":0},"files":{},"errors":[]} {"totals":1}"#;
    insta::assert_snapshot!(show(super::read, text), @r#"
    phpstan
    left: " {\"totals\":1}"
    "#);
}

#[test]
fn errors_of_the_run_itself_make_the_report_incomplete() {
    let text = r#"{"totals":{"errors":1,"file_errors":0},"files":[],"errors":["Ignored error pattern #foo# was not matched."]}"#;
    insta::assert_snapshot!(show(super::read, text), @"
    phpstan
      problem: PHPStan reports an error of the run itself: Ignored error pattern #foo# was not matched.
    ");
}

#[test]
fn a_syntax_error_hides_every_other_finding_and_so_is_a_problem() {
    let text = r#"{"totals":{"errors":0,"file_errors":1},"files":{"/repo/a.php":{"errors":1,"messages":[
        {"message":"Syntax error, unexpected EOF","line":9,"ignorable":false,"identifier":"phpstan.parse"}]}},"errors":[]}"#;
    insta::assert_snapshot!(show(super::read, text), @r#"
    phpstan
      critical a.php:9:0:0 [phpstan.parse] "Syntax error, unexpected EOF" not-ignorable
      problem: PHPStan could not analyse a.php and leaves other findings out: Syntax error, unexpected EOF
    "#);
}

#[test]
fn counts_that_do_not_match_are_problems() {
    let text = r#"{"totals":{"errors":2,"file_errors":5},"files":{"/repo/a.php":{"errors":3,"messages":[
        {"message":"m","line":"9","ignorable":true}]}},"errors":[]}"#;
    insta::assert_snapshot!(show(super::read, text), @r#"
    phpstan
      high a.php:9:0:0 [] "m"
      problem: a.php: the report says 3 errors, but holds 1
      problem: totals.file_errors says 5, but the report holds 1
      problem: totals.errors says 2, but the report holds 0
    "#);
}

#[test]
fn what_stands_before_the_cut_of_a_truncated_report_is_kept() {
    let cut = TWO_FILES.find(r#""tip""#).expect("there is a tip");
    insta::assert_snapshot!(show(super::read, &TWO_FILES[..cut]), @r#"
    phpstan
      high src/A.php:3:0:0 [method.notFound] "Call to an undefined method App\\A::nope()."
      critical src/A.php:3:0:0 [ignore.count] "Ignored error pattern is expected to occur 2 times." not-ignorable
      problem: the PHPStan JSON report is cut short: it ends at line 6, column 91, in files."/repo/src/T.php (in context of class App\A)".messages[0]; the tool was stopped, or the file is not all there; only what stands before that was read
    "#);
    insta::assert_snapshot!(show(super::read, &TWO_FILES[..30]), @"error: the PHPStan JSON report is cut short: it ends at line 1, column 30, in totals; the tool was stopped, or the file is not all there");
}

#[test]
fn what_is_not_a_phpstan_report_is_refused_with_the_place() {
    for (wrong, right) in [
        (r#"{"totals":{"errors":0,"file_errors":3},"errors":[]}"#, "missing field `files`"),
        (r#"{"totals":{"errors":0,"file_errors":3},"files":{}}"#, "missing field `errors`"),
        ("{}", "missing field `totals`"),
        (
            r#"{"totals":{"errors":0,"file_errors":3},"files":[1,2,3],"errors":[]}"#,
            "files: invalid type: sequence, expected an object (line 1, column ",
        ),
        (
            r#"{"totals":{"errors":0,"file_errors":0},"files":[],"errors":["Error 1",1,true]}"#,
            "errors[1]: invalid type: integer `1`, expected a string",
        ),
        (
            r#"{"totals":{"errors":0,"file_errors":0},"files":{"a.php":{"messages":[{"line":1}]}},"errors":[]}"#,
            r#"files."a.php".messages[0]: missing field `message`"#,
        ),
        (
            r#"{"totals":{"errors":0,"file_errors":0},"files":{"a.php":{"messages":[{"message":"m","line":1},{"message":"m"}]}}}"#,
            r#"files."a.php".messages[1]: missing field `line`"#,
        ),
        (
            r#"{"totals":{"errors":0,"file_errors":0},"files":{"a.php":{"messages":[{"message":"m","line":[]}]}}}"#,
            r#"files."a.php".messages[0].line: invalid type: sequence, expected a whole number"#,
        ),
        (
            r#"{"totals":{"errors":0,"file_errors":0},"files":{"a.php":{}}}"#,
            r#"files."a.php": missing field `messages`"#,
        ),
        ("<html>", "not valid JSON: expected value (line 1, column 1)"),
    ] {
        let shown = show(super::read, wrong);
        assert!(shown.starts_with("error: ") && shown.contains(right), "{wrong}\n{shown}");
    }
}

#[test]
fn damaged_reports_never_panic() {
    survives_damage(super::read, TWO_FILES);
}
