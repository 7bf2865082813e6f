//! A run that is killed leaves nothing half done, and can be repeated.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::{DIGEST, World};

/// More calls of git than a run makes.
const MOST: usize = 60;

/// A git that kills who has started it at the call whose number is in `at`, before or behind what it does.
fn deadly_git(dir: &Path, at: usize, behind: bool) {
    let (before, after) = if behind { ("", "kill -9 $PPID\n") } else { ("kill -9 $PPID; exit 1\n", "") };
    let script = format!(
        "#!/bin/sh\ncount=$(($(cat '{0}/count' 2>/dev/null) + 1))\necho $count > '{0}/count'\n\
         if [ $count -ne {at} ]; then exec /usr/bin/git \"$@\"; fi\n{before}/usr/bin/git \"$@\"\nended=$?\n{after}exit $ended\n",
        dir.display()
    );
    std::fs::write(dir.join("git"), script).expect("a program");
    std::fs::set_permissions(dir.join("git"), std::fs::Permissions::from_mode(0o755)).expect("executable");
}

fn put(world: &World, path: Option<&Path>) -> Option<i32> {
    let remote = world.remote.path();
    let image = format!("registry.example.com/acme/orders-api:1.8.2@{DIGEST}");
    let args = [
        "put",
        &image,
        "--repo",
        remote.to_str().expect("UTF-8"),
        "--service",
        "orders-api",
        "--environment",
        "staging",
    ];
    let mut command = world.command(&args);
    if let Some(path) = path {
        command.env("PATH", format!("{}:/usr/bin:/bin", path.display()));
    }
    command.output().expect("the program starts").status.code()
}

#[test]
fn killed_at_any_call_of_git_nothing_is_half_done_and_the_next_run_ends_it() {
    for behind in [false, true] {
        let mut killed = 0;
        for at in 1..MOST {
            let world = World::new();
            let bin = tempfile::tempdir().expect("a directory");
            deadly_git(bin.path(), at, behind);
            let ended = put(&world, Some(bin.path()));
            let landed = world.commits() - 1;
            assert!(landed <= 1);
            world.remote.git(&["fsck", "--strict"]);
            let calls = std::fs::read_to_string(bin.path().join("count")).expect("git was called");
            if calls.trim().parse::<usize>().expect("a number") < at {
                assert_eq!((ended, landed), (Some(0), 1));
                break;
            }
            // A git that goes on to the very end may kill too late.
            assert!(ended.is_none() || behind, "call {at} of git was to kill the program");
            killed += usize::from(ended.is_none());
            assert_eq!(put(&world, None), Some(0));
            assert_eq!(world.commits(), 2, "killed at call {at}: landed once, not twice");
            assert!(world.file("environments/staging/orders-api/values.yaml").contains("1.8.2"));
        }
        assert!((5..MOST - 1).contains(&killed), "the program was killed {killed} times");
    }
}
