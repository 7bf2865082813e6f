//! Trivy's JSON report: an object of `SchemaVersion` 2 since version 0.20, before that a bare list of results.

mod finding;
mod wire;

use findings::read::json::Text;
use rustc_hash::FxHashMap;

use super::make::{Maker, without_arguments};
use super::values::text;
use super::window::{Fault, Window, Wrong};
use crate::Scan;
use crate::model::{Class, Finding, Kind, Layer, Os, Target};

/// Systems whose packages Trivy looks up, by the word that stands in `Type`. From
/// <https://github.com/aquasecurity/trivy/blob/main/pkg/fanal/types/const.go>. For reports that do not say `Class`.
const SYSTEMS: [&str; 22] = [
    "alma",
    "alpine",
    "amazon",
    "azurelinux",
    "bottlerocket",
    "cbl-mariner",
    "centos",
    "chainguard",
    "debian",
    "echo",
    "fedora",
    "minimos",
    "opensuse",
    "opensuse.leap",
    "opensuse-leap",
    "opensuse.tumbleweed",
    "oracle",
    "photon",
    "redhat",
    "rocky",
    "ubuntu",
    "wolfi",
];

/// Keys of a result that may be there once only.
const RESULT: [&str; 9] = [
    "Target",
    "Class",
    "Type",
    "Packages",
    "Vulnerabilities",
    "Misconfigurations",
    "Secrets",
    "Licenses",
    "ExperimentalModifiedFindings",
];

/// What one result says about itself.
#[derive(Default)]
struct Section<'a> {
    target: Option<&'a str>,
    class: &'a str,
    ecosystem: &'a str,
    has_misconfigurations: bool,
}

/// Reads the value of a top-level `key`. `false`: it is not Trivy's, and the window has not moved.
pub(super) fn take<'a>(
    key: &str,
    window: &mut Window<'_>,
    maker: &mut Maker<'_, 'a>,
    scan: &mut Scan<'a>,
    history: &mut FxHashMap<&'a str, &'a str>,
) -> Result<bool, Fault> {
    match key {
        "SchemaVersion" => window.value::<serde_json::Value, _>(|version| match version.as_u64() {
            Some(2) => Ok(()),
            _ => Err(format!("{version} is not a version that stepgate knows; it reads version 2")),
        })?,
        "Trivy" => window.value::<wire::Tool<'_>, _>(|tool| {
            scan.scanner_version = maker.text(text(&tool.version));
            let database = tool.server.and_then(|server| server.database);
            let updated = database.and_then(|database| database.updated_at);
            scan.database_built = maker.moment("Trivy.Server.VulnerabilityDB.UpdatedAt", text(&updated));
            Ok(())
        })?,
        "CreatedAt" => {
            scan.created = word(window, |created| maker.moment("CreatedAt", created))?;
        }
        "ArtifactName" => scan.artifact = word(window, |name| maker.text(name))?,
        "ArtifactType" => scan.artifact_type = word(window, |kind| maker.text(kind))?,
        "Metadata" => window.value::<wire::Metadata<'_>, _>(|metadata| {
            self::metadata(metadata, maker, scan, history);
            Ok(())
        })?,
        "Results" => results(window, maker, scan)?,
        "ReportID" | "ArtifactID" => window.ignore()?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Reads the list of results that the window stands at.
pub(super) fn results<'a>(
    window: &mut Window<'_>,
    maker: &mut Maker<'_, 'a>,
    scan: &mut Scan<'a>,
) -> Result<(), Fault> {
    window.list(|window| result(window, maker, scan)).map(|_| ())
}

