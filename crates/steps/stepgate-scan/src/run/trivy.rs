//! Trivy as a typed call: every flag that decides what is found is given, and nothing of the repository configures it.
//!
//! It runs in an empty directory, so that no trivy.yaml, .trivyignore or trivy-secret.yaml of the repository takes
//! findings away. It always ends with 0 when it has scanned, whatever it found.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use step::process::{Family, code};
use step::{Env, Failure, Result, Session, files};
use tokio::process::Command;

use super::Setup;
use super::environment::{self, Access};
use super::said::Said;
use crate::args::TrivyArgs;
use crate::inputs::{TrivyVersion, trivy_version};

/// The oldest version that has every flag used here.
const OLDEST: (u32, u32) = (0, 58);

/// Since this version all packages are listed without being asked for.
const LISTS_ALL: (u32, u32) = (0, 67);

/// Time for Trivy to stop by itself and say why, before it is stopped.
const GRACE: Duration = Duration::from_secs(10);

/// More than it says.
const LIMIT: u64 = 64 << 20;

/// The program that `command` is: a path from `base`, or a name that is looked for in PATH.
pub(crate) fn find(command: &Path, env: &Env, base: &Path) -> Option<PathBuf> {
    which::which_in(command, env.get("PATH"), base).ok()
}

/// Trivy, ready to be run.
pub(super) struct Trivy {
    program: PathBuf,
    env: Env,
    /// An empty directory to be started in.
    nowhere: PathBuf,
    /// Another one, which it may write to, as its home.
    home: PathBuf,
    cache: PathBuf,
    platform: Option<String>,
    offline: bool,
    /// What it looks for.
    pub(super) scanners: Vec<String>,
    /// Whether it may fetch its database.
    pub(super) updates: bool,
    /// How long one call may take.
    pub(super) limit: Duration,
}

/// How a call ended.
pub(super) struct Ended {
    /// The exit code; `None` when it took too long and was stopped.
    pub(super) code: Option<i32>,
    /// What it said.
    pub(super) stderr: String,
    stdout: Vec<u8>,
}

