use crate::read::json::testing::{reading, show, survives_damage};

/// A log of one run whose tool is `driver` with what `rest` says besides.
fn log(driver: &str, rest: &str) -> String {
    format!(r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{driver}}},{rest}}}]}}"#)
}

fn results(results: &str) -> String {
    log(r#"{"name":"Scanner"}"#, &format!(r#""results":[{results}]"#))
}

const WHOLE: &str = r#"{"version":"2.1.0","$schema":"https://json.schemastore.org/sarif-2.1.0.json","runs":[{
    "tool":{"driver":{"name":"PHP_CodeSniffer","rules":[
        {"id":"A","shortDescription":{"text":"about A"},"helpUri":"https://example.org/A","defaultConfiguration":{"level":"error"},
         "messageStrings":{"default":{"text":"'{0}' is bad"},"md":{"markdown":"*bad*"}}},
        {"id":"B","properties":{"security-severity":"9.8"}}],
        "globalMessageStrings":{"all":{"text":"for all: {0}"}}},
      "extensions":[{"name":"more","rules":[{"id":"C","defaultConfiguration":{"level":"note"}}]}]},
    "originalUriBaseIds":{"REPOROOT":{"uri":"file:///repo/"},"SRC":{"uri":"src","uriBaseId":"REPOROOT"},"ROOTPATH":{"uri":"file:///elsewhere/"}},
    "artifacts":[{"location":{"uri":"listed.php","uriBaseId":"SRC"}}],
    "results":[
        {"ruleId":"A","message":{"id":"default","arguments":["x"]},"locations":[{"physicalLocation":{
            "artifactLocation":{"uri":"io/a%20b.php","uriBaseId":"SRC"},"region":{"startLine":3,"startColumn":4,"endLine":5}}}]},
        {"ruleIndex":1,"message":{"text":"scored"},"level":"note","locations":[{"physicalLocation":{
            "artifactLocation":{"index":0},"region":{"charOffset":7}}}]},
        {"rule":{"id":"C","index":0,"toolComponent":{"index":0}},"message":{"text":"of an extension"},"locations":[{"physicalLocation":{
            "artifactLocation":{"uri":"lib/c.php","uriBaseId":"ROOTPATH"}}},{"physicalLocation":{"artifactLocation":{"uri":"second.php"}}}]},
        {"ruleId":"A/1","message":{"id":"md"},"occurrenceCount":3,"locations":[{"physicalLocation":{"artifactLocation":{"uri":"file:///repo/d.php"}}}]},
        {"ruleId":"D","message":{"id":"all","arguments":["y"]},"kind":"review","locations":[]}]}]}"#;

