//! Files, their lines, and how many of them ran.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::percent::Percent;

/// What one report says, or several together.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Coverage {
    /// By path: as printed until [`crate::paths::resolve`] has seen it, then relative to the repository.
    pub files: BTreeMap<String, FileCoverage>,
    /// Executable lines that the report counts without listing them or naming their file. PHPUnit leaves lines outside
    /// of classes and functions out of Cobertura, and counts them. They are taken as lines that did not run.
    pub unlisted: u64,
}

/// What is known of one file.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FileCoverage {
    /// Known not to be a file of the repository: it counts in no total and is not written.
    pub outside: bool,
    /// The executable lines, by number from 1.
    pub lines: BTreeMap<u32, Line>,
    /// Functions and methods, where the format has them, and how often they were entered.
    pub functions: BTreeMap<Function, u64>,
    /// How many executable lines there are when the format does not list all of them (PHPUnit's XML lists those that
    /// ran). Those that are missing in [`Self::lines`] did not run. 0: all are listed.
    pub executable: u64,
}

/// An executable line.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Line {
    /// How often it ran, or how many tests ran it: what the format counts. 0: it did not run.
    pub hits: u64,
    /// Its branches. None are known, when empty.
    pub branches: BTreeMap<BranchId, Branch>,
}

/// Which branches of a line are meant, as far as the format tells them apart.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum BranchId {
    /// All branches of the line, which the format only counts: Clover of Istanbul, JaCoCo, most Cobertura.
    Whole,
    /// Whether a condition was ever true, or ever false: OpenClover.
    Outcome(bool),
    /// A condition by its number: Cobertura.
    Condition(u32),
    /// Block and branch: LCOV.
    Numbered(u32, u32),
    /// Block and branch where one is no number: LCOV 2.
    Named(Box<str>),
}

/// How many branches there are, and how many were taken at least once.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Branch {
    /// Taken at least once. Never more than `total`.
    pub covered: u32,
    /// All.
    pub total: u32,
}

/// A function or method.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Function {
    /// Where it starts, from 1; 0 when the format does not say.
    pub line: u32,
    /// Its name, with its signature where the format has it: functions of one name are told apart by it.
    pub name: String,
}

/// A part of a whole, counted.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Ratio {
    /// How many of them are covered. Never more than `total`.
    pub covered: u64,
    /// How many there are. 0: there is nothing to cover, which is neither 0 % nor 100 %.
    pub total: u64,
}

/// What is covered of a report, or of a file.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Executable lines.
    pub lines: Ratio,
    /// Branches.
    pub branches: Ratio,
    /// Functions and methods; covered is what was entered at least once.
    pub functions: Ratio,
}

impl Coverage {
    /// Of all files in the repository.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for file in self.files.values().filter(|file| !file.outside) {
            totals += file.totals();
        }
        totals.lines += Ratio { covered: 0, total: self.unlisted };
        totals
    }
}

impl FileCoverage {
    /// Of this file.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for line in self.lines.values() {
            totals.lines += Ratio::of(line.hits > 0);
            totals.branches += line.branch_ratio();
        }
        totals.lines.total += self.unlisted();
        for &hits in self.functions.values() {
            totals.functions += Ratio::of(hits > 0);
        }
        totals
    }

    /// How many executable lines there are besides those that are listed. None of them ran.
    #[must_use]
    pub fn unlisted(&self) -> u64 {
        self.executable.saturating_sub(self.lines.len() as u64)
    }
}

impl Line {
    /// Its branches together. Where reports of several formats know them by different ids, those that know most count.
    #[must_use]
    pub fn branch_ratio(&self) -> Ratio {
        let mut kinds = [Ratio::default(); 5];
        for (id, branch) in &self.branches {
            kinds[id.kind()] += Ratio { covered: branch.covered.into(), total: branch.total.into() };
        }
        kinds.into_iter().fold(Ratio::default(), |most, kind| Ratio {
            covered: most.covered.max(kind.covered),
            total: most.total.max(kind.total),
        })
    }
}

