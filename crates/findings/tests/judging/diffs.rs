use findings::diff::{Hunk, parse};

use crate::corpus;

#[test]
fn diffs_of_other_programs_are_read_or_refused() {
    let Some(corpus) = corpus("lint/fixtures") else {
        return;
    };
    let mut read = Vec::new();
    for folder in ["reviewdog+reviewdog/diff/testdata", "DaveLiddament+sarb/tests/resources/invalidDiffs"] {
        for entry in std::fs::read_dir(corpus.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "diff") {
                continue;
            }
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let files = parse(&std::fs::read(&path).unwrap());
            let what = files.map(|files| files.iter().map(|file| format!(" {:?}", file.hunks.len())).collect());
            read.push(format!("{name}:{}", what.unwrap_or_else(|error| format!(" {error}"))));
        }
    }
    read.sort();
    insta::assert_snapshot!(read.join("\n"), @r"
    addeofnewline.diff: 1
    empty.diff:
    empty_deleted.diff: 0
    empty_new.diff: 0
    empty_space.diff: 0
    gofmt.diff: 4
    golint.diff: 2
    missingRenameTo.diff: line 1 of the diff: the diff is cut short: a rename or copy lacks one of its two paths
    newline_and_empty_deleted.diff: 0 2
    nonewline.diff: 1
    nonewline2.diff: 1
    nonewline3.diff: 1
    removeeofnewline.diff: 1
    sample.diff: 1
    sample.git.diff: 1
    truncateBeforeRenameTo.diff: line 1 of the diff: the diff is cut short: a rename or copy lacks one of its two paths
    truncatedBeforeNewFile.diff: line 4 of the diff: the diff is cut short: a line `+++ path` must follow `--- path`
    ");
}

#[test]
fn every_diff_in_real_reports_of_php_cs_fixer_is_read() {
    let Some(folder) = corpus("lint/php-cs-fixer") else {
        return;
    };
    let mut hunks = 0;
    for name in ["csf3-sylius-phpcsfixer.json", "csf3-symfony-demo-phpcsfixer.json"] {
        let report: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap();
        for file in report["files"].as_array().unwrap() {
            let diff = file["diff"].as_str().unwrap();
            let [parsed] = parse(diff.as_bytes()).unwrap().try_into().unwrap();
            assert!(parsed.new.is_some_and(|path| path.ends_with(file["name"].as_str().unwrap())));
            let changed = |sign: char| diff.lines().skip(2).filter(|line| line.starts_with(sign)).count();
            let total = |len: fn(&Hunk) -> u32| parsed.hunks.iter().map(len).sum::<u32>() as usize;
            assert_eq!((total(|hunk| hunk.old_len), total(|hunk| hunk.new_len)), (changed('-'), changed('+')));
            hunks += parsed.hunks.len();
        }
    }
    assert!(hunks > 4_029, "{hunks}");
}
