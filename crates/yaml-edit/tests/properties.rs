//! What holds for every text that is put in every kind of place.

#![expect(clippy::unwrap_used, reason = "tests may, and clippy sees only what is marked as one")]

use proptest::prelude::*;
use yaml_edit::{Aliases, Change, Error, Missing, Path, Segment, Value, Yaml};

/// Texts that are hard to write: numbers, words of YAML, indicators, blanks, line breaks, every character there is.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z0-9._-]{1,12}",
        3 => "[-+]?[0-9_.:eExXob]{0,6}",
        3 => "[-?:,\\[\\]{}#&*!|>'\"%@` \t\r\n~=<a0\\\\]{0,6}",
        2 => proptest::sample::select(vec![
            "y", "No", "ON", "off", "true", "Null", "~", "", "<<", "=", ".inf", "-.INF", ".nan", "0x1F", "0o17", "017",
            "0b1", "1_000", "12:30:45", "1e3", "1234e56", ".5", "5.", "2026-11-23", "2026-11-23T10:00:00Z", "---",
            "...",
            "- a", "? a", "a: b", "a #b", "a:", "{{ x }}", "\u{85}", "\u{2028}", "\u{feff}", "\u{fffe}", "\u{10ffff}",
            "a\u{feff}b", " a", "a ", "\ta", "#a", "%a", "@a", "`a", "!a", "&a", "*a", "'a'", "\"a\"", "a\\b",
        ]).prop_map(str::to_owned),
        3 => proptest::collection::vec(any::<char>(), 0..8).prop_map(String::from_iter),
        1 => any::<String>(),
    ]
}

/// Files with a hole, and the path of what is put there.
const HOLES: &[(&str, &str, &str)] = &[
    ("a: ", "\n", "a"),
    ("a: ", "", "a"),
    ("\u{feff}# c\r\nx:\r\n  a: ", "  # c\r\n  b: 1\r\n", "x.a"),
    ("x:\n- a: ", "\n  b: *q\n- name: 'n'\n", "x[0].a"),
    ("- ", "\n- b\n", "[0]"),
    ("---\n- b\n- - ", "\n...\n", "[1][0]"),
    ("x: {a: ", ", b: 1}\n", "x.a"),
    ("x: {b: 1, a: ", "}", "x.a"),
    ("x: [ ", " , b]\n", "x[0]"),
    ("{\"x\": [{\"a\": ", "}]}", "x[0].a"),
    ("? x\n: ", "\n? y\n", "x"),
    ("\"x y\": &q ", " # c\nz: *q\n", "\"x y\""),
    ("x: !custom ", "\n", "x"),
    ("%YAML 1.2\n---\nx: !!str ", "\n", "x"),
    ("k: |+\n  a\n\nx: ", "\n\n\n", "x"),
    ("x: ", "\r\r# c\r", "x"),
    ("x:\n    - name: 'a'\n      y:   ", "\t# c\n", "x[name=a].y"),
];

const OLD: &[&str] = &["v1", "'v1'", "\"v1\"", "1.29", "null", "\"\\x41 b\"", "'it''s'", "\"a\n   b\"", "a\n      b"];

fn set(text: &str, path: &Path, value: &str) -> Result<String, Error> {
    Yaml::read(text.as_bytes())?.apply(&[Change::set(0, path.clone(), value)])
}

