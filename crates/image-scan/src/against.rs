//! What is different from the image that runs now.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::Scan;
use crate::identity::{self, Identity};
use crate::model::{Finding, Gone, Kind, News, Package};
use findings::Severity;

/// What the image that runs now has, from its report.
#[derive(Clone, Debug, Default)]
pub struct Deployed {
    had: Vec<Had>,
    /// Places in `had` by id, then by alias. An alias never meets an alias: one advisory of a vendor stands for many
    /// vulnerabilities, and only one of them may be known.
    ids: FxHashMap<String, usize>,
    aliases: FxHashMap<String, Vec<usize>>,
    /// The packages it lists, also those without findings.
    packages: FxHashSet<String>,
    notes: Vec<String>,
}

/// All findings of one identity.
#[derive(Clone, Debug)]
struct Had {
    kind: Kind,
    id: String,
    package: String,
    /// The first version that had it.
    version: String,
    worst: Severity,
    /// The versions that had it, with the least severity that was told.
    versions: FxHashMap<String, Severity>,
    least: Severity,
    count: usize,
}

impl Deployed {
    /// From its scan, which was read with [`list_packages`](crate::read::Context::list_packages).
    #[must_use]
    pub fn new(scan: &Scan<'_>) -> Self {
        let mut deployed = Self { notes: notes_on(scan), ..Self::default() };
        for finding in &scan.findings {
            deployed.add(finding);
        }
        deployed.packages = scan.listed.iter().map(|package| listed(package)).collect();
        deployed
    }

    /// What its report cannot tell, in sentences: what is unclear counts as introduced.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Marks every finding of `scan` with its [`News`], and says what is gone. A scan that is not whole does not show
    /// that anything is.
    pub fn compare(&self, scan: &mut Scan<'_>) -> Vec<Gone> {
        let matched: Vec<Vec<usize>> = scan.findings.iter().map(|finding| self.matching(finding)).collect();
        let mut now: Vec<Now<'_>> = vec![Now::default(); self.had.len()];
        for (finding, places) in scan.findings.iter().zip(&matched) {
            for at in places {
                now[*at].count += 1;
                now[*at].versions.insert(version(finding));
            }
        }
        let room: Vec<bool> = self.had.iter().zip(&now).map(|(had, now)| had.has_room(now)).collect();
        let gone = if scan.problems.is_empty() { self.gone(&now) } else { Vec::new() };
        for (finding, places) in scan.findings.iter_mut().zip(&matched) {
            finding.news = Some(self.news(finding, places, &room));
        }
        gone
    }

    fn add(&mut self, finding: &Finding<'_>) {
        let identity = identity::of(finding);
        let key = identity.key();
        let at = *self.ids.entry(key).or_insert(self.had.len());
        if at == self.had.len() {
            self.had.push(Had::new(finding));
        }
        let Some(had) = self.had.get_mut(at) else { return };
        had.add(version(finding), finding.counted_severity());
        for key in alias_keys(&identity, finding) {
            let places = self.aliases.entry(key).or_default();
            if places.last() != Some(&at) {
                places.push(at);
            }
        }
    }

    /// The places of those that are the same as `finding`, each once.
    fn matching(&self, finding: &Finding<'_>) -> Vec<usize> {
        let identity = identity::of(finding);
        let key = identity.key();
        let mut places: Vec<usize> = self.ids.get(&key).copied().into_iter().collect();
        places.extend(self.aliases.get(&key).into_iter().flatten());
        places.extend(alias_keys(&identity, finding).filter_map(|key| self.ids.get(&key)));
        places.sort_unstable();
        places.dedup();
        places
    }

    fn news(&self, finding: &Finding<'_>, places: &[usize], room: &[bool]) -> News {
        let version = version(finding);
        let told = places.iter().filter_map(|at| self.had[*at].told(version, room[*at])).min();
        match told {
            Some(told) if finding.counted_severity() > told => News::Raised,
            Some(_) => News::Known,
            None if self.lists_package_of(finding) => News::Disclosed,
            None => News::Introduced,
        }
    }

    /// A secret or a setting is in a file that the change may have touched, whatever packages there are.
    fn lists_package_of(&self, finding: &Finding<'_>) -> bool {
        matches!(finding.kind, Kind::Vulnerability | Kind::License)
            && finding.package.is_some_and(|package| self.packages.contains(&listed(package)))
    }

    fn gone(&self, now: &[Now<'_>]) -> Vec<Gone> {
        let mut told = FxHashSet::default();
        let gone = self.had.iter().zip(now).filter(|(_, now)| now.count == 0).map(|(had, _)| had);
        let gone = gone.filter(|had| told.insert((had.id.as_str(), had.package.as_str())));
        gone.map(|had| Gone {
            id: had.id.clone(),
            package: had.package.clone(),
            version: had.version.clone(),
            severity: had.worst,
        })
        .collect()
    }
}

/// What the new image has of one identity.
#[derive(Clone, Debug, Default)]
struct Now<'n> {
    versions: FxHashSet<&'n str>,
    count: usize,
}

impl Had {
    fn new(finding: &Finding<'_>) -> Self {
        let severity = finding.counted_severity();
        Self {
            kind: finding.kind,
            id: finding.id.to_owned(),
            package: finding.package.map_or_else(String::new, |package| package.name.to_owned()),
            version: version(finding).to_owned(),
            worst: severity,
            versions: FxHashMap::default(),
            least: severity,
            count: 0,
        }
    }

    fn add(&mut self, version: &str, severity: Severity) {
        self.count += 1;
        self.worst = self.worst.max(severity);
        self.least = self.least.min(severity);
        let told = self.versions.entry(version.to_owned()).or_insert(severity);
        *told = severity.min(*told);
    }

    /// Whether all that the new image has of it can be what there was: no more secrets in the file than before, no more
    /// versions that are new than versions that are gone.
    fn has_room(&self, now: &Now<'_>) -> bool {
        match self.kind {
            Kind::Secret | Kind::Misconfiguration => now.count <= self.count,
            Kind::Vulnerability | Kind::License => now.versions.len() <= self.versions.len(),
        }
    }

    /// The severity that was told for `version`, or if it moved and there is room for any.
    fn told(&self, version: &str, room: bool) -> Option<Severity> {
        let counted = matches!(self.kind, Kind::Secret | Kind::Misconfiguration);
        let exact = self.versions.get(version).filter(|_| !counted || room);
        exact.copied().or_else(|| room.then_some(self.least))
    }
}

fn version<'f>(finding: &Finding<'f>) -> &'f str {
    finding.package.map_or("", |package| package.version)
}

fn alias_keys<'f>(identity: &'f Identity<'f>, finding: &'f Finding<'_>) -> impl Iterator<Item = String> + 'f {
    finding.aliases.iter().map(|alias| identity.key_as(&identity::upper(alias)))
}

/// A package with version and place, in one text.
fn listed(package: &Package<'_>) -> String {
    let path = identity::without_version(package.path, package.version);
    format!("{}\0{}\0{path}", identity::package_of(package), package.version)
}

fn notes_on(scan: &Scan<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if !scan.problems.is_empty() {
        notes.push(format!(
            "the report of the image that runs now, {}, is not whole ({}); what it does not have counts as introduced",
            scan.source,
            scan.problems.join("; ")
        ));
    }
    if scan.listed.is_empty() {
        notes.push(format!(
            "the report of the image that runs now, {}, lists no packages: what was disclosed since it was scanned \
             cannot be told from what this change introduces and counts as introduced; scan with --list-all-pkgs",
            scan.source
        ));
    }
    notes
}

#[cfg(test)]
mod tests;
