//! What ActivityPub says.

mod dictionary;
pub mod digest;
pub mod key;
pub mod proof;
pub mod signature;
