use super::*;

#[test]
fn a_star_in_a_pattern_stands_for_any_characters() {
    for (glob, name) in [
        ("api", "api"),
        ("*", ""),
        ("*", "api"),
        ("shop-*", "shop-api"),
        ("*-api", "shop-api"),
        ("shop-*-api", "shop-eu-api"),
        ("a*b*c", "aXbYbZc"),
        ("**", "x"),
        ("*a*a", "aa"),
    ] {
        assert!(matches(glob, name), "{glob} {name}");
    }
    for (glob, name) in [("api", "apis"), ("shop-*", "shop"), ("a*a", "a"), ("*a*a", "a"), ("a*b*c", "acb"), ("", "x")]
    {
        assert!(!matches(glob, name), "{glob} {name}");
    }
}

#[test]
fn a_pattern_of_many_stars_is_not_slow() {
    assert!(!matches(&format!("{}c", "*a".repeat(20_000)), &"ab".repeat(20_000)));
}
