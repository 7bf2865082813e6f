//! What other tools say becomes of a file, where they and we mean the same. The fixtures are not in this repository;
//! `STEPGATE_CORPUS` names the folder they are in.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests may, and clippy sees only what is marked as one")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gitops::{Rules, Target, Wish, plan};
use serde_json::Value;

#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the corpus is")]
fn fixtures(file: &str) -> Option<Vec<Value>> {
    let root = std::env::var_os("STEPGATE_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    let file = root.join("bump/fixtures").join(file);
    if !file.is_file() {
        println!("skipped: no corpus");
        return None;
    }
    Some(serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap())
}

fn parsed(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

/// The file with all places of the images changed.
fn planned(file: &str, text: &str, wishes: &[(&str, Option<&str>)]) -> String {
    let wish = |(image, path): &(&str, Option<&str>)| Wish {
        service: None,
        environment: None,
        image: image.parse().unwrap(),
        targets: vec![Target {
            file: file.to_owned(),
            path: path.map(|path| path.parse().unwrap()),
            document: None,
            all: true,
        }],
    };
    let wishes: Vec<_> = wishes.iter().map(wish).collect();
    let files = BTreeMap::from([(file.to_owned(), text.as_bytes().to_vec())]);
    let rules = Rules { allow_latest: true, rename: true, ..Rules::default() };
    let plan = plan(&wishes, &files, &rules).unwrap();
    plan.files.into_iter().next().map_or_else(|| text.to_owned(), |file| String::from_utf8(file.after).unwrap())
}

/// The cases of `kustomize edit set image` that set an image, by what they say of themselves, as a wish. Not here are
/// `<image>=<image>`, which sets neither tag nor digest, "invalid args", and `image1=*:*`, which sets nothing.
const KUSTOMIZE: [(&str, &str, &str); 6] = [
    ("override file", "foo.bar.foo:8800/foo/image1:foo-bar", "images[name=image1]"),
    ("override new tag and new name with just a new tag", "image1:v1", "images[name=image1]"),
    ("override new tag but keep new name", "foo.bar.foo:8800/foo/image1:v1", "images[name=image1]"),
    ("do not set asterisk as new name", "image1:v1", "images[name=image1]"),
    (
        "keep new name and update digest",
        "my-image2@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3",
        "images[name=image2]",
    ),
    (
        "update new name and keep the digest",
        "my-image2@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3",
        "images[name=image2]",
    ),
];

#[test]
fn a_kustomization_becomes_what_kustomize_makes_of_it() {
    let Some(cases) = fixtures("kustomize/setimage_cases.json") else { return };
    for (description, image, path) in KUSTOMIZE {
        let case = cases.iter().find(|case| case["description"] == description).unwrap();
        // The lines of the file are the last strings of the Go source; white space in them was folded.
        let raw = case["given_raw"].as_str().unwrap();
        let lines = raw.split_once("infileImages: []string{").map_or("", |(_, lines)| lines);
        let lines: String = lines
            .split('"')
            .skip(1)
            .step_by(2)
            .map(|line| line.replacen(' ', if line.starts_with(' ') { "  " } else { " " }, 1) + "\n")
            .collect();
        let before = format!("kind: Kustomization\n{lines}");
        let expected: Vec<_> =
            case["expected_output_lines"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
        let after = planned("kustomization.yaml", &before, &[(image, Some(path))]);
        assert_eq!(parsed(&after)["images"], parsed(&expected.join("\n"))["images"], "{description}: {after}");
    }
}

/// The cases of argocd-image-updater in which it changes images that are there, with the file that it would be and the
/// images that it sets. The others test its registries, its own templates, keys that it looks up by a path, entries
/// that it adds to an Application, or are without a file before or after.
const IMAGE_UPDATER: [(&str, &str, &[&str]); 8] = [
    ("Merge images param", ".argocd-source-x.yaml", &["updated:latest"]),
    ("Valid Helm source with Helm values file", "values.yaml", &["nginx:v1.0.0"]),
    ("Valid Helm source with Helm values file with multiple images", "values.yaml", &["nginx:v1.0.0", "redis:v1.0.0"]),
    ("Valid Helm source with Helm values file with multiple aliases", "values.yaml", &["nginx:v1.0.0"]),
    (
        "Original data with short form image name and long form in new - should convert to short form",
        "values.yaml",
        &["docker.io/bitnami/nginx:v1.0.0"],
    ),
    ("Original data with long form image name - should use long form", "values.yaml", &["bitnami/nginx:v1.0.0"]),
    (
        "Multi-source app with Kustomize and Helm should generate Helm values output when WriteBackTarget is helm values file",
        "values.yaml",
        &["myorg/myapp:v1.0.0"],
    ),
    (
        "Multi-source app should generate Kustomize output when KustomizeBase is set even if Helm is first in SourceTypes",
        ".argocd-source-x.yaml",
        &["myorg/myapp:v1.0.0"],
    ),
];

#[test]
fn images_become_what_argocd_image_updater_makes_of_them() {
    let Some(cases) = fixtures("argocd-image-updater/writeback_cases.json") else { return };
    for (test, file, images) in IMAGE_UPDATER {
        let case = cases.iter().find(|case| case["test"] == test).unwrap();
        let text = |var: &str| {
            case["strings"].as_array().unwrap().iter().find(|text| text["var"] == var).unwrap()["text"]
                .as_str()
                .unwrap()
        };
        let wishes: Vec<_> = images.iter().map(|image| (*image, None)).collect();
        let after = planned(file, text("originalData"), &wishes);
        let mut expected = parsed(text("expected"));
        if test == "Merge images param" {
            // The third image is one that it adds.
            expected["kustomize"]["images"].as_array_mut().unwrap().truncate(2);
        }
        assert_eq!(parsed(&after), expected, "{test}: {after}");
        let lines = |text: &str| text.lines().count();
        assert_eq!(lines(&after), lines(text("originalData")), "{test}");
    }
}

/// argocd-image-updater writes `docker.io/jannfis/foobar` anew as `jannfis/foobar`; a name is not ours to change.
#[test]
fn a_name_stays_as_it_is_written() {
    let after = planned(
        ".argocd-source-x.yaml",
        "kustomize:\n  images:\n  - docker.io/jannfis/foobar:1.0.0\n",
        &[("jannfis/foobar:1.0.1", None)],
    );
    assert_eq!(after, "kustomize:\n  images:\n  - docker.io/jannfis/foobar:1.0.1\n");
}
