use proptest::prelude::*;

use super::*;

fn item(path: &str, time: impl Into<Option<u64>>) -> Item {
    Item { path: path.to_owned(), time: time.into() }
}

fn files(items: &[Item], total: u16) -> Vec<Vec<&str>> {
    split(items, NonZeroU16::new(total).unwrap()).into_iter().map(|part| part.files).collect()
}

#[test]
fn the_longest_files_are_spread_first() {
    let items = [item("a", 2), item("b", 7), item("c", 5), item("d", 4), item("e", 2)];
    assert_eq!(files(&items, 2), [["a", "b", "e"].as_slice(), &["c", "d"]]);
    let estimates: Vec<u64> = split(&items, NonZeroU16::new(2).unwrap()).iter().map(|part| part.estimate).collect();
    assert_eq!(estimates, [11, 9]);
    assert_eq!(files(&items, 1), [["a", "b", "c", "d", "e"]]);
}

#[test]
fn a_new_file_counts_as_the_median_of_the_others() {
    let items = [item("a", 100), item("b", 10), item("c", 1), item("new", None)];
    let parts = split(&items, NonZeroU16::new(2).unwrap());
    assert_eq!(parts[1], Part { files: vec!["b", "c", "new"], estimate: 21 });
}

#[test]
fn without_times_and_with_times_of_zero_the_files_are_spread_evenly() {
    for time in [None, Some(0)] {
        let items = ["a", "b", "c", "d", "e"].map(|path| item(path, time));
        assert_eq!(files(&items, 2), [["a", "c", "e"].as_slice(), &["b", "d"]], "{time:?}");
    }
}

#[test]
fn a_file_that_is_listed_twice_runs_once() {
    assert_eq!(files(&[item("a", 1), item("a", 3), item("b", 2), item("a", None)], 2), [["a"], ["b"]]);
}

#[test]
fn there_may_be_more_parts_than_files() {
    assert_eq!(files(&[item("a", 1)], 3), [["a"].as_slice(), &[], &[]]);
    assert_eq!(files(&[], 2), [[""; 0], []]);
    assert_eq!(files(&[], u16::MAX).len(), 65_535);
}

#[test]
fn the_largest_times_do_no_harm() {
    let items = [item("a", u64::MAX), item("b", u64::MAX), item("c", u64::MAX)];
    assert_eq!(split(&items, NonZeroU16::new(2).unwrap())[0].estimate, u64::MAX);
}

fn any_items() -> impl Strategy<Value = Vec<Item>> {
    let item = ("[a-z]{1,2}", proptest::option::of(0..1_000_u64)).prop_map(|(path, time)| Item { path, time });
    proptest::collection::vec(item, 0..40)
}

proptest! {
    #[test]
    fn every_file_is_in_exactly_one_part(items in any_items(), total in 1..9_u16) {
        let parts = files(&items, total);
        prop_assert_eq!(parts.len(), usize::from(total));
        let mut divided: Vec<&str> = parts.concat();
        divided.sort_unstable();
        let mut all: Vec<&str> = items.iter().map(|item| item.path.as_str()).collect();
        all.sort_unstable();
        all.dedup();
        prop_assert_eq!(divided, all);
    }

    #[test]
    fn the_order_of_the_list_does_not_matter(
        (items, shuffled) in any_items().prop_flat_map(|items| (Just(items.clone()), Just(items).prop_shuffle())),
        total in 1..9_u16,
    ) {
        prop_assert_eq!(files(&items, total), files(&shuffled, total));
    }

    #[test]
    fn no_part_has_more_to_do_than_the_mean_and_the_longest_file(items in any_items(), total in 1..9_u16) {
        let parts = split(&items, NonZeroU16::new(total).unwrap());
        let all: u64 = parts.iter().map(|part| part.estimate).sum();
        let longest = longest_first(&items).first().map_or(0, |(_, time)| *time);
        let most = parts.iter().map(|part| part.estimate).max().unwrap_or(0);
        prop_assert!(most * u64::from(total) <= all + longest * u64::from(total));
    }
}

mod times {
    use super::*;

    /// The times of `paths` when these were recorded, each under a file or a class.
    fn matched(files: &[(&str, u64)], classes: &[(&str, u64)], paths: &[&str]) -> Vec<Option<u64>> {
        let mut times = Times::default();
        files.iter().for_each(|(file, time)| times.add(file, "", Some(*time)));
        classes.iter().for_each(|(class, time)| times.add("", class, Some(*time)));
        times.items(paths.iter().copied()).into_iter().map(|item| item.time).collect()
    }

