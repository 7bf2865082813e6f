//! `put`.

use insta::assert_snapshot;

use crate::support::{DIGEST, World, told};

fn api(tag: &str) -> String {
    format!("registry.example.com/acme/orders-api:{tag}@{DIGEST}")
}

const STAGING: [&str; 4] = ["--service", "orders-api", "--environment", "staging"];

#[test]
fn an_image_is_put_where_promotion_yaml_says_and_nothing_else_changes() {
    let world = World::new();
    let before = world.file("environments/staging/orders-api/values.yaml");
    assert_snapshot!(world.put(&[&[api("1.8.2").as_str()][..], &STAGING].concat()));
    let after = world.file("environments/staging/orders-api/values.yaml");
    let same = before.lines().zip(after.lines()).filter(|(before, after)| before == after).count();
    assert_eq!((before.lines().count(), same), (6, 4));
    assert_snapshot!(world.last_diff());
    assert_snapshot!(world.remote.git(&["log", "-1", "--format=%an <%ae>%n%B", "main"]));
    assert_snapshot!(world.put(&[&[api("1.8.2").as_str()][..], &STAGING].concat()));
    assert_eq!(world.commits(), 2);
}

#[test]
fn a_dry_run_shows_the_diff_and_changes_nothing() {
    let world = World::new();
    assert_snapshot!(world.put(&[&[api("1.8.2").as_str(), "--dry-run"][..], &STAGING].concat()));
    assert_eq!(world.commits(), 1);
}

#[test]
fn several_services_and_environments_go_into_one_commit() {
    let world = World::new();
    let (api, worker) = (
        format!("orders-api={}", api("2.0.0")),
        format!("orders-worker=registry.example.com/acme/orders-worker:2.0.0@{DIGEST}"),
    );
    assert_snapshot!(world.put(&[&api, &worker, "--environment", "dev", "--environment", "staging"]));
    assert_eq!(world.commits(), 2);
    assert_snapshot!(world.last_diff());
}

#[test]
fn what_could_be_a_mistake_is_refused_with_1() {
    let world = World::new();
    let put = |image: &str, more: &[&str]| world.put(&[&[image][..], &STAGING, more].concat());
    assert_snapshot!(told([
        put("registry.example.com/acme/orders-api:1.8.2", &[]),
        put("registry.example.com/acme/orders-api:latest", &["--clear-digest"]),
        put(&api("1.7.9"), &[]),
        put("registry.example.com/acme/orders-api:1.8.2", &["--clear-digest", "--require-digest"]),
        put(&format!("registry.example.com/acme/orders-worker:1.8.2@{DIGEST}"), &[]),
    ]));
    assert_eq!(world.commits(), 1);
}

#[test]
fn what_cannot_be_done_is_told_with_what_to_try() {
    let world = World::new();
    let put = |args: &[&str]| world.put(args);
    let api = api("1.8.2");
    assert_snapshot!(told([
        put(&[&api, "--service", "orders-apy", "--environment", "staging"]),
        put(&[&api, "--service", "orders-api", "--environment", "stage"]),
        put(&[&api, "--target", "environments/staging/orders-api/value.yaml:image.tag"]),
        put(&[&api, "--target", "environments/staging/orders-api/values.yaml:image.tg"]),
        put(&[&api, "--target", "../outside.yaml:image.tag"]),
        put(&[&api]),
        put(&["registry.example.com/acme/orders-worker:2.0.0", "--search", "."]),
        put(&[&api, "--branch", "mainly", "--service", "orders-api", "--environment", "dev"]),
    ]));
    assert_snapshot!(world.run(&[
        "put",
        &api,
        "--repo",
        "/nowhere",
        "--service",
        "api",
        "--environment",
        "dev",
        "--deadline",
        "1s"
    ]));
    assert_snapshot!(world.run(&["put", "Shop/API:1", "--repo", "/nowhere"]));
    assert_eq!(world.commits(), 1);
}

