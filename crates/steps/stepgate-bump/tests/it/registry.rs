//! The digest of a tag, asked of a registry.

use fakes::Registry;
use insta::assert_snapshot;

use crate::support::{DIGEST, World, told};

#[test]
fn the_registry_tells_the_digest_and_one_of_another_image_is_refused() {
    let registry = Registry::builder().basic("builder", "s3cret").start().expect("a registry");
    let digest = registry.push("acme/orders-worker", "1.9.1");
    let mut world = World::new();
    world.env("STEPGATE_REGISTRY_USER", "builder").env("STEPGATE_REGISTRY_PASSWORD", "s3cret");
    let values = format!("image: {}/acme/orders-worker:1.9.0\n", registry.host());
    let work = git::testkit::TempRepo::new();
    work.write("compose.yaml", format!("services:\n  worker:\n    {values}"));
    work.commit("Compose");
    world.remote = work.clone_with(&["--bare"]);
    let put = |tag: &str| {
        let image = format!("{}/acme/orders-worker:{tag}", registry.host());
        world.put(&[&image, "--resolve-digest", "--target", "compose.yaml"])
    };
    let runs = told([put("1.9.9"), put(&format!("1.9.1@{DIGEST}")), put("1.9.1")]);
    let text =
        runs.replace(&registry.host(), "[REGISTRY]").replace(&digest, "[DIGEST]").replace(&digest[..19], "[SHORT]");
    assert_snapshot!(text);
    assert!(world.file("compose.yaml").contains(&format!(":1.9.1@{digest}")));
    assert!(!text.contains("s3cret"));
}