impl BranchId {
    const fn kind(&self) -> usize {
        match self {
            Self::Whole => 0,
            Self::Outcome(_) => 1,
            Self::Condition(_) => 2,
            Self::Numbered(..) | Self::Named(_) => 3,
        }
    }
}

impl Branch {
    /// `covered` of `total` branches; `None` where these numbers are nobody's: more covered than there are, or more
    /// on one line than any compiler makes.
    #[must_use]
    pub fn new(covered: u32, total: u32) -> Option<Self> {
        const MOST: u32 = 65_536;
        (covered <= total && total <= MOST).then_some(Self { covered, total })
    }
}

impl Ratio {
    /// One thing, covered or not.
    #[must_use]
    pub const fn of(covered: bool) -> Self {
        Self { covered: covered as u64, total: 1 }
    }

    /// The part in percent, rounded down: 79.996 % is 79.99 %. `None` when there is nothing to cover.
    #[must_use]
    pub fn percent(self) -> Option<Percent> {
        let hundredths = (u128::from(self.covered.min(self.total)) * 10_000).checked_div(self.total.into())?;
        Percent::from_hundredths(u16::try_from(hundredths).ok()?)
    }

    /// Whether the part is smaller than `least`, exactly. Never when there is nothing to cover.
    #[must_use]
    pub fn is_below(self, least: Percent) -> bool {
        u128::from(self.covered) * 10_000 < u128::from(self.total) * u128::from(least.hundredths())
    }
}

