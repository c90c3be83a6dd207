//! What ActivityPub says: bytes in, values out.
//!
//! Pure: no clock, no network, no database, and nothing of coworking. Reading is lenient in spelling and strict in
//! safety; writing is strict in both.

pub mod activity;
pub mod actor;
pub mod availability;
pub mod collection;
mod compact;
pub mod context;
mod dictionary;
pub mod digest;
pub mod id;
pub mod json;
pub mod key;
pub mod language;
pub mod marketplace;
pub mod negotiation;
pub mod nodeinfo;
pub mod object;
pub mod place;
pub mod presence;
pub mod proof;
pub mod sent;
pub mod signature;
pub mod statement;
pub mod webfinger;
