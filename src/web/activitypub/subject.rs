//! What a path asks for; the other direction of the URLs that [`Site`](crate::site::Site) mints.

use crate::coworking::id::{AnnounceId, FollowId, LikeId, PostId};
use crate::coworking::name::Username;

/// Something that has a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// An actor of ours.
    Actor(Who),
    /// One of its collections, or a page of it.
    List(Who, List, Part),
    /// A post or an offer.
    Post(PostId),
    /// The public answers to a post.
    Replies(PostId, Part),
    /// An activity that was sent.
    Activity(i64),
    /// A Follow of ours.
    Follow(FollowId),
    /// A Like of ours.
    Like(LikeId),
    /// An Announce of ours.
    Announce(AnnounceId),
}

/// An actor of ours, by its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// The node itself.
    Node,
    /// A member.
    Member(Username),
    /// A space.
    Space(Username),
}

/// A collection that every actor has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// What it said and passed on.
    Outbox,
    /// Who follows it.
    Followers,
    /// Whom it follows.
    Following,
    /// Which posts it pinned.
    Featured,
}

/// Which part of a collection is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The collection itself: how many there are, and where its first page is.
    Whole,
    /// A page: what is older than this number, or the newest.
    Page(Option<i64>),
}

impl Subject {
    /// Reads path and query; `None` for what names nothing.
    #[must_use]
    pub fn read(path: &str, query: &str) -> Option<Self> {
        let mut parts = path.strip_prefix('/')?.split('/');
        let parts = [parts.next(), parts.next(), parts.next(), parts.next()];
        Some(match parts {
            [Some("" | "actor"), None, None, None] => Self::Actor(Who::Node),
            [Some("actor"), Some(list), None, None] => Self::List(Who::Node, List::read(list)?, part(query)?),
            [Some("members"), Some(name), None, None] => Self::Actor(Who::Member(exact(name)?)),
            [Some("spaces"), Some(name), None, None] => Self::Actor(Who::Space(exact(name)?)),
            [Some("members"), Some(name), Some(list), None] => {
                Self::List(Who::Member(exact(name)?), List::read(list)?, part(query)?)
            }
            [Some("spaces"), Some(name), Some(list), None] => {
                Self::List(Who::Space(exact(name)?), List::read(list)?, part(query)?)
            }
            [Some("posts"), Some(id), None, None] => Self::Post(id.parse().ok()?),
            [Some("posts"), Some(id), Some("replies"), None] => Self::Replies(id.parse().ok()?, part(query)?),
            [Some("activities"), Some(id), None, None] => {
                // The digits as they were minted, and no other spelling of the number.
                Self::Activity(id.parse().ok().filter(|number: &i64| *number > 0 && number.to_string() == id)?)
            }
            [Some("follows"), Some(id), None, None] => Self::Follow(id.parse().ok()?),
            [Some("likes"), Some(id), None, None] => Self::Like(id.parse().ok()?),
            [Some("announces"), Some(id), None, None] => Self::Announce(id.parse().ok()?),
            _ => return None,
        })
    }

    /// What it is, as a noun.
    #[must_use]
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Actor(Who::Node) => "node",
            Self::Actor(Who::Member(_)) => "member",
            Self::Actor(Who::Space(_)) => "space",
            Self::List(..) | Self::Replies(..) => "collection",
            Self::Post(_) => "post",
            Self::Activity(_) | Self::Follow(_) | Self::Like(_) | Self::Announce(_) => "activity",
        }
    }
}

impl Who {
    /// Reads the path of an actor.
    #[must_use]
    pub fn read(path: &str) -> Option<Self> {
        match Subject::read(path, "")? {
            Subject::Actor(who) => Some(who),
            _ => None,
        }
    }
}

impl List {
    fn read(word: &str) -> Option<Self> {
        Some(match word {
            "outbox" => Self::Outbox,
            "followers" => Self::Followers,
            "following" => Self::Following,
            "featured" => Self::Featured,
            _ => return None,
        })
    }
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

/// A name is compared as it is: `/members/Ana` is not `/members/ana`.
fn exact(name: &str) -> Option<Username> {
    Username::parse(name).ok().filter(|read| read.as_str() == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::Site;

    #[test]
    fn every_url_that_the_site_mints_is_read_back() {
        let site = Site::new(&"https://harbor.example".parse().unwrap()).unwrap();
        let ana = || Username::parse("ana.lima-2").unwrap();
        for (minted, subject) in [
            (site.node_actor(), Subject::Actor(Who::Node)),
            (format!("{}/", site.origin()), Subject::Actor(Who::Node)),
            (site.member(&ana()), Subject::Actor(Who::Member(ana()))),
            (site.space(&ana()), Subject::Actor(Who::Space(ana()))),
            (site.post(PostId(7)), Subject::Post(PostId(7))),
            (site.activity(7), Subject::Activity(7)),
            (site.follow(FollowId(7)), Subject::Follow(FollowId(7))),
            (site.like(LikeId(7)), Subject::Like(LikeId(7))),
            (site.announce(AnnounceId(7)), Subject::Announce(AnnounceId(7))),
        ] {
            let path = minted.strip_prefix(site.origin()).unwrap();
            assert_eq!(Subject::read(path, ""), Some(subject), "{minted}");
            assert!(site.local_of(&minted).is_some());
        }
    }

    #[test]
    fn collections_hang_on_their_actor_and_are_read_in_pages() {
        let ana = || Who::Member(Username::parse("ana").unwrap());
        for (path, query, subject) in [
            ("/members/ana/outbox", "", Subject::List(ana(), List::Outbox, Part::Whole)),
            ("/members/ana/outbox", "page=true", Subject::List(ana(), List::Outbox, Part::Page(None))),
            (
                "/members/ana/followers",
                "before=9&page=true",
                Subject::List(ana(), List::Followers, Part::Page(Some(9))),
            ),
            ("/actor/following", "utm=x", Subject::List(Who::Node, List::Following, Part::Whole)),
            ("/posts/7/replies", "before=8", Subject::Replies(PostId(7), Part::Page(Some(8)))),
        ] {
            assert_eq!(Subject::read(path, query), Some(subject), "{path}?{query}");
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
            "/activities/0",
            "/activities/+7",
            "/activities/07",
            "/actor/",
            "//actor",
        ] {
            assert_eq!(Subject::read(nothing, ""), None, "{nothing}");
        }
        assert_eq!(Subject::read("/members/ana/outbox", "before=x"), None);
    }
}
