//! The place that somebody names by its path.

use yaml_edit::{Error, Kind, Node, Path, Segment, Yaml};

use crate::find::{Spot, find, is_kustomization, slot_of, split, values, whole};
use crate::place::{Insert, Parts, Place, PlaceKind, Split, Written};
use crate::reference::{Digest, Name};
use crate::refusal::{Reason, Refusal};

/// The place that an explicit target names: the path of a whole reference, of a tag, of a digest, or of a mapping that
/// holds them. `document` counts from 0; without it the path must be in one document only.
///
/// A path to one part of an image that is recognised is the place of the whole image, so that no part is left behind.
///
/// # Errors
///
/// Nothing is there, several documents have the path, or what is there holds no image.
pub fn explicit(file: &str, yaml: &Yaml<'_>, document: Option<usize>, path: &Path) -> Result<Place, Refusal> {
    let documents = match document {
        Some(document) => document..document.saturating_add(1),
        None => 0..yaml.documents().len(),
    };
    let (mut found, mut error) = (Vec::new(), None);
    for document in documents.clone() {
        match yaml.find(document, path) {
            Ok(node) => found.push(node),
            // What says more than that nothing is there is worth more.
            Err(Error::NotFound { .. }) if error.is_some() => {}
            Err(other) => error = Some(other),
        }
    }
    match (found.as_slice(), error) {
        ([node], _) => at(file, yaml, *node),
        ([], Some(error @ Error::NotFound { .. })) => {
            absent(file, yaml, documents, path).ok_or_else(|| Refusal::yaml(Reason::Missing, file, &error))
        }
        ([], Some(error @ Error::NoDocument { .. })) => Err(Refusal::yaml(Reason::Missing, file, &error)),
        ([], Some(error)) => Err(Refusal::yaml(Reason::Stuck, file, &error)),
        ([], None) => Err(Refusal::new(Reason::Missing, "the file holds no document").at(file, None)),
        (several, _) => {
            let candidates = several.iter().map(|node| format!("document {} line {}", node.document(), node.line()));
            let what = format!("{path} is in {} documents", several.len());
            Err(Refusal::new(Reason::Ambiguous, what)
                .at(file, None)
                .candidates(candidates.collect())
                .hint("say in which one: `document: 0` is the first"))
        }
    }
}

/// The image that stands at a node, or of which the node is a part.
fn at(file: &str, yaml: &Yaml<'_>, node: Node<'_>) -> Result<Place, Refusal> {
    let path = node.path();
    let is_here = |place: &Place| {
        let slots = place.parts.slots();
        let home = match &place.parts {
            Parts::Split(parts) => parts.insert.as_ref().map(|insert| &insert.home),
            Parts::Whole { .. } | Parts::Entry { .. } => None,
        };
        place.document == node.document()
            && (home == Some(&path)
                || slots.iter().any(|slot| slot.path == path || parent(&slot.path).is_some_and(|above| above == path)))
    };
    let mut places = find(file, yaml, None);
    places.retain(is_here);
    if places.is_empty() {
        places = match node.kind() {
            Kind::Mapping => values::at(file, &Spot::new(node), "image"),
            Kind::Scalar | Kind::Alias => scalar(file, node).into_iter().collect(),
            Kind::Sequence => Vec::new(),
        };
    }
    match (places.pop(), places.is_empty()) {
        (Some(place), true) => Ok(Place { explicit: true, ..place }),
        (None, _) => {
            Err(Refusal::new(Reason::Missing, format!("there is no image at {path}")).at(file, Some(node.line())).hint(
                "give the path of a reference, a tag or a digest, or of a mapping with `repository`, `tag`, `digest`",
            ))
        }
        (Some(last), false) => {
            places.push(last);
            Err(Refusal::new(Reason::Ambiguous, format!("there are {} images at {path}", places.len()))
                .at(file, Some(node.line()))
                .candidates(places.iter().map(Place::shown).collect())
                .hint("give the path of one of them"))
        }
    }
}

