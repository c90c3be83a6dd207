//! Bookings: when a pool is free, how many decisions a second, and a thousand who want the last place.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures_util::future::join_all;
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use thirdspace::activitypub::activity::Activity;
use thirdspace::coworking::Refusal;
use thirdspace::coworking::booking::{Draft, Request, State};
use thirdspace::coworking::decision::Wish;
use thirdspace::coworking::hours::HoursInput;
use thirdspace::coworking::id::{ActorId, MemberId, ResourceId, SpaceId};
use thirdspace::coworking::member::{Acting, NewMember, Role};
use thirdspace::coworking::peer::{Host, Level};
use thirdspace::coworking::resource::{Audience, ResourceInput};
use thirdspace::coworking::rules::RulesInput;
use thirdspace::coworking::slot::Slot;
use thirdspace::coworking::space::Zone;
use thirdspace::federation::receive::{Mail, take_in};
use thirdspace::operations::booking::{self, Asking};
use thirdspace::operations::{self, member, peer, resource};
use thirdspace::site::Site;
use thirdspace::store::booking::{self as rows, Of};
use thirdspace::store::page::Page;
use thirdspace::store::{Store, Tx, space};

use crate::parts;
use crate::process::Home;
use crate::stock::{self, Stock};
use crate::table::{Table, quantile};

/// Units of the pool, and bookings in it.
const UNITS: u32 = 200;
const BOOKINGS: i64 = 50_000;
/// Weeks that are asked for.
const WEEKS: i64 = 500;
/// Decisions, and how many wait at the same time.
const DECISIONS: i64 = 8_000;
const AT_ONCE: usize = 256;
/// Rooms that the decisions are spread over.
const ROOMS: i64 = 50;
/// Those who want the last place, half of them from elsewhere.
const RIVALS: usize = 1_000;
/// Bound on a week of availability, in milliseconds.
const WEEK: f64 = 5.0;
/// Bound on decisions per second.
const PER_SECOND: f64 = 2_000.0;

/// Prints what bookings cost.
pub async fn measure(table: &mut Table) {
    eprintln!(
        "booking: a pool of {UNITS} with {BOOKINGS} bookings, {DECISIONS} decisions, {RIVALS} for the last place"
    );
    let ground = Ground::new(None).await;
    let pool = ground.lets(UNITS).await;
    ground.fill(pool).await;
    let mut waits = Vec::new();
    for number in 0..WEEKS {
        let from = monday() + SignedDuration::from_hours(number * 7_919 % (350 * 24));
        let week = Slot::new(from, from + SignedDuration::from_hours(7 * 24)).expect("a week");
        let began = Instant::now();
        let free =
            ground.stock.store.read(move |tx| booking::availability(tx, pool, Audience::Resident, week, monday()));
        let free = free.await.expect("it is there");
        waits.push(began.elapsed());
        assert!(!free.busy.is_empty(), "somebody is there in every week");
    }
    let middle = quantile(&mut waits, 0.5).as_secs_f64() * 1e3;
    table.note("booking: a week of a pool of 200 with 50,000 bookings, p50", format!("{middle:.2} ms"));
    let slow = quantile(&mut waits, 0.99).as_secs_f64() * 1e3;
    table.at_most("booking: a week of a pool of 200, p99", slow, WEEK, " ms");
    let speed = ground.decide().await;
    table.at_least("booking: decisions per second, SQLite", speed, PER_SECOND);
    ground.rivals(table, "SQLite").await;

    let Some(server) = std::env::var("TEST_DATABASE_URL").ok() else {
        table.note("booking: PostgreSQL", "not measured: TEST_DATABASE_URL names no server");
        return;
    };
    let url = format!("{server}&schema=bench_{:016x}", rand::random::<u64>());
    let ground = Ground::new(Some(url)).await;
    let speed = ground.decide().await;
    table.note("booking: decisions per second, PostgreSQL", format!("{speed:.0}"));
    ground.rivals(table, "PostgreSQL").await;
    ground.stock.store.close().await;
    Store::remove(&ground.home.config().store_place()).expect("the store is removed");
}

/// The first Monday, at midnight in Amsterdam.
fn monday() -> Timestamp {
    let zone = Zone::parse("Europe/Amsterdam").expect("a zone");
    zone.meaning("start", date(2027, 1, 4).at(0, 0, 0, 0)).expect("a time").reached()
}

struct Ground {
    home: Home,
    stock: Stock,
    space: SpaceId,
    site: Site,
    members: Vec<MemberId>,
}

