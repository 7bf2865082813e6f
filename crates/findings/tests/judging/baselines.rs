use std::fs::File;
use std::io::Write as _;
use std::process::Command;

use findings::baseline::{Baseline, import::import};
use findings::judge::{Criteria, judge};
use findings::paths::Roots;
use findings::read::{Context, Format, read};
use findings::{Arena, Disposition, Finding, Report, Severity, Totals};

use crate::corpus;

/// A baseline of one finding in each of these files.
fn baseline(files: &[String]) -> Baseline {
    let entry = |file: &String| {
        format!("{{\"path\":\"{file}\",\"tool\":\"phpstan\",\"rule\":\"r\",\"message\":\"m\",\"count\":1}}\n")
    };
    let entries: String = files.iter().map(entry).collect();
    Baseline::parse(&format!("{{\"schema\":\"stepgate.baseline/v1\"}}\n{entries}")).unwrap()
}

#[test]
fn branches_that_add_different_entries_merge_without_conflict() {
    let common: Vec<_> = (10..30).map(|at| format!("src/{at}.php")).collect();
    let with = |file: &str| baseline(&[common.as_slice(), &[file.to_owned()]].concat());
    let folder = std::env::temp_dir().join(format!("stepgate-baseline-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, baseline) in
        [("ours", with("src/13a.php")), ("base", baseline(&common)), ("theirs", with("src/25a.php"))]
    {
        File::create(folder.join(name)).unwrap().write_all(baseline.to_text().as_bytes()).unwrap();
    }
    let merge = Command::new("git").current_dir(&folder).args(["merge-file", "-p", "ours", "base", "theirs"]).output();
    std::fs::remove_dir_all(&folder).unwrap();
    let merge = merge.expect("git is on the path");
    assert!(merge.status.success());
    let merged = String::from_utf8(merge.stdout).unwrap();
    assert_eq!(Baseline::first_unsorted_line(&merged), Ok(None));
    assert_eq!(Baseline::parse(&merged).unwrap().entries().len(), common.len() + 2);
}

#[test]
fn an_imported_baseline_of_phpstan_covers_exactly_what_phpstan_put_there() {
    let Some(folder) = corpus("lint/phpstan") else { return };
    let json = std::fs::read(folder.join("phpstan2-symfony-demo-max.json")).unwrap();
    let bump = bumpalo::Bump::new();
    let roots = Roots { roots: vec!["/opt/atlassian/pipelines/agent/build".to_owned()], ..Roots::default() };
    let context = Context { arena: &Arena::new(&bump), roots: &roots, tool: None };
    let mut reports = read(&json, None, &context).unwrap();
    let mut imported = Vec::new();
    for name in ["phpstan2-symfony-demo-max.baseline.neon", "phpstan2-symfony-demo-max.baseline.php"] {
        // The baseline was written elsewhere than the report, with paths that lead from there to the sources.
        let text = std::fs::read_to_string(folder.join(name)).unwrap().replace("../../src/symfony+demo/", "");
        let (baseline, notes) = import(&text, "").unwrap();
        assert_eq!(notes, Vec::<String>::new());
        let judgement = judge(&mut reports, &Criteria { baseline: Some(&baseline), ..Criteria::default() });
        assert_eq!(judgement.verdict.reasons, ["37 new findings block: phpstan 37"]);
        assert_eq!(judgement.stale, []);
        let blocking = |finding: &&Finding<'_>| finding.disposition == Disposition::Blocking;
        assert!(reports[0].findings.iter().filter(blocking).all(|finding| !finding.ignorable));
        assert_eq!(Totals::of(&reports[0].findings).muted, 946 - 37);
        imported.push(baseline);
    }
    assert_eq!(imported[0], imported[1]);
}

#[test]
fn baselines_of_big_projects_are_imported_whole() {
    let Some(folder) = corpus("lint/fixtures") else { return };
    for (name, count) in [("phpstan-src-phpstan-baseline.neon", "count: "), ("psalm-baseline-real.xml", "<code>")] {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let counts = text.split(count).skip(1).map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next().unwrap());
        let expected: u64 = counts.map(|digits| digits.parse().unwrap_or(1)).sum();
        let (baseline, notes) = import(&text, "").unwrap();
        assert_eq!((baseline.allowed(), notes), (expected, Vec::new()), "{name}");
        assert_eq!(Baseline::parse(&baseline.to_text()).unwrap(), baseline);
    }
}

#[test]
fn seventy_thousand_findings_are_compared_in_no_time() {
    let bump = bumpalo::Bump::new();
    let arena = Arena::new(&bump);
    let finding = |at: u32| Finding {
        line: at,
        ..Finding::new(
            arena.rule("phpstan", &format!("rule.{}", at % 50)),
            Some(arena.file(&format!("src/Some/Folder/Class{}.php", at % 2_000), true)),
            Severity::High,
            arena
                .text(&format!("Parameter #1 $name of method App\\Class{}::method() is bad on line {at}.", at % 9_000)),
        )
    };
    let findings: Vec<_> = (0..70_000).map(finding).collect();
    let earlier = Baseline::of(findings.iter().skip(1));
    let mut reports = [Report { findings, ..Report::new("phpstan", Format::PhpstanJson) }];
    let start = std::time::Instant::now();
    let judgement = judge(&mut reports, &Criteria { against: Some(&earlier), ..Criteria::default() });
    println!("{:?}", start.elapsed());
    assert_eq!(judgement.verdict.reasons, ["1 new finding blocks: phpstan 1"]);
    assert_eq!(Totals::of(&reports[0].findings).muted, 69_999);
}
