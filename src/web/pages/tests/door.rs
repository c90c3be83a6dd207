//! The door as people meet it: the screen, the code on it, signing in, and the way home.

use std::time::Duration;

use serde_json::json;

use super::accessibility::faults;
use crate::coworking::id::MemberId;
use crate::coworking::member::Acting;
use crate::coworking::resource::ResourceInput;
use crate::federation::testing::{Ground, Reply, Stranger};
use crate::operations::{kiosk, resource, session, space};
use crate::store::actor;
use crate::web::tests::{Answer, Open, harbor, open};

const BROWSER: (&str, &str) = ("Accept", "text/html,*/*;q=0.8");
const TYPED: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const OWN: (&str, &str) = ("Origin", "http://harbor.test");

struct House {
    ground: Ground,
    open: Open,
    ana: MemberId,
    screen: String,
}

impl House {
    /// A space with two desks and a screen at the door.
    async fn new() -> Self {
        Self::with(&[]).await
    }

    /// The same with other settings.
    async fn with(settings: &[(&str, &str)]) -> Self {
        let ground = harbor(settings).await;
        let now = ground.node.clock.now();
        let (ana, screen) = ground
            .act(move |tx| {
                let ana = MemberId(actor::local_by_username(tx, "ana")?.unwrap().id.0);
                let (kind, name) = ("hot_desk".into(), "Desks".into());
                let desks = ResourceInput { kind, name, units: Some(2), ..Default::default() };
                let at = space::or_default(tx, None)?.id;
                resource::add(tx, Acting::Keeper, at, &desks.parse()?, now)?;
                let made = kiosk::add(tx, Acting::Keeper, at, "door", now)?;
                Ok((ana, format!("/kiosk/{}", made.secret.expose())))
            })
            .await;
        let open = open(&ground.node);
        Self { ground, open, ana, screen }
    }

    /// With `PAGES_DIR` set, what was answered is written there to be looked at.
    fn keep(page: &Answer) {
        if let Some(folder) = std::env::var_os("PAGES_DIR") {
            let title = page.body.split("<h1>").nth(1).and_then(|rest| rest.split("</h1>").next()).unwrap_or("page");
            let name: String = title.chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect();
            std::fs::write(std::path::Path::new(&folder).join(format!("{name}.html")), &page.body).unwrap();
        }
    }

    async fn page(&self, path: &str, cookie: &str) -> Answer {
        let page = self.open.get(path, &[BROWSER, ("Cookie", cookie)]).await;
        if page.header("content-type").starts_with("text/html") {
            assert_eq!(faults(&page.body), Vec::<String>::new(), "{path}");
            assert_eq!(page.header("cache-control"), "no-store", "{path}");
            Self::keep(&page);
        }
        page
    }

    async fn send(&self, path: &str, cookie: &str, form: &str) -> Answer {
        let page = self.open.ask("POST", path, &[BROWSER, TYPED, OWN, ("Cookie", cookie)], form).await;
        if page.header("content-type").starts_with("text/html") {
            assert_eq!(faults(&page.body), Vec::<String>::new(), "{path} {form}");
            Self::keep(&page);
        }
        page
    }

    /// Signs Ana in by a link; the cookie.
    async fn signed_in(&self) -> String {
        let (ana, now) = (self.ana, self.ground.node.clock.now());
        let life = jiff::SignedDuration::from_mins(60);
        let link = self.ground.act(move |tx| session::link(tx, Acting::Keeper, ana, life, now)).await;
        let path = format!("/sign-in/{}", link.expose());
        assert_eq!(self.page(&path, "").await.status, 200);
        assert_eq!(self.page(&path, "").await.status, 200, "looking uses nothing up");
        let entered = self.send(&path, "", "").await;
        assert_eq!((entered.status, entered.header("location")), (303, "/account"));
        assert_eq!(self.send(&path, "", "").await.status, 404, "once");
        let set = entered.header("set-cookie").to_owned();
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Max-Age=2592000"), "{set}");
        set.split(';').next().unwrap().to_owned()
    }

    /// What the code on the screen leads to.
    async fn scanned(&self) -> String {
        let screen = self.page(&self.screen, "").await;
        let label = screen.body.split("A code that leads to http://harbor.test").nth(1).expect("a code");
        label.split('"').next().unwrap().to_owned()
    }
}

/// A field of a form.
fn field<'p>(page: &'p Answer, name: &str) -> &'p str {
    let at = page.body.split(&format!("name=\"{name}\" value=\"")).nth(1).expect("the field");
    at.split('"').next().unwrap()
}

