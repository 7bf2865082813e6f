use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Plan, Target, Wish, plan};
use crate::changes::Rules;
use crate::refusal::{Reason, Refusal};

const KUSTOMIZATION: &str = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n";

fn target(file: &str) -> Target {
    Target { file: file.to_owned(), ..Target::default() }
}

fn at(file: &str, path: &str) -> Target {
    Target { path: Some(path.parse().unwrap()), ..target(file) }
}

fn wish(image: &str, targets: &[Target]) -> Wish {
    Wish {
        service: Some("api".to_owned()),
        environment: Some("staging".to_owned()),
        image: image.parse().unwrap(),
        targets: targets.to_vec(),
    }
}

fn files(files: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    files.iter().map(|(file, text)| ((*file).to_owned(), text.as_bytes().to_vec())).collect()
}

fn planned(wishes: &[Wish], on: &[(&str, &str)]) -> Result<Plan, Refusal> {
    plan(wishes, &files(on), &Rules::default())
}

/// What each file becomes.
fn after(plan: &Plan) -> Vec<(&str, &str)> {
    plan.files.iter().map(|file| (file.file.as_str(), str::from_utf8(&file.after).unwrap())).collect()
}

#[test]
fn several_services_and_files_are_one_plan() {
    let wishes = [wish("r.io/api:2", &[target("b.yaml"), target("a.yaml")]), wish("r.io/web:3", &[target("a.yaml")])];
    let a = "api: {image: 'r.io/api:1'}\nweb: {image: 'r.io/web:1'}\n";
    let plan = planned(&wishes, &[("a.yaml", a), ("b.yaml", "image: r.io/api:2\n")]).unwrap();
    assert_eq!(after(&plan), [("a.yaml", "api: {image: 'r.io/api:2'}\nweb: {image: 'r.io/web:3'}\n")]);
    let moves: Vec<_> =
        plan.moves.iter().map(|m| format!("{}:{} {} {} -> {}", m.file, m.line, m.place, m.from, m.to)).collect();
    assert_eq!(moves, ["a.yaml:1 api.image 1 -> 2", "a.yaml:2 web.image 1 -> 3"]);
    assert_eq!(plan.unchanged.len(), 1);
    assert_eq!(plan.unchanged[0].file, "b.yaml");
}

#[test]
fn several_places_of_one_image_are_listed_and_nothing_is_changed() {
    let text = "a: {image: 'r.io/api:1'}\nb: {image: 'r.io/api:1'}\n";
    let refusal = planned(&[wish("r.io/api:2", &[target("x.yaml")])], &[("x.yaml", text)]).unwrap_err();
    assert_eq!(refusal.reason, Reason::Ambiguous);
    assert_eq!(refusal.to_string(), "x.yaml: `r.io/api` stands in 2 places");
    assert_eq!(refusal.candidates, ["x.yaml:1 a.image", "x.yaml:2 b.image"]);
    let all = Target { all: true, ..target("x.yaml") };
    let plan = planned(&[wish("r.io/api:2", &[all])], &[("x.yaml", text)]).unwrap();
    assert_eq!(after(&plan), [("x.yaml", text.replace(":1", ":2").as_str())]);
    let plan = planned(&[wish("r.io/api:2", &[at("x.yaml", "b.image")])], &[("x.yaml", text)]).unwrap();
    assert_eq!(plan.moves.len(), 1);
}

#[test]
fn a_document_can_be_named() {
    let text = "image: r.io/api:1\n---\nimage: r.io/api:1\n";
    let second = Target { document: Some(1), ..target("x.yaml") };
    let plan = planned(&[wish("r.io/api:2", &[second])], &[("x.yaml", text)]).unwrap();
    assert_eq!(after(&plan), [("x.yaml", "image: r.io/api:1\n---\nimage: r.io/api:2\n")]);
}

