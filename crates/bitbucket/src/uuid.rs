//! UUIDs, which come and go with braces and without.

/// A UUID in lower case and with braces, as the API writes it; nothing when the text is none. What it gives can stand in
/// a path.
pub(crate) fn uuid(text: &str) -> Option<String> {
    let bare = text.strip_prefix('{').map_or(Some(text), |text| text.strip_suffix('}'))?;
    let mut groups = bare.split('-');
    let fits = [8, 4, 4, 4, 12].iter().all(|length| {
        groups.next().is_some_and(|group| group.len() == *length && group.bytes().all(|byte| byte.is_ascii_hexdigit()))
    });
    (fits && groups.next().is_none()).then(|| format!("{{{}}}", bare.to_ascii_lowercase()))
}

/// Whether two texts are the same UUID. What is none is not the same as anything.
pub(crate) fn same_uuid(one: &str, other: &str) -> bool {
    uuid(one).is_some_and(|one| uuid(other) == Some(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: &str = "00000000-0000-4000-8000-00000000ABCD";

    #[test]
    fn a_uuid_is_the_same_with_braces_and_without_in_either_case() {
        assert!(same_uuid(BARE, &format!("{{{}}}", BARE.to_lowercase())));
        assert_eq!(uuid(BARE).as_deref(), Some("{00000000-0000-4000-8000-00000000abcd}"));
    }

    #[test]
    fn what_is_no_uuid_equals_nothing_not_even_itself() {
        for odd in ["", "{}", "{", "{00000000-0000-4000-8000-00000000abcd", "x/../y", &BARE[1..], &format!("{BARE}-0")]
        {
            assert!(!same_uuid(odd, odd), "{odd}");
        }
    }
}