/// Gives the layers of findings the instruction that made them, which may stand behind the findings.
pub(super) fn finish<'a>(maker: &Maker<'_, 'a>, scan: &mut Scan<'a>, history: &FxHashMap<&'a str, &'a str>) {
    let mut told: FxHashMap<&str, &'a Layer<'a>> = FxHashMap::default();
    for finding in &mut scan.findings {
        let Some(layer) = finding.layer.filter(|layer| layer.created_by.is_empty()) else { continue };
        let Some(created_by) = history.get(layer.diff_id) else { continue };
        let told =
            told.entry(layer.diff_id).or_insert_with(|| maker.context.bump.alloc(Layer { created_by, ..*layer }));
        finding.layer = Some(told);
    }
}

fn word<T>(window: &mut Window<'_>, mut make: impl FnMut(&str) -> T) -> Result<T, Fault> {
    window.value::<wire::Word<'_>, _>(|word| Ok(make(text(&word.0))))
}

fn metadata<'a>(
    metadata: wire::Metadata<'_>,
    maker: &Maker<'_, 'a>,
    scan: &mut Scan<'a>,
    history: &mut FxHashMap<&'a str, &'a str>,
) {
    scan.os = metadata.os.map(|os| Os {
        family: maker.text(text(&os.family)),
        name: maker.text(text(&os.name)),
        end_of_life: os.eosl.unwrap_or_default(),
    });
    scan.image_id = maker.text(text(&metadata.image_id));
    scan.repo_tags = maker.texts(metadata.repo_tags);
    scan.repo_digests = maker.texts(metadata.repo_digests);
    scan.diff_ids = maker.texts(metadata.diff_ids);
    let config = metadata.image_config.unwrap_or_default();
    if scan.diff_ids.is_empty() {
        scan.diff_ids = maker.texts(config.rootfs.and_then(|rootfs| rootfs.diff_ids));
    }
    let mut made = |diff_id: &'a str, created_by: &Option<Text<'_>>| {
        let created_by = without_arguments(text(created_by));
        if !diff_id.is_empty() && !created_by.is_empty() {
            history.insert(diff_id, maker.text(created_by));
        }
    };
    let steps = config.history.unwrap_or_default();
    let steps = || steps.iter().filter(|step| step.empty_layer != Some(true));
    // Where the numbers differ, nobody knows which step made which layer.
    if steps().count() == scan.diff_ids.len() {
        scan.diff_ids.iter().zip(steps()).for_each(|(diff_id, step)| made(diff_id, &step.created_by));
    }
    for layer in metadata.layers.unwrap_or_default() {
        made(maker.text(text(&layer.diff_id)), &layer.created_by);
    }
}

fn result<'a>(window: &mut Window<'_>, maker: &mut Maker<'_, 'a>, scan: &mut Scan<'a>) -> Result<(), Fault> {
    let first = scan.findings.len();
    let mut section = Section::default();
    let read = window.object(&RESULT, |window, key| part(key, window, maker, scan, &mut section));
    // What was read of a result that is cut short has its place too.
    settle(&section, maker, scan, first);
    read?;
    match section.target {
        Some(_) => Ok(()),
        None => Err(window.fault(Wrong::Data, "missing field `Target`, which every result of Trivy has".to_owned())),
    }
}

