use super::super::Foreign;
use super::made;

#[test]
fn trx_has_an_outcome_for_each_result() {
    let result = |name: &str, outcome: &str| {
        let message = "<Output><ErrorInfo><Message>why</Message><StackTrace>at x</StackTrace></ErrorInfo></Output>";
        format!(
            r#"<UnitTestResult testId="{name}" testName="Shop.T.{name}" duration="00:00:01.5" {outcome}>{message}</UnitTestResult>"#
        )
    };
    let report = format!(
        r#"<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Times start="2025-06-22T14:17:11Z"/><Results>{}</Results>
<TestDefinitions>{}</TestDefinitions><ResultSummary outcome="Failed"><Counters total="9"/><RunInfos>
<RunInfo outcome="Error"><Text>[xUnit.net 00:00:00.55]     Shop.T.b [FAIL]</Text></RunInfo>
<RunInfo outcome="Warning"><Text>hm</Text></RunInfo></RunInfos></ResultSummary></TestRun>"#,
        [
            ("a", "outcome=\"Passed\""),
            ("b", "outcome=\"Failed\""),
            ("c", "outcome=\"Timeout\""),
            ("d", "outcome=\"Aborted\""),
            ("e", "outcome=\"NotExecuted\""),
            ("f", "outcome=\"Inconclusive\""),
            ("g", "outcome=\"NotRunnable\""),
            ("h", ""),
            ("i", "outcome=\"Splendid\""),
        ]
        .map(|(name, outcome)| result(name, outcome))
        .concat(),
        ["a", "b", "c", "d", "e", "f", "g", "h", "i"]
            .map(|name| format!(r#"<UnitTest id="{name}" storage="c:\b\s.dll"><TestMethod className="Shop.T, Shop, Version=1"/></UnitTest>"#))
            .concat(),
    );
    let made = made(Foreign::Trx, &report);
    assert_eq!(
        made.cases,
        [
            "Shop.T::a: passed",
            "Shop.T::b: failure [] why",
            "Shop.T::c: error [Timeout] why",
            "Shop.T::d: error [Aborted] why",
            "Shop.T::e: skipped [] why",
            "Shop.T::f: skipped [] why",
            "Shop.T::g: error [NotRunnable] why",
            "Shop.T::h: error [Error] why",
            "Shop.T::i: error [Splendid] why",
        ]
    );
    assert_eq!(made.problems, [""; 0]);
    assert_eq!(made.notes, ["the run had 1 warning"]);
    assert!(made.junit.contains("<failure message=\"why\">why\nat x</failure>"), "{}", made.junit);
    assert!(made.junit.contains(r#"time="1.500000""#), "{}", made.junit);
}

#[test]
fn the_rows_of_a_data_driven_test_are_its_cases() {
    let report = |rows: &str| {
        format!(
            r#"<TestRun><TestDefinitions><UnitTest id="1"><TestMethod className="T"/></UnitTest></TestDefinitions><Results>
<UnitTestResult testId="1" testName="Vat" outcome="Failed"><Output><ErrorInfo><Message>all of it</Message></ErrorInfo></Output>
<InnerResults>{rows}</InnerResults></UnitTestResult></Results></TestRun>"#
        )
    };
    let red = r#"<UnitTestResult testId="1" testName="Vat (1)" outcome="Failed"/><UnitTestResult testId="1" testName="Vat (2)" outcome="Passed"/>"#;
    let inner = made(Foreign::Trx, &report(red));
    assert_eq!(inner.cases, ["T::Vat (1): failure [] ", "T::Vat (2): passed"]);
    let green = red.replace("Failed", "Passed");
    let outer = made(Foreign::Trx, &report(&green));
    assert_eq!(outer.cases, ["T::Vat: failure [] all of it", "T::Vat (1): passed", "T::Vat (2): passed"]);
}

#[test]
fn a_run_of_trx_that_broke_is_never_whole() {
    let report = |summary: &str| {
        format!("<TestRun><Results><UnitTestResult testName=\"a\" outcome=\"Passed\"/></Results>{summary}</TestRun>")
    };
    for (summary, problem) in [
        (r#"<ResultSummary outcome="Aborted"/>"#, "the outcome of the run is \"Aborted\""),
        (r#"<ResultSummary outcome="Failed"/>"#, "the run failed, but none of its tests did"),
        (
            r#"<ResultSummary outcome="Completed"><Counters total="2"/></ResultSummary>"#,
            "the summary of the run states 2 results, but holds 1: it is not whole",
        ),
        (
            r#"<ResultSummary><RunInfos><RunInfo outcome="Error"><Text>The host crashed</Text></RunInfo></RunInfos></ResultSummary>"#,
            "the run had an error: The host crashed",
        ),
    ] {
        assert_eq!(made(Foreign::Trx, &report(summary)).problems, [problem]);
    }
    assert_eq!(made(Foreign::Trx, &report(r#"<ResultSummary outcome="Completed"/>"#)).problems, [""; 0]);
}

#[test]
fn nunit_3_tells_failures_from_errors_and_warnings_from_passes() {
    let case = |name: &str, result: &str, inside: &str| {
        format!(
            r#"<test-case name="{name}" fullname="Shop.T.{name}" classname="Shop.T" {result} duration="0.5">{inside}</test-case>"#
        )
    };
    let failure = "<failure><message><![CDATA[  why]]></message><stack-trace>at x</stack-trace></failure>\
                   <assertions><assertion result=\"Failed\"><message>again</message></assertion></assertions>";
    let reason = "<reason><message>because</message></reason>";
    let report = format!(
        r#"<test-run result="Failed" total="7" failed="3" start-time="2018-03-14 20:10:19Z"><test-suite type="Assembly" name="/b/Shop.dll" result="Failed" site="Child"><environment machine-name="box"/><failure><message>One or more child tests had errors</message></failure>
<test-suite type="TestFixture" name="T" result="Failed">{}</test-suite></test-suite></test-run>"#,
        [
            case("A", "result=\"Passed\"", "<output>hello</output>"),
            case("B", "result=\"Failed\"", failure),
            case("C", "result=\"Failed\" label=\"Error\"", failure),
            case("D", "result=\"Skipped\" label=\"Ignored\"", reason),
            case("E", "result=\"Inconclusive\"", reason),
            case("F", "result=\"Warning\"", reason),
            case("G", "result=\"Odd\"", ""),
        ]
        .concat()
    );
    let made = made(Foreign::Nunit3, &report);
    assert_eq!(
        made.cases,
        [
            "Shop.T::A: passed",
            "Shop.T::B: failure []   why",
            "Shop.T::C: error [Error]   why",
            "Shop.T::D: skipped [] because",
            "Shop.T::E: skipped [] because",
            "Shop.T::F: passed",
            "Shop.T::G: error [unknown-result] the report says \"Odd\", which is no result",
        ]
    );
    assert_eq!((made.problems, made.notes), (vec![], vec!["1 test with a warning".to_owned()]));
    let top = r#"<testsuite name="Shop.dll" tests="7" failures="1" errors="2" skipped="2" time="3.500000" timestamp="2018-03-14 20:10:19Z" hostname="box">"#;
    assert!(made.junit.contains(top), "{}", made.junit);
}

#[test]
fn a_fixture_of_nunit_that_failed_itself_is_not_lost() {
    let report = |attributes: &str, message: &str, case: &str| {
        format!(
            r#"<test-run><test-suite name="T" classname="Shop.T" result="Failed" {attributes}><failure><message>{message}</message></failure>
<test-case name="A" classname="Shop.T" result="{case}"/></test-suite></test-run>"#
        )
    };
    let cases = |attributes, message, case| made(Foreign::Nunit3, &report(attributes, message, case)).cases;
    assert_eq!(cases("site=\"SetUp\"", "boom", "Failed"), ["Shop.T::A: failure [] "]);
    assert_eq!(cases("site=\"SetUp\"", "boom", "Skipped"), ["Shop.T::A: skipped [] ", "Shop.T::T: error [suite] boom"]);
    let both = ["Shop.T::A: failure [] ", "Shop.T::T: error [suite] TearDown : boom"];
    assert_eq!(cases("site=\"TearDown\"", "TearDown : boom", "Failed"), both);
    assert_eq!(cases("", "TearDown : boom", "Failed"), both);
    assert_eq!(cases("site=\"Parent\"", "boom", "Failed"), ["Shop.T::A: failure [] "]);
    let contradiction = made(Foreign::Nunit3, &report("site=\"Child\"", "One or more", "Passed"));
    assert_eq!(contradiction.problems, ["the suite T failed, but none of its tests did"]);
}

#[test]
fn nunit_2_has_results_of_two_ages() {
    let report = r#"<test-results name="s" total="6" failures="2" errors="1" date="2010-10-18" time="13:23:35"><environment machine-name="cedar"/>
<test-suite type="Namespace" name="Shop" result="Failure"><results><test-suite type="TestFixture" name="PriceTest" result="Failure"><results>
<test-case name="Shop.PriceTest.A" executed="True" result="Success" success="True" time="0.5"/>
<test-case name="Shop.PriceTest.B" executed="True" result="Failure" success="False"><failure><message>why</message></failure></test-case>
<test-case name="Shop.PriceTest.C" executed="True" result="Error"><failure><message>boom</message></failure></test-case>
<test-case name="Shop.PriceTest.D" executed="False" result="Ignored"><reason><message>later</message></reason></test-case>
<test-case name="Shop.PriceTest.E" executed="False" result="NotRunnable"><reason><message>no arguments</message></reason></test-case>
</results></test-suite></results></test-suite>
<test-suite name="Shop.OldTest" success="False"><results>
<test-case name="Shop.OldTest.A" executed="True"/><test-case name="Shop.OldTest.B" executed="True" success="False"/>
<test-case name="Shop.OldTest.C" executed="False"/><test-case name="Shop.OldTest.D"/>
</results></test-suite></test-results>"#;
    let made = made(Foreign::Nunit2, report);
    assert_eq!(
        made.cases,
        [
            "Shop.PriceTest::A: passed",
            "Shop.PriceTest::B: failure [] why",
            "Shop.PriceTest::C: error [] boom",
            "Shop.PriceTest::D: skipped [] later",
            "Shop.PriceTest::E: error [NotRunnable] no arguments",
            "Shop.OldTest::A: passed",
            "Shop.OldTest::B: failure [] ",
            "Shop.OldTest::C: skipped [] ",
            "Shop.OldTest::D: error [no-result] the report has no result of it",
        ]
    );
    assert_eq!(made.problems, [""; 0]);
    assert!(made.junit.contains(r#"timestamp="2010-10-18T13:23:35" hostname="cedar""#), "{}", made.junit);
}

#[test]
fn xunit_has_tests_and_errors_outside_of_them() {
    let report = r#"<assemblies><assembly name="C:\b\Shop.dll" run-date="2014-12-18" run-time="14:34:32" total="5" failed="1" errors="1">
<errors><error type="assembly-cleanup" name="Shop"><failure exception-type="E"><message>boom</message></failure></error></errors>
<collection name="c" time="0,5">
<test name="Shop.T.Vat(x: 1)" type="Shop.T" method="Vat" time="0.5" result="Pass" source-file="/s/T.cs" source-line="4"><output>hi</output><warnings><warning>hm</warning></warnings></test>
<test name="Shop.T.Sum" type="Shop.T" result="Fail"><failure exception-type="X"><message>why</message><stack-trace>at x</stack-trace></failure></test>
<test name="a sentence" type="Shop.T" result="Skip"><reason>later</reason></test>
<test name="Shop.T.Explicit" type="Shop.T" result="NotRun"/>
<test name="Shop.T.Odd" type="Shop.T" result="Perhaps"/>
</collection></assembly></assemblies>"#;
    let made = made(Foreign::Xunit, report);
    assert_eq!(
        made.cases,
        [
            "::assembly-cleanup Shop: error [E] boom",
            "Shop.T::Vat(x: 1): passed",
            "Shop.T::Sum: failure [X] why",
            "Shop.T::a sentence: skipped [] later",
            "Shop.T::Explicit: skipped [] not run: it is explicit",
            "Shop.T::Odd: error [unknown-result] the report says \"Perhaps\", which is no result",
        ]
    );
    assert_eq!(made.problems, [""; 0]);
    assert!(made.junit.contains(r#"file="/s/T.cs" line="4" time="0.500000""#), "{}", made.junit);
    assert!(made.junit.contains("<system-err>warning: hm</system-err>"), "{}", made.junit);
}

#[test]
fn xunit_1_has_classes_and_messages_of_reasons() {
    let report = r#"<assembly name="Shop.dll" total="1"><class name="Shop.T"><failure exception-type="E"><message>fixture</message></failure>
<test name="Shop.T.A" type="Shop.T" result="Skip"><reason><message>later</message></reason></test></class></assembly>"#;
    assert_eq!(
        made(Foreign::Xunit, report).cases,
        ["Shop.T::A: skipped [] later", "Shop.T::Shop.T: error [E] fixture"]
    );
}
