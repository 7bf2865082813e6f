//! Whose file is meant: from the path in a report to a path relative to the repository.
//!
//! A report is resolved by itself, before it is merged, so that shards that ran in containers with other roots unite.

use std::borrow::Cow;
use std::collections::BTreeSet;

use findings::escape::cut;
use findings::paths::Roots;
use findings::words::count;

use crate::model::Coverage;
use crate::read::{Format, Parsed};

/// None of the files that a report names is a file of the repository: whatever it says is about other code.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "path mismatch: no file in it is a file of the repository ({files} in all, for example `{example}`); name the \
     directory in which the repository was when the tests ran (--root)"
)]
pub struct Mismatch {
    /// How many files it names.
    pub files: usize,
    /// One of them, as printed, with the source directory of the report before it.
    pub example: String,
}

/// Gives every file its path in the repository. Files that are none of it keep their path and are marked with
/// [`crate::FileCoverage::outside`].
///
/// A relative path is tried below each source directory that the report names and below each of `sources` (such as
/// `src/main/java`), then by itself; a file that is tracked wins. JaCoCo prints only the tail of a path: the one
/// tracked file that ends with it is meant.
///
/// # Errors
///
/// [`Mismatch`], when there are files and none of them is in the repository.
pub fn resolve(mut parsed: Parsed, roots: &Roots, sources: &[String]) -> Result<Parsed, Mismatch> {
    let printed = std::mem::take(&mut parsed.coverage.files);
    let files = printed.len();
    let example = printed.keys().next().map(|path| shown(&join(parsed.sources.first(), path)));
    let example = example.unwrap_or_default();
    let mut resolver = Resolver {
        roots,
        sources: parsed.sources.iter().chain(sources).collect(),
        tails: (parsed.format == Format::Jacoco).then(|| Tails::of(roots)).flatten(),
    };
    let mut counts = Counts::default();
    let mut coverage = Coverage { unlisted: parsed.coverage.unlisted, ..Coverage::default() };
    for (path, mut file) in printed {
        let place = resolver.place(&path);
        counts.add(&place, &path, &mut parsed.problems);
        file.outside = !matches!(place, Place::Tracked(_) | Place::Inside(_));
        let path = match place {
            Place::Tracked(path) | Place::Inside(path) => path,
            Place::Outside | Place::Several(..) => path,
        };
        // Two printed paths may mean one file.
        coverage.merge(Coverage { files: [(path, file)].into(), unlisted: 0 });
    }
    let found = if roots.tracked.is_some() { counts.tracked } else { counts.tracked + counts.inside };
    if found == 0 && files > 0 && counts.several == 0 {
        return Err(Mismatch { files, example });
    }
    parsed.notes.extend(counts.notes(roots.tracked.is_some()));
    parsed.coverage = coverage;
    Ok(parsed)
}

/// Where a printed path leads.
enum Place {
    /// To a file that git knows.
    Tracked(String),
    /// Into the repository. Whether there is such a file is not known.
    Inside(String),
    Outside,
    /// To more than one file.
    Several(String, String),
}

struct Resolver<'r> {
    roots: &'r Roots,
    sources: Vec<&'r String>,
    tails: Option<Tails<'r>>,
}

impl Resolver<'_> {
    fn place(&mut self, printed: &str) -> Place {
        if is_absolute(printed) {
            return self.single(printed);
        }
        let mut tracked = BTreeSet::new();
        let mut inside = None;
        for &source in &self.sources {
            match self.single(&join(Some(source), printed)) {
                Place::Tracked(path) => drop(tracked.insert(path)),
                Place::Inside(path) => inside = inside.or(Some(path)),
                _ => {}
            }
        }
        let mut tracked = tracked.into_iter();
        match (tracked.next(), tracked.next()) {
            (Some(one), Some(other)) => return Place::Several(one, other),
            (Some(one), None) => return Place::Tracked(one),
            _ => {}
        }
        if let Some(tails) = &self.tails {
            return tails.find(printed);
        }
        match (self.single(printed), inside) {
            (Place::Tracked(path), _) => Place::Tracked(path),
            (_, Some(path)) => Place::Inside(path),
            // The source directory is somewhere else, so nothing says that this path goes from the repository.
            (Place::Inside(_), None) if !self.sources.is_empty() => Place::Outside,
            (place, None) => place,
        }
    }

    fn single(&self, path: &str) -> Place {
        // No system has longer paths, and looking for a known end of one costs the square of its length.
        const LONGEST: usize = 4096;
        if path.len() > LONGEST {
            return Place::Outside;
        }
        let Some(path) = self.roots.relative(path).filter(|_| !path.is_empty()).map(Cow::into_owned) else {
            return Place::Outside;
        };
        let is_tracked = self.roots.tracked.as_ref().is_some_and(|tracked| tracked.contains(&path));
        if is_tracked { Place::Tracked(path) } else { Place::Inside(path) }
    }
}

