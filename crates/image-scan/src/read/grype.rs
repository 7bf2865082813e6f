//! Grype's JSON report: <https://github.com/anchore/grype/tree/main/grype/presenter/models>.

use findings::read::json::Text;
use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::make::Maker;
use super::values::{Glimpse, Scores, filled, text};
use super::window::{Fault, Window, wire};
use crate::Scan;
use crate::model::{Class, Finding, Kind, Os, Package, Status, Suppressed, Target};

wire!(Match, Source, Distro, Descriptor);

/// Types of packages that belong to an operating system.
const SYSTEMS: [&str; 5] = ["alpm", "apk", "deb", "portage", "rpm"];

/// Keys that only grype's reports have.
pub(super) const KEYS: [&str; 4] = ["matches", "ignoredMatches", "distro", "descriptor"];

/// Reads the value of a top-level `key`. `false`: it is not grype's, and the window has not moved.
pub(super) fn take<'a>(
    key: &str,
    window: &mut Window<'_>,
    maker: &mut Maker<'_, 'a>,
    scan: &mut Scan<'a>,
) -> Result<bool, Fault> {
    match key {
        "matches" => matches(window, maker, scan, false)?,
        "ignoredMatches" => matches(window, maker, scan, true)?,
        "source" => window.value::<Source<'_>, _>(|source| {
            self::source(source, maker, scan);
            Ok(())
        })?,
        "distro" => window.value::<Distro<'_>, _>(|distro| {
            let (family, name) = (maker.text(text(&distro.name)), maker.text(text(&distro.version)));
            scan.os = (!family.is_empty()).then_some(Os { family, name, end_of_life: false });
            Ok(())
        })?,
        "descriptor" => window.value::<Descriptor<'_>, _>(|descriptor| {
            if text(&descriptor.name) != "grype" {
                return Err(format!("its name is `{}`, not `grype`", text(&descriptor.name)));
            }
            scan.scanner_version = maker.text(text(&descriptor.version));
            scan.created = maker.moment("timestamp", text(&descriptor.timestamp));
            let db = descriptor.db.unwrap_or_default();
            let built = db.status.and_then(|status| status.built).or(db.built);
            scan.database_built = maker.moment("time of the database", text(&built));
            Ok(())
        })?,
        "alertsByPackage" => window.ignore()?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Makes the sections, which grype does not have: one per type of package.
pub(super) fn finish<'a>(maker: &Maker<'_, 'a>, scan: &mut Scan<'a>) {
    let family = scan.os.map_or("", |os| os.family);
    let mut sections: FxHashMap<&str, &'a Target<'a>> = FxHashMap::default();
    for finding in &mut scan.findings {
        let kind = finding.target.ecosystem;
        finding.target = sections.entry(kind).or_insert_with(|| {
            let is_system = SYSTEMS.contains(&kind);
            let class = if is_system { Class::OsPackages } else { Class::LanguagePackages };
            let ecosystem = if is_system && !family.is_empty() { family } else { kind };
            let target = &*maker.context.bump.alloc(Target { name: scan.artifact, class, ecosystem });
            scan.targets.push(target);
            target
        });
        if finding.target.class == Class::OsPackages {
            // The database of the packages, not a file that has the weakness.
            finding.path = "";
        }
    }
}

fn matches<'a>(
    window: &mut Window<'_>,
    maker: &mut Maker<'_, 'a>,
    scan: &mut Scan<'a>,
    ignored: bool,
) -> Result<(), Fault> {
    let mut sections: FxHashMap<&'a str, &'a Target<'a>> = FxHashMap::default();
    window.list(|window| {
        let finding = window.value::<Match<'_>, _>(|wire| found(wire, maker, &mut sections, ignored))?;
        scan.findings.push(finding);
        Ok(())
    })?;
    Ok(())
}

