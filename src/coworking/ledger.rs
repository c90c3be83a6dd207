//! The ledger between spaces: days on which guests of the one were at the other. Both count for themselves, tell each other
//! once a month, and look at what differs. It informs; nothing is refused because of it.
//!
//! A guest-day is a day of the calendar of the host that a booking touches whose guest came (or, where nobody has to check in,
//! whose time is over), once for each guest and space. So both sides count by what both know.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;

/// The most bookings that one statement names on each side: as many as an array can have that others read.
pub const AGREEMENT_LIMIT: usize = 1_000;
/// How many months back statements are made that were missed.
pub const MONTHS_BACK: i64 = 12;
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A month of the calendar: `2027-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month(Date);

impl Month {
    /// The month of a date.
    #[must_use]
    pub fn of(date: Date) -> Self {
        Self(date.first_of_month())
    }

    /// The month so many later, or earlier.
    #[must_use]
    pub fn plus(self, months: i64) -> Self {
        Self(self.0.saturating_add(Span::new().months(months)).first_of_month())
    }

    /// From when until before when it is this month somewhere on earth.
    #[must_use]
    pub fn anywhere(self) -> (Timestamp, Timestamp) {
        let utc = |date: Date| TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0));
        let starts = utc(self.0).unwrap_or(Timestamp::MIN).saturating_sub(DAY).unwrap_or(Timestamp::MIN);
        let ends = utc(self.plus(1).0).unwrap_or(Timestamp::MAX).saturating_add(DAY).unwrap_or(Timestamp::MAX);
        (starts, ends)
    }

    /// The month that it is by the clock of UTC.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self::of(TimeZone::UTC.to_datetime(now).date())
    }

    /// The last month that is over everywhere on earth, with half a day for what is told late.
    #[must_use]
    pub fn last_over(now: Timestamp) -> Self {
        Self::at(now.saturating_sub(DAY).unwrap_or(now)).plus(-1)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

impl FromStr for Month {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let wrong = || Refusal::malformed("month", text, "a month such as 2027-01");
        let plain = text.len() == 7 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let date: Date = format!("{}-01", if plain { text } else { "" }).parse().map_err(|_| wrong())?;
        Ok(Self(date))
    }
}

impl Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A booking whose guest came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// Who: any number that tells the guests of one side apart.
    pub guest: i64,
    /// The address of the booking, as both sides know it.
    pub agreement: String,
    /// The days of the calendar of the host that it touches.
    pub dates: Vec<Date>,
}

/// Guest-days of a month, and the bookings that they rest on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuestDays {
    /// How many.
    pub days: u32,
    /// The addresses of the bookings, the first [`AGREEMENT_LIMIT`] of them.
    pub agreements: BTreeSet<String>,
}

impl GuestDays {
    /// Those of one month. Of more than [`AGREEMENT_LIMIT`] bookings the first are named, and all are counted.
    #[must_use]
    pub fn of(stays: &[Stay], month: Month) -> Self {
        let mut days = BTreeSet::new();
        let mut agreements = BTreeSet::new();
        for stay in stays {
            let mut dates = stay.dates.iter().filter(|date| Month::of(**date) == month).peekable();
            if dates.peek().is_some() {
                agreements.insert(stay.agreement.clone());
            }
            days.extend(dates.map(|date| (stay.guest, *date)));
        }
        let agreements = agreements.into_iter().take(AGREEMENT_LIMIT).collect();
        Self { days: u32::try_from(days.len()).unwrap_or(u32::MAX), agreements }
    }

    /// Would it name this booking, if it rested on it? A list that is full says nothing of what comes after its last.
    fn would_name(&self, agreement: &str) -> bool {
        self.agreements.len() < AGREEMENT_LIMIT || self.agreements.last().is_some_and(|last| agreement <= last.as_str())
    }
}

/// What one space says of a month with another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Which month.
    pub month: Month,
    /// Guests of the other one at the one that says so.
    pub hosted: GuestDays,
    /// Guests of the one that says so at the other one.
    pub sent: GuestDays,
}

/// Where two statements of one month say different things about the days at one of the two spaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Were these days at our space, or at theirs?
    pub hosted_here: bool,
    /// How many there were by our statement.
    pub ours: u32,
    /// How many there were by theirs.
    pub theirs: u32,
    /// Bookings that only our statement names.
    pub only_ours: Vec<String>,
    /// Bookings that only theirs names.
    pub only_theirs: Vec<String>,
}

/// What differs between our statement and theirs; nothing when they agree.
#[must_use]
pub fn differences(ours: &Statement, theirs: &Statement) -> Vec<Difference> {
    let only = |one: &GuestDays, other: &GuestDays| {
        one.agreements.difference(&other.agreements).filter(|agreement| other.would_name(agreement)).cloned().collect()
    };
    let compared = [(true, &ours.hosted, &theirs.sent), (false, &ours.sent, &theirs.hosted)];
    let differing = compared.into_iter().filter(|(_, ours, theirs)| ours != theirs);
    differing
        .map(|(hosted_here, ours, theirs)| Difference {
            hosted_here,
            ours: ours.days,
            theirs: theirs.days,
            only_ours: only(ours, theirs),
            only_theirs: only(theirs, ours),
        })
        .collect()
}

/// How often a host took guests in who asked as its rules say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Honour {
    /// Requests that got a yes.
    pub accepted: u32,
    /// Requests that broke no rule and were answered, or not answered in time.
    pub valid: u32,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Yes.
    Accepted,
    /// No, or no word, although no rule was broken.
    Declined,
    /// It broke a rule, was taken back before an answer, or waits.
    Void,
}

impl Honour {
    /// With one request more.
    pub fn count(&mut self, verdict: Verdict) {
        self.accepted += u32::from(verdict == Verdict::Accepted);
        self.valid += u32::from(verdict != Verdict::Void);
    }

    /// In hundredths; nothing as long as nobody asked.
    #[must_use]
    pub fn percent(self) -> Option<u32> {
        (self.valid > 0).then(|| u32::try_from(u64::from(self.accepted) * 100 / u64::from(self.valid)).unwrap_or(100))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_is_over_when_it_is_over_everywhere() {
        let over = |text: &str| Month::last_over(text.parse().unwrap()).to_string();
        assert_eq!(over("2027-02-01T23:59:59Z"), "2026-12", "it was January on Hawaii this morning");
        assert_eq!(over("2027-02-02T00:00:00Z"), "2027-01");
        assert_eq!((month("2027-01").plus(-1), month("2026-12").plus(2)), (month("2026-12"), month("2027-02")));
        for wrong in ["2027", "2027-13", "2027-1", "2027-01-01", "+027-01", ""] {
            assert!(wrong.parse::<Month>().is_err(), "{wrong}");
        }
        let (from, to) = month("2027-01").anywhere();
        assert_eq!((from.to_string(), to.to_string()), ("2026-12-31T00:00:00Z".into(), "2027-02-02T00:00:00Z".into()));
    }

    #[test]
    fn a_day_counts_once_for_each_guest_and_in_its_own_month() {
        let stay =
            |guest, agreement: &str, dates: &[Date]| Stay { guest, agreement: agreement.into(), dates: dates.into() };
        let stays = [
            stay(1, "a", &[date(2027, 1, 30), date(2027, 1, 31), date(2027, 2, 1)]),
            stay(1, "b", &[date(2027, 1, 31)]),
            stay(2, "c", &[date(2027, 1, 31)]),
            stay(2, "d", &[date(2027, 3, 1)]),
        ];
        let days = |text| GuestDays::of(&stays, month(text));
        assert_eq!(days("2027-01"), GuestDays { days: 3, agreements: ["a", "b", "c"].map(str::to_owned).into() });
        assert_eq!((days("2027-02").days, days("2027-03").days, days("2027-04")), (1, 1, GuestDays::default()));
    }

    #[test]
    fn what_differs_is_named_and_never_settled() {
        let days =
            |days, names: &[&str]| GuestDays { days, agreements: names.iter().map(|name| (*name).into()).collect() };
        let ours = Statement { month: month("2027-01"), hosted: days(2, &["a", "b"]), sent: days(1, &["x"]) };
        let theirs = Statement { hosted: ours.sent.clone(), sent: ours.hosted.clone(), ..ours.clone() };
        assert_eq!(differences(&ours, &theirs), []);
        let other = Statement { sent: days(2, &["b", "c"]), ..theirs };
        let found = differences(&ours, &other);
        let expected = Difference {
            hosted_here: true,
            ours: 2,
            theirs: 2,
            only_ours: vec!["a".into()],
            only_theirs: vec!["c".into()],
        };
        assert_eq!(found, [expected]);
        let mut honour = Honour::default();
        assert_eq!(honour.percent(), None);
        for verdict in [Verdict::Accepted, Verdict::Declined, Verdict::Void, Verdict::Accepted] {
            honour.count(verdict);
        }
        assert_eq!((honour.accepted, honour.valid, honour.percent()), (2, 3, Some(66)));
    }

    #[test]
    fn of_more_bookings_than_a_statement_names_all_days_count_and_none_is_missed_that_could_not_be_named() {
        let on = |numbers: std::ops::Range<usize>| -> GuestDays {
            let stays = numbers.map(|number| Stay {
                guest: i64::try_from(number).unwrap(),
                agreement: format!("{number:05}"),
                dates: vec![date(2027, 1, 4)],
            });
            GuestDays::of(&stays.collect::<Vec<_>>(), month("2027-01"))
        };
        let all = on(0..AGREEMENT_LIMIT + 1);
        assert_eq!((all.days, all.agreements.len()), (1_001, 1_000));
        let ours = Statement { month: month("2027-01"), hosted: all.clone(), sent: GuestDays::default() };
        let says = |sent| differences(&ours, &Statement { month: ours.month, hosted: GuestDays::default(), sent });
        assert_eq!(says(all), []);
        let differs = says(on(1..AGREEMENT_LIMIT + 1)).remove(0);
        assert_eq!((differs.ours, differs.theirs), (1_001, 1_000));
        assert_eq!((differs.only_ours, differs.only_theirs), (vec!["00000".to_owned()], vec![]));
    }

    proptest! {
        #[test]
        fn every_day_of_every_guest_is_in_one_month(all in proptest::collection::vec((0_i64..4, 0_i64..120, 1_i64..4), 0..30)) {
            let day = |number: i64| date(2027, 1, 1).saturating_add(Span::new().days(number));
            let stays: Vec<Stay> = all.iter().map(|(guest, from, length)| Stay {
                guest: *guest, agreement: format!("{guest} {from} {length}"), dates: (*from..from + length).map(day).collect(),
            }).collect();
            let whole: BTreeSet<(i64, Date)> =
                stays.iter().flat_map(|stay| stay.dates.iter().map(|date| (stay.guest, *date))).collect();
            let counted: u32 = (0..6).map(|number| GuestDays::of(&stays, month("2027-01").plus(number)).days).sum();
            prop_assert_eq!(counted as usize, whole.len());
        }
    }
}
