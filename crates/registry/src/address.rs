//! Where a registry is, and what it calls a repository.

use http::Url;

/// The name of Docker Hub in references to images.
const DOCKER_HUB: &str = "docker.io";

/// Whether `host` is one of the names of Docker Hub.
pub(crate) fn is_docker_hub(host: &str) -> bool {
    matches!(host, DOCKER_HUB | "index.docker.io" | "registry-1.docker.io" | "registry.hub.docker.com")
}

/// The base URL of a registry: `https`, but `http` on loopback, as docker does it, and where `insecure` says so.
pub(crate) fn base(host: &str, insecure: bool) -> Result<Url, String> {
    let strange = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '\\' | '@' | '?' | '#' | '%');
    if host.is_empty() || host.contains(strange) {
        return Err(format!("{host:?} is not the address of a registry, HOST or HOST:PORT"));
    }
    let host = if is_docker_hub(host) { "registry-1.docker.io" } else { host };
    let problem = |error| format!("{host:?} is not the address of a registry: {error}");
    let url = Url::parse(&format!("https://{host}/")).map_err(problem)?;
    if insecure || is_loopback(&url) {
        return Url::parse(&format!("http://{host}/")).map_err(problem);
    }
    Ok(url)
}

/// Whether nobody between here and there can listen.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host_str().unwrap_or_default() {
        "localhost" | "[::1]" => true,
        host => host.parse().is_ok_and(|ip: std::net::Ipv4Addr| ip.is_loopback()),
    }
}

/// `host` or `host:port`, for people.
pub(crate) fn authority(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}", url.host_str().unwrap_or_default())
}

/// The repository as the registry knows it: on Docker Hub, a name without a slash is one of `library`.
pub(crate) fn repository(host: &str, repository: &str) -> String {
    if is_docker_hub(host) && !repository.contains('/') {
        return format!("library/{repository}");
    }
    repository.to_owned()
}

/// Whether it is a tag: <https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests>.
pub(crate) fn is_tag(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|byte| word(byte) || matches!(byte, b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(host: &str) -> String {
        base(host, false).map_or_else(|problem| problem, |url| url.to_string())
    }

    #[test]
    fn only_loopback_is_asked_without_tls_unless_told_so() {
        assert_eq!(shown("registry.example.com:5000"), "https://registry.example.com:5000/");
        for host in ["localhost:5000", "127.0.0.1", "127.9.9.9:80", "[::1]:5000"] {
            assert!(shown(host).starts_with("http://"), "{host}");
        }
        for host in ["localhost.example.com", "10.0.0.1:5000", "127.0.0.1.example.com"] {
            assert!(shown(host).starts_with("https://"), "{host}");
            assert!(base(host, true).unwrap().as_str().starts_with("http://"), "{host}");
        }
    }

    #[test]
    fn docker_hub_has_an_address_and_a_library_of_its_own() {
        for host in ["docker.io", "index.docker.io", "registry-1.docker.io"] {
            assert_eq!(shown(host), "https://registry-1.docker.io/");
            assert_eq!(repository(host, "nginx"), "library/nginx");
            assert_eq!(repository(host, "acme/api"), "acme/api");
        }
        assert_eq!(repository("ghcr.io", "nginx"), "nginx");
    }

    #[test]
    fn what_is_more_or_less_than_an_address_is_refused() {
        for host in ["", "a/b", "user@host", "host?x", "host#x", "ho st", "http://host", "host:port", "host\n", "a%62c"]
        {
            assert!(base(host, false).is_err(), "{host:?}");
        }
    }

    #[test]
    fn tags_are_told_from_what_is_none() {
        for tag in ["1.4.0", "v1", "_x", "main-20260101.1", &"a".repeat(128)] {
            assert!(is_tag(tag), "{tag:?}");
        }
        for text in ["", ".1", "-1", "a/b", "a:b", "ü", "a b", &"a".repeat(129)] {
            assert!(!is_tag(text), "{text:?}");
        }
    }
}
