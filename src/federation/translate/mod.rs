//! Between what the store remembers and what ActivityPub says: pure functions, both directions of a concept in one
//! place. The one place that names both halves.

pub mod activity;
pub mod actor;
mod html;
pub mod post;
