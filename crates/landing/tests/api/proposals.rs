//! Pull requests.

use bitbucket::MergeStrategy;
use fakes::Fault;
use fakes::bitbucket::{Builder, PullRequest as Fake};
use git::testkit::TempRepo;
use landing::{
    Draft, Error, How, Logged, Merge, MergeState, Proposal, Proposed, PullRequest, Remote, Text, pull_request,
};

use crate::stage::{API, Stage, WEB, fake, set};

const BRANCH: &str = "bump/api-prod";
const ADA: &str = "{00000000-0000-4000-8000-0000000000ad}";
const BOB: &str = "{00000000-0000-4000-8000-000000000b0b}";

fn described(draft: &Draft) -> Text {
    let text = Text::of(draft);
    Text { title: text.title, description: format!("{}\n\nBy a machine.", text.description) }
}

/// By the number behind `Tag: `.
fn replaces(tag: u32) -> impl Fn(&Logged) -> bool {
    move |there| {
        let theirs = there.message.lines().find_map(|line| line.strip_prefix("Tag: "));
        theirs.and_then(|theirs| theirs.parse().ok()).is_none_or(|theirs: u32| theirs <= tag)
    }
}

fn request(replaces: &dyn Fn(&Logged) -> bool) -> PullRequest<'_> {
    PullRequest {
        branch: BRANCH.to_owned(),
        describe: &described,
        replaces,
        reviewers: Vec::new(),
        default_reviewers: true,
        close_source_branch: true,
        merge: None,
    }
}

impl Stage {
    async fn propose(&self, tag: u32) -> Result<Proposed, Error<String>> {
        self.propose_so(tag, |_| ()).await
    }

