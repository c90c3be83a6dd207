//! `thirdspace partner`: spaces elsewhere whose people are guests here, and whose guests our people are.

use clap::{Args, Subcommand};
use serde_json::json;

use super::answer::{Answer, Failure};
use super::open::Opened;
use super::page::{Window, paged};
use super::speaker::Staff;
use crate::coworking::id::ActorId;
use crate::coworking::partner::{AGREEMENT, AGREEMENT_VERSION, Stage};
use crate::federation::resolve;
use crate::operations::partner;
use crate::web::api::List;
use crate::web::api::view::{Honour, Partner, Review};

#[derive(Debug, Args)]
pub(super) struct Ours {
    #[command(flatten)]
    staff: Staff,
    /// For which space of ours, by its username [default: the node's first]
    #[arg(long)]
    space: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Partners {
    /// All that is known of a space elsewhere, before deciding on it
    #[command(after_help = "Example:\n  thirdspace partner review @quay@quay.example")]
    Review {
        #[command(flatten)]
        ours: Ours,
        /// The space: a handle or an address
        handle: String,
    },
    /// Agree to be partners: follow the space, let it follow, and trust its server
    #[command(
        after_help = "Example:\n  thirdspace partner accept @quay@quay.example --agree 1 --contact privacy@quay.example\n\n\
                      `partner review` shows the agreement and its version."
    )]
    Accept {
        #[command(flatten)]
        ours: Ours,
        /// The version of the peer agreement that you have read
        #[arg(long, value_name = "VERSION")]
        agree: Option<u32>,
        /// Where the other space is written to after a breach of data
        #[arg(long, value_name = "MAIL")]
        contact: Option<String>,
        /// The space: a handle or an address
        handle: String,
    },
    /// Be no partner of a space any more, or turn one down that asked; what is booked stands
    #[command(after_help = "Example:\n  thirdspace partner end @quay@quay.example")]
    End {
        #[command(flatten)]
        ours: Ours,
        /// The space: a handle or an address
        handle: String,
    },
    /// Partners, and those that asked or were asked
    #[command(after_help = "Example:\n  thirdspace partner list")]
    List {
        #[command(flatten)]
        ours: Ours,
        #[command(flatten)]
        window: Window,
    },
    /// The partners of another space, to look at one by one
    #[command(after_help = "Example:\n  thirdspace partner suggest --from @quay@quay.example")]
    Suggest {
        #[command(flatten)]
        ours: Ours,
        /// Whose partners: a handle or an address
        #[arg(long, value_name = "HANDLE")]
        from: String,
    },
}

impl Partners {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::Review { ours, handle } => review(opened, &ours, &handle).await,
            Self::Accept { ours, agree, contact, handle } => accept(opened, &ours, agree, contact, &handle).await,
            Self::End { ours, handle } => end(opened, &ours, &handle).await,
            Self::List { ours, window } => list(opened, &ours, &window).await,
            Self::Suggest { ours, from } => suggest(opened, &ours, &from).await,
        }
    }
}

/// The space as it is now: who decides looks at nothing old.
async fn fresh(opened: &Opened, handle: &str) -> Result<ActorId, Failure> {
    let other = resolve::actor(&opened.node, handle).await?;
    resolve::again(&opened.node, other).await?;
    Ok(other)
}

fn honour(honour: &Honour) -> String {
    match honour.percent {
        Some(percent) => format!("{} of {} ({percent} %)", honour.accepted, honour.valid),
        None => "nobody asked".to_owned(),
    }
}

fn stage_words(stage: Option<Stage>) -> &'static str {
    match stage {
        Some(Stage::Partners) => "partners",
        Some(Stage::AskedByUs) => "asked by us",
        Some(Stage::AskedByThem) => "asked by them",
        None => "not asked",
    }
}