#[test]
fn one_place_cannot_hold_two_images() {
    let text = "image: {repository: r.io/api, tag: '1'}\n";
    let two = [wish("r.io/api:2", &[target("x.yaml")]), wish("r.io/api:3", &[at("x.yaml", "image.tag")])];
    let refusal = planned(&two, &[("x.yaml", text)]).unwrap_err();
    assert_eq!(refusal.reason, Reason::Conflict);
    assert_eq!(refusal.to_string(), "x.yaml:1: two images are wanted at image.tag: `r.io/api:2` and `r.io/api:3`");
    let same = [wish("r.io/api:2", &[target("x.yaml"), at("x.yaml", "image.tag")])];
    assert_eq!(planned(&same, &[("x.yaml", text)]).unwrap().moves.len(), 1);
}

#[test]
fn what_is_not_there_is_said_with_what_is() {
    let refusal = planned(&[wish("r.io/api:2", &[target("x.yaml")])], &[]).unwrap_err();
    assert_eq!(refusal.to_string(), "x.yaml: there is no such file");
    let refusal =
        planned(&[wish("r.io/api:2", &[target("x.yaml")])], &[("x.yaml", "image: r.io/web:1\n")]).unwrap_err();
    assert_eq!(refusal.to_string(), "x.yaml: `r.io/api` is not in the file");
    assert_eq!(
        refusal.hint.as_deref(),
        Some("x.yaml holds `r.io/web`; is the name right, or does the target need a path?")
    );
    let refusal = planned(&[wish("r.io/api:2", &[target("x.yaml")])], &[("x.yaml", "a: [\n")]).unwrap_err();
    assert_eq!(refusal.reason, Reason::Unreadable);
    assert_eq!(planned(&[wish("r.io/api:2", &[])], &[]).unwrap_err().to_string(), "there is no target for `api`");
}

#[test]
fn a_kustomization_takes_an_entry_more() {
    let two = [wish("r.io/api:2", &[target("k.yaml")]), wish("r.io/web:3", &[at("k.yaml", "images[name=web]")])];
    let before = format!("{KUSTOMIZATION}images:\n- name: old\n  newTag: '1'\n");
    let plan = planned(&two, &[("k.yaml", &before)]).unwrap();
    let expected =
        format!("{before}- name: r.io/api\n  newTag: '2'\n- name: web\n  newName: r.io/web\n  newTag: '3'\n");
    assert_eq!(after(&plan), [("k.yaml", expected.as_str())]);
    assert_eq!(plan.moves[0].from, "(none)");
    let plan = planned(&two[..1], &[("k.yaml", KUSTOMIZATION)]).unwrap();
    assert_eq!(after(&plan).len(), 1);
    let bare = format!("{KUSTOMIZATION}images:\n- name: r.io/api\n");
    let plan = planned(&two[..1], &[("k.yaml", &bare)]).unwrap();
    assert!(after(&plan)[0].1.starts_with(&format!("{bare}  newTag: ")), "{:?}", after(&plan));
}

#[test]
fn an_entry_that_would_change_nothing_is_not_added() {
    let text = format!("{KUSTOMIZATION}images:\n- name: api\n  newTag: v1\n");
    let refusal = planned(&[wish("r.io/api:v2", &[target("k.yaml")])], &[("k.yaml", &text)]).unwrap_err();
    assert_eq!(refusal.reason, Reason::Ambiguous);
    assert_eq!(refusal.candidates, ["k.yaml:5 images[0].newTag"]);
    let named = [wish("r.io/api:v2", &[at("k.yaml", "images[name=api]")])];
    let rename = Rules { rename: true, ..Rules::default() };
    let plan = plan(&named, &files(&[("k.yaml", &text)]), &rename).unwrap();
    let expected = format!("{KUSTOMIZATION}images:\n- name: api\n  newTag: v2\n  newName: r.io/api\n");
    assert_eq!(after(&plan), [("k.yaml", expected.as_str())]);
}

