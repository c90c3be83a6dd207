//! The ground that stories about operations stand on: a real store in a folder of its own, a site, and people.

use jiff::Timestamp;

use super::key::NewKeys;
use super::post::ReceivedPost;
use super::setup::{self, SetUpBy, SetupDone, SetupInput};
use super::{Error, Result, member};
use crate::coworking::Refusal;
use crate::coworking::id::{ActorId, MemberId, PostId};
use crate::coworking::member::{Acting, NewMember, Role};
use crate::coworking::post::{Draft, PostInput, Visibility};
use crate::site::Site;
use crate::store::actor::{self, RemoteProfile};
use crate::store::event::{self, Recorded};
use crate::store::follow::{self, FollowState, NewFollow};
use crate::store::post::Content;
use crate::store::testing::Scratch;
use crate::store::{Store, Tx};

/// A node that is nothing but its store.
pub(crate) struct Ground {
    scratch: Scratch,
    pub(crate) site: Site,
}

/// A moment, `seconds` after the first one.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

/// Keys that name their number; nobody signs with them.
pub(crate) fn keys(number: u8) -> NewKeys {
    NewKeys {
        rsa_pkcs8: vec![number],
        rsa_spki_pem: format!("rsa {number}"),
        ed25519_pkcs8: vec![number, number],
        ed25519_multibase: format!("ed25519 {number}"),
    }
}

/// What a complete setup says.
pub(crate) fn setup_input() -> SetupInput {
    SetupInput {
        space_username: "harbor".into(),
        space_name: "Harbor".into(),
        zone: "Europe/Amsterdam".into(),
        admin_username: "ana".into(),
        admin_name: "Ana Lima".into(),
    }
}

/// The "no" that an operation said.
pub(crate) fn refused<T: std::fmt::Debug>(answer: Result<T>) -> Refusal {
    match answer {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, found {other:?}"),
    }
}

/// The "no" to one step of a story; the step leaves nothing behind.
pub(crate) fn no<T: std::fmt::Debug>(tx: &mut Tx<'_>, step: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Refusal {
    refused(tx.savepoint(step))
}

/// A member who acts.
pub(crate) fn acting(member: MemberId) -> Acting {
    Acting::Member(member, Role::Member)
}

/// A post that says this to these.
pub(crate) fn saying(text: &str, visibility: Visibility) -> Draft {
    PostInput { content: text.into(), visibility: Some(visibility.to_string()), ..Default::default() }.parse().unwrap()
}

/// A post that answers this one, as private as it is.
pub(crate) fn answering(parent: PostId, text: &str) -> Draft {
    PostInput { content: text.into(), in_reply_to: Some(parent), ..Default::default() }.parse().unwrap()
}

/// Somebody at `pier.example`.
pub(crate) fn stranger(tx: &mut Tx<'_>, name: &str) -> Result<ActorId> {
    let uri = format!("https://pier.example/users/{name}");
    let profile = RemoteProfile {
        shared_inbox: Some("https://pier.example/inbox".into()),
        discoverable: true,
        ..RemoteProfile::bare(&uri, name, "pier.example")
    };
    Ok(actor::upsert_remote(tx, &profile, at(1))?.0)
}

/// A public post by somebody elsewhere, `number` of theirs.
pub(crate) fn coming(author: ActorId, number: u32) -> ReceivedPost {
    ReceivedPost {
        uri: format!("https://pier.example/posts/{author}-{number}"),
        author,
        visibility: Visibility::Public,
        content: Content {
            name: None,
            summary: None,
            sensitive: false,
            content: format!("<p>number {number}</p>"),
            source: None,
            language: None,
            url: None,
            attachments: Vec::new(),
            tags: Vec::new(),
            mentions: Vec::new(),
        },
        in_reply_to: None,
        context: None,
        recipients: Vec::new(),
        published: at(10),
        updated: None,
        offer: None,
    }
}

/// One follows the other, whatever it takes.
pub(crate) fn let_follow(tx: &mut Tx<'_>, follower: ActorId, target: ActorId) -> Result<()> {
    let uri =
        actor::by_id(tx, follower)?.filter(|actor| !actor.local).map(|actor| format!("{}#follows/{target}", actor.uri));
    let new = NewFollow { follower, target, uri: uri.as_deref(), state: FollowState::Accepted };
    follow::save(tx, new, at(2))?;
    Ok(())
}

impl Ground {
    /// An empty node.
    pub(crate) fn new() -> Self {
        Self::at("https://harbor.example")
    }

    /// The same elsewhere.
    pub(crate) fn at(origin: &str) -> Self {
        Self { scratch: Scratch::new(), site: Site::new(&origin.parse().unwrap()).unwrap() }
    }

    /// A node with the space `harbor` and the administrator `ana`.
    pub(crate) fn set_up() -> (Self, SetupDone) {
        Self::new().with_harbor()
    }

    pub(crate) fn with_harbor(self) -> (Self, SetupDone) {
        let ground = self;
        let done = ground
            .act(|tx, site| setup::set_up(tx, site, SetUpBy::Keeper, &setup_input().parse()?, &[], at(0)))
            .unwrap();
        (ground, done)
    }

    /// The store itself, for its notices.
    pub(crate) fn store(&self) -> &Store {
        &self.scratch.store
    }

    /// Runs a step in a transaction of its own.
    pub(crate) fn act<T: Send + 'static>(
        &self,
        mut step: impl FnMut(&mut Tx<'_>, &Site) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let site = self.site.clone();
        self.scratch.write(move |tx| step(tx, &site))
    }

    /// A new member of this name.
    pub(crate) fn member(&self, name: &'static str, role: Role) -> MemberId {
        let new = NewMember::parse(name, name, role, None).unwrap();
        self.act(move |tx, site| member::add(tx, site, Acting::Keeper, &new, None, at(1))).unwrap()
    }

    /// What was recorded and not yet published.
    pub(crate) fn events(&self) -> Vec<Recorded> {
        self.act(|tx, _| Ok(event::unpublished(tx, 1_000)?)).unwrap()
    }
}