#[tokio::test]
async fn a_member_is_known_in_a_browser_and_no_other_site_acts_for_them() {
    let house = House::new().await;
    assert_eq!(house.page("/account", "").await.header("location"), "/sign-in");
    let cookie = house.signed_in().await;
    let account = house.page("/account", &cookie).await;
    assert!(account.body.contains("Ana Lima") && account.body.contains("Sign out"));
    assert!(account.header("vary").contains("Accept"));
    let elsewhere = [BROWSER, TYPED, ("Origin", "https://evil.example"), ("Cookie", cookie.as_str())];
    for path in ["/sign-out", "/account/code", "/sign-in", &house.screen] {
        for headers in [&elsewhere[..], &[TYPED, ("Cookie", cookie.as_str())]] {
            let refused = house.open.ask("POST", path, headers, "token=x&code=1").await;
            assert_eq!(refused.status, 403, "{path}");
        }
    }
    assert_eq!(house.send("/account/code", &cookie, "").await.status, 303);
    assert!(house.page("/account", &cookie).await.body.contains("class=\"number\""));

    let wrong = house.send("/sign-in", "", "token=ts_nothing").await;
    assert_eq!((wrong.status, wrong.header("set-cookie"), wrong.body.contains("ts_nothing")), (422, "", false));
    let (ana, now) = (house.ana, house.ground.node.clock.now());
    let token = house.ground.act(move |tx| crate::operations::token::create(tx, Acting::Keeper, ana, "x", None, now));
    let token = token.await.secret.expose().to_owned();
    for (next, leads_to) in [("%2Fvisits%2F7", "/visits/7"), ("%2F%2Fevil.example", "/account")] {
        let entered = house.send("/sign-in", "", &format!("token={token}&next={next}")).await;
        assert_eq!((entered.status, entered.header("location")), (303, leads_to));
    }
    let out = house.send("/sign-out", &cookie, "").await;
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(house.page("/account", &cookie).await.status, 303, "also for who kept the cookie");
}

#[tokio::test]
async fn the_screen_shows_a_code_that_changes_and_takes_numbers() {
    let house = House::new().await;
    let page = house.page(&house.screen, "").await;
    assert!(page.body.contains("http-equiv=\"refresh\"") && !page.body.contains("Ana"), "it lists nobody");
    // What changes by itself and what is typed into are two pages.
    assert!(!page.body.contains("<input"));
    let typing = format!("{}?view=number", house.screen);
    assert!(page.body.contains(&format!("href=\"{typing}\"")));
    let form = house.page(&typing, "").await;
    assert!(form.body.contains("name=\"code\"") && form.body.contains("content=\"120; url=/kiosk/"), "{}", form.body);
    assert!(!form.body.contains("class=\"qr\""));
    let first = house.scanned().await;
    house.ground.node.clock.advance(jiff::SignedDuration::from_secs(30));
    assert_ne!(house.scanned().await, first);
    let wrong = house.send(&house.screen, "", "code=123456&way=in").await;
    assert!(wrong.status == 422 && wrong.body.contains("4 more tries"));
    let ana = house.ana;
    let code = house.ground.act(move |tx| kiosk::new_code(tx, Acting::Keeper, ana)).await;
    let here = house.send(&house.screen, "", &format!("code={code}&way=in")).await;
    assert!(here.status == 200 && here.body.contains("Welcome, Ana") && !here.body.contains("Lima"), "{}", here.body);
    let gone = house.send(&house.screen, "", &format!("code={code}&way=out")).await;
    assert!(gone.body.contains("Goodbye, Ana"));
    for _ in 0..5 {
        house.send(&house.screen, "", "code=1&way=in").await;
    }
    assert!(house.send(&house.screen, "", &format!("code={code}")).await.body.contains("Too many wrong numbers"));
    let down = house.page("/kiosk/kiosk_wrong", "").await;
    assert!(down.status == 404 && down.body.contains("class=\"kiosk\""), "also a screen that was taken down");
}

