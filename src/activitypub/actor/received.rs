//! Actors from elsewhere.

use jiff::Timestamp;
use serde_json::Value;

use super::keys::{self, ReceivedKey};
use super::{
    ALIAS_LIMIT, ActorKind, CAPABILITY_LIMIT, Capability, FIELD_LIMIT, FIELD_VALUE_LIMIT, NAME_LIMIT, SUMMARY_LIMIT,
    TAG_LIMIT,
};
use crate::activitypub::id::Id;
use crate::activitypub::json;
use crate::activitypub::place::Place;
use crate::activitypub::webfinger::{Handle, is_user};

/// Why a document is not taken as an actor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActorError {
    /// `@context` names other vocabularies only.
    #[error("`@context` does not name https://www.w3.org/ns/activitystreams")]
    OtherContext,
    /// None of the five types.
    #[error("an actor is a Person, Group, Organization, Service or Application, not {0:?}")]
    Type(String),
    /// `id` is missing or cannot be an actor's.
    #[error("`id` is missing or is not an http(s) URL without a fragment")]
    NoId,
    /// `inbox` is missing or cannot be delivered to.
    #[error("`inbox` is missing or is not a URL of the scheme that `id` has")]
    NoInbox,
    /// No name for a handle.
    #[error("`preferredUsername` is missing or has characters that cannot be in a handle")]
    NoUsername,
}

/// A picture of an actor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedImage {
    /// Where it is.
    pub url: Id,
    /// Such as `image/png`.
    pub media_type: Option<String>,
    /// What it shows, plain text.
    pub name: Option<String>,
}

/// A line of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileField {
    /// What it is: "Web". Plain text.
    pub name: String,
    /// HTML, as sent.
    pub value_unsanitised: String,
}

/// An actor from elsewhere, read and bounded. Collections are on its own site, keys on its own origin; its handle is
/// what it says of itself until WebFinger confirms it.
#[derive(Debug, Clone, PartialEq)]
pub struct RemoteActor {
    /// Its id.
    pub id: Id,
    /// What it is.
    pub kind: ActorKind,
    /// The first half of its handle.
    pub preferred_username: String,
    /// The whole handle, where its document names it (FEP-2c59).
    pub webfinger: Option<Handle>,
    /// The display name, plain text.
    pub name: Option<String>,
    /// HTML, as sent.
    pub summary_unsanitised: Option<String>,
    /// Its page for people, on its own site.
    pub url: Option<Id>,
    /// Where activities for it go.
    pub inbox: Id,
    /// Where activities for all of its server go, on its own site.
    pub shared_inbox: Option<Id>,
    /// What it did, on its own site.
    pub outbox: Option<Id>,
    /// Who follows it, on its own site.
    pub followers: Option<Id>,
    /// Whom it follows, on its own site.
    pub following: Option<Id>,
    /// What it pinned, on its own site.
    pub featured: Option<Id>,
    /// The collection of its proposals, on its own site.
    pub proposals: Option<Id>,
    /// The collection of its events to come, on its own site (FEP-8a8e).
    pub upcoming_events: Option<Id>,
    /// Its keys.
    pub keys: Vec<ReceivedKey>,
    /// Other accounts that it says are its own.
    pub also_known_as: Vec<Id>,
    /// The account that took over.
    pub moved_to: Option<Id>,
    /// Does a follower need an approval?
    pub manually_approves_followers: bool,
    /// May it be suggested to others?
    pub discoverable: bool,
    /// May its public posts be searched (FEP-5feb)?
    pub indexable: bool,
    /// Its picture.
    pub icon: Option<ReceivedImage>,
    /// The table of its profile.
    pub fields: Vec<ProfileField>,
    /// Hashtags without `#`.
    pub hashtags: Vec<String>,
    /// What it knows about (schema:knowsAbout).
    pub knows_about: Vec<String>,
    /// The URIs of what its server can do (FEP-844e).
    pub implements: Vec<String>,
    /// The space of this network that it is at home in, as it says.
    pub home_space: Option<Id>,
    /// The zone that it lives in (IANA), as text.
    pub timezone: Option<String>,
    /// Where it is.
    pub location: Option<Place>,
    /// What it grants guests from partner spaces, as it says: an object of plain JSON.
    pub hospitality: Option<Value>,
    /// When it came to be.
    pub published: Option<Timestamp>,
    /// When it changed last.
    pub updated: Option<Timestamp>,
}

