//! Series by their rules.

use jiff::civil::Date;

use super::*;

const AMSTERDAM: &str = "Europe/Amsterdam";
const TUESDAYS: &str = "FREQ=WEEKLY;BYDAY=TU;COUNT=4";

fn wall(text: &str) -> DateTime {
    text.parse().unwrap()
}

fn attempt(zone: &str, start: &str, end: &str, rule: &str) -> Result<Series, Refusal> {
    Series::new(Zone::parse(zone).unwrap(), wall(start), wall(end), Rule::parse("rule", rule)?)
}

fn series(zone: &str, start: &str, end: &str, rule: &str) -> Series {
    attempt(zone, start, end, rule).unwrap()
}

fn tuesdays() -> Series {
    series(AMSTERDAM, "2026-10-06T19:00", "2026-10-06T21:00", TUESDAYS)
}

fn shown(series: &Series) -> Vec<String> {
    let one = |one: Occurrence| {
        let note = one.note.map(|note| format!(" {note:?}")).unwrap_or_default();
        format!("{} to {}{note}", one.start.strftime("%m-%d %H:%MZ"), one.end.strftime("%H:%MZ"))
    };
    series.occurrences().unwrap().occurrences.into_iter().map(one).collect()
}

#[test]
fn i3_an_occurrence_that_no_clock_shows_is_moved_on_and_says_so() {
    for (zone, start, end, expected) in [
        (AMSTERDAM, "2026-03-28T02:30", "2026-03-28T04:00", "03-29 01:30Z to 02:00Z Shifted { by: 1h }"),
        (AMSTERDAM, "2026-03-28T01:30", "2026-03-28T02:30", "03-29 00:30Z to 01:30Z Shifted { by: 1h }"),
        ("Africa/Cairo", "2026-04-23T00:00", "2026-04-23T08:00", "04-23 22:00Z to 05:00Z Shifted { by: 1h }"),
        ("Australia/Lord_Howe", "2026-10-03T02:15", "2026-10-03T04:00", "10-03 15:45Z to 17:00Z Shifted { by: 30m }"),
    ] {
        assert_eq!(shown(&series(zone, start, end, "FREQ=DAILY;COUNT=2"))[1], expected, "{zone} {start}");
    }
    let short = series(AMSTERDAM, "2026-03-28T02:30", "2026-03-28T03:00", "FREQ=DAILY;COUNT=3");
    let expansion = short.occurrences().unwrap();
    assert_eq!(expansion.skipped, [Skipped::Collapsed(wall("2026-03-29T02:30"))]);
    assert_eq!(expansion.occurrences.len(), 2);
    let rescued = short.change_one(wall("2026-03-29T02:30"), wall("2026-03-29T04:00"), wall("2026-03-29T05:00"));
    assert_eq!(shown(&rescued.unwrap())[1], "03-29 02:00Z to 03:00Z Changed");
    let refused = short.change_one(wall("2026-03-29T02:30"), wall("2026-03-29T02:45"), wall("2026-03-29T05:00"));
    assert_eq!(refused.unwrap_err().code(), "no-such-time", "here somebody can be asked");
}

#[test]
fn i4_an_occurrence_that_clocks_show_twice_is_the_first() {
    let nights = series(AMSTERDAM, "2026-10-24T02:30", "2026-10-24T04:00", "FREQ=DAILY;COUNT=2");
    assert_eq!(shown(&nights), ["10-24 00:30Z to 02:00Z", "10-25 00:30Z to 03:00Z First"]);
}

#[test]
fn i6_a_series_keeps_its_wall_time_and_so_do_its_ends() {
    assert_eq!(
        shown(&tuesdays()),
        ["10-06 17:00Z to 19:00Z", "10-13 17:00Z to 19:00Z", "10-20 17:00Z to 19:00Z", "10-27 18:00Z to 20:00Z"]
    );
    for (evening, hours) in [("2026-03-27", [8, 7, 8]), ("2026-10-23", [8, 9, 8])] {
        let start = evening.parse::<Date>().unwrap().at(22, 0, 0, 0);
        let rule = Rule::parse("rule", "FREQ=DAILY;COUNT=3").unwrap();
        let end = start.saturating_add(SignedDuration::from_hours(8));
        let nights = Series::new(Zone::parse(AMSTERDAM).unwrap(), start, end, rule).unwrap();
        let nights = nights.occurrences().unwrap().occurrences;
        let elapsed = nights.iter().map(|night| night.end.duration_since(night.start).as_hours());
        assert_eq!(elapsed.collect::<Vec<_>>(), hours);
    }
    let apia = series("Pacific/Apia", "2011-12-28T22:00", "2011-12-29T06:00", "FREQ=DAILY;UNTIL=20111231");
    let date = |text: &str| text.parse::<Date>().unwrap();
    assert_eq!(apia.occurrences().unwrap().skipped, [Skipped::LeftOut(date("2011-12-30"))]);
    assert_eq!(shown(&apia)[1..], ["12-30 08:00Z to 16:00Z Shifted { by: 24h }", "12-31 08:00Z to 16:00Z"]);
}