impl AddAssign for Ratio {
    fn add_assign(&mut self, other: Self) {
        self.covered = self.covered.saturating_add(other.covered);
        self.total = self.total.saturating_add(other.total);
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.lines += other.lines;
        self.branches += other.branches;
        self.functions += other.functions;
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A file with these lines and hits.
    pub(crate) fn file(lines: &[(u32, u64)]) -> FileCoverage {
        let line = |&(number, hits)| (number, Line { hits, ..Line::default() });
        FileCoverage { lines: lines.iter().map(line).collect(), ..FileCoverage::default() }
    }

    /// Reports of files in the repository.
    pub(crate) fn coverage(files: &[(&str, &[(u32, u64)])]) -> Coverage {
        let files = files.iter().map(|(path, lines)| ((*path).to_owned(), file(lines))).collect();
        Coverage { files, unlisted: 0 }
    }

    fn branches() -> impl Strategy<Value = BTreeMap<BranchId, Branch>> {
        let pair = |most: u32| (0..=most, 0..=most).prop_map(|(a, b)| Branch { covered: a.min(b), total: a.max(b) });
        let of = |total: u32| (0..=total).prop_map(move |covered| Branch { covered, total });
        let branch = prop_oneof![
            pair(5).prop_map(|branch| (BranchId::Whole, branch)),
            (any::<bool>(), of(1)).prop_map(|(outcome, branch)| (BranchId::Outcome(outcome), branch)),
            (0_u32..4, of(2)).prop_map(|(number, branch)| (BranchId::Condition(number), branch)),
            (0_u32..3, 0_u32..3, of(1)).prop_map(|(block, id, branch)| (BranchId::Numbered(block, id), branch)),
            ("e?[0-9],[a-z]{1,3}", of(1)).prop_map(|(name, branch)| (BranchId::Named(name.into()), branch)),
        ];
        prop::collection::vec(branch, 0..3).prop_map(|branches| branches.into_iter().collect())
    }

    /// Any file; of `functions` lines 0 and up.
    pub(crate) fn any_file() -> impl Strategy<Value = FileCoverage> {
        let hits = || prop_oneof![Just(0), 0_u64..9, any::<u64>()];
        let line = (hits(), branches()).prop_map(|(hits, branches)| Line { hits, branches });
        let function = (0_u32..9, "[a-z<>&\"]{1,3}").prop_map(|(line, name)| Function { line, name });
        let lines = prop::collection::btree_map(1_u32..30, line, 0..9);
        let functions = prop::collection::btree_map(function, hits(), 0..4);
        let executable = prop_oneof![3 => Just(0), 1 => 0_u64..40];
        (lines, functions, executable, any::<bool>()).prop_map(|(lines, functions, executable, outside)| FileCoverage {
            outside,
            lines,
            functions,
            executable,
        })
    }

    /// Any coverage of a few paths.
    pub(crate) fn any_coverage() -> impl Strategy<Value = Coverage> {
        let files = prop::collection::btree_map("[ab](/[cd]){0,2}\\.(php|js)", any_file(), 0..5);
        (files, 0_u64..9).prop_map(|(files, unlisted)| Coverage { files, unlisted })
    }

    #[test]
    fn what_is_almost_a_percentage_is_less() {
        let ratio = Ratio { covered: 79_996, total: 100_000 };
        assert_eq!(ratio.percent().unwrap().to_string(), "79.99%");
        assert!(ratio.is_below("80".parse().unwrap()));
        assert!(!ratio.is_below("79.99".parse().unwrap()));
        let huge = Ratio { covered: u64::MAX - 1, total: u64::MAX };
        assert_eq!(huge.percent().unwrap().to_string(), "99.99%");
        assert!(huge.is_below(Percent::ALL));
    }

    #[test]
    fn nothing_to_cover_is_no_percentage() {
        assert_eq!(Ratio::default().percent(), None);
        assert!(!Ratio::default().is_below(Percent::ALL));
        assert_eq!(Coverage::default().totals(), Totals::default());
    }

    #[test]
    fn lines_that_are_not_listed_did_not_run() {
        let mut all = coverage(&[("a.php", &[(1, 1), (2, 1)])]);
        all.files.get_mut("a.php").unwrap().executable = 5;
        all.unlisted = 3;
        assert_eq!(all.totals().lines, Ratio { covered: 2, total: 8 });
    }

    #[test]
    fn files_outside_of_the_repository_count_in_no_total() {
        let mut all = coverage(&[("a.php", &[(1, 1)]), ("/usr/b.php", &[(1, 0), (2, 0)])]);
        all.files.get_mut("/usr/b.php").unwrap().outside = true;
        assert_eq!(all.totals().lines, Ratio { covered: 1, total: 1 });
    }

    #[test]
    fn of_branches_known_by_two_kinds_of_id_each_counts_once() {
        let one = Branch { covered: 1, total: 1 };
        let line = Line {
            hits: 1,
            branches: BTreeMap::from([
                (BranchId::Whole, Branch { covered: 1, total: 2 }),
                (BranchId::Numbered(0, 0), one),
                (BranchId::Numbered(0, 1), one),
            ]),
        };
        assert_eq!(line.branch_ratio(), Ratio { covered: 2, total: 2 });
    }

    proptest! {
        #[test]
        fn totals_are_the_sum_of_the_files_and_never_more_than_all(all in any_coverage()) {
            let mut sum = Totals { lines: Ratio { covered: 0, total: all.unlisted }, ..Totals::default() };
            for file in all.files.values().filter(|file| !file.outside) {
                let totals = file.totals();
                prop_assert!(totals.lines.total >= file.lines.len() as u64);
                prop_assert_eq!(totals.lines.covered, file.lines.values().filter(|line| line.hits > 0).count() as u64);
                sum += totals;
            }
            prop_assert_eq!(all.totals(), sum);
            for ratio in [sum.lines, sum.branches, sum.functions] {
                prop_assert!(ratio.covered <= ratio.total);
            }
        }

        #[test]
        fn a_percentage_is_the_most_that_is_reached(covered in any::<u32>(), total in 1_u32..) {
            let ratio = Ratio { covered: covered.min(total).into(), total: total.into() };
            let percent = ratio.percent().unwrap();
            prop_assert!(!ratio.is_below(percent));
            let more = Percent::from_hundredths(percent.hundredths() + 1);
            prop_assert!(more.is_none_or(|more| ratio.is_below(more)));
        }
    }
}
