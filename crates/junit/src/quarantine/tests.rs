use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::history::{History, Outcome, Run};

fn entry(test: &str, expires: &str) -> Entry {
    serde_json::from_value(json!({ "test": test, "owner": "ann", "reason": "races", "expires": expires })).unwrap()
}

fn case(class: &str, name: &str) -> Case {
    Case { class: class.to_owned(), name: name.to_owned(), ..Case::default() }
}

fn quarantine(entries: &[(&str, &str)]) -> Quarantine {
    let entries = entries.iter().map(|(test, expires)| entry(test, expires)).collect();
    Quarantine::new(entries, None, "2026-11-24".parse().unwrap())
}

/// Which entry a case is matched by, and whether it mutes.
fn by(found: Option<Match<'_>>) -> Option<(&str, bool)> {
    found.map(|found| match found.by {
        By::Entry(entry) => (entry.test.as_str(), !found.expired),
        By::Bitbucket(test) => (test.name.as_str(), !found.expired),
    })
}

fn config_error(change: impl Fn(&mut serde_json::Map<String, serde_json::Value>)) -> String {
    let mut entry = json!({ "test": "A::b", "owner": "ann", "reason": "races", "expires": "2026-12-31" });
    change(entry.as_object_mut().unwrap());
    serde_json::from_value::<Config>(json!({ "tests": [entry] })).unwrap_err().to_string()
}

#[test]
fn an_entry_says_who_why_and_until_when() {
    let mut errors = Vec::new();
    for key in ["test", "owner", "reason", "expires"] {
        errors.push(config_error(|entry| _ = entry.remove(key)));
    }
    for (key, value) in [
        ("owner", " "),
        ("ticket", ""),
        ("expires", "2026-02-30"),
        ("expires", "2026-12-31T10:00"),
        ("expires", "soon"),
        ("test", ""),
        ("test", "*"),
        ("test", "*::t*"),
        ("exires", "2026-12-31"),
    ] {
        errors.push(config_error(|entry| _ = entry.insert(key.to_owned(), value.into())));
    }
    insta::assert_snapshot!(errors.join("\n"), @"
        missing field `test`
        missing field `owner`
        missing field `reason`
        missing field `expires`
        it is empty
        it is empty
        `2026-02-30` is no day: parsed date is not valid: parameter 'day' for `2026-02` is invalid, must be in range `1..=28`
        `2026-12-31T10:00` is no day; write it as `2026-12-31`
        `soon` is no day: failed to parse four digit integer as year: invalid digit, expected 0-9 but got s
        it is empty; write the id of a test as the reports show it
        `*` would put nearly every test in quarantine; beside `*` it needs 3 letters or digits at least
        `*::t*` would put nearly every test in quarantine; beside `*` it needs 3 letters or digits at least
        unknown field `exires`, expected one of `test`, `owner`, `reason`, `ticket`, `expires`
        ");
}

#[test]
fn a_config_is_read_and_written_the_same() {
    let config = json!({ "tests": [
        { "test": "App\\Tests\\X::testY", "owner": "ann", "reason": "races", "ticket": "SHOP-1", "expires": "2026-12-31" },
        { "test": "App\\Tests\\Old\\*", "owner": "bob", "reason": "old", "expires": "2027-01-01" },
    ] });
    let read: Config = serde_json::from_value(config.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), config);
    assert_eq!(serde_json::from_str::<Config>("{}").unwrap(), Config::default());
}

#[test]
fn a_test_is_found_by_its_id_or_by_wildcards() {
    let quarantine = quarantine(&[("App\\T::test*", "2026-12-31"), ("App\\T::testY", "2026-12-31")]);
    assert_eq!(by(quarantine.find(&case("App\\T", "testY"))), Some(("App\\T::testY", true)));
    assert_eq!(by(quarantine.find(&case("App\\T", "testY with data set #1"))), Some(("App\\T::test*", true)));
    assert_eq!(by(quarantine.find(&case("App\\T", "testY (attempt 2 of 3)"))), Some(("App\\T::testY", true)));
    assert_eq!(by(quarantine.find(&case("App\\Tt", "testY"))), None);
}

#[test]
fn an_entry_that_has_ended_is_told_and_does_not_mute() {
    let quarantine = quarantine(&[
        ("T::ended", "2026-11-23"),
        ("T::last_day", "2026-11-24"),
        ("T::both", "2026-01-01"),
        ("T::bo*", "2026-12-31"),
    ]);
    assert_eq!(by(quarantine.find(&case("T", "ended"))), Some(("T::ended", false)));
    assert_eq!(by(quarantine.find(&case("T", "last_day"))), Some(("T::last_day", true)));
    assert_eq!(by(quarantine.find(&case("T", "both"))), Some(("T::bo*", true)));
    assert_eq!(quarantine.expired().map(|entry| entry.test.as_str()).collect::<Vec<_>>(), ["T::ended", "T::both"]);
}

