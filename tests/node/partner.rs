//! Hospitality between spaces: two become partners by an act on each side, guests have what is granted, and both count.

use jiff::SignedDuration;
use serde_json::json;
use thirdspace::coworking::partner::Stage;
use thirdspace::coworking::peer::Level;
use thirdspace::coworking::resource::{Audience, ResourceInput};

use crate::town::{Person, Town};

fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}

fn desks() -> ResourceInput {
    let rules = [Audience::Resident, Audience::Guest].map(|audience| (audience, Default::default()));
    ResourceInput {
        kind: "hot_desk".into(),
        name: "Desks".into(),
        units: Some(4),
        rules: Some(rules.into()),
        ..ResourceInput::default()
    }
}

async fn partners(town: &Town) -> [Person; 2] {
    let (harbor, loft) = (town.space("harbor.test").await, town.space("loft.test").await);
    harbor.agrees_with(&loft.handle()).await;
    town.settle().await;
    loft.agrees_with(&harbor.handle()).await;
    town.settle().await;
    [harbor, loft]
}

#[tokio::test]
async fn two_spaces_become_partners_by_a_review_on_each_side_and_a_third_hears_of_it() {
    let town = Town::open(&["harbor.test", "loft.test", "pier.test"]).await;
    let (harbor, loft) = (town.space("harbor.test").await, town.space("loft.test").await);
    loft.grants(r#"{"days": 3, "kinds": ["hot_desk"]}"#).await;
    let review = harbor.reviews(&loft.handle()).await;
    assert_eq!((review.stage, review.level), (None, Level::Known));
    assert_eq!(
        review.hospitality.sentences,
        ["A guest can have 3 days within any 30 days.", "Guests can book hot desks."]
    );
    assert_eq!(review.fingerprint.map(|text| text.len()), Some(95), "32 bytes");

    let other_version = harbor.agrees_to(&loft.handle(), 99).await.unwrap_err().to_string();
    assert!(other_version.contains("agreement"), "{other_version}");
    assert_eq!(harbor.agrees_with(&loft.handle()).await, Stage::AskedByUs);
    town.settle().await;
    assert_eq!(harbor.neighbours().await, [(loft.handle(), "asked_by_us")]);
    assert_eq!(loft.neighbours().await, [(harbor.handle(), "asked_by_them")]);
    let review = loft.reviews(&harbor.handle()).await;
    assert_eq!((review.stage, review.level), (Some(Stage::AskedByThem), Level::Known), "nobody here has agreed");
    assert!(review.software.is_some_and(|software| software.starts_with("thirdspace")));

    loft.agrees_with(&harbor.handle()).await;
    town.settle().await;
    for (one, other) in [(&harbor, &loft), (&loft, &harbor)] {
        let review = one.reviews(&other.handle()).await;
        assert_eq!((review.stage, review.level), (Some(Stage::Partners), Level::Trusted));
    }
    let pier = town.space("pier.test").await;
    assert_eq!(pier.looks_for_partners_of(&harbor.handle()).await, [loft.handle()]);
    assert_eq!(pier.neighbours().await, [], "each is looked at by itself");

    loft.ends_with(&harbor.handle()).await;
    town.settle().await;
    assert_eq!(loft.reviews(&harbor.handle()).await.level, Level::Known);
    assert_eq!(loft.neighbours().await, []);
    assert_eq!(
        harbor.neighbours().await,
        [(loft.handle(), "asked_by_us")],
        "to end it on this side, too, is Harbor's to do"
    );
}

#[tokio::test]
async fn a_fourth_day_is_refused_with_the_date_when_it_would_pass_and_both_say_the_same_of_the_month() {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let [ana] = town.members(["ana@harbor.test"]).await;
    let [harbor, loft] = partners(&town).await;
    let desk = loft.lets(desks()).await;
    loft.grants(r#"{"days": 3, "window_days": 30}"#).await;
    for date in ["2027-01-18", "2027-01-19", "2027-01-20"] {
        let stay = ana.visits(&desk, date).await;
        town.settle().await;
        assert_eq!(ana.hears(stay).await, "confirmed", "{date}");
    }
    let fourth = ana.visits(&desk, "2027-01-21").await;
    town.settle().await;
    assert_eq!(ana.hears(fourth).await, "refused");
    let words = ana.stay(fourth).await.words.unwrap();
    let said =
        "it would be 4 days of yours here within 30 days; 3 at the most pass; the first day that passes is 2027-02-17";
    assert!(words.contains(said), "{words}");
    let later = ana.visits(&desk, "2027-02-17").await;
    town.settle().await;
    assert_eq!(ana.hears(later).await, "confirmed");

    // The month goes by, and on its second day the next one's mail brings both statements.
    town.wait(days(14)).await;
    assert_eq!(harbor.statements().await, []);
    town.wait(days(4)).await;
    let [at_harbor, at_loft] = [harbor.statements().await, loft.statements().await];
    for (said, hosted, sent) in [(&at_harbor, 0, 3), (&at_loft, 3, 0)] {
        let [january] = said.as_slice() else { panic!("{said:?}") };
        let ours = january.ours.as_ref().unwrap();
        assert_eq!((january.month.to_string().as_str(), ours.hosted.days, ours.sent.days), ("2027-01", hosted, sent));
        assert!(january.theirs.is_some() && january.differences.is_empty(), "{january:?}");
    }
    town.wait(days(1)).await;
    assert_eq!(harbor.statements().await.len(), 1, "once for each month");
    let said = town.node("loft.test").said().await;
    let statements: Vec<_> = said.iter().filter(|(said, _)| said["object"]["type"] == "Statement").collect();
    let [(statement, _)] = statements.as_slice() else { panic!("{statements:?}") };
    assert_eq!(statement["to"], json!([harbor.uri()]));
    assert!(statement["proof"]["proofValue"].is_string());

    // In February Harbor's copy is lost, and Loft is down when the statements are due.
    town.wait(days(16)).await;
    ana.loses(later).await;
    town.node("loft.test").stop().await;
    town.wait(days(12)).await;
    town.node("loft.test").start().await;
    town.days(2).await;
    for (space, here, ours, theirs) in [(&harbor, false, 0, 1), (&loft, true, 1, 0)] {
        let february = space.statements().await.remove(0);
        assert_eq!(february.month.to_string(), "2027-02");
        let [differs] = february.differences.as_slice() else { panic!("{february:?}") };
        assert_eq!((differs.hosted_here, differs.ours, differs.theirs), (here, ours, theirs));
        let named = if here { &differs.only_ours } else { &differs.only_theirs };
        assert_eq!(named.as_slice(), [ana.stay(later).await.agreement.unwrap()]);
    }
}

#[tokio::test]
async fn a_statement_counts_when_a_partner_signed_it_and_as_it_was_signed() {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let [harbor, loft] = partners(&town).await;
    town.wait(days(18)).await;
    let host = town.node("harbor.test");
    let said = town.node("loft.test").said().await;
    let (mut statement, _) = said.into_iter().find(|(said, _)| said["object"]["type"] == "Statement").unwrap();
    assert_eq!(harbor.statements().await.len(), 1);
    // Of another month, with the proof of this one, and with none.
    statement["id"] = json!("http://loft.test/activities/991");
    statement["object"]["month"] = json!("2026-12");
    loft.delivers(host, &statement.to_string()).await;
    statement["id"] = json!("http://loft.test/activities/992");
    statement.as_object_mut().unwrap().remove("proof");
    loft.delivers(host, &statement.to_string()).await;
    town.settle().await;
    assert_eq!(harbor.statements().await.len(), 1);
    // Who is no partner says nothing that is kept.
    harbor.ends_with(&loft.handle()).await;
    town.wait(days(30)).await;
    assert_eq!(harbor.statements().await.len(), 1);
}
