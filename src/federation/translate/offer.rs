//! Offers and requests: the proposal in a Note (FEP-0837), and the words that make the Note complete for readers
//! who know nothing of proposals.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use crate::activitypub::id::Id;
use crate::activitypub::marketplace::{Intent, Measure, Proposal, Purpose};
use crate::activitypub::sent::SentNote;
use crate::coworking::markdown;
use crate::coworking::offer::{Kind, Purpose as OfferPurpose};
use crate::store::offer::Offer;
use crate::store::post::Post;

/// The Note of an offer: its text made complete, its end and its proposal added.
#[must_use]
pub fn dress(note: SentNote, offer: &Offer, post: &Post) -> SentNote {
    SentNote {
        content: words(&note, offer),
        // The source is the text alone; a reader that shows it instead would lose the rest.
        source: None,
        end_time: offer.ends_at,
        proposal: proposal(post, offer).map(|proposal| proposal.keys()),
        ..note
    }
}

/// Title, text, what is hoped for in return, until when, and the link.
fn words(note: &SentNote, offer: &Offer) -> String {
    let lead = match offer.purpose {
        OfferPurpose::Offer => "Offer",
        OfferPurpose::Request => "Request",
    };
    let mut html = String::with_capacity(note.content.len() + 400);
    let title = markdown::escape(note.name.as_deref().unwrap_or_default());
    let _ = write!(html, "<p><strong>{lead}: {title}</strong></p>{}<p>", note.content);
    match &offer.in_return {
        Some(wanted) => {
            let _ = write!(html, "In return: {}", markdown::escape(wanted));
        }
        None => html.push_str("In return: nothing, it is a gift"),
    }
    if let Some(end) = offer.ends_at {
        let day = end.to_zoned_datetime(TimeZone::UTC).strftime("%-d %B %Y").to_string();
        let _ = write!(html, "<br>Until {day}");
    }
    let url = markdown::escape(&note.url);
    let _ = write!(html, "</p><p><a href=\"{url}\">{url}</a></p>");
    html
}

/// The proposal that an offer makes; `None` only if the post's id were no web address.
fn proposal(post: &Post, offer: &Offer) -> Option<Proposal> {
    let id = Id::parse(&post.uri).ok()?;
    let intent = |fragment: &str, action: &str, note: Option<String>| {
        Some(Intent {
            id: Id::parse(&format!("{}#{fragment}", post.uri)).ok()?,
            action: action.to_owned(),
            note,
            resource_conforms_to: None,
            resource_quantity: Measure::of(1, "one"),
            available_quantity: None,
            minimum_quantity: None,
        })
    };
    let action = match offer.kind {
        Kind::Goods => "transfer",
        Kind::Skill | Kind::Help | Kind::Assignment | Kind::Collaboration | Kind::Other => "deliverService",
    };
    let reciprocal = match &offer.in_return {
        Some(wanted) => Some(intent("reciprocal", "transfer", Some(wanted.clone()))?),
        None => None,
    };
    Some(Proposal {
        id,
        purpose: match offer.purpose {
            OfferPurpose::Offer => Purpose::Offer,
            OfferPurpose::Request => Purpose::Request,
        },
        publishes: intent("primary", action, post.name.clone())?,
        reciprocal,
        unit_based: false,
        kind: Some(offer.kind.as_str().to_owned()),
        state: Some(offer.state.as_str().to_owned()),
    })
}
