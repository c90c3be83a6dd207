//! What everybody needs who reads by ear, by keyboard or with large letters, checked on each page that a route gives.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::coworking::email::EmailAddress;
use crate::coworking::id::{MemberId, PostId};
use crate::coworking::offer::OfferInput;
use crate::coworking::post::Visibility;
use crate::federation::testing::{Ground, Reply, Stranger, start};
use crate::operations::post::{Mentions, publish};
use crate::operations::testing::{acting, answering, saying};
use crate::operations::{mailbox, offer, setup};
use crate::store::page::Page;
use crate::store::{actor, mail};
use crate::web::pages::kiosk::KIOSKS;
use crate::web::tests::{harbor, open};

/// Elements that have no end.
const VOID: [&str; 6] = ["meta", "link", "input", "img", "br", "hr"];

struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    /// What is read out.
    text: String,
}

impl Element {
    fn new(tag: &str) -> Self {
        let name: String = tag.chars().take_while(|c| !c.is_whitespace() && *c != '/').collect();
        let mut attributes = BTreeMap::new();
        let mut rest = tag[name.len()..].trim().trim_end_matches('/').trim();
        while !rest.is_empty() {
            let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
            let (key, after) = rest.split_at(end);
            let (value, after) = match after.strip_prefix("=\"") {
                Some(value) => value.split_once('"').expect("a value ends"),
                None => ("", after),
            };
            assert!(attributes.insert(key.to_owned(), value.to_owned()).is_none(), "{key} twice in <{tag}>");
            rest = after.trim();
        }
        Self { name, attributes, text: String::new() }
    }

    fn has(&self, key: &str) -> bool {
        self.attributes.get(key).is_some_and(|value| !value.trim().is_empty())
    }

    fn is_hidden(&self) -> bool {
        self.attributes.get("aria-hidden").is_some_and(|value| value == "true")
    }

    fn has_name(&self) -> bool {
        !self.text.trim().is_empty() || self.has("aria-label") || self.has("aria-labelledby")
    }
}

/// The elements of a page as it was written: the templates close what they open.
fn elements(page: &str) -> Vec<Element> {
    let mut elements: Vec<Element> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut rest = page;
    while let Some((text, after)) = rest.split_once('<') {
        if !open.iter().any(|index| elements[*index].is_hidden()) {
            for index in &open {
                elements[*index].text.push_str(text);
            }
        }
        let (tag, after) = after.split_once('>').expect("a tag ends");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            let last = open.pop().map(|index| elements[index].name.clone());
            assert_eq!(last.as_deref(), Some(name), "</{name}> closes something else");
        } else if !tag.starts_with('!') {
            let element = Element::new(tag);
            if !VOID.contains(&element.name.as_str()) && !tag.ends_with('/') {
                open.push(elements.len());
            }
            elements.push(element);
        }
    }
    assert!(open.is_empty(), "everything is closed");
    elements
}

