//! One writer, and what comes in between.

use std::convert::Infallible;

use git::testkit::TempRepo;
use landing::{Error, Landed, Next, push};

use crate::stage::{draft, gitops, options, path_of, remote, told};

/// Lands `content` in the file of service 0.
async fn land(server: &TempRepo, content: &str) -> (Result<Landed, Error<Infallible>>, Vec<&'static str>) {
    let (options, events) = options();
    let remote = remote(server).await;
    let plan = async |_: &landing::Snapshot<'_>| Ok(Next::Commit(draft("bump", &path_of(0), content)));
    (push(&remote, &options, plan).await, told(&events))
}

fn attempts(landed: Landed) -> u32 {
    match landed {
        Landed::Committed { attempts, .. } => attempts,
        Landed::Stopped => 0,
    }
}

#[tokio::test]
async fn a_commit_lands_on_what_it_was_planned_from() {
    let server = gitops(1);
    let parent = server.git(&["rev-parse", "main"]);
    let (landed, told) = land(&server, "tag: 1\n").await;
    let commit = server.git(&["rev-parse", "main"]);
    assert_eq!(landed.expect("it lands"), Landed::Committed { commit, parent, attempts: 1 });
    assert!(told.is_empty());
}

#[tokio::test]
async fn a_plan_that_stops_lands_nothing() {
    let server = gitops(1);
    let before = server.git(&["rev-parse", "main"]);
    let (options, _) = options();
    let there = remote(&server).await;
    let landed = push::<Infallible>(&there, &options, async |snapshot| {
        assert_eq!(snapshot.read(&path_of(0)).await.expect("readable").as_deref(), Some(b"tag: 0\n".as_slice()));
        assert_eq!(snapshot.files("apps").await.expect("a list"), [path_of(0)]);
        assert_eq!(snapshot.messages(9).await.expect("a log").len(), 1);
        Ok(Next::Stop)
    });
    assert_eq!(landed.await.expect("an end"), Landed::Stopped);
    assert_eq!(server.git(&["rev-parse", "main"]), before);
}

#[tokio::test]
async fn a_moved_branch_is_planned_again_from_its_new_content() {
    let server = gitops(1);
    let (options, events) = options();
    let mut seen = Vec::new();
    let there = remote(&server).await;
    let landed = push::<Infallible>(&there, &options, async |snapshot| {
        let now = snapshot.read("shared.yaml").await.expect("readable").expect("there");
        let now = String::from_utf8(now).expect("text");
        seen.push(now.clone());
        if seen.len() == 1 {
            let theirs = async |_: &landing::Snapshot<'_>| Ok(Next::Commit(draft("theirs", "shared.yaml", "theirs\n")));
            push::<Infallible>(&remote(&server).await, &options, theirs).await.expect("it lands");
        }
        Ok(Next::Commit(draft("ours", "shared.yaml", now + "ours\n")))
    });
    assert_eq!(attempts(landed.await.expect("it lands")), 2);
    assert_eq!(seen, ["", "theirs\n"]);
    assert_eq!(server.show("main", "shared.yaml"), b"theirs\nours\n");
    assert_eq!((told(&events), options.clock.slept().len()), (vec!["moved"], 1));
}

#[tokio::test]
async fn a_refusal_is_told_once_with_the_servers_words() {
    let server = gitops(1);
    server.hook("pre-receive", "echo x >>tries; echo 'main is protected: use a pull request' >&2; exit 1");
    let (landed, told) = land(&server, "tag: 1\n").await;
    let error = landed.expect_err("refused");
    assert!(matches!(&error, Error::Refused { said, .. } if said.contains("main is protected: use a pull request")));
    assert_eq!(std::fs::read_to_string(server.path().join("tries")).expect("tries"), "x\n");
    assert!(told.is_empty() && error.hint().is_some());
}

