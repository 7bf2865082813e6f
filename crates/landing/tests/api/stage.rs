//! A fake Bitbucket with a GitOps repository, and a client of it whose clock is driven by hand.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bitbucket::{Auth, Bitbucket, Clock, Repository, Retries};
use fakes::bitbucket::Builder;
use landing::{Draft, Error, Event, File, Landed, Next, Options, Person, Remote, Snapshot};

pub(crate) const API: &str = "envs/prod/api.yaml";
pub(crate) const WEB: &str = "envs/prod/web.yaml";

pub(crate) struct Stage {
    pub(crate) fake: fakes::Bitbucket,
    pub(crate) clock: Clock,
    repository: Repository,
    events: Arc<Mutex<Vec<Event>>>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(fake())
    }

    pub(crate) fn with(fake: Builder) -> Self {
        let fake = fake.start().unwrap();
        let clock = Clock::manual();
        let client = Bitbucket::builder()
            .base_uri(fake.api_url())
            .auth(Auth::AccessToken(fakes::bitbucket::TOKEN.into()))
            .clock(clock.clone())
            .retries(Retries { seed: Some(7), ..Retries::default() });
        let repository = client.build().unwrap().repository("acme", "gitops");
        Self { fake, clock, repository, events: Arc::default() }
    }

    pub(crate) fn repository(&self) -> Repository {
        self.repository.clone()
    }

    pub(crate) fn remote(&self) -> Remote {
        Remote::Api(self.repository())
    }

    pub(crate) fn options(&self) -> Options {
        let heard = Arc::clone(&self.events);
        let mut options = Options::new("main");
        options.clock = self.clock.clone();
        options.deadline = Duration::from_secs(120);
        options.tell = Arc::new(move |event| heard.lock().unwrap().push(event.clone()));
        options
    }

    /// What was told on the way, by name.
    pub(crate) fn events(&self) -> Vec<&'static str> {
        let name = |event: &Event| match event {
            Event::Moved { .. } => "moved",
            Event::Refused { .. } => "refused",
            Event::Lost { .. } => "lost",
        };
        self.events.lock().unwrap().iter().map(name).collect()
    }

    /// Puts `tag` into a file.
    pub(crate) async fn bump(&self, path: &str, tag: &str) -> Result<Landed, Error<String>> {
        landing::push(&self.remote(), &self.options(), async |now| set(now, path, tag).await).await
    }

    pub(crate) fn text(&self, branch: &str, path: &str) -> Option<String> {
        self.fake.text("acme", "gitops", branch, path)
    }

    /// The first lines of the messages on a branch, the newest first.
    pub(crate) fn log(&self, branch: &str) -> Vec<String> {
        let log = self.fake.log("acme", "gitops", branch);
        log.iter().map(|commit| commit.message.lines().next().unwrap_or_default().to_owned()).collect()
    }

    /// Somebody else changes a file.
    pub(crate) fn somebody(&self, branch: &str, path: &str, text: &str) {
        self.fake.push("acme", "gitops", branch, "Theirs", &[(path, text.as_bytes())]).unwrap();
    }
}

pub(crate) fn fake() -> Builder {
    fakes::Bitbucket::builder()
        .file("acme", "gitops", "main", API, "# api\r\ntag: 1\r\n")
        .file("acme", "gitops", "main", WEB, "tag: 1\n")
}

/// The plan of a bump: the tag, and nothing else; nothing when it is there.
pub(crate) async fn set(now: &Snapshot<'_>, path: &str, tag: &str) -> Result<Next, String> {
    let content = now.read(path).await.map_err(|error| error.to_string())?.ok_or("no such file")?;
    let text = String::from_utf8(content).unwrap();
    let (before, rest) = text.split_once("tag: ").unwrap();
    let end = rest.find(['\r', '\n']).unwrap();
    if &rest[..end] == tag {
        return Ok(Next::Stop);
    }
    let content = format!("{before}tag: {tag}{}", &rest[end..]).into_bytes();
    let author = Some(Person { name: "Ada".to_owned(), email: "ada@example.com".to_owned() });
    let message = format!("Bump {path} to {tag}\n\nTag: {tag}\n");
    Ok(Next::Commit(Draft { message, author, files: vec![File { path: path.to_owned(), content }], time: None }))
}