impl Ground {
    async fn new(database: Option<String>) -> Self {
        let mut home = Home::new(None);
        if let Some(url) = database {
            home.set("database_url", url);
        }
        let stock = Stock::set_up(&home).await;
        let site = home.config().site();
        let space = stock.act(|tx| Ok(space::default(tx)?.expect("a space").id)).await;
        let members = members(&stock, &site).await;
        Self { home, stock, space, site, members }
    }

    /// Something with so many units, open day and night.
    async fn lets(&self, units: u32) -> ResourceId {
        let day = || vec!["00:00-24:00".to_owned()];
        let hours = HoursInput {
            monday: day(),
            tuesday: day(),
            wednesday: day(),
            thursday: day(),
            friday: day(),
            saturday: day(),
            sunday: day(),
            ..HoursInput::default()
        };
        let rules = RulesInput { horizon_days: Some(730), at_once: Some(1_000), ..RulesInput::default() };
        let input = ResourceInput {
            kind: "hot_desk".into(),
            name: "Desks".into(),
            units: Some(units),
            hours: Some(hours),
            rules: Some([Audience::Resident, Audience::Guest].map(|audience| (audience, rules.clone())).into()),
            ..ResourceInput::default()
        };
        let (space, new) = (self.space, input.parse().expect("a resource"));
        self.stock.act(move |tx| resource::add(tx, Acting::Keeper, space, &new, monday())).await
    }

    /// A year of bookings of one to eight hours.
    async fn fill(&self, pool: ResourceId) {
        for batch in 0..BOOKINGS / 500 {
            let members = self.members.clone();
            self.stock
                .act(move |tx| {
                    for number in batch * 500..(batch + 1) * 500 {
                        // Scattered, but the same in every run.
                        let start = monday() + SignedDuration::from_mins(15 * (number * 7_919 % (365 * 96)));
                        let end = start + SignedDuration::from_hours(1 + number % 8);
                        let wish = wish(pool, Slot::new(start, end)?);
                        let asking = Asking::here(tx, member_of(&members, number), None, false)?;
                        booking::request(tx, &asking, &wish, monday())?;
                    }
                    Ok(())
                })
                .await;
            eprint!("\r  {} bookings", (batch + 1) * 500);
        }
        eprintln!();
    }

