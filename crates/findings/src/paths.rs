//! From whatever path a tool printed to a path relative to the repository.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::arena::Arena;
use crate::model::File;

/// What is known about where the repository was when the tools ran, and what is in it.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    /// Absolute roots under which the repository may have been seen (work tree, its symlink-free form, Bitbucket's
    /// clone directory, a container's mount point), `/` between segments, no trailing slash. Longest match wins.
    pub roots: Vec<String>,
    /// Paths known to be in the repository, when known: decides where a path under an unknown root belongs.
    pub tracked: Option<HashSet<String>>,
    /// The directory, relative to the repository, in which the tools ran; empty at its root. Tools that print relative
    /// paths print them from there, so a path that is tracked below it is taken to be that one.
    pub within: String,
}

impl Roots {
    /// The file a tool meant by `printed`, and the trait context that PHPStan appends to it (`class App\A`).
    /// `None` for an empty path.
    ///
    /// A path that names nothing in the repository (`STDIN`, `/usr/share/x.php`, `../x.php`) comes back as printed,
    /// with [`File::inside`] false.
    pub fn resolve<'a, 'p>(&self, printed: &'p str, arena: &Arena<'a>) -> (Option<&'a File<'a>>, Option<&'p str>) {
        let (path, context) = split_context(printed);
        if path.is_empty() {
            return (None, context);
        }
        let inside = self.relative(path);
        (Some(arena.file(inside.as_deref().unwrap_or(path), inside.is_some())), context)
    }

    /// The path in the repository that a tool meant by `path`; `None` when it names nothing in the repository.
    #[must_use]
    pub fn relative<'p>(&self, path: &'p str) -> Option<Cow<'p, str>> {
        if let Some(below) = self.below_within(path) {
            return Some(Cow::Owned(below));
        }
        if self.is_tracked(path) {
            return Some(Cow::Borrowed(path));
        }
        if path == "-" || path == "STDIN" || path.contains("://") {
            return None;
        }
        let path = tidy(path)?;
        if is_absolute(&path) {
            let below = self.below_root(path)?;
            // A container's mount point may be the directory in which the tools ran instead of the whole repository.
            let within = if self.is_tracked(&below) { None } else { self.below_within(&below) };
            return Some(within.map_or(below, Cow::Owned));
        }
        match self.without_start(&path) {
            Some(rest) => Some(Cow::Owned(rest.to_owned())),
            None => Some(path),
        }
    }

    fn below_within(&self, path: &str) -> Option<String> {
        if self.within.is_empty() || is_absolute(path) {
            return None;
        }
        let below = format!("{}/{path}", self.within);
        tidy(&below).map(Cow::into_owned).filter(|below| self.is_tracked(below))
    }

    fn is_tracked(&self, path: &str) -> bool {
        self.tracked.as_ref().is_some_and(|tracked| tracked.contains(path))
    }

    /// Cuts the longest root off an absolute path; under a root nobody named, the longest tail that is tracked.
    fn below_root<'p>(&self, path: Cow<'p, str>) -> Option<Cow<'p, str>> {
        let rests = self.roots.iter().filter_map(|root| strip_root(&path, root));
        let start = match rests.min_by_key(|rest| rest.len()) {
            Some(rest) => path.len() - rest.len(),
            None => path.match_indices('/').map(|(at, _)| at + 1).find(|&at| self.is_tracked(&path[at..]))?,
        };
        Some(match path {
            Cow::Borrowed(path) => Cow::Borrowed(&path[start..]),
            Cow::Owned(path) => Cow::Owned(path[start..].to_owned()),
        })
    }

    /// The rest of a relative path that is an absolute one whose start was cut off: PHPStan run in `/` takes one
    /// character too many (`pt/project/src/A.php`, phpstan/phpstan#3579), others take just the slash. A root of one
    /// segment is not looked for unless the rest is tracked: `app/Models/A.php` is not below `/app`.
    fn without_start<'p>(&self, path: &'p str) -> Option<&'p str> {
        if self.is_tracked(path) {
            return None;
        }
        self.roots.iter().find_map(|root| {
            [2, 1].into_iter().find_map(|cut| {
                let known = root.get(cut..).filter(|known| !known.is_empty())?;
                let rest = strip_root(path, known)?;
                (self.is_tracked(rest) || (self.tracked.is_none() && known.contains('/'))).then_some(rest)
            })
        })
    }
}