impl RemoteActor {
    /// Reads an actor's document. That it came from its own `id` is for the caller to know.
    ///
    /// # Errors
    /// [`ActorError`] naming the part that is missing or wrong.
    pub fn read(value: &Value) -> Result<Self, ActorError> {
        let kind = ActorKind::of(value).ok_or_else(|| {
            ActorError::Type(json::types(value).next().unwrap_or_default().chars().take(60).collect())
        })?;
        let id = json::get(value, "id").or_else(|| json::get(value, "@id")).and_then(Value::as_str);
        let id = id.and_then(|text| Id::parse(text).ok()).filter(|id| id.url().fragment().is_none());
        let id = id.ok_or(ActorError::NoId)?;
        if !speaks_activitystreams(value, &id) {
            return Err(ActorError::OtherContext);
        }
        // A server without TLS is possible only in development; one with TLS must not be led to send without it.
        let inbox = json::id(value, "inbox").filter(|inbox| inbox.url().scheme() == id.url().scheme());
        let webfinger = webfinger(value, &id);
        let preferred_username = username(value, kind, &id, webfinger.as_ref()).ok_or(ActorError::NoUsername)?;
        let on_site = |key: &str| json::id(value, key).filter(|found| is_same_site(found, &id));
        Ok(Self {
            kind,
            preferred_username,
            webfinger,
            name: json::text_in_language(value, "name").map(|(name, _)| characters(name.trim(), NAME_LIMIT)),
            summary_unsanitised: json::text_in_language(value, "summary").map(|(html, _)| bytes(html, SUMMARY_LIMIT)),
            url: json::url(value, "url").filter(|url| is_same_site(url, &id)),
            inbox: inbox.ok_or(ActorError::NoInbox)?,
            shared_inbox: json::get(value, "endpoints")
                .and_then(|endpoints| json::id(endpoints, "sharedInbox"))
                .or_else(|| json::id(value, "sharedInbox"))
                .filter(|inbox| is_same_site(inbox, &id)),
            outbox: on_site("outbox"),
            followers: on_site("followers"),
            following: on_site("following"),
            featured: on_site("featured"),
            proposals: on_site("proposals"),
            upcoming_events: on_site("upcomingEvents"),
            keys: keys::of_actor(value, &id),
            also_known_as: json::ids(value, "alsoKnownAs").filter(|other| *other != id).take(ALIAS_LIMIT).collect(),
            moved_to: json::id(value, "movedTo").filter(|target| *target != id),
            manually_approves_followers: flag(value, "manuallyApprovesFollowers", "as"),
            discoverable: flag(value, "discoverable", "toot"),
            indexable: flag(value, "indexable", "toot"),
            icon: picture(value, "icon"),
            fields: fields(value),
            hashtags: hashtags(value),
            knows_about: knows_about(value),
            implements: implements(value),
            home_space: json::id(value, "homeSpace"),
            timezone: json::text(value, "timezone").filter(|zone| zone.len() <= 100).map(str::to_owned),
            location: json::each(value, "location").find_map(Place::read),
            hospitality: hospitality(value),
            published: json::time(value, "published"),
            updated: json::time(value, "updated"),
            id,
        })
    }

    /// The handle that it gives itself, to be confirmed by WebFinger: `webfinger`, else its username at the host of
    /// its id.
    #[must_use]
    pub fn claimed_handle(&self) -> Option<Handle> {
        let host = self.id.host();
        self.webfinger.clone().or_else(|| Handle::of(&self.preferred_username, host, host.contains(':')).ok())
    }

    /// Does its server say that it can do this?
    #[must_use]
    pub fn can(&self, capability: Capability) -> bool {
        self.implements.iter().any(|uri| uri == capability.uri())
    }

    /// Does it say that this other account is its own? A Move is believed only then.
    #[must_use]
    pub fn is_also(&self, other: &Id) -> bool {
        self.also_known_as.contains(other)
    }
}

/// Mbin names a context document of its own host that stands for the usual ones.
fn speaks_activitystreams(value: &Value, id: &Id) -> bool {
    json::has_activitystreams_context(value)
        || json::each(value, "@context")
            .filter_map(Value::as_str)
            .any(|context| Id::parse(context).is_ok_and(|context| context.same_origin(id)))
}

/// Is a URL on the site of an actor: its origin, or a host that shares the registered domain with it, as
/// `social.harbor.example` does with `harbor.example`?
///
/// A shared inbox on a stranger's host would be handed posts for followers only. Without the list of public suffixes,
/// two labels are taken as registered, and three below short suffixes such as `co.uk`.
fn is_same_site(url: &Id, actor: &Id) -> bool {
    if url.same_origin(actor) {
        return true;
    }
    let same_door = url.url().scheme() == actor.url().scheme()
        && url.url().port_or_known_default() == actor.url().port_or_known_default();
    let (Some(url), Some(actor)) = (url.url().domain(), actor.url().domain()) else { return false };
    let ours: Vec<&str> = actor.rsplit('.').collect();
    let shared = url.rsplit('.').zip(&ours).take_while(|(a, b)| a == *b).count();
    let is_short = |index: usize, length: usize| ours.get(index).is_some_and(|label| label.len() <= length);
    let needed = if is_short(0, 2) && is_short(1, 3) { 3 } else { 2 };
    same_door && shared >= needed
}

fn webfinger(value: &Value, id: &Id) -> Option<Handle> {
    let text = json::text(value, "webfinger")?;
    if id.host().contains(':') { Handle::parse_with_port(text).ok() } else { Handle::parse(text).ok() }
}

