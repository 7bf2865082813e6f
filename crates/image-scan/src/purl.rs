//! Package URLs: <https://github.com/package-url/purl-spec/blob/main/PURL-SPECIFICATION.rst>.

use std::borrow::Cow;

/// A package URL, taken apart: parts are percent-decoded and written as their type wants it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Purl<'p> {
    /// `deb`, `npm`, `oci` …, in lower case.
    pub kind: Cow<'p, str>,
    /// `debian`, `@babel`, `github.com/aws`; empty when there is none.
    pub namespace: Cow<'p, str>,
    /// The name, never empty.
    pub name: Cow<'p, str>,
    /// The version; of `oci` a digest.
    pub version: Option<Cow<'p, str>>,
    /// `arch`, `distro`, `repository_url` … with their values; those without a value are left out.
    pub qualifiers: Vec<Qualifier<'p>>,
}

/// A key in lower case, and its value.
pub type Qualifier<'p> = (Cow<'p, str>, Cow<'p, str>);

/// Why a text is no package URL.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PurlError {
    /// It begins in another way.
    #[error("it does not begin with `pkg:`")]
    Scheme,
    /// There is no type, or it has characters that no type has.
    #[error("it has no type; it should look like `pkg:deb/debian/curl`")]
    Type,
    /// There is no name.
    #[error("it has no name; it should look like `pkg:deb/debian/curl`")]
    Name,
    /// A percent sign without two hexadecimal digits, or bytes that are no UTF-8.
    #[error("a `%` in it is not followed by two hexadecimal digits of UTF-8")]
    Percent,
    /// A qualifier without `=`.
    #[error("a qualifier after its `?` is not of the form `key=value`")]
    Qualifier,
}

impl<'p> Purl<'p> {
    /// Takes `text` apart. The subpath is left out: it names a place inside the package.
    ///
    /// # Errors
    ///
    /// When it is no package URL.
    pub fn parse(text: &'p str) -> Result<Self, PurlError> {
        let scheme = text.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("pkg:"));
        let rest = scheme.and_then(|_| text.get(4..)).ok_or(PurlError::Scheme)?;
        let rest = rest.rsplit_once('#').map_or(rest, |(rest, _)| rest);
        let (rest, qualifiers) = rest.split_once('?').unwrap_or((rest, ""));
        let (kind, rest) = rest.trim_matches('/').split_once('/').ok_or(PurlError::Name)?;
        let (path, version) = split_version(rest);
        let path = path.trim_matches('/');
        let (namespace, name) = path.rsplit_once('/').unwrap_or(("", path));
        let kind = kind_of(kind)?;
        let (namespace, name) = spelled(&kind, decode(namespace.trim_matches('/'))?, decode(name)?);
        if name.is_empty() {
            return Err(PurlError::Name);
        }
        let version = version.map(decode).transpose()?.filter(|version| !version.is_empty());
        Ok(Self { kind, namespace, name, version, qualifiers: qualifiers_of(qualifiers)? })
    }

    /// The value of a qualifier.
    #[must_use]
    pub fn qualifier(&self, key: &str) -> Option<&str> {
        self.qualifiers.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_ref())
    }

    /// `deb/debian/curl`: what stays the same when version and place change.
    #[must_use]
    pub fn package(&self) -> String {
        let Self { kind, namespace, name, .. } = self;
        if namespace.is_empty() { format!("{kind}/{name}") } else { format!("{kind}/{namespace}/{name}") }
    }

    /// Whether `other` has everything that this one says: type, namespace and name, and version and qualifiers where
    /// they are given. `version` is how the scanner prints the version of `other`, with epoch.
    #[must_use]
    pub fn covers(&self, other: &Purl<'_>, version: &str) -> bool {
        self.kind == other.kind
            && self.namespace == other.namespace
            && self.name == other.name
            && self.version.as_ref().is_none_or(|wanted| wanted == version || other.version.as_ref() == Some(wanted))
            && self.qualifiers.iter().all(|(key, value)| other.qualifier(key) == Some(value))
    }

    /// The same, independent of the text that it was read from.
    #[must_use]
    pub fn into_owned(self) -> Purl<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Purl {
            kind: own(self.kind),
            namespace: own(self.namespace),
            name: own(self.name),
            version: self.version.map(own),
            qualifiers: self.qualifiers.into_iter().map(|(key, value)| (own(key), own(value))).collect(),
        }
    }
}

/// A version follows the last `@`, unless that begins a name, as in `pkg:npm/@babel/core`.
fn split_version(path: &str) -> (&str, Option<&str>) {
    match path.rsplit_once('@') {
        Some((before, after)) if !before.is_empty() && !before.ends_with('/') => (before, Some(after)),
        _ => (path, None),
    }
}

fn kind_of(kind: &str) -> Result<Cow<'_, str>, PurlError> {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-');
    if kind.is_empty() || !kind.chars().all(known) {
        return Err(PurlError::Type);
    }
    Ok(lower(Cow::Borrowed(kind)))
}

