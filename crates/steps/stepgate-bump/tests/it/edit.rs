//! `set` and `get`.

use insta::assert_snapshot;

use crate::support::{World, told};

const VALUES: &str =
    "# of the API\nimage: {repository: shop/api, tag: '1.8.1'}   # keep\r\nworker: &w\n  tag: 1.10\nother: *w\n";

fn world() -> World {
    let world = World::new();
    world.write("values.yaml", VALUES);
    world
}

#[test]
fn one_value_is_set_and_every_other_byte_stays() {
    let world = world();
    assert_snapshot!(world.run(&["set", "values.yaml", "image.tag", "1.8.2"]));
    assert_eq!(world.read("values.yaml"), VALUES.replace("1.8.1", "1.8.2"));
    assert_snapshot!(told([
        world.run(&["set", "values.yaml", "image.tag", "1.8.2"]),
        world.run(&["get", "values.yaml", "image.tag"]),
    ]));
}

#[test]
fn what_would_be_read_as_a_number_is_quoted() {
    let world = world();
    assert_eq!(world.run(&["set", "values.yaml", "worker.tag", "1.20"]).status, Some(0));
    assert_eq!(world.read("values.yaml"), VALUES.replace("tag: 1.10", "tag: '1.20'"));
}

#[test]
fn a_check_shows_the_change_and_writes_nothing() {
    let world = world();
    assert_snapshot!(world.run(&["set", "--check", "values.yaml", "worker.tag", "1.20"]));
    assert_eq!(world.read("values.yaml"), VALUES);
}

#[test]
fn an_alias_is_not_edited_behind_anybodys_back() {
    let world = world();
    assert_snapshot!(told([
        world.run(&["set", "values.yaml", "other", "v2"]),
        world.run(&["set", "values.yaml", "image.name", "v2"]),
        world.run(&["set", "values.yaml", "image..tag", "v2"]),
        world.run(&["set", "missing.yaml", "image.tag", "v2"]),
    ]));
    assert_eq!(world.read("values.yaml"), VALUES);
}

#[test]
fn a_missing_key_is_added_when_that_is_asked_for() {
    let world = world();
    assert_eq!(world.run(&["set", "--insert", "values.yaml", "image.digest", "sha256:1"]).status, Some(0));
    assert!(world.read("values.yaml").contains("tag: '1.8.1', digest: "), "{}", world.read("values.yaml"));
}

#[test]
fn a_document_is_chosen_by_the_path_or_by_its_number() {
    let world = World::new();
    world.write("all.yaml", "a: 1\n---\nb: 1\n---\na: 2\n");
    assert_eq!(world.run(&["set", "all.yaml", "b", "x"]).status, Some(0));
    assert_snapshot!(told([
        world.run(&["set", "all.yaml", "a", "x"]),
        world.run(&["set", "all.yaml", "c", "x"]),
        world.run(&["set", "all.yaml", "a", "x", "--document", "3"]),
    ]));
    assert_eq!(world.run(&["set", "all.yaml", "a", "x", "--document", "2"]).status, Some(0));
    assert_eq!(world.read("all.yaml"), "a: 1\n---\nb: x\n---\na: x\n");
}

#[test]
fn many_files_are_set_at_once_or_none() {
    let world = World::new();
    world.write("a.yaml", "tag: 1\n");
    world.write("b.yaml", "tag: 1\n");
    world.write("broken.yaml", "tag: [1\n");
    world.write("list", "a.yaml\nb.yaml\n");
    world.write("long", "a.yaml\nbroken.yaml\n");
    assert_snapshot!(world.run(&["set", "--files-from", "long", "tag", "2"]));
    assert_eq!(world.read("a.yaml"), "tag: 1\n");
    assert_snapshot!(world.run(&["set", "--files-from", "list", "tag", "2"]));
    assert_eq!(world.read("b.yaml"), "tag: \"2\"\n");
    assert_snapshot!(world.run(&["set", "--files-from", "list", "a.yaml", "tag", "2"]));
}

#[test]
fn a_template_is_refused_as_one() {
    let world = World::new();
    world.write(
        "deployment.yaml",
        "metadata:\n  name: {{ .Release.Name }}\n  {{- if .Values.x }}\n  a: b\n  {{- end }}\n",
    );
    assert_snapshot!(world.run(&["set", "deployment.yaml", "metadata.name", "x"]));
}
