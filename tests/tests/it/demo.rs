//! The demo tells the whole story, offline, and leaves reports to look at.

use std::fs;

use crate::support::{stepgate, transcript};

#[test]
fn the_demo_plays_to_its_end_and_leaves_reports() {
    let dir = tempfile::tempdir().unwrap();
    let output = stepgate(dir.path()).arg("demo").output().unwrap();
    let told = transcript(&output);
    assert!(output.status.success(), "{told}");
    for line in ["exit code 0", "exit code 1", "exit code 3", "they were updated, not repeated"] {
        assert!(told.contains(line), "the demo never says `{line}`:\n{told}");
    }
    for (page, shows) in [
        ("report.html", "RefundService.php"),
        ("tests-report.html", "RefundService.php"),
        ("scan-report.html", "CVE-2099-0105"),
    ] {
        assert!(told.contains(page), "the demo never says where {page} is:\n{told}");
        let report = fs::read_to_string(dir.path().join(page)).unwrap();
        assert!(report.contains(shows), "{page} does not show what the pull request did");
        assert!(!report.contains("src=\"http"), "{page} loads something from elsewhere");
    }
}