/// The path of the mapping or sequence that a node is in.
fn parent(path: &Path) -> Option<Path> {
    path.segments().split_last().map(|(_, above)| Path::from(above.to_vec()))
}

/// A scalar of which nothing is known but that it was named: its key and what it holds tell what it is.
fn scalar(file: &str, node: Node<'_>) -> Option<Place> {
    let slot = slot_of(&Spot::new(node))?;
    let key = match slot.path.segments().last() {
        Some(Segment::Key(key)) => key.to_ascii_lowercase(),
        _ => String::new(),
    };
    let is_tag = key.ends_with("tag") || key.ends_with("version");
    let is_digest = slot.text.parse::<Digest>().is_ok();
    if !is_tag && !is_digest && (key.ends_with("image") || slot.text.contains(['/', ':'])) {
        return whole(file, node.document(), PlaceKind::Explicit, slot, "");
    }
    let parts = if is_digest {
        Split { digest: Some(slot), ..Split::default() }
    } else {
        Split { tag: Some(slot), ..Split::default() }
    };
    split(file, node.document(), PlaceKind::Explicit, parts, None)
}

/// A place that is not there yet: an entry of a Kustomization, or a tag or digest beside what is there.
fn absent(file: &str, yaml: &Yaml<'_>, documents: std::ops::Range<usize>, path: &Path) -> Option<Place> {
    let (last, above) = path.segments().split_last()?;
    if let ([Segment::Key(images)], Segment::Item { key, value }) = (above, last) {
        let mut roots = yaml.documents().enumerate().filter(|(document, _)| documents.contains(document));
        let (document, _) = roots.find(|(_, root)| is_kustomization(file, *root))?;
        let is_entry = images == "images" && key == "name" && value.parse::<Name>().is_ok();
        return is_entry.then(|| entry(file, document, path.clone(), Some(value.clone())));
    }
    let Segment::Key(key) = last else { return None };
    let home: Path = above.to_vec().into();
    let mut homes = documents.filter_map(|document| yaml.find(document, &home).ok());
    let (node, others) = (homes.next()?, homes.next());
    if others.is_some() || node.kind() != Kind::Mapping {
        return None;
    }
    let beside = find(file, yaml, None).into_iter().find(|place| {
        place.document == node.document()
            && place.parts.slots().iter().any(|slot| parent(&slot.path).is_some_and(|its| its == node.path()))
    });
    let lower = key.to_ascii_lowercase();
    let insert = Insert {
        home: node.path(),
        repository: "repository".to_owned(),
        tag: if lower.ends_with("tag") { key } else { "tag" }.to_owned(),
        digest: if lower.ends_with("digest") { key } else { "digest" }.to_owned(),
        freely: false,
    };
    if !lower.ends_with("tag") && !lower.ends_with("digest") {
        return None;
    }
    let mut place = beside.unwrap_or_else(|| Place {
        file: file.to_owned(),
        document: node.document(),
        kind: PlaceKind::Explicit,
        line: node.line(),
        path: path.clone(),
        image: Written::default(),
        local: None,
        parts: Parts::Split(Box::default()),
        explicit: true,
    });
    match &mut place.parts {
        Parts::Split(parts) if parts.insert.as_ref().is_some_and(|known| known.tag == *key || known.digest == *key) => {
        }
        Parts::Split(parts) => parts.insert = Some(insert),
        Parts::Whole { .. } | Parts::Entry { .. } => return None,
    }
    Some(Place { explicit: true, ..place })
}

/// An entry of `images` that a Kustomization does not have yet.
pub(crate) fn entry(file: &str, document: usize, path: Path, original: Option<String>) -> Place {
    Place {
        file: file.to_owned(),
        document,
        kind: PlaceKind::Kustomization,
        line: 1,
        path: path.clone(),
        image: Written::default(),
        local: None,
        parts: Parts::Entry { path, original },
        explicit: true,
    }
}
