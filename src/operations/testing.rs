//! The ground that stories about operations stand on: a real store in a folder of its own, a site, and people.

use super::key::NewKeys;
use super::setup::{self, SetUpBy, SetupDone, SetupInput};
use super::{Error, Result, member};
use crate::coworking::Refusal;
use crate::coworking::id::MemberId;
use crate::coworking::member::{Acting, NewMember, Role};
use crate::site::Site;
use crate::store::event::{self, Recorded};
use crate::store::testing::Scratch;
use crate::store::{Store, Tx};
use jiff::Timestamp;

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

impl Ground {
    /// An empty node.
    pub(crate) fn new() -> Self {
        let site = Site::new(&"https://harbor.example".parse().unwrap()).unwrap();
        Self { scratch: Scratch::new(), site }
    }

    /// A node with the space `harbor` and the administrator `ana`.
    pub(crate) fn set_up() -> (Self, SetupDone) {
        let ground = Self::new();
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