#[test]
fn of_two_entries_for_one_test_the_one_that_has_not_ended_counts() {
    let quarantine = quarantine(&[("T::x", "2026-11-23"), ("T::x", "2026-12-31")]);
    assert_eq!(by(quarantine.find(&case("T", "x"))), Some(("T::x", true)));
    assert_eq!(quarantine.expired().count(), 1);
}

const BITBUCKET: &str = r#"{"quarantinedTests":[{"package":"App.Tests","name":"testX","class":"PriceTest","id":7},{"name":"lone","class":"C"}],"v":1}"#;

#[test]
fn bitbuckets_file_is_read_and_counts_after_the_entries() {
    let file = BitbucketFile::parse(BITBUCKET.as_bytes()).unwrap();
    let entries = vec![entry("C::lone", "2026-12-31"), entry("App\\Tests\\PriceTest::testX", "2026-01-01")];
    let quarantine = Quarantine::new(entries, Some(file), "2026-11-24".parse().unwrap());
    assert_eq!(by(quarantine.find(&case("C", "lone"))), Some(("C::lone", true)));
    // The entry has ended, but in Bitbucket it is still in quarantine.
    assert_eq!(by(quarantine.find(&case("App\\Tests\\PriceTest", "testX"))), Some(("testX", true)));
    assert_eq!(by(quarantine.find(&case("App.Tests.PriceTest", "testX (attempt 2 of 2)"))), Some(("testX", true)));
    assert_eq!(by(quarantine.find(&case("PriceTest", "testX"))), None);
}

