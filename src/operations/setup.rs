//! From an empty database to a node with a space and an administrator: once, and by one who may.

use jiff::Timestamp;
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::key::{self, NewKeys};
use super::secret::{self, Secret};
use super::{Result, member, space, token};
use crate::coworking::Refusal;
use crate::coworking::id::{ActorId, MemberId, SpaceId};
use crate::coworking::member::{Acting, NewMember, Role};
use crate::coworking::refusal::SetupRefusal;
use crate::coworking::space::NewSpace;
use crate::site::Site;
use crate::store::actor::{self, ActorType, NewLocal};
use crate::store::setting::{self, Setting};
use crate::store::{Notice, Tx};

/// Who sets the node up.
#[derive(Debug, Clone, Copy)]
pub enum SetUpBy<'a> {
    /// The keeper of the machine, at the command line.
    Keeper,
    /// One who has the secret of the setup link.
    Link(&'a str),
}

/// What has to be said to set a node up.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetupInput {
    /// The first space's username.
    pub space_username: String,
    /// The first space's display name, which is also the node's.
    pub space_name: String,
    /// The IANA time zone of the space.
    pub zone: String,
    /// The first administrator's username.
    pub admin_username: String,
    /// The first administrator's display name.
    pub admin_name: String,
}

/// A setup that passed every rule.
#[derive(Debug, Clone)]
pub struct Setup {
    space: NewSpace,
    admin: NewMember,
}

/// What a setup has made.
#[derive(Debug, Clone)]
pub struct SetupDone {
    /// The first space.
    pub space: SpaceId,
    /// The first administrator.
    pub admin: MemberId,
    /// A bearer token of the administrator.
    pub token: Secret,
}

impl SetupInput {
    /// Checks every part.
    ///
    /// # Errors
    /// The first [`Refusal`] met, naming the field of this form.
    pub fn parse(&self) -> std::result::Result<Setup, Refusal> {
        let space = NewSpace::parse(&self.space_username, &self.space_name, &self.zone);
        let admin = NewMember::parse(&self.admin_username, &self.admin_name, Role::Admin, None);
        Ok(Setup { space: space.map_err(about_space)?, admin: admin.map_err(about_admin)? })
    }

    /// All that keeps it from [passing](Self::parse), naming the fields of this form.
    #[must_use]
    pub fn faults(&self) -> Vec<Refusal> {
        let space = NewSpace::faults(&self.space_username, &self.space_name, &self.zone);
        let admin = NewMember::faults(&self.admin_username, &self.admin_name);
        space.into_iter().map(about_space).chain(admin.into_iter().map(about_admin)).collect()
    }
}

/// Makes a new setup link's secret; the one before is void. It is good until it is used or replaced.
///
/// # Errors
/// [`SetupRefusal::Done`].
pub fn link(tx: &mut Tx<'_>) -> Result<Secret> {
    must_not_be_done(tx)?;
    let secret = Secret::new("");
    setting::set(tx, Setting::SetupLink, &hex(&secret::hash(secret.expose())))?;
    Ok(secret)
}

/// Passes for the secret of the setup link, so that its page can be shown.
///
/// # Errors
/// [`SetupRefusal::Done`] or [`SetupRefusal::WrongLink`].
pub fn check_link(tx: &mut Tx<'_>, secret: &str) -> Result<()> {
    must_not_be_done(tx)?;
    let kept = setting::get(tx, Setting::SetupLink)?.unwrap_or_default();
    let given = hex(&secret::hash(secret));
    if bool::from(kept.as_bytes().ct_eq(given.as_bytes())) {
        return Ok(());
    }
    Err(Refusal::Setup(SetupRefusal::WrongLink).into())
}

/// Is the node set up?
///
/// # Errors
/// The store's.
pub fn is_done(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(setting::get(tx, Setting::SetUpAt)?.is_some())
}

