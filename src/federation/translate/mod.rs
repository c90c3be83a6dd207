//! Between what the store remembers and what ActivityPub says: pure functions, both directions of a concept in one
//! file. The one place that names both halves.

pub mod actor;
pub mod note;
pub mod offer;
pub mod post;