/// The tracked files by how they end, so that a tail is found without looking at all of them.
struct Tails<'r> {
    /// Each path read backwards, and the path, in order.
    backwards: Vec<(String, &'r str)>,
}

impl<'r> Tails<'r> {
    fn of(roots: &'r Roots) -> Option<Self> {
        let backwards = |path: &'r String| (path.chars().rev().collect(), path.as_str());
        let mut backwards: Vec<_> = roots.tracked.as_ref()?.iter().map(backwards).collect();
        backwards.sort_unstable();
        Some(Self { backwards })
    }

    fn find(&self, tail: &str) -> Place {
        let tail: String = tail.chars().rev().collect();
        let from = self.backwards.partition_point(|(path, _)| path.as_str() < tail.as_str());
        // Between a path and those that end with `/` and it, others may stand (`xA.java`).
        let whole = self.backwards.get(from).filter(|(path, _)| *path == tail);
        let tail = tail + "/";
        let from = self.backwards.partition_point(|(path, _)| path.as_str() < tail.as_str());
        let ending = self.backwards[from..].iter().take(2).filter(|(path, _)| path.starts_with(&tail));
        let mut found = whole.into_iter().chain(ending).map(|&(_, path)| path.to_owned());
        match (found.next(), found.next()) {
            (Some(one), Some(other)) => Place::Several(one, other),
            (Some(one), None) => Place::Tracked(one),
            _ => Place::Outside,
        }
    }
}

/// How many files went where, with an example.
#[derive(Default)]
struct Counts {
    tracked: u64,
    inside: u64,
    outside: u64,
    several: u64,
    example_inside: Option<String>,
    example_outside: Option<String>,
}

impl Counts {
    fn add(&mut self, place: &Place, printed: &str, problems: &mut Vec<String>) {
        match place {
            Place::Tracked(_) => self.tracked += 1,
            Place::Inside(path) => {
                self.inside += 1;
                self.example_inside.get_or_insert_with(|| shown(path));
            }
            Place::Outside => {
                self.outside += 1;
                self.example_outside.get_or_insert_with(|| shown(printed));
            }
            Place::Several(one, other) => {
                self.several += 1;
                if self.several <= 3 {
                    let printed = shown(printed);
                    problems
                        .push(format!("`{printed}` may be {one} or {other}; name the source directory that is meant"));
                } else if self.several == 4 {
                    problems.push("more paths are like these".to_owned());
                }
            }
        }
    }

    fn notes(self, tracked_known: bool) -> impl Iterator<Item = String> {
        let outside = self.example_outside.map(|path| {
            format!("{} outside of the repository and not counted, for example `{path}`", are(self.outside))
        });
        let inside = self
            .example_inside
            .filter(|_| tracked_known)
            .map(|path| format!("{} not known to git, and counted, for example `{path}`", are(self.inside)));
        outside.into_iter().chain(inside)
    }
}

/// A path of the report, fit to be part of a sentence.
fn shown(path: &str) -> String {
    cut(path, 200).into_owned()
}

/// `1 file is`, `2 files are`
fn are(files: u64) -> String {
    format!("{} {}", count(files, "file"), if files == 1 { "is" } else { "are" })
}

fn join(source: Option<&String>, path: &str) -> String {
    match source {
        Some(source) if !is_absolute(path) => format!("{source}/{path}"),
        _ => path.to_owned(),
    }
}

