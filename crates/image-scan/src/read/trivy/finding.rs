//! From what Trivy writes about one thing to a finding.

use serde::Deserialize;

use super::wire;
use crate::model::{Finding, Kind, Package, Suppressed};
use crate::read::make::Maker;
use crate::read::values::{filled, moment, text};

/// Of a vulnerability, the id and the package have to be there.
pub(super) fn vulnerability<'a>(
    wire: wire::Vulnerability<'_>,
    maker: &mut Maker<'_, 'a>,
) -> Result<Finding<'a>, String> {
    let id = filled(&wire.id).ok_or("VulnerabilityID is missing")?;
    let name = filled(&wire.pkg_name).ok_or_else(|| format!("PkgName is missing of {id}"))?;
    let mut finding = maker.finding(Kind::Vulnerability, id);
    let package = maker.package(Package {
        name,
        version: text(&wire.installed_version),
        purl: wire.pkg_identifier.as_ref().map_or("", |identifier| text(&identifier.purl)),
        path: text(&wire.pkg_path),
    });
    finding.package = Some(package);
    finding.path = package.path;
    let vendor_ids = wire.vendor_ids.unwrap_or_default();
    finding.aliases = maker.aliases(&vendor_ids.iter().map(|id| &**id).collect::<Vec<_>>());
    finding.severity = maker.severity(text(&wire.severity));
    finding.worst = wire.vendor_severity.0;
    finding.title = maker.text(filled(&wire.title).unwrap_or(&wire.description.0));
    finding.link = filled(&wire.primary_url).map(|link| maker.text(link));
    finding.layer = layer(wire.layer.as_ref(), maker);
    finding.fixed_version = maker.text(text(&wire.fixed_version));
    finding.status = maker.status(text(&wire.status), finding.fixed_version);
    finding.cvss = wire.cvss.highest();
    finding.published = moment(text(&wire.published_date));
    Ok(finding)
}

/// `None`: a check that passed. One that was excepted is a finding that is suppressed.
pub(super) fn misconfiguration<'a>(
    wire: wire::Misconfiguration<'_>,
    maker: &mut Maker<'_, 'a>,
) -> Result<Option<Finding<'a>>, String> {
    let excepted = match text(&wire.status) {
        "PASS" => return Ok(None),
        "EXCEPTION" => true,
        "" | "FAIL" => false,
        word => {
            maker.odd("status", word);
            false
        }
    };
    let id = filled(&wire.id).or(filled(&wire.avd_id)).ok_or("ID is missing")?;
    let mut finding = maker.finding(Kind::Misconfiguration, id);
    let names = other_names(id, text(&wire.avd_id));
    finding.aliases = maker.aliases(&names.iter().map(String::as_str).collect::<Vec<_>>());
    finding.severity = maker.severity(text(&wire.severity));
    finding.title = match (text(&wire.title), text(&wire.message)) {
        (title, "") => maker.text(title),
        ("", message) => maker.text(message),
        (title, message) if title == message => maker.text(title),
        (title, message) => maker.text(&format!("{title}: {message}")),
    };
    finding.advice = filled(&wire.resolution).map(|advice| maker.text(advice));
    finding.link = filled(&wire.primary_url).map(|link| maker.text(link));
    finding.layer = layer(wire.layer.as_ref(), maker);
    let cause = wire.cause_metadata.unwrap_or_default();
    (finding.line, finding.end_line) = (cause.start_line.0, cause.end_line.0);
    if excepted {
        let suppressed = Suppressed { status: "exception", statement: "", source: "" };
        finding.suppressed = Some(maker.context.bump.alloc(suppressed));
    }
    Ok(Some(finding))
}

/// What a secret looks like is never kept.
pub(super) fn secret<'a>(wire: wire::Secret<'_>, maker: &mut Maker<'_, 'a>) -> Result<Finding<'a>, String> {
    let id = filled(&wire.rule_id).ok_or("RuleID is missing")?;
    let mut finding = maker.finding(Kind::Secret, id);
    finding.severity = maker.severity(text(&wire.severity));
    finding.title = maker.text(text(&wire.title));
    finding.category = maker.text(text(&wire.category));
    (finding.line, finding.end_line) = (wire.start_line.0, wire.end_line.0);
    finding.layer = layer(wire.layer.as_ref(), maker);
    Ok(finding)
}

