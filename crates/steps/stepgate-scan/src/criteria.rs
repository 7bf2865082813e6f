//! Everything that a verdict depends on besides the scans.

use std::io::Read;
use std::path::{Path, PathBuf};

use bumpalo::Bump;
use findings::{Arena, Severity};
use flate2::read::MultiGzDecoder;
use image_scan::against::Deployed;
use image_scan::evidence::Demands;
use image_scan::exceptions::{Exception, from_yaml, import};
use image_scan::first_seen::FirstSeen;
use image_scan::intel::{self, Epss, Kev};
use image_scan::policy::{Policy, Rule};
use image_scan::read::Context;
use image_scan::vex::{self, Document};
use image_scan::{Kind, Scan};
use step::{Failure, Place, Result, files};

use crate::args::{AcceptedArgs, JudgeArgs, PolicyArgs};
use crate::config::Config;
use crate::image::{Choice, identify, may_be_image};
use crate::inputs;

/// More than any of these files holds.
const LIMIT: u64 = 256 << 20;

/// What is known before the first scan is read.
#[derive(Debug, Default)]
pub(crate) struct Given {
    pub(crate) policy: Policy,
    pub(crate) demands: Demands,
    pub(crate) exceptions: Vec<Exception>,
    pub(crate) vex: Vec<Document>,
    pub(crate) deployed: Option<Deployed>,
    /// Digests of the layers of the base image.
    pub(crate) base: Option<Vec<String>>,
    pub(crate) kev: Option<Kev>,
    pub(crate) first_seen: Option<Remembered>,
    epss: Option<PathBuf>,
    /// What is worth a word.
    pub(crate) warnings: Vec<String>,
}

/// The file that remembers when each finding was first seen.
#[derive(Debug)]
pub(crate) struct Remembered {
    pub(crate) seen: FirstSeen,
    path: PathBuf,
    text: String,
}

impl Given {
    /// Reads what `args` and the config name.
    ///
    /// # Errors
    ///
    /// When any of it cannot be used.
    pub(crate) fn load(args: &JudgeArgs, place: &Place<Config>) -> Result<Self> {
        let (config, context) = (&place.config, &args.context);
        let file = |given: &Option<PathBuf>, configured: &Option<PathBuf>| {
            let configured = || configured.as_ref().map(|path| place.base().join(path));
            given.as_ref().map(|path| place.here(path)).or_else(configured)
        };
        let mut demands = config.proof.clone();
        demands.required |= args.policy.require_proof;
        let mut warnings = Vec::new();
        let kev = file(&context.kev, &config.kev).map(|path| kev(&path)).transpose()?;
        let epss = file(&context.epss, &config.epss);
        if let Some(path) = &epss {
            // It is read when it is known which scores matter; that it is not there need not wait for a scan.
            unpacked(path)?;
        }
        Ok(Self {
            policy: policy(&args.policy, config)?,
            demands,
            exceptions: exceptions(&args.accepted, place, &mut warnings)?,
            vex: documents(&args.accepted.vex, place)?,
            deployed: context.against.as_ref().map(|path| deployed(&place.here(path), place)).transpose()?,
            base: context.base.as_ref().map(|name| base(name, place)).transpose()?,
            kev,
            first_seen: file(&context.first_seen, &config.first_seen).map(Remembered::load).transpose()?,
            epss,
            warnings,
        })
    }

    /// The EPSS scores of what `scans` found.
    ///
    /// # Errors
    ///
    /// When the file cannot be used.
    pub(crate) fn epss(&self, scans: &[Scan<'_>]) -> Result<Option<Epss>> {
        let Some(path) = &self.epss else { return Ok(None) };
        let findings = scans.iter().flat_map(|scan| &scan.findings);
        let ids = findings.flat_map(|finding| finding.aliases.iter().copied().chain([finding.id]));
        let wanted: std::collections::HashSet<&str> = ids.collect();
        let scores = intel::epss_of(&mut *unpacked(path)?, &|id| wanted.contains(id));
        scores.map(Some).map_err(|why| cannot_use("the EPSS scores", path, why))
    }
}

impl Remembered {
    fn load(path: PathBuf) -> Result<Self> {
        let text = if path.symlink_metadata().is_ok() { text_of(&path)? } else { String::new() };
        let seen = FirstSeen::parse(&text).map_err(|why| cannot_use("what was first seen when", &path, why))?;
        // A last line that was cut short is left out, here too.
        let whole = if seen.notes.is_empty() { text.len() } else { text.rfind('\n').map_or(0, |end| end + 1) };
        Ok(Self { seen, path, text: text[..whole].to_owned() })
    }

    /// Puts `lines` behind what is in the file.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(crate) fn append(&self, lines: &str) -> Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let end = if self.text.is_empty() || self.text.ends_with('\n') { "" } else { "\n" };
        files::replace(&self.path, |out| write!(out, "{}{end}{lines}", self.text))
    }
}

/// The rules in force.
fn policy(args: &PolicyArgs, config: &Config) -> Result<Policy> {
    if let Some(severity) = args.fail_on {
        return Ok(failing_on(severity, args.only_fixable));
    }
    let environment = args.environment.as_deref().or(config.environment.as_deref());
    Policy::of(&config.policy, environment)
        .map_err(|why| Failure::input("cannot tell which rules to go by").because(why))
}

