//! `thirdspace free`: a day of one resource, to look at.

use clap::Args;
use jiff::SignedDuration;
use jiff::civil::Date;

use super::answer::{Answer, Failure};
use super::open::Opened;
use crate::coworking::Refusal;
use crate::coworking::resource::Audience;
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;
use crate::operations::booking::{self, Availability};
use crate::operations::resource;
use crate::web::api::view;

/// So much is one line of the chart.
const HALF_HOUR: SignedDuration = SignedDuration::from_mins(30);
/// So wide is what is taken when all is.
const WIDTH: u32 = 20;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  thirdspace free Attic\n  thirdspace free Desks --day 2027-01-15")]
pub(super) struct Free {
    /// Which day, by the clock of the space [default: today]
    #[arg(long, value_name = "DATE")]
    day: Option<Date>,
    /// Of what: its number or its name
    resource: String,
}

impl Free {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let kept = opened.resource(&self.resource).await?;
        let (id, now, day) = (kept.id, opened.node.clock.now(), self.day);
        let (zone, date, whole, found) = opened
            .read(move |tx| {
                let zone = resource::zone(tx, id)?;
                let date = day.unwrap_or_else(|| zone.wall(now).date());
                let expected = "a day that the calendar of the space has";
                let whole = zone.day(date).ok_or_else(|| Refusal::malformed("day", date, expected))?;
                let found = booking::availability(tx, id, Audience::Resident, whole, now)?;
                Ok((zone, date, whole, found))
            })
            .await?;
        let lines = chart(&found, whole, &zone);
        let heading = format!("{}, {} ({})", kept.resource.name, date.strftime("%A, %-d %B %Y"), zone.as_str());
        let text = match lines.is_empty() {
            true => format!("{heading}\nIt cannot be booked on that day."),
            false => format!("{heading}\n{}", lines.join("\n")),
        };
        Answer::new(text, view::Availability::new(&found, &zone))
    }
}

/// A line for each half hour that can be booked: what is taken as #, what is free as a dot, and how many are free.
fn chart(found: &Availability, whole: Slot, zone: &Zone) -> Vec<String> {
    let mut lines = Vec::new();
    let mut start = whole.start();
    while let Some(part) = Slot::between(start, (start + HALF_HOUR).min(whole.end())) {
        start = part.end();
        if !found.bookable.iter().any(|open| open.overlaps(part)) {
            continue;
        }
        let taken = found.busy.iter().filter(|(slot, _)| slot.overlaps(part)).map(|(_, units)| *units).max();
        let (taken, all) = (taken.unwrap_or(0).min(found.capacity), found.capacity.max(1));
        let width = all.min(WIDTH);
        // What is taken is seen, however little it is of many.
        let marks = usize::try_from((taken * width).div_ceil(all)).unwrap_or_default();
        let bar = format!("{}{}", "#".repeat(marks), ".".repeat(usize::try_from(width).unwrap_or_default() - marks));
        let words = match (all, taken) {
            (1, 0) => "free".to_owned(),
            (1, _) => "taken".to_owned(),
            _ => format!("{} of {all} free", all - taken),
        };
        lines.push(format!("{}  {bar}  {words}", zone.wall(part.start()).strftime("%H:%M")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_seen_half_hour_by_half_hour_also_when_the_clock_is_set_back() {
        let zone = Zone::parse("Europe/Amsterdam").unwrap();
        let whole = zone.day(jiff::civil::date(2026, 10, 25)).unwrap();
        let at = |text: &str| zone.read("start", &format!("2026-10-25T{text}")).unwrap();
        let slot = |from, to| Slot::new(at(from), at(to)).unwrap();
        let look = |capacity, bookable: Slot, busy: Vec<(Slot, u32)>| {
            let updated = at("00:00");
            chart(
                &Availability { zone: String::new(), capacity, updated, bookable: vec![bookable], busy },
                whole,
                &zone,
            )
        };
        let lines = look(1, slot("09:00", "10:30"), vec![(slot("09:45", "10:00"), 1)]);
        assert_eq!(lines, ["09:00  .  free", "09:30  #  taken", "10:00  .  free"]);
        let lines = look(100, slot("01:30", "03:30"), vec![(slot("01:30", "03:00"), 1), (slot("03:00", "03:30"), 100)]);
        assert_eq!(lines.len(), 6, "two half hours happen twice: {lines:?}");
        assert_eq!(lines[0], "01:30  #...................  99 of 100 free");
        assert_eq!(lines[5], "03:00  ####################  0 of 100 free");
        assert_eq!(look(1, slot("09:10", "09:20"), Vec::new()).len(), 1);
    }
}
