//! Commits without a clone.

use std::time::Duration;

use fakes::Fault;
use fakes::bitbucket::FileKind;
use landing::{Error, Landed, Next};

use crate::stage::{API, Stage, WEB, fake, set};

#[tokio::test]
async fn a_bump_changes_its_line_and_no_other_byte() {
    let stage = Stage::with(fake().entry(("acme", "gitops", "main"), "run.sh", FileKind::Executable, "tag: 1\n"));
    let Landed::Committed { commit, parent, attempts } = stage.bump(API, "2").await.unwrap() else { panic!("stopped") };
    let log = stage.fake.log("acme", "gitops", "main");
    assert_eq!((&commit, &parent, attempts), (&log[0].hash, &log[1].hash, 1));
    assert_eq!((log[0].author.as_str(), &log[0].changed), ("Ada <ada@example.com>", &vec![API.to_owned()]));
    assert_eq!(stage.text("main", API).as_deref(), Some("# api\r\ntag: 2\r\n"));

    stage.bump("run.sh", "2").await.unwrap();
    let file = stage.fake.file("acme", "gitops", "main", "run.sh").unwrap();
    assert_eq!((file.kind, file.content.as_slice()), (FileKind::Executable, b"tag: 2\n".as_slice()));
    assert_eq!(stage.bump(API, "2").await.unwrap(), Landed::Stopped);
    assert_eq!(stage.fake.log("acme", "gitops", "main").len(), 3);
}

#[tokio::test]
async fn when_the_branch_moves_the_plan_is_made_again_from_the_new_content() {
    let stage = Stage::new();
    let mut seen = Vec::new();
    let (remote, options) = (stage.remote(), stage.options());
    let landed = landing::push(&remote, &options, async |now| {
        let next = set(now, API, "2").await;
        seen.push(now.read(API).await.unwrap().unwrap());
        if seen.len() <= 2 {
            stage.somebody("main", API, &format!("# theirs {}\ntag: 1\n", seen.len()));
        }
        next
    });
    let landed = landed.await.unwrap();
    assert!(matches!(landed, Landed::Committed { attempts: 3, .. }), "{landed:?}");
    assert_eq!(stage.text("main", API).as_deref(), Some("# theirs 2\ntag: 2\n"));
    assert_eq!(stage.events(), ["moved", "moved"]);
    assert_eq!(stage.log("main")[..2], [format!("Bump {API} to 2"), "Theirs".to_owned()]);
}

#[tokio::test]
async fn a_branch_that_never_stands_still_ends_at_the_deadline_with_nothing_landed() {
    let stage = Stage::new();
    let mut round = 0;
    let (remote, options) = (stage.remote(), stage.options());
    let landed = landing::push(&remote, &options, async |now| {
        round += 1;
        stage.somebody("main", WEB, &format!("tag: {round}\n"));
        set(now, API, "2").await
    });
    let error = landed.await.unwrap_err();
    let Error::Deadline { attempts, last, .. } = &error else { panic!("{error}") };
    assert!(*attempts > 10 && last.contains("409 Conflict"), "{error}");
    assert!(stage.clock.elapsed() < Duration::from_secs(120));
    assert_eq!(stage.text("main", API).as_deref(), Some("# api\r\ntag: 1\r\n"));
}

#[tokio::test]
async fn an_answer_that_was_lost_is_looked_for_and_never_doubled() {
    for fault in [Fault::reset(), Fault::close(), Fault::status(502), Fault::status(555), Fault::truncate()] {
        let stage = Stage::new();
        stage.fake.inject(fault.clone().on("POST", "/src").after_applying());
        let landed = stage.bump(API, "2").await.unwrap();
        assert!(matches!(landed, Landed::Committed { attempts: 1, .. }), "{fault:?}: {landed:?}");
        assert_eq!(stage.log("main").len(), 2, "{fault:?}");
    }
}

#[tokio::test]
async fn a_commit_that_did_not_come_through_is_made_again() {
    for fault in [Fault::reset(), Fault::close(), Fault::status(500), Fault::status(503), Fault::status(555)] {
        let stage = Stage::new();
        stage.fake.inject(fault.clone().on("POST", "/src"));
        let landed = stage.bump(API, "2").await.unwrap();
        assert!(matches!(landed, Landed::Committed { attempts: 2, .. }), "{fault:?}: {landed:?}");
        assert_eq!((stage.log("main").len(), stage.events()), (2, vec!["lost"]), "{fault:?}");
    }
}

#[tokio::test]
async fn a_rate_limit_and_faults_while_reading_are_waited_out() {
    let stage = Stage::new();
    stage.fake.inject(Fault::status(429).on("POST", "/src").retry_after("30"));
    stage.fake.inject(Fault::status(503).on("GET", "/refs/branches/").times(2));
    stage.fake.inject(Fault::truncate().on("GET", "/src/"));
    let landed = stage.bump(API, "2").await.unwrap();
    assert!(matches!(landed, Landed::Committed { attempts: 1, .. }), "{landed:?}");
    assert!(stage.clock.elapsed() >= Duration::from_secs(30));
    assert!(stage.events().is_empty());
}

#[tokio::test]
async fn a_refusal_is_an_error_with_the_words_of_the_server() {
    let stage = Stage::new();
    stage.fake.inject(Fault::status(403).on("POST", "/src").message("The branch main is restricted").always());
    let error = stage.bump(API, "2").await.unwrap_err();
    let Error::Refused { branch, said } = &error else { panic!("{error}") };
    assert_eq!(branch, "main");
    assert!(said.contains("403 Forbidden: The branch main is restricted"), "{said}");
    assert!(stage.events().is_empty());
}