/// The one rule of `--fail-on`.
fn failing_on(severity: Severity, only_fixable: bool) -> Policy {
    let fixable = if only_fixable { " --only-fixable" } else { "" };
    let rule = Rule {
        name: format!("--fail-on {}{fixable}", severity.as_str()),
        kind: vec![Kind::Vulnerability],
        severity: Some(severity),
        fixable: only_fixable.then_some(true),
        ..Rule::default()
    };
    Policy { rules: vec![rule] }
}

/// The exceptions of the config, of its files, and of those on the command line.
pub(crate) fn exceptions(
    args: &AcceptedArgs,
    place: &Place<Config>,
    warnings: &mut Vec<String>,
) -> Result<Vec<Exception>> {
    let mut all = place.config.exceptions.clone();
    let configured = place.config.exception_files.iter().map(|path| place.base().join(path));
    for path in configured.chain(args.exceptions.iter().map(|path| place.here(path))) {
        let read = from_yaml(&files::read(&path, LIMIT)?);
        all.extend(read.map_err(|why| {
            let shown = place.shown(&path);
            Failure::input(format!("cannot use the exceptions in {shown}")).because(why).hint(
                "an exception has `id`, `owner`, `reason` and `expires`; `stepgate-scan exceptions import` makes \
                     drafts from a .trivyignore",
            )
        })?);
    }
    for path in args.ignorefile.iter().map(|path| place.here(path)) {
        let name = place.shown(&path);
        let imported = import(&files::read(&path, LIMIT)?, &name);
        all.extend(imported.exceptions.iter().flat_map(|draft| draft.complete(&name)));
        warnings.extend(imported.traps.into_iter().map(|trap| format!("{name}: {trap}")));
    }
    Ok(all)
}

fn documents(given: &[PathBuf], place: &Place<Config>) -> Result<Vec<Document>> {
    let configured = place.config.vex.iter().map(|path| place.base().join(path));
    let all = configured.chain(given.iter().map(|path| place.here(path)));
    all.map(|path| {
        let read = vex::read(&files::read(&path, LIMIT)?, &place.shown(&path));
        read.map_err(|why| cannot_use("the VEX document", &path, why))
    })
    .collect()
}

/// The image that runs now.
fn deployed(path: &Path, place: &Place<Config>) -> Result<Deployed> {
    let bump = Bump::new();
    let arena = Arena::new(&bump);
    let cannot = |why: String| {
        Failure::input(format!("cannot compare with {}", place.shown(path)))
            .because(why)
            .hint("without a report of the image that runs now, as before the first deployment, leave out --against")
    };
    let scan = whole(path, &Context { arena: &arena, bump: &bump, list_packages: true }).map_err(cannot)?;
    Ok(Deployed::new(&scan))
}

/// The digests of the layers of the base image.
fn base(name: &str, place: &Place<Config>) -> Result<Vec<String>> {
    let (path, tag) = inputs::place(name, place.dir());
    let path = place.here(Path::new(path));
    let layers = if may_be_image(&path) {
        identify(&path, Choice { tag, platform: None }).map(|identity| identity.diff_ids)
    } else {
        let bump = Bump::new();
        let arena = Arena::new(&bump);
        let scan = whole(&path, &Context { arena: &arena, bump: &bump, list_packages: false });
        scan.map(|scan| scan.diff_ids.iter().map(|id| (*id).to_owned()).collect())
    };
    let layers =
        layers.and_then(|layers| if layers.is_empty() { Err("it names no layer".to_owned()) } else { Ok(layers) });
    layers.map_err(|why| cannot_use("the base image", &path, why))
}

/// The scan in `path`, which has no problem.
fn whole<'a>(path: &Path, context: &Context<'_, 'a>) -> Result<Scan<'a>, String> {
    let scan = inputs::parse(path, context)?;
    match scan.problems.first() {
        None => Ok(scan),
        Some(problem) => Err(problem.clone()),
    }
}

fn kev(path: &Path) -> Result<Kev> {
    intel::kev(&mut *unpacked(path)?)
        .map_err(|why| cannot_use("the catalogue of known exploited vulnerabilities", path, why))
}

/// A file, or what is packed in it with gzip.
fn unpacked(path: &Path) -> Result<Box<dyn Read>> {
    let cannot = |error| Failure::input(format!("cannot read {}", path.display())).because(error);
    let mut start = [0; 2];
    let file = || std::fs::File::open(path).map_err(cannot);
    let is_packed = file()?.read_exact(&mut start).is_ok() && start == [0x1f, 0x8b];
    let file = file()?;
    Ok(if is_packed { Box::new(MultiGzDecoder::new(file).take(LIMIT)) } else { Box::new(file) })
}

fn text_of(path: &Path) -> Result<String> {
    let bytes = files::read(path, LIMIT)?;
    String::from_utf8(bytes).map_err(|error| cannot_use("the file", path, error.to_string()))
}

fn cannot_use(what: &str, path: &Path, why: String) -> Failure {
    Failure::input(format!("cannot use {what}, {}", path.display())).because(why)
}
