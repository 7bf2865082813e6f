//! Of two builds of the same service the newer one wins.

use insta::assert_snapshot;

use crate::support::World;

/// Puts the image of a build, whose tag says nothing about its age.
fn put(world: &World, tag: &str, build: &str, more: &[&str]) -> String {
    let image = format!("registry.example.com/acme/orders-worker:{tag}");
    let args = [
        "--service",
        "orders-worker",
        "--environment",
        "dev",
        "--clear-digest",
        "--source-repository",
        "acme/orders-worker",
    ];
    world.put(&[&[image.as_str()][..], &args, &["--build-number", build], more].concat()).to_string()
}

#[test]
fn a_build_that_comes_late_says_that_it_was_superseded() {
    let world = World::new();
    assert!(put(&world, "build-42", "42", &[]).ends_with("[exit status: 0]\n"));
    assert_snapshot!(put(&world, "build-41", "41", &[]));
    assert!(world.file("environments/dev/orders-worker/kustomization.yaml").contains("newTag: build-42"));
    assert!(put(&world, "build-43", "43", &[]).contains("committed"));
    assert!(put(&world, "build-41", "41", &["--allow-older"]).contains("committed"));
    assert_eq!(world.commits(), 4);
}

#[test]
fn commits_of_others_in_between_do_not_hide_who_was_first() {
    let world = World::new();
    assert!(put(&world, "build-42", "42", &[]).contains("committed"));
    for tag in ["1.8.2", "1.8.3"] {
        let image = format!("registry.example.com/acme/orders-api:{tag}");
        let run = world.put(&[&image, "--service", "orders-api", "--environment", "staging", "--clear-digest"]);
        assert_eq!(run.status, Some(0), "{run}");
    }
    assert!(put(&world, "build-41", "41", &[]).contains("superseded"));
}

#[test]
fn what_somebody_has_put_there_by_hand_since_is_of_no_build() {
    let world = World::new();
    assert!(put(&world, "build-42", "42", &[]).contains("committed"));
    let target = "environments/dev/orders-worker/kustomization.yaml:images[0].newTag";
    let run = world.put(&["registry.example.com/acme/orders-worker:by-hand", "--target", target, "--clear-digest"]);
    assert_eq!(run.status, Some(0), "{run}");
    assert!(put(&world, "build-41", "41", &[]).contains("committed"));
}

#[test]
fn without_build_numbers_the_history_of_the_source_tells() {
    let world = World::new();
    let source = git::testkit::TempRepo::new();
    let old = source.commit("old");
    let new = source.commit("new");
    let put = |tag: &str, commit: &str| {
        let image = format!("registry.example.com/acme/orders-worker:{tag}");
        let remote = world.remote.path();
        let args =
            ["put", &image, "--repo", remote.to_str().expect("UTF-8"), "--service", "orders-worker", "--environment"];
        let more = ["dev", "--clear-digest", "--source-repository", "acme/orders-worker", "--source-commit", commit];
        let mut command = world.command(&[&args[..], &more].concat());
        let output = command.current_dir(source.path()).output().expect("the program starts");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(put("new", &new).contains("committed"));
    assert!(put("old", &old).contains("superseded"));
    assert!(put("new", &new).contains("nothing to do"));
}

#[test]
fn what_was_superseded_does_not_hold_back_the_rest() {
    let world = World::new();
    assert!(put(&world, "build-42", "42", &[]).contains("committed"));
    let (worker, api) =
        ("registry.example.com/acme/orders-worker:build-41", "registry.example.com/acme/orders-api:2.0.0");
    let images = [format!("orders-worker={worker}"), format!("orders-api={api}")];
    let args =
        ["--environment", "dev", "--clear-digest", "--source-repository", "acme/orders-worker", "--build-number"];
    assert_snapshot!(world.put(&[&[images[0].as_str(), &images[1]][..], &args, &["41"]].concat()));
    assert!(world.file("environments/dev/orders-worker/kustomization.yaml").contains("build-42"));
    assert!(world.file("environments/dev/orders-api/values.yaml").contains("2.0.0"));
    let message = world.remote.git(&["log", "-1", "--format=%B", "main"]);
    assert!(message.contains("Service: orders-api") && !message.contains("orders-worker:"), "{message}");
}
