use crate::read::json::testing::{reading, show, survives_damage};

const RUBOCOP: &str = r#"[
    {"type":"issue","check_name":"argument_count","description":"Method `destroy` has 6 arguments","categories":["Complexity"],
     "location":{"path":"./src/a.rb","lines":{"begin":2,"end":3}},"severity":"minor","fingerprint":"f778445eae9245ad3a9e5a61bc380d31"},
    {"type":"issue","check_name":"Metrics/ParameterLists","description":"Avoid long lists","severity":"blocker",
     "location":{"path":"src/a.rb","positions":{"begin":{"line":4,"column":14},"end":{"line":5,"column":27}}}}]"#;

const PHPSTAN: &str = r#"[
    {"description":"Used function u not found.","fingerprint":"9260d8ef3740f4d62ea280b3763de6f95a036a3c36da46e66425dabdedf28178",
     "severity":"major","location":{"path":"src/A.php (in context of class App\\B)","lines":{"begin":29}}},
    {"description":"Class X extends unknown class Y.","fingerprint":"0260d8ef3740f4d62ea280b3763de6f95a036a3c36da46e66425dabdedf28178",
     "severity":"blocker","location":{"path":"src/X.php","lines":{"begin":0}}},
    {"description":"Ignored error pattern #a# was not matched.","fingerprint":"1260d8ef3740f4d62ea280b3763de6f95a036a3c36da46e66425dabdedf28178",
     "severity":"major","location":{"path":"","lines":{"begin":0}}}]"#;

#[test]
fn lines_and_positions_and_severities_are_read() {
    insta::assert_snapshot!(show(super::read, RUBOCOP), @r#"
    unknown
      medium src/a.rb:2:3:0 [argument_count] "Method `destroy` has 6 arguments"
      critical src/a.rb:4:5:14 [Metrics/ParameterLists] "Avoid long lists"
    "#);
}

#[test]
fn phpstan_is_known_by_its_hand_and_what_is_about_no_file_is_a_problem() {
    insta::assert_snapshot!(show(super::read, PHPSTAN), @r#"
    phpstan
      high src/A.php:29:0:0 [] "Used function u not found."
        context: "class App\\B"
      critical src/X.php:0:0:0 [] "Class X extends unknown class Y." not-ignorable
      problem: PHPStan reports an error of the run itself: Ignored error pattern #a# was not matched.
    "#);
}

#[test]
fn php_cs_fixer_is_known_by_its_rules_which_lose_their_prefix() {
    let text = r#"[{"check_name":"PHP-CS-Fixer.no_extra_blank_lines","description":"Removes lines.","fingerprint":"ae9c",
        "severity":"minor","location":{"path":"src\/A.php","lines":{"begin":0,"end":0}}}]"#;
    insta::assert_snapshot!(show(super::read, text), @r#"
    php-cs-fixer
      medium src/A.php:0:0:0 [no_extra_blank_lines] "Removes lines."
    "#);
}

#[test]
fn the_caller_knows_the_tool_best_and_an_empty_list_tells_nothing() {
    let tool = |tool, text: &str| {
        reading(super::read, tool, text, |parsed| parsed.expect("a list is a report").reports[0].tool.to_owned())
    };
    assert_eq!(tool(Some("phan"), PHPSTAN), "phan");
    assert_eq!(tool(Some("phan"), "[]"), "phan");
    assert_eq!(tool(None, "[]"), "unknown");
    assert_eq!(tool(None, RUBOCOP), "unknown");
    let engine = RUBOCOP.replace(r#""severity""#, r#""engine_name":"RuboCop","severity""#);
    assert_eq!(tool(None, &engine), "rubocop");
}

#[test]
fn what_is_not_a_code_quality_report_is_refused_with_the_place() {
    for (wrong, right) in [
        (r#"{"issues":[]}"#, "the document: invalid type: map, expected a sequence"),
        (r#"[{"location":{"path":"a","lines":{"begin":1}}}]"#, "[0]: missing field `description`"),
        (r#"[{"description":"d"}]"#, "[0]: missing field `location`"),
        (r#"[{"description":"d","location":{"lines":{"begin":1}}}]"#, "[0].location: missing field `path`"),
        (r#"[{"description":"d","location":{"path":"a","lines":{}}}]"#, "[0].location.lines: missing field `begin`"),
        (r#"[{"description":"d","location":{"path":"a"}}]"#, "[0].location: neither `lines` nor `positions`"),
        (
            r#"[{"description":"d","severity":"odd","location":{"path":"a","lines":{"begin":1}}}]"#,
            r#"[0].severity: invalid value: string "odd", expected a severity"#,
        ),
    ] {
        let shown = show(super::read, wrong);
        assert!(shown.starts_with("error: ") && shown.contains(right), "{wrong}\n{shown}");
    }
}

#[test]
fn damaged_reports_never_panic() {
    survives_damage(super::read, RUBOCOP);
    survives_damage(super::read, PHPSTAN);
}
