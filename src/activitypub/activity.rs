//! Activities as received: who does what to what (ActivityStreams 2.0, ActivityPub 7).

use serde_json::{Map, Value};

use super::id::Id;
use super::json;

/// What an activity says is done. Types that the node does not act on are kept by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ActivityKind {
    /// Asks to follow an actor.
    Follow,
    /// Says yes.
    Accept,
    /// Says no.
    Reject,
    /// Takes something back.
    Undo,
    /// Something new.
    Create,
    /// Something changed.
    Update,
    /// Something is gone.
    Delete,
    /// Likes an object.
    Like,
    /// Shares an object.
    Announce,
    /// An actor is somewhere else from now on.
    Move,
    /// Will have nothing to do with an actor.
    Block,
    /// Reports an actor or object.
    Flag,
    /// Puts something into a collection.
    Add,
    /// Takes something out of a collection.
    Remove,
    /// Asks for an agreement on the ground of a proposal.
    Offer,
    /// Says perhaps, and keeps it until then.
    TentativeAccept,
    /// Is at a place.
    Arrive,
    /// Has left a place, a group or an event.
    Leave,
    /// Any other type, by its name cut to 60 characters.
    Other(String),
}

impl ActivityKind {
    /// The type's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Follow => "Follow",
            Self::Accept => "Accept",
            Self::Reject => "Reject",
            Self::Undo => "Undo",
            Self::Create => "Create",
            Self::Update => "Update",
            Self::Delete => "Delete",
            Self::Like => "Like",
            Self::Announce => "Announce",
            Self::Move => "Move",
            Self::Block => "Block",
            Self::Flag => "Flag",
            Self::Add => "Add",
            Self::Remove => "Remove",
            Self::Offer => "Offer",
            Self::TentativeAccept => "TentativeAccept",
            Self::Arrive => "Arrive",
            Self::Leave => "Leave",
            Self::Other(name) => name,
        }
    }

    /// The kind that this name stands for.
    #[must_use]
    pub fn of(name: &str) -> Self {
        match name {
            "Follow" => Self::Follow,
            "Accept" => Self::Accept,
            "Reject" => Self::Reject,
            "Undo" => Self::Undo,
            "Create" => Self::Create,
            "Update" => Self::Update,
            "Delete" => Self::Delete,
            "Like" => Self::Like,
            "Announce" => Self::Announce,
            "Move" => Self::Move,
            "Block" => Self::Block,
            "Flag" => Self::Flag,
            "Add" => Self::Add,
            "Remove" => Self::Remove,
            "Offer" => Self::Offer,
            "TentativeAccept" => Self::TentativeAccept,
            "Arrive" => Self::Arrive,
            "Leave" => Self::Leave,
            other => Self::Other(other.chars().take(60).collect()),
        }
    }

    /// Does the node act on it?
    #[must_use]
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

/// Why a document is no activity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActivityError {
    /// `type` is missing or no text.
    #[error("`type` is missing")]
    NoType,
    /// `id` is missing or no http(s) URL.
    #[error("`id` is missing or is not an http(s) URL without a user name")]
    NoId,
    /// `actor` is missing, no http(s) URL, or more than one.
    #[error("`actor` must be exactly one actor, by its http(s) id or with it")]
    NoActor,
    /// `@context` names other vocabularies only.
    #[error("`@context` does not name https://www.w3.org/ns/activitystreams")]
    OtherContext,
    /// JSON-LD keywords that let signed and read documents differ.
    #[error("`{0}` is not read; send the document compacted")]
    Graph(&'static str),
}

/// An activity whose head was read; nothing is known yet about who sent it.
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    /// Its id.
    pub id: Id,
    /// Who is said to act.
    pub actor: Id,
    /// What is done.
    pub kind: ActivityKind,
    value: Value,
}

/// What an activity is about: named, or brought along.
#[derive(Debug, Clone, PartialEq)]
pub enum ObjectRef<'a> {
    /// By id alone.
    Id(Id),
    /// Embedded; whether it may be believed depends on its origin and owner.
    Embedded(&'a Value),
}

impl ObjectRef<'_> {
    /// The id, if it has one.
    #[must_use]
    pub fn id(&self) -> Option<Id> {
        match self {
            Self::Id(id) => Some(id.clone()),
            Self::Embedded(value) => json::id_text(value).and_then(|text| Id::parse(text).ok()),
        }
    }

    /// The embedded document.
    #[must_use]
    pub fn embedded(&self) -> Option<&Value> {
        match self {
            Self::Id(_) => None,
            Self::Embedded(value) => Some(value),
        }
    }

    fn of(value: &Value) -> Option<ObjectRef<'_>> {
        match value {
            Value::String(text) => Id::parse(text).ok().map(ObjectRef::Id),
            Value::Object(_) => Some(ObjectRef::Embedded(value)),
            _ => None,
        }
    }
}

impl Activity {
    /// Reads the head of an activity.
    ///
    /// # Errors
    /// [`ActivityError`] naming the part that is missing or wrong.
    pub fn read(object: Map<String, Value>) -> Result<Self, ActivityError> {
        for keyword in ["@graph", "@included", "@reverse"] {
            if object.contains_key(keyword) {
                return Err(ActivityError::Graph(keyword));
            }
        }
        let value = Value::Object(object);
        if !json::has_activitystreams_context(&value) {
            return Err(ActivityError::OtherContext);
        }
        // With several types the one that the node acts on counts.
        let kind = Self::kind(&value).ok_or(ActivityError::NoType)?;
        let id = json::get(&value, "id").or_else(|| json::get(&value, "@id")).and_then(Value::as_str);
        let id = id.and_then(|text| Id::parse(text).ok()).ok_or(ActivityError::NoId)?;
        let actor = Self::sole_actor(&value).ok_or(ActivityError::NoActor)?;
        Ok(Self { id, actor, kind, value })
    }

