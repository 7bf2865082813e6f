use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{Period, Phase, freezes, windows};
use crate::policy::{Freeze, Policy};

fn period(days: &str, from: &str, to: &str, zone: &str) -> Period {
    let days = days.split_whitespace().map(str::to_owned).collect();
    Period { days, from: from.to_owned(), to: to.to_owned(), zone: zone.to_owned() }
}

/// `open` or `shut` and until when, at each of the times.
fn said(periods: &[Period], times: &[&str]) -> String {
    let line = |time: &&str| {
        let Phase { on, until } = windows(periods, time.parse().unwrap());
        let until = until.map_or("for good".to_owned(), |until| format!("until {until}"));
        format!("{time} {} {until}", if on { "open" } else { "shut" })
    };
    times.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_beginning_is_part_of_it_and_an_end_is_not() {
    let office = [period("mon-thu", "09:00", "16:00", "Europe/Berlin")];
    // 2026-07-02 is a Thursday, and Berlin is two hours ahead.
    insta::assert_snapshot!(said(&office, &[
        "2026-07-02T06:59:59Z", "2026-07-02T07:00:00Z", "2026-07-02T07:00:01Z",
        "2026-07-02T13:59:59Z", "2026-07-02T14:00:00Z", "2026-07-02T14:00:01Z",
    ]), @"
    2026-07-02T06:59:59Z shut until 2026-07-02T07:00:00Z
    2026-07-02T07:00:00Z open until 2026-07-02T14:00:00Z
    2026-07-02T07:00:01Z open until 2026-07-02T14:00:00Z
    2026-07-02T13:59:59Z open until 2026-07-02T14:00:00Z
    2026-07-02T14:00:00Z shut until 2026-07-06T07:00:00Z
    2026-07-02T14:00:01Z shut until 2026-07-06T07:00:00Z
    ");
}

#[test]
fn one_over_midnight_belongs_to_the_day_on_which_it_begins() {
    let night = [period("fri", "22:00", "06:00", "UTC")];
    // 2026-07-03 is a Friday.
    insta::assert_snapshot!(said(&night, &[
        "2026-07-03T05:00:00Z", "2026-07-03T22:00:00Z", "2026-07-04T05:59:59Z", "2026-07-04T06:00:00Z", "2026-07-04T23:00:00Z",
    ]), @"
    2026-07-03T05:00:00Z shut until 2026-07-03T22:00:00Z
    2026-07-03T22:00:00Z open until 2026-07-04T06:00:00Z
    2026-07-04T05:59:59Z open until 2026-07-04T06:00:00Z
    2026-07-04T06:00:00Z shut until 2026-07-10T22:00:00Z
    2026-07-04T23:00:00Z shut until 2026-07-10T22:00:00Z
    ");
}

#[test]
fn days_go_round_the_week_and_whole_days_are_one_piece() {
    let weekend = [period("sat-mon", "00:00", "24:00", "UTC")];
    insta::assert_snapshot!(said(&weekend, &[
        "2026-07-03T23:59:59Z", "2026-07-04T00:00:00Z", "2026-07-05T12:00:00Z", "2026-07-06T23:59:59Z", "2026-07-07T00:00:00Z",
    ]), @"
    2026-07-03T23:59:59Z shut until 2026-07-04T00:00:00Z
    2026-07-04T00:00:00Z open until 2026-07-07T00:00:00Z
    2026-07-05T12:00:00Z open until 2026-07-07T00:00:00Z
    2026-07-06T23:59:59Z open until 2026-07-07T00:00:00Z
    2026-07-07T00:00:00Z shut until 2026-07-11T00:00:00Z
    ");
    let always = [period("", "12:00", "12:00", "Europe/Berlin")];
    assert_eq!(windows(&always, "2026-03-29T01:00:00Z".parse().unwrap()), Phase { on: true, until: None });
}

#[test]
fn a_time_that_clocks_skip_is_the_first_one_after_the_gap() {
    // On 2026-03-29 at 02:00 it is 03:00 in Berlin.
    let at = ["2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"];
    insta::assert_snapshot!(said(&[period("sun", "02:30", "04:00", "Europe/Berlin")], &at), @"
    2026-03-29T00:59:59Z shut until 2026-03-29T01:00:00Z
    2026-03-29T01:00:00Z open until 2026-03-29T02:00:00Z
    2026-03-29T01:30:00Z open until 2026-03-29T02:00:00Z
    ");
    insta::assert_snapshot!(said(&[period("sun", "01:00", "02:30", "Europe/Berlin")], &at), @"
    2026-03-29T00:59:59Z open until 2026-03-29T01:00:00Z
    2026-03-29T01:00:00Z shut until 2026-04-04T23:00:00Z
    2026-03-29T01:30:00Z shut until 2026-04-04T23:00:00Z
    ");
    // One that lies in the gap altogether is never on that day, and not an hour later either.
    insta::assert_snapshot!(said(&[period("sun", "02:15", "02:45", "Europe/Berlin")], &at), @"
    2026-03-29T00:59:59Z shut until 2026-04-05T00:15:00Z
    2026-03-29T01:00:00Z shut until 2026-04-05T00:15:00Z
    2026-03-29T01:30:00Z shut until 2026-04-05T00:15:00Z
    ");
    insta::assert_snapshot!(said(&[period("", "2026-03-29T02:30", "2026-03-29T03:15", "Europe/Berlin")], &at), @"
    2026-03-29T00:59:59Z shut until 2026-03-29T01:00:00Z
    2026-03-29T01:00:00Z open until 2026-03-29T01:15:00Z
    2026-03-29T01:30:00Z shut for good
    ");
}

#[test]
fn of_times_that_come_twice_it_begins_at_the_first_and_ends_at_the_second() {
    // On 2026-10-25 at 03:00 it is 02:00 again in Berlin.
    let at = ["2026-10-25T00:29:59Z", "2026-10-25T00:30:00Z", "2026-10-25T01:29:59Z", "2026-10-25T01:30:00Z"];
    insta::assert_snapshot!(said(&[period("sun", "02:30", "04:00", "Europe/Berlin")], &at), @"
    2026-10-25T00:29:59Z shut until 2026-10-25T00:30:00Z
    2026-10-25T00:30:00Z open until 2026-10-25T03:00:00Z
    2026-10-25T01:29:59Z open until 2026-10-25T03:00:00Z
    2026-10-25T01:30:00Z open until 2026-10-25T03:00:00Z
    ");
    insta::assert_snapshot!(said(&[period("", "2026-10-25T01:00", "2026-10-25T02:30", "Europe/Berlin")], &at), @"
    2026-10-25T00:29:59Z open until 2026-10-25T01:30:00Z
    2026-10-25T00:30:00Z open until 2026-10-25T01:30:00Z
    2026-10-25T01:29:59Z open until 2026-10-25T01:30:00Z
    2026-10-25T01:30:00Z shut for good
    ");
}

#[test]
fn zones_may_be_off_by_half_hours_and_years_change() {
    // Kolkata is five and a half hours ahead; Lord Howe puts its clocks forward by half an hour on 2026-10-04 at 02:00.
    insta::assert_snapshot!(said(&[period("", "09:00", "17:00", "Asia/Kolkata")], &["2026-12-31T11:29:59Z", "2026-12-31T11:30:00Z"]), @"
    2026-12-31T11:29:59Z open until 2026-12-31T11:30:00Z
    2026-12-31T11:30:00Z shut until 2027-01-01T03:30:00Z
    ");
    insta::assert_snapshot!(said(&[period("sun", "02:15", "03:00", "Australia/Lord_Howe")], &["2026-10-03T15:29:59Z", "2026-10-03T15:30:00Z"]), @"
    2026-10-03T15:29:59Z shut until 2026-10-03T15:30:00Z
    2026-10-03T15:30:00Z open until 2026-10-03T16:00:00Z
    ");
    insta::assert_snapshot!(said(&[period("thu", "22:00", "02:00", "UTC")], &["2026-12-31T23:59:59Z", "2027-01-01T02:00:00Z"]), @"
    2026-12-31T23:59:59Z open until 2027-01-01T02:00:00Z
    2027-01-01T02:00:00Z shut until 2027-01-07T22:00:00Z
    ");
}

#[test]
fn a_dated_period_that_is_over_never_comes_back() {
    let christmas = [period("", "2026-12-23T12:00", "2026-12-31T24:00", "Europe/Berlin")];
    insta::assert_snapshot!(said(&christmas, &["2026-12-23T10:59:59Z", "2026-12-23T11:00:00Z", "2026-12-31T23:00:00Z", "9999-01-01T00:00:00Z"]), @"
    2026-12-23T10:59:59Z shut until 2026-12-23T11:00:00Z
    2026-12-23T11:00:00Z open until 2026-12-31T23:00:00Z
    2026-12-31T23:00:00Z shut for good
    9999-01-01T00:00:00Z shut for good
    ");
}

#[test]
fn windows_that_touch_or_overlap_are_one() {
    let both = [
        period("mon", "09:00", "12:00", "UTC"),
        period("mon", "12:00", "15:00", "UTC"),
        period("mon", "16:00", "18:00", "Europe/Berlin"),
    ];
    // 2026-07-06 is a Monday.
    insta::assert_snapshot!(said(&both, &["2026-07-06T10:00:00Z", "2026-07-06T16:00:00Z"]), @"
    2026-07-06T10:00:00Z open until 2026-07-06T16:00:00Z
    2026-07-06T16:00:00Z shut until 2026-07-13T09:00:00Z
    ");
    assert_eq!(windows(&[], Timestamp::UNIX_EPOCH), Phase { on: true, until: None });
}

#[test]
fn what_is_wrong_with_a_period_is_said() {
    let all = [
        period("monday", "09:00", "10:00", "UTC"),
        period("mon-", "09:00", "10:00", "UTC"),
        period("", "9:00", "10:00", "UTC"),
        period("", "09:00:00", "10:00", "UTC"),
        period("", "24:00", "10:00", "UTC"),
        period("", "09:00", "25:00", "UTC"),
        period("", "09:00", "2026-12-24T08:00", "UTC"),
        period("", "2026-12-24", "2026-12-25", "UTC"),
        period("", "2026-02-30T08:00", "2026-12-25T08:00", "UTC"),
        period("", "2026-12-25T08:00", "2026-12-25T08:00", "UTC"),
        period("mon", "2026-12-24T08:00", "2026-12-25T08:00", "UTC"),
        period("", "2026-03-29T02:10", "2026-03-29T02:50", "Europe/Berlin"),
        period("", "9999-12-31T08:00", "9999-12-31T24:00", "UTC"),
        period("", "09:00", "10:00", "Europe/Berln"),
        period("", "09:00", "10:00", "CEST\u{202e}"),
        period("", "09:00", "10:00", ""),
    ];
    let said: Vec<String> = all.iter().map(|period| period.check().unwrap_err()).collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    `monday` in `days` is no day: write mon, tue, wed, thu, fri, sat, sun, or from one to another: mon-fri
    `mon-` in `days` is no day: write mon, tue, wed, thu, fri, sat, sun, or from one to another: mon-fri
    `from` is `9:00`, which is neither a time of day (`09:00`) nor a date with a time (`2026-12-24T08:00`)
    `from` is `09:00:00`, which is neither a time of day (`09:00`) nor a date with a time (`2026-12-24T08:00`)
    a beginning is at 23:59 at the latest: for 24:00 write 00:00 of the next day
    `to` is `25:00`, which is neither a time of day (`09:00`) nor a date with a time (`2026-12-24T08:00`)
    `from` and `to` must both be times of day (`09:00`) or both be dates (`2026-12-24T08:00`)
    `from` lacks a time: write `2026-12-24T00:00`
    `from` is `2026-02-30T08:00`, which is neither a time of day (`09:00`) nor a date with a time (`2026-12-24T08:00`)
    it ends before it begins: `to` `2026-12-25T08:00` must be after `from` `2026-12-25T08:00`
    `days` are of a weekly period, and this one has dates: leave them out
    it ends before it begins: `to` `2026-03-29T02:50` must be after `from` `2026-03-29T02:10`
    the dates are beyond what can be reckoned with
    there is no time zone `Europe/Berln`: did you mean `Europe/Berlin`?
    there is no time zone `CEST\u{202e}`: did you mean `CET`?
    there is no time zone ``: write an IANA time zone such as `Europe/Berlin`
    "#);
}

/// A weekly or a dated period, of which some cannot be understood.
fn periods() -> impl Strategy<Value = Period> {
    let zone = prop::sample::select(vec![
        "UTC",
        "Europe/Berlin",
        "Asia/Kolkata",
        "America/Havana",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "America/Sao_Paulo",
        "Nowhere",
    ]);
    let days = prop::sample::select(vec!["", "mon", "sat-mon", "sun-mon", "tue fri", "mon-sun"]);
    let time = || (0..24, prop::sample::select(vec![0, 15, 30, 59])).prop_map(|(h, m)| format!("{h:02}:{m:02}"));
    let to = prop_oneof![4 => time(), 1 => Just("24:00".to_owned())];
    let date = || (1..29, 1..13).prop_map(|(day, month)| format!("2026-{month:02}-{day:02}"));
    let dated = (date(), time(), date(), time()).prop_map(|(d, t, e, u)| (format!("{d}T{t}"), format!("{e}T{u}")));
    prop_oneof![
        4 => (days, time(), to, zone.clone()).prop_map(|(days, from, to, zone)| period(days, &from, &to, zone)),
        1 => (dated, zone).prop_map(|((from, to), zone)| period("", &from, &to, zone)),
    ]
}

/// Some time of 2026, near a quarter of an hour, where things change.
fn times() -> impl Strategy<Value = Timestamp> {
    (0_i64..35_040, -1_i64..2)
        .prop_map(|(quarter, off)| Timestamp::new(1_767_225_600 + quarter * 900 + off, 0).unwrap())
}

proptest! {
    #[test]
    fn until_is_the_first_moment_at_which_it_is_otherwise(
        all in prop::collection::vec(periods(), 1..4), now in times(), samples in prop::collection::vec(0.0_f64..1.0, 8)
    ) {
        let phase = windows(&all, now);
        let (end, changes) = match phase.until {
            Some(until) => (until, true),
            None => (now + SignedDuration::from_hours(24 * 390), false),
        };
        prop_assert!(end > now);
        let step = SignedDuration::from_nanos(1);
        for part in samples {
            let length = end.as_second() - now.as_second();
            #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a sample, wherever it is")]
            let at = now + SignedDuration::from_secs((length as f64 * part) as i64);
            prop_assert_eq!(windows(&all, at).on, phase.on, "{} to {}: {}", now, end, at);
        }
        prop_assert_eq!(windows(&all, end - step).on, phase.on);
        if changes {
            prop_assert_ne!(windows(&all, end).on, phase.on);
        }
    }

    #[test]
    fn several_windows_are_open_when_one_of_them_is(all in prop::collection::vec(periods(), 1..5), now in times()) {
        prop_assert_eq!(windows(&all, now).on, all.iter().any(|one| one.at(now).on));
    }

    #[test]
    fn no_text_panics(days in "\\PC{0,9}", from in "\\PC{0,20}|[0-9T:-]{0,20}", to in "\\PC{0,20}|[0-9T:-]{0,20}", zone in "\\PC{0,20}|UTC", second in any::<i64>()) {
        let period = Period { days: vec![days], from, to, zone };
        let is_good = period.check().is_ok();
        if let Ok(now) = Timestamp::from_second(second) {
            prop_assert!(is_good || !period.at(now).on);
        }
    }
}

#[test]
fn the_ends_of_time_are_times_too() {
    for all in [period("", "00:00", "24:00", "Pacific/Apia"), period("sun", "23:00", "01:00", "America/Havana")] {
        for now in [Timestamp::MIN, Timestamp::MAX] {
            let _any = all.at(now);
        }
    }
}

#[test]
fn freezes_are_those_of_the_environment_and_of_the_file() {
    let freeze = |reason: &str, environments: &[&str], from: &str| Freeze {
        reason: reason.to_owned(),
        when: period("", from, "2027-01-01T00:00", "UTC"),
        environments: environments.iter().map(|name| (*name).to_owned()).collect(),
        except_who: Vec::new(),
        except_for: Vec::new(),
    };
    let mut policy = Policy::default();
    policy.environments.entry("production".to_owned()).or_default().freezes =
        vec![freeze("own", &[], "2026-12-01T00:00"), freeze("later", &[], "2026-12-24T00:00")];
    policy.freezes = vec![
        freeze("all", &[], "2026-12-01T00:00"),
        freeze("of two", &["production", "staging"], "2026-12-01T00:00"),
        freeze("of another", &["staging"], "2026-12-01T00:00"),
        freeze("cannot be understood", &[], "soon"),
    ];
    let now = "2026-12-02T00:00:00Z".parse().unwrap();
    let reasons =
        |environment| freezes(&policy, environment, now).iter().map(|it| it.reason.as_str()).collect::<Vec<_>>();
    assert_eq!(reasons("production"), ["own", "all", "of two", "cannot be understood"]);
    assert_eq!(reasons("dev"), ["all", "cannot be understood"]);
}
