//! Acts: one function is one thing the node can do, in one transaction.
//!
//! An operation checks whether the asker may, loads, lets the rules decide, saves, and records what happened. It
//! never waits for the network: what must be known from elsewhere is looked up before, and who must be told hears it
//! from the recorded events afterwards.

pub mod agenda;
pub mod announce;
pub mod away;
pub mod block;
pub mod booking;
pub mod calendar;
pub mod departure;
pub mod directory;
pub mod door;
pub mod epoch;
pub mod follow;
pub mod front_desk;
pub mod hospitality;
pub mod idempotency;
pub mod inventory;
pub mod key;
pub mod kiosk;
pub mod ledger;
pub mod mail;
pub mod mailbox;
pub mod media;
pub mod member;
pub mod news;
pub mod notification;
pub mod offer;
pub mod partner;
pub mod peer;
pub mod pin;
pub mod poll;
pub mod post;
pub mod profile;
pub mod queue;
pub mod reaction;
pub mod report;
pub mod resource;
pub mod search;
pub mod secret;
pub mod series;
pub mod session;
pub mod setup;
pub mod space;
pub mod speaker;
pub mod suspension;
pub mod timeline;
pub mod token;
pub mod visit;
pub mod webhook;

#[cfg(test)]
pub(crate) mod testing;

use crate::coworking::Refusal;
use crate::store;

/// Why an operation was not done. In both cases nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rules say no: tell the person, never retry.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Something is broken: log it once, retry or answer that it is.
    #[error(transparent)]
    Broken(#[from] anyhow::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Broken(error.into())
    }
}

/// What an operation answers.
pub type Result<T> = std::result::Result<T, Error>;
