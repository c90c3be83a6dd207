//! The JSON Resource Descriptor: what a host answers about a handle.

use serde_json::{Map, Value};

use super::handle::Handle;
use crate::activitypub::compact::Compact;
use crate::activitypub::id::Id;
use crate::activitypub::json;
use crate::activitypub::negotiation::is_activitypub_content_type;

/// The most links and the most aliases that are read.
const LINK_LIMIT: usize = 50;
/// The longest text in an answer that is read, in bytes.
const TEXT_LIMIT: usize = 2_048;

/// Link relations that are written and read here.
pub mod rel {
    /// The thing itself: the actor.
    pub const SELF: &str = "self";
    /// A page for people (webfinger.net).
    pub const PROFILE_PAGE: &str = "http://webfinger.net/rel/profile-page";
    /// A picture (webfinger.net).
    pub const AVATAR: &str = "http://webfinger.net/rel/avatar";
    /// A page on which a visitor's home node acts for them (OStatus).
    pub const SUBSCRIBE: &str = "http://ostatus.org/schema/1.0/subscribe";
    /// The actor that speaks for a server (FEP-d556).
    pub const SERVICE: &str = "https://www.w3.org/ns/activitystreams#Service";
}

/// One link of an answer: to a place (`href`), or a pattern for many (`template`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JrdLink {
    /// What the link is to the subject.
    pub rel: String,
    /// The content type behind it.
    pub media_type: Option<String>,
    /// Where it leads.
    pub href: Option<String>,
    /// A URL with `{…}` to fill in.
    pub template: Option<String>,
}

impl JrdLink {
    /// The actor's document.
    #[must_use]
    pub fn actor(rel: &str, href: &str) -> Self {
        // Mastodon and GoToSocial compare this type as a whole.
        Self::to(rel, "application/activity+json", href)
    }

    /// A link to one place.
    #[must_use]
    pub fn to(rel: &str, media_type: &str, href: &str) -> Self {
        Self { rel: rel.into(), media_type: Some(media_type.into()), href: Some(href.into()), template: None }
    }

    /// A pattern.
    #[must_use]
    pub fn template(rel: &str, template: &str) -> Self {
        Self { rel: rel.into(), template: Some(template.into()), ..Self::default() }
    }
}

/// What is known about a subject.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Jrd {
    /// Whom it is about, in the spelling of the host that answers: `acct:…` or a URL.
    pub subject: String,
    /// Other URLs of the same.
    pub aliases: Vec<String>,
    /// Its links.
    pub links: Vec<JrdLink>,
}

/// Why an answer leads to no actor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JrdError {
    /// No `subject`.
    #[error("the WebFinger answer has no `subject`")]
    NoSubject,
    /// The subject is no handle.
    #[error("the WebFinger answer is about {0:?}, which is no handle")]
    Subject(String),
    /// No link to an actor.
    #[error("the WebFinger answer has no `self` link to an ActivityPub actor")]
    NoActor,
}

/// Where an answer leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// To this actor. It is believed when the actor's document names the handle that was asked for.
    Actor(Id),
    /// The host says that the handle is really this one: ask there, once; its answer must be [`Answer::Actor`].
    Renamed(Handle),
}

impl Jrd {
    /// Reads an answer.
    ///
    /// # Errors
    /// [`JrdError::NoSubject`].
    pub fn read(document: &Map<String, Value>) -> Result<Self, JrdError> {
        let bounded = |text: &&str| text.len() <= TEXT_LIMIT;
        let text = |value: &Value, key: &str| json::text(value, key).filter(bounded).map(str::to_owned);
        let document = Value::Object(document.clone());
        let links = json::each(&document, "links").take(LINK_LIMIT).filter_map(|link| {
            Some(JrdLink {
                rel: text(link, "rel")?,
                media_type: text(link, "type"),
                href: text(link, "href"),
                template: text(link, "template"),
            })
        });
        Ok(Self {
            subject: text(&document, "subject").ok_or(JrdError::NoSubject)?,
            aliases: json::each(&document, "aliases")
                .filter_map(Value::as_str)
                .filter(bounded)
                .take(LINK_LIMIT)
                .map(str::to_owned)
                .collect(),
            links: links.collect(),
        })
    }

