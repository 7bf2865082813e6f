//! Comments that tell Flux's image automation what to write where: `# {"$imagepolicy": "namespace:name:tag"}`.
//! <https://fluxcd.io/flux/guides/image-update/#configure-image-update-for-custom-resources>

use std::collections::{BTreeMap, HashMap};

use yaml_edit::{Kind, Path, Yaml};

use super::{Spot, slot_of, split, whole};
use crate::place::{Place, PlaceKind, Split};

/// What every such comment holds.
pub(super) const MARKER: &str = "$imagepolicy";

/// Adds the places that are marked and were not found otherwise; the others are told to be marked.
pub(super) fn mark(file: &str, yaml: &Yaml<'_>, places: &mut Vec<Place>) {
    let slots = |place: &Place| place.parts.slots().iter().map(|slot| slot.path.clone()).collect::<Vec<_>>();
    let known = places
        .iter()
        .enumerate()
        .flat_map(|(at, place)| slots(place).into_iter().map(move |path| ((place.document, path), at)));
    let known: Known = known.collect();
    for root in yaml.documents() {
        let mut stack = vec![Spot::new(root)];
        while let Some(spot) = stack.pop() {
            let below: Vec<_> = match spot.node.kind() {
                Kind::Mapping => spot.entries().map(|(_, value)| value).collect(),
                Kind::Sequence => spot.items().collect(),
                Kind::Scalar | Kind::Alias => continue,
            };
            of_siblings(file, &below, &known, places);
            stack.extend(below);
        }
    }
}

/// Which place a scalar is part of.
type Known = HashMap<(usize, Path), usize>;

/// The values of one mapping that the same policy writes are one image.
fn of_siblings(file: &str, siblings: &[Spot<'_>], known: &Known, places: &mut Vec<Place>) {
    let mut images: BTreeMap<(usize, String), Split> = BTreeMap::new();
    for value in siblings.iter().filter(|value| value.node.kind() == Kind::Scalar) {
        let Some((policy, part)) = value.node.comment().and_then(marker) else { continue };
        let Some(slot) = slot_of(value) else { continue };
        let document = value.node.document();
        if let Some(place) = known.get(&(document, slot.path.clone())).and_then(|at| places.get_mut(*at)) {
            place.kind = PlaceKind::FluxMarker { policy };
            continue;
        }
        if part == Part::Whole {
            places.extend(whole(file, document, PlaceKind::FluxMarker { policy }, slot, ""));
            continue;
        }
        let parts = images.entry((document, policy)).or_default();
        match part {
            Part::Name => parts.repository = Some(slot),
            Part::Digest => parts.digest = Some(slot),
            Part::Tag | Part::Whole => parts.tag = Some(slot),
        }
    }
    for ((document, policy), parts) in images {
        places.extend(split(file, document, PlaceKind::FluxMarker { policy }, parts, None));
    }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Part {
    Whole,
    Name,
    Tag,
    Digest,
}

/// The policy, and what of its image is written there.
fn marker(comment: &str) -> Option<(String, Part)> {
    let json = comment.trim_start_matches('#').trim();
    let marker: BTreeMap<String, String> = serde_json::from_str(json).ok()?;
    let mut parts = marker.get(MARKER)?.splitn(3, ':');
    let (namespace, name) = (parts.next()?, parts.next()?);
    let part = match parts.next() {
        None => Part::Whole,
        Some("name") => Part::Name,
        Some("tag") => Part::Tag,
        Some("digest") => Part::Digest,
        Some(_) => return None,
    };
    Some((format!("{namespace}:{name}"), part))
}
