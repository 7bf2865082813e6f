use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::model::tests::{any_coverage, coverage};
use crate::model::{Branch, BranchId, Line, Ratio};
use crate::read::{Format, Parsed, read};

fn written(coverage: &Coverage, format: Format) -> Vec<u8> {
    let mut out = Vec::new();
    match format {
        Format::Clover => clover(coverage, 7, &mut out),
        Format::Lcov => lcov(coverage, &mut out),
        _ => cobertura(coverage, 7, &mut out),
    }
    .unwrap();
    out
}

fn read_back(coverage: &Coverage, format: Format) -> Parsed {
    read(None, &written(coverage, format)[..]).unwrap()
}

/// Hits and branches by path and line.
fn lines(coverage: &Coverage) -> BTreeMap<(&str, u32), (u64, Ratio)> {
    let of_file = |(path, file)| -> Vec<_> {
        let file: &FileCoverage = file;
        file.lines.iter().map(|(&number, line)| ((path, number), (line.hits, line.branch_ratio()))).collect()
    };
    inside(coverage).flat_map(of_file).collect()
}

fn small() -> Coverage {
    let mut small = coverage(&[("src/a&b.php", &[(3, 2), (4, 0)]), ("c.php", &[(1, 1)]), ("src/d/e.php", &[])]);
    let file = small.files.get_mut("src/a&b.php").unwrap();
    let half = Branch { covered: 1, total: 2 };
    let branches = [(BranchId::Condition(0), half), (BranchId::Condition(1), half)].into();
    file.lines.insert(5, Line { hits: 1, branches });
    file.functions.insert(crate::Function { line: 3, name: "f<T>()".into() }, 2);
    small
}

