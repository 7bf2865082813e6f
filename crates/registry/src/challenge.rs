//! How a registry says what it wants: `WWW-Authenticate` (RFC 9110, section 11.6.1).

/// What is wanted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Challenge {
    /// User and password.
    Basic,
    /// A token from `realm`.
    Bearer { realm: String, service: Option<String>, scope: Option<String> },
}

/// The challenge to answer among the values of `WWW-Authenticate`: a token where that is possible.
pub(crate) fn best(values: &[String]) -> Option<Challenge> {
    let challenges: Vec<_> = values.iter().flat_map(|value| parse(value)).collect();
    let bearer = challenges.iter().find_map(|challenge| {
        let (scheme, parameters) = challenge;
        let parameter = |name: &str| {
            let found = parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
        };
        let realm = parameter("realm").filter(|_| scheme.eq_ignore_ascii_case("bearer"))?;
        Some(Challenge::Bearer { realm, service: parameter("service"), scope: parameter("scope") })
    });
    let basic = challenges.iter().any(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    bearer.or_else(|| basic.then_some(Challenge::Basic))
}

type Parameters = Vec<(String, String)>;

/// Every challenge in a header, with its parameters.
fn parse(value: &str) -> Vec<(String, Parameters)> {
    let mut challenges: Vec<(String, Parameters)> = Vec::new();
    let mut rest = value;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',', '=']);
        let (name, after) = token(rest);
        let after = after.trim_start_matches([' ', '\t']);
        if name.is_empty() {
            // Something that is no header, or its end.
            return challenges;
        }
        rest = after;
        match (after.strip_prefix('='), challenges.last_mut()) {
            (Some(after), Some((_, parameters))) => {
                let (value, after) = text(after.trim_start_matches([' ', '\t']));
                parameters.push((name.to_owned(), value));
                rest = after;
            }
            _ => challenges.push((name.to_owned(), Vec::new())),
        }
    }
}

/// A token at the start of `text`, and what follows.
fn token(text: &str) -> (&str, &str) {
    let ends = |c: char| !c.is_ascii_graphic() || matches!(c, ',' | '=' | '"');
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

/// A quoted string or a token at the start of `text`, and what follows.
fn text(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = token(text);
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(chars.next().map(|(_, c)| c)),
            c => value.push(c),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Option<Challenge> {
        best(&values.iter().map(|&value| value.to_owned()).collect::<Vec<_>>())
    }

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Option<Challenge> {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Some(Challenge::Bearer { realm: realm.to_owned(), service: owned(service), scope: owned(scope) })
    }

    #[test]
    fn the_challenges_of_known_registries_are_read() {
        let docker = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull""#;
        let scope = Some("repository:library/nginx:pull");
        assert_eq!(read(&[docker]), bearer("https://auth.docker.io/token", Some("registry.docker.io"), scope));
        let spaced = r#"bearer  realm = "https://a/t" , scope="repository:a:pull,push",error="insufficient_scope""#;
        assert_eq!(read(&[spaced]), bearer("https://a/t", None, Some("repository:a:pull,push")));
        assert_eq!(
            read(&[r#"Basic realm="https://1.dkr.ecr.eu.amazonaws.com/",service="ecr.amazonaws.com""#]),
            Some(Challenge::Basic)
        );
        assert_eq!(read(&["BASIC realm=x"]), Some(Challenge::Basic));
    }

    #[test]
    fn a_token_is_preferred_wherever_it_stands() {
        let wanted = bearer("https://a/t", None, None);
        assert_eq!(read(&[r#"Basic realm="a, Bearer realm=x", Bearer realm="https://a/t""#]), wanted);
        assert_eq!(read(&["Basic realm=a", r#"Bearer realm="https://a/t""#]), wanted);
        assert_eq!(read(&[r#"Negotiate YWJj==, Bearer realm="https://a/t""#]), wanted);
        assert_eq!(read(&[r#"Bearer realm="https://a/\"t\\""#]), bearer(r#"https://a/"t\"#, None, None));
    }

    #[test]
    fn what_says_nothing_usable_is_no_challenge() {
        for value in
            ["", ",", "Bearer", "Bearer realm=\"\"", "Digest realm=\"x\"", "=\"", "\"Bearer\"", "ü", "Bearer service=x"]
        {
            assert_eq!(read(&[value]), None, "{value:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_header_makes_reading_it_panic(value in "[a-cBearilm =,\"\\\\ü\t]{0,60}") {
            read(&[&value]);
        }
    }
}
