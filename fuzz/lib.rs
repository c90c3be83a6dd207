//! The layer of `../src/activitypub`, which depends on nothing of ours: what the fuzz targets feed with arbitrary bytes.

#[path = "../src/activitypub/mod.rs"]
pub mod activitypub;
