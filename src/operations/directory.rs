//! The directory of spaces elsewhere: whom to ask, what is kept of their answers, and who is found in it.

use jiff::{SignedDuration, Timestamp};

use super::Result;
use crate::coworking::directory::{Lent, Listing, Wanted, distance};
use crate::coworking::peer::{Host, Level};
use crate::store::directory::{self, Known, SPACE_LIMIT, VIA_LIMIT};
use crate::store::page::{Page, Slice};
use crate::store::{Tx, peer};

/// A partner is asked each day, also whom it follows.
const PARTNER_FRESH: SignedDuration = SignedDuration::from_hours(24);
/// A partner of a partner is asked each week.
const FRESH: SignedDuration = SignedDuration::from_hours(24 * 7);
/// What is no space is asked again after so long, and one that does not answer the next day.
const NOTHING_FRESH: SignedDuration = SignedDuration::from_hours(24 * 30);
const PAUSE: SignedDuration = SignedDuration::from_hours(24);
/// Whoever is found nowhere any more, or has told nothing, for so long is forgotten.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);
/// How exactly it is remembered when a partner was seen.
const SEEN_GRAIN: SignedDuration = SignedDuration::from_hours(20);
/// Kilometres of a degree of latitude, and a little more.
const DEGREE: f64 = 110.0;

/// A space that was found, and what of it is looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The node's number for it.
    pub id: i64,
    /// Its id.
    pub uri: String,
    /// 1 for a partner, 2 for a partner of one.
    pub hops: u32,
    /// The space that follows it.
    pub via: String,
    /// When it told this.
    pub read_at: Timestamp,
    /// What it is.
    pub listing: Listing,
    /// How far it is from the point that is asked about, in kilometres.
    pub far: Option<f64>,
    /// What it has of what is looked for; all that is known where nothing special is.
    pub lent: Vec<Lent>,
}

/// What became of the question to a space elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// It is a space, and has this; and these follow from it, if it is a partner.
    Space {
        /// What it is.
        listing: Box<Listing>,
        /// What can be booked there.
        lent: Vec<Lent>,
        /// Whom it follows: ids and their hosts.
        follows: Vec<(String, Host)>,
    },
    /// It is something else, or does not want to be found.
    Nothing,
    /// It is gone for good.
    Gone,
    /// It does not answer.
    Silence,
}

/// Who is to be asked by now. Partners of our spaces are written down first; who is no partner any more is one no longer.
///
/// # Errors
/// The store's.
pub fn due(tx: &mut Tx<'_>, now: Timestamp, limit: u32) -> Result<Vec<Known>> {
    let partners = directory::partners(tx)?;
    for known in directory::by_hops(tx, 1)? {
        if partners.iter().all(|(partner, _)| *partner != known.uri) {
            directory::leave(tx, known.id)?;
        }
    }
    for (partner, ours) in partners {
        let Some(host) = host_of(&partner) else { continue };
        if peer::level(tx, &host)? != Level::Blocked {
            see(tx, &partner, &host, 1, &ours, now)?;
        }
    }
    Ok(directory::due(tx, now, limit)?)
}

