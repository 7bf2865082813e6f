use crate::{Aliases, Change, Error, Value, Yaml};

fn make(text: &str, changes: &[Change]) -> String {
    let yaml = Yaml::read(text.as_bytes()).unwrap();
    yaml.apply(changes).unwrap_or_else(|error| format!("{error}\n"))
}

fn change(path: &str, value: &str) -> Change {
    Change::set(0, path.parse().unwrap(), value)
}

fn set(text: &str, path: &str, value: &str) -> String {
    make(text, &[change(path, value)])
}

fn insert(text: &str, path: &str) -> String {
    make(text, &[change(path, "1.0").or_insert()])
}

fn with(path: &str, value: &str, aliases: Aliases) -> Change {
    Change { aliases, ..change(path, value).or_insert() }
}

#[test]
fn a_value_is_put_in_the_place_of_another() {
    assert_eq!(set("\u{feff}a: &x v1 # c\r\nb: 'x'\r\n", "a", "v2"), "\u{feff}a: &x v2 # c\r\nb: 'x'\r\n");
    assert_eq!(
        set("x:\n- name: app\n  image: a:1 # c\n", "x[name=app].image", "a:2"),
        "x:\n- name: app\n  image: a:2 # c\n"
    );
    assert_eq!(set("a: one\n  two\nb: 1\n", "a", "x"), "a: x\nb: 1\n");
    assert_eq!(set("a: \"one\n  two\" # c\n", "a", "x"), "a: \"x\" # c\n");
    assert_eq!(set("tag: v1", "tag", "v2"), "tag: v2");
}

#[test]
fn quotes_stay_and_come_only_where_the_text_needs_them() {
    assert_eq!(set("tag: 'v1'\n", "tag", "1.30"), "tag: '1.30'\n");
    assert_eq!(set("tag: \"v1\"\n", "tag", "v2"), "tag: \"v2\"\n");
    assert_eq!(set("tag: v1\n", "tag", "deadbeef"), "tag: deadbeef\n");
    assert_eq!(set("tag: 1.29\n", "tag", "1.30"), "tag: \"1.30\"\n");
    assert_eq!(set("a: 'x'\ntag: v1\n", "tag", "1e3"), "a: 'x'\ntag: '1e3'\n");
    assert_eq!(set("tag: 'v1'\n", "tag", "it's"), "tag: 'it''s'\n");
    assert_eq!(set("tag: 'v1'\n", "tag", "a\nb"), "tag: \"a\\nb\"\n");
    assert_eq!(set("tag: v1\n", "tag", ""), "tag: \"\"\n");
}

#[test]
fn in_json_a_text_has_double_quotes_and_escapes_of_json() {
    assert_eq!(set("{\"a\": 1}\n", "a", "v"), "{\"a\": \"v\"}\n");
    assert_eq!(set("{\"a\": \"1\"}\n", "a", "\u{7}\\\"\u{1f600}"), "{\"a\": \"\\u0007\\\\\\\"\u{1f600}\"}\n");
}

#[test]
fn an_empty_value_is_filled() {
    assert_eq!(set("a:\nb: 1\n", "a", "v"), "a: v\nb: 1\n");
    assert_eq!(set("a: # c\nb: 1\n", "a", "v"), "a: v # c\nb: 1\n");
    assert_eq!(set("a: ~\n", "a", "v"), "a: v\n");
    assert_eq!(set("a: &x\nb: *x\n", "a", "v"), "a: &x v\nb: *x\n");
    assert_eq!(set("a: {b: , c: 1}\n", "a.b", "v"), "a: {b: v , c: 1}\n");
    assert_eq!(set("a: {b, c}\n", "a.b", "v"), "a: {b: v, c}\n");
    assert_eq!(set("a: { b }\n", "a.b", "v"), "a: { b: v }\n");
    assert_eq!(set("-\n- b\n", "[0]", "v"), "- v\n- b\n");
    assert_eq!(set("? a\n", "a", "v"), "line 1, column 4: cannot write a: its key has no colon\n");
}

#[test]
fn a_block_of_one_line_is_changed_and_a_longer_one_is_not() {
    assert_eq!(set("a: >-\n    v1\n", "a", "v2"), "a: >-\n    v2\n");
    assert_eq!(set("a: |  # c\n  v1\nb: 1\n", "a", "v2"), "a: v2  # c\nb: 1\n");
    assert_eq!(set("a: |\n  v1\nb: 1\n", "a", "v2\n"), "a: |\n  v2\nb: 1\n");
    assert_eq!(set("a: >-\r\n  v1\r\nb: 1\r\n", "a", "v\n2"), "a: \"v\\n2\"\r\nb: 1\r\n");
    assert_eq!(set("- &x !t |\n x\n", "[0]", "a"), "- &x !t a\n");
    assert_eq!(
        set("a: |\n  v1\n  v2\n", "a", "v"),
        "line 1, column 4: cannot write a: it is a block of text (| or >), and not of one line\n"
    );
}

