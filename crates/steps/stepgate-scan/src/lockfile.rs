//! Where a package stands in the repository: in its lock file, or, for packages of the operating system, where the
//! Dockerfile names the image it is built from.
//!
//! This is a search for text, not a parser: a wrong line is no harm, and a file that is odd is no failure. Each file is
//! read once, from top to bottom.

use std::collections::BTreeMap;

use image_scan::Finding;
use image_scan::model::Class;
use rustc_hash::FxHashMap;

/// The lines at which `text`, the lock file or Dockerfile at `path`, names packages: from 1, the first of each name. Of
/// a Dockerfile the last `FROM`, whose name is empty. Nothing of a file that is of another kind.
#[must_use]
pub(crate) fn lines<'t>(path: &str, text: &'t str) -> FxHashMap<&'t str, u32> {
    let mut found = FxHashMap::default();
    let Some(kind) = Kind::of(path) else { return found };
    // A file of more lines is nobody's.
    for (line, number) in text.lines().zip(1..u32::MAX) {
        let Some(name) = kind.name(line) else { continue };
        let first = found.entry(name).or_insert(number);
        // The last stage is the one that is pushed.
        if kind == Kind::Dockerfile {
            *first = number;
        }
    }
    found
}

/// Whether [`lines`] knows files of that name.
#[must_use]
pub(crate) fn is_known(path: &str) -> bool {
    Kind::of(path).is_some()
}

/// The places of all packages that the lock files and Dockerfiles of the repository name.
#[derive(Debug, Default)]
pub(crate) struct Places<'t> {
    files: Vec<(&'t str, Kind, FxHashMap<&'t str, u32>)>,
}

impl<'t> Places<'t> {
    /// The places in `files`: paths relative to the root of the repository, and the text.
    #[must_use]
    pub(crate) fn new(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        let sorted: BTreeMap<_, _> = files.into_iter().collect();
        let known = |(path, text)| Some((path, Kind::of(path)?, lines(path, text)));
        Self { files: sorted.into_iter().filter_map(known).collect() }
    }

    /// Where `finding` is to be mended: path and line. `None` when no file names it, or several do and none is like the
    /// one in the image.
    #[must_use]
    pub(crate) fn find(&self, finding: &Finding<'_>) -> Option<(&'t str, u32)> {
        let package = finding.package?;
        let is_os = finding.target.class == Class::OsPackages;
        let name = if is_os { "" } else { package.name };
        let of_kind = |kind: &Kind| kind.holds(finding.target.ecosystem, is_os);
        let naming = self.files.iter().filter(|(_, kind, _)| of_kind(kind));
        let naming = naming.filter_map(|(path, _, lines)| Some((*path, *lines.get(name)?)));
        let mut best: Option<(usize, &str, u32)> = None;
        let mut is_ambiguous = false;
        for (path, line) in naming {
            let like = alike(path, finding).max(alike_target(path, finding));
            match best {
                Some((known, ..)) if known > like => {}
                Some((known, ..)) if known == like => is_ambiguous = true,
                _ => (best, is_ambiguous) = (Some((like, path, line)), false),
            }
        }
        best.filter(|_| !is_ambiguous).map(|(_, path, line)| (path, line))
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    /// <https://getcomposer.org/doc/01-basic-usage.md#commit-your-composer-lock-file-to-version-control>
    Composer,
    /// <https://docs.npmjs.com/cli/configuring-npm/package-lock-json>
    Npm,
    /// <https://classic.yarnpkg.com/lang/en/docs/yarn-lock/>
    Yarn,
    /// <https://docs.docker.com/reference/dockerfile/#from>
    Dockerfile,
}

impl Kind {
    fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or_default();
        match name {
            "composer.lock" => Some(Self::Composer),
            "package-lock.json" | "npm-shrinkwrap.json" => Some(Self::Npm),
            "yarn.lock" => Some(Self::Yarn),
            "Containerfile" => Some(Self::Dockerfile),
            _ if name.starts_with("Dockerfile") || name.ends_with(".Dockerfile") => Some(Self::Dockerfile),
            _ => None,
        }
    }

    /// Whether packages of that ecosystem stand in such a file.
    fn holds(self, ecosystem: &str, is_os: bool) -> bool {
        match self {
            Self::Dockerfile => is_os,
            Self::Composer => !is_os && ecosystem.starts_with("composer") || ecosystem == "php",
            Self::Npm | Self::Yarn => {
                !is_os && matches!(ecosystem, "npm" | "node-pkg" | "yarn" | "pnpm" | "javascript" | "bun")
            }
        }
    }

    /// The name of the package that begins at `line`.
    fn name(self, line: &str) -> Option<&str> {
        match self {
            Self::Composer => quoted(line.trim_start().strip_prefix("\"name\":")?.trim_start()),
            Self::Npm => npm(line.trim()),
            Self::Yarn => yarn(line),
            Self::Dockerfile => is_from(line.trim_start()).then_some(""),
        }
    }
}

