//! A fake registry and a client of it.

use fakes::Recorded;
use registry::{Clock, Credentials, Error, Registry, Retries};

pub(crate) struct Stage {
    pub(crate) fake: fakes::Registry,
    pub(crate) registry: Registry,
    pub(crate) clock: Clock,
}

impl Stage {
    /// A registry that anybody may ask.
    pub(crate) fn new() -> Self {
        Self::with(fakes::Registry::builder(), None)
    }

    pub(crate) fn with(fake: fakes::registry::Builder, credentials: Option<Credentials>) -> Self {
        let fake = fake.start().unwrap();
        let clock = Clock::manual();
        let registry = client(&fake, &clock, credentials);
        Self { fake, registry, clock }
    }

    pub(crate) async fn digest_of(&self, reference: &str) -> Result<String, Error> {
        self.registry.digest_of("shop/api", reference).await
    }

    /// The text of an error, without ports, which differ from run to run.
    pub(crate) fn shown(&self, error: &Error) -> String {
        error.to_string().replace(&self.fake.host(), "REGISTRY").replace(&self.fake.realm_host(), "REALM")
    }

    /// The requests so far, a line each, with the status, and who asked.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |request: &Recorded| {
            let status = request.status.map(|status| format!(" {status}")).unwrap_or_default();
            let who = request.header("authorization").map(|value| format!(" {value}")).unwrap_or_default();
            format!("{}{status}{who}", request.line())
        };
        self.fake.requests().iter().map(line).collect()
    }
}

pub(crate) fn client(fake: &fakes::Registry, clock: &Clock, credentials: Option<Credentials>) -> Registry {
    let clock = clock.clone();
    let retries = Retries { seed: Some(7), ..Retries::default() };
    Registry::builder(fake.host())
        .credentials(credentials)
        .configured(move |http| http.clock(clock.clone()).retries(retries.clone()))
        .build()
        .unwrap()
}

pub(crate) fn ada() -> Option<Credentials> {
    Some(Credentials::new("ada", "hunter2"))
}
