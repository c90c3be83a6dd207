//! Programs hear what happens to bookings, as long as they listen.

use sha2::{Digest, Sha256};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::letters::room;
use super::*;
use crate::coworking::Event;
use crate::coworking::id::WebhookId;
use crate::coworking::webhook::{Kind, NewWebhook};
use crate::federation::testing::Received;
use crate::operations::booking::{cancel, check_in, check_out, decline, undo_check_in};
use crate::operations::testing::acting;
use crate::operations::{notification, webhook};
use crate::store::event;
use crate::store::page::Page;
use crate::store::webhook::State as Message;

impl Ground {
    /// A webhook for everything at this host, and its key.
    async fn tells(&self, host: &str) -> (WebhookId, Vec<u8>) {
        let events: Vec<String> = Kind::ALL.iter().map(Kind::to_string).collect();
        let new = NewWebhook::parse(&format!("http://{host}/hook"), &events).unwrap();
        let now = self.node.clock.now();
        let made = self.act(move |tx| webhook::add(tx, Acting::Keeper, &new, now)).await;
        let key = made.secret.expose().strip_prefix("whsec_").unwrap().to_owned();
        (made.webhook, STANDARD.decode(key).unwrap())
    }

    fn heard(&self, host: &str) -> Vec<Received> {
        self.peers.take().into_iter().filter(|got| got.host == host && got.path == "/hook").collect()
    }
}

/// HMAC as RFC 2104 defines it, beside the library that signs.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = key.to_vec();
    block.resize(64, 0);
    let pad = |with: u8| block.iter().map(|byte| byte ^ with).collect::<Vec<_>>();
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

fn is_signed(got: &Received, key: &[u8]) -> bool {
    let text =
        [got.header("webhook-id").as_bytes(), b".", got.header("webhook-timestamp").as_bytes(), b".", got.bytes()];
    got.header("webhook-signature") == format!("v1,{}", STANDARD.encode(hmac(key, &text.concat())))
}

fn file(name: &str) -> String {
    format!("{}/schemas/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Numbers differ each time.
fn with_one_number(message: &Value) -> String {
    let mut shown = String::new();
    let text = serde_json::to_string_pretty(message).unwrap();
    let mut digits = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        shown.push_str(if digits.len() >= 15 { "1868812345678901234" } else { &digits });
        digits.clear();
        shown.push(c);
    }
    format!("{}\n", shown.trim_end())
}

#[tokio::test]
async fn i46_a_webhook_that_fails_twice_gets_the_same_message_until_it_took_it_and_holds_up_nobody() {
    let ground = Ground::new().await;
    let done = ground.set_up().await;
    let ben = ground.reader("ben", Role::Member).await;
    let attic = ground.lets(done.space, room("{}")).await;
    let (_, key) = ground.tells("office.test").await;
    let (_, other) = ground.tells("screen.test").await;
    let (down, _) = ground.tells("down.test").await;
    let tries = std::sync::atomic::AtomicU32::new(0);
    ground.peers.behave(move |got| match got.host.as_str() {
        "office.test" if tries.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < 2 => Reply::Say(503),
        "down.test" => Reply::HangUp,
        _ => Reply::Say(204),
    });
    let booking = ground.books(ben, attic, "10:00", "11:00").await;
    drain(&ground.node).await;
    let got = ground.peers.take();
    let of = |host: &str| got.iter().filter(|got| got.host == host).collect::<Vec<_>>();
    assert_eq!((of("office.test").len(), of("screen.test").len(), of("down.test").len()), (1, 1, 1));
    assert!(is_signed(of("screen.test")[0], &other) && !is_signed(of("screen.test")[0], &key));
    let first = of("office.test")[0].clone();
    assert!(is_signed(&first, &key));

    let ground = ground.restarted().await;
    // The same fact again is nothing new.
    let now = ground.node.clock.now();
    ground.act(move |tx| Ok(event::record(tx, &Event::BookingConfirmed { booking }, now)?)).await;
    let mut heard = Vec::new();
    for seconds in [40, 400, 4_000] {
        ground.wait(seconds);
        drain(&ground.node).await;
        heard.extend(ground.heard("office.test"));
    }
    assert_eq!(heard.len(), 2, "the second in vain, the third taken, and no fourth");
    for again in &heard {
        assert_eq!((again.header("webhook-id"), again.bytes()), (first.header("webhook-id"), first.bytes()));
        assert!(is_signed(again, &key) && again.header("webhook-timestamp") > first.header("webhook-timestamp"));
    }
    assert_eq!(
        (&first.body["type"], &first.body["data"]["booking"]["id"]),
        (&json!("booking.confirmed"), &json!(booking))
    );
    assert_eq!(first.header("webhook-id"), first.body["id"].as_str().unwrap());

    let schema: Value = serde_json::from_str(&std::fs::read_to_string(file("webhook.schema.json")).unwrap()).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = schema.iter_errors(&first.body).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let example = with_one_number(&first.body);
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(file("webhook.example.json"), &example).unwrap();
    }
    let kept = std::fs::read_to_string(file("webhook.example.json")).unwrap_or_default();
    assert_eq!(kept, example, "run with UPDATE_SCHEMAS=1 to write schemas/webhook.example.json anew");

    // Three days in vain, and it is switched off.
    for _ in 0..13 {
        ground.wait(6 * 3600);
        drain(&ground.node).await;
    }
    let hook = ground.act(move |tx| webhook::view(tx, Acting::Keeper, down)).await.0;
    assert!(hook.disabled_at.is_some() && hook.problem.is_some(), "{hook:?}");
    let told = ground.act(move |tx| notification::list(tx, acting(done.admin), Page::default())).await.items;
    assert_eq!(told.iter().map(|line| line.kind.as_str()).collect::<Vec<_>>(), ["webhook_disabled"]);
    let now = ground.node.clock.now();
    ground.peers.behave(|_| Reply::Say(200));
    ground.act(move |tx| webhook::enable(tx, Acting::Keeper, down, now)).await;
    ground.peers.take();
    ground.act(move |tx| webhook::test(tx, Acting::Keeper, down, now)).await;
    drain(&ground.node).await;
    let heard = ground.heard("down.test");
    assert_eq!((heard.len(), &heard[0].body["type"]), (1, &json!("webhook.test")));
    assert!(schema.is_valid(&heard[0].body));
}