#[test]
fn cobertura_has_a_class_per_file() {
    insta::assert_snapshot!(String::from_utf8(written(&small(), Format::Cobertura)).unwrap(), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <coverage line-rate="0.7500" branch-rate="0.5000" lines-covered="3" lines-valid="4" branches-covered="2" branches-valid="4" complexity="0" version="stepgate" timestamp="7">
      <sources>
        <source>.</source>
      </sources>
      <packages>
        <package name="." line-rate="1.0000" branch-rate="1.0000" complexity="0">
          <classes>
            <class name="c.php" filename="c.php" line-rate="1.0000" branch-rate="1.0000" complexity="0">
              <methods>
              </methods>
              <lines>
                <line number="1" hits="1" branch="false"/>
              </lines>
            </class>
          </classes>
        </package>
        <package name="src" line-rate="0.6666" branch-rate="0.5000" complexity="0">
          <classes>
            <class name="a&amp;b.php" filename="src/a&amp;b.php" line-rate="0.6666" branch-rate="0.5000" complexity="0">
              <methods>
                <method name="f&lt;T&gt;()" signature="" line-rate="1.0000" branch-rate="1.0000" complexity="0"><lines><line number="3" hits="2"/></lines></method>
              </methods>
              <lines>
                <line number="3" hits="2" branch="false"/>
                <line number="4" hits="0" branch="false"/>
                <line number="5" hits="1" branch="true" condition-coverage="50% (2/4)"><conditions><condition number="0" type="jump" coverage="50%"/><condition number="1" type="jump" coverage="50%"/></conditions></line>
              </lines>
            </class>
          </classes>
        </package>
        <package name="src/d" line-rate="1.0000" branch-rate="1.0000" complexity="0">
          <classes>
            <class name="e.php" filename="src/d/e.php" line-rate="1.0000" branch-rate="1.0000" complexity="0">
              <methods>
              </methods>
              <lines>
              </lines>
            </class>
          </classes>
        </package>
      </packages>
    </coverage>
    "#);
}

#[test]
fn clover_has_a_package_per_directory() {
    insta::assert_snapshot!(String::from_utf8(written(&small(), Format::Clover)).unwrap(), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <coverage generated="7" clover="3.2.0">
      <project timestamp="7" name="All files">
        <metrics statements="4" coveredstatements="3" conditionals="4" coveredconditionals="2" methods="1" coveredmethods="1" elements="9" coveredelements="6" complexity="0" packages="3" files="3" classes="3"/>
        <package name=".">
          <metrics statements="1" coveredstatements="1" conditionals="0" coveredconditionals="0" methods="0" coveredmethods="0" elements="1" coveredelements="1" complexity="0"/>
          <file name="c.php" path="c.php">
            <metrics statements="1" coveredstatements="1" conditionals="0" coveredconditionals="0" methods="0" coveredmethods="0" elements="1" coveredelements="1" complexity="0"/>
            <line num="1" count="1" type="stmt"/>
          </file>
        </package>
        <package name="src">
          <metrics statements="3" coveredstatements="2" conditionals="4" coveredconditionals="2" methods="1" coveredmethods="1" elements="8" coveredelements="5" complexity="0"/>
          <file name="a&amp;b.php" path="src/a&amp;b.php">
            <metrics statements="3" coveredstatements="2" conditionals="4" coveredconditionals="2" methods="1" coveredmethods="1" elements="8" coveredelements="5" complexity="0"/>
            <line num="3" type="method" name="f&lt;T&gt;()" count="2"/>
            <line num="3" count="2" type="stmt"/>
            <line num="4" count="0" type="stmt"/>
            <line num="5" count="1" type="cond" truecount="2" falsecount="2"/>
          </file>
        </package>
        <package name="src/d">
          <metrics statements="0" coveredstatements="0" conditionals="0" coveredconditionals="0" methods="0" coveredmethods="0" elements="0" coveredelements="0" complexity="0"/>
          <file name="e.php" path="src/d/e.php">
            <metrics statements="0" coveredstatements="0" conditionals="0" coveredconditionals="0" methods="0" coveredmethods="0" elements="0" coveredelements="0" complexity="0"/>
          </file>
        </package>
      </project>
    </coverage>
    "#);
}

#[test]
fn lcov_has_a_record_per_file() {
    insta::assert_snapshot!(String::from_utf8(written(&small(), Format::Lcov)).unwrap(), @r#"
    TN:
    SF:c.php
    FNF:0
    FNH:0
    BRF:0
    BRH:0
    DA:1,1
    LF:1
    LH:1
    end_of_record
    TN:
    SF:src/a&b.php
    FN:3,f<T>()
    FNDA:2,f<T>()
    FNF:1
    FNH:1
    BRDA:5,0,0,1
    BRDA:5,0,1,1
    BRDA:5,0,2,0
    BRDA:5,0,3,0
    BRF:4
    BRH:2
    DA:3,2
    DA:4,0
    DA:5,1
    LF:3
    LH:2
    end_of_record
    TN:
    SF:src/d/e.php
    FNF:0
    FNH:0
    BRF:0
    BRH:0
    LF:0
    LH:0
    end_of_record
    "#);
}

#[test]
fn hostile_paths_neither_break_out_nor_break_the_document() {
    let path = "a\"><x y='\u{1b}[31m\u{0}\nSF:evil.php\nend_of_record\u{fffe}&amp;.php";
    let hostile = coverage(&[(path, &[(1, 1)])]);
    for format in [Format::Cobertura, Format::Clover, Format::Lcov] {
        let back = read_back(&hostile, format);
        assert_eq!(back.coverage.files.len(), 1, "{format}");
        assert_eq!(back.problems, [""; 0], "{format}");
        let kept = back.coverage.files.keys().next().unwrap();
        assert!(kept.starts_with("a\"><x y='") && !kept.contains(['\u{1b}', '\u{0}']), "{kept:?}");
    }
}

#[test]
fn lines_that_cannot_be_written_are_missed_by_who_reads_it_again() {
    let mut all = coverage(&[("a.php", &[(1, 1)])]);
    all.files.get_mut("a.php").unwrap().executable = 4;
    for format in [Format::Cobertura, Format::Clover, Format::Lcov] {
        assert_eq!(read_back(&all, format).problems.len(), usize::from(format != Format::Clover), "{format}");
    }
}

#[test]
fn files_outside_of_the_repository_are_not_written() {
    let mut all = coverage(&[("a.php", &[(1, 1)]), ("/x.php", &[(1, 1)])]);
    all.files.get_mut("/x.php").unwrap().outside = true;
    for format in [Format::Cobertura, Format::Clover, Format::Lcov] {
        assert_eq!(read_back(&all, format).coverage.files.len(), 1, "{format}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(mut all in any_coverage()) {
        all.unlisted = 0;
        all.files.values_mut().for_each(|file| file.executable = 0);
        all.files.insert("always.php".to_owned(), FileCoverage::default());
        for format in [Format::Cobertura, Format::Clover, Format::Lcov] {
            let back = read_back(&all, format);
            prop_assert_eq!(lines(&back.coverage), lines(&all));
            prop_assert_eq!(back.format, format);
            let (totals, before) = (back.coverage.totals(), all.totals());
            prop_assert_eq!((totals.lines, totals.branches), (before.lines, before.branches));
            prop_assert!(back.problems.is_empty() || totals.lines.total == 0, "{:?}", back.problems);
        }
    }
}
