//! Other servers, and how far they are trusted.

use actix_web::web::{Json, Path, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::Body;
use super::caller::Caller;
use super::paging::{List, Listing, Paging, Window};
use super::view::{self, Time};
use crate::coworking::Refusal;
use crate::coworking::peer::{Host, Level};
use crate::operations::peer;
use crate::store::page::Page;
use crate::store::peer as rows;
use crate::web::error::Result;

/// Another server.
#[derive(Debug, Serialize, ToSchema)]
pub struct Peer {
    /// Its host, with a port only where its addresses have one.
    #[schema(example = "quay.example")]
    pub host: String,
    /// How far it is trusted.
    #[schema(value_type = view::Level)]
    pub level: Level,
    /// Why, in a host's words.
    #[schema(required)]
    pub note: Option<String>,
    /// Name and version of what it runs.
    #[schema(required)]
    pub software: Option<String>,
    /// When it was first met.
    #[schema(value_type = Time)]
    pub first_met_at: Timestamp,
    /// When it last sent something verified or took something, to the hour.
    #[schema(value_type = Option<Time>, required)]
    pub last_heard_at: Option<Timestamp>,
    /// Deliveries that failed in a row.
    pub failures: u32,
    /// Nothing is sent to it before.
    #[schema(value_type = Option<Time>, required)]
    pub paused_until: Option<Timestamp>,
    /// Since when it counts as dead.
    #[schema(value_type = Option<Time>, required)]
    pub dead_since: Option<Timestamp>,
}

impl From<rows::Peer> for Peer {
    fn from(peer: rows::Peer) -> Self {
        Self {
            host: peer.host,
            level: peer.level,
            note: peer.note,
            software: peer.software,
            first_met_at: peer.first_met_at,
            last_heard_at: peer.last_heard_at,
            failures: peer.health.failures,
            paused_until: peer.health.open_until,
            dead_since: peer.health.dead_since,
        }
    }
}

/// Which servers.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Those of this level; all if absent.
    #[param(value_type = Option<view::Level>)]
    pub level: Option<String>,
}

/// Lists other servers by name
///
/// For hosts.
#[utoipa::path(
    get, path = "/peers", tag = "peers", operation_id = "list_peers", params(Which, Window),
    responses((status = 200, description = "A page", body = List<Peer>))
)]
pub async fn list(caller: Caller, which: Query<Which>, paging: Paging<String>) -> Result<Listing<Peer>> {
    let level = which.level.as_deref().map(str::parse).transpose()?;
    let (after, limit) = (paging.after.clone().unwrap_or_default(), Page::new(None, paging.limit).limit());
    let mut peers = caller.read(move |tx, caller| peer::list(tx, caller.acting, level, &after, limit)).await?;
    let full = peers.len() >= limit as usize;
    let next = peers.last().filter(|_| full).map(|last| last.host.clone());
    let items = peers.drain(..).map(Peer::from).collect();
    Ok(paging.list(caller.site().origin(), items, next.as_ref()))
}

/// What hangs on a server. It stays when the server is blocked, until its end or until those who work here cancel it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ties {
    /// How many bookings its people have here, or wait for.
    pub bookings: u32,
    /// How many bookings members have there, or have asked for.
    pub stays: u32,
}

/// Counts the bookings that hang on a server
///
/// For hosts: to be looked at before the server is blocked.
#[utoipa::path(
    get, path = "/peers/{host}/ties", tag = "peers", operation_id = "show_peer_ties",
    params(("host" = String, Path, description = "Its host", example = "quay.example")),
    responses((status = 200, description = "How many there are", body = Ties))
)]
pub async fn ties(caller: Caller, host: Path<String>) -> Result<Json<Ties>> {
    let host = Host::parse(&host)?;
    let found = caller.read(move |tx, caller| peer::ties(tx, caller.acting, &host)).await?;
    Ok(Json(Ties { bookings: found.bookings, stays: found.stays }))
}

/// A judgement on a server.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelBody {
    /// How far it is to be trusted.
    #[schema(value_type = view::Level)]
    pub level: Level,
    /// Why, up to 500 characters.
    pub note: Option<String>,
}

/// Judges how far a server is trusted
///
/// For hosts. A judgement below `known` covers the hosts under it, too.
#[utoipa::path(
    put, path = "/peers/{host}", tag = "peers", operation_id = "judge_peer",
    params(("host" = String, Path, description = "Its host", example = "quay.example")), request_body = LevelBody,
    responses((status = 200, description = "The server, judged", body = Peer))
)]
pub async fn set_level(caller: Caller, host: Path<String>, body: Body<LevelBody>) -> Result<Json<Peer>> {
    let host = Host::parse(&host)?;
    let LevelBody { level, note } = body.value;
    let judged = caller.act(move |tx, caller| {
        let note = note.as_deref().unwrap_or_default();
        peer::set_level(tx, caller.site(), caller.acting, &host, level, note, caller.now)?;
        Ok(rows::by_host(tx, &host)?.ok_or(Refusal::NotFound { what: "server" })?)
    });
    Ok(Json(judged.await?.into()))
}