/// What is wrong with a page.
pub(super) fn faults(page: &str) -> Vec<String> {
    let elements = elements(page);
    let mut faults = Vec::new();
    let of = |name: &'static str| elements.iter().filter(move |element| element.name == name);
    for (name, least) in [("h1", 1), ("main", 1), ("title", 1), ("header", 1), ("footer", 1)] {
        let count = of(name).count();
        if count < least || count > 1 && !matches!(name, "header" | "footer") {
            faults.push(format!("{count} of <{name}>"));
        }
    }
    if !of("html").all(|html| html.has("lang")) {
        faults.push("the page has no language".into());
    }
    let levels = elements.iter().filter_map(|element| element.name.strip_prefix('h')?.parse::<u32>().ok());
    let mut before = 0;
    for level in levels {
        if level > before + 1 {
            faults.push(format!("h{level} after h{before}"));
        }
        before = level;
    }
    let mut ids = BTreeSet::new();
    for id in elements.iter().filter_map(|element| element.attributes.get("id")) {
        if !ids.insert(id.as_str()) {
            faults.push(format!("the id {id} twice"));
        }
    }
    let labelled: BTreeSet<&str> = of("label")
        .filter(|label| label.has_name())
        .filter_map(|label| label.attributes.get("for"))
        .map(String::as_str)
        .collect();
    let is_screen =
        elements.iter().any(|element| element.attributes.get("class").is_some_and(|class| class == "kiosk"));
    if !page.contains("class=\"skip\" href=\"#content\"") {
        faults.push("nothing leads past the top".into());
    }
    for element in &elements {
        let has_id = |id: &String| labelled.contains(id.as_str());
        let leads_away = |href: &String| !(href.starts_with(KIOSKS) || href.starts_with('#'));
        let wrong = match element.name.as_str() {
            // Nobody is taken away from what they read or type; a screen at a door has nobody who could do it.
            "meta" if element.attributes.get("http-equiv").is_some_and(|what| what == "refresh") => {
                let seconds = element.attributes["content"].split(';').next().and_then(|text| text.parse().ok());
                !is_screen || of("input").count() > 0 && seconds.is_none_or(|seconds: u32| seconds < 120)
            }
            "a" if is_screen && element.attributes.get("href").is_some_and(leads_away) => true,
            "img" => !element.attributes.contains_key("alt"),
            "input" | "select" | "textarea" => {
                !(element.attributes.get("id").is_some_and(has_id) || element.has("aria-label"))
            }
            "a" if element.is_hidden() => element.attributes.get("tabindex").is_none_or(|index| index != "-1"),
            "a" => !element.has("href") || !element.has_name(),
            "button" | "summary" | "label" | "legend" | "h1" | "h2" | "h3" | "title" => !element.has_name(),
            "time" => !element.has("datetime") || element.text.trim().is_empty(),
            "nav" | "aside" | "section" => !element.has("aria-label") && !element.has("aria-labelledby"),
            "script" => true,
            _ => false,
        };
        if wrong {
            faults.push(format!("<{}> {:?} without what it needs", element.name, element.attributes));
        }
        for (key, value) in &element.attributes {
            let points = match key.as_str() {
                "aria-labelledby" | "aria-describedby" | "for" | "list" => value.split(' ').collect(),
                "href" => value.strip_prefix('#').into_iter().collect(),
                _ => Vec::new(),
            };
            for id in points.into_iter().filter(|id| !ids.contains(id)) {
                faults.push(format!("{key} leads to {id}, which is not there"));
            }
            if key == "style" || key.starts_with("on") || key == "tabindex" && !matches!(value.as_str(), "-1" | "0") {
                faults.push(format!("<{} {key}={value:?}>", element.name));
            }
        }
    }
    faults
}

#[test]
fn every_fault_is_found() {
    let page = |body: &str| {
        format!(
            "<!doctype html><html lang=\"en\"><head><title>x</title></head><body>\
             <a class=\"skip\" href=\"#content\">y</a><header></header><main id=\"content\">{body}</main>\
             <footer></footer></body></html>"
        )
    };
    assert_eq!(faults(&page("<h1>a</h1><h2>b</h2><a href=\"/x\">c</a>")), Vec::<String>::new());
    for bad in [
        "",
        "<h1>a</h1><h1>b</h1>",
        "<h1>a</h1><h3>b</h3>",
        "<h2>a</h2><h1>b</h1>",
        "<h1>a</h1><img src=\"x\">",
        "<h1>a</h1><input id=\"x\">",
        "<h1>a</h1><label for=\"x\">b</label>",
        "<h1>a</h1><p id=\"content\">b</p>",
        "<h1>a</h1><a href=\"/x\"><span aria-hidden=\"true\">b</span></a>",
        "<h1>a</h1><a href=\"/x\" aria-hidden=\"true\">b</a>",
        "<h1>a</h1><a href=\"#nowhere\">b</a>",
        "<h1>a</h1><time>b</time>",
        "<h1>a</h1><section><p>b</p></section>",
        "<h1>a</h1><p style=\"color: red\">b</p>",
        "<h1>a</h1><script></script>",
        "<h1>a</h1></main><main>",
        "<h1>a</h1><meta http-equiv=\"refresh\" content=\"300; url=/x\">",
        "<h1>a</h1><div class=\"kiosk\"><meta http-equiv=\"refresh\" content=\"9\"><input aria-label=\"b\"></div>",
        "<h1>a</h1><div class=\"kiosk\"><a href=\"/account\">b</a></div>",
    ] {
        assert!(!faults(&page(bad)).is_empty(), "{bad}");
    }
    assert!(!faults(&page("<h1>a</h1>").replace(" lang=\"en\"", "")).is_empty());
}

