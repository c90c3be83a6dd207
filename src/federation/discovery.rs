//! How this node is found: WebFinger for its actors, and what NodeInfo says of it.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::document::Document;
use crate::activitypub::nodeinfo::{Discovery, NodeInfo};
use crate::activitypub::webfinger::{Handle, Intent, Jrd, JrdLink, rel};
use crate::coworking::markdown;
use crate::coworking::member::Role;
use crate::site::{Local, Site};
use crate::store::actor::{self, Actor, ActorType};
use crate::store::{Error, Tx, member, usage};

// The words in which doors ask and answer.
pub use crate::activitypub::nodeinfo::Version;
pub use crate::activitypub::webfinger::{CONTENT_TYPE as JRD_CONTENT_TYPE, Resource, host_meta_json, host_meta_xml};

/// The most characters of what NodeInfo says that the node is.
const DESCRIPTION_LIMIT: usize = 500;
/// The most administrators whom NodeInfo names.
const STAFF_LIMIT: u32 = 20;

/// What WebFinger answers about one of ours: by handle, by URL, or about the host as such. `None` for everybody else, and
/// for who is gone.
///
/// # Errors
/// The store's.
pub fn webfinger(tx: &mut Tx<'_>, site: &Site, resource: &Resource) -> Result<Option<Document>, Error> {
    let found = match resource {
        Resource::Handle(handle) => by_handle(tx, site, handle)?,
        Resource::Url(url) if site.is_ours(url.url()) => match site.local_of(url.as_str()) {
            Some(Local::Node) => actor::by_uri(tx, &site.node_actor())?,
            Some(Local::Member(name)) => actor::by_uri(tx, &site.member(&name))?,
            Some(Local::Space(name)) => actor::by_uri(tx, &site.space(&name))?,
            // The bare origin, without the slash that a URL has.
            None if url.as_str() == site.origin() => actor::by_uri(tx, &site.node_actor())?,
            _ => None,
        },
        Resource::Url(_) => None,
    };
    let Some(actor) = found.filter(|actor| actor.local && actor.is_active()) else { return Ok(None) };
    let body = jrd(site, &actor, resource).to_value().to_string().into_bytes();
    Ok(Some(Document { body, gone: false, public: true, about: actor.id }))
}

fn by_handle(tx: &mut Tx<'_>, site: &Site, handle: &Handle) -> Result<Option<Actor>, Error> {
    if handle.host() != site.host() {
        return Ok(None);
    }
    actor::local_by_username(tx, handle.user())
}

fn jrd(site: &Site, actor: &Actor, asked: &Resource) -> Jrd {
    let is_node = actor.actor_type == ActorType::Application;
    // Who asks about the host means the host (FEP-d556); everybody else is known by handle.
    let subject = match asked {
        Resource::Url(url) if is_node => url.to_string(),
        Resource::Url(_) | Resource::Handle(_) => format!("acct:{}", actor.handle()),
    };
    let page = actor.url.as_deref().unwrap_or(&actor.uri);
    let page = if is_node { site.front_page() } else { page.to_owned() };
    let mut links = vec![JrdLink::actor(rel::SELF, &actor.uri), JrdLink::to(rel::PROFILE_PAGE, "text/html", &page)];
    if is_node {
        links.push(JrdLink::actor(rel::SERVICE, &actor.uri));
    } else {
        let act = |variable: &str| format!("{}/authorize_interaction?uri={{{variable}}}", site.origin());
        links.push(JrdLink::template(rel::SUBSCRIBE, &act("uri")));
        let arrive = format!("{}/intents/arrive?location={{location}}&code={{code}}", site.origin());
        links.push(JrdLink::intent(Intent::Arrive, &arrive));
        links.extend([Intent::Object, Intent::Follow].map(|intent| JrdLink::intent(intent, &act("object"))));
    }
    if let Some(icon) = &actor.icon {
        links.push(JrdLink { rel: rel::AVATAR.to_owned(), href: Some(icon.url.clone()), ..JrdLink::default() });
    }
    let mut aliases = vec![actor.uri.clone()];
    aliases.extend(Some(page).filter(|page| *page != actor.uri));
    Jrd { subject, aliases, links }
}

