use std::fs::File;
use std::io::Write as _;
use std::process::Command;

use findings::baseline::Baseline;

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
