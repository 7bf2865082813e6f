//! Docker Compose: <https://docs.docker.com/reference/compose-file/>

use yaml_edit::Kind;

use super::{Fields, slot_of, whole};
use crate::place::{Place, PlaceKind};

/// Whether every key at the top is one of Compose's, and there are services.
pub(super) fn is_compose(fields: &Fields<'_>) -> bool {
    let is_known = |key: &str| KEYS.contains(&key) || key.starts_with("x-");
    fields.keys().all(is_known)
        && fields.node("services").is_some_and(|services| {
            services.kind() == Kind::Mapping
                && services.entries().all(|(_, service)| matches!(service.kind(), Kind::Mapping | Kind::Alias))
        })
}

const KEYS: [&str; 9] =
    ["version", "name", "services", "networks", "volumes", "configs", "secrets", "include", "models"];

/// The image of each service.
pub(super) fn find(file: &str, fields: &Fields<'_>) -> Vec<Place> {
    let Some(services) = fields.spot("services") else { return Vec::new() };
    services
        .entries()
        .filter_map(|(name, service)| {
            let image = service.get("image")?;
            let kind = PlaceKind::Compose { service: name.to_owned() };
            whole(file, image.node.document(), kind, slot_of(&image)?, "")
        })
        .collect()
}
