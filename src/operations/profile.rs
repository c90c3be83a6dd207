//! What members, spaces and the node show of themselves.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{Result, follow, member};
use crate::coworking::id::{ActorId, MemberId};
use crate::coworking::markdown::{self, Links};
use crate::coworking::member::{Acting, Role};
use crate::coworking::profile::{self, Field, ProfileEdit};
use crate::coworking::tag::{self, Tag};
use crate::coworking::{Event, Refusal, post};
use crate::site::Site;
use crate::store::actor::{self, Actor, ActorType, Shown, ShownField};
use crate::store::{Notice, Tx, event};

/// The most other accounts that one member may name.
pub const ALIAS_LIMIT: usize = 10;

/// Changes a profile: members their own, administrators those of spaces and of the node. An edit that changes
/// nothing is no news. Answers what is shown now.
///
/// # Errors
/// [`Refusal::NotFound`] for actors that are not ours or gone, [`Refusal::NotPermitted`].
pub fn edit(
    tx: &mut Tx<'_>,
    site: &Site,
    acting: Acting,
    actor: ActorId,
    edit: &ProfileEdit,
    now: Timestamp,
) -> Result<Actor> {
    let actor = own(tx, acting, actor)?;
    let before = shown(&actor);
    let mut after = before.clone();
    if let Some(name) = &edit.name {
        after.name.clone_from(name);
    }
    if let Some(source) = &edit.summary {
        let links = SummaryLinks::resolve(tx, site, source)?;
        after.summary = markdown::render(source, &links);
        after.summary_source = Some(source.clone());
    }
    if let Some(skills) = &edit.skills {
        after.skills = skills.iter().map(Tag::as_str).map(str::to_owned).collect();
    }
    if let Some(fields) = &edit.fields {
        after.fields = fields.iter().map(show).collect();
    }
    if let Some(picture) = &edit.picture {
        after.icon.clone_from(picture);
    }
    after.discoverable = edit.discoverable.unwrap_or(after.discoverable);
    after.indexable = edit.indexable.unwrap_or(after.indexable);
    after.manually_approves_followers = edit.manually_approves_followers.unwrap_or(after.manually_approves_followers);
    after.hides_network = edit.hides_network.unwrap_or(after.hides_network);
    if after == before {
        return Ok(actor);
    }
    actor::save_shown(tx, actor.id, &after, now)?;
    edited(tx, actor.id, now)?;
    reread(tx, actor.id)
}

/// A member says that an account elsewhere is theirs too, as that account's move to here asks for. Said twice, it is
/// said once.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper, [`Refusal::Oneself`], [`Refusal::TooMany`], or what is wrong with the
/// URI.
pub fn add_alias(tx: &mut Tx<'_>, acting: Acting, uri: &str, now: Timestamp) -> Result<()> {
    let member = myself(tx, acting, "name other accounts")?;
    let uri = profile::link("also_known_as", uri)?;
    if uri == member.uri {
        return Err(Refusal::Oneself { act: "be another account of" }.into());
    }
    let mut aliases = member.also_known_as;
    if aliases.contains(&uri) {
        return Ok(());
    }
    aliases.push(uri);
    if aliases.len() > ALIAS_LIMIT {
        let found = aliases.len();
        return Err(Refusal::TooMany { field: "also_known_as", limit: ALIAS_LIMIT, found }.into());
    }
    actor::set_aliases(tx, member.id, &aliases, now)?;
    edited(tx, member.id, now)
}

/// A member takes back that an account elsewhere is theirs too.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper, [`Refusal::NotFound`].
pub fn remove_alias(tx: &mut Tx<'_>, acting: Acting, uri: &str, now: Timestamp) -> Result<()> {
    let member = myself(tx, acting, "name other accounts")?;
    let mut aliases = member.also_known_as;
    let before = aliases.len();
    aliases.retain(|alias| alias != uri);
    if aliases.len() == before {
        return Err(Refusal::NotFound { what: "other account" }.into());
    }
    actor::set_aliases(tx, member.id, &aliases, now)?;
    edited(tx, member.id, now)
}

