//! Reports of Trivy in the corpus, and as much of them as these tests are about.

use std::path::{Path, PathBuf};

use bumpalo::Bump;
use findings::Severity;
use image_scan::model::{Class, Finding, Kind, Package, Ruling, Scan, Status, Target};
use serde_json::Value;

/// What lies at `path` in Trivy's part of the corpus; `None` where there is no corpus.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the corpus is")]
pub(crate) fn corpus(path: &str) -> Option<PathBuf> {
    let beside = || Some(Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?.join("../shared/corpus"));
    let found = std::env::var_os("STEPGATE_CORPUS").map(PathBuf::from).or_else(beside)?.join("trivy").join(path);
    let found = Some(found).filter(|found| found.exists());
    if found.is_none() {
        println!("skipped: no corpus");
    }
    found
}

/// The vulnerabilities and packages of a report of Trivy.
pub(crate) fn load<'a>(bump: &'a Bump, file: &Path) -> Scan<'a> {
    let report: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let text = |value: &Value, key: &str| -> &'a str { bump.alloc_str(value[key].as_str().unwrap_or_default()) };
    let list = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let mut scan = Scan::new("trivy");
    scan.artifact = text(&report, "ArtifactName");
    scan.image_id = text(&report["Metadata"], "ImageID");
    scan.repo_tags =
        list(&report["Metadata"], "RepoTags").iter().filter_map(|tag| Some(&*bump.alloc_str(tag.as_str()?))).collect();
    scan.source = file.display().to_string();
    for result in list(&report, "Results") {
        let class = if result["Class"] == "os-pkgs" { Class::OsPackages } else { Class::LanguagePackages };
        let target = bump.alloc(Target { name: text(&result, "Target"), class, ecosystem: text(&result, "Type") });
        for package in list(&result, "Packages") {
            let (version, epoch, release) = (text(&package, "Version"), &package["Epoch"], text(&package, "Release"));
            let epoch = epoch.as_u64().map_or_else(String::new, |epoch| format!("{epoch}:"));
            let release = if release.is_empty() { String::new() } else { format!("-{release}") };
            scan.listed.push(bump.alloc(Package {
                name: text(&package, "Name"),
                version: bump.alloc_str(&format!("{epoch}{version}{release}")),
                purl: text(&package["Identifier"], "PURL"),
                path: text(&package, "FilePath"),
            }));
        }
        for found in list(&result, "Vulnerabilities") {
            let package = bump.alloc(Package {
                name: text(&found, "PkgName"),
                version: text(&found, "InstalledVersion"),
                purl: text(&found["PkgIdentifier"], "PURL"),
                path: text(&found, "PkgPath"),
            });
            scan.findings.push(vulnerability(
                text(&found, "VulnerabilityID"),
                text(&found, "Severity"),
                target,
                package,
            ));
        }
    }
    scan
}

fn vulnerability<'a>(id: &'a str, severity: &str, target: &'a Target<'a>, package: &'a Package<'a>) -> Finding<'a> {
    let severity = match severity {
        "CRITICAL" => Some(Severity::Critical),
        "HIGH" => Some(Severity::High),
        "MEDIUM" => Some(Severity::Medium),
        "LOW" => Some(Severity::Low),
        _ => None,
    };
    Finding {
        kind: Kind::Vulnerability,
        id,
        aliases: &[],
        severity,
        worst: None,
        title: "",
        advice: None,
        link: None,
        target,
        package: Some(package),
        path: package.path,
        line: 0,
        end_line: 0,
        layer: None,
        fixed_version: "",
        status: Status::Unknown,
        cvss: None,
        epss: None,
        kev: false,
        published: None,
        category: "",
        suppressed: None,
        origin: None,
        news: None,
        ruling: Ruling::default(),
    }
}