#[test]
fn a_tag_stays_and_one_that_the_text_contradicts_is_an_error() {
    assert_eq!(set("a: !!str &t \"v1\"\n", "a", "v2"), "a: !!str &t \"v2\"\n");
    assert_eq!(set("a: !!str 1\n", "a", "2"), "a: !!str 2\n");
    assert_eq!(set("a: !Sub x\n", "a", "z"), "a: !Sub z\n");
    assert_eq!(
        set("a: !!int 5\n", "a", "6"),
        "line 1, column 10: cannot write a: its tag says that it is !!int, not a string\n"
    );
}

#[test]
fn of_a_key_that_is_there_twice_the_last_one_counts() {
    assert_eq!(set("a: 1\na: v1\n", "a", "v2"), "a: 1\na: v2\n");
}

#[test]
fn an_alias_is_not_edited_behind_anybodys_back() {
    let text = "a: &x v1\nb: *x # c\n";
    assert_eq!(set(text, "b", "v2"), "line 2, column 4: b is the alias *x, defined in line 1\n");
    assert_eq!(make(text, &[with("b", "v2", Aliases::Replace)]), "a: &x v1\nb: v2 # c\n");
    assert_eq!(make(text, &[with("b", "v2", Aliases::Follow)]), "a: &x v2\nb: *x # c\n");
    assert_eq!(
        make("b: *x\n", &[with("b", "v2", Aliases::Follow)]),
        "line 1, column 4: b is the alias *x, which this file does not define\n"
    );
    let text = "a: &x {t: v1}\nb: *x\n";
    assert_eq!(set(text, "b.t", "v2"), "line 2, column 4: b is the alias *x, defined in line 1\n");
    assert_eq!(make(text, &[with("b.t", "v2", Aliases::Follow)]), "a: &x {t: v2}\nb: *x\n");
    assert_eq!(
        make(text, &[with("b.t", "v2", Aliases::Replace)]),
        "line 2, column 4: b is the alias *x, defined in line 1\n"
    );
}

#[test]
fn a_merged_key_is_not_edited_behind_anybodys_back() {
    let text = "d: &d\n  tag: v1\nimage:\n  <<: *d\n  repo: x\n";
    let refusal = "line 4, column 7: image.tag comes from the merge key <<: *d, defined in line 1\n";
    assert_eq!(set(text, "image.tag", "v2"), refusal.replace("line 1", "line 2"));
    assert_eq!(insert(text, "image.tag"), refusal.replace("line 1", "line 2"));
    assert_eq!(make(text, &[with("image.tag", "v2", Aliases::Replace)]), format!("{text}  tag: v2\n"));
    assert_eq!(make(text, &[with("image.tag", "v2", Aliases::Follow)]), text.replace("v1", "v2"));
    let circle = "b: &b {q: 1}\na: &a {<<: [*a, *b]}\n";
    assert!(make(circle, &[with("a.q", "v", Aliases::Follow)]).contains("refer to each other"));
    assert_eq!(insert("a: &a {<<: *a}\n", "a.b"), "a: &a {<<: *a, b: \"1.0\"}\n");
    let unknown = "a:\n  <<: [*x, *y]\n  b: 1\n";
    assert!(set(unknown, "a.c", "v").contains("which this file does not define"));
    assert_eq!(set(unknown, "a.b", "v"), unknown.replace('1', "v"));
}

#[test]
fn a_template_is_not_edited() {
    let text = "a: {{ .Values.x }}\nb: v1\n";
    assert_eq!(set(text, "b", "v2"), "a: {{ .Values.x }}\nb: v2\n");
    assert_eq!(set(text, "a", "v2"), "line 1, column 4: a is a template ({{ … }}), not one value\n");
    assert_eq!(insert(text, "a.b"), "line 1, column 4: a is a template ({{ … }}), not one value\n");
}

#[test]
fn a_missing_key_is_an_error_that_tells_what_is_there() {
    let yaml = Yaml::read(b"image:\n  Tag: v1\n  repo: x\n").unwrap();
    let error = yaml.apply(&[change("image.tag", "v")]).unwrap_err();
    assert_eq!(error.to_string(), "line 2, column 3: nothing at image.tag: no key \"tag\"");
    assert_eq!(error.hint().unwrap(), "there is \"Tag\"");
    let error = yaml.apply(&[change("image.x", "v")]).unwrap_err();
    assert_eq!(error.hint().unwrap(), "the keys there: \"Tag\", \"repo\"");
}