pub(super) fn license<'a>(wire: wire::License<'_>, maker: &mut Maker<'_, 'a>) -> Result<Finding<'a>, String> {
    let id = filled(&wire.name).ok_or("Name is missing")?;
    let mut finding = maker.finding(Kind::License, id);
    finding.severity = maker.severity(text(&wire.severity));
    finding.category = maker.text(text(&wire.category));
    finding.title = finding.id;
    finding.link = filled(&wire.link).map(|link| maker.text(link));
    finding.path = maker.text(text(&wire.file_path));
    let package = filled(&wire.pkg_name).map(|name| maker.package(Package { name, ..Package::default() }));
    finding.package = package;
    Ok(finding)
}

/// What Trivy was told to suppress. `None`: a check that passed anyway.
pub(super) fn modified<'a>(wire: wire::Modified<'_>, maker: &mut Maker<'_, 'a>) -> Result<Option<Finding<'a>>, String> {
    let value = &wire.finding;
    let made = match text(&wire.kind) {
        "vulnerability" => vulnerability(within(value)?, maker).map(Some),
        "misconfiguration" => misconfiguration(within(value)?, maker),
        "secret" => secret(within(value)?, maker).map(Some),
        "license" => license(within(value)?, maker).map(Some),
        "" => return Err("Type is missing".to_owned()),
        word => {
            maker.odd("Type of a modified finding", word);
            return Ok(None);
        }
    };
    let mut made = made.map_err(|why| format!("Finding: {why}"))?;
    if let Some(finding) = &mut made {
        finding.suppressed = Some(maker.context.bump.alloc(Suppressed {
            status: maker.text(text(&wire.status)),
            statement: maker.text(text(&wire.statement)),
            source: maker.text(text(&wire.source)),
        }));
    }
    Ok(made)
}

/// A package with the version that Trivy prints: epoch, version, release.
pub(super) fn package<'a>(wire: &wire::Package<'_>, maker: &Maker<'_, 'a>) -> Package<'a> {
    let version = text(&wire.version);
    let epoch = wire.epoch.filter(|epoch| *epoch > 0).map(|epoch| format!("{epoch}:")).unwrap_or_default();
    let release = filled(&wire.release).map(|release| format!("-{release}")).unwrap_or_default();
    maker.listed(Package {
        name: text(&wire.name),
        version: &format!("{epoch}{version}{release}"),
        purl: wire.identifier.as_ref().map_or("", |identifier| text(&identifier.purl)),
        path: text(&wire.file_path),
    })
}

fn layer<'a>(wire: Option<&wire::Layer<'_>>, maker: &mut Maker<'_, 'a>) -> Option<&'a crate::model::Layer<'a>> {
    let wire = wire?;
    maker.layer(text(&wire.diff_id), text(&wire.created_by))
}

fn within<'w, T: Deserialize<'w>>(value: &'w serde_json::Value) -> Result<T, String> {
    T::deserialize(value).map_err(|error| format!("Finding: {error}"))
}

/// The names of a check besides `id`. Trivy called one check `DS002` with the `AVDID` `AVD-DS-0002`, then
/// `AVD-DS-0002`, then `DS-0002`: whichever a report has, exceptions may name each.
fn other_names(id: &str, avd_id: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut add = |name: String| {
        if !name.is_empty() && name != id && !names.contains(&name) {
            names.push(name);
        }
    };
    add(avd_id.to_owned());
    for name in [id, avd_id] {
        if let Some((family, number)) = check(name) {
            add(format!("{family}-{number:04}"));
            add(format!("AVD-{family}-{number:04}"));
            add(format!("{family}{number:03}"));
        }
    }
    names
}

/// The family and the number of a check of Trivy's own: `DS` and 2 of `AVD-DS-0002`.
fn check(id: &str) -> Option<(&str, u32)> {
    let id = id.strip_prefix("AVD-").unwrap_or(id);
    let end = id.find(|character: char| !character.is_ascii_uppercase())?;
    let (family, number) = id.split_at(end);
    let number = number.strip_prefix('-').unwrap_or(number);
    let is_number = (3..=4).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    if family.is_empty() || !is_number { None } else { Some((family, number.parse().ok()?)) }
}
