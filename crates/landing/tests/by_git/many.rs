//! Many writers at once on one branch.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use git::testkit::TempRepo;
use landing::{Event, Landed, Next, Options, push};

use crate::stage::{draft, gitops, path_of, remote};

/// What writers wrote, how often the remote rejected a push, and how long it took.
struct Race {
    server: TempRepo,
    commits: BTreeSet<String>,
    rejected: u32,
    took: Duration,
}

/// `writers` at once, each with `bumps` commits in a row. Each commit is landed as by a program of its own: from an
/// empty scratch repository. `plan` gives path and content from the content that is there.
async fn race(
    server: TempRepo,
    writers: usize,
    bumps: usize,
    path: impl Fn(usize) -> String,
    plan: impl Fn(&str, usize, usize) -> String,
) -> Race {
    let rejected = Arc::new(AtomicU32::new(0));
    let start = Instant::now();
    let (server_, rejected_, path, plan) = (&server, &rejected, &path, &plan);
    let all = join_all((0..writers).map(|writer| async move {
        let mut commits = Vec::new();
        for bump in 1..=bumps {
            let counter = Arc::clone(rejected_);
            let tell = Arc::new(move |event: &Event| {
                if matches!(event, Event::Moved { .. }) {
                    counter.fetch_add(1, Ordering::Relaxed);
                }
            });
            let options =
                Options { sign: Some(false), deadline: Duration::from_secs(600), tell, ..Options::new("main") };
            let there = remote(server_).await;
            let landed = push::<Infallible>(&there, &options, async |snapshot| {
                let now = snapshot.read(&path(writer)).await.expect("readable").expect("there");
                let next = plan(std::str::from_utf8(&now).expect("text"), writer, bump);
                Ok(Next::Commit(draft(&format!("s{writer}: {bump}"), &path(writer), next)))
            });
            match landed.await.expect("it lands") {
                Landed::Committed { commit, .. } => commits.push(commit),
                Landed::Stopped => unreachable!("no plan here stops"),
            }
        }
        commits
    }));
    let commits: Vec<_> = all.await.into_iter().flatten().collect();
    let unique = BTreeSet::from_iter(commits.iter().cloned());
    assert_eq!((commits.len(), unique.len()), (writers * bumps, writers * bumps));
    let rejected = rejected.load(Ordering::Relaxed);
    Race { server, commits: unique, rejected, took: start.elapsed() }
}

/// All landed, none is lost, none is there twice, and the history is a line.
fn history_is_whole(race: &Race, writers: usize, bumps: usize) {
    let server = &race.server;
    let on_main: BTreeSet<_> = server.git(&["rev-list", "main"]).lines().map(str::to_owned).collect();
    assert_eq!(on_main.len(), writers * bumps + 1);
    assert!(race.commits.is_subset(&on_main));
    assert_eq!(server.git(&["rev-list", "--min-parents=2", "--count", "main"]), "0");
    let messages: BTreeSet<_> = server.git(&["log", "--format=%s", "main"]).lines().map(str::to_owned).collect();
    assert_eq!(messages.len(), writers * bumps + 1, "each message once");
    server.git(&["fsck", "--strict", "--no-dangling"]);
    println!("{writers} writers, {bumps} each: {} rejected pushes, {:.1?}", race.rejected, race.took);
}

async fn own_files(writers: usize, bumps: usize) {
    let race = race(gitops(writers), writers, bumps, path_of, |_, _, bump| format!("tag: {bump}\n")).await;
    history_is_whole(&race, writers, bumps);
    for writer in 0..writers {
        assert_eq!(race.server.show("main", &path_of(writer)), format!("tag: {bumps}\n").as_bytes());
    }
}

#[tokio::test]
async fn eight_writers_of_their_own_files_all_land() {
    own_files(8, 10).await;
}

#[tokio::test]
#[ignore = "takes a minute"]
async fn thirty_two_writers_of_their_own_files_all_land() {
    own_files(32, 10).await;
}

#[tokio::test]
async fn writers_of_one_file_all_land_because_each_plans_from_what_is_there() {
    let (writers, bumps) = (4, 5);
    let line = |now: &str, writer: usize, bump: usize| format!("{now}s{writer}: {bump}\n");
    let race = race(gitops(writers), writers, bumps, |_| "shared.yaml".to_owned(), line).await;
    history_is_whole(&race, writers, bumps);
    let shared = String::from_utf8(race.server.show("main", "shared.yaml")).expect("text");
    assert_eq!(shared.lines().collect::<BTreeSet<_>>().len(), writers * bumps, "{shared}");
    assert_eq!(shared.lines().count(), writers * bumps);
}

/// A server that refuses, dies before it takes a commit, and dies after it has taken one, by turns. It refuses fewer
/// times in all than one writer tries again.
#[tokio::test]
async fn writers_all_land_although_the_server_stumbles() {
    let (writers, bumps) = (4, 4);
    let server = gitops(writers);
    let count = "echo x >>tries; n=$(wc -l <tries)";
    server.hook(
        "pre-receive",
        &format!(
            "{count}; test $n -gt 16 && exit 0
             test $((n % 4)) -eq 1 && {{ echo 'temporarily unavailable' >&2; exit 1; }}
             test $((n % 4)) -eq 2 && kill -9 $PPID
             exit 0"
        ),
    );
    server.hook("post-receive", "test $(($(wc -l <tries) % 4)) -eq 3 && kill -9 $PPID; exit 0");
    let race = race(server, writers, bumps, path_of, |_, _, bump| format!("tag: {bump}\n")).await;
    history_is_whole(&race, writers, bumps);
}
