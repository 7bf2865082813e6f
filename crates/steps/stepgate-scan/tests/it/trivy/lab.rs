//! A repository with a database for Trivy beside it.

use std::path::PathBuf;
use std::process::{Command, Output};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::database::Database;
use super::image::Image;
use crate::support::{Project, Run};

/// What makes Trivy ask nothing of the network. `config` knows nothing of databases.
const OFFLINE: [&str; 4] = ["--skip-check-update", "--skip-db-update", "--skip-java-db-update", "--offline-scan"];

/// A repository to run both programs in.
pub(crate) struct Lab {
    pub(crate) project: Project,
}

impl Lab {
    /// With the usual database, built an hour ago.
    pub(crate) fn new() -> Self {
        let mut project = Project::new();
        project.env("PATH", &std::env::var("PATH").expect("a search path"));
        let lab = Self { project };
        lab.database(&Database::usual(), Timestamp::now() - SignedDuration::from_hours(1));
        lab
    }

    /// Puts another database in the place of the one that is there.
    pub(crate) fn database(&self, database: &Database, built: Timestamp) {
        database.write(&self.cache(), built);
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.project.repo.path().join("cache")
    }

    pub(crate) fn image(&self, path: &str, image: &Image) {
        self.project.write(path, image.tar());
    }

    /// Runs Trivy with nothing of the environment of whoever runs the tests.
    pub(crate) fn trivy(&self, args: &[&str]) -> Output {
        let root = self.project.repo.path();
        Command::new("trivy")
            .args(args)
            .current_dir(&root)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").expect("a search path"))
            .env("HOME", &root)
            .env("TRIVY_CACHE_DIR", self.cache())
            .env("TRIVY_SKIP_VERSION_CHECK", "true")
            .output()
            .expect("trivy starts")
    }

    /// Has Trivy write a report, as people do who gate by its exit code, and keep its version beside it. Trivy itself
    /// ends well.
    pub(crate) fn report(&self, path: &str, args: &[&str]) -> Value {
        let rest = ["--format", "json", "--output", path];
        let offline = if args.contains(&"config") { &OFFLINE[..1] } else { &OFFLINE };
        let output = self.trivy(&[args, offline, &rest].concat());
        assert!(output.status.success(), "trivy {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        let version = self.trivy(&["version", "--format", "json"]);
        self.project.write(&format!("{path}.version.json"), version.stdout);
        serde_json::from_str(&self.project.read(path)).expect("JSON")
    }

    /// Runs our program.
    pub(crate) fn stepgate(&self, args: &[&str]) -> Run {
        self.project.run(args)
    }

    /// Has our program run Trivy over images, without the network.
    pub(crate) fn image_run(&self, args: &[&str]) -> Run {
        self.stepgate(&[&["image", "--cache-dir", "cache", "--offline"], args].concat())
    }
}

/// One field of everything of a kind that a report of Trivy has, sorted.
pub(crate) fn values(report: &Value, kind: &str, field: &str) -> Vec<String> {
    let results = report["Results"].as_array().map(Vec::as_slice).unwrap_or_default();
    let entries = results.iter().filter_map(|result| result[kind].as_array()).flatten();
    let mut values: Vec<String> = entries.filter_map(|entry| entry[field].as_str()).map(str::to_owned).collect();
    values.sort();
    values
}
