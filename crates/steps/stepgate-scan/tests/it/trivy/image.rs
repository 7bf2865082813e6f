//! Images as `docker save` writes them, built by hand: <https://github.com/moby/docker-image-spec/blob/v1.3.1/spec.md>.

use serde_json::json;
use sha2::{Digest as _, Sha256};

/// Packages of Debian that the usual database knows something of, among others.
pub(crate) const VULNERABLE: [(&str, &str, &str); 4] = [
    ("libc6", "glibc", "2.36-9+deb12u9"),
    ("libc-bin", "glibc", "2.36-9+deb12u9"),
    ("curl", "curl", "7.88.1-10+deb12u8"),
    ("zlib1g", "zlib (1:1.2.13.dfsg-1)", "1:1.2.13.dfsg-1"),
];

/// A package that nothing is known of.
pub(crate) const HARMLESS: [(&str, &str, &str); 1] = [("tzdata", "tzdata", "2024a-0+deb12u1")];

/// An image in the making.
pub(crate) struct Image {
    tag: Option<String>,
    layers: Vec<Vec<u8>>,
    commands: Vec<String>,
}

impl Image {
    pub(crate) fn new(tag: &str) -> Self {
        Self { tag: Some(tag.to_owned()), layers: Vec::new(), commands: Vec::new() }
    }

    /// Debian 12 with packages that have vulnerabilities, and an application on top of it that has everything else that
    /// a scanner may find.
    pub(crate) fn usual(tag: &str) -> Self {
        Self::new(tag).debian(&VULNERABLE).layer("COPY app /app", &application())
    }

    /// Debian 12 with packages: name, source, version.
    pub(crate) fn debian(self, packages: &[(&str, &str, &str)]) -> Self {
        let status: String = packages
            .iter()
            .map(|(name, source, version)| {
                format!(
                    "Package: {name}\nStatus: install ok installed\nSource: {source}\nVersion: {version}\n\
                     Architecture: amd64\nMaintainer: Nobody <nobody@example.invalid>\n\n"
                )
            })
            .collect();
        let release =
            "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n";
        let files = [
            ("etc/os-release", release.to_owned()),
            ("etc/debian_version", "12.15\n".to_owned()),
            ("var/lib/dpkg/status", status),
        ];
        self.layer("/bin/sh -c #(nop) ADD file:abc in / ", &files)
    }

    /// Alpine 3.9, which nobody looks after since November 2020.
    pub(crate) fn alpine_3_9(self) -> Self {
        let installed = "C:Q1abc=\nP:musl\nV:1.1.20-r4\nA:x86_64\nS:1\nI:1\nT:the musl c library\nL:MIT\no:musl\n\n";
        let release = "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.9.4\n";
        let files = [
            ("etc/os-release", release.to_owned()),
            ("etc/alpine-release", "3.9.4\n".to_owned()),
            ("lib/apk/db/installed", installed.to_owned()),
        ];
        self.layer("/bin/sh -c #(nop) ADD file:abc in / ", &files)
    }

    /// Adds a layer with files (a path without its first slash, and the content).
    pub(crate) fn layer(mut self, command: &str, files: &[(&str, String)]) -> Self {
        self.layers.push(archive(files.iter().map(|(path, content)| (*path, content.as_bytes()))));
        self.commands.push(command.to_owned());
        self
    }

    /// The digest of its configuration, `sha256:…`, by which an image is known before it has been pushed.
    pub(crate) fn id(&self) -> String {
        format!("sha256:{}", hex(self.config().as_bytes()))
    }

    /// The tar that `docker save` would write.
    pub(crate) fn tar(&self) -> Vec<u8> {
        let config = self.config();
        let config_name = format!("{}.json", hex(config.as_bytes()));
        let names: Vec<String> = self.layers.iter().map(|layer| format!("{}/layer.tar", hex(layer))).collect();
        let manifest =
            json!([{ "Config": config_name, "RepoTags": self.tag.iter().collect::<Vec<_>>(), "Layers": names }]);
        let manifest = manifest.to_string();
        let layers = names.iter().map(String::as_str).zip(self.layers.iter().map(Vec::as_slice));
        let rest = [(config_name.as_str(), config.as_bytes()), ("manifest.json", manifest.as_bytes())];
        archive(layers.chain(rest))
    }

    fn config(&self) -> String {
        let diff_ids: Vec<String> = self.layers.iter().map(|layer| format!("sha256:{}", hex(layer))).collect();
        let created = "2026-01-20T10:00:00Z";
        let step = |command: &String| json!({ "created": created, "created_by": command });
        let history: Vec<serde_json::Value> = self.commands.iter().map(step).collect();
        json!({
            "architecture": "amd64", "os": "linux", "created": created, "history": history,
            "config": { "Env": ["PATH=/usr/bin", "DB_PASSWORD=hunter2"], "Cmd": ["/app/run"] },
            "rootfs": { "type": "layers", "diff_ids": diff_ids },
        })
        .to_string()
    }
}

/// A vulnerable package of Composer and of npm, one under the AGPL, and a key; a Dockerfile that could be better.
pub(crate) fn application() -> [(&'static str, String); 5] {
    let composer = json!({
        "packages": [{ "name": "guzzlehttp/psr7", "version": "1.8.3", "version_normalized": "1.8.3.0", "license": ["MIT"] }],
        "dev": false, "dev-package-names": [],
    });
    [
        ("app/vendor/composer/installed.json", composer.to_string()),
        ("app/node_modules/lodash/package.json", node_package("lodash", "4.17.4", "MIT")),
        ("app/node_modules/gplthing/package.json", node_package("gplthing", "1.0.0", "AGPL-3.0")),
        // In two parts, so that no scanner of secrets stumbles over this file.
        ("app/.env", ["AWS_ACCESS_KEY_ID=AK", "IAABCDEFGHIJ234567\n"].concat()),
        ("app/Dockerfile", "FROM debian:latest\nADD . /app\nCMD [\"/app/run\"]\n".to_owned()),
    ]
}

fn node_package(name: &str, version: &str, license: &str) -> String {
    json!({ "name": name, "version": version, "license": license }).to_string()
}

fn archive<'f>(files: impl Iterator<Item = (&'f str, &'f [u8])>) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len().try_into().expect("a small file"));
        header.set_mode(0o644);
        archive.append_data(&mut header, path, content).expect("memory");
    }
    archive.into_inner().expect("memory")
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}
