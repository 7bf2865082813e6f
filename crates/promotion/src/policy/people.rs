//! Who is who.

use std::collections::BTreeSet;

use super::Policy;

impl Policy {
    /// Whether a person, by UUID, is among `who`: UUIDs in braces (in any case) and names of groups. A text that is no UUID
    /// in braces is nobody.
    #[must_use]
    pub fn is_among(&self, uuid: &str, who: &[String]) -> bool {
        is_uuid(uuid)
            && who.iter().any(|entry| match self.members(entry) {
                Some(members) => members.iter().any(|member| member.eq_ignore_ascii_case(uuid)),
                None => entry.eq_ignore_ascii_case(uuid),
            })
    }

    /// A person for people: the name that `people` has, else the UUID.
    #[must_use]
    pub fn person(&self, uuid: &str) -> String {
        let named = self.people.iter().find(|(known, _)| known.eq_ignore_ascii_case(uuid));
        named.map_or(uuid, |(_, name)| name).to_owned()
    }

    /// How many different people `who` names.
    pub(super) fn count(&self, who: &[String]) -> usize {
        let each = who.iter().flat_map(|entry| self.members(entry).unwrap_or(std::slice::from_ref(entry)));
        each.map(|uuid| uuid.to_ascii_lowercase()).collect::<BTreeSet<_>>().len()
    }

    /// Those of a group; `None` for a UUID, and for a group that is not there.
    fn members(&self, entry: &str) -> Option<&[String]> {
        if is_uuid(entry) { None } else { self.groups.get(entry).map(Vec::as_slice) }
    }
}

/// `{0d3a3c1f-8b0e-4f7c-9f1e-2f8f2f6f0a11}`, as Bitbucket writes the UUID of an account.
pub(super) fn is_uuid(text: &str) -> bool {
    let Some(inside) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) else { return false };
    let groups: Vec<&str> = inside.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
