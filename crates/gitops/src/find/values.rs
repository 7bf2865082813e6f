//! Values of Helm charts, in every style that is around.

use std::collections::HashSet;

use yaml_edit::{Kind, Node, Segment};

use super::{Fields, Spot, is_template, slot_of, split, whole};
use crate::place::{Insert, Place, PlaceKind, Slot, Split};
use crate::reference::Name;

/// All images in values.
pub(crate) fn find(file: &str, kind: &PlaceKind, root: &Spot<'_>) -> Vec<Place> {
    let walk = Walk { file, kind, global: global_registry(root) };
    let mut places = Vec::new();
    let mut stack = vec![(root.clone(), "")];
    while let Some((spot, key)) = stack.pop() {
        match spot.node.kind() {
            Kind::Mapping => {
                places.extend(walk.mapping(&spot, key));
                // What is below `images` is an image, whatever its key.
                stack.extend(spot.entries().map(|(own, value)| (value, if is_images(key) { "image" } else { own })));
            }
            Kind::Sequence => {
                if is_images(key) {
                    places.extend(spot.items().filter_map(|item| walk.tagged(&item)));
                }
                stack.extend(spot.items().map(|item| (item, key)));
            }
            Kind::Scalar | Kind::Alias => {}
        }
    }
    places
}

/// The images of one mapping alone, at this key.
pub(crate) fn at(file: &str, mapping: &Spot<'_>, key: &str) -> Vec<Place> {
    Walk { file, kind: &PlaceKind::Explicit, global: None }.mapping(mapping, key)
}

/// The registry that charts put before every name: of Bitnami's, and those that do as they do.
fn global_registry(root: &Spot<'_>) -> Option<String> {
    let global = root.get("global")?;
    let text =
        global.text("imageRegistry").or_else(|| global.node.get("image")?.get("registry").and_then(Node::scalar));
    text.filter(|text| !text.is_empty() && !is_template(text)).map(str::to_owned)
}

struct Walk<'w> {
    file: &'w str,
    kind: &'w PlaceKind,
    global: Option<String>,
}

impl Walk<'_> {
    fn mapping(&self, mapping: &Spot<'_>, key: &str) -> Vec<Place> {
        let fields = Fields::of(mapping);
        let mut places: Vec<Place> = self.parts(mapping, &fields, key).into_iter().collect();
        for tag in fields.keys() {
            if let Some((base, separator)) = base_of(tag) {
                places.extend(self.flat(mapping, &fields, tag, base, separator));
            }
        }
        let used = used(&places);
        for own in fields.keys().filter(|own| (is_whole(own) || is_images(key)) && !used.contains(*own)) {
            if let Some(value) = fields.spot(own) {
                places.extend(if own == "image" { self.whole(&value) } else { self.tagged(&value) });
            }
        }
        places
    }

    /// `{registry, repository, tag, digest}`, where only what is there is there.
    fn parts(&self, mapping: &Spot<'_>, fields: &Fields<'_>, key: &str) -> Option<Place> {
        let is_image = key.to_ascii_lowercase().contains("image");
        let registry = fields.slot("registry");
        let mut repository = fields.first(&["repository", "repo", "imageRepository", "imageName", "image"]);
        if repository.is_none() && (is_image || registry.is_some()) {
            repository = fields.slot("name");
        }
        let tag = fields.slot("tag");
        let bare = if fields.slot("digest").is_none() { fields.slot("sha") } else { None };
        let bare_digest = bare.is_some();
        let digest = fields.slot("digest").or(bare);
        let named = repository.as_ref().and_then(Slot::filled);
        let is_name = named.is_some_and(|name| is_template(name) || name.parse::<Name>().is_ok());
        let is_only_named = tag.is_none() && digest.is_none();
        let accepted = match (named, is_only_named) {
            (Some(_), false) => is_name,
            (None, false) => is_image,
            // A name alone is an image only where the chart has said so.
            (_, true) => is_image && is_name && fields.slot("repository").is_some(),
        };
        if !accepted {
            return None;
        }
        let insert = Insert {
            home: mapping.path(),
            repository: "repository".to_owned(),
            tag: "tag".to_owned(),
            digest: if bare_digest { "sha" } else { "digest" }.to_owned(),
            freely: false,
        };
        let parts = Split { registry, repository, tag, digest, bare_digest, insert: Some(insert) };
        split(self.file, mapping.node.document(), self.kind.clone(), parts, self.global.as_deref())
    }

    /// `image` and `imageTag`, `webImageRepository` and `webImageTag`, `image_name` and `image_tag`, `"image.name"` and
    /// `"image.tag"`.
    fn flat(&self, mapping: &Spot<'_>, fields: &Fields<'_>, tag: &str, base: &str, separator: &str) -> Option<Place> {
        let with = |words: [&str; 3]| words.map(|word| format!("{base}{separator}{word}"));
        let slot = |keys: [String; 3]| fields.first(&keys.each_ref().map(String::as_str));
        let (repositories, registries, digests) = if separator.is_empty() {
            (["Repository", "Name", "Repo"], ["Registry", "Host", "Hub"], ["Digest", "SHA256", "Hash"])
        } else {
            (["repository", "name", "repo"], ["registry", "host", "hub"], ["digest", "sha256", "hash"])
        };
        let repository = slot(with(repositories)).or_else(|| fields.slot(base));
        let parts = Split {
            registry: slot(with(registries)),
            repository,
            tag: Some(fields.slot(tag)?),
            digest: slot(with(digests)),
            bare_digest: false,
            insert: None,
        };
        split(self.file, mapping.node.document(), self.kind.clone(), parts, self.global.as_deref())
    }

    fn whole(&self, value: &Spot<'_>) -> Option<Place> {
        let slot = slot_of(value).filter(|slot| slot.is_string)?;
        whole(self.file, value.node.document(), self.kind.clone(), slot, "")
    }

    /// A reference that shows by its tag or digest that it is one.
    fn tagged(&self, value: &Spot<'_>) -> Option<Place> {
        self.whole(value).filter(|place| place.image.tag.is_some() || place.image.digest.is_some())
    }
}

/// The keys that are part of a place.
fn used(places: &[Place]) -> HashSet<String> {
    let slots = places.iter().flat_map(|place| place.parts.slots());
    slots
        .filter_map(|slot| match slot.path.segments().last() {
            Some(Segment::Key(key)) => Some(key.clone()),
            _ => None,
        })
        .collect()
}

fn is_images(key: &str) -> bool {
    key.eq_ignore_ascii_case("images")
}

/// `image`, `initImage`, `sidecar_image`.
fn is_whole(key: &str) -> bool {
    key.to_ascii_lowercase().ends_with("image")
}

/// `webImageTag` is `webImage` and nothing between, `image_tag` is `image` and `_`; any other key is none.
fn base_of(key: &str) -> Option<(&str, &str)> {
    let at = key.len().checked_sub(3)?;
    let base = key.get(..at).filter(|_| key.get(at..).is_some_and(|end| end.eq_ignore_ascii_case("tag")))?;
    let bare = base.trim_end_matches(['_', '-', '.']);
    let separator = base.get(bare.len()..)?;
    (bare.to_ascii_lowercase().ends_with("image") && separator.len() < 2).then_some((bare, separator))
}
