//! Where a member gets letters, and what became of letters.

use actix_web::HttpResponse;
use actix_web::web::{Json, Path, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::Body;
use super::caller::Caller;
use super::paging::{List, Listing, Paging, Window};
use super::view::{self, Id, Time};
use crate::coworking::Refusal;
use crate::coworking::email::EmailAddress;
use crate::coworking::id::{MailId, MemberId};
use crate::operations::{mail, mailbox};
use crate::store::mail as rows;
use crate::store::mailbox as boxes;
use crate::web::error::Result;

/// Where a member gets letters. Nobody sees it but the member and administrators.
#[derive(Debug, Serialize, ToSchema)]
pub struct Mailbox {
    /// The e-mail address.
    #[schema(example = "ana@mail.example")]
    pub address: String,
    /// Is it known to be theirs? Until then it gets one letter, which asks.
    pub confirmed: bool,
    /// Are letters about bookings wanted?
    pub bookings: bool,
}

impl From<boxes::Mailbox> for Mailbox {
    fn from(mailbox: boxes::Mailbox) -> Self {
        Self { address: mailbox.address, confirmed: mailbox.confirmed_at.is_some(), bookings: mailbox.bookings }
    }
}

const NONE: Refusal = Refusal::NotFound { what: "e-mail address of this member" };

/// Shows where the caller gets letters
#[utoipa::path(
    get, path = "/me/mail", tag = "me", operation_id = "show_my_mail",
    responses((status = 200, description = "The address, and what goes there", body = Mailbox))
)]
pub async fn show_own(caller: Caller) -> Result<Json<Mailbox>> {
    let found = caller.read(|tx, caller| {
        let member = caller.acting.member("get letters")?;
        Ok(mailbox::view(tx, caller.acting, member)?.ok_or(NONE)?)
    });
    Ok(Json(found.await?.into()))
}

/// A change to where the caller gets letters; absent fields stay as they are.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailboxBody {
    /// The e-mail address. A new one gets a letter with a link in it, and no other until the link was followed; so does the
    /// same one again as long as that has not happened.
    #[schema(example = "ana@mail.example")]
    pub address: Option<String>,
    /// Are letters about bookings wanted? They are unless said otherwise.
    pub bookings: Option<bool>,
}

/// Changes where the caller gets letters, and which
#[utoipa::path(
    patch, path = "/me/mail", tag = "me", operation_id = "edit_my_mail", request_body = MailboxBody,
    responses((status = 200, description = "The address, and what goes there", body = Mailbox))
)]
pub async fn edit_own(caller: Caller, body: Body<MailboxBody>) -> Result<Json<Mailbox>> {
    let MailboxBody { address, bookings } = body.value;
    let address = address.as_deref().map(EmailAddress::parse).transpose()?;
    let edit = mailbox::Edit { address, bookings, confirmed: false };
    let changed = caller.act(move |tx, caller| {
        let member = caller.acting.member("get letters")?;
        mailbox::edit(tx, caller.acting, member, &edit, caller.now)
    });
    Ok(Json(changed.await?.into()))
}

/// Forgets the caller's e-mail address
#[utoipa::path(
    delete, path = "/me/mail", tag = "me", operation_id = "forget_my_mail",
    responses((status = 204, description = "Done"))
)]
pub async fn remove_own(caller: Caller) -> Result<HttpResponse> {
    let done = caller.act(|tx, caller| {
        let member = caller.acting.member("get letters")?;
        mailbox::remove(tx, caller.acting, member)
    });
    done.await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Shows where a member gets letters
///
/// For the member and for administrators.
#[utoipa::path(
    get, path = "/members/{id}/mail", tag = "members", operation_id = "show_mail_of_member", params(("id" = Id, Path)),
    responses((status = 200, description = "The address, and what goes there", body = Mailbox))
)]
pub async fn show(caller: Caller, id: Path<MemberId>) -> Result<Json<Mailbox>> {
    let id = id.into_inner();
    let found = caller.read(move |tx, caller| Ok(mailbox::view(tx, caller.acting, id)?.ok_or(NONE)?));
    Ok(Json(found.await?.into()))
}

/// A letter to a member, as far as that is anybody's business: not what it says.
#[derive(Debug, Serialize, ToSchema)]
pub struct Letter {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: MailId,
    /// To whom.
    #[schema(value_type = Id)]
    pub member: MemberId,
    /// What it is about: `confirm`, or what a notification of it says.
    #[schema(example = "booking_confirmed")]
    pub kind: &'static str,
    /// What became of it.
    #[schema(value_type = view::LetterState)]
    pub state: &'static str,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next; of one that waits.
    #[schema(value_type = Time)]
    pub next_at: Timestamp,
    /// What went wrong last, or why it was not worth sending.
    #[schema(required)]
    pub error: Option<String>,
    /// Since when it waits.
    #[schema(value_type = Time)]
    pub created_at: Timestamp,
    /// When it was sent or given up.
    #[schema(value_type = Option<Time>, required)]
    pub ended_at: Option<Timestamp>,
}

impl From<rows::Mail> for Letter {
    fn from(mail: rows::Mail) -> Self {
        Self {
            id: mail.id,
            member: mail.member,
            kind: mail.kind.as_str(),
            state: mail.state.as_str(),
            attempts: mail.attempts,
            next_at: mail.next_at,
            error: mail.error,
            created_at: mail.created_at,
            ended_at: mail.ended_at,
        }
    }
}

/// Which letters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Those in this state; all if absent.
    #[param(value_type = Option<view::LetterState>)]
    pub state: Option<String>,
}

/// Lists letters to members, the newest first
///
/// For administrators. What a letter says is not kept.
#[utoipa::path(
    get, path = "/mail", tag = "queue", operation_id = "list_letters", params(Which, Window),
    responses((status = 200, description = "A page", body = List<Letter>))
)]
pub async fn list(caller: Caller, which: Query<Which>, paging: Paging) -> Result<Listing<Letter>> {
    let state = which.state.as_deref().map(str::parse::<rows::State>).transpose()?;
    let page = paging.page();
    let letters = caller.read(move |tx, caller| mail::list(tx, caller.acting, state, page)).await?;
    Ok(paging.slice(caller.site().origin(), letters.map(Letter::from)))
}

/// Tries a letter again, now
///
/// For administrators.
#[utoipa::path(
    post, path = "/mail/{id}/retry", tag = "queue", operation_id = "retry_letter", params(("id" = Id, Path)),
    responses((status = 204, description = "It is tried again"))
)]
pub async fn retry(caller: Caller, id: Path<MailId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    caller.act(move |tx, caller| mail::retry(tx, caller.acting, id, caller.now)).await?;
    Ok(HttpResponse::NoContent().finish())
}