    /// Decisions on times that nobody else wants, many at once; how many a second.
    async fn decide(&self) -> f64 {
        let mut rooms = Vec::new();
        for _ in 0..ROOMS {
            rooms.push(self.lets(1).await);
        }
        let began = Instant::now();
        let lane = |lane: usize| {
            let (store, rooms) = (self.stock.store.clone(), rooms.clone());
            async move {
                for number in (i64::try_from(lane).expect("few")..DECISIONS).step_by(AT_ONCE) {
                    let room = rooms[usize::try_from(number % ROOMS).expect("few")];
                    let start = monday() + SignedDuration::from_hours(number / ROOMS);
                    let wish = wish(room, Slot::new(start, start + SignedDuration::from_hours(1)).expect("an hour"));
                    let acting = member_of(&self.members, number);
                    let decided = store.write(move |tx: &mut Tx<'_>| {
                        let asking = Asking::here(tx, acting, None, false)?;
                        booking::request(tx, &asking, &wish, monday())
                    });
                    let decided: operations::Result<rows::Booking> = decided.await;
                    assert_eq!(decided.expect("it is free").state, State::Confirmed);
                }
            }
        };
        join_all((0..AT_ONCE).map(lane)).await;
        #[allow(clippy::cast_precision_loss)]
        let all = DECISIONS as f64;
        all / began.elapsed().as_secs_f64()
    }

    /// All want the same hour of the same room at the same moment.
    async fn rivals(&self, table: &mut Table, engine: &str) {
        let room = self.lets(1).await;
        let guests = self.guests().await;
        let hour = Slot::new(monday(), monday() + SignedDuration::from_hours(1)).expect("an hour");
        let began = Instant::now();
        let here = self.members.iter().map(|id| self.local(*id, wish(room, hour)));
        let elsewhere = guests.into_iter().enumerate().map(|(number, guest)| self.federated(number, guest, room, hour));
        let (here, ()) = futures_util::future::join(join_all(here), async {
            join_all(elsewhere).await;
        })
        .await;
        let took = began.elapsed();
        let refused = here
            .iter()
            .filter(|outcome| matches!(outcome, Err(Refusal::Unbookable(no)) if !no.alternatives.is_empty()));
        let (mut clean, mut confirmed) = (refused.count(), 0);
        let mut page = Page::new(None, Some(Page::LIMIT));
        loop {
            let slice = self.stock.act(move |tx| Ok(rows::list(tx, Of::Resource(room), hour, page)?)).await;
            for one in &slice.items {
                confirmed += usize::from(one.state == State::Confirmed);
                let named = one.refusal.as_ref().is_some_and(|refused| !refused.alternatives.is_empty());
                clean += usize::from(one.state == State::Refused && named);
            }
            let Some(next) = slice.next else { break };
            page = Page::new(Some(next), Some(Page::LIMIT));
        }
        let outcome = format!("{confirmed} confirmed, {clean} refused with alternatives in {} ms", took.as_millis());
        table.note(format!("booking: {RIVALS} for the last place, {engine}"), outcome);
        #[allow(clippy::cast_precision_loss)]
        table.at_most(&format!("booking: those of them who got it, {engine}"), confirmed as f64, 1.0, "");
        #[allow(clippy::cast_precision_loss)]
        table.at_least(&format!("booking: those who were told when else, {engine}"), clean as f64, (RIVALS - 1) as f64);
    }

    async fn guests(&self) -> Vec<ActorId> {
        let (key, site) = (parts::key(), self.site.clone());
        let profiles: Vec<_> =
            (0..RIVALS / 2).map(|n| stock::stranger(&format!("http://pier.test/users/guest{n}"), &key)).collect();
        self.stock
            .act(move |tx| {
                let pier = Host::parse("pier.test")?;
                peer::set_level(tx, &site, Acting::Keeper, &pier, Level::Trusted, "", monday())?;
                profiles.iter().map(|profile| stock::meet(tx, profile)).collect()
            })
            .await
    }

    async fn local(&self, id: MemberId, wish: Request) -> Result<(), Refusal> {
        let acting = Acting::Member(id, Role::Member);
        let store: Store = self.stock.store.clone();
        let decided: operations::Result<rows::Booking> = store
            .write(move |tx: &mut Tx<'_>| {
                let asking = Asking::here(tx, acting, None, false)?;
                booking::request(tx, &asking, &wish, monday())
            })
            .await;
        match decided {
            Ok(_) => Ok(()),
            Err(operations::Error::Refused(refusal)) => Err(refusal),
            Err(broken) => panic!("{broken:#}"),
        }
    }

    /// As an activity whose signature was verified.
    async fn federated(&self, number: usize, guest: ActorId, room: ResourceId, hour: Slot) {
        let actor = format!("http://pier.test/users/guest{number}");
        let offer = json!({
            "@context": "https://www.w3.org/ns/activitystreams", "type": "Offer", "actor": actor,
            "id": format!("http://pier.test/asked/{room}-{number}"),
            "object": {"type": "Agreement", "stipulates": {
                "type": "Commitment", "satisfies": format!("{}#primary", self.site.resource(room)),
                "resourceQuantity": {"hasUnit": "minute", "hasNumericalValue": "60"}, "units": 1,
                "hasBeginning": hour.start().to_string(), "hasEnd": hour.end().to_string(),
            }},
        });
        let body = Bytes::from(offer.to_string());
        let activity = Activity::read(offer.as_object().expect("an object").clone()).expect("an activity");
        let mail = Mail { activity: Arc::new(activity), actor: guest, recipient: None, body };
        let (store, site): (Store, Site) = (self.stock.store.clone(), self.site.clone());
        store.write(move |tx: &mut Tx<'_>| take_in(tx, &site, &mail, monday())).await.expect("it is taken in");
    }
}

/// So many that each has a few bookings.
async fn members(stock: &Stock, site: &Site) -> Vec<MemberId> {
    let site = site.clone();
    stock
        .act(move |tx| {
            (0..RIVALS / 2)
                .map(|number| {
                    let name = format!("member{number}");
                    let new = NewMember::parse(&name, &name, Role::Member, None)?;
                    member::add(tx, &site, Acting::Keeper, &new, None, monday())
                })
                .collect()
        })
        .await
}

fn member_of(members: &[MemberId], number: i64) -> Acting {
    let place = usize::try_from(number).expect("few") % members.len();
    Acting::Member(members[place], Role::Member)
}

fn wish(resource: ResourceId, slot: Slot) -> Request {
    let wish = Wish { slot, units: 1, unit: None, people: 1 };
    Request { resource, draft: Draft { wish, note: None, guest: None }, hold: false, reason: None }
}
