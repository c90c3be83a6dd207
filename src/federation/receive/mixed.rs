//! Bookings between two nodes whatever happens: people and staff do what they like in any order; mail is late, comes twice or
//! in another order, or never; a node stops between a commit and its mail. One number makes the whole story, so that a failing one can
//! be told again: `THIRDSPACE_SEED=17`. `THIRDSPACE_SEEDS=20000` tells more of them.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;

use super::*;
use crate::coworking::away;
use crate::coworking::booking::{BookingInput, Request, State};
use crate::coworking::id::{AwayId, BookingId, MemberId, ResourceId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::peer::{Host, Level};
use crate::coworking::resource::{Audience, ResourceInput};
use crate::coworking::space::Zone;
use crate::coworking::waitlist as waiting;
use crate::federation::publish::compose::compose;
use crate::operations::away as home;
use crate::operations::booking::{self as host, Asking};
use crate::operations::poll::Heard;
use crate::operations::testing::{Ground, acting};
use crate::operations::{peer, resource, setup::SetupDone};
use crate::store::actor::{self, ActorType, RemoteProfile};
use crate::store::booking as rows;
use crate::store::{event, waitlist};

const ZONE: &str = "Europe/Amsterdam";

/// Friday, 15 January 2027, so many minutes after nine in Amsterdam.
fn at(minutes: i64) -> Timestamp {
    Zone::parse(ZONE).unwrap().read("start", "2027-01-15T09:00").unwrap() + SignedDuration::from_mins(minutes)
}

/// A node, and those of the other one as it knows them.
struct Side {
    ground: Ground,
    done: SetupDone,
}

struct Pair {
    harbor: Side,
    loft: Side,
    guests: [MemberId; 2],
    /// Somebody who lives at Loft and wants the same.
    neighbour: MemberId,
    /// Loft, as Harbor knows it.
    space: ActorId,
    /// The node of Harbor, as Loft knows it.
    home: ActorId,
}

fn known(side: &Side, uri: &'static str, kind: ActorType) -> ActorId {
    let profile = move || {
        let parsed = url::Url::parse(uri).unwrap();
        let (name, host) = (parsed.path().rsplit('/').next().unwrap(), parsed.host_str().unwrap());
        RemoteProfile { actor_type: kind, ..RemoteProfile::bare(uri, name, host) }
    };
    side.ground.act(move |tx, _| Ok(actor::upsert_remote(tx, &profile(), at(-600))?.0)).unwrap()
}

impl Pair {
    fn new() -> Self {
        let side = |origin| {
            let (ground, done) = Ground::at(origin).with_harbor();
            Side { ground, done }
        };
        let (harbor, loft) = (side("https://harbor.example"), side("https://loft.example"));
        let guests = ["ben", "cleo"].map(|name| harbor.ground.member(name, Role::Member));
        let neighbour = loft.ground.member("lars", Role::Member);
        for uri in ["https://harbor.example/members/ben", "https://harbor.example/members/cleo"] {
            known(&loft, uri, ActorType::Person);
        }
        let home = known(&loft, "https://harbor.example/actor", ActorType::Application);
        let space = known(&harbor, "https://loft.example/spaces/harbor", ActorType::Group);
        loft.ground
            .act(|tx, site| {
                let host = Host::parse("harbor.example")?;
                peer::set_level(tx, site, Acting::Keeper, &host, Level::Trusted, "", at(-600))
            })
            .unwrap();
        Self { harbor, loft, guests, neighbour, space, home }
    }
}

/// What is on its way, and to whom: to Loft or to Harbor.
type Mail = Vec<(bool, Value)>;

struct Story<'p> {
    pair: &'p Pair,
    dice: StdRng,
    now: Timestamp,
    room: ResourceId,
    units: u32,
    mail: Mail,
    asked: Vec<(usize, AwayId)>,
    /// What was done, for whoever has to find out why it went wrong.
    log: Vec<String>,
}

