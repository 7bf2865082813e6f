//! The nouns: a scan, what it found, and the packages it looked at. All text lives in a [`findings::Arena`].

use findings::{Disposition, Severity, Verdict};
use jiff::Timestamp;

/// What a finding is about.
#[derive(
    Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Deserialize, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A known weakness of a package.
    Vulnerability,
    /// A setting that should be another one (Dockerfile, Kubernetes, Terraform …).
    Misconfiguration,
    /// A password, key or token in a file.
    Secret,
    /// The licence of a package or a file.
    License,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Vulnerability, Self::Misconfiguration, Self::Secret, Self::License];

    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vulnerability => "vulnerability",
            Self::Misconfiguration => "misconfiguration",
            Self::Secret => "secret",
            Self::License => "license",
        }
    }
}

/// What the vendor of a package says about a vulnerability; the words of Trivy's `Status`.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    Eq,
    Hash,
    Ord,
    PartialEq,
    PartialOrd,
    serde::Deserialize,
    serde::Serialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing is said.
    #[default]
    Unknown,
    /// The package has it, and nobody uses it.
    NotAffected,
    /// There is no fix yet.
    Affected,
    /// There is a version without it.
    Fixed,
    /// Nobody knows yet.
    UnderInvestigation,
    /// The vendor leaves it as it is.
    WillNotFix,
    /// The vendor fixes it later.
    FixDeferred,
    /// The vendor no longer looks after the package.
    EndOfLife,
}

/// What a section of a report covers: Trivy's `Class`.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Class {
    /// Packages of the operating system.
    OsPackages,
    /// Packages of a language (Composer, npm, pip …).
    LanguagePackages,
    /// Configuration files.
    Config,
    /// Secrets.
    Secret,
    /// Licences, of packages or of files.
    License,
    /// Something else, or a version of Trivy that did not say.
    #[default]
    Other,
}

/// A section of a report: one lock file, the operating system, one Dockerfile …
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Target<'a> {
    /// The scanner's name for it (`web.tar (debian 12.15)`, `app/composer.lock`). It names the artifact for operating
    /// systems, so it is never part of an identity.
    pub name: &'a str,
    /// What it covers.
    pub class: Class,
    /// The ecosystem or the type of configuration: `debian`, `composer`, `npm`, `dockerfile` …; empty when unknown.
    pub ecosystem: &'a str,
}

/// A package that is in the image.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Package<'a> {
    /// Its name as the scanner prints it.
    pub name: &'a str,
    /// The version that is installed, with epoch and release.
    pub version: &'a str,
    /// Its package URL with version and qualifiers; empty when the report has none.
    pub purl: &'a str,
    /// The file in the image that it was found in; empty for packages of the operating system.
    pub path: &'a str,
}

/// A layer of the image.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Layer<'a> {
    /// The digest of the uncompressed layer, `sha256:…`; empty when unknown. The only identity that holds everywhere.
    pub diff_id: &'a str,
    /// The instruction that made it, as far as the report says.
    pub created_by: &'a str,
}

/// One thing that the scanner found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding<'a> {
    /// What it is about.
    pub kind: Kind,
    /// `CVE-2019-14806`, `GHSA-…`, `DS-0002`, `aws-access-key-id`, `GPL-3.0-only`.
    pub id: &'a str,
    /// Its other names: vendor ids (`DSA-…`), `AVD-DS-0002`, related vulnerabilities.
    pub aliases: &'a [&'a str],
    /// How bad it is by the scanner's word; `None` for `UNKNOWN`, which is not the same as harmless.
    pub severity: Option<Severity>,
    /// The worst that any source of the report says, for findings whose severity is unknown.
    pub worst: Option<Severity>,
    /// What it is, in a line or a few. Hostile: escape it per target.
    pub title: &'a str,
    /// What to do about it, if the report says so (a misconfiguration's resolution).
    pub advice: Option<&'a str>,
    /// A page about it.
    pub link: Option<&'a str>,
    /// The section of the report.
    pub target: &'a Target<'a>,
    /// The package that has it; `None` for misconfigurations, secrets and licences of files.
    pub package: Option<&'a Package<'a>>,
    /// The file that it is in: the package's path, the configuration file, the file with the secret; empty when none.
    pub path: &'a str,
    /// First line in `path`, from 1; 0 when unknown.
    pub line: u32,
    /// Last line in `path`; 0 when unknown.
    pub end_line: u32,
    /// The layer that brought it.
    pub layer: Option<&'a Layer<'a>>,
    /// Versions without it, as the report lists them (`2.8.11.4, 2.9.7`); empty when there is none.
    pub fixed_version: &'a str,
    /// What the vendor says. Derived from `fixed_version` where the report is older than the field.
    pub status: Status,
    /// The highest CVSS base score (v4 before v3 before v2, of any source), times ten.
    pub cvss: Option<u8>,
    /// The exploit prediction score that the report itself brings (grype), 0 to 1.
    pub epss: Option<f32>,
    /// Whether the report itself says that it is known to be exploited (grype).
    pub kev: bool,
    /// When the vulnerability was published.
    pub published: Option<Timestamp>,
    /// The category of a licence (`forbidden`, `restricted` …), of a secret (`AWS`); empty otherwise.
    pub category: &'a str,
    /// The scanner itself was told to suppress it (`--show-suppressed`): how, by what and why.
    pub suppressed: Option<&'a Suppressed<'a>>,
    /// Which part of the image brought it; `None` while nobody knows. Readers say `None`.
    pub origin: Option<Origin>,
    /// What it is to the image that runs now; `None` when nothing was compared. Readers say `None`.
    pub news: Option<News>,
    /// What the judge made of it. Readers say [`Ruling::default`].
    pub ruling: Ruling<'a>,
}

