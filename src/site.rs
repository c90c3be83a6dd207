//! The URLs that this node mints, and how they are read back.
//!
//! One place for both directions: an id, once sent, must be answered for ever. Routes of the web door are tested
//! against it.

use std::fmt::Display;

use url::Url;

use crate::coworking::id::{
    ActorId, AnnounceId, AwayId, BookingId, FollowId, LikeId, PostId, ResourceId, SeriesId, VisitId,
};
use crate::coworking::name::Username;

/// Where this node lives on the web.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    url: Url,
    origin: String,
    host: String,
}

/// What one of our own URLs means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Local {
    /// The node itself.
    Node,
    /// A member's actor.
    Member(Username),
    /// A space's actor.
    Space(Username),
    /// A post or offer.
    Post(PostId),
    /// An activity in somebody's outbox.
    Activity(i64),
    /// One of our Follow activities.
    Follow(FollowId),
    /// One of our Like activities.
    Like(LikeId),
    /// One of our Announce activities.
    Announce(AnnounceId),
    /// Something that can be booked.
    Resource(ResourceId),
    /// A booking at one of our spaces: the agreement about it.
    Booking(BookingId),
    /// One of our Offer activities: a member asks to book elsewhere.
    Asked(AwayId),
    /// One of our Arrive activities: a member is at a door elsewhere.
    Visit(VisitId),
}

/// The origin is not `http(s)://host[:port]` alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the origin is {0:?}, but it must be a web address without a path, such as https://harbor.example")]
pub struct MalformedOrigin(pub String);

impl Site {
    /// The site at this origin: scheme, host and port; no path, query or user.
    ///
    /// # Errors
    /// [`MalformedOrigin`].
    pub fn new(origin: &Url) -> Result<Self, MalformedOrigin> {
        let wrong = || MalformedOrigin(origin.to_string());
        let bare = matches!(origin.scheme(), "http" | "https")
            && origin.path() == "/"
            && origin.query().is_none()
            && origin.fragment().is_none()
            && origin.username().is_empty()
            && origin.password().is_none();
        let host = origin.host_str().filter(|_| bare).ok_or_else(wrong)?;
        let host = match origin.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Ok(Self { url: origin.clone(), origin: format!("{}://{host}", origin.scheme()), host })
    }

    /// Scheme, host and port, without a slash at the end.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The same as a parsed URL.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The host part of handles; it has a port only on a development node.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The node's page for people.
    #[must_use]
    pub fn front_page(&self) -> String {
        self.at("")
    }

    /// The first half of the node's own handle: the host, without what cannot be in a handle (the port of a development
    /// node).
    #[must_use]
    pub fn node_username(&self) -> String {
        self.host.chars().filter(|c| !matches!(c, '[' | ']')).map(|c| if c == ':' { '-' } else { c }).collect()
    }

    /// The node's own actor.
    #[must_use]
    pub fn node_actor(&self) -> String {
        self.at("actor")
    }

    /// The inbox that all actors of the node share.
    #[must_use]
    pub fn shared_inbox(&self) -> String {
        self.at("inbox")
    }

    /// A member's actor.
    #[must_use]
    pub fn member(&self, name: &Username) -> String {
        self.at(format_args!("members/{name}"))
    }

    /// A space's actor.
    #[must_use]
    pub fn space(&self, name: &Username) -> String {
        self.at(format_args!("spaces/{name}"))
    }

    /// A post or offer.
    #[must_use]
    pub fn post(&self, id: PostId) -> String {
        self.at(format_args!("posts/{id}"))
    }

    /// The collection of the public answers to a post.
    #[must_use]
    pub fn replies(&self, id: PostId) -> String {
        self.at(format_args!("posts/{id}/replies"))
    }

    /// An activity.
    #[must_use]
    pub fn activity(&self, id: i64) -> String {
        self.at(format_args!("activities/{id}"))
    }

    /// A Follow of ours.
    #[must_use]
    pub fn follow(&self, id: FollowId) -> String {
        self.at(format_args!("follows/{id}"))
    }

    /// A Like of ours.
    #[must_use]
    pub fn like(&self, id: LikeId) -> String {
        self.at(format_args!("likes/{id}"))
    }

    /// An Announce of ours.
    #[must_use]
    pub fn announce(&self, id: AnnounceId) -> String {
        self.at(format_args!("announces/{id}"))
    }

    /// Something that can be booked: its proposal.
    #[must_use]
    pub fn resource(&self, id: ResourceId) -> String {
        self.at(format_args!("resources/{id}"))
    }

    /// A booking at one of our spaces: the agreement about it.
    #[must_use]
    pub fn booking(&self, id: BookingId) -> String {
        self.at(format_args!("bookings/{id}"))
    }

    /// An Offer of ours, by which a member asks to book elsewhere.
    #[must_use]
    pub fn asked(&self, id: AwayId) -> String {
        self.at(format_args!("asked/{id}"))
    }

    /// An Arrive of ours, by which a member says at a door elsewhere that they are there.
    #[must_use]
    pub fn visit(&self, id: VisitId) -> String {
        self.at(format_args!("visits/{id}"))
    }

    /// What is asked for again and again elsewhere: a name that its offers share, under which nothing stands.
    #[must_use]
    pub fn series(&self, id: SeriesId) -> String {
        self.at(format_args!("series/{id}"))
    }

    /// The page of a hashtag.
    #[must_use]
    pub fn tag(&self, folded: &str) -> String {
        self.at(format_args!("tags/{folded}"))
    }