/// A member moves their followers to an account elsewhere that names this one as its own. Said twice, it is said
/// once; the account here stays and shows where it went.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper; [`Refusal::NotFound`] for a target that is unknown, gone or suspended;
/// [`Refusal::Oneself`]; [`Refusal::WrongState`] when either has moved; [`Refusal::Malformed`] when the target does
/// not name this account.
pub fn move_to(tx: &mut Tx<'_>, acting: Acting, target: ActorId, now: Timestamp) -> Result<()> {
    let member = myself(tx, acting, "move")?;
    let target = actor::by_id(tx, target)?.filter(Actor::is_active).ok_or(Refusal::NotFound { what: "account" })?;
    if target.id == member.id {
        return Err(Refusal::Oneself { act: "move to" }.into());
    }
    if member.moved_to.as_ref() == Some(&target.uri) {
        return Ok(());
    }
    if member.moved_to.is_some() || target.moved_to.is_some() {
        return Err(Refusal::WrongState {
            what: if member.moved_to.is_some() { "account" } else { "target" },
            state: "one that has moved on",
            needed: "an account that has not moved",
        }
        .into());
    }
    if !target.also_known_as.contains(&member.uri) {
        let expected = "an account that names yours among its other accounts (alsoKnownAs); add it there first";
        return Err(Refusal::malformed("target", target.handle(), expected).into());
    }
    actor::set_moved(tx, member.id, &target.uri, now)?;
    event::record(tx, &Event::MemberMoved { member: MemberId(member.id.0), target: target.id }, now)?;
    // Followers elsewhere hear of it; those who live here go along at once.
    follow::move_followers(tx, member.id, target.id, now)?;
    tx.notify(Notice::Changed(member.id.0));
    Ok(())
}

/// The actor, if the asker may change it.
fn own(tx: &mut Tx<'_>, acting: Acting, actor: ActorId) -> Result<Actor> {
    let found = actor::by_id(tx, actor)?.filter(|actor| actor.local && actor.deleted_at.is_none());
    let found = found.ok_or(Refusal::NotFound { what: "profile" })?;
    match found.actor_type {
        ActorType::Person if matches!(acting, Acting::Member(member, _) if ActorId::from(member) == actor) => {}
        ActorType::Person => {
            return Err(Refusal::NotPermitted { who: "the member", act: "change this profile" }.into());
        }
        ActorType::Group | ActorType::Organization | ActorType::Service | ActorType::Application => {
            acting.needs(Role::Admin, "change the profile of a space or the node")?;
        }
    }
    Ok(found)
}

fn myself(tx: &mut Tx<'_>, acting: Acting, act: &'static str) -> Result<Actor> {
    let member = acting.member(act)?;
    member::present(tx, member)?;
    reread(tx, member.into())
}

fn reread(tx: &mut Tx<'_>, actor: ActorId) -> Result<Actor> {
    actor::by_id(tx, actor)?.ok_or_else(|| Refusal::NotFound { what: "profile" }.into())
}

fn edited(tx: &mut Tx<'_>, actor: ActorId, now: Timestamp) -> Result<()> {
    event::record(tx, &Event::ProfileEdited { actor }, now)?;
    tx.notify(Notice::Changed(actor.0));
    Ok(())
}

fn shown(actor: &Actor) -> Shown {
    Shown {
        name: actor.name.clone(),
        summary: actor.summary.clone(),
        summary_source: actor.summary_source.clone(),
        icon: actor.icon.clone(),
        fields: actor.fields.clone(),
        skills: actor.skills.clone(),
        manually_approves_followers: actor.manually_approves_followers,
        discoverable: actor.discoverable,
        indexable: actor.indexable,
        hides_network: actor.hides_network,
    }
}