impl<'a> Finding<'a> {
    /// A finding of which only this much is known, to be completed with struct update syntax.
    #[must_use]
    pub fn new(kind: Kind, id: &'a str, target: &'a Target<'a>) -> Self {
        Self {
            kind,
            id,
            aliases: &[],
            severity: None,
            worst: None,
            title: "",
            advice: None,
            link: None,
            target,
            package: None,
            path: "",
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

    /// Whether there is a version to go to.
    #[must_use]
    pub fn is_fixable(&self) -> bool {
        !self.fixed_version.is_empty()
    }

    /// The severity that counts: the scanner's, else the worst of any source, else medium, since what nobody has rated
    /// yet is not harmless.
    #[must_use]
    pub fn counted_severity(&self) -> Severity {
        self.severity.or(self.worst).unwrap_or(Severity::Medium)
    }
}

/// Which part of the image brought a finding.
#[derive(
    Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Deserialize, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A layer of the base image.
    Base,
    /// A layer that this build added.
    Own,
}

/// What a finding is to the image that runs now.
#[derive(
    Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Deserialize, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum News {
    /// This change brought it, or nobody can tell that it did not.
    Introduced,
    /// The image that runs has the same package; the vulnerability became known since it was scanned.
    Disclosed,
    /// The image that runs has it, and was told a lower severity.
    Raised,
    /// The image that runs has it, no less severe.
    Known,
}

/// What the judge made of a finding.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ruling<'a> {
    /// Blocking, reported, or muted with its reason.
    pub disposition: Disposition,
    /// A reported finding that people should look at before it blocks one day.
    pub warns: bool,
    /// What decided, in words: ``rule `fixable-high` ``, ``exception `CVE-2019-14806`: until 2026-12-31: not reachable``.
    pub by: &'a str,
}

impl Default for Ruling<'_> {
    fn default() -> Self {
        Self { disposition: Disposition::Reported, warns: false, by: "" }
    }
}

/// Why the scanner itself leaves a finding out of what it counts.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Suppressed<'a> {
    /// `ignored`, or the status of a VEX statement.
    pub status: &'a str,
    /// The statement, in words.
    pub statement: &'a str,
    /// The file or document that says so.
    pub source: &'a str,
}

/// The operating system of an image.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Os<'a> {
    /// `debian`, `alpine` …; `none` when the scanner does not know it.
    pub family: &'a str,
    /// Its version.
    pub name: &'a str,
    /// Its vendor no longer looks after it.
    pub end_of_life: bool,
}

