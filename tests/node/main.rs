//! Whole nodes: real servers on real ports of this machine, and everything that is said to them.

mod away;
mod booking;
mod conversation;
#[path = "../database.rs"]
mod database;
mod directory;
mod following;
mod hostile;
mod identity;
mod judging;
mod kill;
mod offer;
mod partner;
mod poll;
mod restart;
mod series;
mod town;
mod visit;
mod waitlist;