/// A field as HTML. A web address becomes a link that says "this is me" (microformats rel-me), which is how other
/// servers verify it.
fn show(field: &Field) -> ShownField {
    let text = escape(&field.value);
    let value = match profile::link("fields.value", &field.value) {
        Ok(url) => format!("<a href=\"{}\" rel=\"me nofollow noopener noreferrer\">{text}</a>", escape(&url)),
        Err(_) => text,
    };
    ShownField { name: field.name.clone(), value, source: Some(field.value.clone()) }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The people whom a summary mentions, as far as they are known here.
struct SummaryLinks<'a> {
    site: &'a Site,
    pages: HashMap<String, String>,
}

impl<'a> SummaryLinks<'a> {
    fn resolve(tx: &mut Tx<'_>, site: &'a Site, source: &str) -> Result<Self> {
        let mut pages = HashMap::new();
        for handle in markdown::mentions(source).into_iter().take(post::MENTION_LIMIT) {
            let found = match handle.split_once('@') {
                Some((name, host)) => actor::by_handle(tx, name, host)?,
                None => actor::local_by_username(tx, &handle)?,
            };
            if let Some(actor) = found.filter(Actor::is_active) {
                pages.insert(handle, actor.url.unwrap_or(actor.uri));
            }
        }
        Ok(Self { site, pages })
    }
}

