mod refused;

use gitops::words::quoted;
use proptest::prelude::*;

use super::{FILE, Policy, SCHEMA, TEMPLATE, schema};

/// A policy that uses every key there is: the template with its examples in force.
fn everything() -> String {
    let mut text = String::new();
    for line in TEMPLATE.lines() {
        let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
        match rest.strip_prefix('#') {
            Some(example) if !example.is_empty() && !example.starts_with(' ') => {
                text += &format!("{indent}{example}\n");
            }
            _ => text += &format!("{line}\n"),
        }
    }
    text
}

/// `line:column: what (hint)`, or `fine`.
fn said(text: &str) -> String {
    let error = match Policy::read(text) {
        Ok(_) => return "fine".to_owned(),
        Err(error) => error,
    };
    let place = |number: Option<usize>| number.map_or("?".to_owned(), |number| number.to_string());
    format!("{}:{}: {error} ({})", place(error.line), place(error.column), error.hint.as_deref().unwrap_or_default())
}

fn yaml(text: &str) -> serde_json::Value {
    serde_saphyr::from_str(text).unwrap()
}

#[test]
fn the_template_reads_as_it_is_and_with_all_its_examples() {
    assert_eq!(said(TEMPLATE), "fine");
    assert_eq!(said(&everything()), "fine");
    let policy = Policy::read(TEMPLATE).unwrap();
    assert_eq!(policy.order(), ["dev", "staging", "production"]);
    assert!(policy.is_open("dev") && !policy.is_open("staging") && !policy.is_open("production"));
}

