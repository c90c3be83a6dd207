//! What every page with posts on it needs: the node's name, the clock on its wall, and where the list is cut.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::post_view::ShownFor;
use super::shown::ShownPost;
use super::view::Head;
use crate::node::Node;
use crate::site::Site;
use crate::store::page::{Page, Slice};
use crate::store::post::PostView;
use crate::store::{Tx, actor, space};
use crate::web::error::Result;

/// The part of a list that the address asks for.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Cut {
    /// Only what is older.
    #[serde(default)]
    before: Option<i64>,
    /// Of what a space has, only what is older.
    #[serde(default)]
    have: Option<i64>,
}

impl Cut {
    /// As the store takes it.
    #[must_use]
    pub fn page(self) -> Page {
        Page::new(self.before, None)
    }

    /// Where the list of what a space has goes on.
    pub(super) fn have(self) -> Option<i64> {
        self.have
    }

    /// Is it the beginning?
    #[must_use]
    pub fn is_first(self) -> bool {
        self.before.is_none()
    }

    /// The way back to the beginning of the list at `path`.
    pub(super) fn newer(self, path: &str) -> Option<String> {
        self.before.map(|_| path.to_owned())
    }
}

/// Read once for each page.
pub(super) struct Desk<'a> {
    pub(super) site: &'a Site,
    /// The node's name as its administrators last wrote it.
    pub(super) node: String,
    pub(super) zone: TimeZone,
    pub(super) now: Timestamp,
}

impl<'a> Desk<'a> {
    pub(super) fn new(tx: &mut Tx<'_>, node: &'a Node) -> Result<Self> {
        let named = actor::by_uri(tx, &node.site.node_actor())?.map(|actor| actor.name);
        let name = named.filter(|name| !name.is_empty());
        let zone = space::default(tx)?.and_then(|space| TimeZone::get(&space.zone).ok()).unwrap_or(TimeZone::UTC);
        Ok(Self {
            site: &node.site,
            node: name.unwrap_or_else(|| node.config.node_name.as_str().to_owned()),
            zone,
            now: node.clock.now(),
        })
    }

    pub(super) fn head(&self, title: &str) -> Head {
        Head::plain(title, &self.node)
    }

    pub(super) fn post(&self, view: &PostView) -> ShownPost {
        ShownPost::of(view, &ShownFor { site: self.site, zone: &self.zone, now: self.now })
    }

    pub(super) fn posts(&self, views: &[PostView]) -> Vec<ShownPost> {
        views.iter().map(|view| self.post(view)).collect()
    }
}

/// The address of the next page of the list at `path`.
pub(super) fn older<T>(slice: &Slice<T>, path: &str) -> Option<String> {
    slice.next.map(|next| format!("{path}?before={next}"))
}