/// Where the NodeInfo documents are, and the node's actor (`/.well-known/nodeinfo`).
#[must_use]
pub fn nodeinfo_links(site: &Site) -> Value {
    Discovery::of_site(site.origin(), &site.node_actor())
}

/// What the node says of itself; it changes with everybody's doings.
///
/// # Errors
/// The store's.
pub fn nodeinfo(
    tx: &mut Tx<'_>,
    site: &Site,
    node_name: &str,
    version: Version,
    now: Timestamp,
) -> Result<Value, Error> {
    const DAY: i64 = 24;
    let node = actor::by_uri(tx, &site.node_actor())?;
    let name = node.as_ref().map(|node| node.name.as_str()).filter(|name| !name.is_empty()).unwrap_or(node_name);
    let description = node.as_ref().map(|node| markdown::plain_text(&node.summary, DESCRIPTION_LIMIT));
    let since = |days: i64| now - SignedDuration::from_hours(days * DAY);
    let repository = env!("CARGO_PKG_REPOSITORY");
    let info = NodeInfo {
        software_name: env!("CARGO_PKG_NAME").to_owned(),
        software_version: env!("CARGO_PKG_VERSION").to_owned(),
        repository: Some(repository.to_owned()).filter(|url| !url.is_empty()),
        homepage: None,
        speaks_activitypub: true,
        // Members are let in by administrators.
        open_registrations: false,
        users: Some(member::count(tx)?),
        active_month: Some(usage::active_since(tx, since(30))?),
        active_half_year: Some(usage::active_since(tx, since(180))?),
        local_posts: Some(usage::open_posts(tx)?),
        node_name: Some(name.to_owned()),
        node_description: description.filter(|text| !text.is_empty()),
        staff_accounts: staff(tx)?,
    };
    Ok(info.to_value(version))
}