#[tokio::test]
async fn whoever_scans_the_code_checks_in_here_or_is_sent_home() {
    let house = House::new().await;
    let scanned = house.scanned().await;
    let stranger = house.page(&scanned, "").await;
    assert!(stranger.body.contains("I come from elsewhere") && stranger.body.contains("/sign-in"));
    assert!(house.page("/door/harbor?code=wrong", "").await.body.contains("Scan the code again"));
    assert_eq!(house.page("/door/ana", "").await.status, 404);

    let cookie = house.signed_in().await;
    let choice = house.page(&scanned, &cookie).await;
    let ticket = format!("ticket={}", field(&choice, "ticket"));
    assert_eq!(house.send("/door/harbor", "", &ticket).await.status, 401, "who is that?");
    assert_eq!(house.send("/door/harbor", &cookie, "ticket=1.x").await.status, 422);
    let inside = house.send("/door/harbor", &cookie, &ticket).await;
    assert!(inside.status == 200 && inside.body.contains("You are checked in"), "{}", inside.body);

    // Bo of the Pier says where home is.
    let bo = Stranger::new("bo", "pier.test");
    let page = "http://pier.test/here?at={location}&c={code}&x={other}";
    let mut jrd = bo.jrd();
    jrd["links"].as_array_mut().unwrap().push(json!({"rel": "https://w3id.org/fep/3b86/Arrive", "template": page}));
    house.ground.peers.behave(move |asked| match asked.path.as_str() {
        path if path.starts_with("/.well-known/webfinger") => Reply::Json(jrd.clone()),
        _ => Reply::Say(404),
    });
    let home = house.send("/door/harbor", "", &format!("{ticket}&home=%40bo%40pier.test")).await;
    let place = "http%3A%2F%2Fharbor.test%2Fspaces%2Fharbor%23place";
    assert!(home.body.contains(&format!("http://pier.test/here?at={place}")), "{}", home.body);
    assert!(home.status == 200 && home.header("location").is_empty(), "it is shown where the way leads");
    assert!(!home.body.contains("http-equiv"), "and nobody is taken there");
    for wrong in ["bo", "%40ana%40harbor.test", "nonsense%40%40"] {
        let again = house.send("/door/harbor", "", &format!("{ticket}&home={wrong}")).await;
        assert!(again.status == 422 && again.body.contains("That leads nowhere"), "{wrong}");
    }
    // In a quarter of an hour nobody is at the door any more.
    house.ground.node.clock.advance(jiff::SignedDuration::from_mins(15));
    assert!(house.send("/door/harbor", &cookie, &ticket).await.body.contains("Scan the code again"));
}

#[tokio::test]
async fn at_home_a_member_sees_what_would_be_told_before_it_is() {
    let house = House::new().await;
    let quay = Stranger::new("quay", "quay.test");
    let (document, jrd) = (quay.document(json!({"type": "Group", "name": "The Quay"})), quay.jrd());
    house.ground.peers.behave(move |asked| match asked.path.as_str() {
        "/u/quay" => Reply::Json(document.clone()),
        path if path.starts_with("/.well-known/webfinger") => Reply::Json(jrd.clone()),
        _ => Reply::Say(404),
    });
    let asked = "/intents/arrive?location=http%3A%2F%2Fquay.test%2Fu%2Fquay%23place&code=1.x";
    let first = house.page(asked, "").await;
    assert!(first.status == 303 && first.header("location").starts_with("/sign-in?next=%2Fintents%2Farrive"));
    let cookie = house.signed_in().await;
    let question = house.page(asked, &cookie).await;
    assert!(
        question.body.contains("Check in at <bdi>The Quay</bdi>?") && question.body.contains("Nobody else is told")
    );
    assert_eq!(house.page("/intents/arrive?location=http%3A%2F%2Fquay.test%2Fno", &cookie).await.status, 404);
    let form = "location=http%3A%2F%2Fquay.test%2Fu%2Fquay%23place&code=1.x";
    let told = house.send("/intents/arrive", &cookie, form).await;
    assert_eq!(told.status, 303);
    let visit = told.header("location").to_owned();
    let waiting = house.page(&visit, &cookie).await;
    assert!(waiting.body.contains("Telling <bdi>The Quay</bdi>") && waiting.body.contains("Look again</a>"));
    assert_eq!(house.page(&visit, "").await.status, 404, "it is nobody else's");
    assert_eq!(house.open.document(&visit).await.status, 404);
    house.ground.node.clock.advance(jiff::SignedDuration::from_mins(11));
    assert!(house.page(&visit, &cookie).await.body.contains("does not answer"));
}

#[tokio::test]
async fn a_space_that_takes_its_time_keeps_nobody_waiting_at_the_page() {
    // Whoever sends a byte now and then is not silent for as long as that.
    let house = House::with(&[("read_timeout", "30s")]).await;
    let cookie = house.signed_in().await;
    house.ground.peers.behave(|_| Reply::Hang);
    let asked = "/intents/arrive?location=http%3A%2F%2Fslow.test%2Fu%2Fquay&code=1.x";
    let time_passes = async {
        while house.ground.peers.take().is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(11)).await;
        tokio::time::resume();
    };
    let both = futures_util::future::join(house.page(asked, &cookie), time_passes);
    let (page, ()) = tokio::time::timeout(Duration::from_secs(60), both).await.expect("an answer");
    assert_eq!(page.status, 404);
    assert!(page.body.contains("there was no answer within 10 seconds"), "{}", page.body);
}
