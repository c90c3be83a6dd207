//! The web door: documents for peers, pages for readers, the API for programs.
//!
//! Handlers read the request, call one operation or one read of the store, and render. They hold no rules.

pub mod accept;
pub mod asset;
pub mod document;
pub mod error;
pub mod etag;
pub mod frame;
pub mod problem;
