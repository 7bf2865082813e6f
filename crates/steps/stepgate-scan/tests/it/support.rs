//! A repository to run the program in, what the program said, and images and reports of them.

use std::fmt;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use git::testkit::TempRepo;
use sha2::{Digest as _, Sha256};

/// A repository with a file in it.
pub(crate) struct Project {
    pub(crate) repo: TempRepo,
    env: Vec<(String, String)>,
}

/// What a run said and how it ended, in one text.
#[must_use = "look at what the program said"]
pub(crate) struct Run {
    pub(crate) status: i32,
    text: String,
    stdout: String,
}

impl Project {
    pub(crate) fn new() -> Self {
        let repo = TempRepo::new();
        repo.write("a.txt", "a\n");
        repo.commit("the beginning");
        Self { repo, env: Vec::new() }
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        self.repo.write(path, content);
        self
    }

    pub(crate) fn env(&mut self, name: &str, value: &str) -> &mut Self {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.repo.path().join(path)).expect(path)
    }

    pub(crate) fn exists(&self, path: &str) -> bool {
        self.repo.path().join(path).exists()
    }

    /// Makes `path` a program that runs `script`.
    pub(crate) fn program(&self, path: &str, script: &str) -> &Self {
        self.write(path, script);
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(self.repo.path().join(path), mode).expect("an executable file");
        self
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        run_in(&self.repo.path(), &self.env, args, "")
    }

    pub(crate) fn run_with_stdin(&self, args: &[&str], stdin: &str) -> Run {
        run_in(&self.repo.path(), &self.env, args, stdin)
    }
}

/// Runs the program in `dir` with nothing of the environment of whoever runs the tests.
fn run_in(dir: &Path, env: &[(String, String)], args: &[&str], stdin: &str) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_stepgate-scan"))
        .args(args)
        .current_dir(dir)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .envs(env.iter().cloned())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut pipe = child.stdin.take().expect("a pipe");
    // A program that does not read its standard input is free not to.
    pipe.write_all(stdin.as_bytes()).ok();
    drop(pipe);
    let output = child.wait_with_output().expect("the program ends");
    let status = output.status.code().expect("no signal");
    let text = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).replace(&*dir.to_string_lossy(), "[DIR]");
        text.replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
    };
    let (stdout, err) = (text(&output.stdout), text(&output.stderr));
    let err = if err.is_empty() { err } else { format!("------- stderr -------\n{err}") };
    Run { status, text: format!("{stdout}{err}[exit status: {status}]\n"), stdout }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Run {
    pub(crate) fn contains(&self, text: &str) -> bool {
        self.text.contains(text)
    }

    /// What it printed on its standard output.
    pub(crate) fn stdout(&self) -> &str {
        &self.stdout
    }
}

/// A layer that no image here leaves out.
pub(crate) const LAYER: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";

/// The configuration of an image of `name`, which makes its id.
fn config(name: &str) -> String {
    format!(r#"{{"config":{{"Env":["DB_PASSWORD=hunter2"],"Cmd":["{name}"]}},"rootfs":{{"diff_ids":["{LAYER}"]}}}}"#)
}

/// The id of the image of `name`.
pub(crate) fn id(name: &str) -> String {
    let hex: String = Sha256::digest(config(name)).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// An image of `name` as `docker save` leaves it.
pub(crate) fn image(name: &str) -> Vec<u8> {
    let blob = format!("blobs/sha256/{}", id(name).trim_start_matches("sha256:"));
    let manifest = format!(r#"[{{"Config":"{blob}","RepoTags":["{name}"],"Layers":[]}}]"#);
    let mut tar = tar::Builder::new(Vec::new());
    for (path, content) in [(blob.as_str(), config(name)), ("manifest.json", manifest)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append_data(&mut header, path, content.as_bytes()).expect("memory");
    }
    tar.into_inner().expect("memory")
}

/// Trivy's report of the image of `name` with curl in it, which has `vulnerabilities`: id and severity; what has one of
/// these can be mended.
pub(crate) fn report(name: &str, vulnerabilities: &[(&str, &str)]) -> String {
    let vulnerabilities: Vec<String> = vulnerabilities
        .iter()
        .map(|(id, severity)| {
            format!(
                r#"{{"VulnerabilityID":"{id}","PkgName":"curl","InstalledVersion":"7.88.1-10","FixedVersion":"7.88.1-11",
                    "PkgIdentifier":{{"PURL":"pkg:deb/debian/curl@7.88.1-10?distro=debian-12"}},"Status":"fixed",
                    "Severity":"{severity}","Title":"curl: something","Layer":{{"DiffID":"{LAYER}"}}}}"#
            )
        })
        .collect();
    format!(
        r#"{{"SchemaVersion":2,"Trivy":{{"Version":"0.76.0"}},"CreatedAt":"{now}","ArtifactName":"{name}",
            "ArtifactType":"container_image","Metadata":{{"OS":{{"Family":"debian","Name":"12.15"}},"ImageID":"{id}",
            "DiffIDs":["{LAYER}"],"RepoTags":["{name}"],"ImageConfig":{{"config":{{"Env":["DB_PASSWORD=hunter2"]}}}}}},
            "Results":[{{"Target":"{name} (debian 12.15)","Class":"os-pkgs","Type":"debian",
            "Packages":[{{"Name":"curl","Version":"7.88.1","Release":"10","Identifier":{{"PURL":"pkg:deb/debian/curl@7.88.1-10?distro=debian-12"}}}}],
            "Vulnerabilities":[{}]}}]}}"#,
        vulnerabilities.join(","),
        now = jiff::Timestamp::now(),
        id = id(name),
    )
}

/// What `trivy version -f json` prints when its database was built so many hours ago.
pub(crate) fn version(version: &str, hours: i64) -> String {
    let built = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(hours);
    let next = built + jiff::SignedDuration::from_hours(24);
    format!(
        r#"{{"Version":"{version}","VulnerabilityDB":{{"Version":2,"NextUpdate":"{next}","UpdatedAt":"{built}","DownloadedAt":"{built}"}}}}"#
    )
}
