//! Which names are safe.

use crate::error::{Error, Result};

/// No name that git can store is longer.
const LONGEST: usize = 4096;

/// Whether `path` can name a file inside a repository: relative, with `/`, without empty parts, `.`, `..` or anything
/// that is taken for `.git` on some file system.
#[must_use]
pub fn path_is_safe(path: &str) -> bool {
    let is_whole = |part: &str| !matches!(part, "" | "." | "..");
    path.len() <= LONGEST
        && !path.contains('\0')
        && path.split('/').all(is_whole)
        && !path.split(['/', '\\']).any(|part| part == ".." || is_dot_git(part))
}

/// `.git`, and what HFS+ and NTFS take for it: other letters of case, ignored characters, trailing dots and spaces,
/// streams, the short name (CVE-2014-9390, `verify_path` in git's read-cache.c).
fn is_dot_git(part: &str) -> bool {
    let ignored =
        |c: char| matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}');
    let plain: String = part.chars().filter(|c| !ignored(*c)).collect::<String>().to_ascii_lowercase();
    let stem = plain.split(':').next().unwrap_or_default().trim_end_matches(['.', ' ']);
    matches!(stem, ".git" | "git~1")
}

/// `path` if it is safe.
pub(super) fn checked_path(path: &str) -> Result<&str> {
    if path_is_safe(path) { Ok(path) } else { Err(Error::BadPath(path.to_owned())) }
}

/// `refs/heads/BRANCH`, for a branch that can be one: neither a pattern nor a second half of a refspec, by the rules of
/// <https://git-scm.com/docs/git-check-ref-format>.
pub(super) fn head(branch: &str) -> Result<String> {
    let forbidden = |c: char| c.is_ascii_control() || matches!(c, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\');
    let part_is_good = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    let is_good = !branch.starts_with('-')
        && !branch.ends_with('.')
        && !branch.contains(forbidden)
        && !branch.contains("..")
        && !branch.contains("@{")
        && branch.split('/').all(part_is_good);
    if is_good { Ok(format!("refs/heads/{branch}")) } else { Err(Error::BadName(branch.to_owned())) }
}

/// `id` if it can be the id of an object.
pub(super) fn checked_id(id: &str) -> Result<&str> {
    let is_id = matches!(id.len(), 40 | 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id { Ok(id) } else { Err(Error::BadName(id.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_inside_the_repository_and_out_of_its_git_directory() {
        for path in ["a", "a b/ü'\".yaml", "apps/.gitignore", ".github/x", "a/..b", "git", "a\\b", "a\nb"] {
            assert!(path_is_safe(path), "{path:?}");
        }
        let bad = [
            "",
            "/a",
            "a/",
            "a//b",
            ".",
            "a/../b",
            "..",
            ".git/config",
            "x/.GIT/hooks/a",
            "a\\.git\\b",
            "a\\..",
            "a\0",
        ];
        let like_git = [".git ", ".git.", "git~1", ".g\u{200c}it", ".git::$INDEX_ALLOCATION"];
        for path in bad.into_iter().chain(like_git) {
            assert!(!path_is_safe(path), "{path:?}");
        }
        assert!(!path_is_safe(&"a".repeat(4097)));
    }

    #[test]
    fn a_branch_is_one_name_and_no_refspec() {
        assert_eq!(head("bump/api-prod").unwrap(), "refs/heads/bump/api-prod");
        for name in
            ["", "-f", "a:b", "a*", "a b", "a..b", "a@{1}", "a.lock", "/a", "a/", "a//b", ".a", "a.", "a\n", "a^"]
        {
            assert!(head(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn an_id_is_all_of_a_hash() {
        assert!(checked_id(&"a".repeat(40)).is_ok() && checked_id(&"0".repeat(64)).is_ok());
        assert!(checked_id("HEAD").is_err() && checked_id(&"g".repeat(40)).is_err() && checked_id("abc").is_err());
    }
}
