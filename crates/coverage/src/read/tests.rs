use proptest::prelude::*;

use super::*;
use crate::model::{BranchId, FileCoverage, Ratio};

const CLOVER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<coverage generated="1">
  <project timestamp="1">
    <file name="/w/src/One.php">
      <class name="One" namespace="global"><metrics methods="4" statements="4" coveredstatements="2"/></class>
      <line num="7" type="method" name="__construct" count="0"/>
      <line num="9" type="stmt" count="0"/>
      <line num="11" type="method" name="a" count="2"/>
      <line num="13" type="method" name="b" count="0"/>
      <line num="15" type="method" name="c" count="1"/>
      <line num="17" type="stmt" count="1"/>
      <metrics methods="4" coveredmethods="2" conditionals="0" coveredconditionals="0" statements="4" coveredstatements="2"/>
    </file>
    <package name="App"><file name="/w/src/Thing.php">
      <metrics statements="0" coveredstatements="0"/>
    </file></package>
    <metrics files="2" statements="4" coveredstatements="2"/>
  </project>
</coverage>
"#;

const COBERTURA: &str = r#"<?xml version="1.0"?>
<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage line-rate="0.5" lines-covered="2" lines-valid="4" version="1.9">
  <sources><source>/w</source><source> </source><source>C:\a &amp; b</source></sources>
  <packages><package name="p"><classes>
    <class name="A" filename="src/A.php">
      <methods><method name="f" signature="()V"><lines><line number="3" hits="2"/><line number="4" hits="0"/></lines></method></methods>
      <lines>
        <line number="3" hits="2" branch="true" condition-coverage="50% (2/4)"><conditions>
          <condition number="0" type="jump" coverage="50%"/><condition number="1" type="jump" coverage="50%"/>
        </conditions></line>
        <line number="4" hits="0" branch="true" condition-coverage="0% (0/5)"><conditions>
          <condition number="0" type="switch" coverage="0%"/>
        </conditions></line>
      </lines>
    </class>
    <class name="A$1" filename="src/A.php">
      <methods/>
      <lines><line number="4" hits="1"/><line number="9" hits="0"/></lines>
    </class>
  </classes></package></packages>
</coverage>
"#;

const LCOV: &str = "\
TN:one
SF:/w/src/a.js
FN:1,top-level
FN:9,25,f(a, b)
FNL:0,30,31
FNA:0,4,g
FNDA:3,f(a, b)
BRDA:2,0,0,1
BRDA:2,0,1,-
BRDA:3,e0,!x,0
BRDA:8,0,0,1
BRF:4
DA:1,1,checksum
DA:2,3
DA:3,-2
LF:3
LH:2
end_of_record
TN:two
SF:/w/src/a.js
DA:1,1
DA:4,0
LF:2
end_of_record
";

const JACOCO: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd">
<report name="all"><sessioninfo id="x" start="1" dump="2"/>
  <group name="core"><package name="com/x">
    <class name="com/x/A" sourcefilename="A.java">
      <method name="f" desc="()V" line="3"><counter type="LINE" missed="1" covered="1"/><counter type="METHOD" missed="0" covered="1"/></method>
    </class>
    <sourcefile name="A.java">
      <line nr="3" mi="0" ci="4" mb="1" cb="1"/>
      <line nr="4" mi="2" ci="0" mb="0" cb="0"/>
      <counter type="LINE" missed="1" covered="1"/>
    </sourcefile>
    <counter type="LINE" missed="1" covered="1"/>
  </package></group>
  <counter type="LINE" missed="1" covered="1"/>
</report>
"#;

const PHPUNIT: &str = r#"<?xml version="1.0"?>
<phpunit xmlns="https://schema.phpunit.de/coverage/1.0">
  <file name="A.php" path="/Sub">
    <totals><lines total="9" comments="0" code="9" executable="3" executed="2" percent="66.67"/></totals>
    <class name="A" start="2" executable="3" executed="2"><namespace name=""/>
      <method name="f" signature="f()" start="3" end="6" executable="3" executed="2" coverage="66.67"/>
      <method name="abstract" signature="f()" start="7" end="7" executable="0" executed="0" coverage="0"/>
    </class>
    <coverage>
      <line nr="4"><covered by="ATest::one"/><covered by="ATest::two"/></line>
      <line nr="5"><covered by="ATest::one"/></line>
    </coverage>
    <source><line no="1"><token name="T_OPEN_TAG">&lt;?php</token></line></source>
  </file>
