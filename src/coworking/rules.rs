//! The rules of a resource for one audience: how long, when, how far ahead, how many, and for what.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Span, Timestamp};
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;
use super::resource::{Audience, Kind, minutes, number};
use super::slot::Slot;
use super::space::Zone;
use super::wall::Meaning;
use super::word::word;

const DAY: u32 = 24 * 60;
/// The longest booking that rules can allow, in days.
pub const DAYS_LIMIT: u32 = 366;
/// How much of a pool the people of one other server can have at the same time, in hundredths, unless rules say otherwise.
pub const PEER_PERCENT: u32 = 50;
/// How far ahead rules can allow bookings, in days.
pub const HORIZON_LIMIT: u32 = 730;

word!(
    /// Who decides.
    Approval, "approval", "none, open or blocking", {
        /// Nobody: what passes the rules is confirmed at once.
        None = "none",
        /// Staff, and until they have decided others can book the same time; the first who is approved has it.
        Open = "open",
        /// Staff, and until they have decided the time is kept.
        Blocking = "blocking",
    }
);

word!(
    /// The stretch of time that a quota is for, by the calendar of the space.
    Period, "per", "day, week or month", {
        /// From midnight to midnight.
        Day = "day",
        /// From Monday to Sunday.
        Week = "week",
        /// From the first to the last.
        Month = "month",
    }
);

/// So much for one person in one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// Minutes.
    pub minutes: u32,
    /// In which.
    pub per: Period,
}

word!(
    /// What a price is for.
    Per, "per", "booking, hour or day", {
        /// All of it, however long.
        Booking = "booking",
        /// Each hour that is begun.
        Hour = "hour",
        /// Each day of the calendar.
        Day = "day",
    }
);

/// What one unit costs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Price {
    /// Nothing.
    #[default]
    Free,
    /// Money.
    Money {
        /// In the smallest unit of the currency: 1250 is 12.50 euro.
        amount: u32,
        /// ISO 4217, such as `EUR`.
        currency: String,
        /// What it is for.
        per: Per,
    },
    /// Knowledge and help shared with those who are there.
    SocialCapital,
}

impl Price {
    /// What so many units cost for a time, in the smallest unit of the currency: each hour and each day that is begun counts.
    #[must_use]
    pub fn total(&self, zone: &Zone, slot: Slot, units: u32) -> u64 {
        let Self::Money { amount, per, .. } = self else { return 0 };
        let times = match per {
            Per::Booking => 1,
            Per::Hour => u64::try_from((slot.elapsed().as_mins() + 59) / 60).unwrap_or(u64::MAX),
            Per::Day => zone.days(slot) as u64,
        };
        u64::from(*amount).saturating_mul(times).saturating_mul(u64::from(units))
    }

    fn check(self) -> Result<Self, Refusal> {
        match &self {
            Self::Money { currency, .. }
                if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) =>
            {
                Err(Refusal::malformed("currency", currency, "three capital letters of ISO 4217, such as EUR"))
            }
            _ => Ok(self),
        }
    }
}

