use jiff::Timestamp;
use promotion::deployment::{Action, Actor, Deployment, PolicyRef};
use promotion::model::Earlier;
use promotion::trail::{Entry, Found, trail};
use step::Exit;

use super::write::{json, markdown, terminal};
use super::{History, SCHEMA};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).expect("a time")
}

fn image(number: u8) -> String {
    format!("registry.example/shop/api:1.{number}@sha256:{}", format!("{number:02x}").repeat(32))
}

fn actor(name: &str, proof: &str) -> Actor {
    Actor { uuid: Some("{7f2c}".to_owned()), name: Some(name.to_owned()), proof: proof.to_owned() }
}

fn found(number: u8, previous: Option<&str>) -> Found {
    let deployment = Deployment {
        action: Action::Promoted,
        service: "api".to_owned(),
        environment: "production".to_owned(),
        image: image(number),
        replaced: None,
        at: at(i64::from(number) * 86_400),
        by: actor("Ada", "shown"),
        reason: None,
        policy: Some(PolicyRef { commit: "c".repeat(40), sha256: "d".repeat(64) }),
        onto: "a".repeat(40),
        previous: previous.map(str::to_owned),
        guardrails: Vec::new(),
        input_attestations: Vec::new(),
        approved_by: vec![actor("Bob", "shown"), actor("Eve", "claimed")],
        pull_request: Some(12),
    };
    Found { sha256: format!("{number:064x}"), keys: vec!["pipeline".to_owned()], deployment }
}

fn stood(number: u8) -> Earlier {
    let since = Some(at(i64::from(number) * 86_400 + 60));
    Earlier { image: Ok(image(number).parse().expect("an image")), since, commit: Some(format!("{number:040x}")) }
}

fn history(entries: Vec<Entry>) -> History {
    let trails =
        [("api".to_owned(), "production".to_owned(), entries), ("web".to_owned(), "dev".to_owned(), Vec::new())];
    History::of("acme/gitops", "main", &trails)
}

fn written(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).expect("written");
    String::from_utf8(out).expect("text")
}

fn honest() -> Vec<Entry> {
    let mut back = found(3, Some(&format!("{:064x}", 2)));
    back.deployment.action = Action::RolledBack;
    back.deployment.reason = Some("checkout\u{1b}[31m is slow | <b>".to_owned());
    back.deployment.by = actor("Eve\u{202e}", "claimed");
    back.deployment.approved_by.clear();
    back.deployment.pull_request = None;
    trail(&[stood(3), stood(2), stood(1)], &[found(2, None), back], &|_| true)
}

fn tampered() -> Vec<Entry> {
    let mut unreadable = stood(4);
    unreadable.image = Err("two places disagree".to_owned());
    trail(&[unreadable, stood(3), stood(2)], &[found(3, Some(&"e".repeat(64)))], &|_| false)
}

#[test]
fn an_honest_trail_is_told_newest_first() {
    let history = history(honest());
    assert_eq!(history.exit(), Exit::Pass);
    insta::assert_snapshot!(written(|out| terminal(&history, false, out)), @r"
    3 changes in main of acme/gitops, and everything fits together

    api in production
      2026-09-24 14:13 UTC  rolled back  1.3 sha256:030303030303
        by Eve� (claimed)
        why: checkout�[31m is slow | <b>
        commit 000000000000, signed by pipeline
      2026-09-23 14:13 UTC  promoted     1.2 sha256:020202020202
        by Ada (shown), approved by Bob (shown), Eve (claimed), pull request 12
        commit 000000000000, signed by pipeline
      2026-09-22 14:14 UTC  not attested 1.1 sha256:010101010101
        commit 000000000000

    web in dev
      nothing ever stood there
    ");
    insta::assert_snapshot!(written(|out| markdown(&history, out)), @r"
    **3 changes in main of acme/gitops, and everything fits together**

    ### api in production

    | When | What | Image | Details | Problems |
    |---|---|---|---|---|
    | 2026-09-24 14:13 UTC | rolled back | 1\.3 sha256:030303030303 | by Eve� (claimed); why: checkout�\[31m is slow &#124; &lt;b&gt;; commit 000000000000, signed by pipeline |  |
    | 2026-09-23 14:13 UTC | promoted | 1\.2 sha256:020202020202 | by Ada (shown), approved by Bob (shown), Eve (claimed), pull request 12; commit 000000000000, signed by pipeline |  |
    | 2026-09-22 14:14 UTC | not attested | 1\.1 sha256:010101010101 | commit 000000000000 |  |

    ### web in dev

    Nothing ever stood there.
    ");
}

#[test]
fn what_does_not_fit_together_is_loud_and_fails() {
    let history = history(tampered());
    assert_eq!(history.exit(), Exit::Fail);
    insta::assert_snapshot!(written(|out| terminal(&history, false, out)), @r"
    3 PROBLEMs in the audit trail of main of acme/gitops

    api in production
      2026-09-25 14:14 UTC  not attested two places disagree
        commit 000000000000
        PROBLEM nothing attests this change: it was made by hand, or its attestation was taken away
      2026-09-24 14:13 UTC  promoted     1.3 sha256:030303030303
        by Ada (shown), approved by Bob (shown), Eve (claimed), pull request 12
        commit 000000000000, signed by pipeline
        PROBLEM the deployment before it, eeeeeeeeeeee, is missing: it was taken away or changed
        PROBLEM it was made on top of commit aaaaaaaaaaaa, which is not in the history of the branch: history was rewritten
      2026-09-23 14:14 UTC  not attested 1.2 sha256:020202020202
        commit 000000000000

    web in dev
      nothing ever stood there
    ");
    insta::assert_snapshot!(written(|out| markdown(&history, out)), @r"
    **3 PROBLEMs in the audit trail of main of acme/gitops**

    ### api in production

    | When | What | Image | Details | Problems |
    |---|---|---|---|---|
    | 2026-09-25 14:14 UTC | not attested | two places disagree | commit 000000000000 | ⚠ nothing attests this change: it was made by hand, or its attestation was taken away |
    | 2026-09-24 14:13 UTC | promoted | 1\.3 sha256:030303030303 | by Ada (shown), approved by Bob (shown), Eve (claimed), pull request 12; commit 000000000000, signed by pipeline | ⚠ the deployment before it, eeeeeeeeeeee, is missing: it was taken away or changed<br>⚠ it was made on top of commit aaaaaaaaaaaa, which is not in the history of the branch: history was rewritten |
    | 2026-09-23 14:14 UTC | not attested | 1\.2 sha256:020202020202 | commit 000000000000 |  |

    ### web in dev

    Nothing ever stood there.
    ");
    assert!(written(|out| terminal(&history, true, out)).contains("\u{1b}[1m\u{1b}[31m"));
}

#[test]
fn programs_get_everything() {
    insta::assert_snapshot!(written(|out| json(&history(honest()), out)));
}

#[test]
fn the_committed_schema_is_made_from_the_type_that_is_written() {
    crate::write::tests::is_up_to_date(&schemars::schema_for!(History), SCHEMA, "promote-history");
}
