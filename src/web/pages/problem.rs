//! Pages that say no, and the pages that explain every "no".

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::view::Head;
use super::{Keep, html};
use crate::web::error::{Error, Problem, Result};
use crate::web::problem::{self, CATALOGUE, Kind};

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    head: Head,
    title: &'a str,
    detail: &'a str,
    meaning: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "problems.html")]
struct CataloguePage {
    head: Head,
    kinds: &'static [Kind],
}

/// A problem as a page of the node with this name.
#[must_use]
pub fn page(node: &str, problem: &Problem) -> HttpResponse {
    let code = problem.kind.rsplit('/').next().unwrap_or_default();
    let page = ProblemPage {
        head: Head::plain(problem.title, node),
        title: problem.title,
        detail: &problem.detail,
        meaning: problem::find(code).map(|kind| kind.meaning),
    };
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    html(status, &page, Keep::Never).unwrap_or_else(|_| HttpResponse::build(status).finish())
}

/// `GET /problems`.
///
/// # Errors
/// None that a reader could cause.
pub async fn catalogue(door: web::Data<crate::web::Door>) -> Result<HttpResponse> {
    let head = Head::plain("Problems, explained", door.node_name());
    html(StatusCode::OK, &CataloguePage { head, kinds: CATALOGUE }, Keep::Revalidate)
}

/// `GET /problems/{code}`.
///
/// # Errors
/// [`Error::not_found`] for a code that no answer has.
pub async fn explained(door: web::Data<crate::web::Door>, code: web::Path<String>) -> Result<HttpResponse> {
    let kind = problem::find(&code).ok_or(Error::not_found("problem"))?;
    let head = Head::plain(kind.title, door.node_name());
    let page = ProblemPage { head, title: kind.title, detail: kind.meaning, meaning: None };
    html(StatusCode::OK, &page, Keep::Revalidate)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn gone() -> String {
        let page = ProblemPage {
            head: Head::plain("Gone", "Harbor Coworking"),
            title: "Gone",
            detail: "This post is gone.",
            meaning: problem::find("gone").map(|kind| kind.meaning),
        };
        page.render().unwrap()
    }
}