#[test]
fn i21_this_one_is_deleted_for_good_or_changed_alone() {
    let (second, third) = (wall("2026-10-13T19:00"), wall("2026-10-20T19:00"));
    let less = tuesdays().except(second).unwrap();
    let changed = less.change_one(third, wall("2026-10-21T10:00"), wall("2026-10-21T11:00")).unwrap();
    assert_eq!(shown(&changed), ["10-06 17:00Z to 19:00Z", "10-21 08:00Z to 09:00Z Changed", "10-27 18:00Z to 20:00Z"]);
    assert_eq!(changed.except(third).unwrap().overrides.len(), 0);
    for key in [second, wall("2026-10-20T19:01"), wall("2026-10-21T10:00")] {
        assert_eq!(changed.except(key), Err(OCCURRENCE), "{key}");
        assert_eq!(changed.change_one(key, key, key), Err(OCCURRENCE), "{key}");
        assert_eq!(changed.split_at(key, key, key), Err(OCCURRENCE), "{key}");
    }
    assert_eq!(less.change_one(third, third, third).unwrap_err().code(), "not-after");
}

#[test]
fn i21_all_are_changed_and_what_was_deleted_or_changed_stays_so() {
    let rule = "FREQ=WEEKLY;UNTIL=20261027T180000Z";
    let mut edited = series(AMSTERDAM, "2026-10-06T19:00", "2026-10-06T21:00", rule);
    edited.rdates.insert(wall("2026-10-08T12:00"));
    let edited = edited.except(wall("2026-10-13T19:00")).unwrap();
    let edited = edited.change_one(wall("2026-10-20T19:00"), wall("2026-10-21T10:00"), wall("2026-10-21T11:00"));
    let late = edited.unwrap().change_all(wall("2026-10-06T20:00"), wall("2026-10-06T23:00")).unwrap();
    let expected = ["10-06 18:00Z to 21:00Z", "10-08 11:00Z to 14:00Z", "10-21 08:00Z to 09:00Z Changed"];
    assert_eq!(shown(&late)[..3], expected);
    assert_eq!(shown(&late)[3..], ["10-27 19:00Z to 22:00Z"], "the last is not lost");
    let wednesdays = late.change_all(wall("2026-10-07T20:00"), wall("2026-10-07T23:00")).unwrap();
    assert_eq!(shown(&wednesdays)[3..], ["10-28 19:00Z to 22:00Z"]);
    // Another day of the week is another rule.
    let turned = tuesdays().change_all(wall("2026-10-07T19:00"), wall("2026-10-07T21:00")).unwrap();
    assert_eq!(turned.rule.to_string(), "FREQ=WEEKLY;BYDAY=WE;COUNT=4");
    assert_eq!(turned.change_all(wall("2026-10-06T19:00"), wall("2026-10-06T21:00")).unwrap(), tuesdays());
    let third = series(AMSTERDAM, "2026-10-20T19:00", "2026-10-20T21:00", "FREQ=MONTHLY;BYDAY=3TU;COUNT=3");
    let refused = third.change_all(wall("2026-10-21T19:00"), wall("2026-10-21T21:00")).unwrap_err();
    assert!(refused.to_string().contains("2026-10-21 (the next that does is 2026-11-17)"), "{refused}");
    // Every month has a 30th but one, and every other one a 31st: they are not moved alike.
    let last = series(AMSTERDAM, "2026-10-31T19:00", "2026-10-31T21:00", "FREQ=MONTHLY;COUNT=3");
    let refused = last.change_all(wall("2026-10-30T19:00"), wall("2026-10-30T21:00")).unwrap_err();
    assert!(refused.to_string().contains("to which all of them can be moved alike"), "{refused}");
    assert!(last.change_all(wall("2026-10-31T20:00"), wall("2026-10-31T21:00")).is_ok());
}