/// The administrators who want to be found.
fn staff(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let mut uris = Vec::new();
    for admin in member::with_role(tx, Role::Admin, STAFF_LIMIT)? {
        let found = actor::by_id(tx, admin.into())?.filter(|actor| actor.discoverable && actor.is_active());
        uris.extend(found.map(|actor| actor.uri));
    }
    Ok(uris)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coworking::member::Acting;
    use crate::coworking::post::Visibility;
    use crate::operations::post::{Mentions, publish};
    use crate::operations::testing::{Ground, acting, at, saying, stranger};
    use crate::operations::{member as members, token};

    fn asked(tx: &mut Tx<'_>, site: &Site, text: &str) -> Option<Value> {
        let resource = Resource::parse(text, true).expect("a resource");
        let found = webfinger(tx, site, &resource).unwrap();
        found.map(|document| serde_json::from_slice(&document.body).unwrap())
    }

    fn jrd(value: &Value) -> Jrd {
        Jrd::read(value.as_object().unwrap()).unwrap()
    }

    #[test]
    fn everybody_here_is_found_by_handle_and_by_url_and_the_answer_loops_back() {
        let (ground, _) = Ground::set_up();
        let ben = ground.member("ben", Role::Member);
        ground
            .act(move |tx, site| {
                stranger(tx, "fay")?;
                for (asked_for, handle, actor) in [
                    ("acct:ben@harbor.example", "ben@harbor.example", "https://harbor.example/members/ben"),
                    ("acct:BEN@Harbor.Example", "ben@harbor.example", "https://harbor.example/members/ben"),
                    ("https://harbor.example/members/ben", "ben@harbor.example", "https://harbor.example/members/ben"),
                    ("acct:harbor@harbor.example", "harbor@harbor.example", "https://harbor.example/spaces/harbor"),
                    (
                        "acct:harbor.example@harbor.example",
                        "harbor.example@harbor.example",
                        "https://harbor.example/actor",
                    ),
                ] {
                    let answer = asked(tx, site, asked_for).expect(asked_for);
                    assert_eq!(answer["subject"], format!("acct:{handle}"), "{asked_for}");
                    assert_eq!(jrd(&answer).actor().unwrap().as_str(), actor);
                }
                for nobody in [
                    "acct:cy@harbor.example",
                    "acct:fay@pier.example",
                    "acct:fay@harbor.example",
                    "acct:ben@harbor.example.evil.example",
                    "https://harbor.example/spaces/ben",
                    "https://pier.example/users/fay",
                ] {
                    assert_eq!(asked(tx, site, nobody), None, "{nobody}");
                }
                members::leave(tx, Acting::Keeper, ben, at(5))?;
                assert_eq!(asked(tx, site, "acct:ben@harbor.example"), None);
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn the_host_leads_to_the_node_and_people_to_a_page_on_which_visitors_act() {
        let (ground, _) = Ground::set_up();
        ground
            .act(|tx, site| {
                for host in ["https://harbor.example/", "https://harbor.example"] {
                    let answer = asked(tx, site, host).unwrap();
                    assert_eq!(answer["subject"], host);
                    assert_eq!(jrd(&answer).server_actor().unwrap().as_str(), site.node_actor());
                }
                let answer = jrd(&asked(tx, site, "acct:ana@harbor.example").unwrap());
                let template = |rel: &str| answer.links.iter().find(|link| link.rel == rel)?.template.clone();
                let page = |variable| Some(format!("https://harbor.example/authorize_interaction?uri={{{variable}}}"));
                assert_eq!(template(rel::SUBSCRIBE), page("uri"));
                assert_eq!(template(Intent::Follow.rel()), page("object"));
                let arrive = "https://harbor.example/intents/arrive?location={location}&code={code}";
                assert_eq!(template(Intent::Arrive.rel()).as_deref(), Some(arrive));
                assert_eq!(template(Intent::Join.rel()), None, "no page for it yet");
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn nodeinfo_counts_those_who_came_and_what_everybody_may_read() {
        let (ground, done) = Ground::set_up();
        let ben = ground.member("ben", Role::Member);
        ground
            .act(move |tx, site| {
                for visibility in [Visibility::Public, Visibility::Unlisted, Visibility::Members] {
                    publish(tx, site, acting(ben), &saying("Hello", visibility), &Mentions::default(), at(3))?;
                }
                let secret = token::create(tx, Acting::Keeper, ben, "Test", None, at(3))?.secret;
                let used = token::authenticate(tx, secret.expose(), at(4))?.expect("it is good");
                token::touch(tx, used.token, at(4))?;
                let told = |tx: &mut Tx<'_>, days: i64| {
                    let now = at(4) + SignedDuration::from_hours(days * 24);
                    let value = nodeinfo(tx, site, "harbor.example", Version::V2_1, now).unwrap();
                    NodeInfo::read(value.as_object().unwrap()).unwrap()
                };
                let info = told(tx, 0);
                assert_eq!((info.users, info.active_month, info.local_posts), (Some(2), Some(1), Some(2)));
                assert_eq!((info.node_name.as_deref(), info.open_registrations), (Some("Harbor"), false));
                assert_eq!(info.staff_accounts, Vec::<String>::new(), "she did not ask to be found");
                let later = told(tx, 31);
                assert_eq!((later.active_month, later.active_half_year), (Some(0), Some(1)));

                let edit = crate::coworking::profile::ProfileInput { discoverable: Some(true), ..Default::default() };
                let admin = done.admin;
                crate::operations::profile::edit(tx, site, acting(admin), admin.into(), &edit.parse()?, at(5))?;
                assert_eq!(told(tx, 0).staff_accounts, ["https://harbor.example/members/ana"]);
                Ok(())
            })
            .unwrap();
    }
}
