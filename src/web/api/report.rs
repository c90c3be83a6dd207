//! Reports to those who keep order.

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::Body;
use super::caller::Caller;
use super::paging::{List, Listing, Paging, Window};
use super::view::{Id, Person, Time};
use crate::coworking::id::{ActorId, PostId, ReportId};
use crate::coworking::report::ReportInput;
use crate::operations::report;
use crate::store::report::ReportView;
use crate::web::error::Result;

/// A report.
#[derive(Debug, Serialize, ToSchema)]
pub struct Report {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: ReportId,
    /// Who reports: a member, or the server of somebody elsewhere.
    pub reporter: Person,
    /// Who is reported.
    pub target: Person,
    /// Ids in the network of the posts it is about.
    pub posts: Vec<String>,
    /// What is wrong, plain text.
    pub content: String,
    /// Does the home of who is reported hear of it, without the reporter's name?
    pub forward: bool,
    /// When.
    #[schema(value_type = Time)]
    pub reported_at: Timestamp,
    /// When somebody dealt with it.
    #[schema(value_type = Option<Time>, required)]
    pub resolved_at: Option<Timestamp>,
}

impl From<ReportView> for Report {
    fn from(view: ReportView) -> Self {
        let report = view.report;
        Self {
            id: report.id,
            reporter: view.reporter.into(),
            target: view.target.into(),
            posts: report.posts,
            content: report.content,
            forward: report.forward,
            reported_at: report.reported_at,
            resolved_at: report.resolved_at,
        }
    }
}

/// A report to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportBody {
    /// Who is reported.
    #[schema(value_type = Id)]
    pub target: ActorId,
    /// What is wrong, in plain text, up to 5,000 characters.
    pub content: String,
    /// The posts that it is about, up to 20; of who is reported.
    #[schema(value_type = Option<Vec<Id>>)]
    pub posts: Option<Vec<PostId>>,
    /// Tell those who keep order where the reported person lives, without the caller's name.
    pub forward: Option<bool>,
}

/// What became of a report.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reported {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: ReportId,
}

/// Reports somebody to the hosts and administrators
#[utoipa::path(
    post, path = "/reports", tag = "reports", operation_id = "report_actor", request_body = ReportBody,
    responses((status = 201, description = "It was handed on", body = Reported))
)]
pub async fn make(caller: Caller, body: Body<ReportBody>) -> Result<HttpResponse> {
    let ReportBody { target, content, posts, forward } = body.value;
    let draft = ReportInput { content, posts, forward }.parse()?;
    let id = caller.act(move |tx, caller| report::make(tx, caller.acting, target, &draft, caller.now)).await?;
    Ok(HttpResponse::Created().json(Reported { id }))
}

/// Which reports.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Those that somebody has dealt with, too; `false` if absent.
    pub resolved: Option<bool>,
}

/// Lists reports, the newest first
///
/// For hosts.
#[utoipa::path(
    get, path = "/reports", tag = "reports", operation_id = "list_reports", params(Which, Window),
    responses((status = 200, description = "A page", body = List<Report>))
)]
pub async fn list(caller: Caller, which: Query<Which>, paging: Paging) -> Result<Listing<Report>> {
    let (open, page) = (!which.resolved.unwrap_or(false), paging.page());
    let reports = caller.read(move |tx, caller| report::list(tx, caller.acting, open, page)).await?;
    Ok(paging.slice(caller.site().origin(), reports.map(Report::from)))
}

/// Says that somebody has dealt with a report
///
/// For hosts.
#[utoipa::path(
    post, path = "/reports/{id}/resolve", tag = "reports", operation_id = "resolve_report",
    params(("id" = Id, Path)), responses((status = 204, description = "Done"))
)]
pub async fn resolve(caller: Caller, id: Path<ReportId>) -> Result<HttpResponse> {
    caller.act(move |tx, caller| report::resolve(tx, caller.acting, *id, caller.now)).await?;
    Ok(HttpResponse::NoContent().finish())
}