#[test]
fn rules_messages_places_and_severities_are_put_together() {
    insta::assert_snapshot!(show(super::read, WHOLE), @r#"
    phpcs
      high src/io/a b.php:3:5:4 [A] "'x' is bad"
        rule-help: "about A"
        link: "https://example.org/A"
      critical src/listed.php:0:0:0 [B] "scored"
      low lib/c.php:0:0:0 [C] "of an extension"
      high d.php:0:0:0 [A/1] "*bad*" x3
        rule-help: "about A"
        link: "https://example.org/A"
      info :0:0:0 [D] "for all: y"
    "#);
}

#[test]
fn no_results_is_not_the_same_as_empty_results() {
    assert_eq!(show(super::read, &results("")), "scanner\n");
    for rest in [r#""results":null"#, r#""columnKind":"utf16CodeUnits""#] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(show(super::read, &log(r#"{"name":"Scanner"}"#, rest)), @"
            scanner
              problem: the run has no results, not even an empty list: the scan did not run
            ");
        }
    }
    insta::assert_snapshot!(show(super::read, r#"{"version":"2.1.0","runs":[]}"#), @"
    unknown
      problem: the log holds no run: nothing was scanned
    ");
}

#[test]
fn checks_that_passed_and_findings_that_are_gone_are_no_findings_but_unchanged_ones_are() {
    let text = results(
        r#"{"message":{"text":"a"},"kind":"pass"},{"message":{"text":"b"},"kind":"notApplicable"},
        {"message":{"text":"c"},"kind":"fail","level":"error"},{"message":{"text":"d"},"baselineState":"absent"},
        {"message":{"text":"e"},"baselineState":"unchanged"},{"message":{"text":"f"},"baselineState":"new"},
        {"message":{"text":"g"},"kind":"open"},{"message":{"text":"h"},"level":"none"}"#,
    );
    insta::assert_snapshot!(show(super::read, &text), @r#"
    scanner
      high :0:0:0 [] "c"
      medium :0:0:0 [] "e"
      medium :0:0:0 [] "f"
      info :0:0:0 [] "g"
      info :0:0:0 [] "h"
      note: 2 results are checks that passed or did not apply, and no findings
      note: 1 results are marked as gone since the tool's own baseline, and no findings
      note: 1 results are marked as unchanged since the tool's own baseline, and count like all others
    "#);
}

#[test]
fn a_result_is_suppressed_by_what_is_accepted_and_not_by_what_is_rejected_or_under_review() {
    let suppressed = |suppressions: &str| {
        let text = results(&format!(r#"{{"message":{{"text":"m"}},"suppressions":{suppressions}}}"#));
        reading(super::read, None, &text, |parsed| {
            let detail = parsed.expect("a sound log").reports[0].findings[0].detail;
            detail.and_then(|detail| detail.suppressed.map(str::to_owned))
        })
    };
    for (suppressions, why) in [
        ("null", None),
        ("[]", None),
        (r#"[{"kind":"inSource"}]"#, Some("suppressed in source")),
        (r#"[{"kind":"external"}]"#, Some("suppressed outside of the source")),
        (r#"[{"kind":"external","status":"accepted","justification":"legacy"}]"#, Some("legacy")),
        (r#"[{"kind":"external","status":"rejected","justification":"no"}]"#, None),
        (r#"[{"kind":"external","status":"underReview"}]"#, None),
        (r#"[{"kind":"external","state":"rejected"}]"#, None),
        (r#"[{"status":"rejected"},{"kind":"inSource","status":"accepted"}]"#, Some("suppressed in source")),
    ] {
        assert_eq!(suppressed(suppressions).as_deref(), why, "{suppressions}");
    }
}

#[test]
fn errors_that_the_tool_reports_about_itself_make_the_run_incomplete() {
    let driver = r#"{"name":"Scanner","notifications":[{"id":"N1","defaultConfiguration":{"level":"error"}}]}"#;
    let text = log(
        driver,
        r#""results":[],"invocations":[
        {"executionSuccessful":false},
        {"executionSuccessful":false,"exitCode":255},
        {"executionSuccessful":false,"exitSignalName":"SIGSEGV"},
        {"executionSuccessful":false,"toolConfigurationNotifications":[{"level":"error","message":{"text":"No such ruleset."}}]},
        {"executionSuccessful":true,"toolExecutionNotifications":[{"level":"warning","message":{"text":"slow"}},{"message":{"text":"fine"}},
            {"descriptor":{"index":0},"message":{"text":"by its default"}},{"descriptor":{"id":"N1"},"message":{}}]}]"#,
    );
    insta::assert_snapshot!(show(super::read, &text), @"
    scanner
      problem: the tool says that it failed
      problem: the tool says that it failed, with exit code 255
      problem: the tool says that it failed: SIGSEGV
      problem: the tool reports an error of its own: No such ruleset.
      problem: the tool reports an error of its own: by its default
      problem: the tool reports an error of its own: N1
    ");
}

#[test]
fn results_in_other_files_are_missed() {
    let outside =
        log(r#"{"name":"S"}"#, r#""externalPropertyFileReferences":{"results":[{"location":{"uri":"r.sarif"}}]}"#);
    insta::assert_snapshot!(show(super::read, &outside), @"
    s
      problem: results of the run stand in other files, which are not read
    ");
    let inline = r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"S"}},"results":[]}],"inlineExternalProperties":[{"results":[{}]}]}"#;
    insta::assert_snapshot!(show(super::read, inline), @"
    s
      problem: results stand in inlineExternalProperties, where they are not read
    ");
}

#[test]
fn each_run_is_a_report_and_tools_go_by_one_name() {
    let run = |name: &str| format!(r#"{{"tool":{{"driver":{{"name":"{name}"}}}},"results":[]}}"#);
    let text = format!(
        r#"{{"runs":[{},{},{},{{"results":[]}}]}}"#,
        run("PHPStan"),
        run("PHP CS Fixer"),
        run("PHP_CodeSniffer")
    );
    assert_eq!(show(super::read, &text), "phpstan\nphp-cs-fixer\nphpcs\nunknown\n");
}

#[test]
fn what_phpstan_and_phpmd_cannot_analyse_is_a_problem_in_sarif_too() {
    let phpstan = log(
        r#"{"name":"PHPStan"}"#,
        r#""results":[{"ruleId":"phpstan.parse","level":"error","message":{"text":"Syntax error"}}]"#,
    );
    insta::assert_snapshot!(show(super::read, &phpstan), @r#"
    phpstan
      critical :0:0:0 [phpstan.parse] "Syntax error" not-ignorable
      problem: PHPStan could not analyse the project and leaves other findings out: Syntax error
    "#);
    let phpmd = log(
        r#"{"name":"PHPMD"}"#,
        r#""results":[{"level":"error","message":{"text":"Failed for file /tmp/foo.php."}}]"#,
    );
    insta::assert_snapshot!(show(super::read, &phpmd), @r#"
    phpmd
      high :0:0:0 [] "Failed for file /tmp/foo.php."
      problem: PHPMD could not read a file: Failed for file /tmp/foo.php.
    "#);
}

#[test]
fn levels_come_from_the_result_the_configuration_of_the_run_or_the_rule() {
    let driver = r#"{"name":"S","rules":[{"id":"R","defaultConfiguration":{"level":"note"},"properties":[]}]}"#;
    let text = log(
        driver,
        r#""invocations":[{"executionSuccessful":true,"ruleConfigurationOverrides":[{"descriptor":{"index":0},"configuration":{"level":"error"}}]}],
        "results":[{"ruleId":"R","level":"WARNING","message":{"text":"own"}},{"ruleId":"R","message":{"text":"of the rule"}},
        {"ruleId":"R","ruleIndex":0,"provenance":{"invocationIndex":0},"message":{"text":"overridden"}},{"message":{"text":"nothing says"}},
        {"message":{"text":"scored"},"properties":{"security-severity":4,"tags":["x"]}}]"#,
    );
    insta::assert_snapshot!(show(super::read, &text), @r#"
    s
      medium :0:0:0 [R] "own"
      low :0:0:0 [R] "of the rule"
      high :0:0:0 [R] "overridden"
      medium :0:0:0 [] "nothing says"
      medium :0:0:0 [] "scored"
    "#);
}

#[test]
fn bases_that_go_in_circles_end() {
    let text = log(
        r#"{"name":"S"}"#,
        r#""originalUriBaseIds":{"A":{"uri":"a/","uriBaseId":"B"},"B":{"uri":"b/","uriBaseId":"A"}},
        "results":[{"message":{"text":"m"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"x.php","uriBaseId":"A"}}}]}]"#,
    );
    assert!(show(super::read, &text).contains("b/a/x.php:0:0:0"));
}

#[test]
fn what_is_not_a_sarif_log_is_refused_with_the_place() {
    for (wrong, right) in [
        ("{}", "the document: missing field `runs`"),
        (r#"{"version":"2.1.0","runs":null}"#, "runs: invalid type: null"),
        (r#"{"version":"1.0.0","runs":[]}"#, r#"version: it says "1.0.0", only 2.1.0 is read"#),
        (r#"{"runs":[{"results":[{}]}]}"#, "runs[0].results[0]: missing field `message`"),
        (r#"{"runs":[{"results":[{"message":{"text":7}}]}]}"#, "runs[0].results[0].message.text: invalid type"),
        (r#"{"runs":[{"results":["#, "cut short"),
    ] {
        let shown = show(super::read, wrong);
        assert!(shown.starts_with("error: ") && shown.contains(right), "{wrong}\n{shown}");
    }
}

#[test]
fn damaged_logs_never_panic() {
    survives_damage(super::read, WHOLE);
}