/// ISO 4217: how many digits a currency has behind the point, of those that do not have two.
fn digits(currency: &str) -> usize {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// An amount of money as people write it, with the digits that the currency has: `12.50`.
#[must_use]
pub fn written_amount(amount: u64, currency: &str) -> String {
    let digits = digits(currency);
    if digits == 0 {
        return amount.to_string();
    }
    let one = 10_u64.pow(u32::try_from(digits).unwrap_or(2));
    format!("{}.{:0digits$}", amount / one, amount % one)
}

/// The other way round: an amount that was written with as many digits as it needs, in the smallest unit of the currency.
/// `None` for what is no such amount.
#[must_use]
pub fn read_amount(text: &str, currency: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let (part, digits) = (part.trim_end_matches('0'), digits(currency));
    let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    (!whole.is_empty() && plain(whole) && plain(part) && part.len() <= digits)
        .then(|| format!("{whole}{part:0<digits$}").parse().ok())?
}

/// Rules as they are written; what is absent is not limited, unless it says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RulesInput {
    /// The shortest booking, in minutes of a stop watch; 5 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shortest_minutes: Option<u32>,
    /// The longest booking, in minutes of a stop watch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest_minutes: Option<u32>,
    /// The longest booking, in days of the calendar that it touches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest_days: Option<u32>,
    /// Beginnings and ends are this many minutes apart, counted from midnight; 15 if absent. 1440 is whole days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grid_minutes: Option<u32>,
    /// Minutes that must lie between the asking and the beginning; 0 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice_minutes: Option<u32>,
    /// How many days of the calendar ahead it can begin, 0 for the same day only; 90 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub horizon_days: Option<u32>,
    /// How many bookings of the resource one person can have at the same time; 1 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_once: Option<u32>,
    /// How much one person can have of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<Quota>,
    /// Units that others keep until shortly before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_free: Option<KeepFree>,
    /// How much of it the people of one other server can have at the same time, in hundredths, one unit in any case; 50 if
    /// absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer_percent: Option<u32>,
    /// Who decides: `none`, `open` or `blocking`; `none` if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// Cancelling later than so many minutes before the beginning is late; 0 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel_minutes: Option<u32>,
    /// Minutes after the beginning, or after the yes if that comes later, at which it is given away if nobody came; never if
    /// absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_minutes: Option<u32>,
    /// What it costs.
    pub price: Price,
}

/// Units that an audience cannot have until shortly before, so that others find a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeepFree {
    /// How many.
    pub units: u32,
    /// Until so many minutes before the beginning.
    pub until_minutes: u32,
}

/// Rules, every part checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RulesInput", into = "RulesInput")]
pub struct Rules {
    /// The shortest booking, by a stop watch.
    pub shortest: SignedDuration,
    /// The longest booking, by a stop watch.
    pub longest: Option<SignedDuration>,
    /// The longest booking, in days of the calendar.
    pub longest_days: Option<u32>,
    /// How far apart beginnings and ends are.
    pub grid: SignedDuration,
    /// What must lie between the asking and the beginning.
    pub notice: SignedDuration,
    /// How many days of the calendar ahead it can begin.
    pub horizon_days: u32,
    /// How many bookings one person can have at the same time.
    pub at_once: u32,
    /// How much one person can have of it.
    pub quota: Option<Quota>,
    /// Units that others keep until shortly before.
    pub keep_free: Option<KeepFree>,
    /// How much of it the people of one other server can have at the same time, in hundredths.
    pub peer_percent: Option<u32>,
    /// Who decides.
    pub approval: Approval,
    /// Cancelling later than this before the beginning is late.
    pub cancel: SignedDuration,
    /// When it is given away if nobody came.
    pub release: Option<SignedDuration>,
    /// What it costs.
    pub price: Price,
}

