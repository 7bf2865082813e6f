use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{held, standing};
use crate::changes::Rules;
use crate::plan::{Wish, plan};
use crate::reference::{Image, Name};
use crate::target::Target;

const D: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn name() -> Name {
    "registry.example/shop/api".parse().unwrap()
}

fn target(text: &str) -> Target {
    let (file, path) = text.split_once(' ').map_or((text, None), |(file, path)| (file, Some(path)));
    Target { file: file.to_owned(), path: path.map(|path| path.parse().unwrap()), ..Target::default() }
}

fn files(files: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    files.iter().map(|(file, text)| ((*file).to_owned(), text.as_bytes().to_vec())).collect()
}

fn stands(targets: &[&str], on: &[(&str, &str)]) -> String {
    let targets: Vec<_> = targets.iter().map(|text| target(text)).collect();
    match standing(&name(), &targets, &files(on)) {
        Ok(image) => image.to_string(),
        Err(why) => format!("! {why}"),
    }
}

#[test]
fn an_image_is_read_in_every_way_it_is_written() {
    let values = format!("image:\n  repository: registry.example/shop/api\n  tag: \"1.2\"\n  digest: {D}\n");
    let whole = format!("image: registry.example/shop/api:1.2@{D}\n");
    let tag = format!("image:\n  repository: registry.example/shop/api\n  tag: 1.2@{D}\n");
    let wanted = format!("registry.example/shop/api:1.2@{D}");
    for text in [&values, &whole, &tag] {
        assert_eq!(stands(&["v.yaml"], &[("v.yaml", text)]), wanted);
        assert_eq!(stands(&["v.yaml", "w.yaml"], &[("v.yaml", text), ("w.yaml", &values)]), wanted);
    }
    let bare = format!("image:\n  repository: registry.example/shop/api\n  tag: \"1.2\"\n  sha: {}\n", &D[7..]);
    assert_eq!(stands(&["v.yaml"], &[("v.yaml", &bare)]), wanted);
    assert_eq!(stands(&["v.yaml version"], &[("v.yaml", "version: \"1.2\"\n")]), "registry.example/shop/api:1.2");
}

#[test]
fn places_that_differ_in_tag_or_digest_are_both_named() {
    let (one, two) = ("image: registry.example/shop/api:1.2\n", "image: registry.example/shop/api:1.3\n");
    let on = [("a.yaml", one), ("b.yaml", two)];
    assert_eq!(stands(&["a.yaml", "b.yaml"], &on), "! a.yaml:1 image holds `1.2`, but b.yaml:1 image holds `1.3`");
    let pinned = format!("image: registry.example/shop/api:1.2@{D}\n");
    let on = [("a.yaml", one), ("b.yaml", pinned.as_str())];
    assert!(
        stands(&["a.yaml", "b.yaml"], &on).starts_with("! a.yaml:1 image holds `1.2`, but b.yaml:1 image holds `1.2@")
    );
}

#[test]
fn a_digest_alone_agrees_with_the_same_one_beside_a_tag() {
    let (digest, both) = (format!("d: {D}\n"), format!("image: registry.example/shop/api:1.2@{D}\n"));
    let on = [("a.yaml", digest.as_str()), ("b.yaml", both.as_str()), ("c.yaml", "v: \"1.2\"\n")];
    let wanted = format!("registry.example/shop/api:1.2@{D}");
    assert_eq!(stands(&["a.yaml d", "b.yaml"], &on), wanted);
    assert_eq!(stands(&["b.yaml", "a.yaml d"], &on), wanted);
    assert!(stands(&["b.yaml", "c.yaml v"], &on).starts_with("! b.yaml:1 image holds"), "a tag alone can be anything");
}

