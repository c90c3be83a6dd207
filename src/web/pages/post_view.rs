//! A post as pages show it.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::shown::{ShownAttachment, ShownOffer, ShownPost};
use super::view::{Count, Person, When, prose};
use crate::coworking::offer::{self, Purpose, State};
use crate::coworking::post::{Attachment, Visibility};
use crate::site::Site;
use crate::store::post::PostView;

/// Where and when a post is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShownFor<'a> {
    pub(super) site: &'a Site,
    pub(super) zone: &'a TimeZone,
    pub(super) now: Timestamp,
}

impl ShownPost {
    /// A post as a reader sees it.
    pub(super) fn of(view: &PostView, ShownFor { site, zone, now }: &ShownFor<'_>) -> Self {
        let post = &view.post;
        let author = Person::of(&view.author, site);
        let title = post.name.clone().unwrap_or_default();
        let offer = post.offer.as_ref().map(|offer| {
            let state = offer::state_at(offer.state, offer.ends_at, *now);
            ShownOffer {
                label: label(offer.purpose, offer.kind.as_str(), state),
                request: offer.purpose == Purpose::Request,
                open: state == State::Open,
                in_return: offer.in_return.clone().unwrap_or_else(|| "nothing, it is a gift".to_owned()),
                ends: offer.ends_at.map(|ends| When::of(ends, zone)),
            }
        });
        let what = match (&offer, post.offer.as_ref().map(|offer| offer.purpose)) {
            (Some(_), Some(Purpose::Request)) => "Request by",
            (Some(_), _) => "Offer by",
            (None, _) if post.in_reply_to_uri.is_some() => "Reply by",
            (None, _) => "Post by",
        };
        Self {
            label: format!("{what} {}", author.name),
            link: if post.local { post.uri.clone() } else { post.url.clone().unwrap_or_else(|| post.uri.clone()) },
            remote: !post.local,
            published: When::of(post.published, zone),
            title,
            warning: post.summary.clone(),
            // Cleaned when it came in; and again, should the rules have become stricter since.
            content: prose(&post.content),
            language: post.language.clone().filter(|tag| is_language(tag)),
            attachments: post.attachments.iter().map(ShownAttachment::of).collect(),
            sensitive: post.sensitive,
            offer,
            answers: post.in_reply_to.filter(|_| post.in_reply_to_uri.is_some()).map(|parent| {
                let known = post.in_reply_to_uri.as_deref().unwrap_or_default();
                if known.starts_with(site.origin()) { site.post(parent) } else { known.to_owned() }
            }),
            announced_by: view.announced_by.as_ref().map(|announced| Person::of(&announced.actor, site)),
            pinned: false,
            facts: facts(view, zone),
            author,
        }
    }
}

impl ShownAttachment {
    fn of(attachment: &Attachment) -> Self {
        let kind = match attachment.media_type.as_deref().and_then(|media_type| media_type.split('/').next()) {
            Some("image") => "Picture",
            Some("video") => "Film",
            Some("audio") => "Sound",
            _ => "File",
        };
        let url = url::Url::parse(&attachment.url).ok();
        let host = url.as_ref().and_then(url::Url::host_str).unwrap_or("another server").to_owned();
        let name = attachment.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        Self { url: attachment.url.clone(), name: name.unwrap_or(kind).to_owned(), kind, host }
    }
}

fn label(purpose: Purpose, kind: &str, state: State) -> String {
    let purpose = match purpose {
        Purpose::Offer => "Offer",
        Purpose::Request => "Request",
    };
    match state {
        State::Open => format!("{purpose} · {kind}"),
        State::Settled => format!("{purpose} · settled"),
        State::Expired => format!("{purpose} · ended"),
    }
}

fn facts(view: &PostView, zone: &TimeZone) -> Vec<String> {
    let mut facts: Vec<String> = [
        (view.replies, "reply", "replies"),
        (view.likes, "like", "likes"),
        (view.announces, "time passed on", "times passed on"),
    ]
    .into_iter()
    .filter(|(number, ..)| *number > 0)
    .map(|(number, one, many)| Count::of(number.into(), one, many).words())
    .collect();
    if view.post.visibility == Visibility::Unlisted {
        facts.push("Unlisted".to_owned());
    }
    if let Some(updated) = view.post.updated.filter(|updated| *updated > view.post.published) {
        facts.push(format!("Edited {}", When::of(updated, zone).shown));
    }
    facts
}

/// Only what looks like a language tag (RFC 5646) goes into an attribute that screen readers act on.
fn is_language(tag: &str) -> bool {
    tag.len() <= 35
        && tag.split('-').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
