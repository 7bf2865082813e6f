//! From whatever path a tool printed to a path relative to the repository.

use crate::arena::Arena;
use crate::model::File;

/// What is known about where the repository was when the tools ran, and what is in it.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    /// Absolute roots under which the repository may have been seen (work tree, its symlink-free form, Bitbucket's
    /// clone directory, a container's mount point), `/` between segments, no trailing slash. Longest match wins.
    pub roots: Vec<String>,
    /// Paths known to be in the repository, when known: decides where a path under an unknown root belongs.
    pub tracked: Option<std::collections::HashSet<String>>,
}

impl Roots {
    /// The file a tool meant by `printed`, and the trait context that PHPStan appends to it (`class App\A`).
    /// `None` for an empty path.
    pub fn resolve<'a, 'p>(&self, printed: &'p str, arena: &Arena<'a>) -> (Option<&'a File<'a>>, Option<&'p str>) {
        todo!()
    }
}
