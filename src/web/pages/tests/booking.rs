//! Members book in their browser: the form at the page of something, what a refusal offers, and all that they have.

use std::collections::BTreeSet;

use super::accessibility::faults;
use super::resource::furnished;
use crate::coworking::booking::{BookingInput, Request};
use crate::coworking::id::{MemberId, ResourceId};
use crate::coworking::member::{Acting, NewMember, Role};
use crate::coworking::rules::Price;
use crate::coworking::space::Zone;
use crate::federation::testing::{Ground, Reply, Stranger};
use crate::operations::away::{self, Elsewhere};
use crate::operations::{booking, member, session};
use crate::store::actor;
use crate::web::tests::{Answer, Open, harbor, open};

use serde_json::json;

const BROWSER: (&str, &str) = ("Accept", "text/html,*/*;q=0.8");
const TYPED: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const OWN: (&str, &str) = ("Origin", "http://harbor.test");

/// A furnished space in which Ana, who runs it, has the attic on Monday from ten to half past eleven, and Ben is a member.
struct House {
    ground: Ground,
    open: Open,
    room: ResourceId,
    desks: ResourceId,
    /// For members alone.
    ladder: ResourceId,
    ben: MemberId,
    /// Cookies.
    as_ana: String,
    as_ben: String,
}

async fn sign_in(ground: &Ground, open: &Open, member: MemberId) -> String {
    let (now, life) = (ground.node.clock.now(), jiff::SignedDuration::from_mins(60));
    let link = ground.act(move |tx| session::link(tx, Acting::Keeper, member, life, now)).await;
    let entered = open.ask("POST", &format!("/sign-in/{}", link.expose()), &[BROWSER, TYPED, OWN], "").await;
    entered.header("set-cookie").split(';').next().unwrap().to_owned()
}

impl House {
    async fn new() -> Self {
        let ground = harbor(&[]).await;
        let [room, desks, ladder] = furnished(&ground).await;
        let site = ground.node.site.clone();
        let (now, new) = (ground.node.clock.now(), NewMember::parse("ben", "Ben Okafor", Role::Member, None).unwrap());
        let (ana, ben) = ground
            .act(move |tx| {
                let ana = MemberId(actor::local_by_username(tx, "ana")?.unwrap().id.0);
                Ok((ana, member::add(tx, &site, Acting::Keeper, &new, None, now)?))
            })
            .await;
        let open = open(&ground.node);
        let (as_ana, as_ben) = (sign_in(&ground, &open, ana).await, sign_in(&ground, &open, ben).await);
        Self { ground, open, room, desks, ladder, ben, as_ana, as_ben }
    }

    fn looked_at(page: &Answer, path: &str) {
        if page.header("content-type").starts_with("text/html") {
            assert_eq!(faults(&page.body), Vec::<String>::new(), "{path}");
            if let Some(folder) = std::env::var_os("PAGES_DIR") {
                let name: String = path.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
                std::fs::write(std::path::Path::new(&folder).join(format!("book{name}.html")), &page.body).unwrap();
            }
        }
    }

    async fn page(&self, path: &str, cookie: &str) -> Answer {
        let page = self.open.get(path, &[BROWSER, ("Cookie", cookie)]).await;
        Self::looked_at(&page, path);
        page
    }

    async fn send(&self, path: &str, cookie: &str, form: &str) -> Answer {
        let page = self.open.ask("POST", path, &[BROWSER, TYPED, OWN, ("Cookie", cookie)], form).await;
        Self::looked_at(&page, &format!("{path} {form}"));
        page
    }

    /// What Ben sends leads on; the page to which it leads.
    async fn led(&self, path: &str, form: &str) -> (String, String) {
        let sent = self.send(path, &self.as_ben, form).await;
        assert_eq!(sent.status, 303, "{path} {form}: {}", sent.body);
        let path = sent.header("location").to_owned();
        let page = self.page(&path, &self.as_ben).await;
        assert_eq!((page.status, page.header("cache-control")), (200, "no-store"), "{path}");
        (path, page.body)
    }
}

