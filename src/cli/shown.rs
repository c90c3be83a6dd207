//! People, posts and moments, as they stand in tables and in full.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::answer::{Answer, Failure};
use super::page::paged;
use crate::coworking::markdown::plain_text;
use crate::coworking::post::Visibility;
use crate::store::actor::ActorSummary;
use crate::store::page::Slice;
use crate::store::post::PostView;
use crate::web::api::List;
use crate::web::api::view::{Person, Post};

/// So much of a post stands in a table.
const GLANCE: usize = 60;
/// More than any post has.
const ALL: usize = 100_000;

/// A moment as people say it: how long ago within a day, its date and time in the zone of this machine otherwise.
pub(super) fn when(moment: Timestamp, now: Timestamp) -> String {
    said(moment, now, TimeZone::system())
}

/// How long something lasts from now on, in the two largest units.
pub(super) fn lasting(seconds: i64) -> String {
    let parts = |first: i64, name: &str, second: i64, other: &str| match second {
        0 => format!("{first} {name}"),
        _ => format!("{first} {name} {second} {other}"),
    };
    match seconds.max(0) {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3_600 => parts(seconds / 60, "min", seconds % 60, "s"),
        seconds @ 3_600..86_400 => parts(seconds / 3_600, "h", seconds / 60 % 60, "min"),
        seconds => parts(seconds / 86_400, if seconds < 172_800 { "day" } else { "days" }, seconds / 3_600 % 24, "h"),
    }
}

fn said(moment: Timestamp, now: Timestamp, zone: TimeZone) -> String {
    match now.duration_since(moment).as_secs() {
        0..60 => "just now".to_owned(),
        seconds @ 60..3_600 => format!("{} min ago", seconds / 60),
        seconds @ 3_600..86_400 => format!("{} h ago", seconds / 3_600),
        _ => moment.to_zoned_datetime(zone).strftime("%Y-%m-%d %H:%M").to_string(),
    }
}

/// A handle that can be typed again.
pub(super) fn handle(person: &Person) -> String {
    format!("@{}", person.handle)
}

/// A list of people.
pub(super) fn people(slice: Slice<ActorSummary>, none: &str) -> Result<Answer, Failure> {
    let list = List::from(slice.map(Person::from));
    paged(&list, ["HANDLE", "NAME", "ADDRESS"], person, none)
}

pub(super) fn person(person: &Person) -> [String; 3] {
    let name = person.name.split_whitespace().collect::<Vec<_>>().join(" ");
    [handle(person), name, person.url.clone()]
}

/// A list of posts.
pub(super) fn posts(slice: Slice<PostView>, now: Timestamp, none: &str) -> Result<Answer, Failure> {
    let list = List::from(slice.map(|post| Post::new(post, now)));
    let row = |post: &Post| [when(post.published, now), handle(&post.author), glance(post), post.uri.clone()];
    paged(&list, ["WHEN", "WHO", "WHAT", "ADDRESS"], row, none)
}

/// What a post says, in one short line.
pub(super) fn glance(post: &Post) -> String {
    let mut line = String::new();
    match post.visibility {
        Visibility::Public | Visibility::Unlisted => {}
        Visibility::Followers | Visibility::Members | Visibility::Direct => {
            line.push_str(&format!("[{}] ", post.visibility));
        }
    }
    if let Some(offer) = &post.offer {
        line.push_str(&format!("{}, {}: ", offer.purpose, offer.state));
    }
    let words = [post.name.as_deref(), post.summary.as_deref(), Some(post.content.as_str())];
    let words = words.into_iter().flatten().map(|html| plain_text(html, GLANCE)).filter(|text| !text.is_empty());
    line.push_str(&plain_text(&words.collect::<Vec<_>>().join(" – "), GLANCE));
    if let Some(by) = &post.announced_by {
        line.push_str(&format!(" (announced by {})", handle(&by.actor)));
    }
    line
}

/// All that a post says.
pub(super) fn in_full(post: &Post, now: Timestamp) -> String {
    let edited = post.updated.map(|updated| format!(", changed {}", when(updated, now))).unwrap_or_default();
    let author = format!("{} ({}), {}{edited}", handle(&post.author), post.author.name, when(post.published, now));
    let offer = post.offer.as_ref().map(|offer| {
        let end = offer.end_time.map(|end| format!(", ends {}", when(end, now))).unwrap_or_default();
        let hope = offer.in_return.as_ref().map(|hope| format!(", in return: {hope}")).unwrap_or_default();
        format!("{} of {}, {}{end}{hope}", offer.purpose, offer.kind, offer.state)
    });
    let warning = post.summary.as_ref().map(|warning| format!("Warning: {warning}"));
    let content = post.source.clone().unwrap_or_else(|| plain_text(&post.content, ALL));
    let counts =
        format!("{}; likes {}, announces {}, replies {}", post.visibility, post.likes, post.announces, post.replies);
    let lines = [Some(author), post.name.clone(), offer, warning, Some(content), Some(counts), Some(post.uri.clone())];
    let lines = lines.into_iter().flatten().filter(|line| !line.trim().is_empty());
    lines.map(|line| line + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_as_people_say_it_and_in_the_zone_of_the_machine() {
        let now: Timestamp = "2026-11-26T18:00:00Z".parse().unwrap();
        let zone = TimeZone::get("Pacific/Kiritimati").unwrap();
        for (moment, words) in [
            ("2026-11-26T17:59:01Z", "just now"),
            ("2026-11-26T17:57:00Z", "3 min ago"),
            ("2026-11-25T18:00:01Z", "23 h ago"),
            ("2026-11-25T18:00:00Z", "2026-11-26 08:00"),
            ("2026-11-27T09:30:00Z", "2026-11-27 23:30"),
        ] {
            assert_eq!(said(moment.parse().unwrap(), now, zone.clone()), words);
        }
    }

    #[test]
    fn how_long_something_lasts_is_told_in_two_units() {
        for (seconds, words) in [
            (-1, "0 s"),
            (59, "59 s"),
            (580, "9 min 40 s"),
            (600, "10 min"),
            (73_392, "20 h 23 min"),
            (86_400, "1 day"),
            (180_000, "2 days 2 h"),
        ] {
            assert_eq!(lasting(seconds), words);
        }
    }
}