#[test]
fn what_cannot_be_read_is_told_in_words() {
    let on = [
        ("empty.yaml", ""),
        ("bad.yaml", "a: [\n"),
        ("other.yaml", "image: registry.example/shop/web:1.2\n"),
        ("two.yaml", "a:\n  image: registry.example/shop/api:1\nb:\n  image: registry.example/shop/api:1\n"),
        ("template.yaml", "image:\n  repository: registry.example/shop/api\n  tag: \"{{ .Values.tag }}\"\n"),
        ("none.yaml", "image:\n  repository: registry.example/shop/api\n  tag: \"\"\n"),
        ("odd.yaml", "image:\n  repository: registry.example/shop/api\n  tag: \"1\"\n  digest: sha256:12\n"),
        ("number.yaml", "image:\n  repository: registry.example/shop/api\n  tag: 1.10\n"),
        ("kustomization.yaml", "images: []\n"),
        ("twice.yaml", "t: 1\n---\nt: 1\n"),
    ];
    let of = |target: &str| stands(&[target], &on);
    let told = [
        stands(&[], &on),
        of("gone.yaml"),
        of("empty.yaml"),
        of("bad.yaml"),
        of("other.yaml"),
        of("other.yaml image"),
        of("two.yaml"),
        of("template.yaml"),
        of("none.yaml"),
        of("odd.yaml"),
        of("number.yaml"),
        of("kustomization.yaml"),
        of("twice.yaml t"),
    ];
    insta::assert_snapshot!(told.join("\n"), @r"
    ! there is no target for `registry.example/shop/api`
    ! gone.yaml is not there
    ! empty.yaml: `registry.example/shop/api` is not in the file
    ! bad.yaml: line 1, column 4: no YAML: unclosed bracket '['
    ! other.yaml: `registry.example/shop/api` is not in the file
    ! other.yaml:1 image holds `registry.example/shop/web`, not `registry.example/shop/api`
    ! two.yaml: `registry.example/shop/api` stands in 2 places: two.yaml:2 a.image, two.yaml:4 b.image
    ! template.yaml:3 image.tag is filled in by a template: `{{ .Values.tag }}`
    ! none.yaml:3 image.tag holds neither a tag nor a digest
    ! odd.yaml:3 image.tag holds `sha256:12`, which is no digest
    ! number.yaml:3 image.tag holds `1.10` without quotes, which is no text in YAML
    ! kustomization.yaml: `registry.example/shop/api` is not in the file
    ! twice.yaml: t is in 2 documents: document 0 line 1, document 1 line 3
    ");
}

#[test]
fn a_number_that_is_printed_as_it_is_written_is_a_tag() {
    let text = "image:\n  repository: registry.example/shop/api\n  tag: 112\n";
    assert_eq!(stands(&["v.yaml"], &[("v.yaml", text)]), "registry.example/shop/api:112");
    let text = format!("image:\n  repository: registry.example/shop/api\n  tag: 1.10\n  digest: {D}\n");
    assert!(stands(&["v.yaml"], &[("v.yaml", &text)]).ends_with(D), "the digest says which");
}

#[test]
fn a_file_is_read_once_for_several_services() {
    let web: Name = "registry.example/shop/web".parse().unwrap();
    let text = "api:\n  image: registry.example/shop/api:1\nweb:\n  image: registry.example/shop/web:2\n";
    let (name, target) = (name(), target("v.yaml"));
    let found = held("v.yaml", Some(text.as_bytes()), &[(&name, &target), (&web, &target)]);
    let images: Vec<_> = found.iter().map(|found| found.as_ref().unwrap()[0].image.to_string()).collect();
    assert_eq!(images, ["registry.example/shop/api:1", "registry.example/shop/web:2"]);
}

fn image() -> impl Strategy<Value = Image> {
    let digest = prop::option::of("sha256:[0-9a-f]{64}");
    ("v[0-9]{1,3}(\\.[0-9]{1,2})?", digest).prop_map(|(tag, digest)| Image {
        name: name(),
        tag: Some(tag.parse().unwrap()),
        digest: digest.map(|digest| digest.parse().unwrap()),
    })
}

proptest! {
    /// Whatever a plan puts there is what stands there then.
    #[test]
    fn what_is_planned_stands_there_afterwards(first in image(), second in image()) {
        let on = files(&[
            ("v.yaml", "image:\n  repository: registry.example/shop/api\n  tag: \"0\"\n"),
            ("w.yaml", "app:\n  image: registry.example/shop/api:0\n"),
            ("kustomization.yaml", "images:\n- name: registry.example/shop/api\n  newTag: \"0\"\n"),
        ]);
        let targets: Vec<_> = ["v.yaml", "w.yaml", "kustomization.yaml"].map(target).to_vec();
        let rules = Rules { clear_digest: true, allow_downgrade: true, insert: true, ..Rules::default() };
        let mut on = on;
        for image in [first, second] {
            let rules = Rules { require_digest: image.digest.is_some(), ..rules };
            let wish = Wish { service: None, environment: None, image: image.clone(), targets: targets.clone() };
            for change in plan(&[wish], &on, &rules).unwrap().files {
                on.insert(change.file, change.after);
            }
            prop_assert_eq!(standing(&name(), &targets, &on), Ok(image));
        }
    }

    #[test]
    fn no_text_makes_it_fail(text in "[ -~\n]{0,60}", path in prop::option::of("[a-c.]{1,4}")) {
        let target = Target { path: path.and_then(|path| path.parse().ok()), ..target("v.yaml") };
        let _ignored = held("v.yaml", Some(text.as_bytes()), &[(&name(), &target)]);
    }
}