#[tokio::test]
async fn a_branch_that_is_not_there_is_told_from_a_repository_that_is_not() {
    let stage = Stage::new();
    let mut options = stage.options();
    options.branch = "production".to_owned();
    let error = landing::push(&stage.remote(), &options, async |now| set(now, API, "2").await).await.unwrap_err();
    assert_eq!(error.to_string(), "`acme/gitops` has no branch `production`");
    let elsewhere = landing::Remote::Api(stage.repository().bitbucket().repository("acme", "other"));
    let error = landing::push(&elsewhere, &options, async |now| set(now, API, "2").await).await.unwrap_err();
    assert!(error.to_string().contains("Repository acme/other not found"), "{error}");
}

#[tokio::test]
async fn what_is_no_file_is_neither_read_nor_written() {
    let here = ("acme", "gitops", "main");
    let fake = fake().entry(here, "link.yaml", FileKind::Link, API).entry(here, "vendor", FileKind::Submodule, "1");
    let stage = Stage::with(fake);
    let remote = stage.remote();
    let now = remote.snapshot("main").await.unwrap().unwrap();
    for (path, what) in [("link.yaml", "a symbolic link"), ("vendor", "a submodule"), ("envs", "a directory")] {
        let error = now.read(path).await.unwrap_err().to_string();
        assert_eq!(error, format!("`{path}` is {what}, not a file"));
    }
    assert_eq!(now.read("envs/none.yaml").await.unwrap(), None);
    let options = stage.options();
    let written = landing::push(&remote, &options, async |now| {
        let Next::Commit(mut draft) = set(now, API, "2").await? else { panic!("stopped") };
        draft.files[0].path = "link.yaml".to_owned();
        Ok::<_, String>(Next::Commit(draft))
    });
    assert!(matches!(written.await.unwrap_err(), Error::NotAFile { .. }));
    assert_eq!(stage.log("main").len(), 1);
}

#[tokio::test]
async fn all_files_are_listed_however_deep_and_though_the_server_gives_up() {
    for limit in [usize::MAX, 4] {
        let deep = format!("{}/x.yaml", vec!["d"; 25].join("/"));
        let fake = fake().file("acme", "gitops", "main", &deep, "").file("acme", "gitops", "main", "a b.yaml", "");
        let stage = Stage::with(fake.listing_limit(limit).entry(("acme", "gitops", "main"), "l", FileKind::Link, ""));
        let remote = stage.remote();
        let now = remote.snapshot("main").await.unwrap().unwrap();
        let files = now.files("").await.unwrap();
        assert_eq!(files, ["a b.yaml", deep.as_str(), API, WEB], "{limit}");
        assert_eq!(now.files("envs/prod/").await.unwrap(), [API, WEB]);
        assert_eq!(now.files("envs/prod/api.yaml").await.unwrap(), [""; 0]);
        assert_eq!(now.files("nowhere").await.unwrap(), [""; 0]);
    }
}

#[tokio::test]
async fn no_more_of_the_history_is_asked_for_than_is_wanted() {
    let stage = Stage::new();
    for number in 1..=250 {
        stage.fake.push("acme", "gitops", "main", &format!("Commit {number}"), &[("x", number.to_string().as_bytes())]);
    }
    let remote = stage.remote();
    let now = remote.snapshot("main").await.unwrap().unwrap();
    stage.fake.clear_requests();
    let log = now.messages(3).await.unwrap();
    assert_eq!(
        log.iter().map(|it| it.message.as_str()).collect::<Vec<_>>(),
        ["Commit 250", "Commit 249", "Commit 248"]
    );
    assert_eq!(log[0].commit, now.commit);
    assert_eq!(stage.fake.requests().len(), 1);
    assert_eq!(now.messages(150).await.unwrap().len(), 150);
    assert_eq!(now.messages(1_000).await.unwrap().len(), 251);
    assert_eq!(stage.fake.requests().len(), 1 + 2 + 3);
}

#[tokio::test]
async fn eight_writers_land_all_their_bumps_and_lose_none() {
    let mut fake = fake();
    for writer in 0..8 {
        fake = fake.file("acme", "gitops", "main", &format!("envs/{writer}.yaml"), "tag: 0\n");
    }
    let stage = Stage::with(fake);
    let writers = (0..8).map(|writer| {
        let (stage, path) = (&stage, format!("envs/{writer}.yaml"));
        async move {
            let mut remote_options = stage.options();
            remote_options.deadline = Duration::from_secs(100_000);
            for tag in 1..=5 {
                let plan = async |now: &landing::Snapshot<'_>| set(now, &path, &tag.to_string()).await;
                let landed = landing::push(&stage.remote(), &remote_options, plan).await.unwrap();
                assert!(matches!(landed, Landed::Committed { .. }));
            }
        }
    });
    futures_util::future::join_all(writers).await;
    for writer in 0..8 {
        assert_eq!(stage.text("main", &format!("envs/{writer}.yaml")).as_deref(), Some("tag: 5\n"));
    }
    let log = stage.fake.log("acme", "gitops", "main");
    assert_eq!(log.len(), 1 + 8 * 5);
    assert!(log.iter().rev().skip(1).all(|commit| commit.parents.len() == 1 && commit.changed.len() == 1));
}