/// The times that can be chosen.
fn choices(page: &str) -> Vec<String> {
    let each = page.split("name=\"exact\" value=\"").skip(1).filter_map(|rest| rest.split('"').next());
    each.map(|text| text.replace(['+'], "%2B")).collect()
}

fn links(page: &str, to: &str) -> Vec<String> {
    let each = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    each.filter(|href| href.starts_with(to)).map(|href| href.replace("&#38;", "&")).collect()
}

#[tokio::test]
async fn a_member_books_in_a_browser_is_refused_with_what_can_be_had_takes_it_and_gives_it_back() {
    let house = House::new().await;
    let path = format!("/resources/{}", house.room);
    let stranger = house.page(&path, "").await.body;
    assert!(stranger.contains(&format!("href=\"/sign-in?next=%2Fresources%2F{}%23book\"", house.room)), "{stranger}");
    assert!(!stranger.contains("name=\"day\"") && links(&stranger, &path).iter().all(|link| !link.contains("start=")));
    let sent = house.send(&path, "", "day=2027-01-18").await;
    assert_eq!((sent.status, &sent.header("location")[..14]), (303, "/sign-in?next="));

    // The form begins with the next time that can be had; a free hour of the week leads to it with that hour.
    let page = house.page(&format!("{path}?week=2027-01-20"), &house.as_ben).await;
    assert_eq!(page.header("cache-control"), "no-store", "it is for one reader");
    for told in [
        "href=\"/bookings\">Bookings</a>",
        "By the clock of Europe/Amsterdam",
        "type=\"date\" value=\"2027-01-18\"",
        "value=\"09:00\" required step=\"900\"",
        "For how many people",
        ">free<span class=\"unseen\">: book Monday 18 January 2027, 12:00 to 13:00</span>",
    ] {
        assert!(page.body.contains(told), "{told}\n{}", page.body);
    }
    let of_hour = links(&page.body, &path)
        .into_iter()
        .find(|link| link.contains("start=2027-01-18T15"))
        .expect("an hour is a link");
    let with_hour = house.page(of_hour.split('#').next().unwrap(), &house.as_ben).await.body;
    assert!(with_hour.contains("value=\"15:00\"") && with_hour.contains("value=\"16:00\""), "{of_hour}\n{with_hour}");
    for nonsense in ["start=soon&end=later", "start=2027-01-18T10:00", "start=%F0%9F&week=x"] {
        assert_eq!(house.page(&format!("{path}?{nonsense}"), &house.as_ben).await.status, 200, "{nonsense}");
    }

    let ladder = format!("/resources/{}", house.ladder);
    assert_eq!([house.page(&ladder, "").await.status, house.page(&ladder, &house.as_ben).await.status], [404, 200]);

    // Ana has it then.
    let wish = "day=2027-01-18&from=10:00&until=11:00&people=2&note=With+%3Ccake%3E";
    let no = house.send(&path, &house.as_ben, wish).await;
    assert_eq!(no.status, 409);
    for told in [
        "role=\"alert\" id=\"book-no\"",
        "It is taken at that time.",
        "value=\"2027-01-18\"",
        "value=\"10:00\"",
        "With &#60;cake&#62;</textarea>",
        "Wait in line for Monday 18 January 2027, 10:00 to 11:00",
        "<title>Not booked",
    ] {
        assert!(no.body.contains(told), "{told}\n{}", no.body);
    }
    assert!(!no.body.contains("Ana"), "by whom is nobody's to know");
    let instead = choices(&no.body);
    assert!(instead.contains(&"2027-01-18T11:45/2027-01-18T12:45".to_owned()), "{instead:?}");

    let form = "exact=2027-01-18T11:45/2027-01-18T12:45&people=2&note=With+cake";
    let elsewhere = [BROWSER, TYPED, ("Origin", "http://evil.test"), ("Cookie", house.as_ben.as_str())];
    assert_eq!(house.open.ask("POST", &path, &elsewhere, form).await.status, 403, "a form of another site");
    let (mine, booked) = house.led(&path, form).await;
    assert_eq!(house.led(&path, form).await.0, mine, "the button was pushed twice");
    for told in
        ["Attic &#60;3", "11:45 to 12:45", "Confirmed", "10:45 that is not late", "With cake", "You can check in from"]
    {
        assert!(booked.contains(told), "{told}\n{booked}");
    }
    let all = house.page("/bookings", &house.as_ben).await.body;
    assert_eq!(links(&all, "/bookings/"), [mine.as_str()], "{all}");

    // Nobody else's page shows it, not even to those who run the space, and nobody else's form does anything to it.
    let cancel = format!("{mine}/cancel");
    assert_eq!(house.page(&mine, &house.as_ana).await.status, 404);
    assert_eq!(house.send(&cancel, &house.as_ana, "").await.status, 404);
    assert_eq!(house.send(&cancel, "", "").await.status, 401);
    assert_eq!(house.open.ask("POST", &cancel, &elsewhere, "").await.status, 403);
    let stranger = house.page(&mine, "").await;
    assert!(stranger.status == 303 && stranger.header("location").starts_with("/sign-in?next=%2Fbookings%2F"));
    assert_eq!(house.open.document(&mine).await.status, 404);
    assert!(house.page(&mine, &house.as_ben).await.body.contains("Confirmed"));

    let (_, gone) = house.led(&cancel, "").await;
    assert!(gone.contains("state closed\">Cancelled<") && !gone.contains("action=\"/bookings"), "{gone}");
    let all = house.page("/bookings", &house.as_ben).await.body;
    assert!(all.contains("Nothing is booked") && all.contains("id=\"over\""), "{all}");
    let again = house.send(&format!("{mine}/checkin"), &house.as_ben, "").await;
    assert!(again.status == 409 && again.body.contains("That did not pass"), "{}", again.body);
}

