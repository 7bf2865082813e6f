//! What is demanded, and what is not met. These types are a section of `stepgate.yaml`.

use findings::words::{count, number};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::change::ChangeCoverage;
use crate::model::{Coverage, Ratio, Totals};
use crate::percent::Percent;

/// How much must be covered. What is left out is not demanded.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Thresholds {
    /// Of all executable lines.
    pub min_lines: Option<Percent>,
    /// Of the executable lines that the change wrote. A changed file that no report mentions counts as not covered.
    pub min_change: Option<Percent>,
    /// Of the executable lines of each file.
    pub min_file: Option<Percent>,
    /// By how many percentage points the share of covered lines may fall against the base. 0: it may not fall.
    pub max_fall: Option<Percent>,
}

/// Why the coverage does not suffice, one text for each reason; none, when it does.
///
/// Nothing is taken to be fine for want of numbers: without a single executable line, and without a change or a base
/// where a threshold asks for one, there is a reason. A caller that knows there can be no base yet leaves `max_fall`
/// out. A change that touches no executable line meets its threshold.
#[must_use]
pub fn judge(
    coverage: &Coverage,
    change: Option<&ChangeCoverage>,
    base: Option<&Totals>,
    thresholds: &Thresholds,
) -> Vec<String> {
    let lines = coverage.totals().lines;
    if lines.total == 0 {
        return vec!["there is no executable line in the reports, so nothing shows that anything ran".to_owned()];
    }
    let total = thresholds.min_lines.and_then(|least| below(lines, least, "of the lines"));
    let fall = thresholds.max_fall.and_then(|most| falls(lines, base, most));
    let change = thresholds.min_change.and_then(|least| match change {
        Some(change) => below(change.lines(), least, "of the changed lines").map(|text| text + &of_files(change)),
        None => Some("the lines of the change are not known, so nothing shows that they are covered".to_owned()),
    });
    let files = thresholds.min_file.and_then(|least| files(coverage, least));
    [total, fall, change, files].into_iter().flatten().collect()
}

/// `72.41% of the lines are covered (1,234 of 1,704), at least 80% are demanded`
fn below(ratio: Ratio, least: Percent, what: &str) -> Option<String> {
    ratio.is_below(least).then(|| {
        let percent = ratio.percent().unwrap_or_default();
        let (covered, total) = (number(ratio.covered), number(ratio.total));
        format!("{percent} {what} are covered ({covered} of {total}), at least {least} are demanded")
    })
}

fn of_files(change: &ChangeCoverage) -> String {
    match change.unmentioned.len() as u64 {
        0 => String::new(),
        files => format!("; {} in it that no report mentions", count(files, "file")),
    }
}

fn falls(now: Ratio, base: Option<&Totals>, most: Percent) -> Option<String> {
    let Some(base) = base.map(|base| base.lines).filter(|lines| lines.total > 0) else {
        return Some("there is no coverage of the base to compare with".to_owned());
    };
    fell_by_more(now, base, most).then(|| {
        let allowed = if most == Percent::default() {
            "it may not fall".to_owned()
        } else {
            format!("it may fall by {most} points")
        };
        let shown = |ratio: Ratio| {
            format!("{} ({} of {})", ratio.percent().unwrap_or_default(), number(ratio.covered), number(ratio.total))
        };
        format!("the share of covered lines fell from {} to {}, {allowed}", shown(base), shown(now))
    })
}

/// Whether `now / total + most < base / total`, in whole numbers. Numbers too large to be compared are no numbers of
/// lines.
fn fell_by_more(now: Ratio, base: Ratio, most: Percent) -> bool {
    let times = |factors: [u64; 3]| {
        factors.into_iter().map(u128::from).try_fold(1_u128, |product, factor| product.checked_mul(factor))
    };
    let compared = || {
        let reached = times([10_000, now.covered, base.total])?;
        let tolerated = times([most.hundredths().into(), now.total, base.total])?;
        let before = times([10_000, base.covered, now.total])?;
        Some(reached.checked_add(tolerated)? < before)
    };
    compared().unwrap_or(true)
}