/// `path` without what PHPStan appends to the path of a trait: ` (in context of class App\A)`,
/// ` (in context of class@anonymous/B.php:4)`, ` (in context of anonymous class)`.
fn split_context(printed: &str) -> (&str, Option<&str>) {
    const START: &str = " (in context of ";
    let context = printed.strip_suffix(')').and_then(|printed| printed.rsplit_once(START));
    context.map_or((printed, None), |(path, context)| (path, Some(context)))
}

/// `/` between segments, none of them empty, `.` or `..`; `None` for a path that leaves its start.
fn tidy(path: &str) -> Option<Cow<'_, str>> {
    let odd = |segment: &str| matches!(segment, "" | "." | "..");
    let body = path.strip_prefix('/').unwrap_or(path);
    if !path.contains('\\') && !body.split('/').any(odd) {
        return Some(Cow::Borrowed(path));
    }
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split(['/', '\\']) {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop().filter(|segment| !is_drive(segment))?),
            segment => segments.push(segment),
        }
    }
    let start = if path.starts_with(['/', '\\']) { "/" } else { "" };
    (!segments.is_empty()).then(|| Cow::Owned(format!("{start}{}", segments.join("/"))))
}

fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || path.split_once('/').is_some_and(|(drive, _)| is_drive(drive))
}

fn is_drive(segment: &str) -> bool {
    matches!(segment.as_bytes(), [letter, b':'] if letter.is_ascii_alphabetic())
}