#[test]
fn bitbuckets_file_is_refused_when_it_has_another_shape() {
    let mut errors = Vec::new();
    for json in [
        "",
        "[]",
        "{}",
        r#"{"quarantinedTests":null}"#,
        r#"{"quarantinedTests":["testX"]}"#,
        r#"{"quarantinedTests":[{"name":"a"},{"class":"C"}]}"#,
        r#"{"quarantinedTests":[{"name":""}]}"#,
        r#"{"quarantinedTests":[{"name":"a","class":7}]}"#,
        r#"{"quarantinedTests":[{"name":"a"}"#,
    ] {
        errors.push(BitbucketFile::parse(json.as_bytes()).unwrap_err().to_string());
    }
    insta::assert_snapshot!(errors.join("\n"), @"
        EOF while parsing a value at line 1 column 0
        invalid type: sequence, expected a map at line 1 column 0
        there is no list `quarantinedTests` in it
        there is no list `quarantinedTests` in it
        quarantinedTests[0]: it is not an object
        quarantinedTests[1]: missing field `name`
        quarantinedTests[0]: `name` is empty
        quarantinedTests[0]: invalid type: integer `7`, expected a string
        EOF while parsing a list at line 1 column 33
        ");
    assert!(BitbucketFile::parse(br#"{"quarantinedTests":[]}"#).unwrap().tests().is_empty());
}

#[test]
fn an_entry_that_means_no_test_is_stale() {
    let quarantine = quarantine(&[
        ("T::able", "2026-12-31"),
        ("T::gone", "2026-12-31"),
        ("T::a*le", "2026-12-31"),
        ("Gone*", "2026-12-31"),
    ]);
    let mut usage = quarantine.usage();
    assert_eq!(by(usage.find(&case("T", "able"))), Some(("T::able", true)));
    assert_eq!(by(usage.find(&case("T", "b"))), None);
    assert_eq!(usage.stale().map(|entry| entry.test.as_str()).collect::<Vec<_>>(), ["T::gone", "Gone*"]);
}

/// A history of runs; each lists outcomes of tests.
fn history(runs: &[&[(&str, Outcome)]]) -> History {
    let mut history = History::default();
    for (number, outcomes) in runs.iter().enumerate() {
        let at = jiff::Timestamp::from_second(i64::try_from(number).unwrap()).unwrap();
        let mut run = Run { run: number.to_string(), at, ..Run::default() };
        outcomes.iter().for_each(|(id, outcome)| run.record(id, *outcome));
        history.add(&run, |_| true);
    }
    history
}

#[test]
fn an_entry_is_ready_when_all_its_tests_passed_often_enough_in_a_row() {
    use Outcome::{Failed, Flaky, Passed};
    let quarantine = quarantine(&[
        ("T::good", "2026-12-31"),
        ("T::flaky", "2026-12-31"),
        ("Set::*", "2026-12-31"),
        ("T::new", "2026-12-31"),
    ]);
    let mut usage = quarantine.usage();
    for (class, name) in [("T", "good"), ("T", "flaky"), ("Set", "one"), ("Set", "two"), ("T", "new")] {
        assert!(usage.find(&case(class, name)).is_some());
    }
    let first = [("T::good", Failed), ("T::flaky", Passed), ("Set::one", Passed), ("Set::two", Failed)];
    let then = [("T::good", Passed), ("T::flaky", Flaky), ("Set::one", Passed), ("Set::two", Passed)];
    let last = [("T::good", Passed), ("T::flaky", Passed), ("Set::one", Passed), ("Set::two", Passed)];
    let history = history(&[&first, &then, &last]);
    let ready = |needed| -> Vec<(&str, usize)> {
        usage.ready(&history, needed).iter().map(|ready| (ready.entry.test.as_str(), ready.passes)).collect()
    };
    assert_eq!(ready(2), [("T::good", 2), ("Set::*", 2)]);
    assert_eq!(ready(3), []);
    // A test that is not in the history has never passed, whatever is asked for.
    assert_eq!(ready(0), [("T::good", 2), ("T::flaky", 1), ("Set::*", 2)]);
}

#[test]
fn hostile_patterns_and_ids_cost_little() {
    let pattern = TestPattern::try_from(format!("abc{}", "*a".repeat(50_000))).unwrap();
    assert!(!pattern.matches(&format!("abc{}b", "a".repeat(1_000_000))));
    assert!(pattern.matches(&format!("abc{}", "a".repeat(1_000_000))));
}

/// What a pattern means, letter by letter.
fn plainly(pattern: &[char], id: &[char]) -> bool {
    match pattern.split_first() {
        None => id.is_empty(),
        Some(('*', rest)) => (0..=id.len()).any(|from| plainly(rest, &id[from..])),
        Some((c, rest)) => id.split_first().is_some_and(|(first, others)| first == c && plainly(rest, others)),
    }
}

proptest! {
    #[test]
    fn a_pattern_matches_what_it_says(pattern in "[ab*é]{3,8}", id in "[abé]{0,8}") {
        if let Ok(checked) = TestPattern::try_from(pattern.clone()) {
            let (pattern, id_chars): (Vec<char>, Vec<char>) = (pattern.chars().collect(), id.chars().collect());
            prop_assert_eq!(checked.matches(&id), plainly(&pattern, &id_chars));
        }
    }

    #[test]
    fn bitbuckets_tests_are_found_as_one_by_one(
        (package, class) in ("[a.\\\\]{0,3}", "[a.\\\\]{0,2}"), other in "[a.\\\\]{0,6}", name in "[xy]",
    ) {
        let json = json!({ "quarantinedTests": [{ "package": package, "class": class, "name": "x" }] }).to_string();
        let file = BitbucketFile::parse(json.as_bytes()).unwrap();
        let slowly = is_bitbuckets(&other, &name, (&package, &class, "x"));
        prop_assert_eq!(file.find(&other, &name).is_some(), slowly);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60), at in 0..BITBUCKET.len()) {
        let _any = BitbucketFile::parse(&[&BITBUCKET.as_bytes()[..at], &bytes, &BITBUCKET.as_bytes()[at..]].concat());
    }
}

#[test]
fn bitbucket_takes_class_names_apart_at_dots() {
    assert!(is_bitbuckets("App\\Tests\\PriceTest", "testVat", ("App.Tests", "PriceTest", "testVat")));
    assert!(is_bitbuckets("PriceTest", "testVat", ("", "PriceTest", "testVat")));
    assert!(!is_bitbuckets("App\\Tests\\PriceTest", "testVat", ("App", "PriceTest", "testVat")));
    assert!(!is_bitbuckets("App\\Tests\\PriceTest", "testX", ("App.Tests", "PriceTest", "testVat")));
}

/// Whether `name` of `class` is what Bitbucket calls `package`, `class` and `name`: it takes the classname apart at its
/// last dot, and PHP's class names have backslashes.
fn is_bitbuckets(class: &str, name: &str, (package, its_class, its_name): (&str, &str, &str)) -> bool {
    let dotted = |c: char| if c == '\\' { '.' } else { c };
    let mut whole: String = package.chars().map(dotted).collect();
    if !whole.is_empty() && !its_class.is_empty() {
        whole.push('.');
    }
    whole.extend(its_class.chars().map(dotted));
    its_name == name && class.chars().map(dotted).eq(whole.chars())
}
