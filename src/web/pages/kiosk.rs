//! The screen at the door: it shows a code to scan, and on another page takes numbers, so that a code that changes wipes nothing
//! that is being typed. It lists nobody, forgets at once, and leads nowhere else.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use qrcode::{Color, EcLevel, QrCode};
use serde::Deserialize;

use super::desk::Desk;
use super::view::{Head, Refresh};
use super::{Keep, html};
use crate::coworking::booking::State;
use crate::node::Node;
use crate::operations::door::{self, STEP};
use crate::operations::kiosk::{self, Said, Way};
use crate::operations::visit;
use crate::store::kiosk::Kiosk;
use crate::store::{Tx, actor, space};
use crate::web::Door;
use crate::web::error::{Error, Problem, Result, sentence};
use crate::web::session::own_form;

/// What the addresses of screens begin with.
pub const KIOSKS: &str = "/kiosk/";
/// How long an answer stands there, in seconds.
const ANSWER: u32 = 8;
/// How long somebody may take to type a number, in seconds; then they are taken to be gone.
const TYPING: u32 = 120;
/// After how many seconds a screen that shows a problem is tried again.
const AGAIN: u32 = 30;

#[derive(Template)]
#[template(path = "kiosk.html")]
pub(super) struct KioskPage {
    pub(super) head: Head,
    pub(super) action: String,
    pub(super) space: String,
    pub(super) shown: Shown,
}

/// What stands on the screen.
pub(super) enum Shown {
    /// A code to scan.
    Code(Qr),
    /// The form for a number.
    Number,
    /// The answer to a number.
    Answer {
        /// In a few words.
        title: String,
        /// The rest.
        words: String,
        /// Did it pass?
        good: bool,
    },
}

/// A code to scan, as a path of squares.
pub(super) struct Qr {
    /// Squares on each side, with the margin.
    pub(super) side: usize,
    /// The dark ones.
    pub(super) path: String,
    /// The address that it leads to.
    pub(super) address: String,
}

/// The margin that readers need, in squares.
const MARGIN: usize = 4;

impl Qr {
    /// The code of an address.
    pub(super) fn of(address: String) -> Option<Self> {
        let code = QrCode::with_error_correction_level(&address, EcLevel::M).ok()?;
        let (width, colours) = (code.width(), code.to_colors());
        let mut path = String::new();
        for (row, line) in colours.chunks(width).enumerate() {
            let mut column = 0;
            while column < width {
                let long = line.iter().skip(column).take_while(|colour| **colour == Color::Dark).count();
                if long > 0 {
                    path += &format!("M{} {}h{long}v1h-{long}z", column + MARGIN, row + MARGIN);
                }
                column += long.max(1);
            }
        }
        Some(Self { side: width + 2 * MARGIN, path, address })
    }
}

/// What of the screen is to be shown.
#[derive(Debug, Deserialize)]
pub struct Asked {
    view: Option<String>,
}

/// What was typed.
#[derive(Debug, Deserialize)]
pub struct Typed {
    code: String,
    way: Option<String>,
}

struct Stage {
    head: Head,
    space: String,
    code: Option<String>,
    slug: String,
    zone: TimeZone,
}

fn stage(tx: &mut Tx<'_>, node: &Node, kiosk: &Kiosk, now: Timestamp) -> Result<Stage> {
    let here = actor::by_id(tx, kiosk.space.into())?;
    let slug = here.map(|here| here.username).unwrap_or_default();
    let zone = space::by_id(tx, kiosk.space.into())?.and_then(|space| TimeZone::get(&space.zone).ok());
    let name = visit::called(tx, kiosk.space.into())?;
    Ok(Stage {
        head: Desk::new(tx, node)?.head(&format!("The door of {name}")),
        space: name,
        code: door::code(tx, kiosk.space, now)?,
        slug,
        zone: zone.unwrap_or(TimeZone::UTC),
    })
}

