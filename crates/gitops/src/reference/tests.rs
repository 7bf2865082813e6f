use proptest::prelude::*;

use super::{Digest, Image, Name, Tag};

const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn said(text: &str) -> String {
    text.parse::<Image>().unwrap_err().to_string()
}

#[test]
fn every_part_is_found() {
    let text = format!("localhost:5000/shop/api:v1.2_3-x@sha256:{HEX}");
    let image: Image = text.parse().unwrap();
    assert_eq!(image.name.registry(), Some("localhost:5000"));
    assert_eq!(image.name.path(), "shop/api");
    assert_eq!(image.tag.as_ref().map(Tag::as_str), Some("v1.2_3-x"));
    assert_eq!(image.digest.as_ref().map(Digest::short).as_deref(), Some("sha256:0123456789ab"));
    assert_eq!(image.to_string(), text);
}

#[test]
fn registries_are_told_from_paths_as_docker_does() {
    let registry = |text: &str| text.parse::<Image>().unwrap().name.registry().map(str::to_owned);
    assert_eq!(registry("shop/api"), None);
    assert_eq!(registry("nginx:1.25"), None);
    assert_eq!(registry("localhost/api"), Some("localhost".to_owned()));
    assert_eq!(registry("a.b/api"), Some("a.b".to_owned()));
    assert_eq!(registry("[2001:db8::1]:5000/api:1"), Some("[2001:db8::1]:5000".to_owned()));
    assert_eq!(registry("Registry/api"), Some("Registry".to_owned()));
    let port = "localhost:5000".parse::<Image>().unwrap();
    assert_eq!(port.tag.unwrap().as_str(), "5000", "that is how everybody reads it");
}

#[test]
fn what_is_wrong_names_the_part() {
    assert_eq!(
        said("r.io/Shop/api:1"),
        "`r.io/Shop/api:1` is no image reference: `r.io/Shop/api` is no image name: the path has an upper-case `S` in \
         `Shop`"
    );
    assert_eq!(said("api:a+b"), "`api:a+b` is no image reference: `a+b` is no tag: a tag cannot have a `+` in it");
    assert!(said("api@sha256:abc").ends_with("is no digest: sha256 has 64 digits, and here are 3"));
    assert!(said(&format!("api@sha256:{}", HEX.to_uppercase())).ends_with("must be in lower case"));
    assert!(said("api@md5:abc").ends_with("the algorithm `md5` is not sha256 or sha512"));
    assert!(said("r.io:x/api").ends_with("the port of the registry `r.io:x` is no number"));
    assert!(said("[::1/api").ends_with("the `[` in the registry `[::1` is not closed"));
    assert!(said("https://r.io/api").contains("no scheme"));
    assert!(said("a//b").ends_with("a part of its path is empty"));
    assert!(said("").ends_with("it is empty"));
    assert!(said(HEX).ends_with("are the ID of an image, not its name"));
    assert!(said("a\u{1b}[2J").contains("`a\\u{1b}[2J`"));
    assert!(said("-a").ends_with("must begin and end with a letter or a digit"));
    assert!(said("a:-b").ends_with("it must begin with a letter, a digit or `_`"));
    assert!(said("a-.b.io/c").ends_with("is not the name of a host"));
}

#[test]
fn separators_in_a_path_are_those_of_the_grammar() {
    for good in ["a.b", "a_b", "a__b", "a-b", "a---b", "a0/b.c_d"] {
        assert!(good.parse::<Name>().is_ok(), "{good}");
    }
    for bad in ["a..b/c.d", "a___b", "a._b", "a.-b", "x/a..b", ".a", "a_"] {
        assert!(bad.parse::<Name>().is_err(), "{bad}");
    }
}

#[test]
fn lengths_are_limited() {
    let long = "a".repeat(255);
    assert!(format!("r.io/{long}").parse::<Name>().is_ok());
    assert!(format!("r.io/{long}a").parse::<Name>().is_err());
    assert!("a".repeat(128).parse::<Tag>().is_ok());
    assert!("a".repeat(129).parse::<Tag>().is_err());
}

#[test]
fn abbreviations_of_docker_hub_are_the_same_image() {
    let same = |a: &str, b: &str| a.parse::<Name>().unwrap().same_as(&b.parse().unwrap());
    assert!(same("nginx", "docker.io/library/nginx"));
    assert!(same("nginx", "index.docker.io/nginx"));
    assert!(same("shop/api", "docker.io/shop/api"));
    assert!(same("R.io/shop/api", "r.io/shop/api"));
    assert!(!same("nginx", "shop/nginx"));
    assert!(!same("r.io/nginx", "nginx"));
    assert!(!same("r.io/nginx", "r.io/library/nginx"));
    assert!(!same("r.io:5000/nginx", "r.io/nginx"));
}

fn component() -> impl Strategy<Value = String> {
    "[a-z0-9]{1,5}((\\.|_|__|-{1,3})[a-z0-9]{1,4}){0,2}"
}

pub(crate) fn name() -> impl Strategy<Value = String> {
    let registry = prop_oneof![
        Just(String::new()),
        "[a-zA-Z0-9]{1,6}\\.[a-z]{2}(:[0-9]{1,5})?/",
        "\\[[0-9a-f:]{2,9}\\](:[0-9]{1,5})?/",
        Just("localhost/".to_owned()),
        Just("localhost:5000/".to_owned()),
    ];
    // A first component with a `.` would be a registry.
    let first = "[a-z0-9]{1,5}((_|__|-{1,3})[a-z0-9]{1,4}){0,2}";
    (registry, first, prop::collection::vec(component(), 0..3))
        .prop_map(|(registry, first, path)| path.iter().fold(registry + &first, |name, next| name + "/" + next))
}

pub(crate) fn image() -> impl Strategy<Value = String> {
    let digest = prop_oneof!["(@sha256:[0-9a-f]{64})?", "@sha512:[0-9a-f]{128}"];
    (name(), "(:[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,20})?", digest).prop_map(|(name, tag, digest)| name + &tag + &digest)
}

proptest! {
    #[test]
    fn what_is_in_the_grammar_is_read_and_printed_as_it_was(text in image()) {
        let image: Image = text.parse().unwrap();
        prop_assert_eq!(image.to_string(), text);
        prop_assert!(image.name.same_as(&image.name.to_string().parse().unwrap()));
    }

    #[test]
    fn whatever_is_read_is_printed_as_it_was(text in "[a-zA-Z0-9:/@._\\[\\]+ -]{0,40}|\\PC{0,20}") {
        if let Ok(image) = text.parse::<Image>() {
            prop_assert_eq!(image.to_string(), text);
        }
    }
}