fn host_of(uri: &str) -> Option<Host> {
    Host::of(&url::Url::parse(uri).ok()?)
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// A space was found in whom another follows.
fn see(tx: &mut Tx<'_>, uri: &str, host: &Host, hops: u32, via: &str, now: Timestamp) -> Result<()> {
    let Some(known) = directory::by_uri(tx, uri)? else {
        let (all, through) = directory::counts(tx, via)?;
        // Partners are our own choice; of others no one may fill the book.
        if all < SPACE_LIMIT && (hops == 1 || through < VIA_LIMIT) {
            directory::find(tx, uri, host, hops, via, now)?;
        }
        return Ok(());
    };
    let nearer = hops < known.hops;
    if !nearer && (hops > known.hops || later(known.seen_at, SEEN_GRAIN) > now) {
        return Ok(());
    }
    // Who has become a partner is asked at once whom it follows.
    let due_at = if nearer { now } else { Timestamp::MAX };
    Ok(directory::see(tx, known.id, hops, via, now, due_at)?)
}

/// Writes down what a space elsewhere told.
///
/// # Errors
/// The store's.
pub fn hear(tx: &mut Tx<'_>, asked: &Known, told: &Told, now: Timestamp) -> Result<()> {
    let Some(known) = directory::by_uri(tx, &asked.uri)? else { return Ok(()) };
    match told {
        // Whom we follow would be found anew in a minute, and asked without end.
        Told::Gone if known.hops > 1 => directory::forget(tx, known.id)?,
        Told::Silence => directory::later(tx, known.id, later(now, PAUSE))?,
        Told::Gone | Told::Nothing => {
            let again = if known.hops == 1 { PARTNER_FRESH } else { NOTHING_FRESH };
            directory::tell(tx, known.id, None, now, later(now, again))?;
        }
        Told::Space { listing, lent, follows } => {
            let again = if known.hops == 1 { PARTNER_FRESH } else { FRESH };
            directory::tell(tx, known.id, Some((listing.as_ref(), lent.as_slice())), now, later(now, again))?;
            if known.hops == 1 {
                for (uri, host) in follows {
                    if peer::level(tx, host)? != Level::Blocked {
                        see(tx, uri, host, 2, &known.uri, now)?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// Those who are found, with what they have of what is looked for: the nearest first where a point is named, or else those
/// that were found last. When anything is free is for its host to say. The page goes on behind the space that it names.
///
/// # Errors
/// The store's.
pub fn search(tx: &mut Tx<'_>, wanted: &Wanted, page: Page, now: Timestamp) -> Result<Slice<Found>> {
    let known = match (&wanted.town, wanted.near) {
        (Some(town), _) => directory::of_town(tx, town)?,
        (None, Some((point, within))) => {
            let reach = f64::from(within) / DEGREE;
            directory::between(tx, point.latitude - reach, point.latitude + reach)?
        }
        (None, None) => directory::all(tx)?,
    };
    let oldest = now.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
    let mut found: Vec<Found> = known.into_iter().filter_map(|known| found(known, wanted, oldest)).collect();
    let ids: Vec<i64> = found.iter().map(|space| space.id).collect();
    for (space, lent, words) in directory::lent(tx, &ids)? {
        if wanted.fits(&lent, &words)
            && let Some(space) = found.iter_mut().find(|found| found.id == space)
        {
            space.lent.push(lent);
        }
    }
    found.retain(|space| !space.lent.is_empty() || !wanted.is_about_resources());
    found.sort_by(|one, other| {
        let far = one.far.partial_cmp(&other.far).unwrap_or(std::cmp::Ordering::Equal);
        far.then_with(|| other.id.cmp(&one.id))
    });
    let begin = page.before.and_then(|last| found.iter().position(|space| space.id == last)).map_or(0, |at| at + 1);
    let mut items = Vec::new();
    let mut more = false;
    for space in found.into_iter().skip(begin) {
        // A server that was blocked since is not shown, and the book need not be rewritten for it.
        let Some(host) = host_of(&space.uri) else { continue };
        if peer::level(tx, &host)? == Level::Blocked {
            continue;
        }
        if items.len() >= page.limit() as usize {
            more = true;
            break;
        }
        items.push(space);
    }
    let next = if more { items.last().map(|space: &Found| space.id) } else { None };
    Ok(Slice { items, next })
}

fn found(known: Known, wanted: &Wanted, oldest: Timestamp) -> Option<Found> {
    let (listing, read_at) = (known.listing?, known.read_at.filter(|at| *at >= oldest)?);
    let far = match wanted.near {
        Some((point, within)) => {
            let far = distance(point, listing.coordinates?);
            Some(far).filter(|far| *far <= f64::from(within)).map(Some)?
        }
        None => None,
    };
    let Known { id, uri, hops, via, .. } = known;
    Some(Found { id, uri, hops, via, read_at, listing, far, lent: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::testing::{Ground, at, let_follow};
    use crate::store::actor::{self, ActorType, RemoteProfile};

    #[test]
    fn a_partner_that_is_gone_is_asked_no_more_often_than_one_that_says_nothing() {
        let (ground, done) = Ground::set_up();
        ground
            .act(move |tx, _| {
                let uri = "https://pier.example/spaces/pier";
                let bare = RemoteProfile::bare(uri, "pier", "pier.example");
                let pier = actor::upsert_remote(tx, &RemoteProfile { actor_type: ActorType::Group, ..bare }, at(1))?.0;
                let_follow(tx, done.space.into(), pier)?;
                for told in [Told::Gone, Told::Nothing] {
                    let [known] = due(tx, at(2), 50)?.try_into().expect("who is followed is asked");
                    hear(tx, &known, &told, at(2))?;
                    assert_eq!(due(tx, at(62), 50)?, [], "{told:?}");
                    directory::forget(tx, known.id)?;
                }
                Ok(())
            })
            .unwrap();
    }
}
