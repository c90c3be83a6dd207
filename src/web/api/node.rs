//! What a program has to know of a node before it has a token.

use actix_web::web::{Data, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::space::Space;
use crate::node;
use crate::operations::{self, setup};
use crate::store::{actor, space};
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
    let read = node.store.read(move |tx| {
        let speaker = actor::by_uri(tx, &site.node_actor())?;
        let default_space = match space::default(tx)? {
            Some(space) => Some(Space::load(tx, space)?),
            None => None,
        };
        Ok::<_, operations::Error>(Node {
            name: speaker.map(|node| node.name).filter(|name| !name.is_empty()).unwrap_or_else(|| name.clone()),
            origin: site.origin().to_owned(),
            host: site.host().to_owned(),
            software: Software { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            is_set_up: setup::is_done(tx)?,
            default_space,
        })
    });
    Ok(Json(read.await?))
}
