use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

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

#[derive(clap::Parser)]
struct Args {
    what: String,
}

/// Not a test of its own: the program that the tests below start, with what it is to do in `STEPGATE_PROBE`.
#[test]
fn probe() {
    if let Some(args) = Env::of_process().get("STEPGATE_PROBE") {
        end(main_with(["probe"].into_iter().chain(args.split(' ')), probed));
    }
}

#[expect(clippy::panic, reason = "to see what becomes of it")]
async fn probed(args: Args, session: &mut Session) -> Result<Exit> {
    let written = session.out.write_all(b"ready\n").and_then(|()| session.out.flush());
    written.map_err(|error| Failure::bug("cannot write").because(error))?;
    match args.what.as_str() {
        "panic" => panic!("one and one is three"),
        "wait" => {
            let _file = tempfile::NamedTempFile::new_in(&session.dir).expect("a temporary file");
            std::future::pending().await
        }
        "compute" => loop {
            std::thread::park();
        },
        "print" => {
            let much = vec![b'x'; 1 << 20];
            session.out.write_all(&much).map_err(|error| Failure::input("cannot write").because(error))?;
            Ok(Exit::Fail)
        }
        _ => Ok(Exit::NotYet),
    }
}

/// Starts the probe in `dir` and waits until it is ready. Gives the rest of its standard output, not yet read.
fn start(what: &str, dir: &std::path::Path) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "run::tests::probe", "--nocapture"])
        .env("STEPGATE_PROBE", what)
        .current_dir(dir)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("this program starts again");
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    while !line.ends_with("ready\n") && out.read_line(&mut line).expect("readable") > 0 {}
    (child, out)
}

fn ended(mut child: Child) -> (Option<i32>, String) {
    let mut said = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("UTF-8");
    (child.wait().expect("it ends").code(), said)
}

fn signalled(what: &str, signal: Signal) -> (Option<i32>, String, usize) {
    let dir = tempfile::tempdir().expect("a directory");
    let (child, _out) = start(what, dir.path());
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a process id")).expect("not 0");
    kill_process(pid, signal).expect("it runs");
    let (code, said) = ended(child);
    (code, said, std::fs::read_dir(dir.path()).expect("the directory").count())
}

#[test]
fn the_exit_of_the_program_is_that_of_the_process() {
    let (child, _out) = start("nothing", std::path::Path::new("/"));
    assert_eq!(ended(child).0, Some(5));
}

#[test]
fn wrong_usage_is_2() {
    let (child, _out) = start("one two", std::path::Path::new("/"));
    let (code, said) = ended(child);
    assert_eq!(code, Some(2));
    assert!(said.contains("unexpected argument 'two'"), "{said}");
}

#[test]
fn an_interrupt_is_130_and_leaves_no_temporary_file() {
    for signal in [Signal::INT, Signal::TERM] {
        let (code, said, files) = signalled("wait", signal);
        assert_eq!((code, files), (Some(130), 0));
        assert_eq!(said, "interrupted: stopped before there was a result\n");
    }
}

#[test]
fn an_interrupt_ends_a_program_that_is_busy_too() {
    assert_eq!(signalled("compute", Signal::INT).0, Some(130));
}

#[test]
fn a_panic_is_70_and_says_that_it_is_a_bug() {
    let (child, _out) = start("panic", std::path::Path::new("/"));
    let (code, said) = ended(child);
    assert_eq!(code, Some(70));
    assert!(said.contains("one and one is three") && said.contains("please report it"), "{said}");
    assert_eq!(said.lines().count(), 2, "{said}");
}

#[test]
fn a_reader_that_went_away_does_not_change_the_verdict() {
    let (child, out) = start("print", std::path::Path::new("/"));
    drop(out);
    assert_eq!(ended(child), (Some(1), String::new()));
}
