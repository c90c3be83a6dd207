//! Federation: what happened here becomes activities for others, and what others send becomes acts here.
//!
//! The one place that knows both halves, the rules of coworking and the words of ActivityPub.

pub mod deliver;
pub mod directory;
pub mod discovery;
pub mod document;
pub mod fetch;
pub mod inbox;
pub mod patience;
pub mod poll;
pub mod publish;
pub mod receive;
pub mod resolve;
pub mod signing;
mod take;
#[cfg(test)]
pub(crate) mod testing;
pub mod translate;
pub mod verify;

pub use crate::activitypub::negotiation::is_activitypub_accept;
