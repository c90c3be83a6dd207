//! Members hear what becomes of bookings: once, whatever happens to the node meanwhile (I-46).

use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::coworking::Event;
use crate::coworking::booking::{BookingInput, Request, State};
use crate::coworking::email::EmailAddress;
use crate::coworking::id::{BookingId, ResourceId, SpaceId};
use crate::coworking::resource::{Audience, ResourceInput};
use crate::coworking::series::{RepeatInput, Scope, SeriesInput};
use crate::coworking::space::Zone;
use crate::mail::testing::server;
use crate::operations::booking::{Asking, appeal, approve, cancel, change, decline, dismiss, lift, request};
use crate::operations::testing::acting;
use crate::operations::{mail as letters, mailbox, member, notification, resource, series};
use crate::store::mail::State as Letter;
use crate::store::page::Page;
use crate::store::{event, mail};

const FROM: (&str, &str) = ("mail_from", "Harbor <desk@harbor.example>");

pub(super) fn room(rules: &str) -> ResourceInput {
    let rules = serde_json::from_str(rules).unwrap();
    ResourceInput {
        kind: "meeting_room".into(),
        name: "Attic".into(),
        seats: Some(8),
        rules: Some([(Audience::Resident, rules)].into()),
        ..ResourceInput::default()
    }
}

impl Ground {
    /// Something of the space that can be booked.
    pub(super) async fn lets(&self, space: SpaceId, input: ResourceInput) -> ResourceId {
        let now = self.node.clock.now();
        let input = input.parse().unwrap();
        self.act(move |tx| resource::add(tx, Acting::Keeper, space, &input, now)).await
    }

    /// A member who gets letters.
    pub(super) async fn reader(&self, name: &'static str, role: Role) -> MemberId {
        let (site, now) = (self.node.site.clone(), self.node.clock.now());
        self.act(move |tx| {
            let new = crate::coworking::member::NewMember::parse(name, name, role, None)?;
            let id = member::add(tx, &site, Acting::Keeper, &new, None, now)?;
            reads(tx, id, name)?;
            Ok(id)
        })
        .await
    }

    /// A member asks for a time on Friday, 15 January 2027.
    pub(super) async fn books(&self, member: MemberId, what: ResourceId, from: &str, to: &str) -> BookingId {
        let (wish, now) = (wish(what, from, to), self.node.clock.now());
        self.act(move |tx| {
            let asking = Asking::here(tx, acting(member), None, false)?;
            Ok(request(tx, &asking, &wish, now)?.id)
        })
        .await
    }

    /// What a member is told, the oldest first.
    pub(super) async fn told(&self, member: MemberId) -> Vec<String> {
        let told = self.act(move |tx| notification::list(tx, acting(member), Page::default())).await.items;
        told.iter().rev().map(|line| line.kind.as_str().to_owned()).collect()
    }

    async fn letters(&self, state: Letter) -> Vec<mail::Mail> {
        self.act(move |tx| letters::list(tx, Acting::Keeper, Some(state), Page::default())).await.items
    }
}

fn wish(what: ResourceId, from: &str, to: &str) -> Request {
    let on = |time: &str| format!("2027-01-15T{time}");
    let input = BookingInput { start: on(from), end: on(to), ..BookingInput::default() };
    let draft = input.parse(&Zone::parse("Europe/Amsterdam").unwrap()).unwrap();
    Request { resource: what, draft, hold: false, reason: None }
}

fn reads(tx: &mut crate::store::Tx<'_>, id: MemberId, name: &str) -> crate::operations::Result<()> {
    let address = Some(EmailAddress::parse(&format!("{name}@mail.example"))?);
    let edit = mailbox::Edit { address, bookings: None, confirmed: true };
    mailbox::edit(tx, Acting::Keeper, id, &edit, start()).map(drop)
}

/// To whom and about what there are letters in a folder.
fn filed(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut filed: Vec<String> = entries
        .map(|entry| {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let line = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
            let has_file = if text.contains("text/calendar") { " + ics" } else { "" };
            format!("{} {}{has_file}", line("To: "), line("Subject: "))
        })
        .collect();
    filed.sort();
    filed
}

