//! Spaces elsewhere, found through partners of the spaces here.

use actix_web::web::Query;
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Caller;
use super::paging::{List, Listing, Paging, Window};
use super::view::{self, KnownSpace};
use crate::coworking::directory::WantedInput;
use crate::federation::directory;
use crate::web::error::Result;

/// What is looked for; what is absent does not matter.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Wanted {
    /// The name of the town.
    pub town: Option<String>,
    /// Around a point: degrees north and east.
    #[param(example = "59.43,24.75")]
    pub near: Option<String>,
    /// How far around it, in kilometres; 25 if absent.
    #[param(minimum = 1, maximum = 20_000)]
    pub within: Option<u32>,
    /// What sort of thing they must have.
    #[param(value_type = Option<view::ResourceKind>)]
    pub kind: Option<String>,
    /// For how many people.
    #[param(minimum = 1)]
    pub people: Option<u32>,
    /// Words that it must have, up to 5.
    #[param(example = "projector")]
    pub need: Option<String>,
    /// The day on which it has to be free at some time, by the clock of the space.
    #[param(example = "2027-01-15")]
    pub date: Option<String>,
    /// From when it has to be free all the time, by the clock of the space; in place of `date`.
    #[param(example = "2027-01-15T09:30")]
    pub from: Option<String>,
    /// Until when.
    #[param(example = "2027-01-15T12:00")]
    pub to: Option<String>,
}

impl From<Wanted> for WantedInput {
    fn from(wanted: Wanted) -> Self {
        Self {
            town: wanted.town.unwrap_or_default(),
            near: wanted.near.unwrap_or_default(),
            within: wanted.within,
            kind: wanted.kind.unwrap_or_default(),
            people: wanted.people,
            need: wanted.need.unwrap_or_default(),
            date: wanted.date.unwrap_or_default(),
            from: wanted.from.unwrap_or_default(),
            to: wanted.to.unwrap_or_default(),
        }
    }
}

/// Finds spaces elsewhere
///
/// Those whom the spaces here follow, and those whom these follow; the nearest first where a point is named. Where a time is
/// named, the hosts of the first ten resources of the page are asked what is free.
#[utoipa::path(
    get, path = "/spaces/search", tag = "spaces", operation_id = "search_spaces", params(Wanted, Window),
    responses((status = 200, description = "A page", body = List<KnownSpace>))
)]
pub async fn search(caller: Caller, wanted: Query<Wanted>, paging: Paging) -> Result<Listing<KnownSpace>> {
    let wanted = WantedInput::from(wanted.into_inner()).parse()?;
    let found = directory::search(caller.node(), wanted, paging.page(), caller.now).await?;
    let items = found.items.into_iter().map(KnownSpace::from).collect();
    Ok(paging.list(caller.site().origin(), items, found.next.as_ref()))
}