/// `GET /kiosk/{secret}`: the code; with `view=number` the form.
///
/// # Errors
/// As for anything unknown for a secret that is wrong.
pub async fn show(
    door: web::Data<Door>,
    request: HttpRequest,
    secret: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (node, now) = (door.node.clone(), door.node.clock.now());
    let stage = door.node.store.read(move |tx| {
        let kiosk = kiosk::find(tx, &secret)?;
        stage(tx, &node, &kiosk, now)
    });
    let Stage { head, space, code, slug, .. } = stage.await?;
    let action = request.path().to_owned();
    if asked.view.as_deref() == Some("number") {
        let head = Head { refresh: Some(Refresh { seconds: TYPING, to: Some(action.clone()) }), ..head };
        return html(StatusCode::OK, &KioskPage { head, action, space, shown: Shown::Number }, Keep::Never);
    }
    let address = format!("{}/door/{slug}?code={}", door.node.site.origin(), code.unwrap_or_default());
    let qr = Qr::of(address).ok_or_else(|| anyhow::anyhow!("an address is too long for a code"))?;
    // Anew as soon as there is another one.
    let left = u32::try_from(STEP - now.as_second().rem_euclid(STEP)).unwrap_or(ANSWER);
    let head = Head { refresh: Some(Refresh { seconds: left.max(5), to: None }), ..head };
    html(StatusCode::OK, &KioskPage { head, action, space, shown: Shown::Code(qr) }, Keep::Never)
}

/// A problem at a screen: it stays there, and the screen looks again by itself.
#[must_use]
pub fn problem(node: &str, path: &str, problem: &Problem) -> HttpResponse {
    let action = path.to_owned();
    let refresh = Some(Refresh { seconds: AGAIN, to: Some(action.clone()) });
    let head = Head { refresh, ..Head::plain(problem.title, node) };
    let shown = Shown::Answer { title: problem.title.to_owned(), words: problem.detail.clone(), good: false };
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    html(status, &KioskPage { head, action, space: String::new(), shown }, Keep::Never)
        .unwrap_or_else(|_| HttpResponse::build(status).finish())
}

/// `POST /kiosk/{secret}`: somebody typed a number.
///
/// # Errors
/// As of [`show`] and [`own_form`].
pub async fn submit(
    door: web::Data<Door>,
    request: HttpRequest,
    secret: web::Path<String>,
    typed: web::Form<Typed>,
) -> Result<HttpResponse> {
    own_form(&door, &request)?;
    let (node, now, secret) = (door.node.clone(), door.node.clock.now(), secret.into_inner());
    let Typed { code, way } = typed.into_inner();
    let way = if way.as_deref() == Some("out") { Way::Out } else { Way::In };
    let done = door.node.store.write(move |tx| {
        let kiosk = kiosk::find(tx, &secret)?;
        let said = kiosk::type_code(tx, &secret, &code, way, now)?;
        Ok::<_, Error>((said, stage(tx, &node, &kiosk, now)?))
    });
    let (said, Stage { head, space, zone, .. }) = done.await?;
    let (title, words, good) = words(&said, &zone);
    let action = request.path().to_owned();
    let head = Head { refresh: Some(Refresh { seconds: ANSWER, to: Some(action.clone()) }), ..head };
    let status = if good { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html(status, &KioskPage { head, action, space, shown: Shown::Answer { title, words, good } }, Keep::Never)
}

fn words(said: &Said, zone: &TimeZone) -> (String, String, bool) {
    let clock = |time: Timestamp| time.to_zoned_datetime(zone.clone()).strftime("%H:%M").to_string();
    match said {
        Said::Wrong(left) => {
            let tries = if *left == 1 { "one more try".to_owned() } else { format!("{left} more tries") };
            ("That number is nobody's now".to_owned(), format!("Type all of its digits. There is {tries}."), false)
        }
        Said::Locked(until) => {
            let words = format!("This screen takes no numbers until {}. The front desk can help.", clock(*until));
            ("Too many wrong numbers".to_owned(), words, false)
        }
        Said::No(refusal) => ("That did not pass".to_owned(), sentence(refusal), false),
        Said::Done { name, what, booking } if booking.state == State::CheckedIn => {
            let words = format!("{what}, until {}.", clock(booking.slot.end()));
            (format!("Welcome, {name}"), words, true)
        }
        Said::Done { name, what, .. } => (format!("Goodbye, {name}"), format!("{what} is free again."), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_drawn_square_by_square() {
        let qr = Qr::of("https://loft.example/door/loft?code=0123456789abcdef".into()).unwrap();
        assert!(qr.side >= 21 + 2 * MARGIN && qr.path.starts_with("M4 4h7v1h-7z"), "the corner of a code");
        assert!(Qr::of("x".repeat(5_000)).is_none());
    }
}
