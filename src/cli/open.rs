//! The node as a command holds it: opened for a moment, beside a server that may be running.

use std::sync::Arc;

use jiff::Timestamp;

use super::answer::Failure;
use crate::config::Config;
use crate::coworking::id::{ActorId, MemberId, PostId, SpaceId};
use crate::coworking::member::Acting;
use crate::coworking::{Refusal, name::Username};
use crate::federation::resolve::{self, Resolved};
use crate::http_client::HttpClient;
use crate::node::{Clock, Node};
use crate::operations::speaker::As;
use crate::operations::{self, setup};
use crate::site::Site;
use crate::store::resource::Kept;
use crate::store::{Store, Tx, actor, copy, member, space};
use crate::web::api::view;

/// An opened node.
pub(super) struct Opened {
    pub(super) node: Arc<Node>,
}

impl Opened {
    /// Opens the node, and makes it if there is none yet. The node has its own actor from the first start on, and lives
    /// under one origin for ever.
    pub(super) async fn new(config: Config) -> Result<Self, Failure> {
        let place = config.store_place();
        let store = Store::open(place.clone(), config.store()).map_err(|why| {
            Failure::Broken(anyhow::Error::from(why).context(format!("the store at {place} cannot be opened")))
        })?;
        if let Some(of) = store.read(|tx: &mut Tx<'_>| copy::unfinished(tx)).await.map_err(operations::Error::from)? {
            return Err(Failure::Usage(format!(
                "{place} is a copy of {of} that was not finished: `thirdspace migrate-store --from {of} --to {place}` goes on"
            )));
        }
        let http = HttpClient::new(config.http()).map_err(|why| Failure::Usage(why.to_string()))?;
        let node = Node::new(config, store, http, Clock::System);
        let opened = Self { node: Arc::new(node) };
        opened
            .write(|tx, site, now| {
                setup::check_origin(tx, site)?;
                setup::ensure_node_actor(tx, site, None, now)
            })
            .await?;
        Ok(opened)
    }

    /// Opens a node that is there. A command in the wrong folder should not leave an empty node behind.
    pub(super) async fn existing(config: Config) -> Result<Self, Failure> {
        let place = config.store_place();
        let there = Store::exists(&place).map_err(|why| Failure::Broken(why.into()))?;
        if !there {
            return Err(Failure::Usage(format!(
                "there is no node at {place}; `thirdspace serve` makes one, and --data-dir names another folder"
            )));
        }
        Self::new(config).await
    }

    /// Does something that changes the node.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        mut job: impl FnMut(&mut Tx<'_>, &Site, Timestamp) -> operations::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let (site, now) = (self.node.site.clone(), self.node.clock.now());
        Ok(self.node.store.write(move |tx| job(tx, &site, now)).await?)
    }

    /// Reads something.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        job: impl FnMut(&mut Tx<'_>) -> operations::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        Ok(self.node.store.read(job).await?)
    }

    /// A member by their name here, and as whom they act.
    pub(super) async fn member(&self, name: &str) -> Result<(MemberId, Acting), Failure> {
        let name = Username::parse(name.trim_start_matches('@'))?;
        self.read(move |tx| {
            let actor = actor::local_by_username(tx, name.as_str())?;
            let known = actor.map(|actor| member::by_id(tx, actor.id)).transpose()?.flatten();
            match known.filter(|member| member.left_at.is_none()) {
                Some(member) => Ok((member.id, Acting::Member(member.id, member.role))),
                None => Err(Refusal::NotFound { what: "member" }.into()),
            }
        })
        .await
    }

    /// Whose voice a name here is: a member's own, or a space's, which the keeper may use.
    pub(super) async fn voice(&self, name: &str) -> Result<(Acting, As), Failure> {
        let id = self.actor(name).await?;
        match self.read(move |tx| Ok(space::by_id(tx, id)?)).await? {
            Some(space) => Ok((Acting::Keeper, As::Space(space.id))),
            None => Ok((self.member(name).await?.1, As::Oneself)),
        }
    }

    /// The post that an address or a number means, here or elsewhere; `field` names what was asked for.
    pub(super) async fn post(&self, field: &'static str, address: &str) -> Result<PostId, Failure> {
        if let Ok(id) = address.parse() {
            return Ok(id);
        }
        match resolve::object(&self.node, address).await? {
            Resolved::Post(post) => Ok(post),
            Resolved::Actor(_) => {
                Err(Refusal::malformed(field, address, "the address of a post, not of an account").into())
            }
        }
    }

    /// A post as somebody sees it now, in the shape of the API.
    pub(super) async fn view(&self, acting: Acting, id: PostId) -> Result<view::Post, Failure> {
        let now = self.node.clock.now();
        self.read(move |tx| Ok(view::Post::new(operations::post::view(tx, acting.into(), id)?, now))).await
    }

    /// A member, a space or the node, by its name here.
    pub(super) async fn actor(&self, name: &str) -> Result<ActorId, Failure> {
        let name = name.trim_start_matches('@').to_owned();
        self.read(move |tx| {
            let actor = actor::local_by_username(tx, &name)?;
            Ok(actor.ok_or(Refusal::NotFound { what: "member or space" })?.id)
        })
        .await
    }

    /// A space by its username; the one that is meant when none is named.
    pub(super) async fn space(&self, name: Option<&str>) -> Result<SpaceId, Failure> {
        let id = match name {
            Some(name) => Some(self.actor(name).await?),
            None => None,
        };
        self.read(move |tx| Ok(operations::space::or_default(tx, id.map(|id| SpaceId(id.0)))?.id)).await
    }

    /// What can be booked, by its number or its name.
    pub(super) async fn resource(&self, text: &str) -> Result<Kept, Failure> {
        let text = text.to_owned();
        self.read(move |tx| operations::inventory::find(tx, &text)).await
    }
}
