//! How others find us: WebFinger answers and NodeInfo documents, from the store.

use serde_json::Value;

use crate::activitypub::nodeinfo::{NodeInfo, Version};
use crate::activitypub::webfinger::{Intent, Jrd, JrdLink, Resource, rel};
use crate::site::{Local, Site};
use crate::store::actor::{self, Actor};
use crate::store::{Error, Tx, member, space};

/// The answer to a WebFinger query, and whom it is about; `None` when nobody of ours is meant (RFC 7033).
///
/// # Errors
/// The store's.
pub fn webfinger(tx: &mut Tx<'_>, site: &Site, resource: &str) -> Result<Option<(Actor, Value)>, Error> {
    let asked = match Resource::parse(resource, true) {
        Some(Resource::Handle(handle)) if handle.host() == site.host() => {
            // The node itself answers to its own host's name, as every server's actor does.
            match handle.user() == site.host() {
                true => actor::by_uri(tx, &site.node_actor())?,
                false => actor::local_by_username(tx, &handle.user().to_ascii_lowercase())?,
            }
        }
        Some(Resource::Url(url)) => match site.local_of(url.as_str()) {
            Some(Local::Node) => actor::by_uri(tx, &site.node_actor())?,
            Some(Local::Member(_) | Local::Space(_)) => actor::by_uri(tx, url.as_str())?,
            _ => None,
        },
        _ => None,
    };
    let Some(found) = asked.filter(|found| found.local && found.deleted_at.is_none()) else { return Ok(None) };
    let answer = jrd(site, &found).to_value();
    Ok(Some((found, answer)))
}

fn jrd(site: &Site, actor: &Actor) -> Jrd {
    let page = actor.url.clone().unwrap_or_else(|| actor.uri.clone());
    let mut links = vec![JrdLink::actor(rel::SELF, &actor.uri), JrdLink::to(rel::PROFILE_PAGE, "text/html", &page)];
    let is_node = actor.uri == site.node_actor();
    if is_node {
        // FEP-d556: asked for `https://host/`, the server's actor is what is meant.
        links.push(JrdLink::actor(rel::SERVICE, &actor.uri));
    }
    let interact = |variable: &str| format!("{}/authorize_interaction?uri={{{variable}}}", site.origin());
    links.push(JrdLink::template(rel::SUBSCRIBE, &interact("uri")));
    links.push(JrdLink::intent(Intent::Object, &interact("object")));
    links.push(JrdLink::intent(Intent::Follow, &interact("object")));
    let mut aliases = vec![actor.uri.clone()];
    if is_node {
        aliases.push(format!("{}/", site.origin()));
    }
    Jrd { subject: format!("acct:{}", actor.handle()), aliases, links }
}

/// The NodeInfo document of this node (FEP-f1d5). Counts are of members and their posts, never of visitors.
///
/// # Errors
/// The store's.
pub fn nodeinfo(tx: &mut Tx<'_>, name: &str, version: Version) -> Result<Value, Error> {
    let description = match space::default(tx)? {
        Some(space) => actor::by_id(tx, space.id.into())?.map(|space| space.name),
        None => None,
    };
    let document = NodeInfo {
        software_name: env!("CARGO_PKG_NAME").to_owned(),
        software_version: env!("CARGO_PKG_VERSION").to_owned(),
        repository: None,
        homepage: None,
        speaks_activitypub: true,
        open_registrations: false,
        users: Some(member::count(tx)?),
        active_month: None,
        active_half_year: None,
        local_posts: None,
        node_name: Some(name.to_owned()),
        node_description: description,
        staff_accounts: Vec::new(),
    };
    Ok(document.to_value(version))
}