</phpunit>
"#;

const INDEX: &str = r#"<?xml version="1.0"?>
<phpunit xmlns="https://schema.phpunit.de/coverage/1.0">
  <build time="now"/>
  <project source="/w/src"><tests><test name="a"/></tests>
    <directory name="/">
      <totals><lines total="9" executable="3" executed="2"/></totals>
      <directory name="Sub">
        <totals><lines total="9" executable="3" executed="2"/></totals>
        <file name="A.php" href="Sub/A.php.xml"><totals><lines total="9" executable="3" executed="2"/></totals></file>
      </directory>
    </directory>
  </project>
</phpunit>
"#;

const ALL: [(Format, &str); 5] = [
    (Format::Clover, CLOVER),
    (Format::Cobertura, COBERTURA),
    (Format::Lcov, LCOV),
    (Format::Jacoco, JACOCO),
    (Format::PhpunitXml, PHPUNIT),
];

fn parsed(text: &str) -> Parsed {
    read(None, text.as_bytes()).unwrap()
}

fn error(text: &str) -> String {
    read(None, text.as_bytes()).unwrap_err().to_string()
}

fn hits(file: &FileCoverage) -> Vec<(u32, u64)> {
    file.lines.iter().map(|(&number, line)| (number, line.hits)).collect()
}

fn functions(file: &FileCoverage) -> Vec<(u32, &str, u64)> {
    file.functions.iter().map(|(function, &hits)| (function.line, function.name.as_str(), hits)).collect()
}

#[test]
fn the_format_shows_in_the_content() {
    for (format, text) in ALL {
        let parsed = parsed(text);
        assert_eq!((parsed.format, parsed.problems), (format, vec![]), "{format}");
        assert!(read(Some(format), text.as_bytes()).is_ok());
        for other in Format::ALL.into_iter().filter(|&other| other != format) {
            assert!(read(Some(other), text.as_bytes()).is_err(), "{format} as {other}");
        }
    }
}

#[test]
fn nothing_is_never_a_report() {
    assert!(error("").contains("empty (0 bytes)"));
    assert!(error(" \n\t").contains("white space"));
    for text in [
        "I am no report",
        "{}",
        "<html/>",
        "<tag><coverage/></tag>",
        "<testsuites/>",
        "<!-- x -->",
        "SF",
        "DA:1,1",
        "<",
    ] {
        assert!(read(None, text.as_bytes()).is_err(), "{text}");
    }
    for text in [
        "<coverage/>",
        "<coverage><project/></coverage>",
        "<coverage line-rate='1'><packages/></coverage>",
        "<report name='x'/>",
        "<phpunit/>",
        "SF:\nend_of_record",
        "<coverage><project><file name='a'><metrics statements='0'/></file></project></coverage>",
        "SF:a\nend_of_record",
    ] {
        assert!(!parsed(text).problems.is_empty(), "{text}");
    }
}

#[test]
fn what_is_cut_short_is_never_fine() {
    for (format, text) in ALL {
        for end in 0..text.trim_end().len() {
            let Some(cut) = text.get(..end) else { continue };
            // LCOV may end behind any record.
            if cut.ends_with("end_of_record\n") || cut.ends_with("end_of_record") {
                continue;
            }
            let read = read(None, cut.as_bytes());
            assert!(read.is_err_and(|error| !error.what.is_empty()) || format == Format::Lcov, "{format} to {end}");
            if format == Format::Lcov
                && let Ok(parsed) = super::read(None, cut.as_bytes())
            {
                let begins_anew = cut.len() > 13 && cut[..cut.len() - 1].contains("end_of_record\nTN");
                assert!(!parsed.problems.is_empty() || begins_anew, "{end}");
            }
        }
    }
}