/// Routes that give no page.
const FOR_PROGRAMS: [&str; 15] = [
    "/.well-known/host-meta",
    "/.well-known/host-meta.json",
    "/.well-known/nodeinfo",
    "/.well-known/webfinger",
    "/activities/{id}",
    "/actor/{list}",
    "/announces/{id}",
    "/favicon.ico",
    "/follows/{id}",
    "/likes/{id}",
    "/members/{name}/{list}",
    "/nodeinfo/{version}",
    "/posts/{id}/replies",
    "/robots.txt",
    "/spaces/{name}/{list}",
];

/// A node on which there is something to see, and where to see it: the route, and an address of it.
async fn sights() -> (Ground, Vec<(&'static str, String)>) {
    let ground = harbor(&[]).await;
    let (site, bo) = (ground.node.site.clone(), Stranger::new("bo", "pier.test"));
    let web = ground.show(&[&bo]);
    let note = bo.note(1, json!({"@context": "https://www.w3.org/ns/activitystreams", "summary": "Look out"}));
    web.put(&bo.at("n/1"), Reply::Json(note));
    let (post, reply, offered) = ground
        .act(move |tx| {
            let ana = MemberId(actor::local_by_username(tx, "ana")?.unwrap().id.0);
            let (none, now) = (Mentions::default(), start());
            let mut say = |draft| publish(tx, &site, acting(ana), &draft, &none, now);
            let post = say(saying("Soup on *Friday*. #soup\n\n# Loud\n\n### Louder", Visibility::Public))?;
            let reply = say(answering(post, "With bread?"))?;
            let input = OfferInput {
                purpose: "offer".into(),
                name: "Dutch VAT".into(),
                tags: Some(vec!["soup".into()]),
                ..Default::default()
            };
            let offered = offer::make(tx, &site, acting(ana), &input.parse(now)?, now)?;
            for number in 0..60 {
                publish(tx, &site, acting(ana), &saying(&format!("{number} #many"), Visibility::Public), &none, now)?;
            }
            publish(tx, &site, acting(ana), &answering(offered, "When?"), &none, now)?;
            Ok((post, reply, offered))
        })
        .await;
    let page = |id: PostId| ("/posts/{id}", format!("/posts/{id}"));
    let mut sights = vec![page(post), page(reply), page(offered)];
    for (route, address) in [
        ("/", "/"),
        ("/", "/?before=1"),
        ("/actor", "/actor"),
        ("/members/{name}", "/members/ana"),
        ("/members/{name}", "/members/nobody"),
        ("/spaces/{name}", "/spaces/harbor"),
        ("/tags/{tag}", "/tags/soup"),
        ("/tags/{tag}", "/tags/many"),
        ("/tags/{tag}", "/tags/nothing"),
        ("/media/{name}", "/media/nothing.png"),
        ("/directory", "/directory"),
        ("/directory", "/directory?town=Utrecht&kind=meeting_room&people=many&need=%3Cb%3E"),
        ("/authorize_interaction", "/authorize_interaction"),
        ("/authorize_interaction", "/authorize_interaction?uri=@bo@pier.test"),
        ("/authorize_interaction", "/authorize_interaction?uri=http://pier.test/u/bo/n/1"),
        ("/authorize_interaction", "/authorize_interaction?uri=http://pier.test/nothing"),
        ("/problems", "/problems"),
        ("/problems/{code}", "/problems/gone"),
        ("/problems/{code}", "/problems/nothing"),
        ("/setup/{secret}", "/setup/wrong"),
        ("/mail/confirm/{secret}", "/mail/confirm/mc_wrong"),
        ("/mail/stop/{key}", "/mail/stop/ms_wrong"),
        ("/static/{name}", "/static/nothing"),
        ("/calendars/{secret}.ics", "/calendars/wrong.ics"),
        ("/resources/{id}/calendar.ics", "/resources/7/calendar.ics"),
        ("/resources/{id}", "/resources/7"),
        ("/resources/{id}/availability", "/resources/7/availability"),
        ("/asked/{id}", "/asked/7"),
        ("/sign-in", "/sign-in"),
        ("/sign-in/{secret}", "/sign-in/wrong"),
        ("/kiosk/{secret}", "/kiosk/wrong"),
        ("/door/{space}", "/door/harbor"),
        ("/door/{space}", "/door/nowhere"),
        ("/visits/{id}", "/visits/7"),
    ] {
        sights.push((route, address.to_owned()));
    }
    for id in super::resource::furnished(&ground).await {
        sights.push(("/resources/{id}", format!("/resources/{id}")));
    }
    sights.push(("/authorize_interaction", format!("/authorize_interaction?uri=http://harbor.test/posts/{offered}")));
    (ground, sights)
}

/// The links in the letters to Ana: the one that asks, and the one that ends them.
async fn letters(ground: &Ground) -> (String, String) {
    let links = ground.act(|tx| {
        let ana = MemberId(actor::local_by_username(tx, "ana")?.unwrap().id.0);
        let address = EmailAddress::parse("ana@mail.example")?;
        let edit = mailbox::Edit { address: Some(address), ..Default::default() };
        let stop = mailbox::edit(tx, acting(ana), ana, &edit, start())?.stop_key;
        let asks = mail::list(tx, None, Page::default())?.items.remove(0).secret.unwrap();
        Ok((format!("/mail/confirm/{asks}"), format!("/mail/stop/{stop}")))
    });
    links.await
}

#[tokio::test]
async fn every_page_of_every_route_can_be_read_by_everybody() {
    let (ground, sights) = sights().await;
    let door = open(&ground.node);
    let browser = [("Accept", "text/html,*/*;q=0.8")];
    // Those for members are looked at where somebody is signed in.
    let mut seen = BTreeSet::from([
        "/people/{id}",
        "/setup/{secret}",
        "/account",
        "/intents/arrive",
        "/bookings",
        "/bookings/{id}",
        "/stays/{id}",
        "/waitlist/{id}",
    ]);
    for (route, address) in &sights {
        let page = door.get(address, &browser).await;
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{address}");
        assert_eq!(faults(&page.body), Vec::<String>::new(), "{address}");
        seen.insert(*route);
    }
    // Whoever was looked up has a page here, too.
    let bo = ground.act(|tx| Ok(actor::by_handle(tx, "bo", "pier.test")?.unwrap().id)).await;
    let remote = door.get(&format!("/people/{bo}"), &browser).await;
    assert_eq!((remote.status, faults(&remote.body)), (200, Vec::new()));

    let empty = Ground::new().await;
    let secret = empty.node.store.write(setup::link).await.unwrap().expose().to_owned();
    let door = open(&empty.node);
    let typed = [browser[0], ("Content-Type", "application/x-www-form-urlencoded")];
    let path = format!("/setup/{secret}");
    let names = "space_username=harbor&space_name=Harbor&admin_username=ana&admin_name=Ana&zone=";
    for (method, body, status) in
        [("GET", String::new(), 200), ("POST", format!("{names}Mars"), 422), ("POST", format!("{names}Etc%2FUTC"), 200)]
    {
        let page = door.ask(method, &path, &typed, &body).await;
        assert_eq!((page.status, faults(&page.body)), (status, Vec::new()), "{method} {body}");
    }
    let front = door.get("/", &browser).await;
    assert_eq!(faults(&front.body), Vec::<String>::new(), "an empty node");

    let (asks, stops) = letters(&empty).await;
    for (method, path) in [("GET", &asks), ("POST", &asks), ("GET", &stops), ("POST", &stops), ("GET", &stops)] {
        let page = door.ask(method, path, &typed, "").await;
        assert_eq!((page.status, faults(&page.body)), (200, Vec::new()), "{method} {path}");
    }
    assert_eq!(door.get(&asks, &browser).await.status, 404, "the link is good once");

    // Read from the list of routes, so that a new page cannot be forgotten here.
    let routes = include_str!("../../server.rs").split("at(\"").skip(1).filter_map(|rest| rest.split_once('"'));
    let pages =
        routes.filter(|(_, rest)| rest.starts_with(", READ") || rest.starts_with(", FORM")).map(|(path, _)| path);
    let unseen: Vec<&str> = pages.filter(|path| !seen.contains(path) && !FOR_PROGRAMS.contains(path)).collect();
    assert!(unseen.is_empty(), "{unseen:?}");
}
