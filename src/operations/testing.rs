//! The ground that stories about operations stand on: a real store in a folder of its own, a site, and people.

use jiff::Timestamp;
use tempfile::TempDir;

use super::key::NewKeys;
use super::setup::{self, SetUpBy, SetupDone, SetupInput};
use super::{Error, Result, member};
use crate::coworking::Refusal;
use crate::coworking::id::MemberId;
use crate::coworking::member::{Acting, NewMember, Role};
use crate::site::Site;
use crate::store::event::{self, Recorded};
use crate::store::{Options, Store, Tx};

/// A node that is nothing but its store.
pub(crate) struct Ground {
    pub(crate) store: Store,
    pub(crate) site: Site,
    _folder: TempDir,
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
        let folder = TempDir::new().unwrap();
        let store = Store::open(&folder.path().join("node.db"), Options::default()).unwrap();
        let site = Site::new(&"https://harbor.example".parse().unwrap()).unwrap();
        Self { store, site, _folder: folder }
    }

    /// A node with the space `harbor` and the administrator `ana`.
    pub(crate) async fn set_up() -> (Self, SetupDone) {
        let ground = Self::new();
        let done = ground
            .act(|tx, site| setup::set_up(tx, site, SetUpBy::Keeper, &setup_input().parse()?, &[], at(0)))
            .await
            .unwrap();
        (ground, done)
    }

    /// Runs a step in a transaction of its own.
    pub(crate) async fn act<T: Send + 'static>(
        &self,
        mut step: impl FnMut(&mut Tx<'_>, &Site) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let site = self.site.clone();
        self.store.write(move |tx| step(tx, &site)).await
    }

    /// A new member of this name.
    pub(crate) async fn member(&self, name: &'static str, role: Role) -> MemberId {
        let new = NewMember::parse(name, name, role, None).unwrap();
        self.act(move |tx, site| member::add(tx, site, Acting::Keeper, &new, None, at(1))).await.unwrap()
    }

    /// What was recorded and not yet published.
    pub(crate) async fn events(&self) -> Vec<Recorded> {
        self.act(|tx, _| Ok(event::unpublished(tx, 1_000)?)).await.unwrap()
    }
}
