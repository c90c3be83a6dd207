//! The ledger between spaces: guest-days, and what partners said of each month.

use actix_web::web::{Json, Path, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Caller;
use super::paging::{List, Listing, Paging, Window};
use super::view::{Id, LedgerLine, Statements};
use crate::coworking::id::SpaceId;
use crate::coworking::ledger::{MONTHS_BACK, Month};
use crate::coworking::member::Acting;
use crate::coworking::peer::Host;
use crate::operations::{self, ledger};
use crate::store::page::{Page, Slice};
use crate::store::{Tx, actor};
use crate::web::error::Result;

/// Which part of the ledger.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// With this node; with all if absent.
    #[param(example = "quay.example")]
    pub peer: Option<String>,
    /// Of this month; of the last 13 if absent.
    #[param(example = "2027-01")]
    pub month: Option<String>,
}

impl LedgerLine {
    /// The lines that are asked for, the newest month first.
    ///
    /// # Errors
    /// As of [`ledger::book`].
    pub fn load(
        tx: &mut Tx<'_>,
        acting: Acting,
        peer: Option<&Host>,
        month: Option<Month>,
        now: jiff::Timestamp,
    ) -> operations::Result<Vec<Self>> {
        let to = month.unwrap_or(Month::at(now));
        let from = month.unwrap_or(to.plus(-MONTHS_BACK));
        let book = ledger::book(tx, acting, peer, from, to)?;
        let lines = book.into_iter().rev();
        Ok(lines.map(|((month, host), entry)| Self { month, host, balance: entry.into() }).collect())
    }
}

/// Lists guest-days hosted and sent, and how often requests were honoured, by month and node
///
/// For hosts. A guest-day is a day of the host's calendar that a booking touches whose guest came. Nothing is refused because of
/// it. All of it stands on one page.
#[utoipa::path(
    get, path = "/ledger", tag = "partners", operation_id = "show_ledger", params(Which),
    responses((status = 200, description = "The newest month first", body = List<LedgerLine>))
)]
pub async fn show(caller: Caller, which: Query<Which>) -> Result<Json<List<LedgerLine>>> {
    let peer = which.peer.as_deref().map(Host::parse).transpose()?;
    let month = which.month.as_deref().map(str::parse).transpose()?;
    let load =
        move |tx: &mut Tx<'_>, caller: &Caller| LedgerLine::load(tx, caller.acting, peer.as_ref(), month, caller.now);
    Ok(Json(List { items: caller.read(load).await?, next: None }))
}

impl Statements {
    /// A page of them, with the other spaces as lists show them.
    ///
    /// # Errors
    /// As of [`ledger::statements`].
    pub fn page(tx: &mut Tx<'_>, acting: Acting, space: SpaceId, page: Page) -> operations::Result<Slice<Self>> {
        let slice = ledger::statements(tx, acting, space, page)?;
        let others: Vec<_> = slice.items.iter().map(|compared| compared.partner).collect();
        let others = actor::summaries(tx, &others)?;
        let mut items = Vec::with_capacity(slice.items.len());
        for compared in slice.items {
            let other = others.iter().find(|actor| actor.id == compared.partner);
            items.extend(other.map(|other| Self::new(compared, other.clone())));
        }
        Ok(Slice { items, next: slice.next })
    }
}

/// Lists what a space and its partners said of each month, side by side, the newest first
///
/// For hosts. What differs is named; nothing settles it but people.
#[utoipa::path(
    get, path = "/spaces/{id}/statements", tag = "partners", operation_id = "list_statements",
    params(("id" = Id, Path), Window), responses((status = 200, description = "A page", body = List<Statements>))
)]
pub async fn statements(caller: Caller, id: Path<SpaceId>, paging: Paging) -> Result<Listing<Statements>> {
    let page = paging.page();
    let slice = caller.read(move |tx, caller| Statements::page(tx, caller.acting, *id, page)).await?;
    Ok(paging.slice(caller.site().origin(), slice))
}
