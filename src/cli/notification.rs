//! `thirdspace notifications`: what others did to a member.

use clap::Args;

use super::answer::{Answer, Failure};
use super::open::Opened;
use super::page::{Window, paged};
use super::shown::{glance, handle, when};
use super::speaker::Speaker;
use crate::coworking::news::Kind;
use crate::operations::notification;
use crate::store::notification::NotificationKind;
use crate::web::api::{List, Notification};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  thirdspace notifications --as ana --mark-read")]
pub(super) struct Notifications {
    #[command(flatten)]
    speaker: Speaker,
    #[command(flatten)]
    window: Window,
    /// Note that they have been seen, all up to the newest that is shown
    #[arg(long)]
    mark_read: bool,
}

impl Notifications {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (_, acting) = self.speaker.member(opened).await?;
        let (page, now) = (self.window.page()?, opened.node.clock.now());
        let slice = opened.read(move |tx| notification::list(tx, acting, page)).await?;
        if let (true, Some(newest)) = (self.mark_read, slice.items.first().map(|line| line.id)) {
            opened.write(move |tx, _, now| notification::mark_read(tx, acting, newest, now)).await?;
        }
        let words: Vec<&str> = slice.items.iter().map(|line| words(line.kind)).collect();
        let list = List::from(slice.map(|line| Notification::new(line, now)));
        let mut words = words.into_iter();
        let row = |line: &Notification| {
            let new = if line.read { "" } else { "new" };
            let post = line.post.as_ref();
            [
                when(line.notified_at, now),
                new.to_owned(),
                format!("{} {}", handle(&line.actor), words.next().unwrap_or(line.kind)),
                post.map(glance).or_else(|| line.text.clone()).unwrap_or_default(),
                post.map(|post| post.uri.clone()).unwrap_or_default(),
            ]
        };
        paged(&list, ["WHEN", "", "WHAT HAPPENED", "WHAT IT IS ABOUT", "ADDRESS"], row, "Nothing has happened yet.")
    }
}

fn words(kind: NotificationKind) -> &'static str {
    match kind {
        NotificationKind::Follow => "follows you",
        NotificationKind::FollowRequest => "asks to follow you",
        NotificationKind::FollowAccepted => "lets you follow",
        NotificationKind::Mention => "mentions you",
        NotificationKind::Reply => "answers you",
        NotificationKind::Direct => "writes to you",
        NotificationKind::Like => "likes your post",
        NotificationKind::Announce => "passes your post on",
        NotificationKind::OfferReply => "answers your offer",
        NotificationKind::Moved => "took over from somebody whom you follow",
        NotificationKind::Report => "reports somebody",
        NotificationKind::News(Kind::Requested) => "asks for a booking",
        NotificationKind::News(Kind::Held) => "keeps a time for you",
        NotificationKind::News(Kind::Confirmed | Kind::StayConfirmed) => "confirms your booking",
        NotificationKind::News(Kind::Declined | Kind::StayRefused) => "declines your booking",
        NotificationKind::News(Kind::StayUnsure) => "does not confirm your booking any more",
        NotificationKind::News(Kind::Expired | Kind::StayExpired) => "did not answer in time",
        NotificationKind::News(Kind::Moved) => "changed your booking",
        NotificationKind::News(Kind::Cancelled | Kind::StayCancelled) => "cancels your booking",
        NotificationKind::News(Kind::NoShow) => "gave your booking back: nobody came",
        NotificationKind::News(Kind::Lifted) => "believes that you came",
        NotificationKind::News(Kind::Dismissed) => "has looked at your appeal: it stays as it is",
        NotificationKind::News(Kind::WebhookDisabled) => "switched a webhook off",
    }
}