#[test]
fn two_documents_in_one_file_are_a_problem() {
    let both = parsed(&format!("{CLOVER}{CLOVER}"));
    assert!(both.problems.iter().any(|problem| problem.contains("second document")), "{:?}", both.problems);
}

#[test]
fn an_internal_document_type_is_refused() {
    let bomb = COBERTURA.replace("coverage-04.dtd\">", "coverage-04.dtd\" [<!ENTITY a \"b\">]>");
    assert!(read(None, bomb.as_bytes()).is_err());
}

#[test]
fn in_clover_of_phpunit_a_method_of_one_line_is_its_own_executable_line() {
    let clover = parsed(CLOVER);
    let file = &clover.coverage.files["/w/src/One.php"];
    assert_eq!(hits(file), [(9, 0), (11, 2), (13, 0), (17, 1)]);
    assert_eq!(functions(file), [(7, "__construct", 0), (11, "a", 2), (13, "b", 0), (15, "c", 1)]);
    assert_eq!((clover.notes.len(), file.unlisted()), (0, 0));
    assert_eq!(clover.coverage.files["/w/src/Thing.php"], FileCoverage::default());
}

#[test]
fn clover_that_lists_less_than_it_states_has_lost_something() {
    let lost = parsed(&CLOVER.replace("files=\"2\"", "files=\"3\""));
    assert_eq!(lost.problems, ["it states 3 files and lists 2"]);
    let lost = parsed(&CLOVER.replace("<metrics files=\"2\" statements=\"4\"", "<metrics statements=\"5\""));
    assert_eq!(lost.problems, ["it states 5 statements for the project and 4 for its files"]);
    let lost =
        parsed(&CLOVER.replace("conditionals=\"0\" coveredconditionals=\"0\" statements=\"4\"", "statements=\"9\""));
    assert_eq!(lost.problems, ["/w/src/One.php: it states 9 lines of code and lists 2"]);
    assert_eq!(lost.coverage.totals().lines, Ratio { covered: 1, total: 9 });
}

#[test]
fn the_metrics_tell_what_clover_means_by_its_conditions() {
    let branches = |metrics: &str| {
        let text = format!(
            "<coverage clover='4'><project><file path='/w/a.js' name='a.js'>{metrics}\
             <line num='1' type='cond' count='9' truecount='3' falsecount='1'/>\
             <line num='2' type='cond' truecount='1' falsecount='0'/></file></project></coverage>"
        );
        let file = parsed(&text).coverage.files.remove("/w/a.js").unwrap();
        assert_eq!(hits(&file), [(1, 9), (2, 1)]);
        let totals = file.totals().branches;
        (totals.covered, totals.total)
    };
    assert_eq!(branches("<metrics conditionals='5' coveredconditionals='4'/>"), (4, 5), "Istanbul");
    assert_eq!(branches("<metrics conditionals='4' coveredconditionals='3'/>"), (3, 4), "OpenClover");
    assert_eq!(branches(""), (3, 4), "the schema");
}

#[test]
fn in_cobertura_a_file_is_the_union_of_its_classes() {
    let cobertura = parsed(COBERTURA);
    assert_eq!(cobertura.sources, ["/w", r"C:\a & b"]);
    let file = &cobertura.coverage.files["src/A.php"];
    assert_eq!(hits(file), [(3, 2), (4, 1), (9, 0)]);
    assert_eq!(functions(file), [(3, "f()V", 2)]);
    assert_eq!(file.lines[&3].branches.keys().collect::<Vec<_>>(), [&BranchId::Condition(0), &BranchId::Condition(1)]);
    assert_eq!(file.lines[&4].branches.keys().collect::<Vec<_>>(), [&BranchId::Whole]);
    assert_eq!(file.totals().branches, Ratio { covered: 2, total: 9 });
    assert_eq!(cobertura.notes, [""; 0], "4 lines are listed, one of them twice");
}

