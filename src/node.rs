//! The node: its handles, and nothing else.
//!
//! Doors and federation hold a [`Node`]; rules, store and operations never do, so that what they need is seen in their
//! parameters.

use std::sync::Arc;

use crate::config::Config;
use crate::http_client::HttpClient;
use crate::reception::Reception;
use crate::site::Site;
use crate::store::Store;

pub use crate::clock::Clock;

/// What a running node holds. Handles only, no logic.
pub struct Node {
    /// Every setting.
    pub config: Config,
    /// The URLs that the node mints.
    pub site: Arc<Site>,
    /// Its memory.
    pub store: Store,
    /// Its only way out.
    pub http: HttpClient,
    /// What time it is.
    pub clock: Clock,
    /// What is kept in memory between one request and the next.
    pub reception: Reception,
}

impl Node {
    /// The handles together, with empty caches.
    #[must_use]
    pub fn new(config: Config, store: Store, http: HttpClient, clock: Clock) -> Self {
        let reception = Reception::new(&clock);
        Self { site: Arc::new(config.site()), config, store, http, clock, reception }
    }
}
