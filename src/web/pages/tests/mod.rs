//! Every page, filled with what a small space could say, is checked as a reader's program would check it.
//!
//! With `PAGES_DIR` set, the pages are written there to be looked at.

mod accessibility;
mod booking;
mod door;
mod resource;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::actor::{ActorPage, Fact, Skill};
use super::front::FrontPage;
use super::interaction::{Found, InteractionPage, Search};
use super::post::PostPage;
use super::shown::{ShownAttachment, ShownOffer, ShownPost};
use super::tag::TagPage;
use super::view::{Count, Head, Person, When};
use accessibility::faults;
use askama::Template;

fn person(name: &str, username: &str, tint: usize, group: bool) -> Person {
    Person {
        name: name.to_owned(),
        handle: format!("@{username}@harbor.example"),
        page: format!("https://harbor.example/members/{username}"),
        initials: name.split(' ').filter_map(|word| word.chars().next()).collect(),
        tint,
        group,
    }
}

fn when(text: &str) -> When {
    let zone = TimeZone::get("Europe/Amsterdam").unwrap();
    When::of(text.parse::<Timestamp>().unwrap(), &zone)
}

fn post(author: Person, content: &str) -> ShownPost {
    ShownPost {
        label: format!("Post by {}", author.name),
        author,
        link: "https://harbor.example/posts/1".into(),
        remote: false,
        published: when("2026-11-24T08:12:00Z"),
        title: String::new(),
        warning: None,
        content: content.to_owned(),
        language: Some("en".into()),
        attachments: vec![],
        sensitive: false,
        offer: None,
        answers: None,
        announced_by: None,
        pinned: false,
        facts: vec!["2 replies".into(), "5 likes".into()],
    }
}

fn offer(author: Person, title: &str, request: bool, kind: &str) -> ShownPost {
    let purpose = if request { "Request" } else { "Offer" };
    ShownPost {
        label: format!("{purpose} by {}", author.name),
        title: title.to_owned(),
        content: "<p>I have filed mine for nine years and made every mistake there is. Bring a coffee and your last \
                  two letters from the tax office.</p>"
            .into(),
        offer: Some(ShownOffer {
            label: format!("{purpose} · {kind}"),
            request,
            open: true,
            in_return: "nothing, it is a gift".into(),
            ends: Some(when("2026-12-24T11:00:00Z")),
        }),
        ..post(author, "")
    }
}

fn head(title: &str) -> Head {
    Head { indexed: true, document: Some("https://harbor.example/x".into()), ..Head::plain(title, "Harbor Coworking") }
}