    /// The answer as it is sent.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let link = |link: &JrdLink| {
            Compact::untyped()
                .with("rel", link.rel.as_str())
                .with_some("type", link.media_type.as_deref())
                .with_some("href", link.href.as_deref())
                .with_some("template", link.template.as_deref())
        };
        Compact::untyped()
            .with("subject", self.subject.as_str())
            .with_list("aliases", self.aliases.iter().map(String::as_str))
            .with_array("links", self.links.iter().map(link))
            .into()
    }

    /// The actor that this answer names: the `self` link with an ActivityStreams content type.
    #[must_use]
    pub fn actor(&self) -> Option<Id> {
        self.links
            .iter()
            .filter(|link| link.rel == rel::SELF)
            .filter(|link| link.media_type.as_deref().is_some_and(is_activitypub_content_type))
            .find_map(|link| Id::parse(link.href.as_deref()?).ok())
    }

    /// The actor of a server, in an answer about `https://host/` (FEP-d556).
    #[must_use]
    pub fn server_actor(&self) -> Option<Id> {
        let service = self.links.iter().filter(|link| link.rel == rel::SERVICE);
        service.filter_map(|link| Id::parse(link.href.as_deref()?).ok()).next().or_else(|| self.actor())
    }

    /// Where the answer about `asked` leads. What a document claims becomes true only by looping back: the subject
    /// is the handle asked for, and the actor's own document leads to the same handle and has exactly this id.
    ///
    /// # Errors
    /// [`JrdError`].
    pub fn answer(&self, asked: &Handle) -> Result<Answer, JrdError> {
        let subject = match asked.host().contains(':') {
            true => Handle::parse_with_port(&self.subject),
            false => Handle::parse(&self.subject),
        };
        let subject = subject.map_err(|_| JrdError::Subject(self.subject.chars().take(200).collect()))?;
        if subject == *asked {
            self.actor().map(Answer::Actor).ok_or(JrdError::NoActor)
        } else {
            Ok(Answer::Renamed(subject))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ana() -> Jrd {
        Jrd {
            subject: "acct:ana@harbor.example".into(),
            aliases: vec!["https://harbor.example/members/ana".into()],
            links: vec![
                JrdLink::to(rel::PROFILE_PAGE, "text/html", "https://harbor.example/members/ana"),
                JrdLink::actor(rel::SELF, "https://harbor.example/members/ana"),
                JrdLink::template(rel::SUBSCRIBE, "https://harbor.example/authorize_interaction?uri={uri}"),
            ],
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let written = ana().to_value();
        assert_eq!(written["links"][1]["type"], "application/activity+json");
        assert_eq!(Jrd::read(written.as_object().unwrap()), Ok(ana()));
    }

    #[test]
    fn an_answer_must_be_about_the_one_asked_for() {
        let asked: Handle = "Ana@harbor.example".parse().unwrap();
        let actor = Id::parse("https://harbor.example/members/ana").unwrap();
        assert_eq!(ana().answer(&asked), Ok(Answer::Actor(actor)));
        let other = Jrd { subject: "acct:ana@social.harbor.example".into(), ..ana() };
        assert_eq!(other.answer(&asked), Ok(Answer::Renamed("ana@social.harbor.example".parse().unwrap())));
        let nameless = Jrd { subject: "https://harbor.example/".into(), ..ana() };
        assert!(matches!(nameless.answer(&asked), Err(JrdError::Subject(_))));
    }

    #[test]
    fn only_an_activitystreams_link_is_an_actor() {
        let link = |kind: &str| {
            let jrd = json!({"subject": "acct:a@b.example", "links": [{"rel": "self", "type": kind, "href": "https://b.example/a"}]});
            Jrd::read(jrd.as_object().unwrap()).unwrap().actor().is_some()
        };
        assert!(link("application/activity+json"));
        assert!(link("application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\""));
        assert!(!link("text/html") && !link("application/json") && !link(""));
        assert_eq!(Jrd::read(&Map::new()), Err(JrdError::NoSubject));
    }
}
