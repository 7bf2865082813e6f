//! The one way into every program: arguments, session, runtime, signals, bugs, exit code.

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Duration;

use clap::{ArgMatches, CommandFactory, FromArgMatches};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use crate::args::{Sources, in_env};
use crate::env::Env;
use crate::exit::Exit;
use crate::failure::{Failure, Kind, Result};
use crate::session::Session;
use crate::words::cannot_write;

/// Runs a program: `fn main() -> ExitCode { step::main(stepgate_lint::run) }`.
///
/// Wrong usage exits with 2 and `--help` with 0, as clap has it. An interrupt (Ctrl-C, SIGTERM) drops the program where
/// it waits, so that children are stopped and temporary files removed, and exits with 130. A failure is told once, on
/// standard error. A panic is a bug in stepgate, says so, and exits with 70.
pub fn main<A>(program: impl AsyncFnOnce(A, &mut Session) -> Result<Exit>) -> ExitCode
where
    A: CommandFactory + FromArgMatches,
{
    main_with(std::env::args_os(), program).into()
}

/// Runs a program in a session that somebody else made, tells of its failure there, and gives its exit.
pub async fn run_in<A>(
    program: impl AsyncFnOnce(A, &mut Session) -> Result<Exit>,
    args: A,
    session: &mut Session,
) -> Exit {
    let result = program(args, session).await;
    let result = result.and_then(|exit| session.out.flush().map(|()| exit).map_err(cannot_write));
    result.unwrap_or_else(|failure| {
        // What was printed comes first. When the streams take nothing, the exit code still tells.
        drop(session.out.flush());
        drop(failure.tell(&mut session.err));
        failure.exit()
    })
}

fn main_with<A>(
    args: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    program: impl AsyncFnOnce(A, &mut Session) -> Result<Exit>,
) -> Exit
where
    A: CommandFactory + FromArgMatches,
{
    tell_of_bugs();
    let command = in_env(A::command(), &Env::of_process());
    let parsed = command.try_get_matches_from(args);
    let parsed = parsed.and_then(|matches| Ok((A::from_arg_matches(&matches)?, matches)));
    match parsed {
        Ok((args, matches)) => with_session(program, args, &matches),
        Err(error) => refuse(&error),
    }
}

/// What clap has to say: help and version on standard output with 0, wrong usage on standard error with 2.
fn refuse(error: &clap::Error) -> Exit {
    // Nobody is left to be told when the stream is closed.
    drop(error.print());
    if error.use_stderr() { Exit::Usage } else { Exit::Pass }
}

fn with_session<A>(program: impl AsyncFnOnce(A, &mut Session) -> Result<Exit>, args: A, matches: &ArgMatches) -> Exit {
    let started = Session::of_process().and_then(|session| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let interrupted = on_interrupt()?;
        Ok((session, runtime, interrupted))
    });
    let (mut session, runtime, interrupted) = match started {
        Ok(started) => started,
        Err(error) => return untold(&Failure::input("cannot start in this directory").because(error)),
    };
    session.sources = Sources::of(matches);
    runtime.block_on(async {
        tokio::select! {
            exit = run_in(program, args, &mut session) => exit,
            Ok(()) = interrupted => untold(&Failure::new(Kind::Interrupted, "stopped before there was a result")),
        }
    })
}

/// Tells of a failure where there is no session.
fn untold(failure: &Failure) -> Exit {
    drop(failure.tell(&mut anstream::AutoStream::auto(std::io::stderr())));
    failure.exit()
}

/// How long a program that is busy computing may go on after an interrupt.
const GRACE: Duration = Duration::from_secs(1);

/// Resolves on the first interrupt. Listens in a thread of its own, because a program that computes, or that waits for
/// standard input, does not come back to its runtime: then the process is ended after [`GRACE`], or by a second
/// interrupt.
fn on_interrupt() -> std::io::Result<oneshot::Receiver<()>> {
    let (tell, told) = oneshot::channel();
    let (ready, is_ready) = mpsc::channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("interrupts".to_owned()).spawn(move || {
        runtime.block_on(async {
            let streams = signal(SignalKind::interrupt()).and_then(|i| Ok((i, signal(SignalKind::terminate())?)));
            let (mut interrupt, mut terminate) = match streams {
                Ok(streams) => streams,
                Err(error) => return drop(ready.send(Err(error))),
            };
            drop(ready.send(Ok(())));
            tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
            // Nobody listens when the program has just ended by itself.
            let _told = tell.send(());
            tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {}, () = tokio::time::sleep(GRACE) => {} }
            end(Exit::Interrupted);
        });
    })?;
    is_ready.recv().map_err(std::io::Error::other)??;
    Ok(told)
}

/// Makes a panic, which is always a bug in stepgate, end the process with 70, also where panics abort.
fn tell_of_bugs() {
    std::panic::set_hook(Box::new(|panic| {
        let failure = Failure::bug(format!("stepgate cannot go on: {panic}"));
        untold(&failure);
        end(Exit::Bug);
    }));
}

#[expect(clippy::disallowed_methods, clippy::exit, reason = "the program itself does not get to its end any more")]
fn end(exit: Exit) -> ! {
    std::process::exit(i32::from(exit as u8))
}

#[cfg(test)]
mod tests;
