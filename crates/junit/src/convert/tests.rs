use super::*;
use proptest::prelude::*;

mod dotnet;
mod otr;

/// What comes of a report.
struct Made {
    junit: String,
    /// A line for each case: how it ended, its class and name, and what went wrong.
    cases: Vec<String>,
    problems: Vec<String>,
    notes: Vec<String>,
}

fn made(format: Foreign, report: &str) -> Made {
    let mut out = Vec::new();
    let Converted { problems, notes } = convert(format, report.as_bytes(), 1000, &mut out).expect("a report");
    let junit = String::from_utf8(out).expect("UTF-8");
    Made { cases: cases(&junit), junit, problems, notes }
}

/// The cases of a JUnit document that must be well-formed.
fn cases(junit: &str) -> Vec<String> {
    let mut scanner = Scanner::new(junit.as_bytes());
    let mut cases: Vec<(String, Vec<String>)> = Vec::new();
    while let Some(token) = scanner.next().expect("a well-formed document") {
        let Token::Open(tag) = token else { continue };
        let of = |name: &str| tag.attribute(name).unwrap_or_default().into_owned();
        if tag.name() == "testcase" {
            let class = if of("class").is_empty() { of("classname") } else { of("class") };
            cases.push((format!("{class}::{}", of("name")), Vec::new()));
        } else if let ("failure" | "error" | "skipped", Some((_, ends))) = (tag.name(), cases.last_mut()) {
            ends.push(format!("{} [{}] {}", tag.name(), of("type"), of("message")));
        }
    }
    let line = |(case, ends): (String, Vec<String>)| match ends.as_slice() {
        [] => format!("{case}: passed"),
        ends => format!("{case}: {}", ends.join(" + ")),
    };
    cases.into_iter().map(line).collect()
}

#[test]
fn a_report_that_states_more_than_it_holds_is_not_whole() {
    let xunit = r#"<assembly name="Shop.dll" total="2" failed="1" errors="1"><class name="T"><test name="a" result="Pass"/></class></assembly>"#;
    assert_eq!(
        made(Foreign::Xunit, xunit).problems,
        [
            "Shop.dll states 2 tests, but holds 1: it is not whole",
            "Shop.dll states 1 failed tests, but holds 0: it is not whole",
            "Shop.dll states 1 errors, but holds 0: it is not whole",
        ]
    );
    let nunit = r#"<test-run result="Failed" total="1"><test-suite name="s"><test-case name="a" result="Passed"/></test-suite></test-run>"#;
    assert_eq!(made(Foreign::Nunit3, nunit).problems, ["the run failed, but none of its tests did"]);
}

#[test]
fn what_is_cut_short_is_converted_as_far_as_it_goes() {
    let report =
        r#"<assemblies><assembly name="a"><collection name="c"><test name="x" type="T" result="Fail"><failure><mess"#;
    let made = made(Foreign::Xunit, report);
    assert_eq!(made.cases, ["T::x: failure [] "]);
    assert_eq!(made.problems, ["line 1, column 105: the document was cut short: it ends within a tag"]);
}

#[test]
fn what_is_no_report_of_the_format_is_refused_or_a_problem() {
    let refused = |report: &str| {
        convert(Foreign::Trx, report.as_bytes(), 100, &mut Vec::new()).map_err(|error| error.to_string())
    };
    assert_eq!(refused("{}"), Err("line 1, column 1: the XML is not well-formed: there is text outside of any element; the file holds more than a report".to_owned()));
    assert!(refused("<!DOCTYPE x [<!ENTITY a 'b'>]><TestRun/>").is_err());
    assert_eq!(made(Foreign::Trx, "").problems, ["the report is empty"]);
    assert_eq!(made(Foreign::Trx, "<html/>").problems, ["the report holds <html>, which is not of the format trx"]);
}

#[test]
fn long_texts_are_cut() {
    let report = format!(
        r#"<TestRun><Results><UnitTestResult testName="a" outcome="Failed"><Output><StdOut>{}</StdOut></Output></UnitTestResult></Results></TestRun>"#,
        "é".repeat(600)
    );
    let made = made(Foreign::Trx, &report);
    assert!(
        made.junit.contains(&format!("<system-out>{}\n[… 200 bytes more]</system-out>", "é".repeat(500))),
        "{}",
        made.junit
    );
}

#[test]
fn depth_and_number_do_not_cost_more_than_they_must() {
    let deep = format!("<test-run>{}", "<test-suite name=\"s\">".repeat(100_000));
    let nested = made(Foreign::Nunit3, &deep);
    assert_eq!(nested.junit.matches("<testsuite ").count(), 100_000);
    let chain: String =
        (0..50_000).map(|id| format!("<e:started id=\"{id}\" parentId=\"{}\" name=\"n\"/>", id + 1)).collect();
    let chained = made(Foreign::Otr, &format!("<e:events xmlns:e=\"e\">{chain}</e:events>"));
    assert_eq!(chained.cases.len(), 1);
}

