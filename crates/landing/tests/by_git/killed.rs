//! Killed at any point and run again: never a half state, never twice.

use std::convert::Infallible;
use std::path::Path;
use std::process::Command;

use git::testkit::TempRepo;
use landing::{Next, push};

use crate::stage::{draft, gitops, options, path_of, remote};

/// Where a child finds the remote that it is to land on; its directory has no such file when nobody started it.
const WHERE: &str = "landing-remote-url";

#[tokio::test]
#[ignore = "the child of the test below"]
async fn a_child_that_lands() {
    let Ok(url) = std::fs::read_to_string(WHERE) else { return };
    let scratch = git::Scratch::open(&url).await.expect("a scratch repository");
    bump(&landing::Remote::Git(scratch)).await;
}

/// Sets the tag of service 0 to 1, unless it is.
async fn bump(there: &landing::Remote) {
    let (options, _) = options();
    let landed = push::<Infallible>(there, &options, async |snapshot| {
        let now = snapshot.read(&path_of(0)).await.expect("readable");
        let is_done = now.as_deref() == Some(b"tag: 1\n");
        Ok(if is_done { Next::Stop } else { Next::Commit(draft("bump", &path_of(0), "tag: 1\n")) })
    });
    landed.await.expect("it lands");
}

#[tokio::test]
async fn killed_at_every_start_and_end_of_git_and_run_again_it_lands_once() {
    let mut kills = 0;
    for kill in ["before", "after"] {
        for nth in 1.. {
            let server = gitops(1);
            if run_child(&server, kill, nth) {
                break;
            }
            kills += 1;
            server.git(&["fsck", "--strict", "--no-dangling"]);
            bump(&remote(&server).await).await;
            assert_eq!(server.git(&["log", "--format=%s", "main"]), "bump\nstart", "{kill} the {nth}. git");
            assert_eq!(server.show("main", &path_of(0)), b"tag: 1\n");
        }
    }
    assert!(kills >= 10, "{kills}");
}

/// Starts the child, which is killed with the nth git that it starts; whether it ended well because there was none.
fn run_child(server: &TempRepo, kill: &str, nth: usize) -> bool {
    let shim = "case $* in *cat-file*|*mktree*) exec \"$REAL\" \"$@\";; esac\n\
                echo x >>\"$HERE/starts\"\n\
                hit() { test $(wc -l <\"$HERE/starts\") -eq $NTH && test $KILL = $1 && kill -9 $PPID; }\n\
                hit before; \"$REAL\" \"$@\"; status=$?; hit after; exit $status";
    // A hook is a script that may be run, which is all that is needed here.
    server.hook("git", shim);
    server.write(WHERE, server.url());
    let dir = server.path();
    let start = "REAL=$(command -v git) HERE=$PWD PATH=$PWD/hooks:$PATH exec \"$0\" \"$@\"";
    let mut child = Command::new("sh");
    child.args(["-c", start]).arg(std::env::current_exe().expect("this program"));
    child.args(["killed::a_child_that_lands", "--exact", "--include-ignored"]).current_dir(&dir);
    child.env("KILL", kill).env("NTH", nth.to_string()).env("TMPDIR", temporary(&dir));
    child.output().expect("it starts").status.success()
}

/// A directory for what a killed child leaves behind.
fn temporary(dir: &Path) -> std::path::PathBuf {
    let temporary = dir.join("tmp");
    std::fs::create_dir_all(&temporary).expect("a directory");
    temporary
}