#[tokio::test]
async fn i32_whoever_would_cancel_late_reads_so_before_and_whoever_comes_checks_in_and_out() {
    let house = House::new().await;
    let path = format!("/resources/{}", house.room);
    let (mine, _) = house.led(&path, "day=2027-01-18&from=12:00&until=13:00").await;
    let start = "2027-01-18T12:00:00+01:00".parse::<jiff::Timestamp>().unwrap();
    let left = start.duration_since(house.ground.node.clock.now()).as_secs();
    house.ground.wait(left - 1_800);
    let late = house.page(&mine, &house.as_ben).await.body;
    assert!(
        late.contains("Cancel it, late") && late.contains("it was in time until Monday 18 January, 11:00"),
        "{late}"
    );
    assert!(!late.contains("/checkin"), "{late}");
    house.ground.wait(1_200);
    assert!(house.page(&mine, &house.as_ben).await.body.contains("not checked in by Monday 18 January, 12:15"));
    let (_, there) = house.led(&format!("{mine}/checkin"), "").await;
    assert!(
        there.contains("You are checked in") && there.contains("free for others as soon as you check out"),
        "{there}"
    );
    let (_, over) = house.led(&format!("{mine}/checkout"), "").await;
    assert!(over.contains(">Over<"), "{over}");
}

#[tokio::test]
async fn i30_whoever_waits_sees_their_place_confirms_what_came_free_or_leaves_the_line() {
    let house = House::new().await;
    let path = format!("/resources/{}", house.room);
    let wish = "day=2027-01-18&from=10:00&until=11:00&wait=on";
    let (first, waits) = house.led(&path, wish).await;
    assert!(first.starts_with("/waitlist/") && waits.contains("You wait in line, number 1"), "{waits}");
    assert_eq!(links(&house.page("/bookings", &house.as_ben).await.body, "/waitlist/"), [first.as_str()]);
    assert_eq!(house.page(&first, &house.as_ana).await.status, 404);
    assert_eq!(house.send(&format!("{first}/leave"), &house.as_ana, "").await.status, 404);
    let (_, left) = house.led(&format!("{first}/leave"), "").await;
    assert!(left.contains("You do not wait any more"), "{left}");
    assert_eq!(house.send(&format!("{first}/leave"), &house.as_ben, "").await.status, 303, "once is enough");

    let (second, _) = house.led(&path, wish).await;
    let of_ana = links(&house.page("/bookings", &house.as_ana).await.body, "/bookings/");
    for one in of_ana {
        assert_eq!(house.send(&format!("{one}/cancel"), &house.as_ana, "").await.status, 303);
    }
    let now = house.ground.node.clock.now();
    house.ground.act(move |tx| booking::tend(tx, now, 100)).await;
    let promoted = house.page(&second, &house.as_ben).await.body;
    assert!(promoted.contains("It came free for you"), "{promoted}");
    let mine = links(&promoted, "/bookings/").pop().expect("the way to it");
    let held = house.page(&mine, &house.as_ben).await.body;
    assert!(held.contains("Kept for you until") && held.contains("Confirm it"), "{held}");
    let (_, confirmed) = house.led(&format!("{mine}/confirm"), "").await;
    assert!(confirmed.contains(">Confirmed<"), "{confirmed}");
}