#[tokio::test]
async fn a_webhook_hears_of_the_whole_life_of_a_booking_and_of_nothing_that_is_private() {
    let ground = Ground::new().await;
    let done = ground.set_up().await;
    let ben = ground.reader("ben", Role::Member).await;
    let attic = ground.lets(done.space, room("{}")).await;
    let (id, _) = ground.tells("office.test").await;
    let booking = ground.books(ben, attic, "10:00", "11:00").await;
    let gone = ground.books(ben, attic, "12:00", "13:00").await;
    let now = ground.node.clock.now();
    ground.act(move |tx| cancel(tx, Acting::Keeper, gone, Some("between you and me"), now)).await;
    ground.wait(3600);
    let now = ground.node.clock.now();
    ground.act(move |tx| check_in(tx, acting(ben), booking, now)).await;
    ground.act(move |tx| check_out(tx, acting(ben), booking, now)).await;
    drain(&ground.node).await;
    let heard = ground.heard("office.test");
    let kinds: Vec<&str> = heard.iter().map(|got| got.body["type"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        ["booking.confirmed", "booking.confirmed", "booking.cancelled", "checkin.opened", "checkin.closed"]
    );
    assert!(!heard.iter().any(|got| got.body.to_string().contains("between you")));
    let told = ground.act(move |tx| webhook::deliveries(tx, Acting::Keeper, id, Page::default())).await.items;
    assert!(told.iter().all(|one| one.state == Message::Done && one.body.is_none() && one.status == Some(202)));

    // Whoever asks for a pause gets it, and what it says last is kept for the keeper.
    ground.peers.behave(|_| Reply::SayWith(429, "retry-after", "600"));
    let now = ground.node.clock.now();
    ground.act(move |tx| webhook::test(tx, Acting::Keeper, id, now)).await;
    drain(&ground.node).await;
    let waits =
        ground.act(move |tx| webhook::deliveries(tx, Acting::Keeper, id, Page::default())).await.items.remove(0);
    assert_eq!((waits.status, waits.next_at.duration_since(now).as_secs()), (Some(429), 600));
    // And who is gone for good is left alone at once.
    ground.peers.behave(|_| Reply::Say(410));
    ground.wait(601);
    drain(&ground.node).await;
    assert!(ground.act(move |tx| webhook::view(tx, Acting::Keeper, id)).await.0.disabled_at.is_some());
}

#[tokio::test]
async fn i33_a_check_in_by_mistake_is_taken_back_for_programs_too_and_the_next_one_is_told() {
    let ground = Ground::new().await;
    let done = ground.set_up().await;
    let ben = ground.reader("ben", Role::Member).await;
    let attic = ground.lets(done.space, room("{}")).await;
    ground.tells("office.test").await;
    let booking = ground.books(ben, attic, "10:00", "11:00").await;
    drain(&ground.node).await;
    ground.wait(3600);
    let now = ground.node.clock.now();
    for _ in 0..2 {
        ground.act(move |tx| check_in(tx, Acting::Keeper, booking, now)).await;
        drain(&ground.node).await;
        ground.act(move |tx| undo_check_in(tx, Acting::Keeper, booking, now)).await;
        drain(&ground.node).await;
    }
    // Also when all of it is told at once.
    ground.act(move |tx| check_in(tx, Acting::Keeper, booking, now)).await;
    ground.act(move |tx| undo_check_in(tx, Acting::Keeper, booking, now)).await;
    ground.act(move |tx| check_in(tx, Acting::Keeper, booking, now)).await;
    drain(&ground.node).await;
    let heard = ground.heard("office.test");
    let kinds: Vec<&str> = heard.iter().map(|got| got.body["type"].as_str().unwrap()).collect();
    let (opened, undone) = ("checkin.opened", "checkin.undone");
    assert_eq!(kinds, ["booking.confirmed", opened, undone, opened, undone, opened, undone, opened]);
    assert_eq!(ground.told(ben).await, ["booking_confirmed"], "nothing of it was changed");
}

#[tokio::test]
async fn what_waits_for_staff_comes_to_an_end_for_programs_too() {
    let ground = Ground::new().await;
    let done = ground.set_up().await;
    let ben = ground.reader("ben", Role::Member).await;
    let hall = ground.lets(done.space, room(r#"{"approval": "open"}"#)).await;
    ground.tells("office.test").await;
    let asked = ground.books(ben, hall, "16:00", "17:00").await;
    let lapses = ground.books(ben, hall, "17:00", "18:00").await;
    let now = ground.node.clock.now();
    ground.act(move |tx| decline(tx, Acting::Keeper, asked, "A party", now)).await;
    ground.wait(10 * 3600);
    drain(&ground.node).await;
    let heard = ground.heard("office.test");
    let of = |id| heard.iter().filter(move |got| got.body["data"]["booking"]["id"] == json!(id));
    let kinds = |id| of(id).map(|got| got.body["type"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(kinds(asked), ["booking.requested", "booking.declined"]);
    assert_eq!(kinds(lapses), ["booking.requested", "booking.expired"]);
}

#[tokio::test]
async fn a_webhook_that_is_removed_gets_nothing_more_and_one_that_wants_a_pause_has_it_for_all_that_waits() {
    let ground = Ground::new().await;
    let done = ground.set_up().await;
    let ben = ground.reader("ben", Role::Member).await;
    let attic = ground.lets(done.space, room("{}")).await;
    let (id, _) = ground.tells("office.test").await;
    for (from, to) in [("10:00", "11:00"), ("11:00", "12:00")] {
        ground.books(ben, attic, from, to).await;
    }
    ground.peers.behave(|_| Reply::SayWith(429, "retry-after", "600"));
    drain(&ground.node).await;
    assert_eq!(ground.heard("office.test").len(), 1);
    for _ in 0..9 {
        ground.wait(60);
        drain(&ground.node).await;
    }
    assert_eq!(ground.heard("office.test").len(), 0, "not the other one either");

    // It is removed while the first of what waits is on its way.
    let store = ground.node.store.clone();
    ground.peers.behave(move |_| {
        let store = store.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(store.write(move |tx| webhook::remove(tx, Acting::Keeper, id))).unwrap();
        })
        .join()
        .unwrap();
        Reply::Say(204)
    });
    ground.wait(61);
    drain(&ground.node).await;
    assert_eq!(ground.heard("office.test").len(), 1);
}

#[tokio::test]
async fn i45_what_waits_for_a_program_names_nobody_who_has_left() {
    let ground = Ground::new().await;
    let done = ground.set_up().await;
    let ben = ground.reader("ben", Role::Member).await;
    let attic = ground.lets(done.space, room("{}")).await;
    ground.tells("office.test").await;
    ground.books(ben, attic, "10:00", "11:00").await;
    ground.peers.behave(|_| Reply::Say(503));
    drain(&ground.node).await;
    assert!(ground.heard("office.test")[0].body.to_string().contains("ben"));
    let now = ground.node.clock.now();
    ground.act(move |tx| member::leave(tx, Acting::Keeper, ben, now)).await;
    ground.peers.behave(|_| Reply::Say(204));
    ground.wait(60);
    drain(&ground.node).await;
    let heard = ground.heard("office.test");
    let kinds: Vec<&str> = heard.iter().map(|got| got.body["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["booking.confirmed", "booking.cancelled"]);
    assert!(!heard.iter().any(|got| got.body.to_string().contains("ben")), "{heard:?}");
}

#[tokio::test]
async fn what_waits_for_a_webhook_that_is_switched_on_again_has_its_three_days_whatever_its_age() {
    let ground = Ground::new().await;
    let done = ground.set_up().await;
    let ben = ground.reader("ben", Role::Member).await;
    let attic = ground.lets(done.space, room("{}")).await;
    let (id, _) = ground.tells("office.test").await;
    ground.books(ben, attic, "10:00", "11:00").await;
    while crate::federation::publish::publish(&ground.node).await.unwrap() {}
    let now = ground.node.clock.now();
    ground.act(move |tx| Ok(crate::store::webhook::disable(tx, id, "it hangs", now)?)).await;
    ground.wait(190 * 3600);
    ground.peers.behave(|_| Reply::HangUp);
    let now = ground.node.clock.now();
    ground.act(move |tx| webhook::enable(tx, Acting::Keeper, id, now)).await;
    drain(&ground.node).await;
    ground.wait(12 * 3600);
    tidy(&ground.node).await.unwrap();
    let told = ground.act(move |tx| webhook::deliveries(tx, Acting::Keeper, id, Page::default())).await.items;
    let waits: Vec<_> = told.iter().filter(|one| one.kind == "booking.confirmed").map(|one| one.state).collect();
    assert_eq!(waits, [Message::Waiting], "{told:?}");
}
