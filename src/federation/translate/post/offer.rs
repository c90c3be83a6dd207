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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::coworking::id::ActorId;
    use crate::coworking::post::Visibility;
    use crate::federation::translate::post::tests::{ANA, around, harbor, post};
    use crate::federation::translate::post::{Readers, note, received as receive};

    fn offer() -> Offer {
        Offer {
            purpose: Purpose::Offer,
            kind: Kind::Skill,
            state: State::Open,
            in_return: Some("a coffee & a chat".into()),
            proposal: "{}".into(),
            ends_at: Some("2026-12-31T23:30:00Z".parse().unwrap()),
            settled_at: None,
        }
    }

    fn offering(offer: Offer) -> Post {
        Post {
            name: Some("Dutch <VAT>".into()),
            tags: vec!["Dutch VAT".into(), "tea".into()],
            content: "<p>Over #tea.</p>".into(),
            source: Some("Over #tea.".into()),
            offer: Some(offer),
            ..post(Visibility::Public)
        }
    }

    #[test]
    fn an_offer_reads_as_a_whole_to_people_and_as_a_proposal_to_nodes() {
        let sent = note(&harbor(), &offering(offer()), &around()).unwrap();
        assert_eq!(
            sent.content,
            "<p><strong>Offer: Dutch &lt;VAT&gt;</strong></p><p>Over #tea.</p>\
             <p>In return: a coffee &amp; a chat</p><p>Open until 1 January 2027, 00:30 (Europe/Amsterdam).</p>\
             <p><a href=\"https://harbor.example/posts/7\" rel=\"nofollow noopener noreferrer\">\
             https://harbor.example/posts/7</a></p>\
             <p><a href=\"https://harbor.example/tags/dutchvat\" rel=\"tag nofollow noopener noreferrer\">#DutchVAT</a></p>"
        );
        assert_eq!((sent.source, sent.language), (None, Some("en".into())));
        assert_eq!(sent.hashtags[0], ("DutchVAT".into(), "https://harbor.example/tags/dutchvat".into()));
    }

    #[test]
    fn an_offer_is_read_elsewhere_as_it_was_made_here() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let goods = Offer { kind: Kind::Goods, purpose: Purpose::Request, in_return: None, ends_at: None, ..offer() };
        let settled = Offer { state: State::Settled, settled_at: Some(at("2026-12-24T00:00:00Z")), ..offer() };
        let expired = Offer { state: State::Expired, ..offer() };
        for made in [offer(), goods, settled, expired] {
            let document = note(&harbor(), &offering(made.clone()), &around()).unwrap().document();
            let object = ReceivedObject::read(&document).unwrap();
            let readers = Readers { visibility: Visibility::Public, recipients: vec![] };
            let read = receive(&object, &document, ActorId(1), readers, at("2026-12-31T00:00:00Z")).offer.unwrap();
            assert_eq!((read.purpose, read.kind, read.state), (made.purpose, made.kind, made.state));
            assert_eq!((read.in_return, read.ends_at), (made.in_return.clone(), end(&made)));
            assert_eq!(document["attributedTo"], ANA);
            assert_eq!(document["publishes"]["finished"] == true, made.state != State::Open);
            assert_eq!(document["unitBased"], false, "its absence means two things");
        }
    }

    #[test]
    fn offers_of_other_programs_are_read_and_half_ones_stay_posts() {
        let read = |more: Value| {
            let mut document = json!({"type": "Note", "id": "https://a.example/n", "attributedTo": "https://a.example/u",
                "content": "<p>x</p>", "purpose": "offer"});
            let (into, from) = (document.as_object_mut().unwrap(), more.as_object().unwrap().clone());
            into.extend(from);
            received(&ReceivedObject::read(&document).unwrap(), &document)
        };
        let intent = |more: Value| {
            let mut intent =
                json!({"type": "Intent", "action": "deliverService", "resourceQuantity": {"hasUnit": "one"}});
            intent.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            intent
        };
        let bare = read(json!({"publishes": intent(json!({}))})).unwrap();
        assert_eq!((bare.kind, bare.state, bare.in_return), (Kind::Other, State::Open, None));
        let over = read(json!({"publishes": intent(json!({"finished": true})),
            "reciprocal": intent(json!({"resourceConformsTo": "https://www.wikidata.org/wiki/Q81513"}))}))
        .unwrap();
        assert_eq!(over.state, State::Settled);
        assert_eq!(over.in_return.as_deref(), Some("https://www.wikidata.org/wiki/Q81513"));
        assert_eq!(read(json!({"publishes": {"type": "Intent"}})), None);
    }
}
