use proptest::prelude::*;

use super::{read, schema};

const GOOD: &str = "\
# yaml-language-server: $schema=x
services:
  api:
    image: r.io/shop/api
    environments:
      staging:
        targets:
          - file: staging/values.yaml
            path: image.tag
          - {file: staging/kustomization.yaml, document: 1, all: true}
";

fn said(text: &str) -> String {
    let error = read(text).unwrap_err();
    let place = |number: Option<usize>| number.map_or("?".to_owned(), |number| number.to_string());
    format!("{}:{}: {error} ({})", place(error.line), place(error.column), error.hint.as_deref().unwrap_or_default())
}

#[test]
fn services_have_targets_in_environments() {
    let promotion = read(GOOD).unwrap();
    let wish = promotion.wish("api", "staging", "r.io/shop/api:2".parse().unwrap()).unwrap();
    assert_eq!(wish.targets.len(), 2);
    assert_eq!(wish.targets[0].path.as_ref().map(ToString::to_string).as_deref(), Some("image.tag"));
    assert_eq!((wish.targets[1].document, wish.targets[1].all), (Some(1), true));
    assert_eq!(read("").unwrap(), super::Promotion::default());
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let bad = |from: &str, to: &str| said(&GOOD.replace(from, to));
    let all = [
        bad("targets:", "target:"),
        bad("r.io/shop/api", "r.io/Shop/api"),
        bad("image: r.io/shop/api", "image: r.io/shop/api:1"),
        bad("    image: r.io/shop/api\n", ""),
        bad("staging/values.yaml", "../values.yaml"),
        bad("image.tag", "image..tag"),
        bad("document: 1", "document: -1"),
        bad("all: true", "all: yes"),
        said("services: {a: {image: a, environments: {s: {targets: []}}}}"),
        said("services: [\n"),
        said("services: []\n"),
        said("environments: {}\n"),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    7:9: there is no key `target` here (did you mean `targets`?)
    4:12: `r.io/Shop/api` is no image name: the path has an upper-case `S` in `Shop` ()
    4:12: `r.io/shop/api:1` is no image name: a tag or a digest is no part of it ()
    4:5: the key `image` is missing here ()
    8:19: `../values.yaml` is no path inside the repository, such as `staging/values.yaml` ()
    9:19: `image..tag` is no path in a file: nothing where a key or value should be at character 7; write an empty one as "" ()
    10:58: expected a whole number, 0 or more ()
    10:66: expected true or false (write true or false; yes, no, on and off are text)
    1:54: there must be at least one target ()
    1:11: expected a mapping (`key: value`) ()
    1:11: expected a mapping (`key: value`) ()
    1:1: there is no key `environments` here (it can be `services`)
    "#);
}

#[test]
fn who_is_not_there_is_said_with_who_is() {
    let promotion = read(GOOD).unwrap();
    let said = |service: &str, environment: &str, image: &str| {
        let refusal = promotion.wish(service, environment, image.parse().unwrap()).unwrap_err();
        format!("{refusal} ({})", refusal.hint.as_deref().unwrap_or_default())
    };
    assert_eq!(said("apl", "staging", "a:1"), "there is no service `apl` (did you mean `api`?)");
    assert_eq!(
        said("api", "prod", "r.io/shop/api:1"),
        "there is no environment of `api` `prod` (promotion.yaml has `staging`)"
    );
    assert!(said("api", "staging", "r.io/shop/web:1").starts_with("the image of `api` is `r.io/shop/api`, not"));
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let schema = serde_json::to_value(schema()).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["$defs"]["Target"]["additionalProperties"], false);
    assert_eq!(schema["$defs"]["Target"]["required"], serde_json::json!(["file"]));
    assert_eq!(schema["$defs"]["Environment"]["properties"]["targets"]["minItems"], 1);
}

proptest! {
    #[test]
    fn no_text_makes_it_fail(text in "(services:|image: |environments:|targets:|file: |- |\n|  |a|\\{|\\}|\\[|\\PC){0,30}") {
        let _ignored = read(&text);
    }
}

#[test]
fn the_committed_schema_is_made_from_the_types_that_read_the_file() {
    let mut made = serde_json::to_string_pretty(&schema()).unwrap();
    made.push('\n');
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/promotion.schema.json");
    #[expect(clippy::disallowed_methods, reason = "a test that generates a committed file when asked to")]
    if std::env::var_os("STEPGATE_GENERATE").is_some() {
        std::fs::write(path, made).unwrap();
        return;
    }
    assert!(made == super::SCHEMA, "renew the schema: STEPGATE_GENERATE=1 cargo test -p stepgate-gitops schema");
}
