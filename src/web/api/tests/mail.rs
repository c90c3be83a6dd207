//! Letters and webhooks, as a program handles them.

use serde_json::{Value, json};

use super::{House, text};
use crate::coworking::id::MemberId;
use crate::coworking::news::Kind;
use crate::store::mail;
use crate::store::page::Page;

/// Every operation once.
pub(super) async fn tour(house: &House) {
    let (ana, none) = (&house.ana, || Value::Null);
    let fay = house.newcomer("fay").await;
    assert_eq!(house.ask(&fay, "GET", "/me/mail", none()).await.status, 404);
    assert_eq!(house.ask(&fay, "PATCH", "/me/mail", json!({"bookings": false})).await.status, 404);
    assert_eq!(house.ask(&fay, "PATCH", "/me/mail", json!({"address": "fay"})).await.status, 422);
    let made = house.good(&fay, "PATCH", "/me/mail", json!({"address": "fay@mail.example", "bookings": false})).await;
    assert_eq!(made, json!({"address": "fay@mail.example", "confirmed": false, "bookings": false}));
    assert_eq!(house.get(&fay, "/me/mail").await, made);
    let path = format!("/members/{}/mail", fay.id);
    assert_eq!(house.get(ana, &path).await, made);
    assert_eq!(house.ask(&fay, "GET", &format!("/members/{}/mail", ana.id), none()).await.status, 403);
    assert!(!house.get(ana, &format!("/members/{}", fay.id)).await.to_string().contains("mail.example"));

    let letters = house.get(ana, "/mail?state=waiting").await;
    let letter = &letters["items"][0];
    assert_eq!((&letter["kind"], &letter["member"]), (&json!("confirm"), &json!(fay.id)));
    assert_eq!(house.ask(&fay, "GET", "/mail", none()).await.status, 403);
    let retry = format!("/mail/{}/retry", text(&letter["id"]));
    assert_eq!(house.ask(ana, "POST", &retry, none()).await.status, 404, "its member asks for another");
    let member = MemberId(ana.id.parse().unwrap());
    let now = house.ground.node.clock.now();
    let id = house.ground.act(move |tx| {
        let kind = mail::Kind::News(Kind::WebhookDisabled);
        let new = mail::NewMail { member, news: "tour", kind, booking: None, away: None, secret: None };
        mail::add(tx, &new, now)?;
        Ok(mail::list(tx, None, Page::default())?.items.remove(0).id)
    });
    house.good(ana, "POST", &format!("/mail/{}/retry", id.await), none()).await;
    house.good(&fay, "DELETE", "/me/mail", none()).await;
    assert_eq!(house.ask(ana, "GET", &path, none()).await.status, 404);

    let hook = json!({"url": "http://office.test/hook", "events": ["booking.confirmed", "checkin.opened"]});
    assert_eq!(house.ask(&fay, "POST", "/webhooks", hook.clone()).await.status, 403);
    for (url, status) in [("http://10.0.0.1/x", 422), ("https://office.test/#x", 422), ("office", 422)] {
        assert_eq!(
            house.ask(ana, "POST", "/webhooks", json!({"url": url, "events": ["checkin.opened"]})).await.status,
            status
        );
    }
    let made = house.good(ana, "POST", "/webhooks", hook).await;
    assert!(text(&made["secret"]).starts_with("whsec_"));
    let path = format!("/webhooks/{}", text(&made["id"]));
    let shown = house.get(ana, &path).await;
    assert_eq!((&shown["events"], &shown["waiting"]), (&json!(["booking.confirmed", "checkin.opened"]), &json!(0)));
    assert!(!house.get(ana, "/webhooks").await.to_string().contains("whsec_"));
    let sent = house.good(ana, "POST", &format!("{path}/test"), none()).await;
    let told = house.get(ana, &format!("{path}/deliveries")).await;
    assert_eq!((&told["items"][0]["id"], &told["items"][0]["type"]), (&sent["delivery"], &json!("webhook.test")));
    assert_eq!(house.good(ana, "POST", &format!("{path}/enable"), none()).await["waiting"], 1);
    house.good(ana, "DELETE", &path, none()).await;
    assert_eq!(house.get(ana, "/webhooks").await["items"], json!([]));
}
