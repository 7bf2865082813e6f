//! Telling people that something takes its time.

use std::cell::RefCell;
use std::io::Write;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget};

use crate::session::Session;

/// What lasts less than this is not worth a word.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shows what is going on and lasts longer than a second: a moving line on a terminal, a plain line elsewhere.
pub struct Progress<'s> {
    err: RefCell<&'s mut dyn Write>,
    bars: Option<MultiProgress>,
}

impl<'s> Progress<'s> {
    /// On the standard error of `session`.
    #[must_use]
    pub fn new(session: &'s mut Session) -> Self {
        let bars = session.interactive.then(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr()));
        Self { err: RefCell::new(&mut *session.err), bars }
    }

    /// Waits for `work`, and shows `what` (`running phpstan`) once it has lasted a second. Several may be waited for
    /// side by side.
    pub async fn during<T>(&self, what: &str, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = tokio::time::sleep(PATIENCE) => {}
        }
        let _shown = self.show(what);
        work.await
    }

    fn show(&self, what: &str) -> Option<Shown> {
        let Some(bars) = &self.bars else {
            // Progress that cannot be shown is no reason to stop.
            drop(writeln!(self.err.borrow_mut(), "{} …", findings::escape::terminal(what)));
            return None;
        };
        let bar = bars.add(ProgressBar::new_spinner().with_message(findings::escape::terminal(what).into_owned()));
        bar.enable_steady_tick(Duration::from_millis(100));
        Some(Shown(bar))
    }
}

/// A moving line, gone when dropped.
struct Shown(ProgressBar);

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Env;

    #[tokio::test(start_paused = true)]
    async fn only_what_lasts_is_told_and_only_once() {
        let (mut session, _, err) = Session::captured(Env::default(), "/");
        let progress = Progress::new(&mut session);
        let short = progress.during("short", tokio::time::sleep(Duration::from_millis(900)));
        let long = progress.during("running phpstan", tokio::time::sleep(Duration::from_secs(60)));
        tokio::join!(short, long);
        assert_eq!(err.text(), "running phpstan …\n");
    }
}
