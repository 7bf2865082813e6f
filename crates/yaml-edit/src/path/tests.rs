use super::*;

fn parse(text: &str) -> Path {
    text.parse().unwrap()
}

#[test]
fn paths_are_read_as_people_write_them() {
    let root = Path::root;
    assert_eq!(parse(""), root());
    assert_eq!(parse("."), root());
    assert_eq!(parse("image.tag"), root().key("image").key("tag"));
    assert_eq!(parse(".image.tag"), parse("image.tag"));
    assert_eq!(parse("$.image.tag"), parse("image.tag"));
    assert_eq!(parse("$x.y"), root().key("$x").key("y"));
    assert_eq!(parse("images[0].newTag"), root().key("images").index(0).key("newTag"));
    assert_eq!(parse("c[name=app].image"), root().key("c").item("name", "app").key("image"));
    assert_eq!(parse("c[name=ghcr.io/a/b:1]"), root().key("c").item("name", "ghcr.io/a/b:1"));
    assert_eq!(parse("c[\"a=b\"='x]y']"), root().key("c").item("a=b", "x]y"));
    assert_eq!(parse("\"a.b\".c"), root().key("a.b").key("c"));
    assert_eq!(parse("['a.b'].c"), parse("\"a.b\".c"));
    assert_eq!(parse("a\\.b.c"), parse("\"a.b\".c"));
}

#[test]
fn paths_are_written_with_quotes_only_where_they_are_needed() {
    for text in
        ["image.tag", "images[0].newTag", "c[name=ghcr.io/a/b].image", "\"a.b\".c", "\"\"", "\"a\\u{7}\"", "[1][2]"]
    {
        assert_eq!(parse(text).to_string(), text);
    }
}

#[test]
fn what_is_no_path_is_refused_with_the_place_and_a_hint() {
    let error = |text: &str| text.parse::<Path>().unwrap_err();
    assert_eq!(
        error("a..b").to_string(),
        "no path: \"a..b\": nothing where a key or value should be at character 3; write an empty one as \"\""
    );
    for (text, at) in [
        ("a.", 3),
        ("a[", 3),
        ("a[0", 4),
        ("a[x]", 5),
        ("a[*]", 5),
        ("a]b", 2),
        ("\"a", 3),
        ("a[0]b", 5),
        ("a[b=", 5),
        ("a\\", 3),
    ] {
        assert_eq!(error(text).at, at, "{text}");
    }
    assert_eq!(error("a[*]").hint, BRACKET);
}