    /// The page of an actor from elsewhere, as it is known here.
    #[must_use]
    pub fn remote_page(&self, id: ActorId) -> String {
        self.at(format_args!("people/{id}"))
    }

    /// Where a member says that an address is theirs.
    #[must_use]
    pub fn confirm_mail(&self, secret: &str) -> String {
        self.at(format_args!("mail/confirm/{secret}"))
    }

    /// Where a member ends letters about bookings.
    #[must_use]
    pub fn stop_mail(&self, key: &str) -> String {
        self.at(format_args!("mail/stop/{key}"))
    }

    /// A member's bookings as a calendar, for whoever has the secret.
    #[must_use]
    pub fn calendar(&self, secret: &str) -> String {
        self.at(format_args!("calendars/{secret}.ics"))
    }

    /// A screen at the door, for whoever has the secret.
    #[must_use]
    pub fn kiosk(&self, secret: &str) -> String {
        self.at(format_args!("kiosk/{secret}"))
    }

    /// Where a member signs in, for whoever has the secret.
    #[must_use]
    pub fn sign_in(&self, secret: &str) -> String {
        self.at(format_args!("sign-in/{secret}"))
    }

    /// When a resource can be had, as a calendar without names.
    #[must_use]
    pub fn resource_calendar(&self, id: ResourceId) -> String {
        self.at(format_args!("resources/{id}/calendar.ics"))
    }

    /// Is this a URL of ours? Scheme, host and port decide, as parsed.
    #[must_use]
    pub fn is_ours(&self, url: &Url) -> bool {
        url.scheme() == self.url.scheme()
            && url.host() == self.url.host()
            && url.port_or_known_default() == self.url.port_or_known_default()
    }

    /// What one of our URLs means; `None` for others' URLs and for paths that name nothing.
    #[must_use]
    pub fn local_of(&self, uri: &str) -> Option<Local> {
        let path = uri.strip_prefix(&self.origin)?.strip_prefix('/')?;
        if path.is_empty() || path == "actor" {
            return Some(Local::Node);
        }
        let (folder, name) = path.split_once('/')?;
        match folder {
            "members" => exact(name).map(Local::Member),
            "spaces" => exact(name).map(Local::Space),
            "posts" => name.parse().ok().map(Local::Post),
            "activities" => name.parse().ok().filter(|id| *id > 0).map(Local::Activity),
            "follows" => name.parse().ok().map(Local::Follow),
            "likes" => name.parse().ok().map(Local::Like),
            "announces" => name.parse().ok().map(Local::Announce),
            "resources" => name.parse().ok().map(Local::Resource),
            "bookings" => name.parse().ok().map(Local::Booking),
            "asked" => name.parse().ok().map(Local::Asked),
            "visits" => name.parse().ok().map(Local::Visit),
            _ => None,
        }
    }

    fn at(&self, path: impl Display) -> String {
        format!("{}/{path}", self.origin)
    }
}

/// A name in a URL is compared as it is: `/members/Ana` is not `/members/ana`.
fn exact(name: &str) -> Option<Username> {
    Username::parse(name).ok().filter(|read| read.as_str() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(origin: &str) -> Result<Site, MalformedOrigin> {
        Site::new(&origin.parse().unwrap())
    }

    #[test]
    fn every_url_that_is_minted_is_read_back() {
        let site = site("http://harbor.localhost:8080/").unwrap();
        assert_eq!((site.origin(), site.host()), ("http://harbor.localhost:8080", "harbor.localhost:8080"));
        let ana = Username::parse("ana").unwrap();
        for (minted, meaning) in [
            (site.node_actor(), Local::Node),
            (site.member(&ana), Local::Member(ana.clone())),
            (site.space(&ana), Local::Space(ana)),
            (site.post(PostId(7)), Local::Post(PostId(7))),
            (site.activity(7), Local::Activity(7)),
            (site.follow(FollowId(7)), Local::Follow(FollowId(7))),
            (site.like(LikeId(7)), Local::Like(LikeId(7))),
            (site.announce(AnnounceId(7)), Local::Announce(AnnounceId(7))),
            (site.resource(ResourceId(7)), Local::Resource(ResourceId(7))),
            (site.booking(BookingId(7)), Local::Booking(BookingId(7))),
            (site.asked(AwayId(7)), Local::Asked(AwayId(7))),
            (site.visit(VisitId(7)), Local::Visit(VisitId(7))),
        ] {
            assert_eq!(site.local_of(&minted), Some(meaning), "{minted}");
            assert!(site.is_ours(&minted.parse().unwrap()));
        }
    }

    #[test]
    fn what_looks_like_ours_is_not() {
        let site = site("https://harbor.example").unwrap();
        for other in [
            "https://harbor.example.evil.example/members/ana",
            "https://harbor.example:8443/members/ana",
            "http://harbor.example/members/ana",
            "https://harbor.example/members/Ana",
            "https://harbor.example/members/ana/inbox",
            "https://harbor.example/posts/-1",
            "https://harbor.examplemembers/ana",
        ] {
            assert_eq!(site.local_of(other), None, "{other}");
        }
        assert!(site.is_ours(&"https://HARBOR.example:443/x".parse().unwrap()));
        assert!(!site.is_ours(&"https://harbor.example:8443/x".parse().unwrap()));
        for wrong in
            ["https://harbor.example/path", "ftp://harbor.example", "https://u@harbor.example", "https://h.example/?x"]
        {
            assert!(super::Site::new(&wrong.parse().unwrap()).is_err(), "{wrong}");
        }
    }
}
