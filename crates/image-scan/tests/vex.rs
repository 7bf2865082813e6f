//! The VEX documents of the corpus, and what they say about a real image that was scanned as a tar.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests may, and clippy sees only what is marked as one")]

use bumpalo::Bump;
use image_scan::exceptions;
use image_scan::vex::{self, Document};

mod trivy;

#[test]
fn every_document_of_the_corpus_reads() {
    let Some(folder) = trivy::corpus("trivy-testdata/vex") else { return };
    let mut shown = Vec::new();
    for name in
        ["csaf", "csaf-relationships", "cyclonedx", "openvex", "openvex-multiple", "openvex-nested", "openvex-oci"]
    {
        let bytes = std::fs::read(folder.join(name).with_extension("json")).unwrap();
        let document = vex::read(&bytes, name).unwrap();
        shown.extend(document.warnings.clone());
        shown.extend(vex::unused(&[document], &[]));
    }
    shown.push(vex::read(&std::fs::read(folder.join("unknown.json")).unwrap(), "unknown.json").unwrap_err());
    insta::assert_snapshot!(shown.join("\n"), @"
        csaf: 1 statement about vulnerabilities that were not found
        csaf-relationships: 1 statement about vulnerabilities that were not found
        cyclonedx: 2 statements about vulnerabilities that were not found
        openvex: 1 statement about vulnerabilities that were not found
        openvex-multiple: 1 statement about vulnerabilities that were not found
        openvex-nested: 1 statement about vulnerabilities that were not found
        openvex-oci: 1 statement about vulnerabilities that were not found
        unknown.json cannot be used: it is no VEX document: OpenVEX has `@context` and `statements`, CSAF `document.csaf_version`, CycloneDX `bomFormat`
        ");
}

#[test]
fn a_tar_is_known_by_its_repository_and_what_matches_nothing_is_told() {
    let Some(folder) = trivy::corpus("real-0.76") else { return };
    let bump = Bump::new();
    let scan = trivy::load(&bump, &folder.join("image-ignore-unfixed-critical.json"));
    let whole = trivy::load(&bump, &folder.join("../baseline/deployed-1.2.3-scanned-at-deploy.json"));
    let documents: [Document; 1] =
        [vex::read(&std::fs::read(folder.join("vex-oci.json")).unwrap(), "vex-oci.json").unwrap()];
    let mut shown: Vec<String> = Vec::new();
    for finding in &whole.findings {
        let words = vex::excuse(&documents, finding, &whole);
        shown.extend(words.map(|words| format!("{} {}: {words}", finding.id, finding.package.unwrap().name)));
    }
    shown.extend(documents[0].warnings.clone());
    shown.extend(vex::unused(&documents, &[scan, whole]));
    insta::assert_snapshot!(shown.join("\n"), @"
        CVE-2011-3374 apt: VEX statements[3] of `vex-oci.json`: fixed
        CVE-2099-0001 libc-bin: VEX statements[0] of `vex-oci.json`: not affected: component_not_present
        CVE-2099-0001 libc6: VEX statements[0] of `vex-oci.json`: not affected: component_not_present
        vex-oci.json: statements[2]: `CVE-2023-45853` is not_affected without justification or impact_statement; it excuses nothing
        vex-oci.json: statements[1] about `CVE-2099-0002` matches no finding: its product is an image by name only; add the digest (for an image that was not pushed yet, that of its configuration), or `repository_url`, or `tag`
        ");
}

#[test]
fn the_ignore_files_of_the_corpus_are_imported() {
    let Some(folder) = trivy::corpus("trivy-testdata/result") else { return };
    let counts = [".trivyignore", ".trivyignore.yaml"].map(|name| {
        let imported = exceptions::import(&std::fs::read(folder.join(name)).unwrap(), name);
        let complete: usize = imported.exceptions.iter().map(|draft| draft.complete("x").len()).sum();
        (imported.exceptions.len(), complete)
    });
    // None of them says why.
    assert_eq!(counts, [(9, 0), (19, 0)]);
}