    #[test]
    fn the_times_of_a_file_are_summed() {
        let mut times = Times::default();
        for (file, class, time) in
            [("a.php", "A", Some(1)), ("a.php", "A", None), ("a.php", "B", Some(2)), ("", "", Some(9))]
        {
            times.add(file, class, time);
        }
        times.add("b.php", "", Some(u64::MAX));
        times.add("b.php", "", Some(1));
        assert_eq!(
            times.items(["a.php", "./b.php", "c.php"]),
            [item("a.php", 3), item("./b.php", u64::MAX), item("c.php", None)]
        );
    }

    #[test]
    fn the_same_path_wins_over_a_longer_one() {
        let recorded = [("tests/ATest.php", 1), ("x/tests/ATest.php", 2)];
        assert_eq!(matched(&recorded, &[], &["tests/ATest.php", "x/tests/ATest.php"]), [Some(1), Some(2)]);
    }

    #[test]
    fn a_path_seen_from_another_root_is_matched_by_its_end() {
        let recorded =
            [("/opt/build/tests/A/XTest.php", 1), ("/opt/build/tests/B/XTest.php", 2), ("C:\\w\\tests\\YTest.php", 3)];
        let paths = ["tests/B/XTest.php", "tests/A/XTest.php", "tests/YTest.php"];
        assert_eq!(matched(&recorded, &[], &paths), [Some(2), Some(1), Some(3)]);
        assert_eq!(matched(&recorded, &[], &["Test.php", "tests/ZTest.php"]), [None, None]);
    }

    #[test]
    fn what_can_be_matched_in_several_ways_is_unknown() {
        let recorded = [("/a/tests/XTest.php", 1), ("/b/tests/XTest.php", 2)];
        assert_eq!(matched(&recorded, &[], &["tests/XTest.php"]), [None]);
        // And the other way round.
        assert_eq!(matched(&[("XTest.php", 1)], &[], &["a/XTest.php", "b/XTest.php"]), [None, None]);
    }

    #[test]
    fn a_new_file_does_not_get_the_time_of_a_namesake_that_is_still_there() {
        let paths = ["tests/A/XTest.php", "tests/B/XTest.php"];
        assert_eq!(matched(&[("tests/A/XTest.php", 1)], &[], &paths), [Some(1), None]);
        assert_eq!(matched(&[("/build/tests/A/XTest.php", 1)], &[], &paths), [Some(1), None]);
    }

    #[test]
    fn a_php_file_is_matched_by_its_class() {
        let classes = [("App\\Tests\\Entity\\OrderTest", 1), ("App\\Tests\\Api\\OrderTest", 2), ("Lone", 3)];
        let paths = ["tests/Api/OrderTest.php", "tests/Entity/OrderTest.php", "tests/Lone.php", "tests/Lone.js"];
        assert_eq!(matched(&[], &classes, &paths), [Some(2), Some(1), Some(3), None]);
        assert_eq!(matched(&[("tests/Api/OrderTest.php", 9)], &classes, &paths[..1]), [Some(9)]);
        assert_eq!(matched(&[], &classes, &["src/OrderTest.php"]), [None]);
    }

    #[test]
    fn a_hundred_thousand_namesakes_cost_little() {
        let paths: Vec<String> = (0..100_000).map(|number| format!("tests/{number}/index.test.js")).collect();
        let mut times = Times::default();
        paths.iter().for_each(|path| times.add(&format!("/build/{path}"), "", Some(1)));
        let items = times.items(paths.iter().map(String::as_str));
        assert!(items.iter().all(|item| item.time == Some(1)));
    }

    proptest! {
        #[test]
        fn every_path_is_an_item_and_an_exact_one_has_its_time(
            recorded in proptest::collection::btree_map("[ab]{1}(/[ab]){0,3}", 0..9_u64, 0..9),
            paths in proptest::collection::vec("/?[ab](/[ab]|\\\\[é]){0,3}(\\.php)?", 0..9),
        ) {
            let mut times = Times::default();
            recorded.iter().for_each(|(file, time)| times.add(file, file, Some(*time)));
            let items = times.items(paths.iter().map(String::as_str));
            prop_assert_eq!(items.iter().map(|item| &item.path).collect::<Vec<_>>(), paths.iter().collect::<Vec<_>>());
            for Item { path, time } in items {
                if let Some(exact) = recorded.get(&path) {
                    prop_assert_eq!(time, Some(*exact));
                }
            }
        }
    }
}