fn found<'a>(
    wire: Match<'_>,
    maker: &mut Maker<'_, 'a>,
    sections: &mut FxHashMap<&'a str, &'a Target<'a>>,
    ignored: bool,
) -> Result<Finding<'a>, String> {
    let Match { vulnerability, related, artifact, rules } = wire;
    let id = filled(&vulnerability.id).ok_or("vulnerability.id is missing")?;
    let name = filled(&artifact.name).ok_or("artifact.name is missing")?;
    let mut finding = maker.finding(Kind::Vulnerability, id);
    let place = artifact.locations.as_ref().and_then(|places| places.first());
    let is_system = SYSTEMS.contains(&text(&artifact.kind));
    let package = maker.package(Package {
        name,
        version: text(&artifact.version),
        purl: text(&artifact.purl),
        path: if is_system { "" } else { place.map_or("", |place| text(&place.path)) },
    });
    finding.package = Some(package);
    finding.path = package.path;
    finding.layer = place.and_then(|place| maker.layer(text(&place.layer), ""));
    let kind = maker.text(text(&artifact.kind));
    finding.target = sections
        .entry(kind)
        .or_insert_with(|| maker.context.bump.alloc(Target { ecosystem: kind, ..Target::default() }));
    rate(&mut finding, &vulnerability, maker);
    let related = related.unwrap_or_default();
    finding.aliases = maker.aliases(&related.iter().filter_map(|other| filled(&other.id)).collect::<Vec<_>>());
    for other in &related {
        let severity = maker.severity(text(&other.severity));
        finding.worst = finding.worst.max(severity);
        finding.cvss = finding.cvss.or(scores(other));
        finding.epss = finding.epss.or(epss(other));
        finding.kev |= is_exploited(other);
    }
    if ignored {
        finding.suppressed = Some(maker.context.bump.alloc(suppressed(rules.unwrap_or_default(), maker)));
    }
    Ok(finding)
}

/// What the vulnerability itself says.
fn rate<'a>(finding: &mut Finding<'a>, vulnerability: &Vulnerability<'_>, maker: &mut Maker<'_, 'a>) {
    finding.severity = maker.severity(text(&vulnerability.severity));
    finding.worst = finding.severity;
    finding.title = maker.text(&vulnerability.description.0);
    finding.link = filled(&vulnerability.data_source).map(|link| maker.text(link));
    finding.cvss = scores(vulnerability);
    finding.epss = epss(vulnerability);
    finding.kev = is_exploited(vulnerability);
    let Some(fix) = &vulnerability.fix else { return };
    let versions: Vec<&str> = fix.versions.iter().flatten().map(|version| &**version).collect();
    finding.fixed_version = maker.text(&versions.join(", "));
    // <https://github.com/anchore/grype/blob/main/grype/vulnerability/fix.go>
    finding.status = match text(&fix.state) {
        "fixed" => Status::Fixed,
        "not-fixed" => Status::Affected,
        "wont-fix" => Status::WillNotFix,
        "" | "unknown" => Status::Unknown,
        word => {
            maker.odd("fix state", word);
            Status::Unknown
        }
    };
}

fn scores(vulnerability: &Vulnerability<'_>) -> Option<u8> {
    let mut scores = Scores::default();
    for score in vulnerability.cvss.iter().flatten() {
        let base = score.metrics.as_ref().and_then(|metrics| metrics.base_score);
        scores.add(text(&score.version), base.unwrap_or_default());
    }
    scores.highest()
}

#[expect(clippy::cast_possible_truncation, reason = "a probability")]
fn epss(vulnerability: &Vulnerability<'_>) -> Option<f32> {
    let scores = vulnerability.epss.iter().flatten().filter_map(|score| score.epss);
    scores.filter(|score| (0.0..=1.0).contains(score)).reduce(f64::max).map(|score| score as f32)
}

fn is_exploited(vulnerability: &Vulnerability<'_>) -> bool {
    vulnerability.known_exploited.as_ref().is_some_and(|known| !known.is_empty())
}

/// The first of the rules that say so: grype lists all that match.
fn suppressed<'a>(rules: Vec<IgnoreRule<'_>>, maker: &Maker<'_, 'a>) -> Suppressed<'a> {
    let rule = rules.into_iter().next().unwrap_or_default();
    let status = filled(&rule.vex_status).unwrap_or("ignored");
    let statement = filled(&rule.reason).or(filled(&rule.vex_justification)).unwrap_or_default();
    let source = filled(&rule.namespace).unwrap_or_default();
    Suppressed { status: maker.text(status), statement: maker.text(statement), source: maker.text(source) }
}

