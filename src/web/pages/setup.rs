//! The page behind the setup link: it opens the first space and makes its first administrator, once.
//!
//! Who has the secret in the link may; nobody else. The form goes to the same address, so another site cannot send it
//! without knowing the secret, and the Origin is checked besides.

use actix_web::http::StatusCode;
use actix_web::http::header::ORIGIN;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::view::{Head, Person};
use super::{Keep, html};
use crate::coworking::Refusal;
use crate::operations::setup::{SetUpBy, SetupInput};
use crate::operations::{self, setup};
use crate::store::actor;
use crate::web::Door;
use crate::web::error::{Error, Result, Wrong, sentence};

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage<'a> {
    head: Head,
    action: &'a str,
    wrong: Option<String>,
    space_fields: Vec<Field<'a>>,
    admin_fields: Vec<Field<'a>>,
    done: Option<Done>,
}

struct Field<'a> {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    value: &'a str,
    wrong: Option<String>,
    limit: usize,
    autocomplete: &'static str,
    /// Free words rather than a name for machines.
    words: bool,
    /// Values to choose from, if there are.
    choices: Vec<String>,
}

struct Done {
    space: Person,
    admin: Person,
    token: String,
}

/// `GET /setup/{secret}`.
///
/// # Errors
/// [`Refusal::Setup`] when the link is wrong or the setup was done.
pub async fn form(door: web::Data<Door>, request: HttpRequest, secret: web::Path<String>) -> Result<HttpResponse> {
    let secret = secret.into_inner();
    door.node.store.read(move |tx| setup::check_link(tx, &secret)).await?;
    let zone = jiff::tz::TimeZone::system().iana_name().unwrap_or("UTC").to_owned();
    let input = SetupInput { zone, ..SetupInput::default() };
    page(&door, StatusCode::OK, request.path(), &input, &[], None)
}

/// `POST /setup/{secret}`.
///
/// # Errors
/// As [`form`]; [`Wrong::Forbidden`] when the form stood on another site.
pub async fn submit(
    door: web::Data<Door>,
    request: HttpRequest,
    secret: web::Path<String>,
    input: web::Form<SetupInput>,
) -> Result<HttpResponse> {
    let origin = request.headers().get(ORIGIN).map(|origin| origin.as_bytes());
    if origin.is_some_and(|origin| origin != door.node.site.origin().as_bytes()) {
        let expected = door.node.site.origin();
        return Err(Error::wrong(Wrong::Forbidden, format!("this form has to be opened and sent at {expected}")));
    }
    let input = input.into_inner();
    let Ok(setup) = input.parse() else { return refused(&door, &request, &input, &input.faults()) };
    let (node, secret) = (door.node.clone(), secret.into_inner());
    let now = node.clock.now();
    let done = door.node.store.write(move |tx| -> operations::Result<_> {
        let done = setup::set_up(tx, &node.site, SetUpBy::Link(&secret), &setup, &[], now)?;
        let people = actor::summaries(tx, &[done.space.into(), done.admin.into()])?;
        let person = |id| people.iter().find(|actor| actor.id == id).map(|actor| Person::of(actor, &node.site));
        Ok((person(done.space.into()), person(done.admin.into()), done.token))
    });
    match done.await {
        Ok((Some(space), Some(admin), token)) => {
            let done = Done { space, admin, token: token.expose().to_owned() };
            page(&door, StatusCode::OK, request.path(), &input, &[], Some(done))
        }
        Ok(_) => Err(anyhow::anyhow!("who was just made was not found").into()),
        Err(operations::Error::Refused(refusal)) if refusal.field().is_some() => {
            refused(&door, &request, &input, &[refusal])
        }
        Err(error) => Err(error.into()),
    }
}

fn refused(door: &Door, request: &HttpRequest, input: &SetupInput, faults: &[Refusal]) -> Result<HttpResponse> {
    page(door, StatusCode::UNPROCESSABLE_ENTITY, request.path(), input, faults, None)
}

fn page(
    door: &Door,
    status: StatusCode,
    action: &str,
    input: &SetupInput,
    faults: &[Refusal],
    done: Option<Done>,
) -> Result<HttpResponse> {
    html(status, &filled(door.node_name(), action, input, faults, done), Keep::Never)
}

fn filled<'a>(
    node: &str,
    action: &'a str,
    input: &'a SetupInput,
    faults: &[Refusal],
    done: Option<Done>,
) -> SetupPage<'a> {
    // The words stand at the field, so they need not tell its name.
    let wrong = |name: &str| {
        let fault = faults.iter().find(|fault| fault.field() == Some(name))?;
        Some(sentence(&fault.clone().about("this")))
    };
    let field = |name, label, hint, value, limit, autocomplete, words| Field {
        name,
        label,
        hint,
        value,
        wrong: wrong(name),
        limit,
        autocomplete,
        words,
        choices: Vec::new(),
    };
    const SHORT: &str = "Letters, digits and _; it stands in addresses and cannot be changed";
    let zones = jiff::tz::db().available().map(|name| name.to_string()).collect();
    SetupPage {
        head: Head::plain(if done.is_some() { "Your space is open" } else { "Open your space" }, node),
        action,
        wrong: match faults {
            [] => None,
            [_] => Some("One of the fields below needs another look.".to_owned()),
            several => Some(format!("{} of the fields below need another look.", several.len())),
        },
        space_fields: vec![
            field("space_name", "Name", "As on the sign at the door", &input.space_name, 200, "organization", true),
            field("space_username", "Short name", SHORT, &input.space_username, 30, "off", false),
            Field {
                choices: zones,
                ..field("zone", "Time zone", "Such as Europe/Amsterdam", &input.zone, 60, "off", false)
            },
        ],
        admin_fields: vec![
            field("admin_name", "Name", "As people call you", &input.admin_name, 200, "name", true),
            field("admin_username", "Short name", SHORT, &input.admin_username, 30, "username", false),
        ],
        done,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn form() -> String {
        let input = SetupInput { zone: "Mars/Olympus".into(), ..SetupInput::default() };
        let refusal = Refusal::malformed("zone", "Mars/Olympus", "an IANA time zone such as Europe/Amsterdam");
        filled("localhost:8080", "/setup/x", &input, &[refusal], None).render().unwrap()
    }

    pub fn done() -> String {
        let person = |name: &str, group| Person {
            name: name.to_owned(),
            handle: String::new(),
            page: "/".into(),
            initials: "A".into(),
            tint: 0,
            group,
        };
        let token = format!("ts_{}", "Zx9".repeat(14));
        let done = Done { space: person("Harbor Coworking", true), admin: person("Ana Lima", false), token };
        filled("localhost:8080", "/setup/x", &SetupInput::default(), &[], Some(done)).render().unwrap()
    }
}
