use std::os::unix::fs::symlink;

use super::*;

fn dir_with(names: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    for name in names {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
        File::create(path).and_then(|mut file| file.write_all(name.as_bytes())).expect("a file");
    }
    dir
}

fn found(dir: &tempfile::TempDir, patterns: &[&str]) -> Vec<String> {
    let patterns: Vec<_> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
    let files = expand(&patterns, dir.path()).expect("files");
    files.iter().map(|file| shown(file, dir.path()).to_string()).collect()
}

fn refusal(dir: &tempfile::TempDir, pattern: &str) -> String {
    let failure = expand(&[pattern.to_owned()], dir.path()).expect_err("nothing there");
    assert_eq!(failure.exit(), crate::Exit::Input);
    format!("{failure}; {}", failure.hints().join("; "))
}

#[test]
fn a_star_stays_in_its_directory_and_two_do_not() {
    let dir = dir_with(&["r/b.json", "r/a.json", "r/deep/c.json", "r/a.xml"]);
    assert_eq!(found(&dir, &["r/*.json"]), ["r/a.json", "r/b.json"]);
    assert_eq!(found(&dir, &["r/**/*.json"]), ["r/a.json", "r/b.json", "r/deep/c.json"]);
    assert_eq!(found(&dir, &["r/*/*.json"]), ["r/deep/c.json"]);
    assert_eq!(found(&dir, &["r/a.{xml,json}"]), ["r/a.json", "r/a.xml"]);
}

#[test]
fn each_file_comes_once_in_the_order_of_the_patterns() {
    let dir = dir_with(&["z.json", "a.json"]);
    assert_eq!(found(&dir, &["./z.json", "*.json", "-", "z.json"]), ["z.json", "a.json", "-"]);
}

#[test]
fn hidden_files_are_found_only_when_asked_for() {
    let dir = dir_with(&[".cache/a.json", "a.json"]);
    assert_eq!(found(&dir, &["**/*.json"]), ["a.json"]);
    assert_eq!(found(&dir, &[".cache/*.json"]), [".cache/a.json"]);
    assert_eq!(found(&dir, &[".*/*.json"]), [".cache/a.json"]);
}

#[test]
fn a_file_whose_name_looks_like_a_pattern_is_itself() {
    let dir = dir_with(&["a[1].json", "a1.json"]);
    assert_eq!(found(&dir, &["a[1].json"]), ["a[1].json"]);
}

#[test]
fn a_loop_of_symbolic_links_ends() {
    let dir = dir_with(&["r/a.json"]);
    symlink(dir.path(), dir.path().join("r/loop")).expect("a link");
    assert_eq!(found(&dir, &["**/*.json"]), ["r/a.json"]);
}

#[test]
fn what_names_nothing_is_refused_and_says_what_is_there() {
    let dir = dir_with(&["reports/phpcs.json", "reports/phpstan.xml"]);
    let said = refusal(&dir, "reports/phpstan.json");
    assert_eq!(said, "there is no file reports/phpstan.json; reports has phpcs.json, phpstan.xml");
    assert_eq!(
        refusal(&dir, "reports/*.sarif"),
        "no file matches reports/*.sarif; reports has phpcs.json, phpstan.xml"
    );
    assert_eq!(refusal(&dir, "build/x/*.json"), "no file matches build/x/*.json; this directory has reports");
}

#[test]
fn a_file_is_read_up_to_the_limit_and_not_a_byte_more() {
    let dir = dir_with(&["12345"]);
    let path = dir.path().join("12345");
    assert_eq!(read(&path, 5).expect("fits"), b"12345");
    let failure = read(&path, 4).expect_err("too large");
    assert!(failure.to_string().ends_with("it is larger than 4 bytes"), "{failure}");
}

#[test]
fn a_directory_is_not_a_report() {
    let dir = dir_with(&["r/a.json"]);
    let failure = read(&dir.path().join("r"), 9).expect_err("a directory");
    assert!(failure.to_string().ends_with("r: it is a directory"), "{failure}");
    assert!(failure.hints()[0].ends_with("r/*"), "{failure:?}");
}

#[test]
fn a_file_is_replaced_whole_or_not_at_all() {
    let dir = dir_with(&["old"]);
    let path = dir.path().join("old");
    let failure = replace(&path, |out| out.write_all(b"half").and(Err(io::Error::other("no more")))).expect_err("half");
    assert!(failure.to_string().ends_with(": no more"), "{failure}");
    assert_eq!(fs::read(&path).expect("the old file"), b"old");
    assert_eq!(fs::read_dir(dir.path()).expect("the directory").count(), 1, "nothing else is left");
    replace(&path, |out| out.write_all(b"new")).expect("written");
    assert_eq!(fs::read(&path).expect("the new file"), b"new");
}

#[test]
fn permissions_and_links_are_kept_and_directories_made() {
    let dir = dir_with(&["real"]);
    let (real, link) = (dir.path().join("real"), dir.path().join("link"));
    fs::set_permissions(&real, Permissions::from_mode(0o640)).expect("permissions");
    symlink("real", &link).expect("a link");
    replace(&link, |out| out.write_all(b"new")).expect("written");
    assert!(link.is_symlink());
    assert_eq!(fs::read(&real).expect("the file"), b"new");
    assert_eq!(fs::metadata(&real).expect("the file").permissions().mode() & 0o777, 0o640);
    let deep = dir.path().join("a/b/c.html");
    replace(&deep, |out| out.write_all(b"x")).expect("written");
    assert_ne!(fs::metadata(&deep).expect("the file").permissions().mode() & 0o044, 0, "not for its owner alone");
}

#[test]
fn a_directory_is_not_replaced_and_a_device_is_written_to() {
    let dir = dir_with(&["r/a"]);
    let failure = replace(&dir.path().join("r"), |_| Ok(())).expect_err("a directory");
    assert!(failure.to_string().ends_with("r: it is a directory"), "{failure}");
    replace(Path::new("/dev/null"), |out| out.write_all(b"gone")).expect("written");
    assert!(!Path::new("/dev/null").is_file());
}
