use attest::SigningKey;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use git::testkit::TempRepo;
use proptest::prelude::*;

use super::*;
use crate::args::ConfigArgs;
use crate::process::Family;
use crate::session::Captured;
use crate::{Env, Exit, Place, Session};

fn pem() -> String {
    SigningKey::from_seed(&[7; 32]).to_pem()
}

#[test]
fn a_key_comes_through_a_variable_of_one_line_in_several_ways() {
    let (pem, ours) = (pem(), SigningKey::from_seed(&[7; 32]).public().id());
    let ways = [
        pem.clone(),
        pem.replace('\n', "\\n"),
        pem.replace('\n', "\\r\\n"),
        pem.replace('\n', " "),
        BASE64_STANDARD.encode(&pem),
        format!(" {}\n", BASE64_STANDARD.encode(&pem)),
    ];
    for way in ways {
        let key = key(&Env::from_iter([(KEY, way.as_str())])).expect(&way);
        assert_eq!(key.map(|key| key.public().id()), Some(ours.clone()), "{way}");
    }
    assert!(key(&Env::default()).is_ok_and(|key| key.is_none()));
    assert!(key(&Env::from_iter([(KEY, "")])).is_ok_and(|key| key.is_none()), "an empty variable is none");
}

#[test]
fn what_is_no_key_is_refused_and_none_of_it_is_printed() {
    let public = SigningKey::from_seed(&[7; 32]).public().to_pem();
    for wrong in ["hunter2", "aHVudGVyMg==", "-----BEGIN hunter2-----", &public, &pem()[..60]] {
        let failure = key(&Env::from_iter([(KEY, wrong)])).expect_err(wrong);
        let (mut session, _, err) = Session::captured(Env::default(), "/");
        failure.tell(&mut session.err).expect("memory");
        assert_eq!(failure.exit(), Exit::Input);
        assert!(err.text().contains(KEY) && err.text().contains("hint: "), "{}", err.text());
        let secret = wrong.lines().filter(|line| !line.starts_with("-----BEGIN P"));
        assert!(secret.into_iter().all(|line| !err.text().contains(line)), "{}", err.text());
    }
}

proptest! {
    #[test]
    fn no_text_is_a_panic(text in ".{0,80}") {
        drop(key(&Env::from_iter([(KEY, text)])));
    }
}

async fn signer(
    repo: &TempRepo,
    env: &[(&str, &str)],
    args: &SigningArgs,
) -> (crate::Result<Option<Signer>>, Captured) {
    let pem = pem();
    let env = env.iter().copied().chain([(KEY, pem.as_str())]).collect();
    let (mut session, _, err) = Session::captured(env, repo.path());
    let place = Place::<()>::find("lint", &ConfigArgs::default(), &session).await.expect("a place");
    let wanted = Wanted { args, attestation: None, service: None, commit: None };
    (Signer::find("stepgate-lint", &wanted, &place, &mut session).await, err)
}

#[tokio::test]
async fn what_is_not_committed_is_not_signed() {
    let repo = TempRepo::new();
    repo.write("a.txt", "a\n");
    let commit = repo.commit("first");
    let args = SigningArgs::default();
    repo.write("new.txt", "a report that nobody tracks\n");
    assert!(signer(&repo, &[], &args).await.0.expect("a signer").is_some());
    repo.write("a.txt", "b\n");
    let failure = signer(&repo, &[], &args).await.0.expect_err("changes");
    assert_eq!(failure.exit(), Exit::Input);
    // A step writes where it likes: what it judges is what it checked out.
    let step = [("BITBUCKET_BUILD_NUMBER", "7"), ("BITBUCKET_COMMIT", commit.as_str())];
    assert!(signer(&repo, &step, &args).await.0.expect("a signer").is_some());
}

#[tokio::test]
async fn a_commit_that_is_not_checked_out_is_not_signed_in_a_step() {
    let repo = TempRepo::new();
    repo.write("a.txt", "a\n");
    let source = repo.commit("first");
    repo.write("b.txt", "b\n");
    repo.commit("merged");
    for commit in [source.as_str(), "0123456789abcdef0123456789abcdef01234567"] {
        let step = [("BITBUCKET_BUILD_NUMBER", "7"), ("BITBUCKET_COMMIT", commit)];
        let (found, err) = signer(&repo, &step, &SigningArgs::default()).await;
        assert!(found.expect("no failure").is_none());
        assert!(err.text().starts_with("warning: the verdict is not signed: "), "{}", err.text());
    }
}

#[tokio::test]
async fn standard_output_takes_no_attestation() {
    let repo = TempRepo::new();
    repo.commit("first");
    let args = SigningArgs { attestation: Some("-".into()), service: None };
    assert_eq!(signer(&repo, &[], &args).await.0.expect_err("refused").exit(), Exit::Usage);
}

#[tokio::test]
async fn no_program_that_is_run_has_the_key() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut command = tokio::process::Command::new("sh");
    command.args(["-c", "env >seen"]).current_dir(dir.path()).env(KEY, "secret").env("OTHER", "kept");
    Family::of(command).expect("started").wait().await.expect("ended");
    let seen = std::fs::read_to_string(dir.path().join("seen")).expect("written");
    assert!(seen.contains("OTHER=kept") && !seen.contains("secret"), "{seen}");
}
