//! What Helm and Kustomize make of a repository that was edited: the new image, and no other difference.

use std::path::Path;
use std::process::Command;

use git::testkit::TempRepo;

use crate::support::{DIGEST, World};

const ENVIRONMENTS: [&str; 3] = ["dev", "staging", "production"];

/// What runs in an environment, as the tools render it: the API by Helm, the worker by Kustomize.
fn rendered(checkout: &Path, environment: &str) -> [String; 2] {
    let values = format!("environments/{environment}/orders-api/values.yaml");
    let worker = format!("environments/{environment}/orders-worker");
    [
        tool(checkout, "helm", &["template", "orders-api", "charts/orders-api", "--values", &values]),
        tool(checkout, "kubectl", &["kustomize", &worker]),
    ]
}

fn tool(dir: &Path, name: &str, args: &[&str]) -> String {
    let output = Command::new(name).args(args).current_dir(dir).output().unwrap_or_else(|_| panic!("{name} runs"));
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The lines that differ, new after old.
fn difference(before: &str, after: &str) -> Vec<[String; 2]> {
    assert_eq!(before.lines().count(), after.lines().count());
    let pairs = before.lines().zip(after.lines()).filter(|(before, after)| before != after);
    pairs.map(|(before, after)| [before.trim().to_owned(), after.trim().to_owned()]).collect()
}

#[test]
#[ignore = "needs helm and kubectl"]
fn helm_and_kustomize_show_the_new_image_and_no_other_difference() {
    let world = World::new();
    let checkout = TempRepo::new();
    let remote = world.remote.path();
    let pull = || checkout.git(&["pull", "--quiet", remote.to_str().expect("UTF-8"), "main"]);
    pull();
    let before = ENVIRONMENTS.map(|environment| rendered(&checkout.path(), environment));
    let images = ["orders-api", "orders-worker"].map(|name| format!("registry.example.com/acme/{name}:2.10@{DIGEST}"));
    let wishes = ["orders-api", "orders-worker"].iter().zip(&images).map(|(name, image)| format!("{name}={image}"));
    let wishes: Vec<String> = wishes.collect();
    let run = world.put(&[
        &wishes[0],
        &wishes[1],
        "--environment",
        "dev",
        "--environment",
        "staging",
        "--environment",
        "production",
    ]);
    assert_eq!(run.status, Some(0), "{run}");
    pull();
    for (environment, before) in ENVIRONMENTS.iter().zip(before) {
        let after = rendered(&checkout.path(), environment);
        for ((image, before), after) in images.iter().zip(before).zip(after) {
            let difference = difference(&before, &after);
            assert_eq!(difference.len(), 1, "{environment}: {difference:?}");
            let [old, new] = &difference[0];
            assert!(old.contains("image:"), "{old}");
            let written = new.trim_start_matches("image:").trim().trim_matches('"');
            assert_eq!(written, image, "{environment}");
        }
    }
}
