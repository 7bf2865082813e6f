//! Kubernetes objects: containers wherever a pod is described, and what custom resources call an image.

use std::rc::Rc;

use yaml_edit::{Kind, Node};

use super::{Spot, slot_of, values, whole};
use crate::place::{Place, PlaceKind};

/// The images of an object, or of every object in a list.
pub(super) fn find(file: &str, root: &Spot<'_>) -> Vec<Place> {
    let mut places = Vec::new();
    let mut stack = vec![(root.clone(), "", Rc::new(Object::default()))];
    while let Some((spot, key, object)) = stack.pop() {
        match spot.node.kind() {
            Kind::Mapping => {
                let object = Object::of(spot.node).map_or(object, Rc::new);
                if object.is_data {
                    continue;
                }
                if CONTAINERS.contains(&key) {
                    places.extend(image(file, &spot, "image", &object));
                } else if key == "image" {
                    // A volume that is an image.
                    places.extend(image(file, &spot, "reference", &object));
                }
                if object.is_custom && !CONTAINERS.contains(&key) {
                    places.extend(custom(file, &spot, key, &object));
                }
                stack.extend(spot.entries().map(|(key, value)| (value, key, Rc::clone(&object))));
            }
            Kind::Sequence => stack.extend(spot.items().map(|item| (item, key, Rc::clone(&object)))),
            Kind::Scalar | Kind::Alias => {}
        }
    }
    places
}

/// The lists of containers in the description of a pod.
/// <https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodSpec>
const CONTAINERS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// Whose image it is.
#[derive(Default)]
struct Object {
    kind: String,
    name: String,
    is_custom: bool,
    /// Whether what is in it is no description of anything that runs.
    is_data: bool,
}

impl Object {
    fn of(node: Node<'_>) -> Option<Self> {
        let text = |key| node.get(key).and_then(Node::scalar);
        let (version, kind) = (text("apiVersion")?, text("kind")?);
        let group = version.split_once('/').map_or("", |(group, _)| group);
        let name = node.get("metadata").and_then(|metadata| metadata.get("name")).and_then(Node::scalar);
        Some(Self {
            kind: kind.to_owned(),
            name: name.unwrap_or_default().to_owned(),
            is_custom: group.contains('.') && !group.ends_with(".k8s.io"),
            is_data: matches!(kind, "ConfigMap" | "Secret" | "CustomResourceDefinition")
                || group == "image.toolkit.fluxcd.io",
        })
    }

    fn kind_of(&self, container: &str) -> PlaceKind {
        PlaceKind::Manifest { kind: self.kind.clone(), name: self.name.clone(), container: container.to_owned() }
    }
}

fn image(file: &str, spot: &Spot<'_>, key: &'static str, object: &Object) -> Option<Place> {
    let slot = slot_of(&spot.get(key)?)?;
    let path = slot.path.to_string();
    let container = spot.text("name").unwrap_or(&path);
    whole(file, spot.node.document(), object.kind_of(container), slot, "")
}

/// Every operator has its own words for an image, most of them those of Helm's values.
fn custom(file: &str, spot: &Spot<'_>, key: &str, object: &Object) -> Vec<Place> {
    let mut places = values::at(file, spot, key);
    // A name alone is what a scanner watches, or the name of something else.
    places.retain(|place| place.image.tag.is_some() || place.image.digest.is_some());
    for place in &mut places {
        place.kind = object.kind_of(&place.path.to_string());
    }
    places
}
