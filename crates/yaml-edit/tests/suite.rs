//! What is read is what the YAML test suite says: <https://github.com/yaml/yaml-test-suite>. It is not in this
//! repository; `STEPGATE_CORPUS` names the folder it is in.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests may, and clippy sees only what is marked as one")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use yaml_edit::{Kind, Node, Yaml};

#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the corpus is")]
fn suite() -> Option<PathBuf> {
    let root = std::env::var_os("STEPGATE_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    let folder = root.join("bump/fixtures/yaml-test-suite/src");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no corpus");
    None
}

/// The suite shows blanks that would be lost as signs.
fn unmask(text: &str) -> String {
    let text = text.replace('␣', " ").replace('←', "\r").replace('⇔', "\u{feff}").replace('↵', "");
    let tabs: Vec<&str> = text.split('»').collect();
    let (last, tabs) = tabs.split_last().unwrap();
    let text = tabs.iter().map(|part| format!("{}\t", part.trim_end_matches('—'))).collect::<String>() + last;
    text.strip_suffix("∎\n").map_or_else(|| text.clone(), str::to_owned)
}

/// The events of the suite's `tree`, without documents, tags and the forms of collections.
fn expected(tree: &str) -> String {
    let mut out = String::new();
    for line in tree.lines().map(str::trim_start) {
        let mut words = line.split(' ');
        let event = words.next().unwrap();
        let rest = line.get(event.len()..).unwrap().trim_start();
        let mut rest = rest;
        while let Some(property) = rest.strip_prefix(['&', '<', '[', '{']).filter(|_| event != "=ALI") {
            let end = property.find(' ').map_or(rest.len(), |at| at + 2);
            if rest.starts_with('&') {
                write!(out, "{} ", rest.get(..end).unwrap().trim_end()).unwrap();
            }
            rest = rest.get(end..).unwrap();
        }
        match event {
            "=VAL" => writeln!(out, "={}", rest.get(1..).unwrap()).unwrap(),
            "=ALI" => writeln!(out, "{rest}").unwrap(),
            "+DOC" | "+SEQ" | "+MAP" | "-SEQ" | "-MAP" => writeln!(out, "{event}").unwrap(),
            _ => {}
        }
    }
    out
}

fn events(node: Node<'_>, out: &mut String) {
    if let Some(anchor) = node.anchor() {
        write!(out, "&{anchor} ").unwrap();
    }
    let text = node.scalar().unwrap_or_default().replace('\\', "\\\\").replace('\n', "\\n").replace('\t', "\\t");
    let text = text.replace('\u{8}', "\\b").replace('\r', "\\r");
    match node.kind() {
        Kind::Scalar => writeln!(out, "={text}").unwrap(),
        Kind::Alias => writeln!(out, "*{}", node.alias().unwrap()).unwrap(),
        Kind::Sequence => {
            writeln!(out, "+SEQ").unwrap();
            node.items().for_each(|item| events(item, out));
            writeln!(out, "-SEQ").unwrap();
        }
        Kind::Mapping => {
            writeln!(out, "+MAP").unwrap();
            for (key, value) in node.entries() {
                events(key, out);
                events(value, out);
            }
            writeln!(out, "-MAP").unwrap();
        }
    }
}

/// Where we differ from the suite, and why.
const DEVIATIONS: &[(&str, &str)] = &[
    ("9C9N-0: is read", "lines of a flow sequence may stand too far left, as for PyYAML and go-yaml"),
    ("DK95-1: is read", "lines of a quoted scalar may stand too far left, as for PyYAML and go-yaml"),
    ("QB6E-0: is read", "lines of a quoted scalar may stand too far left, as for PyYAML and go-yaml"),
    ("ZYU8-2: is refused", "a directive that does not begin with a letter: no deployment has one"),
];

#[test]
fn the_yaml_test_suite_is_read_as_it_says() {
    let Some(folder) = suite() else { return };
    let mut deviations = Vec::new();
    let mut count = 0;
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let text = std::fs::read(&file).unwrap();
        let yaml = Yaml::read(&text).unwrap();
        let mut tree = "";
        for (number, case) in yaml.documents().next().unwrap().items().enumerate() {
            let field = |name: &str| case.get(name).and_then(Node::scalar);
            count += 1;
            let name = format!("{}-{number}", file.file_stem().unwrap().to_str().unwrap());
            tree = field("tree").unwrap_or(tree);
            let input = unmask(field("yaml").unwrap());
            let fails = field("fail").is_some();
            let what = match Yaml::read(input.as_bytes()) {
                Ok(_) if fails => "is read",
                Err(_) if fails => continue,
                Err(error) => {
                    println!("{name}: {error}");
                    "is refused"
                }
                Ok(read) => {
                    let mut found = String::new();
                    for root in read.documents() {
                        found.push_str("+DOC\n");
                        events(root, &mut found);
                    }
                    let wanted = expected(&unmask(tree));
                    // An empty file has one empty document here: something can be put there.
                    if found == wanted || wanted.is_empty() && found == "+DOC\n=\n" {
                        continue;
                    }
                    println!("{name}: {input}\n--- wanted\n{wanted}--- found\n{found}");
                    "reads as something else"
                }
            };
            deviations.push(format!("{name}: {what}"));
        }
    }
    let known: Vec<String> = DEVIATIONS.iter().map(|(case, _)| (*case).to_owned()).collect();
    assert_eq!(deviations, known);
    println!("{count} cases");
}
