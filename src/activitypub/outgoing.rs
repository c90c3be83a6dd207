//! Activities as they are sent, each in the one shape that every peer understands.
//!
//! Follow, Accept, Reject and Undo carry the whole Follow, because some peers match its id and others its actor and
//! object. Objects that others can fetch are named by id.

use jiff::Timestamp;
use serde_json::Value;

use super::actor::ActorDocument;
use super::compact::Compact;
use super::context;
use super::json::PUBLIC;
use super::note::Note;

/// An activity to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// Its id.
    pub id: String,
    /// Its type.
    pub kind: &'static str,
    /// Who acts.
    pub actor: String,
    /// What it is about: an id, or the object itself.
    pub object: Value,
    /// Where it goes (Move, Add, Remove).
    pub target: Option<String>,
    /// What came of it (Accept of an offer).
    pub result: Option<Value>,
    /// In words, plain text (Flag, Reject).
    pub content: Option<String>,
    /// To whom first.
    pub to: Vec<String>,
    /// To whom too.
    pub cc: Vec<String>,
    /// When.
    pub published: Option<Timestamp>,
    /// Its `@context`.
    pub context: Value,
}

/// A relation between an actor and an object, as it is named inside of later activities: a Follow, Like or Announce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Related<'a> {
    /// `Follow`, `Like`, `Announce`, `Join` …
    pub kind: &'a str,
    /// The id of the activity that made it.
    pub id: &'a str,
    /// Who made it.
    pub actor: &'a str,
    /// To what.
    pub object: &'a str,
}

impl<'a> Related<'a> {
    /// Somebody's Follow.
    #[must_use]
    pub fn follow(id: &'a str, actor: &'a str, object: &'a str) -> Self {
        Self { kind: "Follow", id, actor, object }
    }

    fn to_value(self) -> Value {
        Compact::new(self.kind).with("id", self.id).with("actor", self.actor).with("object", self.object).into()
    }
}

impl Outgoing {
    fn new(kind: &'static str, id: &str, actor: &str, object: impl Into<Value>) -> Self {
        Self {
            id: id.into(),
            kind,
            actor: actor.into(),
            object: object.into(),
            target: None,
            result: None,
            content: None,
            to: Vec::new(),
            cc: Vec::new(),
            published: None,
            context: context::plain(),
        }
    }

    fn to(mut self, to: &[&str]) -> Self {
        self.to = to.iter().map(|&id| id.to_owned()).collect();
        self
    }

    fn cc(mut self, cc: &[&str]) -> Self {
        self.cc = cc.iter().map(|&id| id.to_owned()).collect();
        self
    }

    fn of_note(kind: &'static str, id: &str, note: &Note) -> Self {
        Self {
            to: note.to.clone(),
            cc: note.cc.clone(),
            context: note.json_ld_context(),
            ..Self::new(kind, id, &note.attributed_to, note.to_embedded())
        }
    }

    /// A new post; addressed as the post is.
    #[must_use]
    pub fn create(id: &str, note: &Note) -> Self {
        Self { published: Some(note.published), ..Self::of_note("Create", id, note) }
    }

    /// A changed post; addressed as the post is.
    #[must_use]
    pub fn update(id: &str, note: &Note) -> Self {
        Self { published: note.updated, ..Self::of_note("Update", id, note) }
    }

    /// A changed actor.
    #[must_use]
    pub fn update_actor(id: &str, actor: &ActorDocument) -> Self {
        Self {
            published: actor.updated,
            context: context::actor_activity(),
            ..Self::new("Update", id, &actor.id, actor.to_embedded()).to(&[PUBLIC]).cc(&[&actor.followers])
        }
    }

    /// A post that is gone. `to` and `cc` are those who were sent it; the id is the post's with a fragment.
    #[must_use]
    pub fn delete(actor: &str, object: &str, to: Vec<String>, cc: Vec<String>) -> Self {
        let tombstone: Value = Compact::new("Tombstone").with("id", object).into();
        Self { to, cc, ..Self::new("Delete", &format!("{object}#delete"), actor, tombstone) }
    }

