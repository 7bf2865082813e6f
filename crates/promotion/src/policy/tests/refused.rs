//! What is refused, where, and in which words.

use super::{everything, said};

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

#[test]
fn what_is_wrong_with_a_value_is_said_with_its_place() {
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
        bad("services:", "services:\n  api: {image: x}"),
        bad("services:", "services:\n  worker:"),
        bad("path: image.tag", "path:"),
        said("services: {a: {image: a, environments: {s: {targets: []}}}}"),
        said("services: [\n"),
        said("services: []\n"),
        said("services:\n"),
        said("environments:\n  dev:\n"),
        said("environment: {}\n"),
        said("<<<<<<< HEAD\nservices: {}\n=======\n"),
        said("services: {}\n---\nservices: {}\n"),
        said("services: {}\u{0}\n"),
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
    4:3: the key `api` is here twice ()
    3:9: expected a mapping (`key: value`) ()
    9:18: nothing is given for `services.api.environments.staging.targets[0].path` (write a value, `[]` or `{}`, or leave the key out)
    1:54: there must be at least one target ()
    1:11: expected a mapping (`key: value`) ()
    1:11: expected a mapping (`key: value`) ()
    1:9: expected a mapping (`key: value`) ()
    2:6: expected a mapping (`key: value`) ()
    1:1: there is no key `environment` here (did you mean `environments`?)
    1:1: expected a mapping (`key: value`) (the file holds a merge conflict; resolve it)
    3:1: there is more than one document (`---`) in the file ()
    1:13: unexpected character: `\u{0}' ()
    "#);
}

/// The template with all examples in force, and one thing in it changed.
fn but(from: &str, to: &str) -> String {
    let everything = everything();
    assert!(everything.contains(from), "{from}");
    said(&everything.replacen(from, to, 1))
}

#[test]
fn names_that_nothing_has_are_refused() {
    let all = [
        but("from: [staging]", "from: [stagng]"),
        but("from: [staging]", "from: [production]"),
        but("from: [dev]", "from: [production]"),
        but("from-any: [dev]", "from-any: [dev, preview]"),
        but("environments: [production]\n", "environments: [prodution]\n"),
        but("environment: staging", "environment: stging"),
        but("      dev:\n        targets", "      dve:\n        targets"),
        but("who: [developers]", "who: [develpers]"),
        but("who: [developers]", "who: [ada@example.com]"),
        but("who: [developers]", "who: ['{0d3a}']"),
        but("hotfix: [on-call]", "hotfix: [oncall]"),
        but("except-who: [on-call]", "except-who: [x]"),
        but("from: [developers,", "from: [developer,"),
        but("by: [pipeline]", "by: [pipelin]"),
        but("by: [pipeline]", "by: [promotion]"),
        but("stage: europe", "stage: production"),
        but("services: [orders-*]", "services: [orders]"),
        but("environments: [dev, staging, production]", "environments: [dev, stage]"),
        but("developers: [", "developers: [on-call, "),
        but("  developers: [", "  '{a}': ["),
        but("  orders-api:\n", "  '../orders':\n"),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    53:12: `environments.production.from[0]`: there is no environment `stagng` (did you mean `staging`?)
    53:12: `environments.production.from[0]`: `production` cannot come from itself (name the environment before it; the first one has no `from`)
    53:5: `environments.production`: environments wait for each other: `production` waits for `staging` waits for `production` (one of them must come first, without `from`)
    39:21: `environments.staging.from-any[1]`: there is no environment `preview` (environments here are `dev`, `production` and `staging`)
    106:20: `freezes[0].environments[0]`: there is no environment `prodution` (did you mean `production`?)
    65:22: `environments.production.require[2].environment`: there is no environment `stging` (did you mean `staging`?)
    18:9: `services.orders-api.environments.dve`: there is no environment `dve` (environments here are `dev`, `production` and `staging`)
    67:11: `environments.production.who[0]`: there is no group `develpers` (did you mean `developers`?)
    67:11: `environments.production.who[0]`: `ada@example.com` is no UUID of an account (an account is named by its UUID: in quotes and braces, as the API gives it: `'{0d3a3c1f-8b0e-4f7c-9f1e-2f8f2f6f0a11}'`)
    67:11: `environments.production.who[0]`: `{0d3a}` is no UUID of an account (an account is named by its UUID: in quotes and braces, as the API gives it: `'{0d3a3c1f-8b0e-4f7c-9f1e-2f8f2f6f0a11}'`)
    89:14: `environments.production.hotfix[0]`: there is no group `oncall` (did you mean `on-call`?)
    84:22: `environments.production.freezes[0].except-who[0]`: there is no group `x` (groups here are `developers` and `on-call`)
    73:14: `environments.production.approvals.from[0]`: there is no group `developer` (did you mean `developers`?)
    62:14: `environments.production.require[1].by[0]`: there is no key `pipelin` (did you mean `pipeline`?)
    62:14: `environments.production.require[1].by[0]`: the key `promotion` may not sign `scan` (it may sign `health` and `deployment`)
    50:12: `environments.staging.stage`: `production` is the name of an environment (give the stage a name of its own)
    120:16: `keys.pipeline.services[0]`: there is no service `orders` (did you mean `orders-api`?)
    130:25: `keys.promotion.environments[1]`: there is no environment `stage` (did you mean `staging`?)
    137:16: `groups.developers[0]`: `on-call` is no UUID of an account (a group holds people, not other groups: in quotes and braces, as the API gives it: `'{0d3a3c1f-8b0e-4f7c-9f1e-2f8f2f6f0a11}'`)
    137:10: `groups."{a}"`: `{a}` cannot be a name (at most 63 of letters, digits, `-`, `_` and `.`, and no `.` at the beginning)
    13:5: `services."../orders"`: `../orders` cannot be a name (at most 63 of letters, digits, `-`, `_` and `.`, and no `.` at the beginning)
    "#);
}

#[test]
fn what_could_never_be_met_or_asks_for_nothing_is_refused() {
    let all = [
        but("via: pull-request", "via: push"),
        but("via: pull-request", "via: pr"),
        but("count: 1", "count: 0"),
        but("count: 1", "count: 4"),
        but("keys: 1", "keys: 0"),
        but("keys: 1", "keys: 2"),
        but("by: [pipeline]", "by: []"),
        but("soak: 1h", "soak: 0s"),
        but("soak: 1h", "soak: 1"),
        but("soak: 1h", "soak: 30m1h"),
        but("soak: 1h", "soak: 99999999999999999999d"),
        but("    from: [staging]\n", ""),
        said("environments: {dev: {soak: 1h}}"),
        said("environments: {dev: {verified: true}}"),
        but("claim: tests", "claim: test"),
        but("environment: staging", "environment: staging\n        by: [pipeline]"),
        but("- claim: tests", "- {claim: tests, environment: dev}"),
        but("may-sign: [health, deployment]", "may-sign: [deployment]"),
        but("windows:\n", "windows: []\n    stage: europe\n    x:\n"),
        but("days: [fri]", "days: []"),
        but("'09:00'", "'9'"),
        but("Europe/Berlin", "Europe/Bern"),
        but("2027-01-04T06:00", "2025-01-04T06:00"),
        but("reason: Christmas", "reason: ' '"),
        but("when: { from: 2027-01-29T18:00", "environments: [dev]\n        when: { from: 2027-01-29T18:00"),
        but("MCowBQYDK2VwAyEA", "MCowBQYDK2VwAyEB"),
        but("valid-until: 2028", "valid-until: 2025"),
        but("valid-until: 2028-01-01T00:00:00Z", "valid-until: 2028-01-01"),
        but("cel: '!", "cel: '("),
        but("who: [developers]", "who:"),
        but(
            "environments/production/orders-api/kustomization.yaml",
            "environments/staging/orders-api/values.yaml\n            path: image",
        ),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    72:7: `environments.production.approvals`: a push cannot be approved (add `via: pull-request` beside it)
    69:10: `pr` cannot stand here (did you mean `pull-request`?)
    72:14: 0 asks for nothing: leave it out, or write 1 or more ()
    72:14: `environments.production.approvals.count`: 4 people must approve, and `from` names 3 (nobody could ever meet it: name more people)
    61:15: 0 asks for nothing: leave it out, or write 1 or more ()
    58:9: `environments.production.require[1]`: 2 different keys must attest `scan`, and 1 may (add a key to `keys`, or the claim to its `may-sign`)
    62:13: an empty list here could mean all or none: leave the key out, or name some ()
    55:11: `0s` asks for nothing: leave it out ()
    55:11: `1` is no length of time: write `90s`, `30m`, `1h`, `2d`, `1h30m` ()
    55:11: `30m1h` is no length of time: write `90s`, `30m`, `1h`, `2d`, `1h30m` ()
    55:11: `99999999999999999999d` is longer than ten years ()
    54:11: `environments.production.soak`: there is no environment before this one, in which the image could have been (add `from` or `from-any`, or leave it out)
    1:28: `environments.dev.soak`: there is no environment before this one, in which the image could have been (add `from` or `from-any`, or leave it out)
    1:32: `environments.dev.verified`: there is no environment before this one, in which the image could have been (add `from` or `from-any`, or leave it out)
    45:16: `test` is no claim: it is one of lint, tests, scan, manifests, provenance, health, deployment, or the URI of a predicate type (https://…) ()
    66:14: `environments.production.require[2].by[0]`: the key `pipeline` may not sign `health` (it may sign `lint`, `tests`, `scan`, `manifests` and `provenance`)
    45:37: `environments.staging.require[0].environment`: `tests` is of no environment (leave it out)
    63:9: `environments.production.require[2]`: no key may attest `health` in `staging` (add a key to `keys`, or the claim to its `may-sign`)
    76:14: an empty list here could mean all or none: leave the key out, or name some ()
    78:17: an empty list here could mean all or none: leave the key out, or name some ()
    77:9: `environments.production.windows[0]`: `from` is `9`, which is neither a time of day (`09:00`) nor a date with a time (`2026-12-24T08:00`) ()
    77:9: `environments.production.windows[0]`: there is no time zone `Europe/Bern`: did you mean `Europe/Berlin`? ()
    105:11: `freezes[0].when`: it ends before it begins: `to` `2025-01-04T06:00` must be after `from` `2026-12-23T12:00` ()
    104:13: `freezes[0].reason`: there must be some text here ()
    82:23: `environments.production.freezes[0].environments`: a freeze of an environment is of this one alone (leave it out, or move the freeze to `freezes` of the whole file)
    113:17: `keys.pipeline.public-key`: it is an ed25519 key that is broken (take the .pub file of `stepgate keygen`, or `openssl pkey -in gate.key -pubout`)
    122:18: `keys.pipeline.valid-until`: the key would never be valid: this is not after valid-from ()
    122:18: `2028-01-01` is no time: write it as `2026-01-01T00:00:00Z` ()
    99:14: `environments.production.conditions[0].cel`: this is no CEL in line 1, column 25: Syntax error: missing ')' at '<EOF>' (conditions are written in CEL: https://cel.dev)
    67:9: nothing is given for `environments.production.who` (write a value, `[]` or `{}`, or leave the key out)
    21:13: `services.orders-api.environments.staging.targets[0]`: this is where the image of `orders-api` in `production` stands already (two of them cannot stand in one place)
    "#);
}

#[test]
fn an_empty_list_of_people_is_nobody_and_allowed() {
    assert_eq!(said("environments: {dev: {who: [], hotfix: [], rollback: {who: []}}}\npolicy: {who: []}"), "fine");
}

#[test]
fn two_services_cannot_stand_in_one_place() {
    let two = |a: &str, b: &str, image: &str| {
        said(&format!(
            "services:\n  a: {{image: r.io/a, environments: {{dev: {{targets: [{a}]}}}}}}\n  b: {{image: {image}, environments: {{dev: {{targets: [{b}]}}}}}}\n"
        ))
    };
    let refused = |said: String| said.contains("stands already");
    assert!(refused(two("{file: f, path: x}", "{file: f, path: '[\"x\"]'}", "r.io/b")));
    assert!(refused(two("{file: f, path: x}", "{file: f, path: x, document: 1}", "r.io/b")));
    assert!(refused(two("{file: f, path: x, document: 1}", "{file: f, path: x}", "r.io/b")));
    assert!(refused(two("{file: f}", "{file: f}", "R.io/a")));
    assert_eq!(two("{file: f, path: x, document: 0}", "{file: f, path: x, document: 1}", "r.io/b"), "fine");
    assert_eq!(two("{file: f}", "{file: f}", "r.io/b"), "fine");
    assert_eq!(two("{file: f, path: x}", "{file: f, path: y}", "r.io/b"), "fine");
    insta::assert_snapshot!(two("{file: f, path: x}", "{file: f, path: x}", "r.io/b"), @"
    3:53: `services.b.environments.dev.targets[0]`: this is where the image of `a` in `dev` stands already (two of them cannot stand in one place)
    ");
}

#[test]
fn a_circle_is_told_from_where_it_begins() {
    insta::assert_snapshot!(said("environments:\n  a: {from: [b]}\n  b: {from-any: [c]}\n  c: {from: [b]}\n"), @r#"
    3:6: `environments.b`: environments wait for each other: `b` waits for `c` waits for `b` (one of them must come first, without `from`)
    "#);
}

#[test]
fn a_file_with_thousands_of_everything_is_read_at_once() {
    use std::fmt::Write as _;
    let mut text = "environments:\n  e0: {}\n".to_owned();
    for at in 1..2000 {
        writeln!(text, "  e{at}: {{from: [e{}], stage: s}}", at - 1).unwrap();
    }
    text += "services:\n";
    for at in 0..2000 {
        writeln!(text, "  s{at}: {{image: r.io/a, environments: {{e{at}: {{targets: [{{file: f{at}}}]}}}}}}").unwrap();
    }
    let policy = super::Policy::read(&text).unwrap();
    assert_eq!(policy.waves("s").unwrap().len(), 1999);
}
