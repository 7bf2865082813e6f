//! Files of other people: one value changed, every other byte as it was. They are not in this repository;
//! `STEPGATE_CORPUS` names the folder they are in.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests may, and clippy sees only what is marked as one")]

use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use yaml_edit::{Change, Error, Kind, Node, Segment, Yaml};

/// The folder of YAML files, when it is there.
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

/// All files under `folder` of which the name ends so, in order.
fn files(folder: &Path, ends: &[&str]) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if ends.iter().any(|end| path.to_string_lossy().ends_with(end)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn json(path: &Path) -> Json {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn path(keys: &Json) -> yaml_edit::Path {
    keys.as_array().unwrap().iter().fold(yaml_edit::Path::root(), |path, key| match key.as_u64() {
        Some(index) => path.index(usize::try_from(index).unwrap()),
        None => path.key(key.as_str().unwrap()),
    })
}

fn document(case: &Json) -> usize {
    usize::try_from(case["doc"].as_u64().unwrap()).unwrap()
}

fn set(bytes: &[u8], document: usize, path: &yaml_edit::Path, value: &str) -> Result<String, Error> {
    let after = Yaml::read(bytes)?.apply(&[Change::set(document, path.clone(), value)])?;
    let yaml = Yaml::read(after.as_bytes()).unwrap();
    let node = yaml.find(document, path).unwrap();
    assert_eq!((node.scalar(), node.is_string()), (Some(value), true), "{path} in {after}");
    drop(yaml);
    Ok(after)
}

#[test]
fn awkward_files_come_out_as_expected_or_are_refused_with_the_reason() {
    let Some(folder) = corpus() else { return };
    let folder = folder.join("awkward");
    let mut seen = 0;
    for case in json(&folder.join("cases.json")).as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let Ok(before) = std::fs::read(folder.join(format!("{name}.yaml"))) else { continue };
        seen += 1;
        let result = set(&before, document(case), &path(&case["path"]), case["new"].as_str().unwrap());
        if case["expect_error"].as_bool().unwrap() {
            let error = result.unwrap_err();
            let fits = match name {
                "alias_value" => matches!(&error, Error::Alias { anchor, .. } if anchor == "t"),
                "merge_inherited" => matches!(&error, Error::Merge { anchor, .. } if anchor == "d"),
                "nul_byte" => matches!(error, Error::Nul { line: 1, .. }),
                "template_lines" => matches!(error, Error::Template { line: 1, .. }),
                "tab_indent" | "unclosed" => matches!(error, Error::Syntax { .. }),
                _ => false,
            };
            assert!(fits, "{name}: {error}");
            continue;
        }
        match name {
            "latin1" => assert!(matches!(result, Err(Error::NotUtf8 { .. }))),
            "template_unquoted" => assert!(matches!(result, Err(Error::NotAScalar { .. }))),
            _ => {
                let expected = std::fs::read_to_string(folder.join(format!("{name}.expected"))).unwrap();
                assert_eq!(result.unwrap(), expected, "{name}");
            }
        }
    }
    assert!(seen >= 40, "only {seen} files");
}

#[test]
fn a_bump_of_a_real_file_changes_the_value_in_its_line_and_nothing_else_and_back_restores_it() {
    let Some(folder) = corpus() else { return };
    let folder = folder.join("corpus");
    let cases = json(&folder.join("cases.json"));
    for case in cases.as_array().unwrap() {
        let name = case["file"].as_str().unwrap();
        let before = std::fs::read_to_string(folder.join(name)).unwrap();
        let (old, new) = (case["old"].as_str().unwrap(), case["new"].as_str().unwrap());
        let (document, path) = (document(case), path(&case["keypath"]));
        let after = set(before.as_bytes(), document, &path, new).unwrap_or_else(|error| format!("{name}: {error}"));
        let expected = std::fs::read_to_string(folder.join(format!("{name}.expected"))).unwrap();
        assert_eq!(after, expected, "{name}");
        let differ: Vec<(usize, (&str, &str))> =
            before.split('\n').zip(after.split('\n')).enumerate().filter(|(_, (a, b))| a != b).collect();
        let [(line, (a, b))] = differ.as_slice() else { unreachable!("{name}: {differ:?}") };
        assert_eq!(u64::try_from(line + 1).unwrap(), case["line"].as_u64().unwrap(), "{name}");
        let same = |quotes: &str| a.replacen(&format!("{quotes}{old}"), &format!("{quotes}{new}"), 1) == **b;
        assert!(same("") || same("\"") || same("'"), "{name}: {b}");
        // A null or a number cannot be set: what is put there is a string.
        if Yaml::read(before.as_bytes()).unwrap().find(document, &path).unwrap().is_string() {
            assert_eq!(set(after.as_bytes(), document, &path, old).unwrap(), before, "{name}");
        }
    }
    println!("{} files", cases.as_array().unwrap().len());
}

#[test]
fn helm_templates_are_refused_as_what_they_are() {
    let Some(folder) = corpus() else { return };
    for file in files(&folder.join("corpus-invalid"), &[".yaml", ".yml"]) {
        let bytes = std::fs::read(&file).unwrap();
        let error = Yaml::read(&bytes).err().map_or_else(|| "is read".to_owned(), |error| error.to_string());
        assert!(error.contains("a template ({{ … }})"), "{}: {error}", file.display());
    }
}

/// What differs between two trees of the same shape: document, path and new text of each scalar.
fn differences(before: &Yaml<'_>, after: &Yaml<'_>) -> Vec<(usize, yaml_edit::Path, String)> {
    let mut found = Vec::new();
    let mut pairs: Vec<(Node<'_>, Node<'_>)> = before.documents().zip(after.documents()).collect();
    while let Some((a, b)) = pairs.pop() {
        assert_eq!(a.kind(), b.kind());
        if a.scalar() != b.scalar() {
            found.push((a.document(), a.path(), b.scalar().unwrap().to_owned()));
        }
        pairs.extend(a.items().zip(b.items()));
        pairs.extend(a.entries().map(|(_, value)| value).zip(b.entries().map(|(_, value)| value)));
    }
    found
}

#[test]
fn bumps_that_people_and_bots_committed_come_out_as_they_did() {
    let Some(folder) = corpus() else { return };
    let cases = files(&folder.join("history"), &["case.json"]);
    assert!(!cases.is_empty());
    for case in cases {
        let read = |name: &Json| std::fs::read_to_string(case.with_file_name(name.as_str().unwrap())).unwrap();
        for file in json(&case)["files"].as_array().unwrap() {
            let (before, after) = (read(&file["before"]), read(&file["after"]));
            let yaml = Yaml::read(before.as_bytes()).unwrap();
            let changes: Vec<Change> = differences(&yaml, &Yaml::read(after.as_bytes()).unwrap())
                .into_iter()
                .map(|(document, path, value)| Change::set(document, path, value))
                .collect();
            assert!(!changes.is_empty(), "{}", case.display());
            assert_eq!(yaml.apply(&changes).unwrap(), after, "{}", case.display());
        }
    }
}

/// All scalars that are values and are found again by their own path.
fn values<'y>(yaml: &'y Yaml<'y>) -> Vec<Node<'y>> {
    let mut found = Vec::new();
    let mut nodes: Vec<Node<'_>> = yaml.documents().collect();
    while let Some(node) = nodes.pop() {
        nodes.extend(node.items());
        nodes.extend(node.entries().filter(|(key, _)| key.scalar().is_some()).map(|(_, value)| value));
        let block = yaml.text().get(node.span()).unwrap().starts_with(['|', '>']) && !node.is_quoted();
        if node.kind() == Kind::Scalar && !node.is_null() && !block {
            found.push(node);
        }
    }
    found.retain(|node| yaml.find(node.document(), &node.path()).is_ok_and(|found| found.span() == node.span()));
    found.sort_by_key(|node| node.span().start);
    found
}

/// Whether a value is written in the one way that this crate writes it.
fn canonical(node: Node<'_>, raw: &str) -> bool {
    let text = node.scalar().unwrap();
    let needs = text.is_empty() || text.starts_with(['-', '?', ':', '@', '`']) || text.contains("{{");
    match raw.chars().next() {
        Some('"') => raw == format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        Some('\'') => raw == format!("'{}'", text.replace('\'', "''")),
        _ => node.is_string() && raw == text && !needs,
    }
}

#[test]
fn every_value_of_every_file_can_be_set_and_set_back() {
    const NEW: &str = "v9.8.7-x";
    let Some(folder) = corpus() else { return };
    let (mut read, mut set, mut refused) = (0, 0, 0);
    for file in files(&folder, &[".yaml", ".yml", ".expected"]) {
        let bytes = std::fs::read(&file).unwrap();
        let Ok(yaml) = Yaml::read(&bytes) else { continue };
        read += 1;
        let mut nodes = values(&yaml);
        let change = |node: &Node<'_>| Change::set(node.document(), node.path(), NEW);
        let whole = nodes.len();
        // Values with a tag such as !!int refuse; they are taken out one by one.
        nodes.retain(|node| {
            node.is_string() || {
                let tag = yaml.text().get(..node.span().start).unwrap().trim_end().rsplit([' ', '\n']).next().unwrap();
                !tag.starts_with('!')
            }
        });
        refused += whole - nodes.len();
        let changes: Vec<Change> = nodes.iter().map(change).collect();
        let after = yaml.apply(&changes).unwrap_or_else(|error| format!("{}: {error}", file.display()));
        let mut expected = String::new();
        let mut at = 0;
        for node in &nodes {
            let span = node.span();
            expected.push_str(yaml.text().get(at..span.start).unwrap());
            let raw = yaml.text().get(span.clone()).unwrap();
            let json = node.path().segments().last().is_some_and(|last| matches!(last, Segment::Key(_)))
                && after.get(expected.len()..).unwrap().starts_with('"');
            let quote = match raw.chars().next() {
                Some(_) if json => "\"",
                Some('\'') => "'",
                Some('"') => "\"",
                _ => "",
            };
            expected.push_str(&format!("{quote}{NEW}{quote}"));
            at = span.end;
        }
        expected.push_str(yaml.text().get(at..).unwrap());
        assert_eq!(after, expected, "{}", file.display());
        let kept: Vec<&Node<'_>> =
            nodes.iter().filter(|node| canonical(**node, yaml.text().get(node.span()).unwrap())).collect();
        let changes: Vec<Change> = kept.iter().map(|node| change(node)).collect();
        let after = yaml.apply(&changes).unwrap();
        let back: Vec<Change> =
            kept.iter().map(|node| Change::set(node.document(), node.path(), node.scalar().unwrap())).collect();
        let restored = Yaml::read(after.as_bytes()).unwrap().apply(&back).unwrap();
        assert_eq!(restored, yaml.text(), "{}", file.display());
        set += nodes.len();
    }
    println!("{read} files, {set} values set, {refused} refused by their tag");
    assert!(read > 300 && refused < set / 100);
}
