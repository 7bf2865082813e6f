//! The layers hold: a crate imports only what its place allows, and pure crates touch nothing outside their memory.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

/// What a crate may use of ours, in production code. Everything it may not is forbidden.
const LAYERS: &[(&str, &[&str])] = &[
    ("findings", &[]),
    ("xml", &[]),
    ("junit", &["xml"]),
    ("coverage", &["xml", "findings"]),
    ("image-scan", &["findings"]),
    ("yaml-edit", &[]),
    ("gitops", &["yaml-edit"]),
    ("attest", &[]),
    ("promotion", &["attest", "gitops", "yaml-edit"]),
    ("git", &[]),
    ("http", &[]),
    ("bitbucket", &["http"]),
    ("registry", &["http"]),
    ("landing", &["git", "bitbucket", "http"]),
    ("fakes", &[]),
    ("step", &["attest", "findings", "git", "bitbucket", "http"]),
    ("steps/stepgate-lint", &["attest", "findings", "git", "step"]),
    ("steps/stepgate-tests", &["attest", "junit", "coverage", "findings", "git", "step"]),
    ("steps/stepgate-scan", &["attest", "image-scan", "findings", "step"]),
    (
        "steps/stepgate-bump",
        &[
            "yaml-edit",
            "gitops",
            "promotion",
            "attest",
            "landing",
            "registry",
            "findings",
            "git",
            "bitbucket",
            "http",
            "step",
        ],
    ),
    (
        "steps/stepgate-promote",
        &["yaml-edit", "gitops", "promotion", "attest", "landing", "findings", "git", "bitbucket", "http", "step"],
    ),
    (
        "stepgate",
        &[
            "step",
            "stepgate-lint",
            "stepgate-tests",
            "stepgate-scan",
            "stepgate-bump",
            "stepgate-promote",
            "attest",
            "gitops",
            "promotion",
            "fakes",
            "http",
            "git",
            "findings",
            "bitbucket",
        ],
    ),
];

/// Crates without side effects.
const PURE: &[&str] =
    &["findings", "xml", "junit", "coverage", "image-scan", "yaml-edit", "gitops", "attest", "promotion"];

/// What a pure crate must not name: files, sockets, processes, the environment, the clock.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "std::env",
    "std::time::SystemTime",
    "std::time::Instant",
    "SystemTime::now",
    "Instant::now",
    "std::thread",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "println!",
    "eprintln!",
    "jiff::Timestamp::now",
    "tokio::",
    "reqwest::",
    "tempfile::",
    "clap::",
];

/// What a pure crate may name all the same: a thread that only computes, for the room on its stack.
const EXEMPT: &[(&str, &str)] = &[("promotion/src/condition.rs", "std::thread")];

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

/// The Rust files of a crate that are not tests.
fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap_or_else(|error| panic!("cannot list {}: {error}", dir.display())) {
        let path = entry.unwrap().path();
        let is_test = path.file_stem().is_some_and(|name| name == "tests");
        if path.is_dir() && !is_test {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") && !is_test {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The code of a file up to its inline tests, without comments.
fn production_code(path: &Path) -> String {
    let text = read(path);
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Names of the crates in `[dependencies]` of a manifest that are ours.
fn dependencies(manifest: &str) -> Vec<String> {
    let ours: Vec<&str> = LAYERS.iter().map(|(name, _)| name.rsplit('/').next().unwrap()).collect();
    let section = manifest.split("[dependencies]").nth(1).unwrap_or_default();
    let section = section.split("\n[").next().unwrap_or_default();
    let names = section.lines().filter_map(|line| line.split(['.', ' ', '=']).next());
    names.filter(|name| ours.contains(name)).map(String::from).collect()
}

#[test]
fn every_crate_has_a_layer() {
    let mut crates: Vec<String> = Vec::new();
    for (dir, prefix) in [("crates", ""), ("crates/steps", "steps/")] {
        for entry in fs::read_dir(root().join(dir)).unwrap() {
            let path = entry.unwrap().path();
            if path.join("Cargo.toml").exists() {
                crates.push(format!("{prefix}{}", path.file_name().unwrap().to_string_lossy()));
            }
        }
    }
    crates.sort();
    let mut layers: Vec<String> = LAYERS.iter().map(|(name, _)| (*name).to_string()).collect();
    layers.sort();
    assert_eq!(crates, layers, "a crate without a layer, or a layer without a crate: see LAYERS in {}", file!());
}

#[test]
fn a_crate_uses_only_the_layers_below_it() {
    for (name, allowed) in LAYERS {
        let manifest = read(&root().join("crates").join(name).join("Cargo.toml"));
        for used in dependencies(&manifest) {
            assert!(allowed.contains(&used.as_str()), "crates/{name} must not use {used}; it may use {allowed:?}");
        }
    }
}

#[test]
fn pure_crates_touch_nothing_outside() {
    for name in PURE {
        for file in sources(&root().join("crates").join(name).join("src")) {
            let code = production_code(&file);
            for word in IMPURE.iter().filter(|word| !EXEMPT.iter().any(|(end, is)| is == *word && file.ends_with(end)))
            {
                assert!(!code.contains(word), "{} names {word}, but {name} is pure", file.display());
            }
        }
    }
}

#[test]
fn main_is_a_door() {
    for (name, _) in LAYERS {
        let main = root().join("crates").join(name).join("src/main.rs");
        if main.exists() {
            let lines = read(&main).lines().count();
            assert!(lines <= 15, "{} has {lines} lines; main.rs is a door", main.display());
        }
    }
}

#[test]
fn files_have_one_subject() {
    for (name, _) in LAYERS {
        for file in sources(&root().join("crates").join(name).join("src")) {
            let lines = read(&file).lines().count();
            assert!(lines <= 500, "{} has {lines} lines; 500 is the wall", file.display());
        }
    }
}

#[test]
fn no_layer_test_is_vacuous() {
    assert!(dependencies("[dependencies]\ngit.workspace = true\nserde.workspace = true\n").eq(&["git"]));
    let findings = sources(&root().join("crates/findings/src"));
    assert!(findings.len() > 10, "only {} files found", findings.len());
    assert!(production_code(&root().join("crates/step/src/env.rs")).contains("std::env"));
}