#[test]
fn what_repeats_is_said_in_words_or_as_a_rule() {
    let words = |every: &str, times: Option<u32>, until: Option<&str>| {
        let (every, until) = (Some(every.to_owned()), until.map(str::to_owned));
        RepeatInput { rule: None, every, times, until }.parse().map(|rule| rule.to_string())
    };
    let said = |every, times| words(every, Some(times), None).unwrap();
    assert_eq!(said("week", 10), "FREQ=WEEKLY;COUNT=10");
    assert_eq!(said("2 weeks", 3), "FREQ=WEEKLY;INTERVAL=2;COUNT=3");
    assert_eq!(said("weekday", 5), "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=5");
    assert_eq!(words("month", None, Some("2027-06-30")).unwrap(), "FREQ=MONTHLY;UNTIL=20270630");
    for (every, times, until, expected) in [
        ("fortnight", Some(2), None, "or a number of them such as 2 weeks"),
        ("0 days", Some(2), None, "or a number of them such as 2 weeks"),
        ("week", None, None, "with times or until, one of the two"),
        ("week", Some(2), Some("2027-06-30"), "with times or until, one of the two"),
        ("week", None, Some("soon"), "a date such as 2027-06-30"),
    ] {
        let refused = words(every, times, until).unwrap_err().to_string();
        assert!(refused.contains(expected), "{refused}");
    }
    let both = RepeatInput { rule: Some(TUESDAYS.into()), times: Some(2), ..RepeatInput::default() };
    assert_eq!(both.parse().unwrap_err().code(), "malformed");
}

#[test]
fn i21_this_and_later_become_a_series_of_their_own() {
    let third = wall("2026-10-20T19:00");
    let edited = tuesdays().except(wall("2026-10-13T19:00")).unwrap().except(wall("2026-10-27T19:00")).unwrap();
    let (head, tail) = edited.split_at(third, wall("2026-10-20T18:00"), wall("2026-10-20T19:00")).unwrap();
    assert_eq!(shown(&head), ["10-06 17:00Z to 19:00Z"]);
    assert_eq!(shown(&tail), ["10-20 16:00Z to 17:00Z"]);
    assert_eq!(tail.exdates, BTreeSet::from([wall("2026-10-27T18:00")]));
    for (rule, count) in [
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU;COUNT=9", 9),
        ("FREQ=MONTHLY;BYDAY=1TU;UNTIL=20270202T190000", 5),
        ("FREQ=MONTHLY;BYDAY=1TU;UNTIL=20270202T185959", 4),
    ] {
        let whole = series(AMSTERDAM, "2026-10-06T19:00", "2026-10-06T21:00", rule);
        assert_eq!(shown(&whole).len(), count, "{rule}");
        for one in whole.occurrences().unwrap().occurrences.into_iter().skip(1) {
            let end = one.original.saturating_add(SignedDuration::from_hours(2));
            let (head, tail) = whole.split_at(one.original, one.original, end).unwrap();
            assert_eq!([shown(&head), shown(&tail)].concat(), shown(&whole), "{rule} at {}", one.original);
        }
    }
    let first = tuesdays().split_at(tuesdays().start, third, third).unwrap_err();
    assert_eq!(first.to_string(), "this occurrence is the first; only a later one can be changed so");
    let beside = Series { rdates: BTreeSet::from([wall("2026-10-08T12:00")]), ..tuesdays() };
    assert_eq!(beside.split_at(wall("2026-10-08T12:00"), third, third).unwrap_err().code(), "wrong-state");
}