#[test]
fn a_key_is_inserted_in_the_style_of_its_neighbours() {
    assert_eq!(insert("image:\n  repo: a\nb: 1\n", "image.tag"), "image:\n  repo: a\n  tag: \"1.0\"\nb: 1\n");
    assert_eq!(insert("image:\n  repo: a", "image.tag"), "image:\n  repo: a\n  tag: \"1.0\"");
    assert_eq!(insert("i:\r\n  repo: a # x\r\nb: 1\r\n", "i.t"), "i:\r\n  repo: a # x\r\n  t: \"1.0\"\r\nb: 1\r\n");
    assert_eq!(insert("i:\n  repo: 'a'\n", "i.t"), "i:\n  repo: 'a'\n  t: '1.0'\n");
    assert_eq!(insert("\"i\":\n  \"r\": 1\n", "i.t"), "\"i\":\n  \"r\": 1\n  \"t\": \"1.0\"\n");
    assert_eq!(insert("x:\n- a: {}\n  b:\n- c\n", "x[0].d"), "x:\n- a: {}\n  b:\n  d: \"1.0\"\n- c\n");
    assert_eq!(insert("a:\n    b: 1\n", "c.d"), "a:\n    b: 1\nc:\n    d: \"1.0\"\n");
    assert_eq!(insert("? a\n: b\n", "c"), "? a\n: b\nc: \"1.0\"\n");
    assert_eq!(insert("? a\n:\n", "c"), "? a\n:\nc: \"1.0\"\n");
    assert_eq!(insert("? a\n", "c"), "? a\nc: \"1.0\"\n");
    assert_eq!(insert("a: b\n---\nc: d\n", "e"), "a: b\ne: \"1.0\"\n---\nc: d\n");
}

#[test]
fn comments_stay_with_what_they_are_about() {
    assert_eq!(
        insert("i:\n  a: b\n  # tag: c\n# other\no: 1\n", "i.t"),
        "i:\n  a: b\n  # tag: c\n  t: \"1.0\"\n# other\no: 1\n"
    );
    assert_eq!(insert("i:\n- a\n# other\no: 1\n", "i[1]"), "i:\n- a\n- \"1.0\"\n# other\no: 1\n");
    assert_eq!(insert("i: [\n  a, # x\n  b # y\n]\n", "i[2]"), "i: [\n  a, # x\n  b, # y\n  \"1.0\"\n]\n");
}

#[test]
fn empty_lines_that_belong_to_a_block_stay_its_own() {
    assert_eq!(insert("a: |+\n  x\n\n\n", "b"), "a: |+\n  x\n\n\nb: \"1.0\"\n");
    assert_eq!(insert("a: |\n  x\n\n\n", "b"), "a: |\n  x\nb: \"1.0\"\n\n\n");
}

#[test]
fn an_item_is_appended_with_its_name() {
    assert_eq!(
        insert("images:\n- name: a\n  newTag: b\nz: 1\n", "images[name=x].newTag"),
        "images:\n- name: a\n  newTag: b\n- name: x\n  newTag: \"1.0\"\nz: 1\n"
    );
    assert_eq!(
        insert("images:\n  -   name: a\n      newTag: b\n", "images[name=x].newTag"),
        "images:\n  -   name: a\n      newTag: b\n  -   name: x\n      newTag: \"1.0\"\n"
    );
    assert_eq!(
        insert("r:\n- x\nimages: []\n", "images[name=x].newTag"),
        "r:\n- x\nimages:\n- name: x\n  newTag: \"1.0\"\n"
    );
    assert_eq!(insert("i: [a, b]\n", "i[2]"), "i: [a, b, \"1.0\"]\n");
    assert_eq!(insert("i: [a, b,]\n", "i[2]"), "i: [a, b, \"1.0\",]\n");
    assert!(insert("i: [a]\n", "i[2]").contains("cannot write i[2]: its index is past the end"));
    assert!(insert("i: [a]\n", "i[name=x]").contains("such an item is a mapping"));
}