/// `"node_modules/a/node_modules/@b/c": {` of lock files since version 2, `"@b/c": {` of those before.
fn npm(line: &str) -> Option<&str> {
    let name = quoted(line.strip_suffix('{')?.trim_end().strip_suffix(':')?)?;
    let name = name.rsplit_once("node_modules/").map_or(name, |(_, name)| name);
    (!name.is_empty()).then_some(name)
}

/// `"@b/c@^1.0", "@b/c@^1.1":` or `c@^1.0:`, at the start of a line.
fn yarn(line: &str) -> Option<&str> {
    let first = line.strip_suffix(':')?.split(',').next()?;
    let first = first.strip_prefix('"').unwrap_or(first);
    let is_entry = first.starts_with(|c: char| c == '@' || c.is_ascii_alphanumeric());
    let at = first.get(1..)?.find('@')? + 1;
    is_entry.then(|| &first[..at])
}

fn quoted(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.split('"').next()
}

fn is_from(line: &str) -> bool {
    let word = line.split_ascii_whitespace().next().unwrap_or_default();
    word.eq_ignore_ascii_case("from") && line.len() > word.len()
}

/// How many segments `path` and the file in the image have in common at their ends.
fn alike(path: &str, finding: &Finding<'_>) -> usize {
    shared_end(path, finding.path)
}

fn alike_target(path: &str, finding: &Finding<'_>) -> usize {
    shared_end(path, finding.target.name)
}

fn shared_end(one: &str, other: &str) -> usize {
    one.rsplit('/').zip(other.rsplit('/')).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use image_scan::Kind::Vulnerability;
    use image_scan::model::{Package, Target};
    use proptest::prelude::*;

    use super::*;

    const COMPOSER: &str = r#"{
  "packages": [
    {
      "name": "symfony/http-kernel",
      "version": "v6.4.0"
    },
    {
      "name": "twig/twig"
    }
  ]
}
"#;
    const NPM: &str = r#"{
  "name": "shop",
  "packages": {
    "": {
    },
    "node_modules/@babel/core": {
    },
    "node_modules/a/node_modules/lodash": {
    }
  }
}
"#;
    const YARN: &str = r#"# yarn lockfile v1

"@babel/core@^7.0.0", "@babel/core@^7.1.0":
  version "7.1.0"
  dependencies:
    lodash "^4"

lodash@^4:
  version "4.17.0"
"#;
    const DOCKERFILE: &str = "FROM composer:2 AS build\nRUN from x\nfrom php:8.3-fpm\nCOPY . .\n";

    fn sorted(path: &str, text: &'static str) -> Vec<(&'static str, u32)> {
        let mut found: Vec<_> = lines(path, text).into_iter().collect();
        found.sort_unstable();
        found
    }

    fn find<'t>(places: &Places<'t>, ecosystem: &str, class: Class, name: &str, path: &str) -> Option<(&'t str, u32)> {
        let target = Target { name: "", class, ecosystem };
        let package = Package { name, path, ..Package::default() };
        let finding = Finding { package: Some(&package), path, ..Finding::new(Vulnerability, "CVE-2099-1", &target) };
        places.find(&finding)
    }

    #[test]
    fn packages_stand_where_their_lock_files_name_them() {
        assert_eq!(sorted("composer.lock", COMPOSER), [("symfony/http-kernel", 4), ("twig/twig", 8)]);
        assert_eq!(sorted("web/package-lock.json", NPM), [("@babel/core", 6), ("lodash", 8), ("packages", 3)]);
        assert_eq!(sorted("yarn.lock", YARN), [("@babel/core", 3), ("lodash", 8)]);
        assert_eq!(sorted("docker/Dockerfile.prod", DOCKERFILE), [("", 3)]);
        assert_eq!(sorted("README.md", COMPOSER), []);
    }

    #[test]
    fn the_lock_file_that_is_like_the_one_in_the_image_is_meant() {
        let places = Places::new([("api/composer.lock", COMPOSER), ("web/composer.lock", COMPOSER)]);
        let twig = |path| find(&places, "composer", Class::LanguagePackages, "twig/twig", path);
        assert_eq!(twig("app/web/composer.lock"), Some(("web/composer.lock", 8)));
        assert_eq!(twig("app/composer.lock"), None, "nobody knows which");
        let places = Places::new([("composer.lock", COMPOSER), ("package-lock.json", NPM), ("Dockerfile", DOCKERFILE)]);
        let of = |ecosystem, class, name| find(&places, ecosystem, class, name, "");
        assert_eq!(of("composer-vendor", Class::LanguagePackages, "twig/twig"), Some(("composer.lock", 8)));
        assert_eq!(of("node-pkg", Class::LanguagePackages, "lodash"), Some(("package-lock.json", 8)));
        assert_eq!(of("debian", Class::OsPackages, "curl"), Some(("Dockerfile", 3)));
        assert_eq!(of("pip", Class::LanguagePackages, "lodash"), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(\"|node_modules/|@|:|,|\\{|FROM |é|\\n|[a-z ]){0,40}") {
            for path in ["composer.lock", "package-lock.json", "yarn.lock", "Dockerfile"] {
                prop_assert!(lines(path, &text).len() <= text.lines().count());
            }
        }
    }
}
