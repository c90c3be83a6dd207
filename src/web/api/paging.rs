//! Lists in pages: an opaque cursor says where a page begins, and a `Link` header (RFC 8288) leads to the next.

use std::future::{Ready, ready};

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::header::LINK;
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::coworking::Refusal;
use crate::store::page::{Page, Slice};
use crate::web::error::{Error, Wrong};

/// What a cursor holds: where in the list's order the page before ended.
pub trait Position: Sized {
    /// As bytes.
    fn bytes(&self) -> Vec<u8>;
    /// From bytes, if they are some of such a list.
    fn read(bytes: Vec<u8>) -> Option<Self>;
}

impl Position for i64 {
    fn bytes(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }

    fn read(bytes: Vec<u8>) -> Option<Self> {
        Some(i64::from_be_bytes(bytes.try_into().ok()?)).filter(|id| *id >= 0)
    }
}

impl Position for String {
    fn bytes(&self) -> Vec<u8> {
        self.clone().into_bytes()
    }

    fn read(bytes: Vec<u8>) -> Option<Self> {
        String::from_utf8(bytes).ok()
    }
}

/// The part of a list that is asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, names("cursor", "limit"))]
#[expect(dead_code, reason = "it describes what Paging reads")]
pub struct Window(
    /// Where the page begins: `next` of the page before. The first page if absent.
    Option<String>,
    /// How many items to give out, 20 if absent; more than 80 counts as 80.
    #[param(minimum = 1)]
    Option<u32>,
);

/// The part of a list that is asked for, read.
#[derive(Debug, Clone)]
pub struct Paging<P = i64> {
    /// Where the page before ended.
    pub after: Option<P>,
    /// How many items to give out at the most.
    pub limit: Option<u32>,
    path: String,
    /// The rest of the question, which the next page repeats.
    rest: Vec<(String, String)>,
}

impl<P: Position> Paging<P> {
    fn read(request: &HttpRequest) -> Result<Self, Error> {
        const NUMBER: &str = "a whole number from 1 to 80";
        let mut paging = Self { after: None, limit: None, path: request.path().to_owned(), rest: Vec::new() };
        for (name, value) in url::form_urlencoded::parse(request.query_string().as_bytes()) {
            match &*name {
                "cursor" => {
                    let after = position(&value).ok_or_else(|| Error::wrong(Wrong::BadRequest, NO_CURSOR))?;
                    paging.after = Some(after);
                }
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| *limit > 0);
                    paging.limit = Some(limit.ok_or_else(|| Refusal::malformed("limit", &value, NUMBER))?);
                }
                _ => paging.rest.push((name.into_owned(), value.into_owned())),
            }
        }
        Ok(paging)
    }

    /// An answer with these items, and the way to the next page if there is one.
    pub fn list<T>(&self, origin: &str, items: Vec<T>, next: Option<&P>) -> Listing<T> {
        let (next, link) = self.next(origin, next);
        Listing { list: List { items, next }, link }
    }

    /// The cursor of the next page, and the header that leads there.
    pub fn next(&self, origin: &str, next: Option<&P>) -> (Option<String>, Option<String>) {
        let next = next.map(cursor);
        let link = next.as_ref().map(|cursor| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(&self.rest);
            if let Some(limit) = self.limit {
                query.append_pair("limit", &limit.to_string());
            }
            query.append_pair("cursor", cursor);
            format!("<{origin}{}?{}>; rel=\"next\"", self.path, query.finish())
        });
        (next, link)
    }
}

impl Paging {
    /// For a list that is ordered by ids.
    #[must_use]
    pub fn page(&self) -> Page {
        Page::new(self.after, self.limit)
    }

    /// An answer with a part of such a list.
    pub fn slice<T>(&self, origin: &str, slice: Slice<T>) -> Listing<T> {
        self.list(origin, slice.items, slice.next.as_ref())
    }
}

/// What is said of a cursor that means nothing.
pub const NO_CURSOR: &str = "cursor is none of this list; take it from next of the page before, or leave it out";

/// Where in a list a cursor points, if it is one.
pub fn position<P: Position>(cursor: &str) -> Option<P> {
    URL_SAFE_NO_PAD.decode(cursor).ok().and_then(P::read)
}

/// The cursor that points there.
fn cursor(position: &impl Position) -> String {
    URL_SAFE_NO_PAD.encode(position.bytes())
}

impl<P: Position> FromRequest for Paging<P> {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::read(request))
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// What is on the page.
    pub items: Vec<T>,
    /// The cursor of the next page; `null` on the last.
    #[schema(required)]
    pub next: Option<String>,
}

impl<T> From<Slice<T>> for List<T> {
    fn from(slice: Slice<T>) -> Self {
        Self { items: slice.items, next: slice.next.as_ref().map(cursor) }
    }
}

/// A page of a list as an answer.
#[derive(Debug)]
pub struct Listing<T> {
    list: List<T>,
    link: Option<String>,
}

impl<T: Serialize> Responder for Listing<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        linked(self.link, &self.list)
    }
}

/// An answer that leads to another page.
pub fn linked(link: Option<String>, body: &impl Serialize) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    if let Some(link) = link {
        answer.insert_header((LINK, link));
    }
    answer.json(body)
}