#[test]
fn cobertura_that_lists_less_than_it_states_is_a_problem_unless_phpunit_wrote_it() {
    let more = COBERTURA.replace("lines-valid=\"4\"", "lines-valid=\"9\"");
    let lost = parsed(&more);
    assert_eq!(lost.problems, ["it states 9 lines in all and lists 3"]);
    let known = parsed(&more.replace("version=\"1.9\"", "version=\"0.4\""));
    assert_eq!((known.problems.len(), known.notes.len()), (0, 1));
    assert_eq!(known.coverage.totals().lines, Ratio { covered: 2, total: 8 });
}

#[test]
fn in_lcov_records_of_one_file_add_up() {
    let lcov = parsed(LCOV);
    let file = &lcov.coverage.files["/w/src/a.js"];
    assert_eq!(hits(file), [(1, 2), (2, 3), (3, 0), (4, 0)]);
    assert_eq!(functions(file), [(1, "top-level", 0), (9, "f(a, b)", 3), (30, "g", 4)]);
    assert_eq!(file.totals().branches, Ratio { covered: 1, total: 3 });
    assert_eq!(
        lcov.notes,
        [
            "line 3 of a file ran -2 times, which is taken as none",
            "/w/src/a.js: 1 branches are on lines that are not listed, and skipped",
        ]
    );
}

#[test]
fn lcov_that_cannot_be_understood_is_a_problem_with_its_line() {
    let problems = |text: &str| parsed(text).problems;
    assert_eq!(problems("SF:a\nDA:1,1\n"), ["it is cut short: the record of a has no end"]);
    assert_eq!(problems("SF:a\nDA:x,1\nDA:1,1\nend_of_record"), ["line 2: it cannot be understood: `DA:x,1`"]);
    assert_eq!(
        problems("SF:a\nDA:1,1\nSF:b\nDA:1,1\nend_of_record"),
        ["line 3: a record begins before the end of the one above it: `SF:b`"]
    );
    assert_eq!(problems("SF:a\nDA:1,1\nend_of_record\nDA:2,1"), ["line 4: it belongs to no record: `DA:2,1`"]);
    assert_eq!(problems("SF:a\nDA:1,1\nLF:3\nend_of_record"), ["a: it states 3 lines of code and lists 1"]);
    assert_eq!(problems("SF:a\nDA:1,many\nend_of_record"), ["line 1 of a file ran `many` times"]);
    assert_eq!(problems("SF:a\nDA:1,1\nDAMAGED\nend_of_record"), ["line 3: it is no part of LCOV: `DAMAGED`"]);
    assert_eq!(parsed("SF:a\nDA:1,1\nNEW:1\nend_of_record").notes, ["lines with `NEW:` are not known, and skipped"]);
}

#[test]
fn a_report_wrong_in_every_line_says_so_a_few_times() {
    let text = format!("SF:a\n{}DA:1,1\nend_of_record", "DA:0,1\n".repeat(1000));
    let problems = parsed(&text).problems;
    assert_eq!((problems.len(), problems[20].as_str()), (21, "980 more like these"));
}

#[test]
fn jacoco_knows_whether_a_line_ran() {
    let jacoco = parsed(JACOCO);
    let file = &jacoco.coverage.files["com/x/A.java"];
    assert_eq!(hits(file), [(3, 1), (4, 0)]);
    assert_eq!(functions(file), [(3, "f()V", 1)]);
    assert_eq!(file.totals().branches, Ratio { covered: 1, total: 2 });
    let lost = parsed(
        &JACOCO.replace("missed=\"1\" covered=\"1\"/>\n    </sourcefile>", "missed=\"2\" covered=\"1\"/></sourcefile>"),
    );
    assert_eq!(lost.problems, ["com/x/A.java: it states 3 lines of code and lists 2"]);
}

#[test]
fn one_path_in_two_modules_of_jacoco_cannot_be_told_apart() {
    let start = JACOCO.find("<group").unwrap();
    let end = JACOCO.find("</group>").unwrap() + "</group>".len();
    let group = JACOCO[start..end].replace("\"core\"", "\"web\"");
    let problems = parsed(&format!("{}{group}{}", &JACOCO[..end], &JACOCO[end..])).problems;
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("groups core and web"), "{problems:?}");
}

