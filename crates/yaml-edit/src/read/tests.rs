use crate::{Error, Kind, Yaml};

fn error(bytes: &[u8]) -> Error {
    Yaml::read(bytes).unwrap_err()
}

#[test]
fn what_is_no_text_is_refused() {
    assert_eq!(error(b"a: b\nc: \xe9\n"), Error::NotUtf8 { line: 2, said: "" });
    assert_eq!(error(b"\xff\xfea\0").to_string(), "line 1: the text is not UTF-8: it begins as UTF-16 does");
    assert_eq!(error(b"a: b\nc: \0\n"), Error::Nul { line: 2, column: 4 });
}

#[test]
fn what_is_no_yaml_is_refused_in_the_parsers_words_with_the_place() {
    assert_eq!(error(b"a: {b\n").to_string(), "line 1, column 4: no YAML: unclosed bracket '{'");
    assert!(matches!(error(b"a:\n\tb: 1\n"), Error::Syntax { line: 2, .. }));
}

#[test]
fn a_template_is_told_apart_from_wrong_yaml() {
    let is_template = |text: &str| matches!(error(text.as_bytes()), Error::Template { line: 1, .. });
    assert!(is_template("{{- if .Values.x }}\na: b\n{{- end }}\n"));
    assert!(is_template("a: {{ .Values.x }}-{{ .Values.y }}\n"));
    assert!(!is_template("a: '{{ x }}'\nb: {\n"));
    assert!(!is_template("a: 1 # {{ x }}\nb: {\n"));
}

#[test]
fn what_is_nested_too_deep_is_refused() {
    for (open, close) in [("[", "]"), ("- ", ""), ("{a: ", "}"), ("? ", "")] {
        for depth in [600, 100_000] {
            let text = format!("{}{}", open.repeat(depth), close.repeat(depth));
            assert!(matches!(error(text.as_bytes()), Error::TooDeep { limit: 512, .. }), "{open}");
        }
        let text = format!("{}{}", open.repeat(500), close.repeat(500));
        assert!(Yaml::read(text.as_bytes()).is_ok(), "{open}");
    }
}

#[test]
fn nodes_know_where_they_stand() {
    let text = "\u{feff}# h\r\na: &x !!str v1 # c\r\nb:\r\n- |  # d\r\n  x\r\n- {c: , 'ü': *x}\r\n";
    let yaml = Yaml::read(text.as_bytes()).unwrap();
    let root = yaml.documents().next().unwrap();
    let a = root.get("a").unwrap();
    assert_eq!((a.line(), a.column(), a.anchor(), a.comment()), (2, 13, Some("x"), Some("# c")));
    assert_eq!(&text[a.span()], "v1");
    let items: Vec<_> = root.get("b").unwrap().items().collect();
    assert_eq!((&text[items[0].span()], items[0].scalar()), ("|  # d\r\n  x", Some("x\n")));
    assert_eq!(items[0].comment(), Some("# d"));
    let alias = items[1].get("ü").unwrap();
    assert_eq!(
        (alias.kind(), alias.alias(), alias.target().and_then(crate::Node::scalar)),
        (Kind::Alias, Some("x"), Some("v1"))
    );
    assert_eq!((alias.line(), alias.column()), (6, 14));
    assert_eq!(alias.path().to_string(), "b[1].ü");
    assert!(items[1].get("c").unwrap().is_null());
    assert_eq!(root.entries().count(), 2);
}

#[test]
fn types_are_those_of_both_versions_of_yaml() {
    for text in ["1", "-0x1F", "0o17", "1_000", "12:30", "1e3", ".5", ".inf", "yes", "N", "~", "2024-01-15", "=", "<<"]
    {
        let yaml = format!("a: {text}");
        let yaml = Yaml::read(yaml.as_bytes()).unwrap();
        assert!(!yaml.documents().next().unwrap().get("a").unwrap().is_string(), "{text}");
    }
    for text in
        ["v1", "1.2.3", "deadbeef", "1e", "0x", "yesterday", "12:ab", "2024-01-15-1", "'1'", "!!str 1", "1.2-3", "-"]
    {
        let yaml = format!("a: {text}x").replace("'x", "'").replace("1x", "1").replace("-x", "-a");
        let read = Yaml::read(yaml.as_bytes()).unwrap();
        assert!(read.documents().next().unwrap().get("a").unwrap().is_string(), "{yaml}");
    }
}

#[test]
fn every_document_has_a_root() {
    let roots =
        |text: &str| Yaml::read(text.as_bytes()).unwrap().documents().map(|root| root.is_null()).collect::<Vec<_>>();
    assert_eq!(roots(""), [true]);
    assert_eq!(roots("---\n---\n# c\n---\na: b\n"), [true, true, false]);
}

#[test]
fn many_anchors_and_aliases_take_linear_time() {
    let text: String = (0..20_000).map(|n| format!("- &a{n} x\n- *a{n}\n")).collect();
    let yaml = Yaml::read(text.as_bytes()).unwrap();
    assert_eq!(yaml.documents().next().unwrap().items().filter(|item| item.target().is_some()).count(), 20_000);
}
