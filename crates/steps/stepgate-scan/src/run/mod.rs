//! `image`: run Trivy over images, and leave what `gate` would read.

mod control;
mod environment;
mod said;
mod trivy;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use image_scan::evidence::{Demands, Facts, denied};
use jiff::Timestamp;
use step::progress::Progress;
use step::{Failure, Result, Session, files, words};

use crate::args::ImageArgs;
use crate::clock;
use crate::config;
use crate::image::{Choice, identify, is_digest};
use crate::inputs::{EXIT, Input, Inputs, STDERR, TrivyVersion, VERSION, with_suffix};
use said::Said;
use trivy::{Ended, Trivy};

pub(crate) use trivy::find;

/// What Trivy left behind. The files go when this is dropped, unless they were to be kept.
pub(crate) struct Kept {
    /// What to read.
    pub(crate) inputs: Inputs,
    _scratch: tempfile::TempDir,
}

/// What the config has to say of how Trivy is run.
pub(crate) struct Setup<'s> {
    /// Of Trivy.
    pub(crate) config: &'s config::Trivy,
    /// Where paths of the config start.
    pub(crate) base: &'s Path,
    /// What has to be proved.
    pub(crate) demands: &'s Demands,
}

/// Runs Trivy over the images that `args` name.
///
/// # Errors
///
/// When Trivy cannot be run or is too old, or when its database or a registry cannot be had. An image that cannot be
/// scanned becomes an input with a problem.
pub(crate) async fn images(args: &ImageArgs, setup: &Setup<'_>, session: &mut Session) -> Result<Kept> {
    let scratch = tempfile::tempdir().map_err(|error| cannot_keep(Path::new("a temporary directory"), error))?;
    let keep = args.trivy.keep.as_ref().map_or_else(|| scratch.path().join("reports"), |keep| session.dir.join(keep));
    let empty = ["nowhere", "home"].map(|name| scratch.path().join(name));
    for dir in empty.iter().chain([&keep]) {
        std::fs::create_dir_all(dir).map_err(|error| cannot_keep(dir, error))?;
    }
    let trivy = Trivy::find(&args.trivy, setup, session, empty)?;
    let version = ready(&trivy, setup.demands, session).await?;
    let is_blind = if trivy.looks_for("vuln") { control::problem(&trivy, scratch.path()).await? } else { None };
    let mut names = BTreeSet::new();
    let mut inputs = Inputs::default();
    for image in &args.images {
        let place = keep.join(file_name(image, &mut names));
        let subject = match &is_blind {
            // An image that Trivy looks at without seeing need not be looked at for minutes.
            Some(problem) => Subject::Unusable(problem.clone()),
            None => Subject::of(image, args.trivy.platform.as_deref(), &session.dir),
        };
        let scan = one(&trivy, &subject, image, &place, &version);
        let scanned = Progress::new(session).during(&format!("scanning {image}"), scan).await?;
        for line in &scanned.warnings {
            words::warn(session, &format!("{image}: trivy: {line}"));
        }
        inputs.reports.push(scanned.input);
    }
    Ok(Kept { inputs, _scratch: scratch })
}

/// Has Trivy fetch its database when there is none or a newer one is to be had, so that it does not change while images
/// are scanned and its age is known; then asks for its version.
async fn ready(trivy: &Trivy, demands: &Demands, session: &mut Session) -> Result<TrivyVersion> {
    let version = trivy.version().await?;
    if let Some(why) = denied(&version.version, demands) {
        return Err(Failure::input(format!("Trivy {} is not given an image", version.version)).because(why));
    }
    if !trivy.looks_for("vuln") {
        return Ok(version);
    }
    if !trivy.updates || !is_outdated(&version, clock::now()) {
        return if version.database.is_some() { Ok(version) } else { Err(no_database()) };
    }
    Progress::new(session).during("fetching Trivy's database", trivy.update()).await?;
    let version = trivy.version().await?;
    if version.database.is_some() { Ok(version) } else { Err(no_database()) }
}

fn is_outdated(version: &TrivyVersion, now: Timestamp) -> bool {
    let next = version.database.as_ref().and_then(|database| database.next_update);
    next.is_none_or(|next| next <= now)
}

fn no_database() -> Failure {
    Failure::input("cannot look for vulnerabilities: Trivy has no database here")
        .hint("leave out --offline and --skip-db-update, or name the directory that has one: --cache-dir DIR")
}

/// What is to be scanned.
enum Subject {
    /// A tar or an OCI directory.
    File(PathBuf, Facts),
    /// An image in a registry, and the digest that its name ends with.
    Reference(Option<String>),
    /// Nothing that can be scanned, and why.
    Unusable(String),
}

impl Subject {
    fn of(image: &str, platform: Option<&str>, dir: &Path) -> Self {
        let path = dir.join(image);
        if image.is_empty() {
            return Self::Unusable("its name is empty; is a variable on the command line not set?".to_owned());
        }
        if path.exists() {
            return match identify(&path, Choice { tag: None, platform }) {
                Ok(identity) => Self::File(path, Facts { image_id: Some(identity.config), ..Facts::default() }),
                Err(why) => Self::Unusable(format!("it cannot be told which image it is: {why}")),
            };
        }
        let is_path =
            image.starts_with(['.', '/', '-', '~']) || [".tar", ".tgz", ".gz"].iter().any(|end| image.ends_with(end));
        if is_path {
            return Self::Unusable("there is no such file".to_owned());
        }
        let digest = image.split_once('@').map(|(_, digest)| digest.to_owned());
        match digest {
            Some(digest) if !is_digest(&digest) => Self::Unusable(format!("`{digest}` is no digest with sha256")),
            digest => Self::Reference(digest),
        }
    }
}