fn is_absolute(path: &str) -> bool {
    path.starts_with(['/', '\\']) || matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::coverage;

    fn parsed(format: Format, sources: &[&str], paths: &[&str]) -> Parsed {
        let files: Vec<(&str, &[(u32, u64)])> = paths.iter().map(|&path| (path, [(1, 1)].as_slice())).collect();
        Parsed {
            coverage: coverage(&files),
            format,
            sources: sources.iter().map(|&source| source.to_owned()).collect(),
            problems: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn roots(roots: &[&str], tracked: Option<&[&str]>) -> Roots {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        Roots {
            roots: owned(roots),
            tracked: tracked.map(|paths| owned(paths).into_iter().collect()),
            ..Roots::default()
        }
    }

    /// The paths in the repository, the others in brackets.
    fn paths(parsed: &Parsed) -> Vec<String> {
        let shown = |(path, file): (&String, &crate::FileCoverage)| {
            if file.outside { format!("({path})") } else { path.clone() }
        };
        parsed.coverage.files.iter().map(shown).collect()
    }

    #[test]
    fn shards_with_other_container_roots_unite() {
        let roots = roots(&["/app"], Some(&["src/A.php", "src/B.php"]));
        let mut all = Coverage::default();
        for root in ["/app", "/builds/x/y", "C:\\agent\\work"] {
            let path = format!("{root}/src/A.php");
            all.merge(resolve(parsed(Format::Clover, &[], &[&path]), &roots, &[]).unwrap().coverage);
        }
        assert_eq!(all, coverage(&[("src/A.php", &[(1, 3)])]));
    }

    #[test]
    fn a_cobertura_path_goes_from_one_of_its_sources() {
        let roots = roots(&["/w"], Some(&["src/A.php", "lib/B.php"]));
        let report = parsed(Format::Cobertura, &["/w/src", "/w/lib"], &["A.php", "B.php", "New.php"]);
        let resolved = resolve(report, &roots, &[]).unwrap();
        assert_eq!(paths(&resolved), ["lib/B.php", "src/A.php", "src/New.php"]);
        assert_eq!(resolved.notes, ["1 file is not known to git, and counted, for example `src/New.php`"]);
    }

    #[test]
    fn a_path_below_a_source_elsewhere_is_not_taken_to_be_in_the_repository() {
        let report = || parsed(Format::Cobertura, &["/elsewhere/src"], &["A.php"]);
        let error = resolve(report(), &roots(&["/w"], None), &[]).unwrap_err();
        assert_eq!(error, Mismatch { files: 1, example: "/elsewhere/src/A.php".to_owned() });
        let known = resolve(report(), &roots(&[], Some(&["lib/src/A.php", "A.php"])), &[]).unwrap();
        assert_eq!(paths(&known), ["A.php"], "a longer tail of the whole path would win, were there one");
    }

    #[test]
    fn a_report_about_other_code_is_a_mismatch_and_not_full_coverage() {
        let tracked = roots(&["/w"], Some(&["src/A.php"]));
        for paths in [["/elsewhere/X.php", "/elsewhere/Y.php"], ["lib/X.php", "lib/Y.php"]] {
            let error = resolve(parsed(Format::Clover, &[], &paths), &tracked, &[]).unwrap_err();
            assert_eq!((error.files, error.example.as_str()), (2, paths[0]));
            assert!(error.to_string().contains("--root"));
        }
    }

    #[test]
    fn files_outside_are_marked_and_noted() {
        let roots = roots(&["/w"], Some(&["src/A.php"]));
        let resolved = resolve(parsed(Format::Lcov, &[], &["/w/src/A.php", "/usr/include/x.h"]), &roots, &[]).unwrap();
        assert_eq!(paths(&resolved), ["(/usr/include/x.h)", "src/A.php"]);
        let note = "1 file is outside of the repository and not counted, for example `/usr/include/x.h`";
        assert_eq!(resolved.notes, [note]);
    }

    #[test]
    fn a_tail_means_the_one_tracked_file_that_ends_with_it() {
        let tracked = [
            "src/main/java/com/x/A.java",
            "src/main/java/com/x/xA.java",
            "a/src/com/y/B.java",
            "b/src/com/y/B.java",
            "com/z/C.java",
        ];
        let roots = roots(&[], Some(&tracked));
        let names = ["com/x/A.java", "com/y/B.java", "com/z/C.java", "om/x/A.java"];
        let resolved = resolve(parsed(Format::Jacoco, &[], &names), &roots, &[]).unwrap();
        assert_eq!(paths(&resolved), ["(com/y/B.java)", "com/z/C.java", "(om/x/A.java)", "src/main/java/com/x/A.java"]);
        let problem =
            "`com/y/B.java` may be a/src/com/y/B.java or b/src/com/y/B.java; name the source directory that is meant";
        assert_eq!(resolved.problems, [problem]);
        let told = resolve(parsed(Format::Jacoco, &[], &names), &roots, &["b/src".to_owned()]).unwrap();
        assert!(told.problems.is_empty() && paths(&told).contains(&"b/src/com/y/B.java".to_owned()));
    }

    #[test]
    fn a_path_that_two_sources_have_is_a_problem() {
        let roots = roots(&["/w"], Some(&["a/X.py", "b/X.py"]));
        let resolved = resolve(parsed(Format::Cobertura, &["/w/a", "/w/b"], &["X.py"]), &roots, &[]).unwrap();
        assert_eq!(resolved.problems.len(), 1);
        assert_eq!(paths(&resolved), ["(X.py)"]);
    }
}