#[test]
fn each_format_is_known_by_its_root() {
    let roots = ["events", "execution", "TestRun", "test-results", "test-run", "assemblies", "assembly"];
    let formats: Vec<_> = roots.iter().filter_map(|root| Foreign::of_root(root)).map(Foreign::as_str).collect();
    assert_eq!(formats, ["otr", "otr", "trx", "nunit2", "nunit3", "xunit", "xunit"]);
    assert!(Foreign::ALL.iter().all(|format| formats.contains(&format.as_str())));
    for other in ["testsuites", "testsuite", "test-suite", "TestLog", "coverage", ""] {
        assert_eq!(Foreign::of_root(other), None);
    }
}

/// Parts of all formats, to be put together at random.
const PARTS: [&str; 40] = [
    "<e:events>",
    "</e:events>",
    "<e:started id='1' name='a'/>",
    "<e:started id='2' parentId='1' name='b'>",
    "</e:started>",
    "<e:finished id='1'>",
    "</e:finished>",
    "<e:reported id='2'>",
    "</e:reported>",
    "<result status='FAILED'>",
    "</result>",
    "<attachments>",
    "</attachments>",
    "<phpunit:issue type='phpunit-error' message='m'/>",
    "<h:execution>",
    "<h:root name='r'>",
    "<h:child name='c'>",
    "</h:child>",
    "<TestRun>",
    "<Results>",
    "<InnerResults>",
    "<UnitTestResult testName='t' outcome='Failed'>",
    "</UnitTestResult>",
    "</InnerResults>",
    "<test-run total='3'>",
    "<test-suite name='s' result='Failed'>",
    "</test-suite>",
    "<test-case name='a' result='Passed'>",
    "</test-case>",
    "<failure>",
    "</failure>",
    "<message>",
    "text &amp; \u{1b}",
    "</message>",
    "<assemblies>",
    "<assembly name='a'>",
    "</assembly>",
    "<collection name='c'>",
    "<errors><error name='e'>",
    "<test name='t' result='Fail'>",
];

proptest! {
    #[test]
    fn nothing_panics_and_what_is_written_is_well_formed(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        parts in proptest::collection::vec(0..PARTS.len(), 0..30),
        limit in 0_usize..40,
    ) {
        let soup: String = parts.into_iter().map(|part| PARTS[part]).collect();
        for format in Foreign::ALL {
            for input in [bytes.as_slice(), soup.as_bytes()] {
                let mut out = Vec::new();
                if convert(format, input, limit, &mut out).is_ok() {
                    cases(&String::from_utf8(out).expect("UTF-8"));
                }
            }
        }
    }
}

/// A small report of each format.
const SAMPLES: [(Foreign, &str); 5] = [
    (
        Foreign::Otr,
        "<e:events xmlns:e='e'><e:started id='1' name='s'/><e:started id='2' parentId='1' name='a'/><e:finished id='2'>\
         <result status='FAILED'><reason>é</reason></result></e:finished><e:finished id='1'/></e:events>",
    ),
    (
        Foreign::Trx,
        "<TestRun><Results><UnitTestResult testName='a' outcome='Failed'><Output><ErrorInfo><Message>é</Message>\
         </ErrorInfo></Output></UnitTestResult></Results><ResultSummary outcome='Failed'><Counters total='1'/>\
         </ResultSummary></TestRun>",
    ),
    (
        Foreign::Nunit2,
        "<test-results total='1'><test-suite name='s'><results><test-case name='a' result='Failure'><failure><message>é\
         </message></failure></test-case></results></test-suite></test-results>",
    ),
    (
        Foreign::Nunit3,
        "<test-run total='1'><test-suite name='s'><test-case name='a' result='Failed'><failure><message>é</message>\
         </failure></test-case></test-suite></test-run>",
    ),
    (
        Foreign::Xunit,
        "<assemblies><assembly name='s' total='1'><collection name='c'><test name='a' result='Fail'><failure><message>\
         é</message></failure></test></collection></assembly></assemblies>",
    ),
];

#[test]
fn a_report_is_whole_only_up_to_its_last_byte() {
    for (format, report) in SAMPLES {
        assert_eq!(made(format, report).problems, [""; 0], "{}", format.as_str());
        for length in 0..report.len() {
            let mut out = Vec::new();
            if let Ok(converted) = convert(format, &report.as_bytes()[..length], 100, &mut out) {
                assert!(!converted.problems.is_empty(), "{} of {}", length, format.as_str());
                cases(&String::from_utf8(out).expect("UTF-8"));
            }
        }
    }
}
