//! Posts: between what is kept of one and the `Note` (or what else peers send) on the wire.

mod offer;
mod received;
mod sent;

pub use received::{Readers, addressees, is_open, received, visibility};
pub use sent::{Counts, Surroundings, addressing, note};
