//! What is different between two images of the corpus, of which its note tells what they differ in.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests may, and clippy sees only what is marked as one")]

use bumpalo::Bump;
use image_scan::against::Deployed;
use image_scan::model::News;

mod trivy;

#[test]
fn the_pair_of_the_corpus_differs_as_its_note_says() {
    let Some(folder) = trivy::corpus("baseline") else { return };
    let bump = Bump::new();
    let deployed = Deployed::new(&trivy::load(&bump, &folder.join("deployed-1.2.3-scanned-at-deploy.json")));
    let mut candidate = trivy::load(&bump, &folder.join("candidate-1.2.4.json"));
    let gone = deployed.compare(&mut candidate);
    assert!(deployed.notes().is_empty());
    let mut lines: Vec<String> = candidate
        .findings
        .iter()
        .filter(|finding| finding.news != Some(News::Known))
        .map(|finding| format!("{:?} {} {}", finding.news, finding.id, finding.package.map_or("", |it| it.name)))
        .collect();
    lines.extend(
        gone.iter().map(|gone| format!("gone {} {} {} {:?}", gone.id, gone.package, gone.version, gone.severity)),
    );
    lines.sort();
    insta::assert_snapshot!(lines.join("\n"), @"
        Some(Disclosed) CVE-2099-0004 gzip
        Some(Introduced) CVE-2022-40897 setuptools
        Some(Raised) CVE-2099-0003 curl
        Some(Raised) CVE-2099-0003 libcurl4
        gone CVE-2019-10744 lodash 4.17.4 Critical
        gone CVE-2019-14806 Werkzeug 0.14 High
        gone CVE-2099-0002 curl 7.88.1-10+deb12u15 High
        ");
    // Its version moved, and it is still there.
    let moved = candidate.findings.iter().find(|finding| finding.id == "CVE-2019-11358").unwrap();
    assert_eq!((moved.news, moved.package.unwrap().version), (Some(News::Known), "3.3.8"));
}