/// Opens the first space and makes its first administrator, who gets a bearer token. The first of `keys` are for the
/// space, the second for the administrator; whoever has none given takes what is laid aside or waits.
///
/// # Errors
/// [`SetupRefusal::Done`]; [`SetupRefusal::WrongLink`]; [`Refusal::Taken`] when both have the same name.
pub fn set_up(
    tx: &mut Tx<'_>,
    site: &Site,
    by: SetUpBy<'_>,
    setup: &Setup,
    keys: &[NewKeys],
    now: Timestamp,
) -> Result<SetupDone> {
    match by {
        SetUpBy::Keeper => must_not_be_done(tx)?,
        SetUpBy::Link(secret) => check_link(tx, secret)?,
    }
    let node = ensure_node_actor(tx, site, None, now)?;
    let named = |change: fn(Refusal) -> Refusal| {
        move |error| match error {
            super::Error::Refused(refusal) => super::Error::Refused(change(refusal)),
            broken @ super::Error::Broken(_) => broken,
        }
    };
    let keeper = Acting::Keeper;
    let space = space::found(tx, site, keeper, &setup.space, keys.first(), now).map_err(named(about_space))?;
    let admin = member::add(tx, site, keeper, &setup.admin, keys.get(1), now).map_err(named(about_admin))?;
    let token = token::create(tx, keeper, admin, "Setup", None, now)?.secret;
    actor::rename(tx, node, &setup.space.name, now)?;
    setting::set(tx, Setting::SetUpAt, &now.as_millisecond().to_string())?;
    setting::clear(tx, Setting::SetupLink)?;
    tx.notify(Notice::Changed(node.0));
    Ok(SetupDone { space, admin, token })
}

/// The node's own actor, which speaks for the machine: made at the first start of any command, found afterwards.
///
/// # Errors
/// The store's.
pub fn ensure_node_actor(tx: &mut Tx<'_>, site: &Site, keys: Option<&NewKeys>, now: Timestamp) -> Result<ActorId> {
    let uri = site.node_actor();
    if let Some(node) = actor::id_of(tx, &uri)? {
        return Ok(node);
    }
    let node = actor::add_local(
        tx,
        &NewLocal {
            uri: &uri,
            shared_inbox: &site.shared_inbox(),
            actor_type: ActorType::Application,
            username: &site.node_username(),
            host: site.host(),
            name: site.host(),
            home_space: None,
            manually_approves_followers: true,
            discoverable: false,
            hides_network: true,
        },
        now,
    )?;
    key::equip(tx, node, &uri, keys, now)?;
    Ok(node)
}

/// Remembers the origin at the first start; every later start has to have the same, because all that was ever sent
/// is named after it.
///
/// # Errors
/// [`SetupRefusal::OtherOrigin`].
pub fn check_origin(tx: &mut Tx<'_>, site: &Site) -> Result<()> {
    match setting::get(tx, Setting::Origin)? {
        None => Ok(setting::set(tx, Setting::Origin, site.origin())?),
        Some(remembered) if remembered == site.origin() => Ok(()),
        Some(remembered) => {
            let found = site.origin().to_owned();
            Err(Refusal::Setup(SetupRefusal::OtherOrigin { remembered, found }).into())
        }
    }
}

fn must_not_be_done(tx: &mut Tx<'_>) -> Result<()> {
    if is_done(tx)? { Err(Refusal::Setup(SetupRefusal::Done).into()) } else { Ok(()) }
}

fn about_space(refusal: Refusal) -> Refusal {
    match refusal.field() {
        Some("username") => refusal.about("space_username"),
        Some("name") => refusal.about("space_name"),
        _ => refusal,
    }
}

