//! Hours in words, as people type and read them: `mon-fri 09:00-12:00 13:00-18:00; sat 10:00-14:00; 2027-12-25 closed`.

use jiff::civil::Date;

use super::hours::{Hours, HoursInput};
use super::refusal::Refusal;

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const EXPECTED: &str = "days and their hours, such as mon-fri 09:00-18:00; sat 10:00-14:00; 2027-12-25 closed, or daily 00:00-24:00, or closed";

/// Reads hours that somebody typed. A day that is not named is closed.
///
/// # Errors
/// [`Refusal::Malformed`], naming `field`.
pub fn read(field: &'static str, text: &str) -> Result<HoursInput, Refusal> {
    let mut hours = HoursInput::default();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty() && *part != "closed") {
        let wrong = || Refusal::malformed(field, part, EXPECTED);
        let (days, ranges) = part.split_once(char::is_whitespace).ok_or_else(wrong)?;
        let ranges: Vec<String> = match ranges.trim() {
            "closed" => Vec::new(),
            ranges => ranges.split_whitespace().map(str::to_owned).collect(),
        };
        if let Ok(date) = days.parse::<Date>() {
            hours.exceptions.entry(date).or_default().extend(ranges);
            continue;
        }
        for day in days.split(',') {
            for (mine, ranges_of_day) in days_of(day).ok_or_else(wrong)?.into_iter().zip(week(&mut hours)) {
                if mine {
                    ranges_of_day.extend_from_slice(&ranges);
                }
            }
        }
    }
    hours.parse().map_err(|no| no.about(field))?;
    Ok(hours)
}

/// Which days of the week are meant, Monday first.
fn days_of(text: &str) -> Option<[bool; 7]> {
    if text == "daily" {
        return Some([true; 7]);
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (day(first)?, day(last)?);
    let within = |day: usize| match first <= last {
        true => (first..=last).contains(&day),
        false => day >= first || day <= last,
    };
    Some(std::array::from_fn(within))
}

fn day(text: &str) -> Option<usize> {
    let text = text.to_ascii_lowercase();
    DAYS.iter().position(|day| text.len() >= 3 && day.starts_with(&text))
}

fn week(hours: &mut HoursInput) -> [&mut Vec<String>; 7] {
    let HoursInput { monday, tuesday, wednesday, thursday, friday, saturday, sunday, exceptions: _ } = hours;
    [monday, tuesday, wednesday, thursday, friday, saturday, sunday]
}

/// Hours as somebody could type them.
#[must_use]
pub fn words(hours: &Hours) -> String {
    let mut hours = HoursInput::from(hours.clone());
    let mut groups: Vec<(usize, usize, Vec<String>)> = Vec::new();
    for (day, ranges) in week(&mut hours).into_iter().enumerate() {
        match groups.last_mut() {
            Some((_, last, same)) if same == ranges => *last = day,
            _ => groups.push((day, day, ranges.clone())),
        }
    }
    let name = |day: usize| DAYS.get(day).and_then(|day| day.get(..3)).unwrap_or_default();
    let days = groups.into_iter().filter(|(.., ranges)| !ranges.is_empty()).map(|(first, last, ranges)| {
        let days = match (first, last) {
            (0, 6) => "daily".to_owned(),
            (first, last) if first == last => name(first).to_owned(),
            (first, last) => format!("{}-{}", name(first), name(last)),
        };
        format!("{days} {}", ranges.join(" "))
    });
    let dates = hours.exceptions.iter().map(|(date, ranges)| match ranges.is_empty() {
        true => format!("{date} closed"),
        false => format!("{date} {}", ranges.join(" ")),
    });
    let parts: Vec<String> = days.chain(dates).collect();
    if parts.is_empty() { "closed".to_owned() } else { parts.join("; ") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hours_are_typed_as_they_are_said() {
        let hours = read("open", "Mon-Fri 09:00-12:00 13:00-18:00; sat,sunday 22:00-06:00; 2027-12-25 closed").unwrap();
        assert_eq!((hours.tuesday.len(), hours.saturday.len(), hours.exceptions.len()), (2, 1, 1));
        assert_eq!(
            words(&hours.parse().unwrap()),
            "mon-fri 09:00-12:00 13:00-18:00; sat-sun 22:00-06:00; 2027-12-25 closed"
        );
        assert_eq!(
            words(&read("open", "fri-mon 10:00-11:00").unwrap().parse().unwrap()),
            "mon 10:00-11:00; fri-sun 10:00-11:00"
        );
        assert_eq!(words(&Hours::always()), "daily 00:00-24:00");
        assert_eq!(words(&read("open", "closed").unwrap().parse().unwrap()), "closed");
        for wrong in ["mon", "mo 09:00-10:00", "mon 9-5", "someday 09:00-10:00", "mon-xyz 09:00-10:00"] {
            assert_eq!(read("open", wrong).unwrap_err().field(), Some("open"), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_said_of_hours_is_read_again(week in prop::collection::vec(0_usize..4, 7), dates in prop::collection::btree_map(1_i8..28, 0_usize..4, 0..3)) {
            let ranges = |number: usize| -> Vec<String> {
                [&[][..], &["09:00-18:00"], &["00:00-24:00"], &["22:00-06:00", "08:00-09:30"]][number].iter().map(|text| (*text).to_owned()).collect()
            };
            let mut hours = HoursInput::default();
            for (day, number) in super::week(&mut hours).into_iter().zip(week) {
                *day = ranges(number);
            }
            hours.exceptions = dates.into_iter().map(|(day, number)| (jiff::civil::date(2027, 2, day), ranges(number))).collect();
            let hours = hours.parse().unwrap();
            prop_assert_eq!(read("open", &words(&hours)).unwrap().parse().unwrap(), hours);
        }
    }
}