/// An image that was scanned, or could not be.
struct Scanned {
    input: Input,
    /// What Trivy warned of.
    warnings: Vec<String>,
}

async fn one(trivy: &Trivy, subject: &Subject, image: &str, place: &Path, version: &TrivyVersion) -> Result<Scanned> {
    let mut input = Input { source: image.to_owned(), ..Input::default() };
    let mut warnings = Vec::new();
    match subject {
        Subject::Unusable(problem) => {
            input.problems.push(problem.clone());
            return Ok(Scanned { input, warnings });
        }
        Subject::File(_, facts) => input.facts = facts.clone(),
        Subject::Reference(digest) => input.digest.clone_from(digest),
    }
    for stale in ["", EXIT, STDERR, VERSION] {
        absent(&with_suffix(place, stale))?;
    }
    let ended = match subject {
        Subject::File(path, _) => trivy.scan_file(path, place, version).await?,
        _ => trivy.scan_reference(image, place, version).await?,
    };
    keep(&ended, place, version)?;
    version.tell(&mut input.facts);
    input.facts.scanners = Some(trivy.scanners.clone());
    input.facts.ran = true;
    let said = Said::of(&ended.stderr);
    match ended.code {
        Some(0) => {
            input.report = Some(place.to_owned());
            warnings = said.warnings;
        }
        code => input.problems.push(problem(image, code, &said, trivy)?),
    }
    Ok(Scanned { input, warnings })
}

/// Why there is no report.
///
/// # Errors
///
/// When a registry or a database cannot be had: then there is no verdict at all, not even an incomplete one.
fn problem(image: &str, code: Option<i32>, said: &Said, trivy: &Trivy) -> Result<String> {
    let why = said.why();
    match code {
        None => Ok(format!("Trivy was stopped after {} s (see --timeout)", trivy.limit.as_secs())),
        Some(_) if said.is_remote() => Err(Failure::remote(format!("cannot scan {image}")).because(why)),
        Some(code) => Ok(format!("Trivy could not scan it (exit code {code}): {why}")),
    }
}

/// Leaves beside the report what `gate` reads there.
fn keep(ended: &Ended, place: &Path, version: &TrivyVersion) -> Result<()> {
    let code = ended.code.unwrap_or(step::process::TIMED_OUT);
    files::replace(&with_suffix(place, EXIT), |out| writeln!(out, "{code}"))?;
    files::replace(&with_suffix(place, STDERR), |out| out.write_all(ended.stderr.as_bytes()))?;
    files::replace(&with_suffix(place, VERSION), |out| writeln!(out, "{}", version.raw))
}

/// A file of an earlier run must not be taken for one of this run.
fn absent(file: &Path) -> Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(cannot_keep(file, error)),
        _ => Ok(()),
    }
}

fn cannot_keep(place: &Path, error: std::io::Error) -> Failure {
    Failure::input(format!("cannot keep Trivy's reports in {}", place.display())).because(error)
}

/// A file name for the report of `image`, another one for each.
fn file_name(image: &str, taken: &mut BTreeSet<String>) -> String {
    let last = image.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let safe: String =
        last.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect();
    let safe = safe.trim_start_matches('.');
    let stem = if safe.is_empty() { "image" } else { &safe[..safe.len().min(100)] };
    let numbered = |n: u32| if n == 1 { format!("{stem}.json") } else { format!("{stem}-{n}.json") };
    (1..).map(numbered).find(|name| taken.insert(name.clone())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_report_has_a_file_of_its_own_in_the_directory() {
        let mut taken = BTreeSet::new();
        let names =
            ["a/web.tar", "b/web.tar", "registry/shop:1@sha256:ab", "..", "ü/"].map(|it| file_name(it, &mut taken));
        assert_eq!(names, ["web.tar.json", "web.tar-2.json", "shop-1-sha256-ab.json", "image.json", "-.json"]);
    }

    #[test]
    fn what_looks_like_a_file_is_never_asked_of_a_registry() {
        let dir = tempfile::tempdir().expect("a directory");
        for name in ["", "lost.tar", "./lost", "/lost", "-rf", "shop@sha256:ab"] {
            assert!(matches!(Subject::of(name, None, dir.path()), Subject::Unusable(_)), "{name}");
        }
        assert!(matches!(Subject::of("shop:1", None, dir.path()), Subject::Reference(None)));
        let digest = format!("sha256:{:064}", 1);
        let asked = Subject::of(&format!("shop@{digest}"), None, dir.path());
        assert!(matches!(asked, Subject::Reference(Some(known)) if known == digest));
    }

    #[test]
    fn a_database_without_a_next_update_is_outdated() {
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().expect("a time");
        let version = |text: &str| crate::inputs::trivy_version(text.as_bytes()).expect("a version");
        assert!(is_outdated(&version(r#"{"Version":"0.76.0"}"#), now));
        let of =
            |next: &str| version(&format!(r#"{{"Version":"0.76.0","VulnerabilityDB":{{"NextUpdate":"{next}"}}}}"#));
        assert!(is_outdated(&of("2026-11-24T11:59:59Z"), now));
        assert!(!is_outdated(&of("2026-11-25T06:00:00Z"), now));
    }
}