fn pages() -> Vec<(&'static str, String)> {
    let ana = || person("Ana Lima", "ana", 0, false);
    let ben = || person("Ben Okafor", "ben", 3, false);
    let harbor = || person("Harbor Coworking", "harbor", 7, true);
    let hello = || {
        post(
            ana(),
            "<p>The big table is free this week, and the <a href=\"https://harbor.example/tags/espresso\">#espresso</a> \
             machine is back from repair. Come by and tell me what you are working on.</p><ul><li>Monday: quiet \
             morning</li><li>Thursday: lunch together at one</li></ul>",
        )
    };
    let posts = || {
        vec![
            ShownPost { pinned: true, ..hello() },
            ShownPost {
                announced_by: Some(harbor()),
                link: "https://loft.example/posts/9".into(),
                remote: true,
                attachments: vec![ShownAttachment {
                    url: "https://loft.example/plan.png".into(),
                    name: "Floor plan of the third floor, with the two new phone booths beside the stairs".into(),
                    kind: "Picture",
                    host: "loft.example".into(),
                }],
                ..post(ben(), "<p>We are opening a third floor. The plan:</p>")
            },
            ShownPost {
                warning: Some("Tax returns, at length".into()),
                answers: Some("https://harbor.example/posts/1".into()),
                facts: vec!["Edited 24 Nov 2026, 10:01".into()],
                ..post(person("クララ", "klara_with_a_rather_long_name", 4, false), "<p>…</p>")
            },
        ]
    };
    let offers = || {
        vec![
            offer(ana(), "Dutch VAT, one hour", false, "skill"),
            offer(ben(), "Somebody to read a grant application before Friday", true, "help"),
            offer(person("Mo", "mo", 5, false), "A standing desk, 140 cm", false, "goods"),
        ]
    };
    let front = FrontPage {
        head: head("Harbor Coworking"),
        summary: "<p>Forty desks, two phone booths and a roof with a view over the old harbour.</p>".into(),
        offers: offers(),
        posts: posts(),
        spaces: vec![harbor(), person("The Loft", "loft", 1, true)],
        newer: None,
        older: Some("/?before=7".into()),
    };
    let actor = ActorPage {
        head: head("Ana Lima"),
        person: ana(),
        original: None,
        moved: None,
        summary: "<p>I keep the books of small companies, and explain them to their owners. Mornings only.</p>".into(),
        skills: vec![
            Skill { name: "Bookkeeping".into(), link: "https://harbor.example/tags/bookkeeping".into() },
            Skill { name: "Dutch VAT".into(), link: "https://harbor.example/tags/dutchvat".into() },
            Skill { name: "Portuguese".into(), link: String::new() },
        ],
        facts: vec![
            Fact { name: "Web".into(), value: "<a href=\"https://ana.example\">ana.example</a>".into() },
            Fact { name: "Pronouns".into(), value: "she/her".into() },
        ],
        counts: vec![
            Count::of(1, "post", "posts"),
            Count::of(12_345, "follower", "followers"),
            Count::of(12, "following", "following"),
        ],
        place: None,
        offers: offers().into_iter().take(1).collect(),
        posts: posts(),
        home: Some(harbor()),
        newer: Some("/members/ana".into()),
        older: Some("/members/ana?before=7".into()),
    };
    let remote = ActorPage {
        head: head("Ben Okafor"),
        person: ben(),
        original: Some("https://loft.example/@ben".into()),
        moved: Some("https://loft.example/@benjamin".into()),
        summary: String::new(),
        skills: vec![],
        facts: vec![],
        counts: vec![],
        place: None,
        offers: vec![],
        posts: vec![],
        home: None,
        newer: None,
        older: None,
    };
    let thread = PostPage {
        head: head("Ana Lima: The big table is free"),
        post: hello(),
        ancestors: vec![post(ben(), "<p>Is there room for four on Thursday?</p>"), post(ana(), "<p>Always.</p>")],
        posts: posts().into_iter().skip(1).collect(),
        newer: None,
        older: None,
    };
    let one_offer = PostPage {
        head: head("Dutch VAT, one hour"),
        post: offer(ana(), "Dutch VAT, one hour", false, "skill"),
        ancestors: vec![],
        posts: vec![],
        newer: None,
        older: None,
    };
    let tag = TagPage { head: head("#espresso"), tag: "espresso".into(), posts: posts(), newer: None, older: None };
    let interaction = |found| InteractionPage { head: Head::plain("Open", "Harbor Coworking"), found, id: 7 };
    let wanted = || "https://loft.example/@ben/1".to_owned();
    let trouble = Some("Https://loft.example/@ben/1 could not be reached: loft.example answers 502.".into());
    let not_found = Search { wanted: wanted(), trouble, wait: None };
    let not_now = Search { wanted: wanted(), trouble: None, wait: Some(31) };
    vec![
        ("front", front.render().unwrap()),
        ("member", actor.render().unwrap()),
        ("remote", remote.render().unwrap()),
        ("thread", thread.render().unwrap()),
        ("offer", one_offer.render().unwrap()),
        ("tag", tag.render().unwrap()),
        ("look", interaction(Found::Nothing(Search::default())).render().unwrap()),
        ("not found", interaction(Found::Nothing(not_found)).render().unwrap()),
        ("not now", interaction(Found::Nothing(not_now)).render().unwrap()),
        ("person", interaction(Found::Person(Box::new(ben()))).render().unwrap()),
        ("found", interaction(Found::Post(Box::new(hello()))).render().unwrap()),
        ("setup", super::setup::tests::form()),
        ("done", super::setup::tests::done()),
        ("problem", super::problem::tests::gone()),
    ]
}

#[test]
fn every_page_can_be_read_without_eyes_scripts_or_styles_of_its_own() {
    if let Some(folder) = std::env::var_os("PAGES_DIR") {
        for (name, page) in pages() {
            std::fs::write(std::path::Path::new(&folder).join(format!("{name}.html")), page).unwrap();
        }
    }
    for (name, page) in pages() {
        assert_eq!(faults(&page), Vec::<String>::new(), "{name}");
    }
}