    /// An actor that is gone, told to everybody.
    #[must_use]
    pub fn delete_actor(actor: &str) -> Self {
        Self::new("Delete", &format!("{actor}#delete"), actor, actor).to(&[PUBLIC])
    }

    /// Asks to follow.
    #[must_use]
    pub fn follow(id: &str, actor: &str, object: &str) -> Self {
        Self::new("Follow", id, actor, object).to(&[object])
    }

    /// Says yes to a Follow (or another relation that asks).
    #[must_use]
    pub fn accept(id: &str, actor: &str, asked: Related<'_>) -> Self {
        Self::new("Accept", id, actor, asked.to_value()).to(&[asked.actor])
    }

    /// Says no to a Follow, or ends one that was accepted.
    #[must_use]
    pub fn reject(id: &str, actor: &str, asked: Related<'_>) -> Self {
        Self::new("Reject", id, actor, asked.to_value()).to(&[asked.actor])
    }

    /// Takes a Follow back.
    #[must_use]
    pub fn undo_follow(id: &str, follow: Related<'_>) -> Self {
        Self::new("Undo", id, follow.actor, follow.to_value()).to(&[follow.object])
    }

    /// Takes a Like or an Announce back; addressed as that was.
    #[must_use]
    pub fn undo(id: &str, undone: Related<'_>, to: Vec<String>, cc: Vec<String>) -> Self {
        Self { to, cc, ..Self::new("Undo", id, undone.actor, undone.to_value()) }
    }

    /// Likes an object; its author alone is told.
    #[must_use]
    pub fn like(id: &str, actor: &str, object: &str, author: &str) -> Self {
        Self::new("Like", id, actor, object).to(&[author])
    }

    /// Shares an object with everybody: followers and the author are told.
    #[must_use]
    pub fn announce(id: &str, actor: &str, object: &str, followers: &str, author: &str, at: Timestamp) -> Self {
        Self { published: Some(at), ..Self::new("Announce", id, actor, object).to(&[PUBLIC]).cc(&[followers, author]) }
    }

    /// Puts an object into a collection of the actor, such as `featured`.
    #[must_use]
    pub fn add(id: &str, actor: &str, object: &str, collection: &str, followers: &str) -> Self {
        Self { target: Some(collection.into()), ..Self::new("Add", id, actor, object).to(&[PUBLIC]).cc(&[followers]) }
    }

    /// Takes an object out of a collection of the actor.
    #[must_use]
    pub fn remove(id: &str, actor: &str, object: &str, collection: &str, followers: &str) -> Self {
        Self { kind: "Remove", ..Self::add(id, actor, object, collection, followers) }
    }

    /// The actor is at `target` from now on. That one must already name this one in `alsoKnownAs`.
    #[must_use]
    pub fn move_to(id: &str, actor: &str, target: &str, followers: &str) -> Self {
        Self { target: Some(target.into()), ..Self::new("Move", id, actor, actor).to(&[followers]) }
    }

    /// Reports an actor, and what of theirs it is about. The node's actor sends it, so that the reporter stays
    /// unnamed; the reported actor comes first, as GoToSocial reads it.
    #[must_use]
    pub fn flag(id: &str, node: &str, reported: &str, objects: &[String], reason: &str) -> Self {
        let named = std::iter::once(reported).chain(objects.iter().map(String::as_str));
        let object: Value = named.map(Value::from).collect();
        Self { content: Some(reason.into()), ..Self::new("Flag", id, node, object).to(&[reported]) }
    }

    /// The document, with `@context`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        self.compact().with("@context", self.context.clone()).into()
    }

    /// The activity inside of a collection.
    #[must_use]
    pub fn to_embedded(&self) -> Value {
        self.compact().into()
    }

    fn compact(&self) -> Compact {
        Compact::new(self.kind)
            .with("id", self.id.as_str())
            .with("actor", self.actor.as_str())
            .with("object", self.object.clone())
            .with_some("target", self.target.as_deref())
            .with_some("result", self.result.clone())
            .with_some("content", self.content.as_deref())
            .with_array("to", self.to.iter().map(String::as_str))
            .with_array("cc", self.cc.iter().map(String::as_str))
            .with_time("published", self.published)
    }
}