/// Reads the value of one `key` of a result.
fn part<'a>(
    key: &str,
    window: &mut Window<'_>,
    maker: &mut Maker<'_, 'a>,
    scan: &mut Scan<'a>,
    section: &mut Section<'a>,
) -> Result<(), Fault> {
    let findings = &mut scan.findings;
    match key {
        "Target" => section.target = Some(word(window, |name| maker.text(name))?),
        "Class" => section.class = word(window, |class| maker.text(class))?,
        "Type" => section.ecosystem = word(window, |ecosystem| maker.text(ecosystem))?,
        "Vulnerabilities" => {
            window.list(|window| {
                findings.push(window.value::<wire::Vulnerability<'_>, _>(|wire| finding::vulnerability(wire, maker))?);
                Ok(())
            })?;
        }
        "Misconfigurations" => {
            section.has_misconfigurations = true;
            window.list(|window| {
                let made =
                    window.value::<wire::Misconfiguration<'_>, _>(|wire| finding::misconfiguration(wire, maker))?;
                findings.extend(made);
                Ok(())
            })?;
        }
        "Secrets" => {
            window.list(|window| {
                findings.push(window.value::<wire::Secret<'_>, _>(|wire| finding::secret(wire, maker))?);
                Ok(())
            })?;
        }
        "Licenses" => {
            window.list(|window| {
                findings.push(window.value::<wire::License<'_>, _>(|wire| finding::license(wire, maker))?);
                Ok(())
            })?;
        }
        "ExperimentalModifiedFindings" => {
            window.list(|window| {
                findings.extend(window.value::<wire::Modified<'_>, _>(|wire| finding::modified(wire, maker))?);
                Ok(())
            })?;
        }
        "Packages" => packages(window, maker, scan)?,
        _ => window.ignore()?,
    }
    Ok(())
}

fn packages<'a>(window: &mut Window<'_>, maker: &Maker<'_, 'a>, scan: &mut Scan<'a>) -> Result<(), Fault> {
    let wanted = maker.context.list_packages;
    let listed = &mut scan.listed;
    scan.packages += window.list(|window| match wanted {
        true => window.value::<wire::Package<'_>, _>(|wire| {
            listed.push(maker.context.bump.alloc(finding::package(&wire, maker)));
            Ok(())
        }),
        false => window.ignore(),
    })?;
    Ok(())
}

/// Gives the findings from `first` on the section that they are in, and those that are about its file their path.
fn settle<'a>(section: &Section<'a>, maker: &mut Maker<'_, 'a>, scan: &mut Scan<'a>, first: usize) {
    let name = section.target.unwrap_or_default();
    let findings = scan.findings.get_mut(first..).unwrap_or_default();
    let class = class(section, findings, maker);
    let ecosystem = match (class, section.ecosystem) {
        (Class::OsPackages, "") => maker.text(system(name).unwrap_or_default()),
        (_, ecosystem) => ecosystem,
    };
    let target = &*maker.context.bump.alloc(Target { name, class, ecosystem });
    scan.targets.push(target);
    for finding in findings {
        finding.target = target;
        let is_of_target = match finding.kind {
            Kind::Misconfiguration | Kind::Secret => true,
            // The lock file that names the package.
            Kind::Vulnerability => class == Class::LanguagePackages,
            Kind::License => false,
        };
        if is_of_target && finding.path.is_empty() {
            finding.path = name;
        }
    }
}

/// The class that a section says, or that follows from what is in it.
fn class<'a>(section: &Section<'_>, findings: &[Finding<'a>], maker: &mut Maker<'_, 'a>) -> Class {
    match section.class {
        "os-pkgs" => Class::OsPackages,
        "lang-pkgs" => Class::LanguagePackages,
        "config" => Class::Config,
        "secret" => Class::Secret,
        "license" | "license-file" => Class::License,
        "custom" | "unknown" => Class::Other,
        "" if section.has_misconfigurations => Class::Config,
        "" => match (section.ecosystem, findings.first().map(|finding| finding.kind)) {
            (_, Some(Kind::Secret)) => Class::Secret,
            (_, Some(Kind::License)) => Class::License,
            ("", _) if system(section.target.unwrap_or_default()).is_some() => Class::OsPackages,
            ("", Some(Kind::Vulnerability)) => Class::LanguagePackages,
            ("", _) => Class::Other,
            (ecosystem, _) if SYSTEMS.contains(&ecosystem) => Class::OsPackages,
            _ => Class::LanguagePackages,
        },
        word => {
            maker.odd("Class", word);
            Class::Other
        }
    }
}

/// The system in a target's name: `debian` of `web.tar (debian 12.15)`.
fn system(target: &str) -> Option<&str> {
    let (_, system) = target.strip_suffix(')')?.rsplit_once(" (")?;
    let word = system.split(' ').next()?;
    SYSTEMS.contains(&word).then_some(word)
}
