use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct Section {
    block: Block,
    expires: Option<String>,
    max: u64,
    strict: bool,
    tools: BTreeMap<String, Section>,
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Block {
    #[default]
    New,
    Any,
}

fn loaded(text: &str) -> Result<Config<Section>> {
    let dir = tempfile::tempdir().expect("a directory");
    files::replace(&dir.path().join(FILE_NAME), |out| out.write_all(text.as_bytes())).expect("written");
    load("lint", None, dir.path())
}

/// The whole refusal as people see it.
fn refusal(text: &str) -> String {
    let failure = loaded(text).expect_err("not usable");
    assert_eq!(failure.exit(), crate::Exit::Input);
    let mut said = anstream::StripStream::new(Vec::new());
    failure.tell(&mut said).expect("memory");
    String::from_utf8(said.into_inner()).expect("UTF-8")
}

#[test]
fn without_a_file_everything_is_default() {
    let dir = tempfile::tempdir().expect("a directory");
    let config = load::<Section>("lint", None, dir.path()).expect("no file is fine");
    assert_eq!((config.value, config.path), (Section::default(), None));
}

#[test]
fn a_file_that_was_named_has_to_be_there() {
    let dir = tempfile::tempdir().expect("a directory");
    let failure = load::<Section>("lint", Some(Path::new("other.yaml")), dir.path()).expect_err("missing");
    assert!(failure.to_string().starts_with("cannot read "), "{failure}");
}

#[test]
fn empty_files_comments_and_empty_sections_are_the_default() {
    for text in ["", "\n\n", "# nothing yet\n", "---\n", "lint:\n", "lint: ~\n", "lint: {}\n"] {
        assert_eq!(loaded(text).expect(text).value, Section::default(), "{text:?}");
    }
}

#[test]
fn a_section_may_begin_with_any_number_of_comments() {
    let text = format!("lint:\n{}  max: 3\n{}", "  # why\n".repeat(2_000), "  # why not\n".repeat(2_000));
    assert_eq!(loaded(&text).expect("usable").value.max, 3);
}

#[test]
fn a_section_is_read_with_anchors_and_merges() {
    let config = loaded("lint:\n  tools:\n    a: &a {max: 3, block: any}\n    b: {<<: *a, max: 4}\n").expect("usable");
    let tool = |max| Section { max, block: Block::Any, ..Section::default() };
    assert_eq!(config.value.tools, BTreeMap::from([("a".to_owned(), tool(3)), ("b".to_owned(), tool(4))]));
}

#[test]
fn a_mistyped_key_is_shown_with_what_was_probably_meant() {
    insta::assert_snapshot!(refusal("# ours\nlint:\n  expirse: 2026-01-01\n"), @"
    error: cannot use stepgate.yaml:3:3: there is no key `expirse` here
      3 |   expirse: 2026-01-01
        |   ^
    hint: did you mean `expires`?
    ");
}

#[test]
fn an_unknown_section_and_an_unknown_value_say_what_there_is() {
    insta::assert_snapshot!(refusal("lnit:\n  max: 3\n"), @"
    error: cannot use stepgate.yaml:1:1: there is no key `lnit` here
      1 | lnit:
        | ^
    hint: did you mean `lint`?
    ");
    insta::assert_snapshot!(refusal("lint:\n  block: everything\n"), @"
    error: cannot use stepgate.yaml:2:10: `everything` is not a value that this key can have
      2 |   block: everything
        |          ^
    hint: it can be `new`, `any`
    ");
}

#[test]
fn wrong_types_say_what_was_expected() {
    insta::assert_snapshot!(refusal("lint:\n  max: many\n"), @"
    error: cannot use stepgate.yaml:2:8: expected a whole number, 0 or more
      2 |   max: many
        |        ^
    ");
    insta::assert_snapshot!(refusal("lint:\n  max: -1\n"), @"
    error: cannot use stepgate.yaml:2:8: expected a whole number, 0 or more
      2 |   max: -1
        |        ^
    ");
    insta::assert_snapshot!(refusal("lint:\n  strict: yes\n"), @"
    error: cannot use stepgate.yaml:2:11: expected true or false
      2 |   strict: yes
        |           ^
    hint: write true or false; yes, no, on and off are text
    ");
    insta::assert_snapshot!(refusal("lint: [1]\n"), @"
    error: cannot use stepgate.yaml:1:7: expected a mapping (`key: value`)
      1 | lint: [1]
        |       ^
    ");
    insta::assert_snapshot!(refusal("- lint\n"), @"
    error: cannot use stepgate.yaml: expected a mapping with a section per step (`bump:`, `lint:`, `promote:`, `scan:`, `tests:`), found sequence
    ");
}

#[test]
fn what_yaml_itself_does_not_allow_is_shown_where_it_is() {
    insta::assert_snapshot!(refusal("lint:\n  max: 1\n  max: 2\n"), @"
    error: cannot use stepgate.yaml:3:3: the key `max` is here twice
      3 |   max: 2
        |   ^
    ");
    insta::assert_snapshot!(refusal("lint:\n\tmax: 1\n"), @"
    error: cannot use stepgate.yaml:2:2: tabs disallowed within this context (block indentation)
      2 |  max: 1
        |  ^
    hint: indent with spaces
    ");
    insta::assert_snapshot!(refusal("lint: {max: 1\n"), @"
    error: cannot use stepgate.yaml:1:7: unclosed bracket '{'
      1 | lint: {max: 1
        |       ^
    ");
    insta::assert_snapshot!(refusal("lint:\n  max: *nowhere\n"), @"
    error: cannot use stepgate.yaml:2:8: reference to unknown value
      2 |   max: *nowhere
        |        ^
    ");
    insta::assert_snapshot!(refusal("lint: {}\n---\nlint: {}\n"), @"
    error: cannot use stepgate.yaml:3:1: there is more than one document (`---`) in the file
      3 | lint: {}
        | ^
    ");
    let said = refusal("<<<<<<< HEAD\nlint: {}\n=======\n");
    assert!(said.ends_with("hint: the file holds a merge conflict; resolve it\n"), "{said}");
}

#[test]
fn a_document_that_explodes_is_refused() {
    let mut bomb = "lint:\n  tools:\n    a0: &a0 {max: 1}\n".to_owned();
    for n in 1..40 {
        bomb += &format!("    a{n}: &a{n} {{tools: {{x: *a{}, y: *a{}}}}}\n", n - 1, n - 1);
    }
    assert!(refusal(&bomb).contains("cannot use stepgate.yaml"));
}

#[test]
fn it_is_known_where_each_value_came_from() {
    let config = loaded("lint:\n  max: 3\n  tools:\n    phpcs: {max: 1}\n").expect("usable");
    let origin = |key| config.origin(key, None, &Sources::default()).to_string();
    assert!(origin("max").ends_with(FILE_NAME));
    assert!(origin("tools.phpcs.max").ends_with(FILE_NAME));
    assert_eq!(origin("block"), "default");
}