impl Trivy {
    /// Finds it, as `args` and `setup` say. `nowhere` and `home` are empty directories.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub(super) fn find(
        args: &TrivyArgs,
        setup: &Setup<'_>,
        session: &Session,
        [nowhere, home]: [PathBuf; 2],
    ) -> Result<Self> {
        let Setup { config, base, .. } = *setup;
        let (command, dir) = match &args.trivy {
            Some(given) => (given, session.dir.as_path()),
            None => (&config.command, base),
        };
        let program = find(command, &session.env, dir).ok_or_else(|| {
            Failure::input(format!("there is no program {}", command.display()))
                .hint("install Trivy in the image of this step, or name it: --trivy PATH")
                .hint("a report that is made elsewhere is judged by `stepgate-scan gate REPORT`")
        })?;
        let scanners = config.scanners.iter().map(|scanner| scanner.0.clone());
        let cache = args.cache_dir.as_ref().map(|dir| session.dir.join(dir));
        let cache = cache.or_else(|| config.cache_dir.as_ref().map(|dir| base.join(dir)));
        Ok(Self {
            program,
            env: session.env.clone(),
            nowhere,
            home,
            cache: cache.unwrap_or_else(|| session.dir.join(usual_cache(&session.env))),
            platform: args.platform.clone(),
            offline: args.offline,
            scanners: if args.scanners.is_empty() { scanners.collect() } else { args.scanners.clone() },
            updates: !args.offline && !args.skip_db_update,
            limit: args.timeout.unwrap_or_else(|| config.timeout.get()),
        })
    }

    /// Whether `scanner` is among what it looks for.
    pub(super) fn looks_for(&self, scanner: &str) -> bool {
        self.scanners.iter().any(|known| known == scanner)
    }

    /// Its version, and that of its database. To be told, the program is run: one that steals does it then already, so
    /// that it is given no more here than for an image in a file.
    ///
    /// # Errors
    ///
    /// When it does not say, or is too old to be run from here.
    pub(super) async fn version(&self) -> Result<TrivyVersion> {
        let ended = self.call(&["version", "--format", "json"], &[], Access::Nothing).await?;
        let cannot =
            |why: String| Failure::input(format!("cannot tell the version of {}", self.program.display())).because(why);
        if ended.code != Some(0) {
            return Err(cannot(Said::of(&ended.stderr).why()));
        }
        let version = trivy_version(&ended.stdout).map_err(cannot)?;
        match numbers(&version.version) {
            Some(numbers) if numbers < OLDEST => {
                let (major, minor) = OLDEST;
                Err(Failure::input(format!("Trivy {} is too old to be run from here", version.version))
                    .hint(format!("install {major}.{minor} or later; its reports are judged by `stepgate-scan gate`")))
            }
            _ => Ok(version),
        }
    }

    /// Has it fetch its database.
    ///
    /// # Errors
    ///
    /// When it cannot.
    pub(super) async fn update(&self) -> Result<()> {
        let ended = self.call(&["image", "--download-db-only", "--no-progress"], &[], Access::Home).await?;
        let why = match ended.code {
            Some(0) => return Ok(()),
            None => format!("it was stopped after {} s (see --timeout)", self.limit.as_secs()),
            Some(_) => Said::of(&ended.stderr).why(),
        };
        Err(Failure::remote("cannot fetch Trivy's database")
            .because(why)
            .hint("TRIVY_DB_REPOSITORY names a mirror; --skip-db-update uses the one that is there, if it is fresh"))
    }

    /// Scans the image in `path`, a tar or an OCI directory, and leaves its report in `report`.
    pub(super) async fn scan_file(&self, path: &Path, report: &Path, version: &TrivyVersion) -> Result<Ended> {
        self.scan(&[Path::new("--input"), path], report, version, Access::Nothing).await
    }

    /// The same for an image in a registry.
    pub(super) async fn scan_reference(&self, name: &str, report: &Path, version: &TrivyVersion) -> Result<Ended> {
        self.scan(&[Path::new("--"), Path::new(name)], report, version, Access::Registry).await
    }

    /// Looks for the vulnerabilities of what the SBOM in `path` lists, and leaves its report in `report`.
    pub(super) async fn scan_sbom(&self, path: &Path, report: &Path) -> Result<Ended> {
        let args = ["sbom", "--format", "json", "--exit-code", "0", "--no-progress", "--scanners", "vuln"];
        let offline = ["--skip-db-update", "--skip-java-db-update", "--offline-scan"];
        let args = [&args[..], &offline].concat();
        self.call(&args, &[Path::new("--output"), report, path], Access::Nothing).await
    }

    async fn scan(&self, what: &[&Path], report: &Path, version: &TrivyVersion, access: Access) -> Result<Ended> {
        let (scanners, limit) = (self.scanners.join(","), format!("{}s", self.limit.as_secs()));
        let mut args = vec!["image", "--format", "json", "--exit-code", "0", "--no-progress"];
        args.extend(["--scanners", &scanners, "--timeout", &limit]);
        if self.looks_for("vuln") {
            args.push("--skip-db-update");
        }
        if numbers(&version.version).is_some_and(|numbers| numbers < LISTS_ALL) {
            args.push("--list-all-pkgs");
        }
        if self.offline {
            args.extend(["--offline-scan", "--skip-java-db-update", "--skip-check-update"]);
        }
        if let Some(platform) = &self.platform {
            args.extend(["--platform", platform]);
        }
        let mut paths = vec![Path::new("--output"), report];
        paths.extend(what);
        self.call(&args, &paths, access).await
    }

    async fn call(&self, args: &[&str], paths: &[&Path], access: Access) -> Result<Ended> {
        let cannot =
            |error: std::io::Error| Failure::input(format!("cannot run {}", self.program.display())).because(error);
        let kept = tempfile::tempdir().map_err(cannot)?;
        let (stdout, stderr) = (kept.path().join("stdout"), kept.path().join("stderr"));
        let mut command = Command::new(&self.program);
        command.args(args).arg("--cache-dir").arg(&self.cache).args(paths).current_dir(&self.nowhere);
        command.env_clear().envs(environment::of(&self.env, access, &self.home)).stdin(Stdio::null());
        command.stdout(File::create(&stdout).map_err(cannot)?).stderr(File::create(&stderr).map_err(cannot)?);
        let mut family = Family::of(command).map_err(cannot)?;
        let status = tokio::time::timeout(self.limit + GRACE, family.wait()).await.ok().transpose().map_err(cannot)?;
        drop(family);
        let stderr = files::read(&stderr, LIMIT)?;
        Ok(Ended {
            code: status.map(code),
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
            stdout: files::read(&stdout, LIMIT)?,
        })
    }
}

/// Where Trivy itself keeps its database when nobody names a directory
/// (<https://github.com/aquasecurity/trivy/blob/v0.72.0/pkg/cache/dir.go>). By itself it would look below the home that
/// it is given here.
fn usual_cache(env: &Env) -> PathBuf {
    let dir = |name| env.get(name).filter(|dir| !dir.is_empty()).map(PathBuf::from);
    if let Some(named) = dir("TRIVY_CACHE_DIR") {
        return named;
    }
    let caches = dir("XDG_CACHE_HOME").or_else(|| Some(dir("HOME")?.join(".cache")));
    caches.or_else(|| dir("TMPDIR")).unwrap_or_else(|| PathBuf::from("/tmp")).join("trivy")
}

/// The first two numbers of a version; `None` for one that is built from no release.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.trim_start_matches('v').split(['.', '-', '+']);
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert!(numbers("0.9.2") < Some(OLDEST) && numbers("v0.76.0") > Some(LISTS_ALL));
        assert_eq!(numbers("dev"), None);
    }

    #[test]
    fn the_database_is_looked_for_where_trivy_would_look() {
        let mut vars = vec![];
        let mut with = |name, value| {
            vars.push((name, value));
            usual_cache(&Env::from_iter(vars.clone()))
        };
        assert_eq!(with("XDG_CACHE_HOME", ""), Path::new("/tmp/trivy"));
        assert_eq!(with("TMPDIR", "/scratch"), Path::new("/scratch/trivy"));
        assert_eq!(with("HOME", "/home/ci"), Path::new("/home/ci/.cache/trivy"));
        assert_eq!(with("XDG_CACHE_HOME", "/caches"), Path::new("/caches/trivy"));
        assert_eq!(with("TRIVY_CACHE_DIR", "/here"), Path::new("/here"));
    }
}
