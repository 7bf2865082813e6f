//! What Trivy is told of the environment. It parses whatever is in an image, and versions of it were stolen to read
//! credentials (GHSA-69fq-xp46-6x23): what it does not need it is not given.

use step::Env;

/// What it needs to start, to keep its files and to reach the network.
const ALWAYS: &[&str] = &[
    "PATH",
    "HOME",
    "TMPDIR",
    "XDG_CACHE_HOME",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "TRIVY_CACHE_DIR",
    "TRIVY_DB_REPOSITORY",
    "TRIVY_JAVA_DB_REPOSITORY",
    "TRIVY_CHECKS_BUNDLE_REPOSITORY",
];

/// What it needs besides to fetch an image from a registry.
const FOR_REGISTRIES: &[&str] = &["TRIVY_USERNAME", "TRIVY_PASSWORD", "TRIVY_REGISTRY_TOKEN"];

/// What keeps it from asking the network for things that are not the database.
const QUIET: [(&str, &str); 2] = [("TRIVY_SKIP_VERSION_CHECK", "true"), ("TRIVY_DISABLE_TELEMETRY", "true")];

/// The environment of Trivy; with the credentials for a registry when it is to fetch an image from there.
pub(super) fn of(env: &Env, registry: bool) -> Vec<(String, String)> {
    let names = ALWAYS.iter().chain(FOR_REGISTRIES.iter().filter(|_| registry));
    let handed_on = names.filter_map(|name| Some(((*name).to_owned(), env.get(name)?.to_owned())));
    let own = QUIET.map(|(name, value)| (name.to_owned(), value.to_owned()));
    handed_on.chain(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_stay_here() {
        let env = Env::from_iter([
            ("PATH", "/bin"),
            ("HTTPS_PROXY", "http://proxy"),
            ("BITBUCKET_STEP_OIDC_TOKEN", "x"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
            ("DOCKER_PASSWORD", "x"),
            ("STEPGATE_BITBUCKET_TOKEN", "x"),
            ("TRIVY_SEVERITY", "CRITICAL"),
            ("TRIVY_PASSWORD", "for the registry"),
        ]);
        let names = |registry| of(&env, registry).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        let for_tars = ["PATH", "HTTPS_PROXY", "TRIVY_SKIP_VERSION_CHECK", "TRIVY_DISABLE_TELEMETRY"];
        assert_eq!(names(false), for_tars);
        assert!(names(true).contains(&"TRIVY_PASSWORD".to_owned()));
    }
}
