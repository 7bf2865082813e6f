//! Real reports of real tools. They are other people's and not part of the repository: without them these tests say
//! so and pass.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests may, and clippy sees only what is marked as one"
)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use findings::paths::Roots;
use findings::read::{Context, ReadError, read};
use findings::{Arena, Finding, Report};

/// Where the corpus of reports is: `$STEPGATE_CORPUS/lint`, or beside the workspace.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the corpus is")]
fn corpus() -> Option<PathBuf> {
    let beside = || Some(Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?.join("../shared/corpus"));
    let lint = std::env::var_os("STEPGATE_CORPUS").map(PathBuf::from).or_else(beside)?.join("lint");
    let found = lint.is_dir().then_some(lint);
    if found.is_none() {
        println!("skipped: no corpus");
    }
    found
}

/// Reads one file as a pipeline that ran the tools would.
fn reading<R>(path: &Path, look: impl FnOnce(Result<Vec<Report<'_>>, ReadError>) -> R) -> R {
    let roots = ["/opt/atlassian/pipelines/agent/build", "/opt/atlassian/pipelines/agent/build/pst", "C:/build"];
    let roots = Roots { roots: roots.map(str::to_owned).to_vec(), ..Roots::default() };
    let bump = bumpalo::Bump::new();
    let arena = Arena::new(&bump);
    let bytes = std::fs::read(path).expect("the corpus can be read");
    look(read(&bytes, None, &Context { arena: &arena, roots: &roots, tool: None }))
}

/// How often each finding is there, as `show` shows it.
fn findings(path: &Path, show: impl Fn(&Finding<'_>) -> String) -> BTreeMap<String, usize> {
    reading(path, |reports| {
        let reports = reports.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut shown = BTreeMap::new();
        for finding in reports.iter().flat_map(|report| &report.findings) {
            *shown.entry(show(finding)).or_default() += 1;
        }
        shown
    })
}

fn place_and_message(finding: &Finding<'_>) -> String {
    format!("{}:{} {}", finding.path(), finding.line, finding.message)
}

fn with_rule(finding: &Finding<'_>) -> String {
    format!("{} [{}]", place_and_message(finding), finding.rule.id)
}

/// Fails with the first lines that differ, not with megabytes.
fn assert_same(path: &Path, found: &BTreeMap<String, usize>, expected: &BTreeMap<String, usize>) {
    let missing: Vec<_> = expected.iter().filter(|(key, count)| found.get(*key) != Some(count)).take(3).collect();
    let extra: Vec<_> = found.iter().filter(|(key, count)| expected.get(*key) != Some(count)).take(3).collect();
    assert!(missing.is_empty() && extra.is_empty(), "{}:\nexpected {missing:#?}\nfound {extra:#?}", path.display());
}

/// The first of `formats` is the measure; `carries_rules` says which of them name the rule.
fn assert_formats_agree(stem: &Path, formats: &[&str], carries_rules: impl Fn(&str) -> bool) {
    let file = |format: &str| PathBuf::from(format!("{}.{format}", stem.display()));
    let (first, rest) = formats.split_first().expect("formats to compare");
    let places = findings(&file(first), place_and_message);
    let rules = findings(&file(first), with_rule);
    assert!(!places.is_empty());
    for format in rest {
        assert_same(&file(format), &findings(&file(format), place_and_message), &places);
        if carries_rules(format) {
            assert_same(&file(format), &findings(&file(format), with_rule), &rules);
        }
    }
}

#[test]
fn all_formats_of_one_run_of_phpstan_give_the_same_findings() {
    let Some(corpus) = corpus() else { return };
    let carries_rules = |format: &str| matches!(format, "prettyJson" | "raw-v" | "checkstyle");
    let formats = ["json", "raw", "checkstyle", "gitlab", "github", "junit", "teamcity"];
    for stem in ["phpstan-quirks/trait", "phpstan-quirks/ignorecount", "phpstan/phpstan2-symfony-demo-max"] {
        assert_formats_agree(&corpus.join(stem), &formats, carries_rules);
    }
    let stem = corpus.join("phpstan/phpstan2-symfony-demo-max");
    assert_formats_agree(&stem, &["json", "prettyJson", "raw-v"], carries_rules);
    assert_formats_agree(&corpus.join("phpstan/phpstan2-sylius-l5"), &["json", "checkstyle"], carries_rules);
}

#[test]
fn all_formats_of_one_run_of_phpcs_give_the_same_findings() {
    let Some(corpus) = corpus() else { return };
    let formats = ["json", "checkstyle.xml", "xml", "csv", "junit.xml", "emacs.txt"];
    for stem in [
        "phpcs3-symfony-demo-psr12",
        "phpcs3-symfony-demo-squiz",
        "phpcs4-symfony-demo-psr12",
        "phpcs4-symfony-demo-squiz",
    ] {
        assert_formats_agree(&corpus.join("phpcs").join(stem), &formats, |format| format != "emacs.txt");
    }
    assert_formats_agree(&corpus.join("phpcs/phpcs313-symfony-demo-psr12"), &formats[..2], |_| true);
}

#[test]
fn all_formats_of_one_run_of_php_cs_fixer_give_the_same_files_and_rules() {
    let Some(corpus) = corpus() else { return };
    let stem = corpus.join("php-cs-fixer/csf3-symfony-demo-phpcsfixer-vvv");
    assert_formats_agree(&stem, &["json", "xml", "junit"], |_| true);
    assert_formats_agree(&corpus.join("php-cs-fixer/csf3-symfony-demo-phpcsfixer"), &["json", "xml", "junit"], |_| {
        true
    });

    let rules = |path: PathBuf| {
        findings(&path, |finding| format!("{} {}", finding.path(), finding.rule.id)).into_keys().collect::<Vec<_>>()
    };
    let expected = rules(corpus.join("php-cs-fixer/csf3-symfony-demo-phpcsfixer-vvv.json"));
    for other in ["phpcsfixer-vvv.checkstyle", "phpcsfixer.checkstyle", "phpcsfixer.gitlab"] {
        assert_eq!(rules(corpus.join(format!("php-cs-fixer/csf3-symfony-demo-{other}"))), expected, "{other}");
    }
}

/// A line for each report in the file: format, tool, number of findings, and why it is not whole; or the refusal.
fn outcome(path: &Path) -> String {
    let cut = |text: &str| text.replace('\n', " ").chars().take(90).collect::<String>();
    reading(path, |reports| match reports {
        Err(error) => format!("refused: {}", cut(&error.to_string())),
        Ok(reports) => {
            let lines: Vec<_> = reports
                .iter()
                .map(|report| {
                    let format = report.format.expect("a report that was read has a format");
                    let problem =
                        report.problems.first().map_or(String::new(), |why| format!(", incomplete: {}", cut(why)));
                    format!("{format} of {}: {}{problem}", report.tool, report.findings.len())
                })
                .collect();
            lines.join(" + ")
        }
    })
}

fn files_below(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("the corpus can be listed") {
        let path = entry.expect("the corpus can be listed").path();
        if path.is_dir() { files_below(&path, files) } else { files.push(path) }
    }
}

#[test]
fn every_file_gives_the_known_number_of_findings_or_a_clear_refusal() {
    let Some(corpus) = corpus() else { return };
    let mut files = Vec::new();
    files_below(&corpus, &mut files);
    files.sort();
    let mut outcomes = String::new();
    for file in &files {
        let name = file.strip_prefix(&corpus).expect("it is below");
        writeln!(outcomes, "{}\n    {}", name.display(), outcome(file)).expect("strings take everything");
    }
    insta::assert_snapshot!("outcomes", outcomes);
}
