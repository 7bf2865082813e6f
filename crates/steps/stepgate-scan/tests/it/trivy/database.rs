//! A database of vulnerabilities of our own, so that Trivy finds the same things for ever and needs no network.
//!
//! Its buckets are those of <https://github.com/aquasecurity/trivy-db> (`pkg/db`): `source → package → id → advisory`, and
//! `vulnerability → id → what is known of it`.

use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::bbolt::{self, Bucket, Node};

/// The tables of a database.
pub(crate) struct Database {
    root: Bucket,
}

impl Database {
    /// A database that knows of nothing.
    pub(crate) fn empty() -> Self {
        let mut database = Self { root: Bucket::new() };
        database.bucket(&["vulnerability"]);
        database
    }

    /// What these tests are about: Debian 12 has a critical and a high one that can be mended and one that its vendor
    /// leaves as it is, Alpine, Composer and npm have one each.
    pub(crate) fn usual() -> Self {
        let mut database = Self::empty();
        let fixed = |version: &str, alias: &str| json!({ "FixedVersion": version, "VendorIDs": [alias] });
        database.advisory("debian 12", "glibc", "CVE-2099-0001", &fixed("9.99-1+deb12u1", "DSA-9999-1"));
        database.advisory("debian 12", "curl", "CVE-2099-0002", &fixed("99.0.0-1", "DSA-9998-1"));
        database.advisory("debian 12", "zlib", "CVE-2023-45853", &json!({ "Status": 5 }));
        database.advisory("alpine 3.9", "curl", "CVE-2099-0002", &json!({ "FixedVersion": "9.9.9-r0" }));
        let below =
            |version: &str| json!({ "PatchedVersions": [version], "VulnerableVersions": [format!("< {version}")] });
        let (composer, npm) = ("composer::GitHub Security Advisory Composer", "npm::GitHub Security Advisory Npm");
        database.advisory(composer, "guzzlehttp/psr7", "CVE-2022-24775", &below("1.8.4"));
        database.advisory(npm, "lodash", "CVE-2019-10744", &below("4.17.12"));
        for (id, severity, title) in [
            ("CVE-2099-0001", 4, "libc: a critical one"),
            ("CVE-2099-0002", 3, "curl: a high one"),
            ("CVE-2023-45853", 4, "zlib: integer overflow in zipOpenNewFileInZip4_6"),
            ("CVE-2022-24775", 3, "psr7: improper input validation"),
            ("CVE-2019-10744", 4, "lodash: prototype pollution"),
        ] {
            let detail = json!({
                "Title": title, "VendorSeverity": { "nvd": severity }, "PublishedDate": "2022-03-21T19:15:00Z",
            });
            database.put(&["vulnerability"], id, &detail);
        }
        for (source, id) in [("debian 12", "debian"), ("alpine 3.9", "alpine"), (composer, "ghsa"), (npm, "ghsa")] {
            let told = json!({ "ID": id, "Name": source, "URL": "https://example.invalid/" });
            database.put(&["data-source"], source, &told);
        }
        database
    }

    pub(crate) fn advisory(&mut self, source: &str, package: &str, id: &str, advisory: &Value) -> &mut Self {
        self.put(&[source, package], id, advisory)
    }

    /// Writes it where Trivy looks for it below its cache directory, as built and fetched at a time.
    pub(crate) fn write(&self, cache: &Path, built: Timestamp) {
        let dir = cache.join("db");
        std::fs::create_dir_all(&dir).expect("a directory");
        std::fs::write(dir.join("trivy.db"), bbolt::file(&self.root)).expect("a database");
        let built = built.to_string();
        let metadata = json!({ "Version": 2, "NextUpdate": built, "UpdatedAt": built, "DownloadedAt": built });
        std::fs::write(dir.join("metadata.json"), metadata.to_string()).expect("its metadata");
    }

    fn put(&mut self, path: &[&str], key: &str, value: &Value) -> &mut Self {
        let bytes = value.to_string().into_bytes();
        self.bucket(path).insert(key.into(), Node::Value(bytes));
        self
    }

    fn bucket(&mut self, path: &[&str]) -> &mut Bucket {
        let mut at = &mut self.root;
        for name in path {
            let node = at.entry((*name).into()).or_insert_with(|| Node::Bucket(Bucket::new()));
            let Node::Bucket(bucket) = node else { unreachable!("a value where a bucket is") };
            at = bucket;
        }
        at
    }
}
