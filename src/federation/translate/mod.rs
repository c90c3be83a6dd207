//! Between what the store remembers and what ActivityPub says: pure functions, both directions of a concept in one
//! place. The one place that names both halves.

pub mod activity;
pub mod actor;
pub mod booking;
pub mod directory;
pub mod hospitality;
mod html;
pub mod ledger;
pub mod post;
pub mod presence;
