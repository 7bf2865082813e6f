//! Files of other people: every image in them is found, and put in its place it changes one line. They are not in this
//! repository; `STEPGATE_CORPUS` names the folder they are in.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests may, and clippy sees only what is marked as one")]

use std::path::{Path, PathBuf};

use gitops::{Image, Place, Rules, changes, find};
use serde_json::Value;
use yaml_edit::Yaml;

/// The folder of files that hold images, when it is there.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the corpus is")]
fn corpus() -> Option<PathBuf> {
    let root = std::env::var_os("STEPGATE_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    let folder = root.join("bump");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no corpus");
    None
}

fn json(path: &Path) -> Vec<Value> {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// A case: a file, and the scalar in it that holds an image.
struct Case {
    file: String,
    bytes: Vec<u8>,
    document: usize,
    line: u32,
}

fn cases(folder: &Path) -> Vec<Case> {
    let case = |case: &Value| {
        let file = case["file"].as_str().unwrap().to_owned();
        Case {
            bytes: std::fs::read(folder.join("corpus").join(&file)).unwrap(),
            document: usize::try_from(case["doc"].as_u64().unwrap()).unwrap(),
            line: u32::try_from(case["line"].as_u64().unwrap()).unwrap(),
            file,
        }
    };
    json(&folder.join("corpus/cases.json")).iter().map(case).collect()
}

/// The name of the file that Kustomize would look for, which the corpus keeps at the end of a longer one.
fn name(case: &Case) -> String {
    case.file.rsplit("__").next().unwrap_or_default().to_owned()
}

fn place(case: &Case, yaml: &Yaml<'_>) -> Option<Place> {
    let here = |place: &Place| place.document == case.document && place.line == case.line;
    find(&name(case), yaml, None).into_iter().find(here)
}

#[test]
fn the_image_of_every_case_is_found() {
    let Some(folder) = corpus() else { return };
    let mut missed = Vec::new();
    for case in cases(&folder) {
        let yaml = Yaml::read(&case.bytes).unwrap();
        if place(&case, &yaml).is_none() {
            missed.push(format!("{}:{}", case.file, case.line));
        }
    }
    assert_eq!(missed, [""; 0]);
}

#[test]
fn an_image_put_in_its_place_changes_one_line() {
    let Some(folder) = corpus() else { return };
    let digest = format!("sha256:{}", "a".repeat(64));
    let mut refused = Vec::new();
    for case in cases(&folder) {
        let yaml = Yaml::read(&case.bytes).unwrap();
        let Some(place) = place(&case, &yaml) else { continue };
        let name = place.image.name.as_ref().map_or("unknown", |name| name.as_str());
        let image: Image = format!("{name}:v99.9.7-bump.1@{digest}").parse().unwrap();
        let changed = match changes(&place, &image, &Rules::default()) {
            Ok(changed) => changed,
            Err(refusal) => {
                refused.push(format!("{}: {refusal}", case.file));
                continue;
            }
        };
        let after = yaml.apply(&changed).unwrap();
        let differ: Vec<_> =
            (1..).zip(yaml.text().split('\n').zip(after.split('\n'))).filter(|(_, (a, b))| a != b).collect();
        let (lines_before, lines_after) = (yaml.text().split('\n').count(), after.split('\n').count());
        assert_eq!(lines_before, lines_after, "{}", case.file);
        for (line, (before, after)) in differ {
            let is_its = line == case.line || before.contains("digest:") || before.contains("sha:");
            assert!(is_its, "{}:{line}: {before:?} became {after:?}", case.file);
        }
        let again = Yaml::read(after.as_bytes()).unwrap();
        let place = find(&self::name(&case), &again, None)
            .into_iter()
            .find(|again| again.path == place.path && again.document == place.document)
            .unwrap();
        assert_eq!(place.image.tag.as_deref(), Some("v99.9.7-bump.1"), "{}", case.file);
        assert_eq!(changes(&place, &image, &Rules::default()), Ok(Vec::new()), "{}", case.file);
    }
    // The tag of every pull request, which the ApplicationSet fills in.
    assert_eq!(refused.len(), 1, "{refused:#?}");
    assert!(refused[0].contains("is filled in by a template: `pull-{{ .head_sha }}`"), "{refused:#?}");
}
