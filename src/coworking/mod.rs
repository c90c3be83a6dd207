//! The rules of a coworking space and of the network of spaces.
//!
//! Pure: values in, decisions out. Nothing here reads a clock, a database or the network, and nothing speaks of
//! protocols. Time comes in as a parameter; a "no" is a [`Refusal`] that tells the person what would pass.

pub mod away;
pub mod booking;
pub mod capacity;
pub mod csv;
pub mod decision;
pub mod directory;
pub mod email;
pub mod event;
pub mod floor;
pub mod hospitality;
pub mod hours;
pub mod id;
pub mod inventory;
pub mod ledger;
pub mod markdown;
pub mod media;
pub mod member;
pub mod name;
pub mod news;
pub mod offer;
pub mod partner;
pub mod peer;
pub mod post;
pub mod profile;
pub mod realign;
mod recurrence;
pub mod refusal;
pub mod report;
pub mod resource;
pub mod rules;
pub mod series;
pub mod slot;
pub mod space;
pub mod tag;
pub mod template;
pub mod terms;
pub mod timetable;
pub mod typed;
pub mod visit;
pub mod waitlist;
pub mod wall;
pub mod webhook;
pub mod week;
pub mod window;
mod word;

pub use event::Event;
pub use refusal::Refusal;