#[tokio::test]
async fn a_refusal_that_may_pass_is_tried_again_a_few_times() {
    let server = gitops(1);
    let fails = |times: u32| {
        format!("echo x >>tries; test $(wc -l <tries) -gt {times} || {{ echo 'try again later' >&2; exit 1; }}")
    };
    server.hook("pre-receive", &fails(2));
    let (landed, told) = land(&server, "tag: 1\n").await;
    assert_eq!((attempts(landed.expect("it lands")), told), (3, vec!["refused", "refused"]));
    server.hook("pre-receive", &fails(1000));
    let (landed, told) = land(&server, "tag: 2\n").await;
    assert!(matches!(landed, Err(Error::Refused { .. })));
    assert_eq!(told.len(), 5);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_looked_for_on_the_branch() {
    let server = gitops(1);
    server.hook("post-receive", "kill -9 $PPID");
    let (landed, told) = land(&server, "tag: 1\n").await;
    assert_eq!((attempts(landed.expect("it landed")), told.len()), (1, 0));
    assert_eq!(server.git(&["rev-list", "--count", "main"]), "2");
}

#[tokio::test]
async fn a_lost_answer_is_found_below_what_others_put_on_top() {
    let server = gitops(1);
    let on_top = "git update-ref refs/heads/main $(git -c user.name=x -c user.email=x \
                  commit-tree -p main -m top main^{tree}); kill -9 $PPID";
    server.hook("post-receive", on_top);
    let (landed, told) = land(&server, "tag: 1\n").await;
    let (commit, parent) = (server.git(&["rev-parse", "main~1"]), server.git(&["rev-parse", "main~2"]));
    assert_eq!(landed.expect("it landed"), Landed::Committed { commit, parent, attempts: 1 });
    assert!(told.is_empty(), "{told:?}");
}

#[tokio::test]
async fn a_server_that_dies_before_it_takes_the_commit_is_asked_again() {
    let server = gitops(1);
    server.hook("pre-receive", "test -e died || { touch died; kill -9 $PPID; }");
    let (landed, told) = land(&server, "tag: 1\n").await;
    assert_eq!((attempts(landed.expect("it lands")), told), (2, vec!["lost"]));
    assert_eq!(server.git(&["rev-list", "--count", "main"]), "2");
}

#[tokio::test]
async fn a_remote_that_hangs_up_is_asked_again() {
    let server = gitops(1);
    server.write("serve", "test -e called || { touch called; echo 'Connection closed by 192.0.2.1 port 22' >&2; exit 1; }; exec git-upload-pack \"$@\"");
    let serve = format!("cd {0} && sh serve", server.path().display());
    let scratch = git::Scratch::open(&server.url()).await.expect("a scratch repository");
    let there = landing::Remote::Git(scratch.with_config([format!("remote.landing-remote.uploadpack={serve}")]));
    let (options, events) = options();
    let plan = async |_: &landing::Snapshot<'_>| Ok(Next::Commit(draft("bump", &path_of(0), "x")));
    let landed = push::<Infallible>(&there, &options, plan).await.expect("it lands");
    assert_eq!((attempts(landed), told(&events)), (2, vec!["lost"]));
}

#[tokio::test]
async fn a_branch_that_is_not_there_is_an_error_that_names_it() {
    let server = gitops(1);
    let (mut options, _) = options();
    options.branch = "production".to_owned();
    let plan = async |_: &landing::Snapshot<'_>| Ok(Next::Stop);
    let error = push::<Infallible>(&remote(&server).await, &options, plan).await.expect_err("no branch");
    assert_eq!(error.to_string(), format!("`{}` has no branch `production`", server.url()));
}

#[tokio::test]
async fn time_is_up_when_the_branch_never_stands_still() {
    let server = gitops(1);
    let (options, events) = options();
    let there = remote(&server).await;
    let landed = push::<Infallible>(&there, &options, async |_| {
        let message = format!("{}", options.clock.slept().len());
        let tree = server.git(&["rev-parse", "main^{tree}"]);
        let commit = server.git(&["commit-tree", "-p", "main", "-m", &message, &tree]);
        server.git(&["update-ref", "refs/heads/main", &commit]);
        options.clock.advance(std::time::Duration::from_secs(1000));
        Ok(Next::Commit(draft("ours", &path_of(0), "x")))
    });
    let error = landed.await.expect_err("never");
    let text = error.to_string();
    assert!(text.starts_with("the commit did not land on `main` within 3600 s (4 attempts); last: "), "{text}");
    assert_eq!(told(&events), ["moved"; 3]);
}

#[tokio::test]
async fn the_callers_own_error_comes_back_as_it_is() {
    let server = gitops(1);
    let (options, _) = options();
    let landed = push(&remote(&server).await, &options, async |_| Err("superseded".to_owned())).await;
    assert!(matches!(landed, Err(Error::Caller(own)) if own == "superseded"));
}
