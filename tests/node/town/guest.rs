//! Somebody of the town at a door: their own space's, or another one's.

use thirdspace::coworking::booking::Guests;
use thirdspace::coworking::id::{AwayId, BookingId, ResourceId, SpaceId, VisitId};
use thirdspace::coworking::member::Acting;
use thirdspace::coworking::slot::Slot;
use thirdspace::federation::resolve;
use thirdspace::operations::visit::{self, Door};
use thirdspace::operations::{self, booking, door, front_desk};
use thirdspace::store;
use thirdspace::store::actor;
use thirdspace::store::booking::{Booking, Of};

use super::Person;
use super::person::all;

impl Person {
    /// Says at the door of another node that they are there.
    pub async fn arrives(&self, at: Door, code: Option<&str>) -> operations::Result<VisitId> {
        let (acting, code) = (self.acting, code.map(str::to_owned));
        let begun = self.house.tries(move |tx, _, now| visit::arrive(tx, acting, &at, code.as_deref(), now));
        Ok(begun.await?.id)
    }

    /// What they were told there.
    pub async fn visit(&self, id: VisitId) -> (&'static str, Option<String>) {
        let visit = self.visiting(id).await;
        (visit.state.as_str(), visit.words)
    }

    /// The booking with which they were let in.
    pub async fn visited(&self, id: VisitId) -> Option<AwayId> {
        self.visiting(id).await.away
    }

    async fn visiting(&self, id: VisitId) -> store::visit::Visit {
        let acting = self.acting;
        self.house.act(move |tx, _, now| visit::view(tx, acting, id, now)).await
    }

    /// Leaves another node.
    pub async fn goes_from(&self, id: AwayId) {
        let acting = self.acting;
        self.house.act(move |tx, _, now| visit::leave(tx, acting, id, now)).await;
    }

    /// A visitor scans the code at the door of this space and says who they are; what their home is told to say.
    pub async fn sends_home(&self, visitor: &Self) -> String {
        let (id, uri, guest) = (SpaceId(self.id.0), self.uri(), visitor.uri());
        let home = resolve::home(&self.house.node(), &visitor.handle()).await.unwrap();
        assert_eq!((&home.actor, &home.host), (&guest, &visitor.house.host));
        let pass = self.house.act(move |tx, _, now| {
            door::ensure(tx, id)?;
            let code = door::code(tx, id, now)?.expect("it has a secret");
            assert!(door::is_shown(tx, id, &code, now)?);
            Ok(door::pass(tx, id, &guest, now)?.expect("it has a secret"))
        });
        let page = home.page(&uri, &pass.await).expect("it is at home");
        assert!(page.as_str().starts_with(&format!("http://{}/intents/arrive?", visitor.house.host)), "{page}");
        let said = page.query_pairs().find(|(name, _)| name == "code").expect("the code goes along");
        said.1.into_owned()
    }

    /// The front desk of their space says that a guest has left, or that the check-in was a mistake.
    pub async fn sends_off(&self, id: BookingId, mistaken: bool) {
        self.house
            .act(move |tx, _, now| match mistaken {
                true => booking::undo_check_in(tx, Acting::Keeper, id, now),
                false => booking::check_out(tx, Acting::Keeper, id, now),
            })
            .await;
    }

    /// Comes to their own space without a booking.
    pub async fn walks_in(&self, resource: ResourceId) -> Booking {
        self.tries_to_walk_in(resource).await.unwrap()
    }

    /// The same; it may be refused.
    pub async fn tries_to_walk_in(&self, resource: ResourceId) -> operations::Result<Booking> {
        let acting = self.acting;
        let walk_in = move |tx: &mut store::Tx<'_>, _: &_, now| {
            let asking = booking::Asking::here(tx, acting, None, false)?;
            booking::walk_in(tx, &asking, resource, None, None, now)
        };
        self.house.tries(walk_in).await
    }

    /// How many guests of their space are expected, there, and late today.
    pub async fn guests(&self) -> [usize; 3] {
        let (acting, space) = (self.acting, SpaceId(self.id.0));
        let lists = self.house.act(move |tx, _, now| {
            let mut count = |list| front_desk::guests(tx, acting, space, list, all(), now).map(|page| page.items.len());
            Ok([count(Guests::Expected)?, count(Guests::Present)?, count(Guests::Late)?])
        });
        lists.await
    }

    /// What their space has or had for somebody from elsewhere.
    pub async fn bookings_of(&self, uri: &str) -> Vec<Booking> {
        let uri = uri.to_owned();
        let bookings = self.house.act(move |tx, _, _| {
            let guest = actor::id_of(tx, &uri)?.expect("they are known");
            let year = Slot::new("2027-01-01T00:00:00Z".parse().unwrap(), "2027-12-31T00:00:00Z".parse().unwrap())?;
            Ok(store::booking::list(tx, Of::Requester(guest), year, all())?.items)
        });
        bookings.await
    }
}
