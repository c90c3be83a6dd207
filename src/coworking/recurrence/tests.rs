//! Rules by the standard.

use proptest::prelude::*;

use super::*;

fn rule(text: &str) -> Rule {
    Rule::parse("rule", text).unwrap()
}

fn dates(text: &str, first: &str, count: usize) -> Vec<String> {
    let shown = |(date, missing): (Date, Option<i8>)| match missing {
        Some(day) => format!("no {day} in {}", date.strftime("%Y-%m")),
        None => date.to_string(),
    };
    rule(text).dates(first.parse().unwrap()).take(count).map(shown).collect()
}

#[test]
fn what_is_not_known_is_refused_with_what_would_pass() {
    for (text, passes) in [
        ("", "of FREQ, INTERVAL"),
        ("weekly", "of FREQ, INTERVAL"),
        ("INTERVAL=2", "FREQ of DAILY"),
        ("FREQ=HOURLY;COUNT=2", "FREQ of DAILY"),
        ("FREQ=DAILY;FREQ=DAILY", "each once"),
        ("FREQ=DAILY;COUNT=2;", "each once"),
        ("FREQ=DAILY;BYHOUR=9", "of FREQ, INTERVAL"),
        ("FREQ=DAILY;BYDAY=MO", "BYDAY when WEEKLY"),
        ("FREQ=YEARLY;BYMONTHDAY=1", "BYMONTHDAY when MONTHLY"),
        ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "BYDAY or BYMONTHDAY"),
        ("FREQ=DAILY;INTERVAL=0", "from 1 to 99"),
        ("FREQ=DAILY;INTERVAL=100", "from 1 to 99"),
        ("FREQ=DAILY;INTERVAL=+2", "from 1 to 99"),
        ("FREQ=DAILY;COUNT=0", "COUNT from 1"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20261231", "not both"),
        ("FREQ=DAILY;UNTIL=2026-12-31", "20261231T190000"),
        ("FREQ=DAILY;UNTIL=20260230", "20261231T190000"),
        ("FREQ=DAILY;WKST=DI", "MO, TU"),
        ("FREQ=WEEKLY;BYDAY=2TU", "2TU for the second"),
        ("FREQ=WEEKLY;BYDAY=MO,", "BYDAY such as"),
        ("FREQ=MONTHLY;BYDAY=6TU", "2TU for the second"),
        ("FREQ=MONTHLY;BYDAY=0é", "2TU for the second"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "1 to 31"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "1 to 31"),
    ] {
        let refused = Rule::parse("rule", text).unwrap_err();
        assert_eq!((refused.code(), refused.field()), ("malformed", Some("rule")));
        assert!(refused.to_string().contains(passes), "{text}: {refused}");
    }
    let written = rule(" freq=monthly;wkst=mo;byday=+2TU,FR,fr,-1TU;interval=01;until=20261231t180000z ");
    assert_eq!(written.to_string(), "FREQ=MONTHLY;BYDAY=-1TU,2TU,FR;UNTIL=20261231T180000Z");
}

#[test]
fn the_dates_are_those_of_the_standard() {
    // The two examples of RFC 5545 in which only the first day of the week differs.
    let apart = "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU";
    assert_eq!(dates(apart, "1997-08-05", 4), ["1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"]);
    let apart = format!("{apart};WKST=SU");
    assert_eq!(dates(&apart, "1997-08-05", 4), ["1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"]);
    assert_eq!(dates("FREQ=MONTHLY;BYDAY=-2MO", "1997-09-22", 3), ["1997-09-22", "1997-10-20", "1997-11-17"]);
    assert_eq!(dates("FREQ=MONTHLY;BYMONTHDAY=-3", "1997-09-28", 3), ["1997-09-28", "1997-10-29", "1997-11-28"]);
    assert_eq!(dates("FREQ=MONTHLY", "2026-01-31", 3), ["2026-01-31", "no 31 in 2026-02", "2026-03-31"]);
    assert_eq!(dates("FREQ=YEARLY;INTERVAL=2", "2028-02-29", 2), ["2028-02-29", "no 29 in 2030-02"]);
    assert_eq!(rule("FREQ=YEARLY;INTERVAL=99").dates(Date::MAX).count(), 1, "the calendar ends");
}

type Weekdays = Vec<(usize, i8)>;
type MonthDays = Vec<i8>;

fn parts() -> impl Strategy<Value = (usize, Weekdays, MonthDays, usize)> {
    let month_day = (1_i8..=31, any::<bool>()).prop_map(|(day, last)| if last { -day } else { day });
    let weekdays = prop::collection::vec((0_usize..7, -5_i8..=5), 0..4);
    (0_usize..4, weekdays, prop::collection::vec(month_day, 0..4), 0_usize..7)
}