fn about_admin(refusal: Refusal) -> Refusal {
    match refusal.field() {
        Some("username") => refusal.about("admin_username"),
        Some("name") => refusal.about("admin_name"),
        _ => refusal,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coworking::Event;
    use crate::operations::testing::{Ground, at, keys, refused, setup_input};
    use crate::store::key as store_key;

    #[test]
    fn a_node_is_set_up_once_by_one_who_has_the_link() {
        let ground = Ground::new();
        let old = ground.act(|tx, _| link(tx)).unwrap();
        let new = ground.act(|tx, _| link(tx)).unwrap();
        for wrong in [old.expose().to_owned(), String::new(), format!("{}x", new.expose())] {
            let tried = ground
                .act(move |tx, site| set_up(tx, site, SetUpBy::Link(&wrong), &setup_input().parse()?, &[], at(0)));
            assert_eq!(refused(tried), Refusal::Setup(SetupRefusal::WrongLink));
        }

        let link_text = new.expose().to_owned();
        let with_link = move |tx: &mut Tx<'_>, site: &Site| {
            set_up(tx, site, SetUpBy::Link(&link_text), &setup_input().parse()?, &[keys(1)], at(0))
        };
        let done = ground.act(with_link.clone()).unwrap();
        assert_eq!(refused(ground.act(with_link)), Refusal::Setup(SetupRefusal::Done));
        assert_eq!(refused(ground.act(|tx, _| link(tx))), Refusal::Setup(SetupRefusal::Done));

        let events = ground.events().into_iter().map(|recorded| recorded.event).collect::<Vec<_>>();
        assert_eq!(events, [Event::SpaceFounded { space: done.space }, Event::MemberJoined { member: done.admin }]);
        ground
            .act(move |tx, site| {
                let admin = token::authenticate(tx, done.token.expose(), at(1))?.unwrap().acting;
                assert_eq!(admin, Acting::Member(done.admin, Role::Admin));
                let node = actor::by_uri(tx, "https://harbor.example/actor")?.unwrap();
                assert_eq!((node.name.as_str(), node.handle()), ("Harbor", "harbor.example@harbor.example".into()));
                let ana = actor::by_uri(tx, "https://harbor.example/members/ana")?.unwrap();
                assert_eq!((ana.home_space, ana.inbox.as_str()), (Some(done.space), &*format!("{}/inbox", ana.uri)));
                assert!(ana.manually_approves_followers && ana.hides_network && !ana.discoverable && !ana.indexable);
                assert_eq!(ana.shared_inbox, Some(site.shared_inbox()));
                assert_eq!(space::or_default(tx, None)?.id, done.space);
                assert_eq!(store_key::without_keys(tx, 9)?, [node.id, ana.id], "one pair was given, to the space");
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn a_refused_setup_leaves_nothing_and_names_the_field_of_the_form() {
        let ground = Ground::new();
        let input = SetupInput { admin_username: "harbor".into(), ..setup_input() };
        let twice = ground.act(move |tx, site| set_up(tx, site, SetUpBy::Keeper, &input.parse()?, &[], at(0)));
        assert_eq!(refused(twice), Refusal::Taken { field: "admin_username", value: "harbor".into() });
        let empty = SetupInput { space_name: " ".into(), ..setup_input() }.parse().unwrap_err();
        assert_eq!(empty.field(), Some("space_name"));
        ground
            .act(|tx, site| {
                assert!(!is_done(tx)? && actor::local_by_username(tx, "harbor")?.is_none());
                set_up(tx, site, SetUpBy::Keeper, &setup_input().parse()?, &[], at(0))
            })
            .unwrap();
    }

    #[test]
    fn a_node_keeps_the_address_it_was_born_with() {
        let ground = Ground::new();
        ground.act(check_origin).unwrap();
        ground.act(check_origin).unwrap();
        let elsewhere = Site::new(&"https://pier.example".parse().unwrap()).unwrap();
        let words = refused(ground.act(move |tx, _| check_origin(tx, &elsewhere))).to_string();
        assert!(words.contains("https://harbor.example") && words.contains("https://pier.example"), "{words}");
    }
}
