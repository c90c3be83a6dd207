//! The rules of a resource in sentences, for those who want to book and not to read tables.

use super::decision::in_words;
use super::resource::{Audience, Resource};
use super::rules::{Approval, Per, Period, Price, Rules, written_amount};

/// For whom the rules are, as a heading.
#[must_use]
pub fn audience(audience: Audience) -> &'static str {
    match audience {
        Audience::Resident => "Members of this space",
        Audience::Guest => "Guests from partner spaces",
        Audience::External => "Everybody else",
        Audience::Staff => "The front desk",
    }
}

/// What one unit costs.
#[must_use]
pub fn price(price: &Price) -> String {
    match price {
        Price::Free => "free of charge".to_owned(),
        Price::Money { amount, currency, per } => {
            let each = match per {
                Per::Booking => "for each booking",
                Per::Hour => "an hour",
                Per::Day => "a day",
            };
            format!("{} {currency} {each}", written_amount(u64::from(*amount), currency))
        }
        Price::SocialCapital => "in return for what you know and share".to_owned(),
    }
}

/// The rules for one audience, a sentence for each that there is.
#[must_use]
pub fn sentences(resource: &Resource, rules: &Rules) -> Vec<String> {
    let mut all = vec![length(rules), grid(rules)];
    all.push(match rules.approval {
        Approval::None => "Confirmed at once.".to_owned(),
        Approval::Open => "The front desk decides; until then others can ask for the same time.".to_owned(),
        Approval::Blocking => "The front desk decides; until then the time is kept.".to_owned(),
    });
    all.push(match rules.notice.as_mins() {
        0 => "Can be booked at the last minute.".to_owned(),
        _ => format!("To be asked for at least {} before it begins.", in_words(rules.notice)),
    });
    all.push(match rules.horizon_days {
        0 => "For the same day only.".to_owned(),
        1 => "For today or tomorrow.".to_owned(),
        days => format!("Up to {days} days ahead."),
    });
    if let Some(quota) = rules.quota {
        let per = match quota.per {
            Period::Day => "a day",
            Period::Week => "a week",
            Period::Month => "a month",
        };
        let time = in_words(jiff::SignedDuration::from_mins(i64::from(quota.minutes)));
        all.push(format!("Up to {time} {per} for each person."));
    }
    if resource.units > 1 && rules.at_once < resource.units {
        all.push(match rules.at_once {
            1 => "One at the same time for each person.".to_owned(),
            many => format!("Up to {many} at the same time for each person."),
        });
    }
    if let Some(keep) = rules.keep_free {
        let until = in_words(jiff::SignedDuration::from_mins(i64::from(keep.until_minutes)));
        all.push(format!("{} of {} are kept for others until {until} before.", keep.units, resource.units));
    }
    let gap = resource.buffers.gap();
    if !gap.is_zero() {
        all.push(format!("{} are kept free between two bookings, to make it ready.", in_words(gap)));
    }
    all.push(match rules.cancel.as_mins() {
        0 => "Can be cancelled until it begins.".to_owned(),
        _ => format!(
            "Can be cancelled in time until {} before it begins; after that it is late.",
            in_words(rules.cancel)
        ),
    });
    if let Some(release) = rules.release {
        all.push(format!("Given to others if nobody has come {} after it began.", in_words(release)));
    }
    all
}

fn length(rules: &Rules) -> String {
    let days = |days: u32| if days == 1 { "within one day".to_owned() } else { format!("over up to {days} days") };
    match (rules.longest, rules.longest_days) {
        (Some(longest), _) if longest == rules.shortest => format!("For {} at a time.", in_words(longest)),
        (Some(longest), None) => format!("For {} to {}.", in_words(rules.shortest), in_words(longest)),
        (Some(longest), Some(most)) => {
            format!("For {} to {}, {}.", in_words(rules.shortest), in_words(longest), days(most))
        }
        (None, Some(most)) => format!("For {} or longer, {}.", in_words(rules.shortest), days(most)),
        (None, None) => format!("For {} or longer.", in_words(rules.shortest)),
    }
}

fn grid(rules: &Rules) -> String {
    match rules.grid.as_mins() {
        1440 => "By whole days, from midnight to midnight.".to_owned(),
        60 => "Begins and ends on the hour.".to_owned(),
        _ => format!("Begins and ends in steps of {}, counted from midnight.", in_words(rules.grid)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coworking::resource::ResourceInput;
    use crate::coworking::rules::{KeepFree, Quota, RulesInput};

    #[test]
    fn rules_are_read_as_sentences() {
        let input = ResourceInput {
            kind: "hot_desk".into(),
            name: "Desks".into(),
            units: Some(12),
            clear_minutes: Some(15),
            ..Default::default()
        };
        let desks = input.parse().unwrap();
        let rules = RulesInput {
            shortest_minutes: Some(30),
            longest_minutes: Some(240),
            notice_minutes: Some(90),
            horizon_days: Some(30),
            quota: Some(Quota { minutes: 600, per: Period::Week }),
            keep_free: Some(KeepFree { units: 4, until_minutes: 60 }),
            approval: Some(Approval::Blocking),
            cancel_minutes: Some(2_880),
            release_minutes: Some(15),
            ..Default::default()
        };
        assert_eq!(
            sentences(&desks, &rules.parse().unwrap()),
            [
                "For 30 minutes to 4 hours.",
                "Begins and ends in steps of 15 minutes, counted from midnight.",
                "The front desk decides; until then the time is kept.",
                "To be asked for at least 1 hour 30 minutes before it begins.",
                "Up to 30 days ahead.",
                "Up to 10 hours a week for each person.",
                "One at the same time for each person.",
                "4 of 12 are kept for others until 1 hour before.",
                "15 minutes are kept free between two bookings, to make it ready.",
                "Can be cancelled in time until 2 days before it begins; after that it is late.",
                "Given to others if nobody has come 15 minutes after it began.",
            ]
        );
        let whole = RulesInput { grid_minutes: Some(1_440), longest_days: Some(1), ..Default::default() };
        let whole = sentences(&desks, &whole.parse().unwrap());
        assert_eq!(
            whole[..2],
            ["For 5 minutes or longer, within one day.", "By whole days, from midnight to midnight."]
        );
        let money = Price::Money { amount: 1_250, currency: "EUR".into(), per: Per::Hour };
        assert_eq!([price(&money), price(&Price::Free)], ["12.50 EUR an hour", "free of charge"]);
    }
}
