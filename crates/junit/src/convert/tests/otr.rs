use proptest::prelude::*;

use super::super::Foreign;
use super::made;

const EVENTS: &str = r#"<e:events xmlns="core" xmlns:e="events" xmlns:phpunit="p">
<infrastructure><hostName>box</hostName></infrastructure>
<e:started id="1" name="unit" time="2026-11-23T02:11:01.000000Z"/>
<e:started id="2" parentId="1" name="App\Tests\PriceTest" time="2026-11-23T02:11:01.100000Z">
 <sources><fileSource path="/w/PriceTest.php"><filePosition line="7"/></fileSource><phpunit:classSource className="App\Tests\PriceTest"/></sources>
</e:started>
"#;

/// The start of a test of PHPUnit.
fn started(id: u32, name: &str) -> String {
    format!(
        r#"<e:started id="{id}" parentId="2" name="{name}" time="2026-11-23T02:11:01.200000Z"><sources>
<fileSource path="/w/PriceTest.php"><filePosition line="9"/></fileSource>
<phpunit:methodSource className="App\Tests\PriceTest" methodName="{name}"/></sources></e:started>"#
    )
}

fn finished(id: u32, result: &str) -> String {
    format!(
        r#"<e:finished id="{id}" time="2026-11-23T02:11:01.450000Z">{result}</e:finished>
"#
    )
}

fn ended() -> String {
    format!("{}{}</e:events>", finished(2, ""), finished(1, ""))
}

