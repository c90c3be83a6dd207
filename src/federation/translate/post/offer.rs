//! Offers and requests: a Note that reads as a complete post to people, with a proposal beside it for nodes (FEP-0837).

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::received::plain;
use crate::activitypub::id::Id;
use crate::activitypub::marketplace::{self, Intent, Measure, Proposal};
use crate::activitypub::object::ReceivedObject;
use crate::coworking::offer::{IN_RETURN_LIMIT, Kind, Purpose, State};
use crate::coworking::{markdown, tag};
use crate::federation::translate::html::escape;
use crate::operations::post::ReceivedOffer;
use crate::site::Site;
use crate::store::offer::Offer;
use crate::store::post::Post;

/// What a proposal offers; one that cannot be read is still a post.
pub(super) fn received(object: &ReceivedObject, document: &Value) -> Option<ReceivedOffer> {
    if !marketplace::is_proposal(document) {
        return None;
    }
    let proposal = Proposal::read(document).ok()?;
    let in_return = proposal.reciprocal.as_ref().map(|wanted| {
        let words = wanted.note.as_deref().or(wanted.resource_conforms_to.as_deref()).unwrap_or("something in return");
        plain(words, IN_RETURN_LIMIT)
    });
    let state = proposal.state.as_deref().and_then(|word| word.parse().ok());
    Some(ReceivedOffer {
        purpose: match proposal.purpose {
            marketplace::Purpose::Offer => Purpose::Offer,
            marketplace::Purpose::Request => Purpose::Request,
        },
        kind: proposal.kind.as_deref().and_then(|word| word.parse().ok()).unwrap_or(Kind::Other),
        state: state.unwrap_or(if proposal.publishes.finished { State::Settled } else { State::Open }),
        in_return,
        proposal: Value::Object(proposal.keys()).to_string(),
        ends_at: object.end_time,
    })
}

/// The proposal's keys for the Note. Quantities are one each: what members offer each other is said in words.
pub(super) fn keys(uri: &str, title: Option<&str>, offer: &Offer) -> Option<Map<String, Value>> {
    let id = Id::parse(uri).ok()?;
    let part = |fragment: &str| Id::parse(&format!("{uri}#{fragment}")).ok();
    let intent = |id: Id, action: &str, note: Option<&str>| Intent {
        id,
        action: action.to_owned(),
        note: note.map(str::to_owned),
        resource_conforms_to: None,
        resource_quantity: Measure::of(1, "one"),
        available_quantity: None,
        minimum_quantity: None,
        finished: offer.state != State::Open,
    };
    let action = match offer.kind {
        Kind::Goods => "transfer",
        Kind::Skill | Kind::Help | Kind::Assignment | Kind::Collaboration | Kind::Other => "deliverService",
    };
    let reciprocal = offer.in_return.as_deref().and_then(|words| Some((part("reciprocal")?, words)));
    let proposal = Proposal {
        purpose: match offer.purpose {
            Purpose::Offer => marketplace::Purpose::Offer,
            Purpose::Request => marketplace::Purpose::Request,
        },
        publishes: intent(part("primary")?, action, title),
        reciprocal: reciprocal.map(|(id, words)| intent(id, "transfer", Some(words))),
        unit_based: false,
        kind: Some(offer.kind.as_str().to_owned()),
        state: Some(offer.state.as_str().to_owned()),
        id,
    };
    Some(proposal.keys())
}

/// When an offer ends, for readers who know nothing of its state: when it was settled, if that came first.
pub(super) fn end(offer: &Offer) -> Option<Timestamp> {
    match (offer.settled_at, offer.ends_at) {
        (Some(settled), Some(ends)) => Some(settled.min(ends)),
        (settled, ends) => settled.or(ends),
    }
}

/// The whole offer in words: what, the author's text, what for in return, until when, where, and its tags.
pub(super) fn content(site: &Site, post: &Post, offer: &Offer, zone: &TimeZone) -> String {
    let mut html = String::with_capacity(post.content.len() + 600);
    let noun = match offer.purpose {
        Purpose::Offer => "Offer",
        Purpose::Request => "Request",
    };
    // Writing to a String does not fail.
    let _ = write!(html, "<p><strong>{noun}: {}</strong></p>", escape(post.name.as_deref().unwrap_or_default()));
    html.push_str(post.content.trim());
    let _ = match &offer.in_return {
        Some(wanted) => write!(html, "<p>In return: {}</p>", escape(wanted)),
        None => write!(html, "<p>In return: nothing, it is a gift.</p>"),
    };
    let day = |time: Timestamp| {
        let at = time.to_zoned_datetime(zone.clone());
        format!("{} ({})", at.strftime("%-d %B %Y, %H:%M"), zone.iana_name().unwrap_or("UTC"))
    };
    let _ = match (offer.state, offer.ends_at) {
        (State::Open, Some(end)) => write!(html, "<p>Open until {}.</p>", escape(&day(end))),
        (State::Open, None) => Ok(()),
        (State::Settled, _) => write!(html, "<p>Settled: nobody needs to answer any more.</p>"),
        (State::Expired, Some(end)) => write!(html, "<p>Ended on {}.</p>", escape(&day(end))),
        (State::Expired, None) => write!(html, "<p>Ended.</p>"),
    };
    let uri = escape(&post.uri);
    let _ = write!(html, "<p><a href=\"{uri}\" rel=\"nofollow noopener noreferrer\">{uri}</a></p>");
    let said = markdown::hashtags(post.source.as_deref().unwrap_or_default());
    let said: Vec<String> = said.iter().map(|word| tag::fold(word)).collect();
    let more = post.tags.iter().filter(|word| !said.contains(&tag::fold(word))).map(|word| {
        let (page, word) = (escape(&site.tag(&tag::fold(word))), escape(&tag::hashtag(word)));
        format!("<a href=\"{page}\" rel=\"tag nofollow noopener noreferrer\">#{word}</a>")
    });
    let more = more.collect::<Vec<_>>().join(" ");
    if !more.is_empty() {
        let _ = write!(html, "<p>{more}</p>");
    }
    html
}