impl Links for SummaryLinks<'_> {
    fn mention(&self, handle: &str) -> Option<String> {
        self.pages.get(handle).cloned()
    }

    fn hashtag(&self, tag: &str) -> String {
        self.site.tag(&tag::fold(tag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coworking::profile::ProfileInput;
    use crate::operations::testing::{Ground, at, refused};
    use crate::store::actor::{RemoteProfile, upsert_remote};

    #[test]
    fn an_edit_moves_the_version_on_and_an_empty_one_is_no_news() {
        let (ground, _) = Ground::set_up();
        let ben = ground.member("ben", Role::Member);
        let own = Acting::Member(ben, Role::Member);
        let before = ground.events().len();
        let change = |summary: &str| {
            let fields = ["https://ben.example/?a&b", "<i>he</i>"];
            let fields = fields.map(|value| Field { name: "Web".into(), value: value.into() }).to_vec();
            let skills = Some(vec!["sourdough".into()]);
            let input =
                ProfileInput { summary: Some(summary.into()), fields: Some(fields), skills, ..Default::default() };
            let change = input.parse().unwrap();
            ground.act(move |tx, site| edit(tx, site, own, ben.into(), &change, at(10)))
        };
        let first = change("I know @ana and @nobody #Rust").unwrap();
        assert_eq!(first.updated, at(10));
        assert!(first.summary.contains("href=\"https://harbor.example/members/ana\""), "{}", first.summary);
        assert!(first.summary.contains("href=\"https://harbor.example/tags/rust\""), "{}", first.summary);
        assert!(!first.summary.contains("members/nobody"), "{}", first.summary);
        assert_eq!(
            first.fields.iter().map(|field| field.value.as_str()).collect::<Vec<_>>(),
            [
                "<a href=\"https://ben.example/?a&amp;b\" rel=\"me nofollow noopener noreferrer\">\
                 https://ben.example/?a&amp;b</a>",
                "&lt;i&gt;he&lt;/i&gt;"
            ]
        );
        assert_eq!(change("I know @ana and @nobody #Rust").unwrap().updated, first.updated);
        let second = change("Bye").unwrap();
        assert!(second.updated > first.updated, "the clock stood still, the version did not");
        assert_eq!((second.summary.as_str(), second.summary_source.as_deref()), ("<p>Bye</p>", Some("Bye")));
        let events = ground.events().split_off(before);
        assert_eq!(
            events.iter().map(|recorded| recorded.event).collect::<Vec<_>>(),
            [Event::ProfileEdited { actor: ben.into() }; 2]
        );
    }

    #[test]
    fn members_edit_themselves_and_administrators_edit_places() {
        let (ground, done) = Ground::set_up();
        let ben = ground.member("ben", Role::Host);
        let node = ground.act(|tx, site| Ok(actor::id_of(tx, &site.node_actor())?.unwrap())).unwrap();
        let (admin, host) = (Acting::Member(done.admin, Role::Admin), Acting::Member(ben, Role::Host));
        for (asker, whom, passes) in [
            (host, ActorId::from(ben), true),
            (host, done.admin.into(), false),
            (host, done.space.into(), false),
            (host, node, false),
            (admin, ben.into(), false),
            (admin, done.space.into(), true),
            (admin, node, true),
            (Acting::Keeper, done.space.into(), true),
            (Acting::Keeper, ben.into(), false),
        ] {
            let change = ProfileEdit { name: Some(format!("by {asker:?}")), ..Default::default() };
            let answer = ground.act(move |tx, site| edit(tx, site, asker, whom, &change, at(9)));
            match passes {
                true => assert!(answer.is_ok(), "{asker:?} {whom}"),
                false => assert_eq!(refused(answer).code(), "not-permitted", "{asker:?} {whom}"),
            }
        }
    }

    #[test]
    fn a_move_needs_the_word_of_the_other_account() {
        let (ground, _) = Ground::set_up();
        let ben = ground.member("ben", Role::Member);
        let own = Acting::Member(ben, Role::Member);
        let elsewhere = |aliases: &[&str]| RemoteProfile {
            also_known_as: aliases.iter().map(|&alias| alias.into()).collect(),
            ..crate::store::actor::testing::profile("https://pier.example/users/ben")
        };
        let silent = elsewhere(&["https://harbor.example/members/ana"]);
        let target = ground.act(move |tx, _| Ok(upsert_remote(tx, &silent, at(2))?.0)).unwrap();
        let refusal = refused(ground.act(move |tx, _| move_to(tx, own, target, at(3))));
        assert_eq!((refusal.code(), refusal.field()), ("malformed", Some("target")));
        assert_eq!(refused(ground.act(move |tx, _| move_to(tx, own, ben.into(), at(3)))).code(), "oneself");

        let speaking = elsewhere(&["https://harbor.example/members/ben"]);
        ground.act(move |tx, _| Ok(upsert_remote(tx, &speaking, at(4))?)).unwrap();
        for _ in 0..2 {
            ground.act(move |tx, _| move_to(tx, own, target, at(5))).unwrap();
        }
        let moves = ground.events().into_iter().filter(|recorded| recorded.event.name() == "MemberMoved");
        assert_eq!(
            moves.map(|recorded| recorded.event).collect::<Vec<_>>(),
            [Event::MemberMoved { member: ben, target }]
        );
    }

    #[test]
    fn other_accounts_are_named_and_taken_back() {
        let (ground, _) = Ground::set_up();
        let ben = ground.member("ben", Role::Member);
        let own = Acting::Member(ben, Role::Member);
        ground
            .act(move |tx, site| {
                for _ in 0..2 {
                    add_alias(tx, own, "https://pier.example/users/ben", at(5))?;
                }
                let known = |tx: &mut Tx<'_>| {
                    Ok::<_, crate::store::Error>(actor::by_id(tx, ben.into())?.unwrap().also_known_as)
                };
                assert_eq!(known(tx)?, ["https://pier.example/users/ben"]);
                assert_eq!(refused(add_alias(tx, own, "javascript:x", at(6))).code(), "malformed");
                let oneself = site.origin().to_owned() + "/members/ben";
                assert_eq!(refused(add_alias(tx, own, &oneself, at(6))).code(), "oneself");
                for number in 1..ALIAS_LIMIT {
                    add_alias(tx, own, &format!("https://pier.example/users/{number}"), at(6))?;
                }
                assert_eq!(refused(add_alias(tx, own, "https://pier.example/users/x", at(6))).code(), "too-many");
                remove_alias(tx, own, "https://pier.example/users/ben", at(7))?;
                assert_eq!(refused(remove_alias(tx, own, "https://pier.example/users/ben", at(7))).code(), "not-found");
                assert_eq!(known(tx)?.len(), ALIAS_LIMIT - 1);
                Ok(())
            })
            .unwrap();
    }
}