impl RulesInput {
    /// Checks every part.
    ///
    /// # Errors
    /// The first [`Refusal`] met, naming the field.
    pub fn parse(self) -> Result<Rules, Refusal> {
        const LENGTH: &str = "minutes from 5 to 527,040 in steps of 5";
        const AHEAD: &str = "minutes up to 1,051,200 in steps of 5";
        let grid = self.grid_minutes.unwrap_or(15);
        if grid == 0 || !DAY.is_multiple_of(grid) {
            return Err(Refusal::malformed(
                "grid_minutes",
                grid,
                "minutes in steps of 5 that divide a day: 15, 30, 60 … 1440",
            ));
        }
        let length = |field, given| minutes(field, given, 5, DAYS_LIMIT * DAY, LENGTH);
        let ahead = |field, given: Option<u32>| minutes(field, given.unwrap_or(0), 0, HORIZON_LIMIT * DAY, AHEAD);
        let shortest = length("shortest_minutes", self.shortest_minutes.unwrap_or(5))?;
        let longest = self.longest_minutes.map(|given| length("longest_minutes", given)).transpose()?;
        if longest.is_some_and(|longest| longest < shortest) {
            let found = self.longest_minutes.unwrap_or_default();
            return Err(Refusal::malformed("longest_minutes", found, "not below shortest_minutes"));
        }
        let percent = |given| number("peer_percent", Some(given), 1, 1, 100, "a number from 1 to 100");
        let days = |given| number("longest_days", given, 1, 1, DAYS_LIMIT, "a number from 1 to 366");
        if let Some(quota) = self.quota {
            length("quota", quota.minutes)?;
        }
        if let Some(keep) = self.keep_free {
            ahead("keep_free", Some(keep.until_minutes))?;
        }
        Ok(Rules {
            shortest,
            longest,
            longest_days: self.longest_days.map(|given| days(Some(given))).transpose()?,
            grid: minutes("grid_minutes", grid, 5, DAY, "minutes in steps of 5 that divide a day: 15, 30, 60 … 1440")?,
            notice: ahead("notice_minutes", self.notice_minutes)?,
            horizon_days: number("horizon_days", self.horizon_days, 90, 0, HORIZON_LIMIT, "a number up to 730")?,
            at_once: number("at_once", self.at_once, 1, 1, 1_000, "a number from 1 to 1,000")?,
            quota: self.quota,
            keep_free: self.keep_free,
            peer_percent: self.peer_percent.map(percent).transpose()?,
            approval: self.approval.unwrap_or(Approval::None),
            cancel: ahead("cancel_minutes", self.cancel_minutes)?,
            release: self.release_minutes.map(|given| length("release_minutes", given)).transpose()?,
            price: self.price.check()?,
        })
    }
}

impl TryFrom<RulesInput> for Rules {
    type Error = Refusal;

    fn try_from(input: RulesInput) -> Result<Self, Refusal> {
        input.parse()
    }
}

impl From<Rules> for RulesInput {
    fn from(rules: Rules) -> Self {
        let minutes = |time: SignedDuration| u32::try_from(time.as_mins()).ok();
        Self {
            shortest_minutes: minutes(rules.shortest),
            longest_minutes: rules.longest.and_then(minutes),
            longest_days: rules.longest_days,
            grid_minutes: minutes(rules.grid),
            notice_minutes: minutes(rules.notice),
            horizon_days: Some(rules.horizon_days),
            at_once: Some(rules.at_once),
            quota: rules.quota,
            keep_free: rules.keep_free,
            peer_percent: rules.peer_percent,
            approval: Some(rules.approval),
            cancel_minutes: minutes(rules.cancel),
            release_minutes: rules.release.and_then(minutes),
            price: rules.price,
        }
    }
}

impl Rules {
    /// The first beginning that passes. What began within one step of the grid can still be had.
    #[must_use]
    pub fn earliest(&self, now: Timestamp) -> Timestamp {
        match self.notice.is_zero() {
            true => now.saturating_sub(self.grid).unwrap_or(now),
            false => now.saturating_add(self.notice).unwrap_or(Timestamp::MAX),
        }
    }

    /// The end of the last day on which it can begin, by the clock of the space: at any time of it, whatever time it is now.
    #[must_use]
    pub fn horizon(&self, zone: &Zone, now: Timestamp) -> Timestamp {
        let days = Span::new().days(i64::from(self.horizon_days.min(HORIZON_LIMIT)) + 1);
        let after = zone.wall(now).date().saturating_add(days);
        zone.meaning("horizon_days", after.at(0, 0, 0, 0)).map_or(Timestamp::MAX, Meaning::reached)
    }

    /// How many of so many units the people of one other server can have at the same time.
    #[must_use]
    pub fn most_of_peer(&self, units: u32) -> u32 {
        let percent = u64::from(self.peer_percent.unwrap_or(PEER_PERCENT));
        u32::try_from(u64::from(units) * percent / 100).unwrap_or(u32::MAX).max(1)
    }