#[test]
fn i21_what_is_not_said_of_several_stays_as_the_rule_has_it_whatever_one_was_changed_to() {
    let second = wall("2026-10-13T19:00");
    let edited = tuesdays().change_one(second, wall("2026-10-12T08:00"), wall("2026-10-12T13:00")).unwrap();
    let moved = |scope, start: Option<&str>| {
        let (occurrence, start) = (Some(second.to_string()), start.map(str::to_owned));
        let to = MoveInput { scope, occurrence, start, end: None }.parse(&edited).unwrap();
        [to.start, to.end]
    };
    for scope in [Scope::Later, Scope::All] {
        assert_eq!(moved(scope, None), [second, wall("2026-10-13T21:00")], "{scope}");
        assert_eq!(
            moved(scope, Some("2026-10-13T18:00")),
            ["2026-10-13T18:00", "2026-10-13T20:00"].map(wall),
            "{scope}"
        );
    }
    assert_eq!(moved(Scope::This, None), ["2026-10-12T08:00", "2026-10-12T13:00"].map(wall));
    assert_eq!(moved(Scope::This, Some("2026-10-12T09:00")), ["2026-10-12T09:00", "2026-10-12T14:00"].map(wall));
}

#[test]
fn i22_too_many_or_too_far_is_refused_and_not_cut() {
    let refused = |rule: &str| attempt(AMSTERDAM, "2026-10-06T19:00", "2026-10-06T21:00", rule).unwrap_err();
    for (rule, found) in [("FREQ=DAILY;COUNT=53", 53), ("FREQ=DAILY", 366), ("FREQ=WEEKLY;UNTIL=20271005", 53)] {
        assert_eq!(refused(rule), Refusal::TooMany { field: "rule", limit: 52, found }, "{rule}");
    }
    for rule in ["FREQ=MONTHLY", "FREQ=MONTHLY;COUNT=14", "FREQ=MONTHLY;UNTIL=20271106", "FREQ=YEARLY;COUNT=3"] {
        assert!(refused(rule).to_string().ends_with("the latest that passes is 2027-10-06T17:00:00Z"), "{rule}");
    }
    assert_eq!(refused("FREQ=DAILY;UNTIL=20261005").field(), Some("rule"));
    assert_eq!(refused("FREQ=MONTHLY;BYDAY=1WE;COUNT=2").code(), "malformed");
    assert_eq!(shown(&series(AMSTERDAM, "2026-10-06T19:00", "2026-10-06T21:00", "FREQ=WEEKLY;COUNT=52")).len(), 52);
    assert_eq!(attempt(AMSTERDAM, "2026-10-06T19:00", "2026-10-06T19:00", TUESDAYS).unwrap_err().code(), "not-after");
    let strange = |dates: &[&str]| dates.iter().map(|date| wall(date)).collect();
    let before = Series { rdates: strange(&["2026-10-05T19:00"]), ..tuesdays() };
    let after = Series { rdates: strange(&["2027-10-06T19:01"]), ..tuesdays() };
    let gone = Series { exdates: strange(&["2026-10-07T19:00"]), ..tuesdays() };
    let full = series(AMSTERDAM, "2026-10-06T19:00", "2026-10-06T21:00", "FREQ=DAILY;COUNT=52");
    let full = Series { rdates: strange(&["2026-10-07T19:00", "2026-10-07T19:30"]), ..full };
    let codes = [before, after, gone, full].map(|series| series.occurrences().unwrap_err().code());
    assert_eq!(codes, ["not-after", "too-far", "not-found", "too-many"]);
    let moved = tuesdays().change_one(tuesdays().start, wall("2027-10-07T19:00"), wall("2027-10-07T20:00"));
    assert_eq!(moved.unwrap_err().code(), "too-far");
}

#[test]
fn i25_days_that_a_month_does_not_have_are_skipped_and_shown() {
    let skipped = |start: &str, rule: &str| {
        let expansion = series(AMSTERDAM, start, &start.replace("T09", "T10"), rule).occurrences().unwrap();
        (expansion.occurrences.len(), expansion.skipped)
    };
    let no = |year, month, day| Skipped::NoSuchDay { year, month, day };
    let months = skipped("2026-01-31T09:00", "FREQ=MONTHLY;UNTIL=20260430");
    assert_eq!(months, (2, vec![no(2026, 2, 31), no(2026, 4, 31)]));
    assert_eq!(skipped("2026-01-31T09:00", "FREQ=MONTHLY;COUNT=3"), (3, vec![no(2026, 2, 31), no(2026, 4, 31)]));
    assert_eq!(skipped("2028-02-29T09:00", "FREQ=YEARLY;UNTIL=20310301"), (1, vec![no(2029, 2, 29)]));
    assert_eq!(skipped("2026-01-31T09:00", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3"), (3, Vec::new()));
}