/// What follows `root` and a slash in `path`. The letter of a drive has no case.
fn strip_root<'p>(path: &'p str, root: &str) -> Option<&'p str> {
    let root = root.trim_end_matches('/');
    let (start, rest) = path.split_at_checked(root.len())?;
    let same = match (start.split_at_checked(2), root.split_at_checked(2)) {
        (Some((drive, tail)), Some((root_drive, root_tail))) if is_drive(drive) => {
            drive.eq_ignore_ascii_case(root_drive) && tail == root_tail
        }
        _ => start == root,
    };
    rest.strip_prefix('/').filter(|rest| same && !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn resolve(roots: &Roots, printed: &str) -> String {
        let bump = bumpalo::Bump::new();
        let (file, context) = roots.resolve(printed, &Arena::new(&bump));
        let path = file.map_or("nothing".to_owned(), |file| {
            if file.inside { file.path.to_owned() } else { format!("outside: {}", file.path) }
        });
        context.map_or(path.clone(), |context| format!("{path} + {context}"))
    }

    fn roots(roots: &[&str], tracked: Option<&[&str]>) -> Roots {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let tracked = tracked.map(|paths| owned(paths).into_iter().collect());
        Roots { roots: owned(roots), tracked, ..Roots::default() }
    }

    #[test]
    fn whatever_a_tool_prints_becomes_relative_to_the_repository() {
        let known = roots(&["/opt/atlassian/pipelines/agent/build", "/opt/project", "c:/build", "/opt"], None);
        for (printed, expected) in [
            ("/opt/atlassian/pipelines/agent/build/src/A.php", "src/A.php"),
            ("/opt/project/src/A.php", "src/A.php"),
            ("/opt/other/src/A.php", "other/src/A.php"),
            ("/opt/projects/src/A.php", "projects/src/A.php"),
            ("/opt//project/./src/../src/A.php", "src/A.php"),
            ("src/A.php", "src/A.php"),
            ("./src/A.php", "src/A.php"),
            ("a/../b/C.php", "b/C.php"),
            ("src//Two  spaces/Ä é.php", "src/Two  spaces/Ä é.php"),
            (r"C:\build\src\A.php", "src/A.php"),
            (r"C:/Build/src/A.php", "outside: C:/Build/src/A.php"),
            (r"src\Controller\A.php", "src/Controller/A.php"),
            ("pt/project/src/A.php", "src/A.php"),
            ("opt/project/src/A.php", "src/A.php"),
            ("../elsewhere/A.php", "outside: ../elsewhere/A.php"),
            (r"C:\..\x.php", r"outside: C:\..\x.php"),
            ("/usr/share/A.php", "outside: /usr/share/A.php"),
            ("/opt/project", "project"),
            ("STDIN", "outside: STDIN"),
            ("php://stdin", "outside: php://stdin"),
            ("", "nothing"),
            ("SRC/a.PHP", "SRC/a.PHP"),
        ] {
            assert_eq!(resolve(&known, printed), expected, "{printed}");
        }
    }

    #[test]
    fn the_context_of_a_trait_is_not_part_of_its_path() {
        let known = roots(&["/opt/project"], None);
        for (printed, expected) in [
            (r"/opt/project/src/T.php (in context of class App\A)", r"src/T.php + class App\A"),
            ("src/T.php (in context of anonymous class)", "src/T.php + anonymous class"),
            ("src/T.php (in context of class@anonymous/src/B.php:4)", "src/T.php + class@anonymous/src/B.php:4"),
            ("src/A (copy).php", "src/A (copy).php"),
            (" (in context of class A)", "nothing + class A"),
        ] {
            assert_eq!(resolve(&known, printed), expected, "{printed}");
        }
    }

    #[test]
    fn under_an_unknown_root_the_longest_tracked_tail_decides() {
        let known = roots(&["/app"], Some(&["src/A.php", "lib/src/A.php", "app/B.php", r"odd\name.php", "STDIN"]));
        for (printed, expected) in [
            ("/builds/team/x/lib/src/A.php", "lib/src/A.php"),
            ("/builds/team/x/src/A.php", "src/A.php"),
            (r"D:\agent\_work\1\s\src\A.php", "src/A.php"),
            ("/builds/team/x/src/New.php", "outside: /builds/team/x/src/New.php"),
            ("app/B.php", "app/B.php"),
            ("app/src/A.php", "src/A.php"),
            ("pp/src/A.php", "src/A.php"),
            (r"odd\name.php", r"odd\name.php"),
            ("STDIN", "STDIN"),
        ] {
            assert_eq!(resolve(&known, printed), expected, "{printed}");
        }
        assert_eq!(resolve(&roots(&["/app"], None), "app/Models/A.php"), "app/Models/A.php");
    }

    #[test]
    fn relative_paths_are_seen_from_where_the_tools_ran() {
        let tracked = ["shop/src/A.php", "src/A.php", "src/B.php", "lib/C.php"];
        let known = Roots { within: "shop".to_owned(), ..roots(&["/repo"], Some(&tracked)) };
        for (printed, expected) in [
            ("src/A.php", "shop/src/A.php"),
            ("./src/A.php", "shop/src/A.php"),
            ("../lib/C.php", "lib/C.php"),
            ("src/B.php", "src/B.php"),
            ("shop/src/A.php", "shop/src/A.php"),
            ("/repo/src/A.php", "src/A.php"),
        ] {
            assert_eq!(resolve(&known, printed), expected, "{printed}");
        }
    }

    #[test]
    fn a_mount_point_may_be_where_the_tools_ran_instead_of_the_repository() {
        let tracked = ["shop/src/A.php", "src/B.php"];
        let known = Roots { within: "shop".to_owned(), ..roots(&["/app"], Some(&tracked)) };
        for (printed, expected) in
            [("/app/src/A.php", "shop/src/A.php"), ("/app/src/B.php", "src/B.php"), ("/app/var/x.php", "var/x.php")]
        {
            assert_eq!(resolve(&known, printed), expected, "{printed}");
        }
    }

    proptest! {
        #[test]
        fn what_is_inside_is_relative_and_resolves_to_itself(
            printed in r"(/|[A-Z]:\\)?([a-z.é ]{0,3}[/\\]){0,6}[a-z.]{0,5}( \(in context of [a-z]\))?",
        ) {
            let known = roots(&["/a", "/a/b", "C:/a"], None);
            let bump = bumpalo::Bump::new();
            let arena = Arena::new(&bump);
            if let (Some(file), _) = known.resolve(&printed, &arena) && file.inside {
                prop_assert!(!file.path.starts_with('/') && !file.path.is_empty(), "{:?}", file.path);
                prop_assert!(file.path.split('/').all(|segment| !matches!(segment, "" | "." | "..")), "{:?}", file.path);
            }
        }

        #[test]
        fn the_same_file_under_another_root_is_the_same(path in "[a-z]{1,4}(/[a-z]{1,4}){0,3}\\.php") {
            let known = roots(&["/opt/project", "C:/build", "/opt/atlassian/pipelines/agent/build"], None);
            for root in &known.roots {
                prop_assert_eq!(&resolve(&known, &format!("{root}/{path}")), &path);
            }
        }

        #[test]
        fn no_path_makes_it_panic(printed in any::<String>(), root in any::<String>()) {
            resolve(&roots(&[&root], Some(&["a"])), &printed);
        }
    }
}