    async fn propose_so(&self, tag: u32, so: impl FnOnce(&mut PullRequest<'_>)) -> Result<Proposed, Error<String>> {
        let replaces = replaces(tag);
        let mut request = request(&replaces);
        so(&mut request);
        let (remote, options) = (self.remote(), self.options());
        let plan = async |now: &landing::Snapshot<'_>| set(now, API, &tag.to_string()).await;
        pull_request(&remote, &self.repository(), &options, &request, plan).await
    }

    /// Number, state, title and reviewers of every pull request.
    fn pull_requests(&self) -> Vec<(u64, String, String, Vec<String>)> {
        let seen = self.fake.pull_requests("acme", "gitops").into_iter().map(|it| it.seen());
        seen.map(|it| (it.id, it.state, it.title, it.reviewers)).collect()
    }

    fn states(&self) -> Vec<(u64, String)> {
        self.pull_requests().into_iter().map(|(id, state, ..)| (id, state)).collect()
    }
}

fn ours(proposed: Proposed) -> Proposal {
    match proposed {
        Proposed::Ours(proposal) => proposal,
        other => panic!("{other:?}"),
    }
}

fn states(of: &[(u64, &str)]) -> Vec<(u64, String)> {
    of.iter().map(|(id, state)| (*id, (*state).to_owned())).collect()
}

fn reviewed() -> Builder {
    fake().member(ADA).member(BOB).default_reviewer("acme", "gitops", ADA)
}

#[tokio::test]
async fn the_life_of_a_pull_request_in_six_steps() {
    let stage = Stage::with(reviewed());
    // 1. The first build proposes.
    let first = ours(stage.propose(2).await.unwrap());
    assert_eq!((first.how, first.pushed, first.attempts), (How::Opened, true, 1));
    assert!(first.url.unwrap().ends_with("/pull-requests/1"));
    assert_eq!(stage.pull_requests()[0], (1, "OPEN".to_owned(), format!("Bump {API} to 2"), vec![ADA.to_owned()]));
    // 2. The same build runs again: nothing is touched.
    stage.fake.clear_requests();
    let again = ours(stage.propose(2).await.unwrap());
    assert_eq!((again.how, again.pushed, &again.commit), (How::Unchanged, false, &first.commit));
    assert!(stage.fake.requests().iter().all(|request| request.method == "GET"));
    // 3. The next build takes its place, on top of what the destination is by now.
    stage.somebody("main", API, "# new head\r\ntag: 1\r\n");
    let next = ours(
        stage.propose_so(3, |request: &mut PullRequest<'_>| request.reviewers = vec![BOB.to_owned()]).await.unwrap(),
    );
    assert_eq!((next.id, next.how, next.pushed), (1, How::Updated, true));
    assert_eq!(stage.text(BRANCH, API).as_deref(), Some("# new head\r\ntag: 3\r\n"));
    assert_eq!(stage.log(BRANCH), [format!("Bump {API} to 3"), "Theirs".to_owned(), "Begin main".to_owned()]);
    let both = vec![ADA.to_owned(), BOB.to_owned()];
    assert_eq!(stage.pull_requests()[0], (1, "OPEN".to_owned(), format!("Bump {API} to 3"), both));
    // 4. A build that is late leaves it alone.
    let late = stage.propose(2).await.unwrap();
    assert_eq!(late, Proposed::Newer { commit: next.commit.clone(), id: Some(1) });
    assert_eq!(stage.text(BRANCH, API).as_deref(), Some("# new head\r\ntag: 3\r\n"));
    // 5. It is to be merged, and an approval is missing: that is told.
    stage.fake.merge_check("acme", "gitops", Some("1 approval is missing"));
    let merge = Some(Merge { strategy: Some(MergeStrategy::Squash), message: Some("Merge it".to_owned()) });
    let so = |request: &mut PullRequest<'_>| request.merge = merge.clone();
    let Some(MergeState::NotYet { said }) = ours(stage.propose_so(3, so).await.unwrap()).merge else { panic!() };
    assert!(said.ends_with("400 Bad Request: 1 approval is missing"), "{said}");
    // 6. It is there.
    stage.fake.merge_check("acme", "gitops", None);
    let merged = ours(stage.propose_so(3, so).await.unwrap());
    assert!(matches!(merged.merge, Some(MergeState::Merged { commit: Some(_) })), "{merged:?}");
    assert_eq!(stage.text("main", API).as_deref(), Some("# new head\r\ntag: 3\r\n"));
    assert_eq!((stage.states(), stage.log("main")[0].as_str()), (states(&[(1, "MERGED")]), "Merge it"));
    assert_eq!(stage.fake.branches("acme", "gitops"), ["main"]);
    // And the next one is a new one.
    assert_eq!(ours(stage.propose(4).await.unwrap()).how, How::Opened);
    assert_eq!(stage.states(), states(&[(1, "MERGED"), (2, "OPEN")]));
}

#[tokio::test]
async fn when_there_is_nothing_left_to_change_what_is_open_is_declined_with_the_reason() {
    let stage = Stage::with(fake());
    stage.propose(2).await.unwrap();
    stage.somebody("main", API, "tag: 2\n");
    let stopped = stage.propose(2).await.unwrap();
    assert_eq!(stopped, Proposed::Stopped { declined: vec![1], notes: Vec::new() });
    assert_eq!(stage.states(), states(&[(1, "DECLINED")]));
    assert_eq!(stage.fake.comments(1)[0].raw, "Superseded: there is nothing left to change on `main`.");
    assert_eq!(stage.propose(2).await.unwrap(), Proposed::Stopped { declined: Vec::new(), notes: Vec::new() });
}

#[tokio::test]
async fn what_somebody_newer_proposed_is_not_declined_by_a_build_with_nothing_to_do() {
    let stage = Stage::with(fake());
    let newer = ours(stage.propose(3).await.unwrap());
    stage.somebody("main", API, "tag: 2\n");
    assert_eq!(stage.propose(2).await.unwrap(), Proposed::Newer { commit: newer.commit, id: Some(1) });
    assert_eq!(stage.states(), states(&[(1, "OPEN")]));
}

#[tokio::test]
async fn of_several_for_the_branch_the_oldest_stays_and_those_of_others_are_left_alone() {
    let builder = fake()
        .file("acme", "gitops", "release", "x", "1")
        .pull_request("acme", "gitops", Fake::new(3, BRANCH, "main"))
        .pull_request("acme", "gitops", Fake::new(4, BRANCH, "main"))
        .pull_request("acme", "gitops", Fake::new(5, BRANCH, "release"))
        .pull_request("acme", "gitops", Fake::new(6, "bump/web-prod", "main"));
    let stage = Stage::with(builder);
    let proposal = ours(stage.propose(2).await.unwrap());
    assert_eq!((proposal.id, proposal.how, proposal.superseded), (3, How::Updated, vec![4, 5]));
    assert_eq!(stage.states(), states(&[(3, "OPEN"), (4, "DECLINED"), (5, "DECLINED"), (6, "OPEN")]));
    let said = &stage.fake.comments(5)[0].raw;
    assert_eq!(said, "Superseded by pull request #3, which is open for the same branch.");
}

#[tokio::test]
async fn a_run_that_was_killed_at_any_place_is_finished_by_the_next() {
    // The branch is gone, the pull request is not; or the branch is there and nothing else.
    let stage = Stage::with(fake().pull_request("acme", "gitops", Fake::new(3, BRANCH, "main")));
    assert_eq!(ours(stage.propose(2).await.unwrap()).id, 3);
    let stage = Stage::with(fake());
    stage.fake.inject(Fault::status(400).on("POST", "/pullrequests"));
    assert!(matches!(stage.propose(2).await.unwrap_err(), Error::Api(_)));
    let proposal = ours(stage.propose(2).await.unwrap());
    assert_eq!((proposal.how, proposal.pushed), (How::Opened, false));
}

#[tokio::test]
async fn lost_answers_double_nothing() {
    for lost in [Fault::reset(), Fault::status(502)] {
        let stage = Stage::with(fake());
        for place in ["/src", "/pullrequests", "/merge"] {
            stage.fake.inject(lost.clone().on("POST", place).after_applying());
        }
        let so = |request: &mut PullRequest<'_>| request.merge = Some(Merge::default());
        let proposal = ours(stage.propose_so(2, so).await.unwrap());
        assert!(matches!(proposal.merge, Some(MergeState::Merged { .. })), "{proposal:?}");
        assert_eq!(stage.states(), states(&[(1, "MERGED")]));
        assert_eq!(stage.text("main", API).as_deref(), Some("# api\r\ntag: 2\r\n"));

        stage.propose(3).await.unwrap();
        stage.somebody("main", API, "tag: 3\n");
        stage.fake.inject(lost.clone().on("POST", "/decline").after_applying());
        let stopped = stage.propose(3).await.unwrap();
        assert!(matches!(&stopped, Proposed::Stopped { declined, .. } if declined == &[2]), "{stopped:?}");
    }
}

#[tokio::test]
async fn somebody_who_changes_the_branch_meanwhile_is_seen() {
    let stage = Stage::with(fake());
    stage.propose(2).await.unwrap();
    let replaces = replaces(3);
    let request = request(&replaces);
    let mut rounds = 0;
    let (remote, options, repository) = (stage.remote(), stage.options(), stage.repository());
    let proposed = pull_request(&remote, &repository, &options, &request, async |now| {
        rounds += 1;
        if rounds == 1 {
            // Right before our commit: the destination and, by a newer build, our branch.
            stage.somebody("main", WEB, "tag: 7\n");
            stage.fake.push("acme", "gitops", BRANCH, "Newer\n\nTag: 4", &[(API, b"tag: 4\n")]);
        }
        set(now, API, "3").await
    });
    assert!(matches!(proposed.await.unwrap(), Proposed::Newer { id: Some(1), .. }));
    assert_eq!(stage.text(BRANCH, API).as_deref(), Some("tag: 4\n"));
}

#[tokio::test]
async fn of_builds_that_propose_at_the_same_time_the_newest_stays() {
    for round in 0..3 {
        let stage = Stage::with(fake());
        let builds = [3, 5, 2, 4].map(|tag| stage.propose(tag));
        let proposed = futures_util::future::join_all(builds).await;
        assert!(proposed.iter().all(Result::is_ok), "{round}: {proposed:#?}");
        assert_eq!(stage.text(BRANCH, API).as_deref(), Some("# api\r\ntag: 5\r\n"), "{round}: {proposed:#?}");
        assert_eq!(stage.log(BRANCH).len(), 2);
        assert_eq!(stage.states(), states(&[(1, "OPEN")]));
        // Nobody else leaves in the belief that theirs is there, unless they were done before.
        let newest = &stage.fake.pull_requests("acme", "gitops")[0].seen();
        assert_eq!(newest.title, format!("Bump {API} to 5"), "{round}: {proposed:#?}");
    }
}

#[tokio::test]
async fn default_reviewers_who_cannot_review_are_no_reason_not_to_propose() {
    let stage = Stage::with(fake().member(BOB).default_reviewer("acme", "gitops", ADA));
    let so = |request: &mut PullRequest<'_>| request.reviewers = vec![BOB.to_owned()];
    let proposal = ours(stage.propose_so(2, so).await.unwrap());
    assert_eq!(stage.pull_requests()[0].3, [BOB]);
    assert!(proposal.notes[0].contains("is not a member of this workspace"), "{:?}", proposal.notes);
    // Who was named is asked for in earnest.
    let stage = Stage::with(fake().member(BOB));
    let so = |request: &mut PullRequest<'_>| request.reviewers = vec![ADA.to_owned()];
    let error = stage.propose_so(2, so).await.unwrap_err();
    assert!(error.to_string().contains("reviewers: "), "{error}");
}

#[tokio::test]
async fn the_destination_itself_is_no_branch_of_our_own() {
    let stage = Stage::with(fake());
    let so = |request: &mut PullRequest<'_>| request.branch = "main".to_owned();
    assert!(matches!(stage.propose_so(2, so).await.unwrap_err(), Error::Refused { .. }));
    assert!(stage.fake.requests().is_empty());
}

#[tokio::test]
async fn by_git_the_branch_is_pushed_and_the_pull_request_opened_by_the_api() {
    let stage = Stage::with(fake());
    let work = TempRepo::new();
    work.write(API, "# api\r\ntag: 1\r\n");
    work.git(&["add", "."]);
    work.git(&["commit", "--quiet", "-m", "Begin"]);
    let bare = work.bare();
    let scratch = git::Scratch::open(&bare.url()).await.unwrap();
    let remote = Remote::Git(scratch.with_config(["user.name=Bot", "user.email=bot@example.com"].map(str::to_owned)));
    for (tag, how, pushed) in [(2, How::Opened, true), (2, How::Unchanged, false), (3, How::Updated, true)] {
        let replaces = replaces(tag);
        // What git has taken, Bitbucket has as well.
        let mirror = |draft: &Draft| {
            stage.fake.push("acme", "gitops", BRANCH, &draft.message, &[(API, &draft.files[0].content)]);
            described(draft)
        };
        let request = PullRequest { describe: &mirror, ..request(&replaces) };
        let plan = async |now: &landing::Snapshot<'_>| set(now, API, &tag.to_string()).await;
        let proposed = pull_request(&remote, &stage.repository(), &stage.options(), &request, plan).await.unwrap();
        let proposal = ours(proposed);
        assert_eq!((proposal.id, proposal.how, proposal.pushed), (1, how, pushed), "{tag}");
        assert_eq!(bare.git(&["rev-parse", BRANCH]), proposal.commit);
        assert_eq!(bare.git(&["rev-parse", &format!("{BRANCH}^")]), bare.git(&["rev-parse", "main"]));
        assert_eq!(bare.show(BRANCH, API), format!("# api\r\ntag: {tag}\r\n").into_bytes());
    }
}