#[test]
fn in_xml_of_phpunit_the_lines_that_did_not_run_are_counted() {
    let document = parsed(PHPUNIT);
    let file = &document.coverage.files["Sub/A.php"];
    assert_eq!(hits(file), [(4, 2), (5, 1)]);
    assert_eq!(functions(file), [(3, "f", 1)]);
    assert_eq!((file.executable, document.coverage.totals().lines), (3, Ratio { covered: 2, total: 3 }));
    let lost = parsed(&PHPUNIT.replace("executed=\"2\" percent", "executed=\"3\" percent"));
    assert_eq!(lost.problems, ["Sub/A.php: it states 3 lines that ran and lists 2"]);
}

#[test]
fn the_index_of_phpunit_names_its_documents_and_what_they_must_add_up_to() {
    let index = phpunit_xml::index(INDEX.as_bytes()).unwrap();
    let expected = phpunit_xml::Index {
        source: "/w/src".into(),
        documents: vec!["Sub/A.php.xml".into()],
        lines: Ratio { covered: 2, total: 3 },
    };
    assert_eq!(index, expected);
    let all = index.gather([parsed(PHPUNIT)]);
    assert_eq!((all.sources.len(), all.problems.len(), all.coverage), (1, 0, parsed(PHPUNIT).coverage));
    assert_eq!(index.gather([]).problems.len(), 3);
    let doubled = phpunit_xml::Index { lines: Ratio { covered: 4, total: 6 }, ..index };
    assert_eq!(doubled.gather([parsed(PHPUNIT)]).problems, ["it states 6 lines in all and lists 3"]);
    assert!(error(INDEX).contains("hand over its directory"));
}

#[test]
fn the_index_of_phpunit_leads_to_no_file_elsewhere() {
    for href in ["/etc/passwd", "../x.xml", "a/../../x.xml", "C:\\x.xml", "http://x/y.xml", "", "a//b"] {
        let index = INDEX.replace("Sub/A.php.xml", href);
        assert!(phpunit_xml::index(index.as_bytes()).is_err(), "{href}");
    }
    assert!(phpunit_xml::index(&INDEX.as_bytes()[..INDEX.len() - 20]).is_err());
    assert!(phpunit_xml::index(CLOVER.as_bytes()).is_err());
    assert!(phpunit_xml::index("<phpunit><project/></phpunit>".as_bytes()).is_err());
}

#[test]
fn deep_and_wide_documents_cost_what_they_weigh() {
    let deep = format!("<coverage clover='1'>{}", "<project>".repeat(100_000));
    assert!(read(None, deep.as_bytes()).is_err());
    let mut names = String::from("SF:a\n");
    for name in 0..100_000 {
        names.push_str(&format!("FN:1,{name}\nFNDA:1,{name}\nDA:{},1\n", name + 1));
    }
    names.push_str("end_of_record");
    assert_eq!(parsed(&names).coverage.totals().functions.total, 100_000);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(read(None, &bytes[..]));
        drop(phpunit_xml::index(&bytes[..]));
    }

    #[test]
    fn no_damage_makes_it_panic(
        which in 0_usize..6,
        at in any::<prop::sample::Index>(),
        take in 0_usize..40,
        put in "[<>/\"'=&;0-9a-z\\n:,-]{0,12}",
    ) {
        let text = ALL.map(|(_, text)| text).get(which).copied().unwrap_or(INDEX).as_bytes();
        let at = at.index(text.len());
        let rest = &text[(at + take).min(text.len())..];
        let damaged = [&text[..at], put.as_bytes(), rest].concat();
        drop(phpunit_xml::index(&damaged[..]));
        if let Ok(parsed) = read(None, &damaged[..]) {
            let totals = parsed.coverage.totals();
            for ratio in [totals.lines, totals.branches, totals.functions] {
                prop_assert!(ratio.covered <= ratio.total);
            }
        }
    }
}
