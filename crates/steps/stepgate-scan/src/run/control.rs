//! A control scan: what every database knows must be found. A database that is fresh and empty is told by nothing else,
//! and Trivy finds nothing with it and ends with 0.

use std::path::Path;

use bumpalo::Bump;
use findings::Arena;
use image_scan::read::Context;
use step::{Result, files};

use super::said::Said;
use super::trivy::Trivy;
use crate::inputs;

/// A vulnerability of lodash below 4.17.12, published in July 2019:
/// <https://github.com/advisories/GHSA-jf85-cpcp-j695>.
const KNOWN: &str = "CVE-2019-10744";

/// A version of lodash that has it, as a CycloneDX document.
const SBOM: &[u8] = br#"{
  "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
  "components": [{
    "bom-ref": "pkg:npm/lodash@4.17.4", "type": "library", "name": "lodash", "version": "4.17.4",
    "purl": "pkg:npm/lodash@4.17.4"
  }]
}
"#;

/// Why `trivy` finds no vulnerabilities here; `None` when it finds the one it must. `scratch` is a directory to write
/// to.
///
/// # Errors
///
/// When it cannot be run.
pub(super) async fn problem(trivy: &Trivy, scratch: &Path) -> Result<Option<String>> {
    let [sbom, report] = ["control.cdx.json", "control.json"].map(|name| scratch.join(name));
    files::replace(&sbom, |out| out.write_all(SBOM))?;
    let ended = trivy.scan_sbom(&sbom, &report).await?;
    Ok(match ended.code {
        Some(0) => unknown_in(&report),
        None => {
            Some(format!("Trivy was stopped after {} s at the control scan (see --timeout)", trivy.limit.as_secs()))
        }
        Some(code) => {
            let why = Said::of(&ended.stderr).why();
            Some(format!("Trivy could not look into its database (exit code {code} at the control scan): {why}"))
        }
    })
}

fn unknown_in(report: &Path) -> Option<String> {
    let bump = Bump::new();
    let arena = Arena::new(&bump);
    let scan = match inputs::parse(report, &Context { arena: &arena, bump: &bump, list_packages: false }) {
        Ok(scan) => scan,
        Err(why) => return Some(format!("the report of the control scan cannot be read: {why}")),
    };
    let is_known = scan.findings.iter().any(|finding| finding.id == KNOWN);
    (!is_known).then(|| {
        format!(
            "Trivy's database does not know a vulnerability that every database has since 2019 ({KNOWN} in lodash \
             4.17.4), so that nothing is found with it; remove it, and let it be fetched again"
        )
    })
}