fn username(value: &Value, kind: ActorKind, id: &Id, webfinger: Option<&Handle>) -> Option<String> {
    match json::text(value, "preferredUsername") {
        Some(name) => is_user(name).then(|| name.to_owned()),
        None if webfinger.is_some() => webfinger.map(|handle| handle.user().to_owned()),
        // Server actors often have no name; their host stands for it, as Lemmy and Mbin spell it.
        None if kind == ActorKind::Application => id.url().domain().map(str::to_owned),
        None => None,
    }
}

fn flag(value: &Value, key: &str, prefix: &str) -> bool {
    json::boolean(value, key).or_else(|| json::boolean(value, &format!("{prefix}:{key}"))).unwrap_or(false)
}

/// A picture as an Image, a Link, a URL, or the widest of several.
fn picture(value: &Value, key: &str) -> Option<ReceivedImage> {
    let read = |item: &Value| {
        let url = match item {
            Value::String(text) => Id::parse(text).ok(),
            _ => json::url(item, "url").or_else(|| json::url(item, "href")),
        }?;
        let media_type = json::text(item, "mediaType")
            .or_else(|| json::each(item, "url").find_map(|link| json::text(link, "mediaType")));
        let name = json::text_in_language(item, "name").or_else(|| json::text_in_language(item, "summary"));
        let image = ReceivedImage {
            url,
            media_type: media_type.map(|text| characters(text, 100)),
            name: name.map(|(text, _)| characters(text, 1_500)),
        };
        Some((json::whole(item, "width").unwrap_or(0), image))
    };
    // Of equally wide pictures the first is meant.
    let best = json::each(value, key).filter_map(read).reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map(|(_, image)| image)
}

/// An object that is not larger than anybody needs.
fn hospitality(value: &Value) -> Option<Value> {
    let said = json::get(value, "hospitality").or_else(|| json::get(value, "ts:hospitality"))?;
    (said.is_object() && said.to_string().len() <= SUMMARY_LIMIT).then(|| said.clone())
}

/// PropertyValue (Mastodon's), and Note and Link as FEP-fb2a has them; some send a line in both spellings.
fn fields(value: &Value) -> Vec<ProfileField> {
    let mut fields: Vec<ProfileField> = Vec::new();
    for item in json::each(value, "attachment") {
        if let Some(field) = field(item)
            && fields.len() < FIELD_LIMIT
            && (is_property(item) || fields.iter().all(|known| known.name != field.name))
        {
            fields.push(field);
        }
    }
    fields
}

fn is_property(item: &Value) -> bool {
    json::is_a(item, "PropertyValue") || json::is_a(item, "schema:PropertyValue")
}

fn field(item: &Value) -> Option<ProfileField> {
    let text = |key: &str| json::text_in_language(item, key).map(|(text, _)| text);
    let value = if is_property(item) {
        characters(text("value").or_else(|| text("schema:value"))?, FIELD_VALUE_LIMIT)
    } else if json::is_a(item, "Note") {
        characters(text("content")?, FIELD_VALUE_LIMIT)
    } else if json::is_a(item, "Link") {
        // A link to a document, such as a proposal (FEP-0ea0), is nothing for people.
        if json::text(item, "mediaType").is_some_and(|kind| !kind.starts_with("text/html")) {
            return None;
        }
        let href = Id::parse(json::text(item, "href")?).ok()?;
        let href = href.url().as_str().replace('&', "&amp;").replace('\'', "%27").replace('"', "%22");
        let rel = if json::each(item, "rel").any(|rel| rel == "me") { " rel=\"me\"" } else { "" };
        format!("<a href=\"{href}\"{rel}>{href}</a>")
    } else {
        return None;
    };
    Some(ProfileField { name: characters(text("name")?, NAME_LIMIT), value_unsanitised: value })
}

fn hashtags(value: &Value) -> Vec<String> {
    let tags = json::each(value, "tag").filter(|tag| json::is_a(tag, "Hashtag"));
    let names = tags.filter_map(|tag| json::text(tag, "name"));
    let names = names.map(|name| characters(name.trim().trim_start_matches('#'), 100));
    names.filter(|name| !name.is_empty()).take(TAG_LIMIT).collect()
}

fn knows_about(value: &Value) -> Vec<String> {
    let known = json::each(value, "knowsAbout").chain(json::each(value, "schema:knowsAbout"));
    let names = known.filter_map(|item| item.as_str().or_else(|| json::text(item, "name")));
    names.map(|name| characters(name.trim(), 100)).filter(|name| !name.is_empty()).take(TAG_LIMIT).collect()
}

/// On the generator of an actor; on the actor itself when that is an Application.
fn implements(value: &Value) -> Vec<String> {
    let generators = json::each(value, "generator").flat_map(|generator| json::each(generator, "implements"));
    let uris = generators.chain(json::each(value, "implements")).filter_map(json::id_text);
    uris.filter(|uri| uri.len() <= 300).take(CAPABILITY_LIMIT).map(str::to_owned).collect()
}

fn characters(text: &str, limit: usize) -> String {
    text.chars().take(limit).collect()
}

fn bytes(text: &str, limit: usize) -> String {
    text.get(..text.floor_char_boundary(limit)).unwrap_or_default().to_owned()
}