/// What stands there.
fn get(text: &str, path: &Path) -> (String, bool) {
    let yaml = Yaml::read(text.as_bytes()).unwrap();
    let node = yaml.find(0, path).unwrap();
    (node.scalar().unwrap().to_owned(), node.is_string())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_set_is_read_and_nothing_else_changes(
        (before, after, path) in proptest::sample::select(HOLES),
        old in proptest::sample::select(OLD),
        new in text(),
    ) {
        let file = format!("{before}{old}{after}");
        let path: Path = path.parse().unwrap();
        prop_assume!(Yaml::read(file.as_bytes()).is_ok());
        let (text, string) = get(&file, &path);
        let tagged = before.ends_with("!custom ");
        let changed = set(&file, &path, &new).unwrap();
        prop_assert_eq!(get(&changed, &path), (new.clone(), !tagged));
        prop_assert!(changed.starts_with(before) && changed.ends_with(after), "{}", changed);
        prop_assert_eq!(&set(&changed, &path, &new).unwrap(), &changed);
        if string && !old.contains(['\\', '\n']) {
            let quoted = old.starts_with(['"', '\'']);
            let same = changed.get(before.len()..).unwrap().starts_with(['"', '\'']) == quoted
                && changed.as_bytes()[before.len()] == old.as_bytes()[0];
            // Quotes that were needed once are kept.
            if quoted && same || !quoted && !changed.get(before.len()..).unwrap().starts_with(['"', '\'']) {
                prop_assert_eq!(set(&changed, &path, &text).unwrap(), file);
            }
        }
    }

    #[test]
    fn a_path_reads_back_as_itself(
        segments in proptest::collection::vec(
            prop_oneof![
                text().prop_map(Segment::Key),
                any::<usize>().prop_map(Segment::Index),
                (text(), text()).prop_map(|(key, value)| Segment::Item { key, value }),
            ],
            0..5,
        ),
    ) {
        let path = Path::from(segments);
        prop_assert_eq!(path.to_string().parse::<Path>(), Ok(path));
    }

    #[test]
    fn no_text_makes_the_path_reader_fall(text in any::<String>()) {
        if let Ok(path) = text.parse::<Path>() {
            prop_assert_eq!(path.to_string().parse::<Path>(), Ok(path));
        }
    }

    #[test]
    fn what_is_inserted_is_found_and_the_old_lines_stay(
        (before, after, below) in proptest::sample::select(vec![
            ("", "", ""), ("# c", "", ""),
            ("a: 1\n", "", ""), ("a: 1", "", ""), ("---\n# c\n", "...\n", ""), ("~", "\n", ""),
            ("x:\n  b: 'q'", "\r\n# c\r\nz: 1\r\n", "x"), ("x:", " # c\nz: 1\n", "x"), ("x: {}", " # c\n", "x"),
            ("x: {b: 1", " }\nz: 1\n", "x"), ("x: {b", "}\n", "x.b"), ("{\"x\":{\"b\":1", "}}", "x"),
            ("{\n  \"x\": 1", "\n}\n", ""), ("{\n  x: 1, # c\n  y: 2", " # d\n}\n", ""),
            ("x:\n- b: |+\n   t\n\n", "- c\n", "x[0]"), ("x:\n- b: 1", "\n- c\n", "x[0]"),
            ("- ", "\n- c\n", "[0]"), ("-", "\n", "[0]"),
            ("- {}", "\n", "[0]"), ("x: &q", "\ny: *q\n", "x"), ("- - b: 1", "\n  - c\n", "[0][0]"),
            ("b: &q {c: 1", "}\nd: *q\n", "b"),
            ("x: &q\n  c: 1", "\ny:\n  <<: *q\n", "x"), ("? x\n: b: 1", "\n", "x"), ("a: b # c", "\n---\nc: d\n", ""),
            ("x: { b", " }\n", "x.b"), ("x: {b:", "}\n", "x"), ("? x\n:", "\n", ""),
            ("x:\n- a", "\nz: 1\n", ""), ("x: [a", "]\n", ""),
        ]),
        keys in proptest::collection::vec(text(), 1..4),
        item in proptest::option::of(text()),
        value in text(),
    ) {
        let file = format!("{before}{after}");
        let yaml = Yaml::read(file.as_bytes()).unwrap();
        let mut path: Path = below.parse().unwrap();
        for key in &keys {
            path = path.key(key);
        }
        if let Some(name) = &item {
            path = path.item("name", name).key("v");
        }
        let depth = below.parse::<Path>().unwrap().segments().len() + 1;
        let first: Path = path.segments().get(..depth).unwrap().to_vec().into();
        prop_assume!(yaml.find(0, &first).is_err());
        let changed = yaml.apply(&[Change::set(0, path.clone(), value.clone()).or_insert()]).unwrap();
        prop_assert_eq!(get(&changed, &path), (value.clone(), true), "{}", changed);
        prop_assert_eq!(&set(&changed, &path, &value).unwrap(), &changed);
        let mut left = changed.chars().filter(|c| !c.is_whitespace());
        let mut old = file.chars().filter(|c| !c.is_whitespace() && !"~{}".contains(*c));
        let kept = old.all(|c| left.any(|other| other == c));
        prop_assert!(kept, "{} became {}", file, changed);
    }

    #[test]
    fn no_bytes_make_it_fall(bytes in proptest::collection::vec(
        proptest::sample::select(b"ab:- \n\t\r{}[],#&*!|>'\"%?~0<=.\\\xc3\xa9".as_slice()), 0..24,
    ), value in text()) {
        if let Ok(yaml) = Yaml::read(&bytes) {
            for document in 0..yaml.documents().len() {
                for aliases in [Aliases::Refuse, Aliases::Replace, Aliases::Follow] {
                    for path in ["", "a", "b", "[0]", "a[0]", "a.b", "[1].a", "[a=b].b"] {
                        let change = Change {
                            document,
                            path: path.parse().unwrap(),
                            to: Value::String(value.clone()),
                            missing: Missing::Insert,
                            aliases,
                        };
                        if let Err(error) = yaml.apply(&[change]) {
                            prop_assert!(!error.to_string().is_empty());
                        }
                    }
                }
            }
        }
    }
}
