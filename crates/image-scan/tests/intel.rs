//! EPSS and KEV as grype keeps them, where they lie beside the repository.

#![expect(clippy::disallowed_methods, reason = "tests have no step::Env, and only look for their data")]

use std::path::PathBuf;

use image_scan::intel;

#[test]
fn samples_of_the_catalogue_and_of_scores_are_read_with_their_dates() {
    let (Some(catalogue), Some(scores)) = (sample("kev-sample.json"), sample("epss-sample.json")) else {
        println!("skipped: no corpus");
        return;
    };
    let kev = intel::kev(&mut &*catalogue).unwrap();
    assert!(kev.ids.contains("CVE-2025-24989") && kev.date.is_some());
    let epss = intel::epss(&mut &*scores).unwrap();
    assert_eq!((epss.scores["CVE-2025-0108"], epss.scores["CVE-2025-0109"]), (0.328, 0.283));
    assert_eq!(epss.date.unwrap().to_string(), "2025-02-18T00:00:00Z");
}

fn sample(name: &str) -> Option<Vec<u8>> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let corpus = std::env::var_os("STEPGATE_CORPUS").map_or(beside, PathBuf::from);
    std::fs::read(corpus.join("trivy/grype").join(name)).ok()
}
