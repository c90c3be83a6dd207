//! Bookings of what the spaces of this node have: their lives, what they take of the calendar, and lists of them.

mod appeal;
mod calendar;
mod gone;
mod life;
mod list;
mod old;
mod own;
mod part;
mod told;

pub use appeal::{Appeal, answer_appeal, appeal, appeals};
pub use calendar::{Taken, calendar, expired, give, release, takes};
pub use gone::{disown, nobody};
pub use life::{Booking, Hold, Origin, Refused, add, by_id, by_offer, due, holds, move_to, next_due, present, save};
pub(super) use life::{part, wall};
pub(super) use list::{BEGAN, before};
pub use list::{
    Had, Of, ahead, around, forget_refused, guests, is_booked, list, of_host, of_requester, open_from_elsewhere,
    open_of, open_of_host, refused_since, stays, waiting, waiting_of, waiting_of_host,
};
pub use old::{OccupancyDay, forget_old, occupancy, reduce};
pub use own::{coming, over};
pub use part::{alike, bundle, of_series, set_part, together};
pub use told::{is_news, tell};
