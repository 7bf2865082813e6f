use std::io::Write as _;

use super::*;
use crate::env::Env;

async fn told(failure: Failure) -> (Exit, String, String) {
    let (mut session, out, err) = Session::captured(Env::default(), "/");
    let program = async |failure: Failure, session: &mut Session| -> Result<Exit> {
        write!(session.out, "half a table").map_err(|error| Failure::bug("memory").because(error))?;
        Err(failure)
    };
    let exit = run_in(program, failure, &mut session).await;
    (exit, out.text(), err.text())
}

#[tokio::test]
async fn a_failure_is_told_once_with_its_causes_and_hints() {
    let cause = std::io::Error::new(std::io::ErrorKind::NotFound, "no such file");
    let failure = Failure::input("cannot read reports/a.json").because(cause).hint("run phpstan first");
    let (exit, out, err) = told(failure).await;
    assert_eq!(exit, Exit::Input);
    assert_eq!(out, "half a table");
    assert_eq!(err, "error: cannot read reports/a.json: no such file\nhint: run phpstan first\n");
}

#[tokio::test]
async fn hostile_text_in_a_failure_cannot_reach_the_terminal() {
    let failure = Failure::remote("cannot post\u{1b}[2J: a\r\nb\u{202e}c");
    let (exit, _, err) = told(failure).await;
    assert_eq!(exit, Exit::Remote);
    assert!(!err.contains(['\u{1b}', '\r', '\u{202e}']), "{err:?}");
    assert_eq!(err.lines().count(), 1);
}

#[tokio::test]
async fn a_bug_says_where_to_report_it() {
    let (exit, _, err) = told(Failure::bug("cannot count")).await;
    assert_eq!(exit, Exit::Bug);
    assert!(err.contains("please report it at https://"), "{err}");
}
