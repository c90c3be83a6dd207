//! What templates show: names, times and texts, ready to be written out.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::coworking::markdown;
use crate::site::Site;
use crate::store::actor::{ActorSummary, ActorType};

/// How many pairs of colours the style sheet has for people.
const TINTS: usize = 8;

/// The head of every page.
#[derive(Debug, Clone)]
pub struct Head {
    /// The page's title, with the node's name at its end.
    pub title: String,
    /// The node's name.
    pub node: String,
    /// A sentence for those who list the page.
    pub description: Option<String>,
    /// May search engines keep it?
    pub indexed: bool,
    /// The id of what the page shows; the same URL gives it as ActivityStreams.
    pub document: Option<String>,
    /// The member who looks, where the page asks.
    pub visitor: Option<String>,
    /// When it is to be looked at again by itself.
    pub refresh: Option<Refresh>,
}

/// When a page is looked at again by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refresh {
    /// After so many seconds.
    pub seconds: u32,
    /// Where; the page itself if absent.
    pub to: Option<String>,
}

impl Head {
    /// A page that is nobody's business but the reader's.
    #[must_use]
    pub fn plain(title: &str, node: &str) -> Self {
        let title = if title == node { title.to_owned() } else { format!("{title} · {node}") };
        Self {
            title,
            node: node.to_owned(),
            description: None,
            indexed: false,
            document: None,
            visitor: None,
            refresh: None,
        }
    }
}

/// Somebody, as a line shows them.
#[derive(Debug, Clone)]
pub struct Person {
    /// The display name, or the username of those who have none.
    pub name: String,
    /// `@ana@harbor.example`.
    pub handle: String,
    /// The page of this node about them.
    pub page: String,
    /// Stand in for a picture: pages load nothing from other servers, which would tell them who reads here.
    pub initials: String,
    /// Which pair of colours the initials have.
    pub tint: usize,
    /// A place or a program rather than a human.
    pub group: bool,
}

impl Person {
    /// Somebody from here or elsewhere.
    #[must_use]
    pub fn of(actor: &ActorSummary, site: &Site) -> Self {
        let name = actor.name.trim();
        let name = if name.is_empty() { &actor.username } else { name };
        Self {
            name: name.to_owned(),
            handle: format!("@{}", actor.handle()),
            page: actor.page(site),
            initials: initials(name),
            tint: tint(&actor.uri),
            group: !matches!(actor.actor_type, ActorType::Person),
        }
    }
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let mut letters = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = letters.next();
    let last = letters.next_back();
    let initials: String = first.into_iter().chain(last).flat_map(char::to_uppercase).collect();
    if initials.is_empty() { "·".to_owned() } else { initials }
}

/// The same for the same person on every page.
fn tint(uri: &str) -> usize {
    uri.bytes().fold(7_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte))) % TINTS
}

/// A time, for programs and for people.
#[derive(Debug, Clone)]
pub struct When {
    /// RFC 3339, to the second, in UTC.
    pub iso: String,
    /// Day and time of day, as the wall clock of the default space shows them.
    pub shown: String,
    /// The day alone.
    pub day: String,
}

impl When {
    /// A time at a place.
    #[must_use]
    pub fn of(time: Timestamp, zone: &TimeZone) -> Self {
        let there = time.to_zoned_datetime(zone.clone());
        Self {
            iso: time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            shown: there.strftime("%-d %b %Y, %H:%M").to_string(),
            day: there.strftime("%-d %b %Y").to_string(),
        }
    }
}

/// What people wrote, as a part of a page. Their headings still stand out, but are none of the page's own: a loud post
/// would tear the outline apart by which many find their way.
#[must_use]
pub fn prose(html: &str) -> String {
    let mut html = markdown::sanitise(html);
    for level in 1..=6 {
        // Headings have no attributes after cleaning.
        let (begin, end) = (format!("<h{level}>"), format!("</h{level}>"));
        if html.contains(&begin) {
            html = html.replace(&begin, "<p><strong>").replace(&end, "</strong></p>");
        }
    }
    html
}

/// Something that is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// How many.
    pub number: String,
    /// Of what, in the right number.
    pub of: &'static str,
}

impl Count {
    /// `1 follower`, `2 followers`.
    #[must_use]
    pub fn of(number: u64, one: &'static str, many: &'static str) -> Self {
        Self { number: grouped(number), of: if number == 1 { one } else { many } }
    }

    /// Both in one text.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{} {}", self.number, self.of)
    }
}

/// `12 345`, with narrow spaces that do not break.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_stand_for_any_name() {
        for (name, letters) in [
            ("Ana Lima", "AL"),
            ("ana", "A"),
            ("Ana de la Lima", "AL"),
            ("🎈 ben", "B"),
            ("李 小龙", "李小"),
            ("🎈", "·"),
        ] {
            assert_eq!(initials(name), letters, "{name}");
        }
    }

    #[test]
    fn headings_that_people_wrote_are_none_of_the_pages_own() {
        assert_eq!(
            prose("<h1 class=\"x\">A <em>b</em></h1><p>c</p><h6>d</h6>"),
            "<p><strong>A <em>b</em></strong></p><p>c</p><p><strong>d</strong></p>"
        );
        assert_eq!(prose("<p>&lt;h1&gt;</p>"), "<p>&lt;h1&gt;</p>");
    }

    #[test]
    fn times_are_those_of_the_wall_clock_at_the_space() {
        let zone = TimeZone::get("Europe/Amsterdam").unwrap();
        let when = When::of("2026-07-01T22:30:00.123Z".parse().unwrap(), &zone);
        assert_eq!([when.iso, when.shown, when.day], ["2026-07-01T22:30:00Z", "2 Jul 2026, 00:30", "2 Jul 2026"]);
        assert_eq!(Count::of(1, "reply", "replies").words(), "1 reply");
        assert_eq!(Count::of(12_345, "reply", "replies").words(), "12\u{202f}345 replies");
    }
}
