//! `images` of a Kustomization: <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/>

use yaml_edit::{Kind, Node};

use super::{Fields, Spot, split};
use crate::place::{Insert, Place, PlaceKind, Split};

/// Whether a document is a Kustomization or a Component of Kustomize, by what it says of itself or, when it says
/// nothing, by the name of its file, as Kustomize does.
pub(crate) fn is_kustomization(file: &str, root: Node<'_>) -> bool {
    let text = |key| root.get(key).and_then(Node::scalar);
    match (text("apiVersion"), text("kind")) {
        (Some(version), kind) => {
            version.starts_with("kustomize.config.k8s.io/")
                && matches!(kind, None | Some("Kustomization" | "Component"))
        }
        (None, Some("Kustomization" | "Component")) => true,
        (None, Some(_)) => false,
        (None, None) => {
            let name = file.rsplit('/').next().unwrap_or_default();
            matches!(name, "kustomization.yaml" | "kustomization.yml" | "Kustomization")
                && (root.kind() == Kind::Mapping || root.is_null())
        }
    }
}

/// The entries. The name that counts is the one that Kustomize puts into the manifests.
pub(super) fn images(file: &str, images: Option<Spot<'_>>) -> Vec<Place> {
    let Some(images) = images else { return Vec::new() };
    images.items().filter(|entry| entry.node.kind() == Kind::Mapping).filter_map(|entry| image(file, &entry)).collect()
}

fn image(file: &str, entry: &Spot<'_>) -> Option<Place> {
    let fields = Fields::of(entry);
    let new_name = fields.slot("newName").filter(|slot| slot.filled().is_some());
    let has_new_name = new_name.is_some();
    let insert = Insert {
        home: entry.path(),
        repository: "newName".to_owned(),
        tag: "newTag".to_owned(),
        digest: "digest".to_owned(),
        freely: true,
    };
    let parts = Split {
        registry: None,
        repository: new_name.or_else(|| fields.slot("name")),
        tag: fields.slot("newTag"),
        digest: fields.slot("digest"),
        bare_digest: false,
        insert: Some(insert),
    };
    let mut place = split(file, entry.node.document(), PlaceKind::Kustomization, parts, None)?;
    // `name` picks manifests: it is never what another name is written to.
    if let crate::place::Parts::Split(parts) = &mut place.parts
        && !has_new_name
    {
        parts.repository = None;
    }
    Some(place)
}