fn text((which, weekdays, month_days, week_start): &(usize, Weekdays, MonthDays, usize)) -> String {
    let nth = |nth: i8| if nth == 0 || *which == 1 { String::new() } else { nth.to_string() };
    let weekdays: Vec<_> = weekdays.iter().map(|(day, which)| nth(*which) + WEEKDAYS[*day].0).collect();
    let month_days: Vec<_> = month_days.iter().map(ToString::to_string).collect();
    let by = match which {
        1 | 2 if !weekdays.is_empty() => format!(";BYDAY={}", weekdays.join(",")),
        2 if !month_days.is_empty() => format!(";BYMONTHDAY={}", month_days.join(",")),
        _ => String::new(),
    };
    format!("WKST={}{by};FREQ={}", WEEKDAYS[*week_start].0, FREQUENCIES[*which].0)
}

/// Does a date follow the rule? Asked of each by itself.
fn follows(
    (which, weekdays, month_days, week_start): &(usize, Weekdays, MonthDays, usize),
    interval: i64,
    first: Date,
    date: Date,
) -> bool {
    let days = |from: Date, to: Date| to.duration_since(from).as_hours() / 24;
    // 5 January 1970 was a Monday.
    let monday = Date::constant(1970, 1, 5).saturating_add(Span::new().days(i64::try_from(*week_start).unwrap()));
    let months = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
    let (number, from_end) = (date.day(), date.day() - date.days_in_month() - 1);
    let nths = [0, (number - 1) / 7 + 1, (from_end + 1) / 7 - 1];
    let weekday = |(day, nth): &(usize, i8)| date.weekday() == WEEKDAYS[*day].1 && (*which == 1 || nths.contains(nth));
    let weekday = weekdays.iter().any(weekday);
    let (passed, fits) = match which {
        0 => (days(first, date), true),
        1 => {
            let same = weekdays.is_empty() && date.weekday() == first.weekday();
            (days(monday, date).div_euclid(7) - days(monday, first).div_euclid(7), weekday || same)
        }
        2 if !weekdays.is_empty() => (months(date) - months(first), weekday),
        2 if !month_days.is_empty() => {
            (months(date) - months(first), month_days.contains(&number) || month_days.contains(&from_end))
        }
        2 => (months(date) - months(first), number == first.day()),
        _ if date.month() != first.month() => return false,
        _ => (i64::from(date.year() - first.year()), number == first.day()),
    };
    fits && passed % interval == 0
}

proptest! {
    #[test]
    fn a_rule_is_read_as_it_is_written(
        parts in parts(), interval in 1_u8..=99, end in (0_usize..5, 1_u16.., 0_i32..700_000),
    ) {
        let wall = Date::constant(1, 1, 1).saturating_add(Span::new().days(end.2)).at(23, 59, 7, 0);
        let ends = match end.0 {
            0 => String::new(),
            1 => format!("COUNT={};", end.1),
            form => format!("UNTIL={};", wall.strftime(["%Y%m%d", "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%SZ"][form - 2])),
        };
        let read = rule(&format!("{ends}INTERVAL={interval};{}", text(&parts)));
        prop_assert_eq!(&rule(&read.to_string()), &read);
        prop_assert_eq!(rule(&read.to_string()).to_string(), read.to_string());
        let again = format!("{};", read);
        prop_assert!(again.contains(&ends));
    }

    #[test]
    fn the_starts_are_on_the_days_that_follow_the_rule(
        parts in parts(), interval in 1_i64..4, from in 0_i64..800, end in (any::<bool>(), 1_usize..56, 0_i64..500),
    ) {
        let days = |from: Date| from.series(Span::new().days(1)).take(2_000);
        let from = Date::constant(2026, 1, 1).saturating_add(Span::new().days(from));
        let first = days(from).find(|date| follows(&parts, 1, *date, *date)).unwrap();
        let last = if end.0 { Date::MAX } else { first.saturating_add(Span::new().days(end.2)) };
        let count = if end.0 { end.1 } else { usize::MAX };
        let followed = days(first).filter(|date| *date <= last && follows(&parts, interval, first, *date));
        let expected: Vec<DateTime> = followed.take(count).map(|date| date.at(9, 0, 0, 0)).collect();
        let ends = if end.0 { format!("COUNT={count}") } else { format!("UNTIL={}", last.strftime("%Y%m%d")) };
        let rule = rule(&format!("{ends};INTERVAL={interval};{}", text(&parts)));
        let zone = Zone::parse("Asia/Kathmandu").unwrap();
        let found = rule.starts(&zone, first.at(9, 0, 0, 0)).map(|(starts, _)| starts);
        let late = expected.last().is_none_or(|last| *last > latest(first.at(9, 0, 0, 0)));
        let many = expected.len() > COUNT_LIMIT || end.0 && count > COUNT_LIMIT;
        match found {
            Err(Refusal::TooMany { .. }) => prop_assert!(many),
            Err(Refusal::TooFar { .. }) => prop_assert!(late || end.0 && expected.len() < count),
            found => {
                prop_assert!(!many && !late);
                prop_assert_eq!(found, Ok(expected));
            }
        }
        if let Some(before) = days(from).take_while(|date| *date < first).last() {
            let refused = rule.starts(&zone, before.at(9, 0, 0, 0)).unwrap_err().to_string();
            prop_assert!(refused.contains(&format!("(the next that does is {first})")), "{}", refused);
        }
    }
}
