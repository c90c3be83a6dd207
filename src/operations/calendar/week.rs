//! What a space has, and when it is free, as everybody may look at it: how much, and nobody's name.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};

use super::busy::{seen, seen_as};
use crate::coworking::capacity;
use crate::coworking::id::{ResourceId, SpaceId};
use crate::coworking::member::Acting;
use crate::coworking::resource::Audience;
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;
use crate::coworking::timetable::{Now, Supply, Timetable, dates, monday_of};
use crate::operations::booking::availability;
use crate::operations::{Result, space};
use crate::store::page::{Page, Slice};
use crate::store::resource::Kept;
use crate::store::space::Space;
use crate::store::{Tx, booking, resource};

/// How far is looked for what comes next.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// A resource in one week.
#[derive(Debug, Clone, PartialEq)]
pub struct Week {
    /// What it is.
    pub kept: Kept,
    /// Whose it is.
    pub space: Space,
    /// As whom the asker sees it.
    pub audience: Audience,
    /// Where its clock hangs.
    pub zone: Zone,
    /// What day it is there.
    pub today: Date,
    /// The Monday.
    pub monday: Date,
    /// What is free.
    pub timetable: Timetable,
    /// How it is at this moment.
    pub now: Now,
    /// The Monday before, unless that week is over.
    pub previous: Option<Date>,
    /// The Monday after, unless nobody can book so far ahead.
    pub next: Option<Date>,
}

/// Something that a space has.
#[derive(Debug, Clone, PartialEq)]
pub struct Stock {
    /// What it is.
    pub kept: Kept,
    /// How it is at this moment.
    pub now: Now,
    /// Of what stands on a plan, for members: the units that somebody has at this moment, from 0. Who keeps a desk would be
    /// followed through the day by anybody who looks, so others are told how many, and not which.
    pub taken: Option<BTreeSet<u32>>,
}

/// A resource in the week in which a date lies: this week, if that is over; the last that can be booked, if it is later.
///
/// # Errors
/// As of [`busy()`](super::busy()).
pub fn week(
    tx: &mut Tx<'_>,
    acting: Option<Acting>,
    id: ResourceId,
    asked: Option<Date>,
    now: Timestamp,
) -> Result<Week> {
    let (kept, audience) = seen(tx, acting, id)?;
    let space = space::or_default(tx, Some(kept.space))?;
    let zone = Zone::parse(&space.zone)?;
    let today = zone.wall(now).date();
    let horizon = kept.resource.rules.values().map(|rules| rules.horizon_days).max().unwrap_or(0);
    let first = monday_of(today);
    let last = monday_of(today.checked_add(Span::new().days(horizon)).unwrap_or(today));
    let monday = monday_of(asked.unwrap_or(today)).clamp(first, last);
    let by = |weeks: i64| monday.checked_add(Span::new().weeks(weeks)).ok();
    let days = dates(monday).filter_map(|date| zone.day(date)).reduce(Slot::hull);
    let timetable = match days {
        None => Timetable { hours: 0..0, days: Vec::new() },
        Some(days) => {
            let found = availability(tx, id, audience, days, now)?;
            let supply = Supply { capacity: found.capacity, bookable: &found.bookable, busy: &found.busy };
            Timetable::of(&zone, monday, supply, now)
        }
    };
    Ok(Week {
        timetable,
        now: at(tx, id, audience, now)?,
        previous: by(-1).filter(|date| *date >= first),
        next: by(1).filter(|date| *date <= last),
        kept,
        space,
        audience,
        zone,
        today,
        monday,
    })
}

/// A page of what a space has, and how it is now, the newest first: of what is not for the asker's eyes nothing is told.
///
/// # Errors
/// The store's.
pub fn stock(
    tx: &mut Tx<'_>,
    acting: Option<Acting>,
    space: SpaceId,
    page: Page,
    now: Timestamp,
) -> Result<Slice<Stock>> {
    let there = resource::list(tx, space, page)?;
    let mut items = Vec::with_capacity(there.items.len());
    for kept in there.items {
        let Some(audience) = seen_as(acting, &kept.resource) else { continue };
        let taken = match acting {
            Some(_) if !kept.resource.plan.is_empty() => Some(taken(tx, &kept, now)?),
            _ => None,
        };
        let now = at(tx, kept.id, audience, now)?;
        items.push(Stock { kept, now, taken });
    }
    Ok(Slice { items, next: there.next })
}

/// The units that somebody has, or that are kept free before or after somebody.
fn taken(tx: &mut Tx<'_>, kept: &Kept, now: Timestamp) -> Result<BTreeSet<u32>> {
    let moment = Slot::between(now, now.saturating_add(SignedDuration::from_secs(1)).unwrap_or(now));
    let Some(moment) = moment else { return Ok(BTreeSet::new()) };
    let gap = kept.resource.buffers.gap();
    let there = booking::calendar(tx, kept.id, moment.around(gap))?.into_iter();
    // Whoever came now would need the gap behind them, too.
    let moment = capacity::kept(moment, gap);
    let now_taken = there.filter(|taken| taken.kept().overlaps(moment) && taken.expires_at.is_none_or(|end| end > now));
    Ok(now_taken.flat_map(|taken| taken.given).collect())
}

fn at(tx: &mut Tx<'_>, id: ResourceId, audience: Audience, now: Timestamp) -> Result<Now> {
    let end = now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
    let Some(window) = Slot::between(now, end) else { return Ok(Now::Closed { until: None }) };
    let found = availability(tx, id, audience, window, now)?;
    let supply = Supply { capacity: found.capacity, bookable: &found.bookable, busy: &found.busy };
    Ok(supply.now(window))
}