async fn review(opened: &Opened, ours: &Ours, handle: &str) -> Result<Answer, Failure> {
    let (acting, space) = (ours.staff.acting(opened).await?, opened.space(ours.space.as_deref()).await?);
    let other = fresh(opened, handle).await?;
    let (site, now) = (opened.node.site.clone(), opened.node.clock.now());
    let read = opened.read(move |tx| partner::review(tx, &site, acting, space, other, now)).await?;
    let review = Review::from(read);
    let Review { partner: Partner { space: it, stage, .. }, balance, .. } = &review;
    let mut lines = vec![
        format!("{} (@{}), {}", it.name, it.handle, it.uri),
        format!(
            "Server: {}, {}, running {}",
            review.host,
            review.level,
            review.software.as_deref().unwrap_or("something it does not name")
        ),
        format!("Key (SHA-256): {}", review.fingerprint.as_deref().unwrap_or("none")),
        format!("State: {}", stage_words(*stage)),
        "It grants guests:".to_owned(),
    ];
    match review.sentences.as_slice() {
        [] => lines.push("  nothing is said; the rules of its resources hold".to_owned()),
        said => lines.extend(said.iter().map(|line| format!("  {line}"))),
    }
    lines.push(format!("Days of its people here: {}; of ours there: {}", balance.hosted, balance.sent));
    let (here, there) = (honour(&balance.honoured_here), honour(&balance.honoured_there));
    lines.push(format!("Requests honoured: here {here}, there {there}"));
    let names: Vec<String> = review.people.iter().map(|one| format!("{} (@{})", one.name, one.handle)).collect();
    let names = if names.is_empty() { "nobody wants to be found".to_owned() } else { names.join(", ") };
    lines.extend([format!("Some of its people: {names}"), String::new(), AGREEMENT.to_owned()]);
    if *stage != Some(Stage::Partners) {
        let next = format!("thirdspace partner accept @{} --agree {AGREEMENT_VERSION}", it.handle);
        lines.extend([String::new(), format!("To be partners by this agreement: {next}")]);
    }
    Answer::new(lines.join("\n"), review)
}

async fn accept(
    opened: &Opened,
    ours: &Ours,
    agree: Option<u32>,
    contact: Option<String>,
    handle: &str,
) -> Result<Answer, Failure> {
    let (acting, space) = (ours.staff.acting(opened).await?, opened.space(ours.space.as_deref()).await?);
    let Some(version) = agree else {
        let words = format!("{AGREEMENT}\n\nsay that you agree with --agree {AGREEMENT_VERSION}");
        return Err(Failure::Usage(words));
    };
    let other = fresh(opened, handle).await?;
    let stage = opened
        .write(move |tx, site, now| partner::accept(tx, site, acting, space, other, version, contact.as_deref(), now))
        .await?;
    let words = match stage {
        Stage::Partners => format!("{handle} is a partner now."),
        Stage::AskedByUs | Stage::AskedByThem => {
            format!("{handle} is asked, and trusted; it is a partner as soon as it has agreed, too.")
        }
    };
    Answer::new(words, json!({ "id": other, "stage": stage }))
}

async fn end(opened: &Opened, ours: &Ours, handle: &str) -> Result<Answer, Failure> {
    let (acting, space) = (ours.staff.acting(opened).await?, opened.space(ours.space.as_deref()).await?);
    let other = resolve::actor(&opened.node, handle).await?;
    opened.write(move |tx, site, now| partner::end(tx, site, acting, space, other, now)).await?;
    Answer::new(format!("{handle} is no partner any more. What is booked stands."), json!({ "id": other }))
}

fn row(partner: &Partner) -> [String; 4] {
    let since = partner.agreed_at.map_or_else(|| "-".to_owned(), |at| at.to_string());
    let Partner { space, stage, .. } = partner;
    [format!("@{}", space.handle), space.name.clone(), stage_words(*stage).to_owned(), since]
}

async fn list(opened: &Opened, ours: &Ours, window: &Window) -> Result<Answer, Failure> {
    let (acting, space) = (ours.staff.acting(opened).await?, opened.space(ours.space.as_deref()).await?);
    let page = window.page()?;
    let slice = opened.read(move |tx| partner::list(tx, acting, space, page)).await?;
    let page = List::from(slice.map(Partner::from));
    paged(&page, ["HANDLE", "NAME", "STATE", "AGREED"], row, "No space has asked or was asked.")
}

async fn suggest(opened: &Opened, ours: &Ours, from: &str) -> Result<Answer, Failure> {
    let (acting, space) = (ours.staff.acting(opened).await?, opened.space(ours.space.as_deref()).await?);
    opened.read(move |tx| partner::may_look(tx, acting, space)).await?;
    let other = fresh(opened, from).await?;
    let found = resolve::partners_of(&opened.node, other).await?;
    let found = opened.read(move |tx| partner::neighbours(tx, space, &found)).await?;
    let page = List { items: found.into_iter().map(Partner::from).collect(), next: None };
    paged(&page, ["HANDLE", "NAME", "STATE", "AGREED"], row, "It shows no partners.")
}
