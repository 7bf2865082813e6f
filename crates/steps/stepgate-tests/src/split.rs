//! `split`: test files over parallel steps, by the time they take.

use std::collections::BTreeSet;
use std::path::Path;

use junit::split::{Times, split};
use step::{Exit, Failure, Place, Result, Session, files, words};

use crate::args::{InputArgs, Print, SplitArgs};
use crate::config::Config;
use crate::gate::SECTION;
use crate::{inputs, phpunit};

/// Prints the files of one part.
pub(crate) async fn run(args: &SplitArgs, session: &mut Session) -> Result<Exit> {
    if args.index >= args.total.get() {
        let what = format!("there is no part {} of {}", args.index, args.total);
        return Err(Failure::usage(what).hint("parts count from 0, as BITBUCKET_PARALLEL_STEP does"));
    }
    let place = Place::<Config>::find(SECTION, &step::args::ConfigArgs::default(), session).await?;
    let paths = test_files(args, place.dir())?;
    let times = times(args, &place).await?;
    let items = times.items(paths.iter().map(String::as_str));
    let unknown = items.iter().filter(|item| item.time.is_none()).count() as u64;
    if !args.timings.is_empty() && unknown > 0 {
        words::progress(session, &format!("note: {} without a recorded time", words::count(unknown, "file")));
    }
    let parts = split(&items, args.total);
    let part = parts.get(usize::from(args.index)).ok_or_else(|| Failure::bug("a part is missing"))?;
    if part.files.is_empty() {
        words::warn(
            session,
            &format!("part {} of {} is empty: there are fewer files than parts", args.index, args.total),
        );
    }
    let text = match args.print {
        Print::Lines => part.files.iter().map(|file| format!("{file}\n")).collect(),
        Print::Null => part.files.iter().map(|file| format!("{file}\0")).collect(),
        Print::Phpunit => phpunit::config(&part.files, place.dir())?,
    };
    words::say(session, &text)?;
    Ok(Exit::Pass)
}

/// The test files that are named, as they are named, each once.
fn test_files(args: &SplitArgs, dir: &Path) -> Result<BTreeSet<String>> {
    let default = ["tests".to_owned()];
    let named: &[String] = if args.files.is_empty() { &default } else { &args.files };
    let mut found = BTreeSet::new();
    for name in named {
        if name == "-" {
            let bytes = files::read(Path::new("-"), 64 << 20)?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            found.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned));
            continue;
        }
        let pattern = if dir.join(name).is_dir() {
            format!("{}/**/*{}", name.trim_end_matches('/'), args.suffix)
        } else {
            name.clone()
        };
        let paths =
            inputs::paths(&pattern, dir).map_err(|why| Failure::input("cannot find the test files").because(why))?;
        for path in paths {
            if !path.is_file() {
                return Err(Failure::input(format!("cannot split: {} is no file", files::shown(&path, dir))));
            }
            found.insert(files::shown(&path, dir).to_string());
        }
    }
    if found.is_empty() {
        return Err(Failure::input("cannot split: there is no test file"));
    }
    if let Some(odd) = found.iter().find(|path| path.contains(['\n', '\0'])) {
        return Err(Failure::input(format!("cannot split: the name of {odd:?} holds a line break")));
    }
    Ok(found)
}

/// How long each file took, from the reports of an earlier run. One that cannot be relied on would make shards uneven,
/// not wrong: it is passed over where it does not go on.
async fn times(args: &SplitArgs, place: &Place<Config>) -> Result<Times> {
    let mut times = Times::default();
    if args.timings.is_empty() {
        return Ok(times);
    }
    let roots = place.roots(&[], &place.config.roots).await;
    let named = InputArgs { files: args.timings.clone(), ..InputArgs::default() };
    for report in inputs::find(&named, place.dir()).reports {
        let document = inputs::read(report, None, &mut |case, _| {
            let file = roots.relative(&case.file);
            times.add(file.as_deref().unwrap_or(&case.file), &case.class, case.time);
        });
        if document.scan.is_none() {
            let problem = document.input.problems.first().cloned().unwrap_or_default();
            return Err(Failure::input(format!("cannot take times from {}", document.input.path))
                .because(problem)
                .hint("without an earlier run, as on the first one, leave out --timings"));
        }
    }
    Ok(times)
}