#[test]
fn the_template_has_every_key_of_the_schema() {
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    let everything = everything();
    let mut missing = Vec::new();
    let defs = schema["$defs"].as_object().unwrap().values();
    for object in defs.chain([&schema]) {
        for key in object["properties"].as_object().into_iter().flat_map(|keys| keys.keys()) {
            if ![": ", ":\n"].iter().any(|end| everything.contains(&format!("{key}{end}"))) {
                missing.push(key);
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_schema_takes_what_the_reader_takes_and_no_key_that_there_is_not() {
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for text in [TEMPLATE.to_owned(), everything(), "services: {}".to_owned()] {
        let errors: Vec<String> = validator.iter_errors(&yaml(&text)).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    for object in schema["$defs"].as_object().unwrap().values().chain([&schema]) {
        if object.get("properties").is_some() {
            assert_eq!(object["additionalProperties"], false, "{object}");
        }
    }
}

/// Puts a key that there is not into each mapping of a document in turn, and says where the reader took it.
#[test]
fn a_key_that_there_is_not_is_refused_wherever_it_stands() {
    let free = ["", "/services", "/environments", "/keys", "/groups", "/people", "/services/orders-api/environments"];
    let document = yaml(&everything());
    let mut pointers = vec![String::new()];
    let mut tried = 0;
    while let Some(pointer) = pointers.pop() {
        match document.pointer(&pointer).unwrap() {
            serde_json::Value::Object(map) => {
                pointers
                    .extend(map.keys().map(|key| format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))));
                let mut changed = document.clone();
                let target = changed.pointer_mut(&pointer).unwrap().as_object_mut().unwrap();
                target.insert("frm".to_owned(), serde_json::json!([]));
                let said = said(&changed.to_string());
                if pointer.is_empty() || !free.contains(&pointer.as_str()) {
                    assert!(said.contains("there is no key `frm`"), "{pointer}: {said}");
                } else {
                    assert!(said != "fine" || pointer == "/groups", "{pointer}");
                }
                tried += 1;
            }
            serde_json::Value::Array(list) => {
                pointers.extend((0..list.len()).map(|index| format!("{pointer}/{index}")));
            }
            _ => {}
        }
    }
    assert!(tried > 25, "{tried}");
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
    assert!(made == SCHEMA, "renew the schema: STEPGATE_GENERATE=1 cargo test -p stepgate-promotion schema");
}

#[test]
fn services_have_targets_in_environments() {
    let policy = Policy::read(&everything()).unwrap();
    let wish = policy.wish("orders-api", "staging", "registry.example.com/acme/orders-api:2".parse().unwrap()).unwrap();
    assert_eq!(wish.targets[0].file, "environments/staging/orders-api/values.yaml");
    assert_eq!(wish.targets[0].path.as_ref().map(ToString::to_string).as_deref(), Some("image"));
    assert_eq!(Policy::read("").unwrap(), Policy::default());
    assert_eq!(Policy::read("# nothing yet\n---\n").unwrap(), Policy::default());
}

#[test]
fn who_is_not_there_is_said_with_who_is() {
    let policy = Policy::read(
        "services: {api: {image: r.io/shop/api, environments: {staging: {targets: [{file: staging/values.yaml}]}}}}",
    )
    .unwrap();
    let said = |service: &str, environment: &str, image: &str| {
        let refusal = policy.wish(service, environment, image.parse().unwrap()).unwrap_err();
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
fn a_person_is_a_uuid_in_any_case_and_never_the_name_of_a_group() {
    let (ada, bob) = ("{0d3a3c1f-8b0e-4f7c-9f1e-2f8f2f6f0a11}", "{0d3a3c1f-8b0e-4f7c-9f1e-2f8f2f6f0a12}");
    let mut policy = Policy::default();
    policy.groups.insert("release".to_owned(), vec![ada.to_owned()]);
    policy.groups.insert("nobody".to_owned(), Vec::new());
    policy.people.insert(ada.to_owned(), "Ada".to_owned());
    let who = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert!(policy.is_among(ada, &who(&["release"])));
    assert!(policy.is_among(&ada.to_uppercase(), &who(&[ada])));
    assert!(!policy.is_among(bob, &who(&["release", "nobody", "no such group"])));
    assert!(!policy.is_among(ada, &[]));
    for nobody in ["release", "", "{}", "no such group", "0d3a3c1f-8b0e-4f7c-9f1e-2f8f2f6f0a11"] {
        assert!(!policy.is_among(nobody, &who(&["release", "no such group", nobody])), "{nobody}");
    }
    assert_eq!((policy.person(&ada.to_uppercase()), policy.person(bob)), ("Ada".to_owned(), bob.to_owned()));
}

#[test]
fn environments_come_in_order_and_stages_in_waves() {
    let text = "environments: {
        dev: {}, apac: {from: [us], stage: world}, eu: {from: [staging], stage: world}, us: {from: [canary], stage: world},
        canary: {from: [eu]}, staging: {from: [dev]}, africa: {from-any: [staging], stage: world}, dr: {from: [apac, us]} }";
    let policy = Policy::read(text).unwrap();
    assert_eq!(policy.order(), ["dev", "staging", "africa", "eu", "canary", "us", "apac", "dr"]);
    // us waits for eu, through canary, which is of no stage.
    assert_eq!(policy.waves("world").unwrap(), [vec!["africa", "eu"], vec!["us"], vec!["apac"]]);
    assert_eq!(policy.waves("dr").unwrap(), [["dr"]]);
    let refusal = policy.waves("wrld").unwrap_err();
    assert_eq!(refusal.to_string(), "there is no environment or stage `wrld`");
    assert_eq!(refusal.hint.as_deref(), Some("did you mean `world`?"));
}

#[test]
fn the_keys_of_the_policy_are_trusted_as_it_says() {
    let trust = Policy::read(&everything()).unwrap().trust();
    let names: Vec<_> = trust.keys.iter().map(|key| (key.name.as_str(), key.may_sign.len())).collect();
    assert_eq!(names, [("pipeline", 5), ("promotion", 2)]);
    assert!(trust.keys[0].valid_until.is_some() && trust.keys[1].revoked.is_some());
    assert_eq!(trust.keys[0].services.as_deref(), Some(["orders-*".to_owned()].as_slice()));
}

proptest! {
    #[test]
    fn no_text_panics(text in "(services:|environments:|image: |targets:|file: |from: |who: |keys:|freezes:|when: |- |\n|  |a|\\{|\\}|\\[|\\]|&a|\\*a|<<: |\\PC){0,30}") {
        let _any = Policy::read(&text);
    }

    /// A line of the file less, doubled, or shifted is understood or refused, and a refusal names a place in the file.
    #[test]
    fn a_damaged_file_is_refused_where_it_is_damaged(line in 0_usize..200, how in 0..4) {
        let everything = everything();
        let mut lines: Vec<String> = everything.lines().map(str::to_owned).collect();
        let line = line % lines.len();
        match how {
            0 => { lines.remove(line); }
            1 => lines.insert(line, lines[line].clone()),
            2 => lines[line].insert(0, ' '),
            _ => lines.truncate(line),
        }
        let count = lines.len();
        if let Err(error) = Policy::read(&lines.join("\n")) {
            prop_assert!(error.line.is_some_and(|line| line <= count + 1), "{:?}", error);
            prop_assert!(!error.what.is_empty() && quoted(&error.what).len() > 2, "{}", FILE);
        }
    }

    /// Order is a permutation in which nothing comes before what it waits for.
    #[test]
    fn no_environment_comes_before_what_it_waits_for(edges in prop::collection::vec((0_u8..8, 0_u8..8), 0..20)) {
        let mut policy = Policy::default();
        for name in 0..8 {
            policy.environments.entry(name.to_string()).or_default();
        }
        for (a, b) in edges {
            if a < b {
                policy.environments.get_mut(&b.to_string()).unwrap().from.push(a.to_string());
            }
        }
        let order = policy.order();
        prop_assert_eq!(order.len(), 8);
        for (at, name) in order.iter().enumerate() {
            for before in policy.environments[*name].before() {
                prop_assert!(order[..at].contains(&before));
            }
        }
    }
}