/// What one scan of one artifact said.
#[derive(Clone, Debug)]
pub struct Scan<'a> {
    /// Where it was read from, as named by the caller.
    pub source: String,
    /// Who scanned, `trivy` or `grype`, and its version as far as the report says.
    pub scanner: &'a str,
    /// The scanner's version; empty when the report does not say.
    pub scanner_version: &'a str,
    /// The name of the artifact as it was given to the scanner: a reference, a tar, a folder.
    pub artifact: &'a str,
    /// `container_image`, `filesystem`, `repository` …; empty when unknown.
    pub artifact_type: &'a str,
    /// When it was scanned.
    pub created: Option<Timestamp>,
    /// The digest of the image's configuration, `sha256:…`; empty when unknown.
    pub image_id: &'a str,
    /// Its tags and digests in registries.
    pub repo_tags: Vec<&'a str>,
    /// `registry/repository@sha256:…`
    pub repo_digests: Vec<&'a str>,
    /// The digests of its layers, the base's first.
    pub diff_ids: Vec<&'a str>,
    /// Its operating system, if the report has one.
    pub os: Option<Os<'a>>,
    /// The database of vulnerabilities as the report itself tells it (grype; Trivy in client mode): when it was built.
    pub database_built: Option<Timestamp>,
    /// The sections of the report, also those without findings.
    pub targets: Vec<&'a Target<'a>>,
    /// How many packages the scanner lists; in all sections.
    pub packages: u64,
    /// The packages that are listed, where the caller asked for them.
    pub listed: Vec<&'a Package<'a>>,
    /// What it found, in the order of the report, also what the scanner was told to suppress.
    pub findings: Vec<Finding<'a>>,
    /// Why it cannot be relied on to be whole. Empty: complete. Not empty: it never passes.
    pub problems: Vec<String>,
    /// What was odd and mended, or merely worth knowing. Never affects the verdict.
    pub notes: Vec<String>,
}

impl<'a> Scan<'a> {
    /// A complete scan that found nothing and says nothing.
    #[must_use]
    pub fn new(scanner: &'a str) -> Self {
        Self {
            source: String::new(),
            scanner,
            scanner_version: "",
            artifact: "",
            artifact_type: "",
            created: None,
            image_id: "",
            repo_tags: Vec::new(),
            repo_digests: Vec::new(),
            diff_ids: Vec::new(),
            os: None,
            database_built: None,
            targets: Vec::new(),
            packages: 0,
            listed: Vec::new(),
            findings: Vec::new(),
            problems: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// An input that could not be used, and why.
    #[must_use]
    pub fn unusable(source: String, problem: String) -> Self {
        Self { source, problems: vec![problem], ..Self::new("unknown") }
    }
}

/// A finding of the image that runs now which the new one does not have.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Gone {
    /// Its id.
    pub id: String,
    /// The package that had it; empty when none.
    pub package: String,
    /// The version that had it.
    pub version: String,
    /// How bad it was.
    pub severity: Severity,
}

/// What is wrong with an entry of the exceptions, the gravest first.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Lapse {
    /// It has ended, and findings would still need it.
    Expired,
    /// It has ended, and nothing needs it.
    Ended,
    /// It matches no finding.
    Unused,
    /// It only matches what an earlier one excuses.
    Shadowed,
    /// It is in use and ends within two weeks.
    EndsSoon,
}

impl Lapse {
    /// The rule that finds it, by the name used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "exception-expired",
            Self::Ended => "exception-ended",
            Self::Unused => "exception-unused",
            Self::Shadowed => "exception-shadowed",
            Self::EndsSoon => "exception-ends-soon",
        }
    }

    /// How bad it is.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::Expired => Severity::High,
            Self::Ended | Self::Unused | Self::Shadowed | Self::EndsSoon => Severity::Low,
        }
    }

    /// What becomes of it: what findings still need, and has ended, blocks.
    #[must_use]
    pub const fn disposition(self) -> Disposition {
        match self {
            Self::Expired => Disposition::Blocking,
            Self::Ended | Self::Unused | Self::Shadowed | Self::EndsSoon => Disposition::Reported,
        }
    }
}

/// A finding about the exceptions themselves.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AboutException {
    /// What is wrong.
    pub lapse: Lapse,
    /// The same in a sentence that names the entry by its id and its place in the list, from 1.
    pub message: String,
}

/// The outcome of one gate over all its scans: what every writer and publisher is handed.
#[derive(Clone, Debug)]
pub struct Gate<'a> {
    /// The program that judged: `stepgate-scan`.
    pub program: &'a str,
    /// Its version.
    pub version: &'a str,
    /// The scans in the order of the inputs, judged.
    pub scans: Vec<Scan<'a>>,
    /// What came of it. Reasons are plain text that may quote hostile input.
    pub verdict: Verdict,
    /// What people should know and what does not block: what a report cannot show, traps in files that were imported.
    pub warnings: Vec<String>,
    /// What is wrong with the exceptions, the gravest first. What blocks is among the reasons of the verdict, too.
    pub about_exceptions: Vec<AboutException>,
    /// What the change took away, where something was compared.
    pub fixed: Vec<Gone>,
    /// Whether anything was compared with the image that runs now.
    pub compared: bool,
}

impl<'a> Gate<'a> {
    /// All findings, scan by scan.
    pub fn findings(&self) -> impl Iterator<Item = &Finding<'a>> {
        self.scans.iter().flat_map(|scan| &scan.findings)
    }
}