#[tokio::test]
async fn i3_a_time_that_the_clock_leaves_out_is_refused_in_words_with_the_one_after_the_gap() {
    let house = House::new().await;
    let path = format!("/resources/{}", house.room);
    let gap = house.send(&path, &house.as_ben, "day=2027-03-28&from=02:30&until=04:00").await;
    assert_eq!(gap.status, 422);
    assert!(gap.body.contains("On that day the clock of Europe/Amsterdam is set forward past 02:30."), "{}", gap.body);
    assert!(gap.body.contains("aria-describedby=\"book-from-wrong\""), "the field says so, too: {}", gap.body);
    assert_eq!(choices(&gap.body), ["2027-03-28T03:00/2027-03-28T04:00"]);
    let closed = house.send(&path, &house.as_ben, "exact=2027-03-28T03:00/2027-03-28T04:00").await;
    assert!(closed.status == 422 && closed.body.contains("On Sunday, 28 March it can be booked not at all"));
    for (form, field) in [
        ("day=x&from=10:00&until=11:00", "book-day-wrong"),
        ("day=2027-01-18&from=&until=11:00", "book-from-wrong"),
        ("day=2027-01-18&from=10:00&until=11:03", "book-until-wrong"),
        ("day=2027-01-18&from=10:00&until=11:00&people=many", "book-people-wrong"),
        ("exact=soon", "book-no"),
        ("", "book-day-wrong"),
    ] {
        let no = house.send(&path, &house.as_ben, form).await;
        assert!(no.status == 422 && no.body.contains(&format!("id=\"{field}\"")), "{form}: {}", no.body);
    }
    assert_eq!(house.send("/resources/7", &house.as_ben, "day=2027-01-18").await.status, 404);
}

