//! Comments, and the one that is ours.

use bitbucket::{Comments, Inline, Upsert, marker_line};
use fakes::Fault;

use crate::stage::{Stage, fake};

impl Stage {
    fn comments(&self) -> Comments {
        self.repository().pull_requests().comments(7)
    }

    /// The comments that are not deleted, by number and text.
    fn standing(&self) -> Vec<(u64, String)> {
        let standing = self.fake.comments(7).into_iter().filter(|comment| !comment.deleted);
        standing.map(|comment| (comment.id, comment.raw)).collect()
    }
}

fn marked(text: &str) -> String {
    format!("{text}\n\n{}", marker_line("acme-lint"))
}

#[tokio::test]
async fn a_comment_is_written_at_a_line_changed_read_listed_and_deleted() {
    let stage = Stage::new();
    let comments = stage.comments();
    let inline = Inline { path: "src/Cart.php".to_owned(), to: Some(12), from: None };
    let written = comments.create("Hello").inline(inline.clone()).send().await.unwrap();
    assert_eq!(written.inline, Some(inline));
    comments.update(written.id, "Good bye").await.unwrap();
    assert_eq!(comments.get(written.id).await.unwrap().content.raw, "Good bye");
    comments.delete(written.id).await.unwrap();
    comments.delete(written.id).await.unwrap();
    let listed = comments.list().all().await.unwrap();
    assert_eq!(listed.iter().map(|it| (it.id, it.deleted)).collect::<Vec<_>>(), [(written.id, true)]);
}

#[tokio::test]
async fn an_upserted_comment_is_created_then_left_alone_then_changed_and_never_doubled() {
    let stage = Stage::new();
    let mut seen = Vec::new();
    for body in ["One problem.", "One problem.", "No problem."] {
        seen.push(stage.comments().upsert("acme-lint", body).await.unwrap().how);
    }
    assert_eq!(seen, [Upsert::Created, Upsert::Unchanged, Upsert::Updated]);
    let standing = stage.standing();
    assert_eq!(standing.len(), 1);
    assert_eq!(standing[0].1, marked("No problem."));
}

#[tokio::test]
async fn our_comment_is_found_on_a_late_page_among_those_of_others_and_of_other_markers() {
    let stage = Stage::new();
    stage.fake.comment_by_somebody_else(7, &marked("Copied by somebody")).unwrap();
    stage.comments().create(format!("Other\n\n{}", marker_line("acme-lint-2"))).send().await.unwrap();
    for n in 0..120 {
        stage.fake.comment_by_somebody_else(7, &format!("Remark {n}")).unwrap();
    }
    let ours = stage.comments().create(marked("Ours")).send().await.unwrap();
    stage.fake.inject(Fault::empty_page().on("GET", "/comments"));

    let done = stage.comments().upsert("acme-lint", "Newer").await.unwrap();
    assert_eq!((done.how, done.comment.id, done.removed), (Upsert::Updated, ours.id, vec![]));
    assert_eq!(stage.standing().len(), 123);
}

#[tokio::test]
async fn comments_left_by_steps_that_ran_side_by_side_are_cut_down_to_the_oldest() {
    let stage = Stage::new();
    let first = stage.comments().create(marked("A")).send().await.unwrap();
    let second = stage.comments().create(marked("B")).send().await.unwrap();
    let done = stage.comments().upsert("acme-lint", "C").await.unwrap();
    assert_eq!((done.comment.id, done.removed), (first.id, vec![second.id]));
    assert_eq!(stage.standing(), [(first.id, marked("C"))]);
}

#[tokio::test]
async fn several_steps_at_once_leave_one_comment() {
    let stage = Stage::new();
    let bodies = ["A", "B", "C", "D"];
    let comments = stage.comments();
    let all = futures_util::future::join_all(bodies.map(|body| comments.upsert("acme-lint", body))).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    assert_eq!(stage.standing().len(), 1);
}

#[tokio::test]
async fn a_comment_whose_creation_ended_in_doubt_is_looked_for_before_another_is_written() {
    for fault in [Fault::reset(), Fault::close(), Fault::status(500), Fault::status(555), Fault::truncate()] {
        let stage = Stage::failing([fault.clone().on("POST", "/comments").after_applying()]);
        let done = stage.comments().upsert("acme-lint", "One problem.").await.unwrap();
        assert_eq!(stage.standing(), [(done.comment.id, marked("One problem."))], "{fault:?}");
    }
    for fault in [Fault::reset(), Fault::status(503), Fault::status(429)] {
        let stage = Stage::failing([fault.clone().on("POST", "/comments")]);
        stage.comments().upsert("acme-lint", "One problem.").await.unwrap();
        assert_eq!(stage.standing().len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_token_that_may_not_say_who_it_is_leaves_the_comments_of_others_alone() {
    let token = "pr-only";
    let fake = fake().token_with_scopes(token, &["pullrequest"]);
    let stage = Stage::with(fake, |builder| builder.auth(bitbucket::Auth::AccessToken(token.into())));
    let theirs = stage.fake.comment_by_somebody_else(7, &marked("Copied")).unwrap();
    let first = stage.comments().upsert("acme-lint", "One problem.").await.unwrap();
    let second = stage.comments().upsert("acme-lint", "No problem.").await.unwrap();
    assert_eq!((first.how, second.how), (Upsert::Created, Upsert::Updated));
    assert_eq!(first.comment.id, second.comment.id);
    assert_eq!(stage.standing(), [(theirs, marked("Copied")), (first.comment.id, marked("No problem."))]);
}

#[tokio::test]
async fn a_marker_that_could_break_out_of_its_line_is_refused() {
    let stage = Stage::new();
    for marker in ["", "a b", "a)", "a\nb"] {
        assert!(stage.comments().upsert(marker, "x").await.is_err(), "{marker:?}");
    }
    assert!(stage.lines().is_empty());
}