    fn sole_actor(value: &Value) -> Option<Id> {
        let mut actors = json::each(value, "actor");
        let actor = actors.next().filter(|_| actors.next().is_none())?;
        Id::parse(json::id_text(actor)?).ok()
    }

    fn kind(value: &Value) -> Option<ActivityKind> {
        let mut kinds = json::types(value).map(ActivityKind::of);
        let first = kinds.next()?;
        if first.is_known() { Some(first) } else { Some(kinds.find(ActivityKind::is_known).unwrap_or(first)) }
    }

    /// The whole document.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// What it is about: the first object.
    #[must_use]
    pub fn object(&self) -> Option<ObjectRef<'_>> {
        json::each(&self.value, "object").find_map(ObjectRef::of)
    }

    /// Everything it is about (a Flag names several).
    pub fn objects(&self) -> impl Iterator<Item = ObjectRef<'_>> {
        json::each(&self.value, "object").filter_map(ObjectRef::of)
    }

    /// The id of what it is about.
    #[must_use]
    pub fn object_id(&self) -> Option<Id> {
        self.object()?.id()
    }

    /// Where it goes (Move, Add, Remove).
    #[must_use]
    pub fn target(&self) -> Option<ObjectRef<'_>> {
        json::each(&self.value, "target").find_map(ObjectRef::of)
    }

    /// To whom it is addressed.
    #[must_use]
    pub fn audience(&self) -> Audience {
        Audience::of(&self.value)
    }

    /// Is it about its own actor (a Delete or Update of the actor itself)?
    #[must_use]
    pub fn is_about_its_actor(&self) -> bool {
        self.object_id().is_some_and(|object| object == self.actor)
    }
}

/// To whom something is addressed. `Public` is taken out of the lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audience {
    /// Everybody, and it may be listed (`Public` in `to`).
    pub public_to: bool,
    /// Everybody, but not to be listed (`Public` in `cc`).
    pub public_cc: bool,
    /// Addressed first (`to`, `bto`, `audience`).
    pub to: Vec<Id>,
    /// Addressed too (`cc`, `bcc`).
    pub cc: Vec<Id>,
}

impl Audience {
    /// The audience of an activity or object.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        let mut audience = Self::default();
        for (key, first) in [("to", true), ("bto", true), ("audience", true), ("cc", false), ("bcc", false)] {
            for text in json::each(value, key).filter_map(json::id_text) {
                if json::is_public(text) {
                    match first {
                        true => audience.public_to = true,
                        false => audience.public_cc = true,
                    }
                } else if let Ok(id) = Id::parse(text) {
                    let list = if first { &mut audience.to } else { &mut audience.cc };
                    list.push(id);
                }
            }
        }
        audience
    }

    /// Is something for everybody, listed or not? As [`of`](Self::of), without a look at the rest.
    #[must_use]
    pub fn names_everybody(value: &Value) -> bool {
        let mut named = ["to", "bto", "audience", "cc", "bcc"].into_iter().flat_map(|key| json::each(value, key));
        named.any(|one| json::id_text(one).is_some_and(json::is_public))
    }

    /// Everybody named, without `Public`.
    pub fn named(&self) -> impl Iterator<Item = &Id> {
        self.to.iter().chain(&self.cc)
    }

    /// Nobody at all?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.public_to && !self.public_cc && self.to.is_empty() && self.cc.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> Result<Activity, ActivityError> {
        Activity::read(value.as_object().unwrap().clone())
    }

    #[test]
    fn an_activity_has_one_actor_and_an_id() {
        let create = json!({"type": "Create", "id": "https://a.example/1", "actor": {"type": "Person", "id": "https://a.example/u"},
            "object": {"type": "Note", "id": "https://a.example/n"}, "to": ["as:Public", "https://b.example/u"], "cc": "https://a.example/f"});
        let read_back = read(create.clone()).unwrap();
        assert_eq!(read_back.actor.as_str(), "https://a.example/u");
        assert_eq!(read_back.object_id().unwrap().as_str(), "https://a.example/n");
        let audience = read_back.audience();
        assert!(audience.public_to && audience.named().count() == 2);
        assert!(Audience::names_everybody(read_back.value()));
        assert!(!Audience::names_everybody(&json!({"to": "https://a.example/u", "cc": null})));

        for (key, value, error) in [
            ("type", json!(null), ActivityError::NoType),
            ("id", json!("urn:x"), ActivityError::NoId),
            ("actor", json!(["https://a.example/u", "https://b.example/u"]), ActivityError::NoActor),
            ("@graph", json!([]), ActivityError::Graph("@graph")),
            ("@context", json!("https://schema.org"), ActivityError::OtherContext),
        ] {
            let mut wrong = create.clone();
            wrong[key] = value;
            assert_eq!(read(wrong), Err(error));
        }
    }

    #[test]
    fn of_many_types_the_known_one_counts() {
        let odd = json!({"type": ["ex:Wave", "Like"], "id": "https://a.example/1", "actor": "https://a.example/u"});
        assert_eq!(read(odd).unwrap().kind, ActivityKind::Like);
    }
}
