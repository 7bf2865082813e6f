//! Programs that run for a step: whatever happens, none of them outlives it.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

/// The exit code that stands for a program that took too long, as `timeout` of coreutils has it.
pub const TIMED_OUT: i32 = 124;

/// A program and the workers it starts (PHPStan, PHP-CS-Fixer, ParaTest have some): unless the program has ended, all
/// of them are killed when this is dropped, after a time-out as on an interrupt.
#[derive(Debug)]
pub struct Family(Child);

impl Family {
    /// Starts `command` in a process group of its own, and without the key that signs verdicts: whoever can have a test
    /// or a tool run something must not be able to sign that it went well.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn of(mut command: Command) -> io::Result<Self> {
        command.env_remove(crate::signing::KEY).process_group(0).kill_on_drop(true).spawn().map(Self)
    }

    /// Waits for the end of the program.
    ///
    /// # Errors
    ///
    /// When the system does not tell.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.0.wait().await
    }
}

impl Drop for Family {
    fn drop(&mut self) {
        let leader = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        // An error means that they ended by themselves in this moment, which is as good.
        leader.map(|leader| kill_process_group(leader, Signal::KILL));
    }
}

/// The exit code as a shell would give it: 128 and the number of the signal for a program that was killed.
#[must_use]
pub fn code(status: ExitStatus) -> i32 {
    status.code().or_else(|| Some(128 + status.signal()?)).unwrap_or(TIMED_OUT)
}