#[test]
fn a_whole_mapping_or_sequence_goes_where_nothing_is() {
    let entries = |pairs: &[(&str, &str)]| {
        Value::Mapping(
            pairs.iter().map(|(key, value)| ((*key).to_owned(), Value::String((*value).to_owned()))).collect(),
        )
    };
    let to = |path: &str, to: Value| Change { to, ..change(path, "").or_insert() };
    assert_eq!(
        make("images:\n- name: a\n", &[to("images[name=x]", entries(&[("newName", "w"), ("newTag", "z")]))]),
        "images:\n- name: a\n- name: x\n  newName: w\n  newTag: z\n"
    );
    let list = Value::Sequence(vec![entries(&[("name", "x"), ("digest", "d")]), Value::Sequence(Vec::new())]);
    assert_eq!(make("a: 1\n", &[to("images", list.clone())]), "a: 1\nimages:\n  - name: x\n    digest: d\n  - []\n");
    assert_eq!(make("{\"a\":1}", &[to("b", list.clone())]), "{\"a\":1,\"b\":[{\"name\":\"x\",\"digest\":\"d\"},[]]}");
    assert!(make("a: 1\n", &[to("a", list)]).contains("cannot write a: one value is there already"));
}

#[test]
fn something_is_put_into_nothing() {
    assert_eq!(insert("", "a.b"), "a:\n  b: \"1.0\"\n");
    assert_eq!(insert("# c", "a"), "# c\na: \"1.0\"\n");
    assert_eq!(insert("---\n# c\n", "a"), "---\n# c\na: \"1.0\"\n");
    assert_eq!(insert("{}\n", "a.b"), "{a: {b: \"1.0\"}}\n");
    assert_eq!(insert("i: # c\nb: 1\n", "i.t"), "i: # c\n  t: \"1.0\"\nb: 1\n");
    assert_eq!(insert("i: ~ # c\nb: 1\n", "i.t"), "i: # c\n  t: \"1.0\"\nb: 1\n");
    assert_eq!(insert("i: {} # c\nb: 1\n", "i.t"), "i: # c\n  t: \"1.0\"\nb: 1\n");
    assert_eq!(insert("i: &x\nb: *x\n", "i.t"), "i: &x\n  t: \"1.0\"\nb: *x\n");
    assert_eq!(insert("-\n- b\n", "[0].x.z"), "- x:\n    z: \"1.0\"\n- b\n");
    assert_eq!(insert("{\"a\":1,\"b\":{}}", "b.c"), "{\"a\":1,\"b\":{\"c\":\"1.0\"}}");
}

#[test]
fn flow_collections_grow_in_place() {
    assert_eq!(insert("i: { a: }\n", "i.b"), "i: { a: , b: \"1.0\" }\n");
    assert_eq!(insert("i: [{ a }]\n", "i[0].a.b"), "i: [{ a: {b: \"1.0\"} }]\n");
    assert_eq!(insert("i: { a: 1 }\n", "i.b.c"), "i: { a: 1, b: {c: \"1.0\"} }\n");
    assert_eq!(
        insert("{\n  \"a\": 1,\n  \"b\": {\n    \"c\": 2\n  }\n}\n", "b.d"),
        "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": 2,\n    \"d\": \"1.0\"\n  }\n}\n"
    );
}

#[test]
fn several_changes_are_made_at_once_or_none_of_them() {
    let text = "image:\n  repo: a\nreplicas: 1\n";
    assert_eq!(
        make(
            text,
            &[
                change("image.tag", "t").or_insert(),
                change("image.repo", "b"),
                change("image.digest", "d").or_insert(),
                change("x.a", "1st").or_insert(),
                change("x.z", "2nd").or_insert(),
            ]
        ),
        "image:\n  repo: b\n  tag: t\n  digest: d\nreplicas: 1\nx:\n  a: 1st\n  z: 2nd\n"
    );
    assert_eq!(
        make("a:\n  b: 1\n", &[change("c", "root").or_insert(), change("a.d", "below").or_insert()]),
        "a:\n  b: 1\n  d: below\nc: root\n"
    );
    let yaml = Yaml::read(text.as_bytes()).unwrap();
    let twice = yaml.apply(&[change("image.repo", "b"), change("image.repo", "c")]);
    assert!(matches!(twice, Err(Error::Overlap { line: 2, .. })), "{twice:?}");
    assert!(yaml.apply(&[change("image.repo", "b"), change("nothing", "c")]).is_err());
    assert!(yaml.apply(&[change("x", "b").or_insert(), change("x.y", "c").or_insert()]).is_err());
}

#[test]
fn what_is_there_already_changes_nothing() {
    let text = "a: v1\nb: 'x'\n";
    assert_eq!(make(text, &[change("a", "v1"), change("b", "x")]), text);
    assert_eq!(make(text, &[]), text);
}
