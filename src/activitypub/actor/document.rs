//! Our own actors, in the shape that every peer takes.

use jiff::Timestamp;
use serde_json::Value;

use super::{ActorKind, Capability};
use crate::activitypub::compact::Compact;
use crate::activitypub::context;
use crate::activitypub::place::Place;

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedImage {
    /// Where it is.
    pub url: String,
    /// Such as `image/png`.
    pub media_type: Option<String>,
    /// What it shows, plain text.
    pub name: Option<String>,
}

/// The public halves of an actor's keys; ids are the actor's with a fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedKeys {
    /// `{actor}#main-key`.
    pub rsa_id: String,
    /// SubjectPublicKeyInfo in PEM.
    pub rsa_pem: String,
    /// `{actor}#ed25519-key`.
    pub ed25519_id: String,
    /// The Multikey.
    pub ed25519_multibase: String,
}

/// An actor of ours.
#[derive(Debug, Clone, PartialEq)]
pub struct ActorDocument {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: ActorKind,
    /// The first half of its handle.
    pub preferred_username: String,
    /// The whole handle, without `@` in front (FEP-2c59).
    pub webfinger: String,
    /// The display name, plain text.
    pub name: String,
    /// HTML.
    pub summary: String,
    /// Its page for people.
    pub url: String,
    /// Where activities for it go.
    pub inbox: String,
    /// Where activities for all of this node go.
    pub shared_inbox: String,
    /// What it did.
    pub outbox: String,
    /// Who follows it.
    pub followers: String,
    /// Whom it follows.
    pub following: String,
    /// What it pinned.
    pub featured: Option<String>,
    /// The collection of its proposals.
    pub proposals: Option<String>,
    /// The collection of its events to come (FEP-8a8e).
    pub upcoming_events: Option<String>,
    /// Its keys.
    pub keys: PublishedKeys,
    /// Other accounts of the same.
    pub also_known_as: Vec<String>,
    /// The account that took over.
    pub moved_to: Option<String>,
    /// Does a follower need an approval?
    pub manually_approves_followers: bool,
    /// May it be suggested to others?
    pub discoverable: bool,
    /// May its public posts be searched?
    pub indexable: bool,
    /// Its picture.
    pub icon: Option<PublishedImage>,
    /// The table of its profile: name in plain text, value in HTML.
    pub fields: Vec<(String, String)>,
    /// What it knows about, in words.
    pub knows_about: Vec<String>,
    /// Hashtags for the same words: each without `#`, and its page.
    pub hashtags: Vec<(String, String)>,
    /// The space that it is at home in.
    pub home_space: Option<String>,
    /// The zone that it lives in (IANA), of spaces.
    pub timezone: Option<String>,
    /// Where it is.
    pub location: Option<Place>,
    /// What it grants guests from partner spaces, of spaces: an object of plain JSON.
    pub hospitality: Option<Value>,
    /// What this node can do.
    pub capabilities: Vec<Capability>,
    /// When it came to be.
    pub published: Option<Timestamp>,
    /// When it changed last.
    pub updated: Option<Timestamp>,
}

impl ActorDocument {
    /// The document, with `@context`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        self.compact().with("@context", context::actor()).into()
    }

    fn compact(&self) -> Compact {
        Compact::new(self.kind.as_str())
            .with("id", self.id.as_str())
            .with("preferredUsername", self.preferred_username.as_str())
            .with("webfinger", self.webfinger.as_str())
            .with("name", self.name.as_str())
            .with("summary", self.summary.as_str())
            .with("url", self.url.as_str())
            .with("inbox", self.inbox.as_str())
            .with("outbox", self.outbox.as_str())
            .with("followers", self.followers.as_str())
            .with("following", self.following.as_str())
            .with_some("featured", self.featured.as_deref())
            .with_some("proposals", self.proposals.as_deref())
            .with_some("upcomingEvents", self.upcoming_events.as_deref())
            .with("endpoints", Compact::untyped().with("sharedInbox", self.shared_inbox.as_str()))
            .with_list("alsoKnownAs", self.also_known_as.iter().map(String::as_str))
            .with_some("movedTo", self.moved_to.as_deref())
            .with("manuallyApprovesFollowers", self.manually_approves_followers)
            .with("discoverable", self.discoverable)
            .with("indexable", self.indexable)
            .with_some("icon", self.icon.as_ref().map(image))
            .with_array("attachment", self.fields.iter().map(|(name, value)| field(name, value)))
            .with_array("tag", self.hashtags.iter().map(|(name, href)| hashtag(name, href)))
            .with_list("knowsAbout", self.knows_about.iter().map(String::as_str))
            .with_some("homeSpace", self.home_space.as_deref())
            .with_some("timezone", self.timezone.as_deref())
            .with_some("location", self.location.as_ref().map(Place::to_value))
            .with_some("hospitality", self.hospitality.clone())
            .with("publicKey", self.public_key())
            .with_array("assertionMethod", [self.multikey()])
            .with("generator", self.generator())
            .with_time("published", self.published)
            .with_time("updated", self.updated)
    }

    /// A single object: Mobilizon, snac, Lemmy and Mitra read no list here.
    fn public_key(&self) -> Compact {
        Compact::untyped()
            .with("id", self.keys.rsa_id.as_str())
            .with("owner", self.id.as_str())
            .with("publicKeyPem", self.keys.rsa_pem.as_str())
    }

    fn multikey(&self) -> Compact {
        Compact::new("Multikey")
            .with("id", self.keys.ed25519_id.as_str())
            .with("controller", self.id.as_str())
            .with("publicKeyMultibase", self.keys.ed25519_multibase.as_str())
    }

    fn generator(&self) -> Compact {
        let link = |capability: &Capability| {
            Compact::new("Link").with("href", capability.uri()).with("name", capability.name())
        };
        Compact::new("Application").with_array("implements", self.capabilities.iter().map(link))
    }
}

fn image(image: &PublishedImage) -> Compact {
    Compact::new("Image")
        .with("url", image.url.as_str())
        .with_some("mediaType", image.media_type.as_deref())
        .with_some("name", image.name.as_deref())
}

fn hashtag(name: &str, href: &str) -> Compact {
    Compact::new("Hashtag").with("name", format!("#{name}")).with("href", href)
}

fn field(name: &str, value: &str) -> Compact {
    Compact::new("PropertyValue").with("name", name).with("value", value)
}
