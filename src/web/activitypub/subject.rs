//! What a path asks for: one of the URLs that [`Site`] mints, or a collection below one.

use crate::coworking::id::PostId;
use crate::federation::document::{BY_OFFER, Collection, Part};
use crate::site::{Local, Site};

/// Something that has a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// An actor, a post or an activity of ours.
    Object(Local),
    /// A collection of an actor of ours, or a page of it.
    Collection(Local, Collection, Part),
    /// The public answers to a post of ours, or a page of them.
    Replies(PostId, Part),
    /// The booking that an offer from elsewhere led to, by the offer's id.
    ByOffer(String),
}

impl Subject {
    /// Reads path and query; `None` for what names nothing.
    #[must_use]
    pub fn read(site: &Site, path: &str, query: &str) -> Option<Self> {
        if path == BY_OFFER {
            let mut asked = url::form_urlencoded::parse(query.as_bytes());
            return asked.find(|(name, _)| name == "id").map(|(_, id)| Self::ByOffer(id.into_owned()));
        }
        let local = |path: &str| site.local_of(&format!("{}{path}", site.origin()));
        if let Some(object) = local(path) {
            return Some(Self::Object(object));
        }
        let (owner, word) = path.rsplit_once('/')?;
        match (local(owner)?, word) {
            (Local::Post(id), "replies") => Some(Self::Replies(id, part(query)?)),
            (owner @ (Local::Node | Local::Member(_) | Local::Space(_)), _) => {
                Some(Self::Collection(owner, collection(word)?, part(query)?))
            }
            _ => None,
        }
    }

    /// What it is, as a noun.
    #[must_use]
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Object(Local::Node) => "node",
            Self::Object(Local::Member(_)) => "member",
            Self::Object(Local::Space(_)) => "space",
            Self::Object(Local::Post(_)) => "post",
            Self::Object(Local::Activity(_) | Local::Follow(_) | Local::Like(_) | Local::Announce(_)) => "activity",
            Self::Object(Local::Resource(_)) => "resource",
            Self::Object(Local::Visit(_)) => "activity",
            Self::ByOffer(_) | Self::Object(Local::Booking(_) | Local::Asked(_)) => "booking",
            Self::Collection(..) | Self::Replies(..) => "collection",
        }
    }

    /// Is this query spelled as our documents spell it? There are endless other spellings of the same question, which
    /// are answered and not kept.
    #[must_use]
    pub fn is_spelled(&self, query: Option<&str>) -> bool {
        match self {
            Self::Collection(_, _, Part::Page(None)) | Self::Replies(_, Part::Page(None)) => query == Some("page=true"),
            Self::Collection(_, _, Part::Page(Some(before))) | Self::Replies(_, Part::Page(Some(before))) => {
                query.is_some_and(|query| query == format!("before={before}&page=true"))
            }
            Self::ByOffer(_) => false,
            Self::Object(_) | Self::Collection(..) | Self::Replies(..) => query.is_none(),
        }
    }
}

fn collection(word: &str) -> Option<Collection> {
    Some(match word {
        "outbox" => Collection::Outbox,
        "followers" => Collection::Followers,
        "following" => Collection::Following,
        "featured" => Collection::Featured,
        "proposals" => Collection::Proposals,
        _ => return None,
    })
}

/// `?page=true` is the first page, `?before=7` a later one; without either it is the collection itself.
fn part(query: &str) -> Option<Part> {
    let mut part = Part::Whole;
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match (&*name, &*value, part) {
            ("page", _, Part::Whole) => part = Part::Page(None),
            ("before", number, _) => part = Part::Page(Some(number.parse().ok()?)),
            _ => {}
        }
    }
    Some(part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coworking::id::{AnnounceId, AwayId, BookingId, FollowId, LikeId, ResourceId};
    use crate::coworking::name::Username;

    fn site() -> Site {
        Site::new(&"https://harbor.example".parse().unwrap()).unwrap()
    }

    fn ana() -> Username {
        Username::parse("ana").unwrap()
    }

    #[test]
    fn every_url_that_the_site_mints_is_read_back() {
        let site = site();
        for (minted, local) in [
            (site.node_actor(), Local::Node),
            (site.front_page(), Local::Node),
            (site.member(&ana()), Local::Member(ana())),
            (site.space(&ana()), Local::Space(ana())),
            (site.post(PostId(7)), Local::Post(PostId(7))),
            (site.activity(7), Local::Activity(7)),
            (site.follow(FollowId(7)), Local::Follow(FollowId(7))),
            (site.like(LikeId(7)), Local::Like(LikeId(7))),
            (site.announce(AnnounceId(7)), Local::Announce(AnnounceId(7))),
            (site.resource(ResourceId(7)), Local::Resource(ResourceId(7))),
            (site.booking(BookingId(7)), Local::Booking(BookingId(7))),
            (site.asked(AwayId(7)), Local::Asked(AwayId(7))),
        ] {
            let path = minted.strip_prefix(site.origin()).unwrap();
            assert_eq!(Subject::read(&site, path, ""), Some(Subject::Object(local)), "{minted}");
        }
        let offer = "https://loft.example/asked/7";
        let by_offer = Subject::read(&site, BY_OFFER, "id=https%3A%2F%2Floft.example%2Fasked%2F7");
        assert_eq!((by_offer, Subject::read(&site, BY_OFFER, "")), (Some(Subject::ByOffer(offer.into())), None));
        let replies = site.replies(PostId(7));
        let replies = replies.strip_prefix(site.origin()).unwrap();
        assert_eq!(Subject::read(&site, replies, ""), Some(Subject::Replies(PostId(7), Part::Whole)));
    }

    #[test]
    fn collections_hang_on_their_actor_and_are_read_in_pages() {
        use Collection::{Followers, Following, Outbox};
        let site = site();
        let member = || Local::Member(ana());
        for (path, query, subject, spelled) in [
            ("/members/ana/outbox", "", Subject::Collection(member(), Outbox, Part::Whole), true),
            ("/members/ana/outbox", "page=true", Subject::Collection(member(), Outbox, Part::Page(None)), true),
            ("/members/ana/outbox", "page=1", Subject::Collection(member(), Outbox, Part::Page(None)), false),
            (
                "/spaces/ana/followers",
                "before=9&page=true",
                Subject::Collection(Local::Space(ana()), Followers, Part::Page(Some(9))),
                true,
            ),
            (
                "/spaces/ana/followers",
                "page=true&before=9",
                Subject::Collection(Local::Space(ana()), Followers, Part::Page(Some(9))),
                false,
            ),
            ("/actor/following", "utm=x", Subject::Collection(Local::Node, Following, Part::Whole), false),
            ("/posts/7/replies", "before=8", Subject::Replies(PostId(7), Part::Page(Some(8))), false),
        ] {
            assert_eq!(Subject::read(&site, path, query).as_ref(), Some(&subject), "{path}?{query}");
            let query = Some(query).filter(|query| !query.is_empty());
            assert_eq!(subject.is_spelled(query), spelled, "{path} {query:?}");
        }
        for nothing in [
            "",
            "members/ana",
            "/members",
            "/members/",
            "/members/Ana",
            "/members/ana/",
            "/members/ana/inbox",
            "/members/ana/outbox/1",
            "/posts/-7",
            "/posts/7/likes",
            "/posts/7/outbox",
            "/activities/0",
            "/actor/",
            "//actor",
            "/outbox",
        ] {
            assert_eq!(Subject::read(&site, nothing, ""), None, "{nothing}");
        }
        assert_eq!(Subject::read(&site, "/members/ana/outbox", "before=x"), None);
    }
}
