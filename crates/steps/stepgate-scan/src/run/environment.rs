//! What Trivy is told of the environment. It parses whatever is in an image, and versions of it were stolen to read
//! credentials (GHSA-69fq-xp46-6x23): what it does not need it is not given.

use std::ffi::OsString;
use std::path::Path;

use step::Env;

/// Whose home directory it is given, in which the logins of Docker and of clouds lie.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Access {
    /// An empty one: what is in a file needs no login.
    Nothing,
    /// The caller's, for the mirror that its database is fetched from may ask for a login.
    Home,
    /// The caller's, and the credentials that are meant for it, to fetch an image from a registry.
    Registry,
}

/// What it needs to start and to reach the network.
const ALWAYS: &[&str] = &[
    "PATH",
    "TMPDIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "TRIVY_DB_REPOSITORY",
    "TRIVY_JAVA_DB_REPOSITORY",
    "TRIVY_CHECKS_BUNDLE_REPOSITORY",
];

/// What it needs besides to fetch an image from a registry.
const FOR_REGISTRIES: &[&str] = &["TRIVY_USERNAME", "TRIVY_PASSWORD", "TRIVY_REGISTRY_TOKEN"];

/// What keeps it from asking the network for things that are not the database.
const QUIET: [(&str, &str); 2] = [("TRIVY_SKIP_VERSION_CHECK", "true"), ("TRIVY_DISABLE_TELEMETRY", "true")];

/// The environment of Trivy, which is given the directory `empty` as its home unless it needs that of the caller.
pub(super) fn of(env: &Env, access: Access, empty: &Path) -> Vec<(&'static str, OsString)> {
    let for_registries = FOR_REGISTRIES.iter().filter(|_| access == Access::Registry);
    let handed_on = ALWAYS.iter().chain(for_registries).filter_map(|name| Some((*name, env.get(name)?.into())));
    let home = match access {
        Access::Nothing => Some(empty.into()),
        Access::Home | Access::Registry => env.get("HOME").map(OsString::from),
    };
    let own = QUIET.map(|(name, value)| (name, value.into()));
    handed_on.chain(home.map(|home| ("HOME", home))).chain(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_stay_here() {
        let env = Env::from_iter([
            ("PATH", "/bin"),
            ("HOME", "/home/ci"),
            ("XDG_CONFIG_HOME", "/home/ci/config"),
            ("DOCKER_CONFIG", "/home/ci/docker"),
            ("HTTPS_PROXY", "http://proxy"),
            ("BITBUCKET_STEP_OIDC_TOKEN", "x"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
            ("DOCKER_PASSWORD", "x"),
            ("STEPGATE_BITBUCKET_TOKEN", "x"),
            ("TRIVY_SEVERITY", "CRITICAL"),
            ("TRIVY_PASSWORD", "for the registry"),
        ]);
        let given = |access| of(&env, access, Path::new("/empty"));
        let names = |access| given(access).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        let for_tars = ["PATH", "HTTPS_PROXY", "HOME", "TRIVY_SKIP_VERSION_CHECK", "TRIVY_DISABLE_TELEMETRY"];
        assert_eq!([names(Access::Nothing), names(Access::Home)], [for_tars, for_tars]);
        assert!(names(Access::Registry).contains(&"TRIVY_PASSWORD"));
        let home = |access| given(access).contains(&("HOME", "/home/ci".into()));
        assert_eq!([Access::Nothing, Access::Home, Access::Registry].map(home), [false, true, true]);
        assert!(given(Access::Nothing).contains(&("HOME", "/empty".into())));
    }
}