    /// The usual ones of a kind, for those who use a space: what an operator begins with and changes.
    #[must_use]
    pub fn usual(kind: Kind) -> BTreeMap<Audience, Self> {
        let mins = |minutes: u32| SignedDuration::from_mins(i64::from(minutes));
        let base = Self {
            shortest: mins(30),
            longest: Some(mins(4 * 60)),
            longest_days: None,
            grid: mins(15),
            notice: SignedDuration::ZERO,
            horizon_days: 90,
            at_once: 1,
            quota: None,
            keep_free: None,
            peer_percent: None,
            approval: Approval::None,
            cancel: mins(60),
            release: Some(mins(15)),
            price: Price::Free,
        };
        let resident = match kind {
            Kind::HotDesk => {
                Self { longest: None, longest_days: Some(1), cancel: mins(12 * 60), release: Some(mins(60)), ..base }
            }
            Kind::Desk => Self { longest: None, longest_days: Some(31), release: None, cancel: mins(DAY), ..base },
            Kind::PhoneBooth => {
                Self { shortest: mins(5), longest: Some(mins(120)), grid: mins(5), cancel: mins(0), ..base }
            }
            Kind::MeetingRoom => base,
            Kind::EventRoom => Self {
                longest: Some(mins(12 * 60)),
                approval: Approval::Blocking,
                cancel: mins(7 * DAY),
                horizon_days: 365,
                ..base
            },
            Kind::Equipment => Self { longest: None, longest_days: Some(7), release: None, ..base },
        };
        // Guests plan, but those who are there every day come first: fewer days ahead.
        let guest = Self { horizon_days: resident.horizon_days.min(30), ..resident.clone() };
        let staff = Self { at_once: 1_000, horizon_days: 365, ..resident.clone() };
        BTreeMap::from([(Audience::Resident, resident), (Audience::Guest, guest), (Audience::Staff, staff)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_for_each_hour_that_is_begun_each_day_or_all_of_it() {
        let zone = Zone::parse("Europe/Amsterdam").unwrap();
        let at = |text| zone.read("start", text).unwrap();
        let slot = Slot::new(at("2027-03-27T22:00"), at("2027-03-28T08:30")).unwrap();
        let money = |per| Price::Money { amount: 1_250, currency: "EUR".into(), per };
        let total = |per| money(per).total(&zone, slot, 2);
        assert_eq!([total(Per::Hour), total(Per::Day), total(Per::Booking)], [25_000, 5_000, 2_500], "9.5 hours pass");
        assert_eq!(Price::SocialCapital.total(&zone, slot, 2), 0);
        for (amount, currency, text) in [(1_205, "EUR", "12.05"), (1_205, "JPY", "1205"), (1_205, "KWD", "1.205")] {
            assert_eq!(written_amount(amount, currency), text);
            assert_eq!(read_amount(text, currency), Some(amount));
        }
        let read = |text| read_amount(text, "EUR");
        assert_eq!(
            [read("12"), read("12.5"), read("12.500"), read("0")],
            [Some(1_200), Some(1_250), Some(1_250), Some(0)]
        );
        assert_eq!([read("12.505"), read("-1"), read(""), read("1e3"), read(".5")], [None; 5]);
    }

    #[test]
    fn rules_are_kept_as_they_were_written_and_nonsense_is_refused() {
        for kind in [Kind::HotDesk, Kind::Desk, Kind::MeetingRoom, Kind::PhoneBooth, Kind::EventRoom, Kind::Equipment] {
            for rules in Rules::usual(kind).into_values() {
                let text = serde_json::to_string(&rules).unwrap();
                assert_eq!(serde_json::from_str::<Rules>(&text).unwrap(), rules, "{text}");
            }
        }
        let no = |text: &str| serde_json::from_str::<Rules>(text).unwrap_err().to_string();
        for (text, words) in [
            (r#"{"grid_minutes": 7}"#, "divide a day"),
            (r#"{"grid_minutes": 1}"#, "steps of 5"),
            (r#"{"shortest_minutes": 60, "longest_minutes": 30}"#, "not below shortest_minutes"),
            (r#"{"longest_days": 0}"#, "a number from 1 to 366"),
            (r#"{"price": {"kind": "money", "amount": 5, "currency": "euro", "per": "hour"}}"#, "ISO 4217"),
            (r#"{"peer_percent": 0}"#, "a number from 1 to 100"),
            (r#"{"longest": 5}"#, "unknown field"),
        ] {
            assert!(no(text).contains(words), "{text}: {}", no(text));
        }
    }
}