/// What stands at the URL of something that is gone; it is served with status 410.
#[must_use]
pub fn tombstone(id: &str, former_type: &str, deleted: Timestamp) -> Value {
    Compact::new("Tombstone")
        .with("@context", context::ACTIVITYSTREAMS)
        .with("id", id)
        .with("formerType", former_type)
        .with_time("deleted", Some(deleted))
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activitypub::activity::{Activity, ActivityKind};

    const ANA: &str = "https://harbor.example/members/ana";
    const BO: &str = "https://quay.example/users/bo";

    fn read(sent: &Outgoing) -> Activity {
        Activity::read(sent.to_value().as_object().unwrap().clone()).unwrap()
    }

    #[test]
    fn what_we_do_is_what_a_reader_knows() {
        let at = |path: &str| format!("https://harbor.example/{path}");
        let (note, followers) = (at("posts/7"), at("members/ana/followers"));
        let time: Timestamp = "2026-11-01T12:00:00Z".parse().unwrap();
        let follow = Related::follow("https://quay.example/f/1", BO, ANA);
        let like = Related {
            kind: "Like",
            id: "https://harbor.example/likes/1",
            actor: ANA,
            object: "https://quay.example/n/1",
        };
        for (sent, kind, object) in [
            (Outgoing::follow(&at("follows/1"), ANA, BO), ActivityKind::Follow, BO),
            (Outgoing::accept(&at("activities/1"), ANA, follow), ActivityKind::Accept, follow.id),
            (Outgoing::reject(&at("activities/2"), ANA, follow), ActivityKind::Reject, follow.id),
            (Outgoing::undo(&at("activities/3"), like, vec![BO.into()], vec![]), ActivityKind::Undo, like.id),
            (Outgoing::like(like.id, ANA, like.object, BO), ActivityKind::Like, like.object),
            (
                Outgoing::announce(&at("announces/1"), ANA, like.object, &followers, BO, time),
                ActivityKind::Announce,
                like.object,
            ),
            (Outgoing::delete(ANA, &note, vec![PUBLIC.into()], vec![]), ActivityKind::Delete, &note),
            (Outgoing::delete_actor(ANA), ActivityKind::Delete, ANA),
            (
                Outgoing::add(&at("activities/4"), ANA, &note, &at("members/ana/featured"), &followers),
                ActivityKind::Add,
                &note,
            ),
            (
                Outgoing::remove(&at("activities/5"), ANA, &note, &at("members/ana/featured"), &followers),
                ActivityKind::Remove,
                &note,
            ),
            (Outgoing::move_to(&at("activities/6"), ANA, BO, &followers), ActivityKind::Move, ANA),
            (
                Outgoing::flag(&at("activities/7"), &at("actor"), BO, &["https://quay.example/n/1".into()], "spam"),
                ActivityKind::Flag,
                BO,
            ),
        ] {
            let read = read(&sent);
            assert_eq!((&read.kind, read.object_id().unwrap().as_str()), (&kind, object));
            assert_eq!((read.id.as_str(), read.actor.as_str()), (sent.id.as_str(), sent.actor.as_str()));
            assert_eq!(read.target().and_then(|target| target.id()).map(|id| id.to_string()), sent.target);
            let audience = read.audience();
            let named = sent.to.iter().chain(&sent.cc).filter(|id| *id != PUBLIC);
            assert!(!audience.is_empty() && audience.named().map(|id| id.as_str()).eq(named), "{kind:?}");
            assert!(sent.to_value()["type"].is_string());
        }
        assert!(read(&Outgoing::delete_actor(ANA)).is_about_its_actor());
    }

    #[test]
    fn an_answer_holds_the_whole_question() {
        let follow = Related::follow("https://quay.example/f/1", BO, ANA);
        let accept = Outgoing::accept("https://harbor.example/activities/1", ANA, follow).to_value();
        assert_eq!(
            accept["object"],
            serde_json::json!({"type": "Follow", "id": follow.id, "actor": BO, "object": ANA})
        );
    }
}
