//! The demo tells the whole story, offline, and leaves a report to look at.

use std::fs;

use crate::support::{stepgate, transcript};

#[test]
fn the_demo_plays_to_its_end_and_leaves_a_report() {
    let dir = tempfile::tempdir().unwrap();
    let output = stepgate(dir.path()).arg("demo").output().unwrap();
    let told = transcript(&output);
    assert!(output.status.success(), "{told}");
    for line in ["exit code 0", "exit code 1", "exit code 3", "it was updated, not repeated"] {
        assert!(told.contains(line), "the demo never says `{line}`:\n{told}");
    }
    let report = fs::read_to_string(dir.path().join("report.html")).unwrap();
    assert!(report.contains("RefundService.php"), "the report does not show what the pull request did");
    assert!(!report.contains("http://") || !report.contains("src=\"http"), "the report loads something from elsewhere");
}