/// One reason for all files together, naming the worst.
fn files(coverage: &Coverage, least: Percent) -> Option<String> {
    const NAMED: usize = 5;
    let inside = coverage.files.iter().filter(|(_, file)| !file.outside);
    let lines = inside.map(|(path, file)| (file.totals().lines, path));
    let mut files: Vec<_> = lines.filter(|(lines, _)| lines.is_below(least)).collect();
    let first = files.len().min(NAMED);
    files.sort_by_key(|&(lines, path)| (lines.percent(), path));
    let named: Vec<_> = files[..first]
        .iter()
        .map(|(lines, path)| format!("{path} ({})", lines.percent().unwrap_or_default()))
        .collect();
    let more = files.len() - first;
    let rest = if more == 0 { String::new() } else { format!(" and {} more", number(more as u64)) };
    let of = count(files.len() as u64, "file");
    (first > 0).then(|| format!("{of} with less than {least} of the lines covered: {}{rest}", named.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{ChangedFile, Unmentioned};
    use crate::model::tests::coverage;
    use proptest::prelude::*;

    fn percent(text: &str) -> Option<Percent> {
        Some(text.parse().unwrap())
    }

    fn totals(covered: u64, total: u64) -> Totals {
        Totals { lines: Ratio { covered, total }, ..Totals::default() }
    }

    #[test]
    fn enough_is_enough_and_nothing_is_demanded_unasked() {
        let two_of_three = coverage(&[("a.php", &[(1, 1), (2, 1), (3, 0)])]);
        assert!(judge(&two_of_three, None, None, &Thresholds::default()).is_empty());
        let met = Thresholds { min_lines: percent("66.66"), min_file: percent("66.66"), ..Thresholds::default() };
        assert!(judge(&two_of_three, None, None, &met).is_empty());
        let missed = Thresholds { min_lines: percent("66.67"), ..Thresholds::default() };
        let reason = "66.66% of the lines are covered (2 of 3), at least 66.67% are demanded";
        assert_eq!(judge(&two_of_three, None, None, &missed), [reason]);
    }

    #[test]
    fn without_numbers_nothing_passes() {
        let reasons = |all: &Coverage, thresholds: Thresholds| judge(all, None, None, &thresholds).len();
        assert_eq!(reasons(&Coverage::default(), Thresholds::default()), 1);
        assert_eq!(reasons(&coverage(&[("Interface.php", &[])]), Thresholds::default()), 1);
        let all = coverage(&[("a.php", &[(1, 1)])]);
        assert_eq!(reasons(&all, Thresholds { min_change: percent("0"), ..Thresholds::default() }), 1);
        assert_eq!(reasons(&all, Thresholds { max_fall: percent("5"), ..Thresholds::default() }), 1);
        let nothing = Some(&Totals::default());
        let thresholds = Thresholds { max_fall: percent("5"), ..Thresholds::default() };
        assert_eq!(judge(&all, None, nothing, &thresholds).len(), 1);
    }

    #[test]
    fn the_change_is_judged_with_the_files_that_no_report_mentions() {
        let all = coverage(&[("a.php", &[(1, 1)])]);
        let thresholds = Thresholds { min_change: percent("80"), ..Thresholds::default() };
        assert!(judge(&all, Some(&ChangeCoverage::default()), None, &thresholds).is_empty(), "no line, no demand");
        let covered = ChangedFile { path: "a.php".into(), covered: vec![1, 2, 3], ..ChangedFile::default() };
        let unmentioned = vec![Unmentioned { path: "b.php".into(), lines: 1 }];
        let change = ChangeCoverage { files: vec![covered], unmentioned, excluded: vec![] };
        let reason = "75% of the changed lines are covered (3 of 4), at least 80% are demanded; \
                      1 file in it that no report mentions";
        assert_eq!(judge(&all, Some(&change), None, &thresholds), [reason]);
    }

    #[test]
    fn it_may_fall_by_what_is_tolerated_and_no_more() {
        let fell = |now: (u64, u64), base: (u64, u64), most| {
            fell_by_more(Ratio { covered: now.0, total: now.1 }, totals(base.0, base.1).lines, percent(most).unwrap())
        };
        assert!(!fell((80, 100), (80, 100), "0"));
        assert!(!fell((800, 1000), (80, 100), "0"));
        assert!(fell((79_999, 100_000), (80, 100), "0"));
        assert!(!fell((79_999, 100_000), (80, 100), "0.01"));
        assert!(!fell((79, 100), (80, 100), "1"));
        assert!(fell((789, 1000), (80, 100), "1"));
        assert!(!fell((90, 100), (80, 100), "0"));
        assert!(fell((u64::MAX, u64::MAX), (u64::MAX, u64::MAX), "0"), "too large to be compared is not fine");
        let all = coverage(&[("a.php", &[(1, 1), (2, 0)])]);
        let thresholds = Thresholds { max_fall: percent("0"), ..Thresholds::default() };
        let reasons = judge(&all, None, Some(&totals(2, 3)), &thresholds);
        assert_eq!(reasons, ["the share of covered lines fell from 66.66% (2 of 3) to 50% (1 of 2), it may not fall"]);
    }

    #[test]
    fn the_worst_files_are_named_and_those_without_lines_are_not_among_them() {
        let names: Vec<String> = (0..7).map(|file| format!("{file}.php")).collect();
        let mut files: Vec<(&str, &[(u32, u64)])> =
            names.iter().map(|name| (name.as_str(), [(1, 0)].as_slice())).collect();
        files[6].1 = &[];
        files[0].1 = &[(1, 1), (2, 0), (3, 0)];
        let thresholds = Thresholds { min_file: percent("50"), ..Thresholds::default() };
        let reason = "6 files with less than 50% of the lines covered: 1.php (0%), 2.php (0%), 3.php (0%), 4.php (0%), \
                      5.php (0%) and 1 more";
        assert_eq!(judge(&coverage(&files), None, None, &thresholds), [reason]);
    }

    #[test]
    fn a_config_says_it_in_kebab_case_and_nothing_else() {
        let read = |json: &str| serde_json::from_str::<Thresholds>(json);
        let thresholds = read(r#"{ "min-lines": 80, "max-fall": "0.5%" }"#).unwrap();
        assert_eq!((thresholds.min_lines, thresholds.max_fall), (percent("80"), percent("0.5")));
        assert!(read(r#"{ "min-line": 80 }"#).is_err());
        assert!(read(r#"{ "min-lines": 101 }"#).is_err());
    }

    proptest! {
        #[test]
        fn falling_is_judged_like_fractions(
            (now, total) in (0_u64..50, 1_u64..50),
            (before, base_total) in (0_u64..50, 1_u64..50),
            most in 0_u16..3000,
        ) {
            let now = Ratio { covered: now.min(total), total };
            let base = Ratio { covered: before.min(base_total), total: base_total };
            let fell = fell_by_more(now, base, Percent::from_hundredths(most).unwrap());
            let common = i128::from(total) * i128::from(base_total) * 10_000;
            let share = |ratio: Ratio| i128::from(ratio.covered) * (common / i128::from(ratio.total));
            let tolerated = i128::from(most) * (common / 10_000);
            prop_assert_eq!(fell, share(base) - share(now) > tolerated);
        }
    }
}