#[tokio::test]
async fn i46_a_booking_across_approval_is_one_letter_to_each_after_passes_repeats_and_a_restart() {
    let folder = TempDir::new().unwrap();
    let ground = Ground::with(&[FROM, ("mail_folder", folder.path().to_str().unwrap())]).await;
    let done = ground.set_up().await;
    let ben = ground.reader("ben", Role::Member).await;
    let ana = done.admin;
    ground.act(move |tx| reads(tx, ana, "ana")).await;
    let attic = ground.lets(done.space, room(r#"{"approval": "blocking"}"#)).await;
    let booking = ground.books(ben, attic, "14:00", "15:00").await;
    drain(&ground.node).await;
    assert_eq!(ground.told(ana).await, ["booking_requested"]);
    assert_eq!(filed(folder.path()), ["\"Ana Lima\" <ana@mail.example> Waits for approval: Attic at Harbor"]);

    let now = ground.node.clock.now();
    ground.act(move |tx| approve(tx, Acting::Keeper, booking, None, now)).await;
    // Told, but not sent, when the node is killed; then the same fact comes again, as a peer's question makes it.
    while crate::federation::publish::publish(&ground.node).await.unwrap() {}
    let ground = ground.restarted().await;
    ground.act(move |tx| Ok(event::record(tx, &Event::BookingConfirmed { booking }, now)?)).await;
    for _ in 0..2 {
        drain(&ground.node).await;
    }
    let ground = ground.restarted().await;
    ground.act(move |tx| Ok(event::record(tx, &Event::BookingRequested { booking }, now)?)).await;
    drain(&ground.node).await;
    assert_eq!(ground.told(ben).await, ["booking_confirmed"]);
    assert_eq!((ground.told(ana).await.len(), ground.letters(Letter::Sent).await.len()), (1, 2));
    let filed = filed(folder.path());
    assert_eq!(filed.len(), 2, "{filed:?}");
    assert_eq!(filed[1], "ben <ben@mail.example> Confirmed: Attic at Harbor + ics");

    let told = ground.act(move |tx| notification::list(tx, acting(ben), Page::default())).await.items;
    let subject = told[0].subject.clone().unwrap();
    assert_eq!(subject.when(), "Fri 15 Jan 2027, 14:00–15:00 (Europe/Amsterdam)");
}

#[tokio::test]
async fn whoever_has_a_booking_hears_of_each_change_but_of_none_of_their_own_goings() {
    let folder = TempDir::new().unwrap();
    let ground = Ground::with(&[FROM, ("mail_folder", folder.path().to_str().unwrap())]).await;
    let done = ground.set_up().await;
    let [ben, cleo] = [ground.reader("ben", Role::Member).await, ground.reader("cleo", Role::Member).await];
    let attic = ground.lets(done.space, room("{}")).await;
    let first = ground.books(ben, attic, "10:00", "11:00").await;
    drain(&ground.node).await;
    let now = ground.node.clock.now();
    let (moved, again) = (wish(attic, "12:00", "13:00"), wish(attic, "12:30", "13:30"));
    ground.act(move |tx| change(tx, Acting::Keeper, first, &moved, now)).await;
    drain(&ground.node).await;
    ground.act(move |tx| change(tx, Acting::Keeper, first, &again, now)).await;
    drain(&ground.node).await;
    ground.act(move |tx| cancel(tx, Acting::Keeper, first, Some("A pipe burst."), now)).await;
    let second = ground.books(cleo, attic, "16:00", "17:00").await;
    // What is over before anybody was told is not told.
    ground.act(move |tx| cancel(tx, acting(cleo), second, None, now)).await;
    drain(&ground.node).await;
    assert_eq!(ground.told(ben).await, ["booking_confirmed", "booking_moved", "booking_moved", "booking_cancelled"]);
    assert_eq!(ground.told(cleo).await, [] as [&str; 0]);
    assert_eq!(filed(folder.path()).len(), 4);

    let hall = ground.lets(done.space, room(r#"{"approval": "open"}"#)).await;
    let asked = ground.books(cleo, hall, "16:00", "17:00").await;
    let lapses = ground.books(ben, hall, "16:00", "17:00").await;
    ground.act(move |tx| decline(tx, Acting::Keeper, asked, "A party", now)).await;
    drain(&ground.node).await;
    assert_eq!(ground.told(cleo).await, ["booking_declined"]);
    ground.wait(8 * 3600);
    drain(&ground.node).await;
    let state = ground.act(move |tx| Ok(crate::store::booking::by_id(tx, lapses)?.unwrap().state)).await;
    assert_eq!((state, ground.told(ben).await.last().unwrap().as_str()), (State::Expired, "booking_expired"));

    let booth = ground.lets(done.space, room(r#"{"release_minutes": 15}"#)).await;
    let no_show = ground.books(ben, booth, "17:30", "18:00").await;
    drain(&ground.node).await;
    ground.wait(3600);
    drain(&ground.node).await;
    let told = ground.told(ben).await;
    assert_eq!(told[told.len() - 2..], ["booking_confirmed", "booking_no_show"], "{no_show}");
    // Whoever says that they came hears what was made of it.
    let now = ground.node.clock.now();
    ground.act(move |tx| appeal(tx, acting(ben), no_show, "I was there", now)).await;
    ground.act(move |tx| dismiss(tx, Acting::Keeper, no_show, now)).await;
    drain(&ground.node).await;
    ground.act(move |tx| lift(tx, Acting::Keeper, no_show, now)).await;
    drain(&ground.node).await;
    let told = ground.told(ben).await;
    assert_eq!(told[told.len() - 2..], ["booking_appeal_dismissed", "booking_no_show_lifted"]);
}

#[tokio::test]
async fn a_mail_server_that_wants_another_try_gets_one_and_a_no_is_kept_for_the_keeper() {
    let (port, taken) = server(&["451 greylisted", "250 ok", "550 no such mailbox"]).await;
    let smtp = format!("smtp://127.0.0.1:{port}");
    let ground = Ground::with(&[FROM, ("mail_smtp", &smtp)]).await;
    let done = ground.set_up().await;
    let ben = ground.reader("ben", Role::Member).await;
    let attic = ground.lets(done.space, room("{}")).await;
    ground.books(ben, attic, "10:00", "11:00").await;
    drain(&ground.node).await;
    let waits = ground.letters(Letter::Waiting).await;
    assert_eq!((waits.len(), waits[0].attempts, taken.lock().unwrap().len()), (1, 1, 0));
    assert!(waits[0].error.as_ref().unwrap().contains("greylisted"), "{waits:?}");
    ground.wait(20);
    drain(&ground.node).await;
    assert_eq!(taken.lock().unwrap().len(), 0, "not before half a minute, more or less");
    ground.wait(20);
    drain(&ground.node).await;
    assert_eq!(ground.letters(Letter::Sent).await[0].attempts, 2);
    assert_eq!(taken.lock().unwrap().len(), 1);

    let second = ground.books(ben, attic, "12:00", "13:00").await;
    drain(&ground.node).await;
    let failed = ground.letters(Letter::Failed).await;
    assert_eq!((failed.len(), failed[0].booking), (1, Some(second)));
    assert!(failed[0].error.as_ref().unwrap().contains("no such mailbox"), "{failed:?}");
    ground.wait(9 * 24 * 3600);
    tidy(&ground.node).await.unwrap();
    assert_eq!(ground.letters(Letter::Failed).await, []);
}

#[tokio::test]
async fn an_address_is_asked_first_and_a_letter_that_nobody_wants_any_more_is_not_sent() {
    let folder = TempDir::new().unwrap();
    let ground = Ground::with(&[FROM, ("mail_folder", folder.path().to_str().unwrap())]).await;
    let done = ground.set_up().await;
    let ana = done.admin;
    let now = ground.node.clock.now();
    let edit = mailbox::Edit { address: Some(EmailAddress::parse("ana@mail.example").unwrap()), ..Default::default() };
    ground.act(move |tx| mailbox::edit(tx, acting(ana), ana, &edit, now)).await;
    let attic = ground.lets(done.space, room("{}")).await;
    ground.books(ana, attic, "10:00", "11:00").await;
    drain(&ground.node).await;
    assert_eq!(filed(folder.path()), ["ana@mail.example Is this your address? Harbor asks"], "and no other");
    let sent = ground.letters(Letter::Sent).await;
    assert_eq!((sent.len(), sent[0].secret.as_ref()), (1, None), "its secret is forgotten with the sending");
    let text =
        std::fs::read_to_string(std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path()).unwrap();
    let text = text.replace("=\r\n", "");
    let secret = text.split("/mail/confirm/").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    ground.act(move |tx| mailbox::confirm(tx, &secret, now)).await;

    // Put on its way, and overtaken.
    let booking = ground.books(ana, attic, "12:00", "13:00").await;
    while crate::federation::publish::publish(&ground.node).await.unwrap() {}
    ground.act(move |tx| cancel(tx, acting(ana), booking, None, now)).await;
    drain(&ground.node).await;
    assert_eq!(filed(folder.path()).len(), 1);
    let dropped = ground.letters(Letter::Dropped).await;
    assert_eq!((dropped.len(), dropped[0].error.as_deref()), (1, Some("it is not so any more")));
}

#[tokio::test]
async fn i24_what_becomes_of_a_series_in_one_act_is_one_letter_and_of_one_of_it_another() {
    let folder = TempDir::new().unwrap();
    let ground = Ground::with(&[FROM, ("mail_folder", folder.path().to_str().unwrap())]).await;
    let done = ground.set_up().await;
    let ben = ground.reader("ben", Role::Member).await;
    let attic = ground.lets(done.space, room(r#"{"approval": "blocking", "at_once": 9}"#)).await;
    let on = |time: &str| format!("2027-01-18T{time}");
    let first = BookingInput { start: on("10:00"), end: on("11:00"), ..BookingInput::default() };
    let repeat = RepeatInput { rule: Some("FREQ=DAILY;COUNT=5".into()), ..RepeatInput::default() };
    let pattern = SeriesInput { first, repeat }.parse(&Zone::parse("Europe/Amsterdam").unwrap()).unwrap();
    let now = ground.node.clock.now();
    let made = ground
        .act(move |tx| {
            let asking = Asking::here(tx, acting(ben), None, false)?;
            series::make(tx, &asking, attic, &pattern, (None, None), now)
        })
        .await;
    let (id, first) = (made.kept.id, made.kept.series.start);
    drain(&ground.node).await;
    assert_eq!(ground.told(done.admin).await, ["booking_requested"]);
    ground.act(move |tx| series::approve(tx, Acting::Keeper, id, None, None, now)).await;
    drain(&ground.node).await;
    assert_eq!(ground.told(ben).await, ["booking_confirmed"]);
    assert_eq!(filed(folder.path()), ["ben <ben@mail.example> Confirmed: Attic at Harbor + ics"]);

    ground.wait(60);
    let (now, one) = (ground.node.clock.now(), made.bookings[1].id);
    ground.act(move |tx| cancel(tx, Acting::Keeper, one, Some("A pipe burst."), now)).await;
    drain(&ground.node).await;
    ground.wait(60);
    let now = ground.node.clock.now();
    ground
        .act(move |tx| series::cancel(tx, Acting::Keeper, id, (Scope::All, first), Some("It burst again."), now))
        .await;
    drain(&ground.node).await;
    let lines = ground.act(move |tx| notification::list(tx, acting(ben), Page::default())).await.items;
    let among: Vec<u32> = lines.iter().rev().map(|line| line.subject.as_ref().unwrap().among).collect();
    assert_eq!(among, [4, 0, 3], "five confirmed, one cancelled, and then the four that were left");
    assert_eq!(filed(folder.path()).len(), 3);
}
