//! Whatever YAML it is, the first text found is changed, found again, and changed back; nothing else moves.
#![no_main]

use yaml_edit::{Change, Kind, Node, Yaml};

/// The first text that is a value and is found by its own path.
fn first<'y>(yaml: &'y Yaml<'y>) -> Option<Node<'y>> {
    let mut nodes: Vec<Node<'y>> = yaml.documents().collect();
    nodes.reverse();
    for _ in 0..1000 {
        let node = nodes.pop()?;
        let found = || yaml.find(node.document(), &node.path()).is_ok_and(|found| found.span() == node.span());
        if node.kind() == Kind::Scalar && node.is_string() && found() {
            return Some(node);
        }
        nodes.extend(node.items());
        nodes.extend(node.entries().filter(|(key, _)| key.scalar().is_some()).map(|(_, value)| value));
    }
    None
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    const NEW: &str = "v9.8.7: #x";
    let Ok(yaml) = Yaml::read(bytes) else { return };
    for document in 0..yaml.documents().len() {
        let insert = Change::set(document, yaml_edit::Path::root().key("a").key("b"), NEW).or_insert();
        let _ = yaml.apply(&[insert]);
    }
    let Some(node) = first(&yaml) else { return };
    let (document, path, old) = (node.document(), node.path(), node.scalar().unwrap_or_default());
    assert_eq!(path.to_string().parse().as_ref(), Ok(&path));
    let Ok(after) = yaml.apply(&[Change::set(document, path.clone(), NEW)]) else { return };
    let span = node.span();
    assert!(after.starts_with(&yaml.text()[..span.start]));
    let changed = Yaml::read(after.as_bytes()).expect("it was proved");
    let found = changed.find(document, &path).expect("it was there");
    assert_eq!((found.scalar(), found.span().start >= span.start), (Some(NEW), true));
    let back = changed.apply(&[Change::set(document, path.clone(), old)]).expect("a text can be set back");
    let back = Yaml::read(back.as_bytes()).expect("it was proved");
    assert_eq!(back.find(document, &path).expect("it was there").scalar(), Some(old));
});