impl<'p> Story<'p> {
    fn new(pair: &'p Pair, seed: u64) -> Self {
        let mut dice = StdRng::seed_from_u64(seed);
        let (units, approval) = (dice.random_range(1..3), ["none", "open", "blocking"][dice.random_range(0..3)]);
        let rules = format!(r#"{{"at_once": 9, "approval": "{approval}", "release_minutes": 15}}"#);
        let space = pair.loft.done.space;
        let room = pair.loft.ground.act(move |tx, _| {
            // All stories are of one day, and who was refused too often is not answered.
            rows::forget_refused(tx, at(60 * 24 * 365), 10_000)?;
            waitlist::tidy(tx, at(60 * 24 * 365), 10_000)?;
            store::refused::tidy(tx, at(60 * 24 * 365), 10_000)?;
            let rules: crate::coworking::rules::RulesInput = serde_json::from_str(&rules).unwrap();
            let rules = [Audience::Resident, Audience::Guest].map(|audience| (audience, rules.clone()));
            let input = ResourceInput {
                kind: "meeting_room".into(),
                name: "Attic".into(),
                units: Some(units),
                rules: Some(rules.into()),
                ..ResourceInput::default()
            };
            resource::add(tx, Acting::Keeper, space, &input.parse()?, at(-300))
        });
        let log = vec![format!("{units} units, approval {approval}")];
        Self { pair, dice, now: at(0), room: room.unwrap(), units, mail: Vec::new(), asked: Vec::new(), log }
    }

    fn draft(&mut self) -> crate::coworking::booking::Draft {
        let from = 15 * self.dice.random_range(0..12_i64);
        let length = 15 * self.dice.random_range(1..5_i64);
        let shown = |minutes| Zone::parse(ZONE).unwrap().shown(at(minutes));
        let input = BookingInput { start: shown(from), end: shown(from + length), ..BookingInput::default() };
        self.log.push(format!("  from {} to {}", input.start, input.end));
        input.parse(&Zone::parse(ZONE).unwrap()).unwrap()
    }

    /// Does something at a node; a refusal is an answer like any other.
    fn does<T: Send + 'static>(
        &mut self,
        side: &Side,
        what: &str,
        step: impl FnMut(&mut Tx<'_>, &Site) -> operations::Result<T> + Send + 'static,
    ) -> Option<T> {
        let outcome = side.ground.act(step);
        let refused = outcome.as_ref().err().map(ToString::to_string).unwrap_or_default();
        self.log.push(format!("{} {what} {refused}", self.now));
        match outcome {
            Ok(done) => Some(done),
            Err(operations::Error::Refused(_)) => None,
            Err(broken) => panic!("{what}: {broken:#}\n{}", self.log.join("\n")),
        }
    }

    /// What Loft has written down for this room, and who has what of it.
    fn loft(&self) -> (Vec<rows::Booking>, Vec<rows::Taken>) {
        let (room, window) = (self.room, crate::coworking::slot::Slot::new(at(-60), at(600)).unwrap());
        let page = crate::store::page::Page::new(None, Some(80));
        let all = self.pair.loft.ground.act(move |tx, _| {
            let listed = rows::list(tx, rows::Of::Resource(room), window, page)?;
            Ok((listed.items, rows::calendar(tx, room, window)?))
        });
        all.unwrap()
    }

    fn one_of_theirs(&mut self) -> Option<BookingId> {
        let all = self.loft().0;
        let place = self.dice.random_range(0..all.len().max(1));
        all.get(place).map(|booking| booking.id)
    }

    fn step(&mut self) {
        let (pair, now, room) = (self.pair, self.now, self.room);
        match self.dice.random_range(0..20) {
            0..=3 => {
                let who = self.dice.random_range(0..2);
                let (draft, guest, space) = (self.draft(), pair.guests[who], pair.space);
                let waits = self.dice.random_bool(0.6);
                let at = home::Elsewhere {
                    space,
                    proposal: format!("https://loft.example/resources/{room}"),
                    name: "Attic".into(),
                    zone: ZONE.into(),
                    rules_version: None,
                    units: None,
                    price: Default::default(),
                };
                let asked = self.does(
                    &pair.harbor,
                    if waits { "a guest asks or waits" } else { "a guest asks" },
                    move |tx, _| {
                        let ask = if waits { home::ask_or_wait } else { home::ask };
                        Ok(ask(tx, acting(guest), &at, &draft, now)?.id)
                    },
                );
                self.asked.extend(asked.map(|id| (who, id)));
            }
            4 => {
                let draft = self.draft();
                let who = pair.neighbour;
                self.does(&pair.loft, "a neighbour books, or waits", move |tx, _| {
                    let asking = Asking::here(tx, acting(who), None, false)?;
                    let wish = Request { resource: room, draft: draft.clone(), hold: false, reason: None };
                    host::waitlist::book_or_wait(tx, &asking, &wish, None, now)
                });
            }
            5 | 6 if !self.asked.is_empty() => {
                let (who, id) = self.asked[self.dice.random_range(0..self.asked.len())];
                let guest = pair.guests[who];
                self.does(&pair.harbor, &format!("{id} is taken back"), move |tx, _| {
                    home::cancel(tx, acting(guest), id, now)
                });
            }
            7..=9 => {
                let act = self.dice.random_range(0..6);
                let moved = self.draft();
                let Some(id) = self.one_of_theirs() else { return };
                self.does(&pair.loft, &format!("staff do {act} to {id}"), move |tx, _| {
                    let staff = Acting::Keeper;
                    match act {
                        0 | 1 => host::approve(tx, staff, id, None, now),
                        2 => host::decline(tx, staff, id, "no", now),
                        3 => host::cancel(tx, staff, id, Some("sorry"), now),
                        4 => host::check_in(tx, staff, id, now),
                        _ => {
                            let request = Request { resource: room, draft: moved.clone(), hold: false, reason: None };
                            host::change(tx, staff, id, &request, now)
                        }
                    }
                });
            }
            10 => {
                self.does(&pair.loft, "what is due is done", move |tx, _| host::tend(tx, now, 100));
            }
            11 => self.now += SignedDuration::from_mins(self.dice.random_range(1..40)),
            12..=14 => self.publish(),
            // Late, twice, overtaken, or never.
            _ if !self.mail.is_empty() => {
                let place = self.dice.random_range(0..self.mail.len());
                let letter = match self.dice.random_bool(0.2) {
                    true => self.mail[place].clone(),
                    false => self.mail.remove(place),
                };
                match self.dice.random_bool(0.1) {
                    true => self.log.push(format!("  lost: {}", letter.1["type"])),
                    false => self.deliver(letter),
                }
            }
            _ => {}
        }
        self.check();
    }

    /// What happened becomes mail. As long as that is not done, the node could as well have stopped.
    fn publish(&mut self) {
        for (to_loft, side) in [(true, &self.pair.harbor), (false, &self.pair.loft)] {
            let said = side.ground.act(move |tx, site| {
                let mut said = Vec::new();
                for fact in event::unpublished(tx, 1_000)? {
                    said.extend(compose(tx, site, &fact)?.map(|(said, _)| said.body));
                    event::mark_published(tx, fact.id, at(0))?;
                }
                Ok(said)
            });
            let said = said.unwrap();
            self.log.extend(said.iter().map(|body| format!("  sent: {}", body["type"])));
            self.mail.extend(said.into_iter().map(|body| (to_loft, body)));
        }
    }

    fn deliver(&mut self, (to_loft, body): (bool, Value)) {
        let (side, now) = (if to_loft { &self.pair.loft } else { &self.pair.harbor }, self.now);
        let kind = body["type"].as_str().unwrap_or_default().to_owned();
        let Value::Object(object) = body else { panic!("an object") };
        let activity = Activity::read(object).unwrap();
        let outcome = side.ground.act(move |tx, site| {
            let Some(actor) = actor::id_of(tx, activity.actor.as_str())? else { return Ok("nobody".to_owned()) };
            let gathered = &Gathered::default();
            let case = Case { site, activity: &activity, actor, recipient: None, gathered, limited: false, now };
            // Past the list of what was seen before: what is done twice has to be harmless by itself.
            match tx.savepoint(|tx| super::act(tx, &case).map_err(Wrapped)) {
                Ok(_) => Ok("taken".to_owned()),
                Err(Wrapped(Stop::Refused(refusal))) => Ok(refusal.to_string()),
                Err(Wrapped(stop)) => panic!("{stop:?}"),
            }
        });
        self.log.push(format!("{now} arrived: {kind}: {}", outcome.unwrap()));
    }

    /// What Harbor says of all that was asked.
    fn homes(&self) -> Vec<crate::store::away::Away> {
        let asked: Vec<_> = self.asked.iter().map(|(who, id)| (self.pair.guests[*who], *id)).collect();
        let all = self.pair.harbor.ground.act(move |tx, _| {
            asked.iter().map(|(guest, id)| home::view(tx, acting(*guest), *id)).collect::<operations::Result<_>>()
        });
        all.unwrap()
    }

    fn fail(&self, why: &str) -> ! {
        panic!("{why}\n{}", self.log.join("\n"))
    }

    /// What holds at every moment.
    fn check(&self) {
        let (bookings, taken) = self.loft();
        for (place, one) in taken.iter().enumerate() {
            if one.given.iter().any(|unit| *unit >= self.units) {
                self.fail("somebody has a unit that is not there");
            }
            let share = |other: &&rows::Taken| {
                one.kept().overlaps(other.kept()) && one.given.iter().any(|unit| other.given.contains(unit))
            };
            if taken[place + 1..].iter().any(|other| share(&other)) {
                self.fail("a unit is had twice at once");
            }
        }
        let offers: BTreeMap<&str, &rows::Booking> = bookings
            .iter()
            .filter_map(|booking| match &booking.origin {
                rows::Origin::Offer { uri, .. } => Some((uri.as_str(), booking)),
                rows::Origin::Here => None,
            })
            .collect();
        for (asked, home) in self.asked.iter().zip(self.homes()) {
            let there = offers.get(format!("https://harbor.example/asked/{}", asked.1).as_str());
            let confirmed =
                there.is_some_and(|booking| booking.answered_at.is_some() && booking.state != State::Refused);
            if matches!(home.state, away::State::Confirmed | away::State::CheckedIn) && !confirmed {
                self.fail(&format!("{} is confirmed at home and was never at the host", asked.1));
            }
        }
    }

    /// Does somebody wait at the host, by its word?
    fn waits_there(&self, uri: &str) -> bool {
        let (uri, now) = (uri.to_owned(), self.now);
        let found = self.pair.loft.ground.act(move |tx, _| Ok(waitlist::by_offer(tx, &uri)?));
        found.unwrap().is_some_and(|wait| wait.state_at(now) == waiting::State::Waiting)
    }

    /// All that is on its way arrives.
    fn arrive(&mut self) {
        for _ in 0..20 {
            self.publish();
            if self.mail.is_empty() {
                break;
            }
            for letter in std::mem::take(&mut self.mail) {
                self.deliver(letter);
            }
        }
    }

    /// Harbor asks Loft what became of all about which it would ask sooner or later.
    fn poll(&mut self) {
        let (now, home) = (self.now, self.pair.home);
        for asked in self.homes() {
            let Some(poll_at) = asked.poll_at else { continue };
            let offer = format!("https://harbor.example/asked/{}", asked.id);
            let shown = self.pair.loft.ground.act(move |tx, site| {
                Ok(crate::federation::document::by_offer(tx, site, &offer, store::post::Reader::Actor(home))?)
            });
            let shown = match shown.unwrap() {
                crate::federation::document::Answer::Document(document) => Some(document.body),
                _ => None,
            };
            let question = store::away::Question {
                away: asked.id,
                space: "https://loft.example/spaces/harbor".into(),
                agreement: asked.agreement,
                poll_at,
            };
            let heard = self.pair.harbor.ground.act(move |tx, site| {
                let heard = match &shown {
                    None => Heard::Unknown,
                    Some(body) => {
                        let document: Value = serde_json::from_slice(body).unwrap();
                        let space = Id::parse(&question.space).unwrap();
                        crate::federation::poll::read(site, &space, question.away, &document, now)?
                    }
                };
                operations::poll::receive(tx, &question, &heard, now)?;
                Ok(format!("{heard:?}"))
            });
            self.log.push(format!("{now} asked about {}: {}", asked.id, heard.unwrap()));
        }
    }

    /// The network heals: what is on its way arrives, what was lost is asked about, and then both say the same.
    fn heal(&mut self) {
        self.arrive();
        self.poll();
        self.arrive();
        self.check();
        let bookings = self.loft().0;
        for (asked, home) in self.asked.iter().zip(self.homes()) {
            let uri = format!("https://harbor.example/asked/{}", asked.1);
            let there = bookings
                .iter()
                .find(|booking| matches!(&booking.origin, rows::Origin::Offer { uri: offer, .. } if *offer == uri));
            let state = home.state_at(self.now);
            let over = !state.is_open();
            let agree = match there {
                None if self.waits_there(&uri) => state == away::State::Waiting,
                None => over,
                Some(booking) => match booking.state_at(self.now) {
                    State::Requested | State::Held => state == away::State::Held,
                    State::Confirmed => state == away::State::Confirmed,
                    State::CheckedIn => state == away::State::CheckedIn,
                    State::Completed => state == away::State::Completed,
                    State::NoShow => state == away::State::NoShow,
                    State::Cancelled => state == away::State::Cancelled,
                    // A job will write down what has expired, and say so.
                    State::Expired if booking.state != State::Expired => matches!(state, away::State::Held) || over,
                    State::Refused | State::Expired => over,
                },
            };
            let same_time = there.is_none_or(|booking| {
                !matches!(booking.state, State::Confirmed | State::CheckedIn) || booking.slot == home.slot
            });
            if !agree || !same_time {
                self.fail(&format!(
                    "{}: home says {state} {:?}, the host {:?}",
                    asked.1,
                    home.slot,
                    there.map(|booking| (booking.state, booking.slot))
                ));
            }
        }
    }
}

#[derive(Debug)]
struct Wrapped(Stop);

impl From<store::Error> for Wrapped {
    fn from(error: store::Error) -> Self {
        Self(error.into())
    }
}

/// Tells the stories of these numbers.
fn tell(seeds: std::ops::Range<u64>) {
    let pair = Pair::new();
    let only: Option<u64> = std::env::var("THIRDSPACE_SEED").ok().and_then(|text| text.parse().ok());
    for seed in seeds.filter(|seed| only.is_none_or(|only| only == *seed)) {
        let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut story = Story::new(&pair, seed);
            for _ in 0..30 {
                story.step();
            }
            story.heal();
        }));
        if let Err(panic) = told {
            eprintln!("the story of THIRDSPACE_SEED={seed} fails");
            std::panic::resume_unwind(panic);
        }
    }
}

/// How many stories each of the four parts tells.
fn count() -> u64 {
    let more = std::env::var("THIRDSPACE_SEEDS").ok().and_then(|text| text.parse::<u64>().ok());
    // A server answers each of some hundred thousand commits over a socket.
    let usual = if std::env::var_os("TEST_DATABASE_URL").is_some() { 200 } else { 2_000 };
    more.unwrap_or(usual) / 4
}

macro_rules! parts {
    ($($name:ident = $part:literal),+) => {$(
        #[test]
        fn $name() {
            tell($part * count()..($part + 1) * count());
        }
    )+};
}
parts!(
    i47_two_nodes_agree_whatever_happens_between_them = 0,
    i47_two_nodes_agree_whatever_happens_between_them_second_part = 1,
    i47_two_nodes_agree_whatever_happens_between_them_third_part = 2,
    i47_two_nodes_agree_whatever_happens_between_them_fourth_part = 3
);