fn source<'a>(source: Source<'_>, maker: &Maker<'_, 'a>, scan: &mut Scan<'a>) {
    scan.artifact_type = match text(&source.kind) {
        "image" => "container_image",
        "directory" | "file" => "filesystem",
        kind => maker.text(kind),
    };
    // A folder is named by its path, an image by an object.
    if let Some(path) = source.target.as_str() {
        scan.artifact = maker.text(path);
    }
    let word = |key: &str| maker.text(source.target.get(key).and_then(serde_json::Value::as_str).unwrap_or_default());
    let words = |key: &str| source.target.get(key).and_then(serde_json::Value::as_array).into_iter().flatten();
    let texts = |key| words(key).filter_map(|word| Some(maker.text(word.as_str()?))).collect();
    if source.target.is_object() {
        scan.artifact = word("userInput");
        scan.image_id = word("imageID");
        scan.repo_tags = texts("tags");
        scan.repo_digests = texts("repoDigests");
        let digests = words("layers").filter_map(|layer| layer.get("digest")?.as_str());
        scan.diff_ids = digests.map(|digest| maker.text(digest)).collect();
    }
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 't"))]
struct Match<'t> {
    vulnerability: Vulnerability<'t>,
    #[serde(rename = "relatedVulnerabilities")]
    related: Option<Vec<Vulnerability<'t>>>,
    artifact: Artifact<'t>,
    #[serde(rename = "appliedIgnoreRules")]
    rules: Option<Vec<IgnoreRule<'t>>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 't"))]
struct Vulnerability<'t> {
    id: Option<Text<'t>>,
    data_source: Option<Text<'t>>,
    severity: Option<Text<'t>>,
    description: Glimpse,
    cvss: Option<Vec<Score<'t>>>,
    fix: Option<Fix<'t>>,
    epss: Option<Vec<Epss>>,
    known_exploited: Option<Vec<serde::de::IgnoredAny>>,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 't"))]
struct Score<'t> {
    version: Option<Text<'t>>,
    metrics: Option<Metrics>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metrics {
    base_score: Option<f64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Epss {
    epss: Option<f64>,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 't"))]
struct Fix<'t> {
    versions: Option<Vec<Text<'t>>>,
    state: Option<Text<'t>>,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 't"))]
struct Artifact<'t> {
    name: Option<Text<'t>>,
    version: Option<Text<'t>>,
    #[serde(rename = "type")]
    kind: Option<Text<'t>>,
    locations: Option<Vec<Place<'t>>>,
    purl: Option<Text<'t>>,
}

/// Stereoscope, which opens images for grype, names a layer by its diff id.
#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 't"))]
struct Place<'t> {
    path: Option<Text<'t>>,
    #[serde(rename = "layerID")]
    layer: Option<Text<'t>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", bound(deserialize = "'de: 't"))]
struct IgnoreRule<'t> {
    reason: Option<Text<'t>>,
    namespace: Option<Text<'t>>,
    vex_status: Option<Text<'t>>,
    vex_justification: Option<Text<'t>>,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 't"))]
struct Source<'t> {
    #[serde(rename = "type")]
    kind: Option<Text<'t>>,
    target: serde_json::Value,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 't"))]
struct Distro<'t> {
    name: Option<Text<'t>>,
    version: Option<Text<'t>>,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 't"))]
struct Descriptor<'t> {
    name: Option<Text<'t>>,
    version: Option<Text<'t>>,
    timestamp: Option<Text<'t>>,
    db: Option<Database<'t>>,
}

/// `built` stood here until version 6 of the database, and in `status` since.
#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 't"))]
struct Database<'t> {
    built: Option<Text<'t>>,
    status: Option<DatabaseStatus<'t>>,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 't"))]
struct DatabaseStatus<'t> {
    built: Option<Text<'t>>,
}
