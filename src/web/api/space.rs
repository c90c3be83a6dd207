//! The spaces of the node.

use actix_web::HttpResponse;
use actix_web::web::{Json, Path};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actor::profile;
use super::body::{Body, over};
use super::caller::Caller;
use super::me::ProfileBody;
use super::once::{Made, created};
use super::paging::List;
use super::view::{self, Actor, Id, Time};
use crate::coworking::id::SpaceId;
use crate::coworking::profile::ProfileInput;
use crate::coworking::space::{NewSpace, PlaceInput, Zone};
use crate::operations::{self, profile as profiles, space};
use crate::store::Tx;
use crate::store::space as rows;
use crate::web::error::Result;

/// A space, with its profile.
#[derive(Debug, Serialize, ToSchema)]
pub struct Space {
    /// What everybody sees.
    #[serde(flatten)]
    pub actor: Actor,
    /// Where its clock hangs: the IANA name of a time zone.
    #[schema(example = "Europe/Amsterdam")]
    pub zone: String,
    /// Where it is, and when it is open.
    #[schema(value_type = view::Place)]
    pub place: PlaceInput,
    /// Is it the one that is meant when none is named?
    pub is_default: bool,
    /// Since when it is there.
    #[schema(value_type = Time)]
    pub founded_at: Timestamp,
}

impl Space {
    pub(super) fn load(tx: &mut Tx<'_>, space: rows::Space) -> operations::Result<Self> {
        Ok(Self {
            actor: profile(tx, space.id.into())?,
            zone: space.zone,
            place: space.place.into(),
            is_default: space.is_default,
            founded_at: space.founded_at,
        })
    }

    fn by_id(tx: &mut Tx<'_>, id: SpaceId) -> operations::Result<Self> {
        let space = space::or_default(tx, Some(id))?;
        Self::load(tx, space)
    }
}

/// Lists the spaces, the oldest first
///
/// A node has few; they all stand on one page.
#[utoipa::path(
    get, path = "/spaces", tag = "spaces", operation_id = "list_spaces",
    responses((status = 200, description = "All spaces", body = List<Space>))
)]
pub async fn list(caller: Caller) -> Result<Json<List<Space>>> {
    let spaces = caller.read(|tx, _| rows::list(tx)?.into_iter().map(|space| Space::load(tx, space)).collect());
    Ok(Json(List { items: spaces.await?, next: None }))
}

/// A space to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpaceBody {
    /// Its name in handles and addresses, as of members, who share the names with spaces.
    #[schema(example = "harbor")]
    pub username: String,
    /// The display name, up to 200 characters.
    pub name: String,
    /// The IANA name of its time zone.
    #[schema(example = "Europe/Amsterdam")]
    pub zone: String,
}

/// Opens a space
///
/// For administrators.
#[utoipa::path(
    post, path = "/spaces", tag = "spaces", operation_id = "found_space", request_body = SpaceBody,
    responses((status = 201, description = "The space", body = Space))
)]
pub async fn found(caller: Caller, body: Body<SpaceBody>) -> Result<HttpResponse> {
    let SpaceBody { username, name, zone } = body.value;
    let new = NewSpace::parse(&username, &name, &zone)?;
    let made = caller.act(move |tx, caller| {
        let id = space::found(tx, caller.site(), caller.acting, &new, None, caller.now)?;
        Ok(Made { path: format!("spaces/{id}"), shown: Space::by_id(tx, id)? })
    });
    Ok(created(&caller, &made.await?))
}

/// Shows a space
#[utoipa::path(
    get, path = "/spaces/{id}", tag = "spaces", operation_id = "show_space", params(("id" = Id, Path)),
    responses((status = 200, description = "The space", body = Space))
)]
pub async fn show(caller: Caller, id: Path<SpaceId>) -> Result<Json<Space>> {
    Ok(Json(caller.read(move |tx, _| Space::by_id(tx, *id)).await?))
}

/// A change to a space; absent fields stay as they are.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpaceEdit {
    /// What it shows of itself.
    pub profile: Option<ProfileBody>,
    /// The IANA name of its time zone.
    pub zone: Option<String>,
    /// Where it is, and when it is open; of this, too, absent fields stay as they are. What is booked stays, whatever the
    /// hours say.
    #[schema(value_type = Option<view::Place>)]
    pub place: Option<PlaceInput>,
}

/// Changes a space
///
/// For administrators.
#[utoipa::path(
    patch, path = "/spaces/{id}", tag = "spaces", operation_id = "edit_space", params(("id" = Id, Path)),
    request_body = SpaceEdit, responses((status = 200, description = "The space, changed", body = Space))
)]
pub async fn edit(caller: Caller, id: Path<SpaceId>, body: Body<SpaceEdit>) -> Result<Json<Space>> {
    let SpaceEdit { profile, zone, place } = body.value;
    let given = body.bytes;
    let profile = profile.map(|profile| ProfileInput::from(profile).parse()).transpose()?;
    let zone = zone.as_deref().map(Zone::parse).transpose()?;
    let changed = caller.act(move |tx, caller| {
        let old = space::or_default(tx, Some(*id))?;
        let id = old.id;
        if place.is_some() {
            let new = over(PlaceInput::from(old.place), &given, Some("place"))?.parse()?;
            space::set_place(tx, caller.acting, id, &new, caller.now)?;
        }
        if let Some(zone) = &zone {
            space::set_zone(tx, caller.acting, id, zone)?;
        }
        if let Some(edit) = &profile {
            profiles::edit(tx, caller.site(), caller.acting, id.into(), edit, caller.now)?;
        }
        Space::by_id(tx, id)
    });
    Ok(Json(changed.await?))
}