#[test]
fn the_digest_comes_from_what_the_build_left() {
    let world = World::new();
    world.write("image.json", format!(r#"[{{"Id":"sha256:{0}","RepoTags":["registry.example.com/acme/orders-api:1.8.2"],"RepoDigests":["registry.example.com/acme/orders-api@{DIGEST}"]}}]"#, "0".repeat(64)));
    world.write("other.json", format!(r#"[{{"RepoDigests":["registry.example.com/acme/orders-worker@{DIGEST}"]}}]"#));
    let put = |image: &str, file: &str| world.put(&[&[image, "--digest-from", file][..], &STAGING].concat());
    assert_snapshot!(put("registry.example.com/acme/orders-api:1.8.2", "other.json"));
    let another = format!("registry.example.com/acme/orders-api:1.8.2@sha256:{}", "1".repeat(64));
    assert_snapshot!(told([
        put(&another, "image.json"),
        put("registry.example.com/acme/orders-api:1.8.2", "image.json"),
    ]));
    assert!(world.file("environments/staging/orders-api/values.yaml").contains(DIGEST));
}

#[test]
fn attestations_beside_the_build_go_into_the_same_commit_and_add_to_those_that_are_there() {
    let world = World::new();
    world.write("attested/test.intoto.jsonl", "{\"payload\":\"dGVzdA==\"}\n");
    let put = |tag: &str| world.put(&[&[api(tag).as_str(), "--attestations", "attested"][..], &STAGING].concat());
    assert_snapshot!(put("1.8.2"));
    assert_eq!(world.commits(), 2);
    assert_snapshot!(world.last_diff());
    world.write("attested/scan.intoto.jsonl", "{\"payload\":\"c2Nhbg==\"}\n{\"payload\":\"dGVzdA==\"}\n");
    assert_snapshot!(put("1.8.2"));
    let bundle = format!("attestations/orders-api/{}.intoto.jsonl", DIGEST.replace(':', "-"));
    assert_eq!(world.file(&bundle), "{\"payload\":\"dGVzdA==\"}\n{\"payload\":\"c2Nhbg==\"}");
    assert_snapshot!(world.put(&[&[api("1.8.2").as_str(), "--attestations", "nothing"][..], &STAGING].concat()));
}

#[test]
fn stepgate_yaml_says_once_what_would_be_flags() {
    let world = World::new();
    let config = format!(
        "bump:\n  repository: {}\n  service: orders-api\n  message: '{{service}} {{tag}} for {{environment}}'\n  author: Release Bot <release@example.com>\n  environments:\n    staging:\n      targets:\n        - {{ file: environments/staging/orders-api/values.yaml, path: image }}\n",
        world.remote.path().display()
    );
    world.write("stepgate.yaml", config);
    assert_snapshot!(
        world
            .run(&["put", &api("1.8.2"), "-o", "json=-"])
            .to_string()
            .replace(&world.remote.git(&["rev-parse", "main"]), "[COMMIT]")
    );
    assert_eq!(world.remote.git(&["log", "-1", "--format=%an %s", "main"]), "Release Bot orders-api 1.8.2 for staging");
    world.write("stepgate.yaml", "bump:\n  enviroments: {}\n");
    assert_snapshot!(world.run(&["put", &api("1.8.2")]));
}

#[test]
fn a_hook_that_refuses_is_told_in_its_own_words() {
    let world = World::new();
    let hook = world.remote.path().join("hooks/pre-receive");
    std::fs::create_dir_all(hook.parent().expect("hooks")).expect("hooks");
    std::fs::write(&hook, "#!/bin/sh\necho 'main takes signed commits only' >&2\nexit 1\n").expect("a hook");
    std::process::Command::new("chmod").arg("+x").arg(&hook).status().expect("chmod");
    assert_snapshot!(world.put(&[&[api("1.8.2").as_str()][..], &STAGING].concat()));
    assert_eq!(world.commits(), 1);
}
