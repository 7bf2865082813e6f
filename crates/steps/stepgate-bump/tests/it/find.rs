//! `find`.

use insta::assert_snapshot;

use crate::support::{World, example, told};

#[test]
fn every_place_of_an_image_is_shown_with_its_path() {
    let world = World::new();
    let example = example();
    let dir = example.to_str().expect("UTF-8");
    let runs = told([
        world.run(&["find", dir]),
        world.run(&["find", "--image", "registry.example.com/acme/orders-worker", "--json", dir]),
        world.run(&["find", "--image", "shop/nothing", dir]),
        world.run(&["find", "--image", "Shop:1", dir]),
    ]);
    assert_snapshot!(runs.replace(dir, "[EXAMPLE]"));
}