#[test]
fn phpunits_events_become_what_its_junit_says() {
    let report = [
        EVENTS,
        &started(3, "testVat"),
        &finished(3, r#"<result status="SUCCESSFUL"/>"#),
        &started(4, "testSum"),
        &finished(
            4,
            r#"<result status="FAILED"><reason>1 is not 2.</reason><phpunit:throwable type="E\X" assertionError="true"><![CDATA[1 is not 2.

/w/PriceTest.php:15
]]></phpunit:throwable></result>"#,
        ),
        &started(5, "testBoom"),
        &finished(5, r#"<result status="ERRORED"><reason>boom</reason></result>"#),
        &started(6, "testLater"),
        &finished(6, r#"<result status="ABORTED"><reason>todo</reason></result>"#),
        &started(7, "testRedis"),
        &finished(7, r#"<result status="SKIPPED"><reason>no redis</reason></result>"#),
        &ended(),
    ]
    .concat();
    let made = made(Foreign::Otr, &report);
    assert_eq!(made.problems, [""; 0]);
    assert_eq!(
        made.cases,
        [
            r"App\Tests\PriceTest::testVat: passed",
            r"App\Tests\PriceTest::testSum: failure [E\X] 1 is not 2.",
            r"App\Tests\PriceTest::testBoom: error [] boom",
            r"App\Tests\PriceTest::testLater: skipped [] todo",
            r"App\Tests\PriceTest::testRedis: skipped [] no redis",
        ]
    );
    for part in [
        r#"<testsuites tests="5" failures="1" errors="1" skipped="2" time="0.450000">"#,
        r#"<testsuite name="unit" tests="5" failures="1" errors="1" skipped="2" time="0.450000" timestamp="2026-11-23T02:11:01.000000Z" hostname="box">"#,
        r#"<testcase name="testVat" class="App\Tests\PriceTest" classname="App.Tests.PriceTest" file="/w/PriceTest.php" line="9" time="0.250000"/>"#,
        "<failure type=\"E\\X\" message=\"1 is not 2.\">1 is not 2.\n\n/w/PriceTest.php:15</failure>",
    ] {
        assert!(made.junit.contains(part), "{part}\n{}", made.junit);
    }
}

#[test]
fn the_test_that_was_running_when_the_run_was_killed_is_named() {
    let report =
        [EVENTS, &started(3, "testVat"), &finished(3, r#"<result status="SUCCESSFUL"/>"#), &started(4, "testDies")];
    let made = made(Foreign::Otr, &report.concat());
    assert_eq!(
        made.cases,
        [
            r"App\Tests\PriceTest::testVat: passed",
            r"App\Tests\PriceTest::testDies: error [unfinished] the test was running when the run ended",
        ]
    );
    assert_eq!(made.problems.len(), 2);
    assert_eq!(made.problems[0], r"the run ended while App\Tests\PriceTest::testDies was running");
    assert!(made.problems[1].contains("the document was cut short"), "{}", made.problems[1]);
}

#[test]
fn a_run_that_was_killed_in_a_fixture_names_the_class() {
    let made = made(Foreign::Otr, EVENTS);
    assert_eq!(
        made.cases,
        [r"App\Tests\PriceTest::App\Tests\PriceTest: error [unfinished] it was running when the run ended"]
    );
    assert_eq!(made.problems[0], r"the run ended while App\Tests\PriceTest was running");
}

#[test]
fn issues_are_kept_and_counted_and_a_broken_data_provider_is_an_error() {
    let issue = |attributes: &str| {
        format!("<e:reported id=\"3\" time=\"t\"><attachments><phpunit:issue {attributes}/></attachments></e:reported>")
    };
    let report = [
        EVENTS,
        "<e:reported id=\"\" time=\"t\"><attachments><phpunit:issue type=\"phpunit-error\" message=\"No such provider\"/></attachments></e:reported>",
        &started(3, "testVat"),
        &issue(r#"type="deprecation" message="old" file="/w/a.php" line="9" suppressed="false""#),
        &issue(r#"type="deprecation" message="older""#),
        &issue(r#"type="php-warning" message="hushed" suppressed="true""#),
        &issue(r#"type="notice" message="known" ignoredByBaseline="true""#),
        &issue(r#"type="risky" message="asserts nothing""#),
        &finished(3, r#"<result status="SUCCESSFUL"/>"#),
        &started(4, "testBroken"),
        &issue(r#"type="phpunit-error" message="The provider is invalid""#).replace("id=\"3\"", "id=\"4\""),
        &finished(4, r#"<result status="SUCCESSFUL"/>"#),
        &ended(),
    ]
    .concat();
    let made = made(Foreign::Otr, &report);
    assert_eq!(
        made.cases,
        [
            r"App\Tests\PriceTest::testVat: passed",
            r"App\Tests\PriceTest::testBroken: error [phpunit-error] The provider is invalid",
            "::No such provider: error [phpunit-error] No such provider",
        ]
    );
    assert_eq!(made.notes, ["2 deprecations", "1 risky test"]);
    let err = "<system-err>deprecation: old (/w/a.php:9)\ndeprecation: older\nrisky: asserts nothing</system-err>";
    assert!(made.junit.contains(err), "{}", made.junit);
}

#[test]
fn a_container_that_failed_or_was_skipped_itself_is_a_case() {
    let report = [
        EVENTS,
        &started(3, "testVat"),
        &finished(3, r#"<result status="SUCCESSFUL"/>"#),
        &finished(2, r#"<result status="ERRORED"><reason>no teardown</reason></result>"#),
        r#"<e:started id="8" parentId="1" name="Redis" time="t"><sources><phpunit:classSource className="Redis"/></sources></e:started>"#,
        &finished(8, r#"<result status="SKIPPED"><reason>no redis</reason></result>"#),
        &finished(1, ""),
        "</e:events>",
    ]
    .concat();
    assert_eq!(
        made(Foreign::Otr, &report).cases,
        [
            r"App\Tests\PriceTest::App\Tests\PriceTest: error [] no teardown",
            r"App\Tests\PriceTest::testVat: passed",
            "Redis::Redis: skipped [] no redis",
        ]
    );
}

#[test]
fn junit_5_is_read_by_its_types_and_its_stable_names() {
    let report = r#"<e:events xmlns:e="e" xmlns:junit="j" xmlns:java="v">
<e:started id="1" name="JUnit Jupiter" time="2026-11-23T02:11:01Z"><metadata><junit:type>CONTAINER</junit:type></metadata></e:started>
<e:started id="4" parentId="3" name="0 + 1 = 1" time="2026-11-23T02:11:01Z"><metadata>
 <junit:legacyReportingName>add(int, int)[1]</junit:legacyReportingName><junit:type>TEST</junit:type></metadata>
 <sources><java:methodSource className="com.example.SumTest" methodName="add"/></sources></e:started>
<e:started id="2" parentId="1" name="SumTest" time="2026-11-23T02:11:01Z"><metadata><junit:type>CONTAINER</junit:type></metadata></e:started>
<e:started id="3" parentId="2" name="add(int, int)" time="2026-11-23T02:11:01Z"><metadata><junit:type>CONTAINER</junit:type></metadata>
 <sources><java:methodSource className="com.example.SumTest" methodName="add"/></sources></e:started>
<e:finished id="4" time="2026-11-23T02:11:03Z"><result status="FAILED"><java:throwable type="java.io.IOException" assertionError="false">x</java:throwable></result></e:finished>
<e:finished id="3" time="2026-11-23T02:11:03Z"><result status="SUCCESSFUL"/></e:finished>
<e:finished id="2" time="2026-11-23T02:11:03Z"><result status="SUCCESSFUL"/></e:finished>
<e:finished id="1" time="2026-11-23T02:11:03Z"><result status="SUCCESSFUL"/></e:finished>
</e:events>"#;
    let made = made(Foreign::Otr, report);
    assert_eq!(made.cases, ["com.example.SumTest::add(int, int)[1]: error [java.io.IOException] "]);
    assert_eq!(made.problems, [""; 0]);
    assert!(made.junit.contains(r#"classname="com.example.SumTest" time="2.000000""#), "{}", made.junit);
}

#[test]
fn a_hierarchy_is_read_too() {
    let report = r#"<h:execution xmlns:h="h"><h:root name="container" start="2022-02-05T16:30:39Z" duration="PT0.5S">
<result status="SUCCESSFUL"/>
<h:child name="good" start="t" duration="PT0.25S"><result status="SUCCESSFUL"/></h:child>
<h:child name="bad" start="t"><attachments><output source="stderr">hm</output><data><entry key="user">1</entry></data></attachments><result status="FAILED"><reason>no</reason></result></h:child>
<h:child name="lost" start="t"><result status="EXPLODED"/></h:child>
</h:root></h:execution>"#;
    let made = made(Foreign::Otr, report);
    assert_eq!(
        made.cases,
        [
            "::good: passed",
            "::bad: failure [] no",
            "::lost: error [unknown-status] the report says \"EXPLODED\", which is no status"
        ]
    );
    assert!(made.junit.contains("<system-out>user:\n1</system-out>\n<system-err>hm</system-err>"), "{}", made.junit);
}

#[test]
fn events_that_contradict_each_other_lose_no_test() {
    let report = r#"<e:events xmlns:e="e">
<e:started id="1" parentId="2" name="a" time="t"/><e:started id="2" parentId="1" name="b" time="t"/>
<e:started id="3" parentId="nobody" name="c" time="t"/><e:started id="3" name="d" time="t"/>
<e:finished id="9" time="t"><result status="SUCCESSFUL"/></e:finished>
<e:finished id="1" time="t"><result status="SUCCESSFUL"/></e:finished>
<e:finished id="2" time="t"><result status="SUCCESSFUL"/></e:finished>
<e:finished id="3" time="t"><result status="SUCCESSFUL"/></e:finished></e:events>"#;
    let made = made(Foreign::Otr, report);
    for name in ["a", "b", "c", "d"] {
        assert_eq!(made.junit.matches(&format!(" name=\"{name}\"")).count(), 1, "{name}\n{}", made.junit);
    }
    assert_eq!(
        made.problems,
        [
            "two tests have the same id 3",
            "the report lacks nobody, the parent of c",
            "a test is its own ancestor",
            "the run ended while c was running",
            "a test without a name was reported, but never started",
        ]
    );
}

proptest! {
    #[test]
    fn every_test_that_was_started_appears_once(
        parents in proptest::collection::vec(proptest::option::of(0_usize..30), 1..30),
        finished in proptest::collection::vec(any::<bool>(), 30),
    ) {
        let mut report = "<e:events xmlns:e='e'>".to_owned();
        for (id, parent) in parents.iter().enumerate() {
            let parent = parent.map_or(String::new(), |parent| format!("parentId='{parent}'"));
            report.push_str(&format!("<e:started id='{id}' {parent} name='test-{id}-'><metadata><type>TEST</type></metadata></e:started>"));
        }
        for id in (0..parents.len()).filter(|&id| finished[id]) {
            report.push_str(&format!("<e:finished id='{id}'><result status='SUCCESSFUL'/></e:finished>"));
        }
        let made = made(Foreign::Otr, &report);
        for id in 0..parents.len() {
            prop_assert_eq!(made.cases.iter().filter(|case| case.contains(&format!("::test-{id}-: "))).count(), 1);
        }
        prop_assert_eq!(made.cases.len(), parents.len());
    }
}