#[test]
fn keys_are_added_when_that_is_allowed() {
    let text = "image:\n  repository: r.io/api\n";
    let wishes = [wish("r.io/api:v2", &[target("x.yaml")])];
    let refusal = planned(&wishes, &[("x.yaml", text)]).unwrap_err();
    assert_eq!(refusal.to_string(), "x.yaml:2: there is no tag here, only a name");
    let insert = Rules { insert: true, ..Rules::default() };
    let plan = plan(&wishes, &files(&[("x.yaml", text)]), &insert).unwrap();
    assert_eq!(after(&plan), [("x.yaml", format!("{text}  tag: v2\n").as_str())]);
    let named = [wish("r.io/api:v2", &[at("x.yaml", "image.tag")])];
    assert_eq!(super::plan(&named, &files(&[("x.yaml", text)]), &insert).unwrap(), plan);
    let bare = "image: {}\n";
    let plan = super::plan(&named, &files(&[("x.yaml", bare)]), &insert).unwrap();
    assert!(after(&plan)[0].1.contains("tag: v2"), "{plan:?}");
    let digest = format!("r.io/api:v2@sha256:{}", "a".repeat(64));
    let strict = Rules { require_digest: true, ..insert };
    let plan = super::plan(&[wish(&digest, &[at("x.yaml", "image")])], &files(&[("x.yaml", text)]), &strict).unwrap();
    assert_eq!(after(&plan), [("x.yaml", format!("{text}  tag: v2\n  digest: sha256:{}\n", "a".repeat(64)).as_str())]);
}

fn file() -> impl Strategy<Value = String> {
    let style = prop_oneof![
        Just("{name}:\n  image: r.io/{name}:{tag}\n"),
        Just("{name}:\n  image:\n    repository: r.io/{name}\n    tag: {tag}\n    digest: \"\"\n"),
        Just("{name}: {image: {registry: r.io, repository: {name}, tag: '{tag}'}} # {name}\n"),
        Just("{name}:\n  image: &{name} r.io/{name}:{tag} # x\n  other: *{name}\n"),
        Just("{name}_x:\n  image: {repository: r.io/{name}, tag: {tag}}\n"),
    ];
    prop::collection::vec((style, "api|web|job", "[0-9]|1\\.[0-9]{1,2}|v[0-9]|[0-9]e[0-9]"), 1..4).prop_map(|parts| {
        parts.iter().map(|(style, name, tag)| style.replace("{name}", name).replace("{tag}", tag)).collect()
    })
}

proptest! {
    #[test]
    fn planning_twice_is_planning_once(texts in prop::collection::vec(file(), 1..3), tag in "[0-9]{1,3}|2\\.[0-9]{1,2}|v[0-9]|[0-9]e[0-9]|null|y") {
        let before: BTreeMap<_, _> = (0..).zip(&texts).map(|(at, text)| (format!("{at}.yaml"), text.clone().into_bytes())).collect();
        let targets: Vec<_> = before.keys().map(|file| Target { all: true, ..target(file) }).collect();
        let wishes: Vec<_> = ["api", "web"].map(|name| wish(&format!("r.io/{name}:{tag}"), &targets)).to_vec();
        let rules = Rules { allow_downgrade: true, ..Rules::default() };
        if let Ok(first) = plan(&wishes[..1], &before, &rules) {
            let mut after = before.clone();
            for change in &first.files {
                prop_assert_eq!(&before[&change.file], &change.before);
                prop_assert_ne!(&change.before, &change.after);
                let lines = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
                prop_assert_eq!(lines(&change.before), lines(&change.after));
                after.insert(change.file.clone(), change.after.clone());
            }
            let second = plan(&wishes[..1], &after, &rules).unwrap();
            prop_assert_eq!(&second.files, &[]);
            prop_assert_eq!(&second.moves, &[]);
            prop_assert_eq!(second.unchanged.len(), first.moves.len() + first.unchanged.len());
        }
        let _ignored = plan(&wishes, &before, &rules);
    }
}
