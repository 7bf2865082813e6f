//! What promotion.yaml and holds.yaml do not leave to a build.

use std::os::unix::fs::PermissionsExt as _;

use insta::assert_snapshot;

use crate::support::{DIGEST, World, told};

const GUARDED: &str =
    "environments:\n  dev: {}\n  staging: { from: [dev] }\n  production: { from: [staging], who: [] }\n";

fn api() -> String {
    format!("registry.example.com/acme/orders-api:1.9.2@{DIGEST}")
}

/// The example, with more behind its promotion.yaml.
fn world(more: &str) -> World {
    let world = World::new();
    world.push(&[("promotion.yaml", &format!("{}\n{more}", world.file("promotion.yaml")))]);
    world
}

fn to<'a>(image: &'a str, environment: &'a str) -> [&'a str; 5] {
    [image, "--service", "orders-api", "--environment", environment]
}

#[test]
fn an_environment_that_is_reached_by_promotion_is_not_for_builds() {
    let (world, api) = (world(GUARDED), api());
    assert_snapshot!(told([world.put(&to(&api, "production")), world.put(&to(&api, "staging"))]), @r"
    $ stepgate-bump put --repo [REMOTE] registry.example.com/acme/orders-api:1.9.2@sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 --service orders-api --environment production
    refused, nothing was changed in main of [REMOTE]: `production` is reached by promotion: promotion.yaml asks for an order, certain people there
    hint: stepgate promote run takes an image there when all of it is met
    [exit status: 1]

    $ stepgate-bump put --repo [REMOTE] registry.example.com/acme/orders-api:1.9.2@sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 --service orders-api --environment staging
    refused, nothing was changed in main of [REMOTE]: `staging` is reached by promotion: promotion.yaml asks for an order there
    hint: stepgate promote run takes an image there when all of it is met
    [exit status: 1]
    ");
    assert_eq!(world.commits(), 2);
    assert_eq!(world.put(&to(&api, "dev")).status, Some(0));
    assert_eq!(world.commits(), 3);
}

#[test]
fn its_place_is_not_for_builds_either_whatever_it_is_called() {
    let (world, api) = (world(GUARDED), api());
    let file = "environments/production/orders-api/values.yaml";
    let named = ["image", "image.tag", "image.digest"].map(|path| format!("{file}:{path}"));
    for target in &named {
        for more in [&[][..], &["--service", "orders-api", "--environment", "dev"]] {
            let run = world.put(&[&[api.as_str(), "--target", target][..], more].concat());
            assert_eq!(run.status, Some(1), "{run}");
            assert!(run.to_string().contains("`production` is reached by promotion"), "{run}");
        }
    }
    assert_eq!(world.commits(), 2);
}

#[test]
fn the_rules_themselves_are_no_place_for_images() {
    let (world, api) = (world(GUARDED), api());
    world.push(&[(
        "holds.yaml",
        "holds:\n  - { reason: stop, service: a, since: 2020-01-01T00:00:00Z, by: 'a/b:1' }\n",
    )]);
    for target in ["promotion.yaml:services.orders-api.image", "holds.yaml:holds[0].by"] {
        let run = world.put(&[&api, "--target", target, "--rename"]);
        assert_ne!(run.status, Some(0), "{run}");
    }
    assert_eq!(world.commits(), 3);
}

#[test]
fn a_file_that_two_environments_share_is_changed_in_the_open_one_only() {
    let (world, api) = (world(""), api());
    let shared = "dev:\n  image: registry.example.com/acme/orders-api:1.8.0\nprod:\n  image: registry.example.com/acme/orders-api:1.8.0\n";
    let target = |at: &str| format!("{{ targets: [{{ file: shared.yaml, path: {at}.image }}] }}");
    let policy = format!(
        "services:\n  orders-api:\n    image: registry.example.com/acme/orders-api\n    environments:\n      dev: {}\n      production: {}\nenvironments: {{ dev: {{}}, production: {{ from: [dev] }} }}\n",
        target("dev"),
        target("prod"),
    );
    world.push(&[("promotion.yaml", &policy), ("shared.yaml", shared)]);
    let run = world.put(&to(&api, "dev"));
    assert_eq!(run.status, Some(0), "{run}");
    let run = world.put(&[&api, "--target", "shared.yaml:prod.image"]);
    assert_eq!(run.status, Some(1), "{run}");
}

#[test]
fn nothing_to_do_is_no_change_and_not_refused() {
    let (world, api) = (world(""), api());
    assert_eq!(world.put(&to(&api, "production")).status, Some(0));
    world.push(&[("promotion.yaml", &format!("{}\n{GUARDED}", world.file("promotion.yaml")))]);
    assert_eq!(world.put(&to(&api, "production")).status, Some(0));
    assert_eq!(world.commits(), 4);
}

#[test]
fn a_hold_stops_a_build_until_it_ends() {
    let (world, api) = (world(GUARDED), api());
    let hold = |more: &str| format!("holds:\n  - reason: disks are full\n    since: 2020-01-01T00:00:00Z\n{more}");
    world.push(&[("holds.yaml", &hold("    environment: dev\n    until: 2100-01-01T00:00:00Z\n"))]);
    assert_snapshot!(world.put(&to(&api, "dev")), @r"
    $ stepgate-bump put --repo [REMOTE] registry.example.com/acme/orders-api:1.9.2@sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 --service orders-api --environment dev
    refused, nothing was changed in main of [REMOTE]: everything in dev is held: disks are full, until 2100-01-01T00:00:00Z
    hint: stepgate promote release takes a hold back
    [exit status: 1]
    ");
    world.push(&[("holds.yaml", &hold(&format!("    digest: {DIGEST}\n")))]);
    assert_eq!(world.put(&to(&api, "dev")).status, Some(1));
    assert_eq!(world.put(&[&api, "--target", "environments/dev/orders-api/values.yaml:image"]).status, Some(1));
    world.push(&[("holds.yaml", "holds: [")]);
    assert_eq!(world.put(&to(&api, "dev")).status, Some(3));
    for open in [hold("    until: 2021-01-01T00:00:00Z\n"), hold("    service: orders-worker\n")] {
        world.push(&[("holds.yaml", &open)]);
        let run = world.put(&[&to(&api, "dev")[..], &["--dry-run"]].concat());
        assert_eq!(run.status, Some(0), "{run}");
    }
}

#[test]
fn in_a_freeze_a_build_is_told_not_yet() {
    let freeze = "freezes:\n  - reason: Christmas\n    when: { from: 2020-01-01T00:00, to: 2100-01-01T00:00, zone: Europe/Berlin }\n";
    let (world, api) = (world(freeze), api());
    assert_snapshot!(world.put(&to(&api, "dev")), @r"
    $ stepgate-bump put --repo [REMOTE] registry.example.com/acme/orders-api:1.9.2@sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 --service orders-api --environment dev
    not yet, nothing was changed in main of [REMOTE]: `dev` is frozen: Christmas, until 2099-12-31T23:00:00Z
    [exit status: 5]
    ");
    assert_eq!(world.commits(), 2);
}

#[test]
fn a_policy_that_cannot_be_read_is_no_leave_to_do_anything() {
    let (world, api) = (world("enviroments: {}\n"), api());
    let run = world.put(&[&api, "--target", "environments/dev/orders-api/values.yaml:image"]);
    assert_eq!(run.status, Some(3), "{run}");
    assert_eq!(world.commits(), 2);
}

#[test]
fn a_hold_that_comes_between_plan_and_push_stops_it() {
    let (world, api) = (world(GUARDED), api());
    let other = world.remote.clone_with(&[]);
    other.write("holds.yaml", "holds:\n  - { reason: stop, since: 2020-01-01T00:00:00Z }\n");
    other.commit("Everything stops");
    let bin = tempfile::tempdir().expect("a directory");
    let script = format!(
        "#!/bin/sh\ncase \" $* \" in *' push '*) if mkdir '{0}/once' 2>/dev/null; then env -i PATH=/usr/bin:/bin HOME='{0}' /usr/bin/git -C '{1}' push --quiet origin HEAD:main; fi;; esac\nexec /usr/bin/git \"$@\"\n",
        bin.path().display(),
        other.path().display(),
    );
    std::fs::write(bin.path().join("git"), script).expect("a program");
    std::fs::set_permissions(bin.path().join("git"), std::fs::Permissions::from_mode(0o755)).expect("executable");
    let remote = world.remote.path();
    let args = [&["put", "--repo", remote.to_str().expect("UTF-8")][..], &to(&api, "dev")].concat();
    let mut command = world.command(&args);
    command.env("PATH", format!("{}:/usr/bin:/bin", bin.path().display()));
    let output = command.output().expect("the program starts");
    assert!(bin.path().join("once").exists(), "the hold came in between");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(world.commits(), 3, "the hold, and nothing after it");
}