#[tokio::test]
async fn what_a_member_has_elsewhere_stands_in_the_same_list_as_its_host_says() {
    let house = House::new().await;
    let quay = Stranger::new("quay", "quay.test");
    let (document, jrd) = (quay.document(json!({"type": "Group", "name": "The Quay"})), quay.jrd());
    house.ground.peers.behave(move |asked| match asked.path.as_str() {
        "/u/quay" => Reply::Json(document.clone()),
        path if path.starts_with("/.well-known/webfinger") => Reply::Json(jrd.clone()),
        _ => Reply::Say(404),
    });
    let known = "/intents/arrive?location=http%3A%2F%2Fquay.test%2Fu%2Fquay";
    assert_eq!(house.page(known, &house.as_ben).await.status, 200);
    let (ben, now) = (house.ben, house.ground.node.clock.now());
    let id = house
        .ground
        .act(move |tx| {
            let at = Elsewhere {
                space: actor::by_handle(tx, "quay", "quay.test")?.unwrap().id,
                proposal: "http://quay.test/resources/1".into(),
                name: "Barge".into(),
                zone: "Europe/London".into(),
                rules_version: None,
                units: None,
                price: Price::Free,
            };
            let (start, end) = ("2027-01-18T10:00".to_owned(), "2027-01-18T11:00".to_owned());
            let draft = BookingInput { start, end, ..Default::default() }.parse(&Zone::parse("Europe/London")?)?;
            Ok(away::ask(tx, Acting::Member(ben, Role::Member), &at, &draft, now)?.id)
        })
        .await;
    let path = format!("/stays/{id}");
    let (here, _) = house.led(&format!("/resources/{}", house.room), "day=2027-01-18&from=14:00&until=15:00").await;
    let all = house.page("/bookings", &house.as_ben).await.body;
    let order: Vec<usize> = [&path, &here].map(|link| all.find(link.as_str()).expect("it is listed")).into();
    assert!(order[0] < order[1] && all.contains("The Quay"), "eleven in Amsterdam comes first: {all}");
    let stay = house.page(&path, &house.as_ben).await.body;
    assert!(stay.contains("10:00 to 11:00") && stay.contains("by the clock of Europe/London"), "{stay}");
    assert!(stay.contains("On its way to the space") && stay.contains("It can say yes until"), "{stay}");
    assert_eq!(house.page(&path, &house.as_ana).await.status, 404);
    assert_eq!(house.send(&format!("{path}/cancel"), &house.as_ana, "").await.status, 404);
    assert_eq!(house.send(&format!("{path}/leave"), &house.as_ben, "").await.status, 409, "nobody is there yet");
    let (_, gone) = house.led(&format!("{path}/cancel"), "").await;
    assert!(gone.contains(">Cancelled<"), "{gone}");
}

#[tokio::test]
async fn a_long_list_goes_on_from_page_to_page_without_gap_or_repeat() {
    let house = House::new().await;
    let (ben, desks, now) = (house.ben, house.desks, house.ground.node.clock.now());
    let ids = house.ground.act(move |tx| {
        let (zone, acting) = (Zone::parse("Europe/Amsterdam")?, Acting::Member(ben, Role::Member));
        let asking = booking::Asking::here(tx, acting, None, false)?;
        let mut ids = Vec::new();
        for number in 0..45 {
            let (day, hour, minute) = (18 + number / 15, 9 + number % 15 / 2, number % 15 % 2 * 30);
            let start = format!("2027-01-{day}T{hour:02}:{minute:02}");
            let end = zone.wall(zone.read("start", &start)? + jiff::SignedDuration::from_mins(30)).to_string();
            let draft = BookingInput { start, end, ..Default::default() }.parse(&zone)?;
            let request = Request { resource: desks, draft, hold: false, reason: None };
            ids.push(format!("/bookings/{}", booking::request(tx, &asking, &request, now)?.id));
        }
        for id in ids.iter().step_by(2) {
            let id = id.trim_start_matches("/bookings/").parse().unwrap();
            booking::cancel(tx, acting, id, None, now)?;
        }
        Ok(ids)
    });
    let ids = ids.await;
    let walk = async |name: &str, first: &str| {
        let (mut seen, mut next, mut pages) = (Vec::new(), Some("/bookings".to_owned()), 0);
        while let Some(path) = next {
            let page = house.page(&path, &house.as_ben).await.body;
            let part = page.split(&format!("id=\"{name}\"")).nth(1).expect("the list").split("</ul>").next().unwrap();
            seen.extend(links(part, "/bookings/"));
            next = links(&page, &format!("/bookings?{name}=")).pop();
            pages += 1;
        }
        assert_eq!(
            (seen.iter().collect::<BTreeSet<_>>().len(), seen.first().map(String::as_str)),
            (seen.len(), Some(first))
        );
        (seen, pages)
    };
    let mut kept: Vec<String> = ids.iter().skip(1).step_by(2).cloned().collect();
    assert_eq!(walk("coming", &kept[0]).await, (kept.clone(), 2));
    kept = ids.iter().step_by(2).rev().cloned().collect();
    assert_eq!(walk("over", &kept[0]).await, (kept.clone(), 2));
    assert_eq!(house.page("/bookings?coming=nonsense", &house.as_ben).await.status, 422);
    let stranger = house.page("/bookings", "").await;
    assert_eq!((stranger.status, stranger.header("location")), (303, "/sign-in?next=%2Fbookings"));
}
