//! The web door: documents for peers, pages for readers, the API for programs.
//!
//! Handlers read the request, call one operation or one read of the store, and render. They hold no rules.

pub mod accept;
pub mod activitypub;
pub mod api;
pub mod asker;
pub mod asset;
mod availability;
pub mod calendar;
pub mod discovery;
pub mod document;
pub mod error;
pub mod etag;
pub mod frame;
pub mod media;
pub mod pages;
pub mod problem;
pub mod server;
pub mod session;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use document::Documents;

use crate::node::Node;

/// What handlers have at hand.
pub struct Door {
    /// The node's handles.
    pub node: Arc<Node>,
    /// Public documents that were made before.
    pub documents: Arc<Documents>,
    /// How often the API was asked.
    pub limits: api::Limits,
    /// How often visitors had something looked up elsewhere.
    pub lookups: pages::interaction::Lookups,
    /// How often visitors sent a form.
    pub forms: session::Forms,
}

impl Door {
    /// What people call the node, as configured; pages that read the store know its newest name.
    #[must_use]
    pub fn node_name(&self) -> &str {
        self.node.config.node_name.as_str()
    }
}
