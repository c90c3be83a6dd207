//! What a program has to know of a node before it has a token.

use actix_web::web::{Data, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::actor::profile;
use super::body::Body;
use super::caller::Caller;
use super::me::ProfileBody;
use super::space::Space;
use super::view::Actor;
use crate::coworking::Refusal;
use crate::coworking::profile::ProfileInput;
use crate::node;
use crate::operations::{self, profile as profiles, setup};
use crate::site::Site;
use crate::store::{Tx, actor, space};
use crate::web::error::Result;

/// The node.
#[derive(Debug, Serialize, ToSchema)]
pub struct Node {
    /// What people call it.
    pub name: String,
    /// Its address.
    #[schema(example = "https://harbor.example")]
    pub origin: String,
    /// Its half of handles.
    #[schema(example = "harbor.example")]
    pub host: String,
    /// What it runs.
    pub software: Software,
    /// Is there a space and an administrator yet?
    pub is_set_up: bool,
    /// The space that is meant when none is named.
    #[schema(required)]
    pub default_space: Option<Space>,
    /// What it shows of itself in the network.
    #[schema(required)]
    pub profile: Option<Actor>,
}

impl Node {
    /// The node, called so as long as it has no name of its own.
    fn load(tx: &mut Tx<'_>, site: &Site, called: &str) -> operations::Result<Self> {
        let profile = match actor::id_of(tx, &site.node_actor())? {
            Some(id) => Some(profile(tx, id)?),
            None => None,
        };
        let default_space = match space::default(tx)? {
            Some(space) => Some(Space::load(tx, space)?),
            None => None,
        };
        let name = profile.as_ref().map(|node| node.person.name.as_str()).filter(|name| !name.is_empty());
        Ok(Self {
            name: name.unwrap_or(called).to_owned(),
            origin: site.origin().to_owned(),
            host: site.host().to_owned(),
            software: Software { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            is_set_up: setup::is_done(tx)?,
            default_space,
            profile,
        })
    }
}

/// A program and its version.
#[derive(Debug, Serialize, ToSchema)]
pub struct Software {
    /// Its name.
    #[schema(example = "thirdspace")]
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// Tells what node this is
#[utoipa::path(
    get, path = "/node", tag = "node", operation_id = "show_node", security(()),
    responses((status = 200, description = "The node", body = Node))
)]
pub async fn show(node: Data<node::Node>) -> Result<Json<Node>> {
    let site = node.site.clone();
    let name = node.config.node_name.as_str().to_owned();
    Ok(Json(node.store.read(move |tx| Node::load(tx, &site, &name)).await?))
}

/// Changes what the node shows of itself in the network
///
/// For administrators.
#[utoipa::path(
    patch, path = "/node", tag = "node", operation_id = "edit_node", request_body = ProfileBody,
    responses((status = 200, description = "The node, changed", body = Node))
)]
pub async fn edit(caller: Caller, body: Body<ProfileBody>) -> Result<Json<Node>> {
    let edit = ProfileInput::from(body.value).parse()?;
    let name = caller.node().config.node_name.as_str().to_owned();
    let changed = caller.act(move |tx, caller| {
        let node = actor::id_of(tx, &caller.site().node_actor())?.ok_or(Refusal::NotFound { what: "profile" })?;
        profiles::edit(tx, caller.site(), caller.acting, node, &edit, caller.now)?;
        Node::load(tx, caller.site(), &name)
    });
    Ok(Json(changed.await?))
}
