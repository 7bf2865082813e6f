//! What the tests of this folder share.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use git::testkit::TempRepo;
use landing::{Draft, Event, File, Options, Person, Remote};

/// A bare repository with a file `apps/sN/values.yaml` for each of `services`, and one that all of them share.
pub(crate) fn gitops(services: usize) -> TempRepo {
    let repo = TempRepo::new();
    for n in 0..services {
        repo.write(&path_of(n), "tag: 0\n");
    }
    repo.write("shared.yaml", "");
    repo.commit("start");
    repo.bare()
}

pub(crate) fn path_of(service: usize) -> String {
    format!("apps/s{service}/values.yaml")
}

pub(crate) async fn remote(server: &TempRepo) -> Remote {
    Remote::Git(git::Scratch::open(&server.url()).await.expect("a scratch repository"))
}

pub(crate) fn draft(message: &str, path: &str, content: impl Into<Vec<u8>>) -> Draft {
    let author = Some(Person { name: "A Bot".to_owned(), email: "bot@example.com".to_owned() });
    let files = vec![File { path: path.to_owned(), content: content.into() }];
    Draft { message: message.to_owned(), author, files, time: None }
}

pub(crate) type Events = Arc<Mutex<Vec<Event>>>;

/// Options for `main`, unsigned, by a clock that does not wait, and what is told.
pub(crate) fn options() -> (Options, Events) {
    let events = Events::default();
    let told = Arc::clone(&events);
    let options = Options {
        sign: Some(false),
        clock: http::Clock::manual(),
        deadline: Duration::from_secs(3600),
        tell: Arc::new(move |event| told.lock().expect("no panic").push(event.clone())),
        ..Options::new("main")
    };
    (options, events)
}

pub(crate) fn told(events: &Events) -> Vec<&'static str> {
    let kind = |event: &Event| match event {
        Event::Moved { .. } => "moved",
        Event::Refused { .. } => "refused",
        Event::Lost { .. } => "lost",
    };
    events.lock().expect("no panic").iter().map(kind).collect()
}