/// The spelling that a type prescribes:
/// <https://github.com/package-url/purl-spec/blob/main/PURL-TYPES.rst>.
fn spelled<'p>(kind: &str, namespace: Cow<'p, str>, name: Cow<'p, str>) -> (Cow<'p, str>, Cow<'p, str>) {
    match kind {
        // The index takes `-`, `_` and `.` in names for the same: <https://peps.python.org/pep-0503/>.
        "pypi" => {
            let name = lower(name);
            (namespace, if name.contains(['_', '.']) { name.replace(['_', '.'], "-").into() } else { name })
        }
        "alpm" | "apk" | "bitbucket" | "composer" | "deb" | "github" | "golang" | "hex" | "oci" => {
            (lower(namespace), lower(name))
        }
        "rpm" | "qpkg" => (lower(namespace), name),
        _ => (namespace, name),
    }
}

fn lower(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.chars().any(char::is_uppercase) { text.to_lowercase().into() } else { text }
}

fn qualifiers_of(text: &str) -> Result<Vec<Qualifier<'_>>, PurlError> {
    let mut qualifiers = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or(PurlError::Qualifier)?;
        if !value.is_empty() {
            qualifiers.push((lower(Cow::Borrowed(key)), decode(value)?));
        }
    }
    Ok(qualifiers)
}

fn decode(text: &str) -> Result<Cow<'_, str>, PurlError> {
    let Some(first) = text.find('%') else { return Ok(Cow::Borrowed(text)) };
    let (plain, mut rest) = text.as_bytes().split_at(first);
    let mut bytes = plain.to_vec();
    while let [byte, after @ ..] = rest {
        rest = after;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let [high, low, after @ ..] = after else { return Err(PurlError::Percent) };
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let (Some(high), Some(low)) = (digit(*high), digit(*low)) else { return Err(PurlError::Percent) };
        bytes.push(high * 16 + low);
        rest = after;
    }
    String::from_utf8(bytes).map(Cow::Owned).or(Err(PurlError::Percent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(text: &str) -> String {
        match Purl::parse(text) {
            Ok(purl) => format!("{} {:?} {:?}", purl.package(), purl.version, purl.qualifiers),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn purls_are_taken_apart() {
        let shown = [
            "pkg:deb/debian/curl@7.88.1-10%2Bdeb12u15?arch=amd64&distro=debian-12.15",
            "pkg:npm/%40babel/core@7.0.0",
            "pkg:npm/@babel/core@7.0.0",
            "pkg:npm/@babel/core",
            "pkg:PyPI/Typing_Extensions@4.0",
            "pkg:golang/github.com/Azure/azure-sdk@v1#sub/path",
            "pkg:oci/web@sha256%3Aabc?repository_url=registry.local%2Fteam%2Fweb&tag=",
            "pkg:oci/web@sha256:abc",
            "pkg://maven/org.x/y",
            "pkg:deb",
            "pkg:deb/",
            "pkg:/x/y",
            "pkg:d b/x",
            "pkg:deb/x%2",
            "pkg:deb/x%ff",
            "pkg:deb/x?y",
            "https://x",
            "é",
        ]
        .map(parts);
        insta::assert_snapshot!(shown.join("\n"), @r#"
            deb/debian/curl Some("7.88.1-10+deb12u15") [("arch", "amd64"), ("distro", "debian-12.15")]
            npm/@babel/core Some("7.0.0") []
            npm/@babel/core Some("7.0.0") []
            npm/@babel/core None []
            pypi/typing-extensions Some("4.0") []
            golang/github.com/azure/azure-sdk Some("v1") []
            oci/web Some("sha256:abc") [("repository_url", "registry.local/team/web")]
            oci/web Some("sha256:abc") []
            maven/org.x/y None []
            it has no name; it should look like `pkg:deb/debian/curl`
            it has no name; it should look like `pkg:deb/debian/curl`
            x/y None []
            it has no type; it should look like `pkg:deb/debian/curl`
            a `%` in it is not followed by two hexadecimal digits of UTF-8
            a `%` in it is not followed by two hexadecimal digits of UTF-8
            a qualifier after its `?` is not of the form `key=value`
            it does not begin with `pkg:`
            it does not begin with `pkg:`
            "#);
    }

    #[test]
    fn only_given_parts_have_to_be_equal() {
        let found = Purl::parse("pkg:deb/debian/bsdutils@2.38.1?arch=amd64&epoch=1").unwrap();
        let covers = |text| Purl::parse(text).unwrap().covers(&found, "1:2.38.1");
        assert!(covers("pkg:deb/debian/bsdutils"));
        assert!(covers("pkg:deb/debian/bsdutils@2.38.1"));
        assert!(covers("pkg:deb/debian/bsdutils@1:2.38.1?arch=amd64"));
        assert!(!covers("pkg:deb/debian/bsdutils@2.38.2"));
        assert!(!covers("pkg:deb/debian/bsdutils?arch=arm64"));
        assert!(!covers("pkg:deb/debian/bsdutils?distro=debian-12"));
        assert!(!covers("pkg:deb/ubuntu/bsdutils"));
        assert!(!covers("pkg:deb/bsdutils"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(pkg:)?[a-z/@%#?&=é0-9]{0,30}") {
            let _any = Purl::parse(&text);
        }

        #[test]
        fn what_is_encoded_is_decoded(name in "[^\\x00/]{1,12}") {
            let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let text = format!("pkg:generic/{encoded}");
            let purl = Purl::parse(&text).unwrap();
            prop_assert_eq!(purl.name.as_ref(), name);
        }
    }
}
