//! Documents that are no report of a scan of an image, and what to run instead.

const TRIVY: &str = "run `trivy image --format json --output trivy.json IMAGE`";

/// What a document with the top-level key `key` is, when that is one that no report has.
pub(super) fn document(key: &str) -> Option<String> {
    let what = match key {
        "bomFormat" => "a CycloneDX bill of materials, which does not say what a scanner found",
        "spdxVersion" | "SPDXID" => "an SPDX bill of materials, which does not say what a scanner found",
        "runs" => "a SARIF log, which leaves out packages, versions and fixes",
        "ClusterName" | "Resources" => "a report of `trivy kubernetes` about a cluster, not about an image",
        "SummaryControls" | "RelatedResources" => "a compliance report, which hides what it has no control for",
        "ID" | "Title" => "a compliance report, or nothing of Trivy's: it has no results of its own",
        "@context" | "statements" => "an OpenVEX document: give it as `vex` of the policy, beside the report",
        "product_tree" => "a CSAF advisory, not a report of a scan",
        "remediations" => "a GitLab report, which leaves out what cannot be told apart again",
        "detector" | "manifests" => "a snapshot of dependencies for GitHub, not a report of a scan",
        "Findings" => "a list of findings for AWS or of a cluster, not a report of Trivy",
        _ => return None,
    };
    Some(format!("this is {what}; {TRIVY}"))
}

/// What is wrong with the very beginning of an input.
pub(super) fn beginning(start: &[u8]) -> Option<String> {
    let what = match start {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..] => {
            "UTF-16, as PowerShell writes with `>`; let the scanner write the file itself"
        }
        [0x1f, 0x8b, ..] => "compressed with gzip",
        [b'<', ..] => "XML or HTML, not JSON",
        [b'{' | b'[', ..] => return None,
        [] => return Some(format!("empty: Trivy was stopped or never ran; {TRIVY}")),
        _ => "not JSON",
    };
    Some(format!("this is {what}; {TRIVY}"))
}

/// An object that nothing tells apart.
pub(super) fn unknown() -> String {
    format!("this is neither a report of Trivy (it has no `SchemaVersion`) nor one of grype; {TRIVY}")
}

/// A list that is not one of results.
pub(super) fn list(why: &str) -> String {
    format!("this is a list, but not the one that Trivy wrote before version 0.20: {why}; {TRIVY}")
}
