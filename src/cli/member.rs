//! `thirdspace member`: who belongs to the space.

use clap::Subcommand;
use serde_json::json;

use super::answer::{Answer, Failure};
use super::keys;
use super::open::Opened;
use crate::coworking::Refusal;
use crate::coworking::email::EmailAddress;
use crate::coworking::member::{Acting, NewMember, Role};
use crate::operations::{self, mailbox};
use crate::store::page::{Page, Slice};
use crate::store::{self, member::MemberLine};
use crate::web::api::Mailbox;

#[derive(Debug, Subcommand)]
pub(super) enum Member {
    /// Let somebody in
    #[command(
        after_help = "Examples:\n  thirdspace member add ben\n  thirdspace member add ben --name \"Ben Okafor\" --role host"
    )]
    Add {
        /// Their name in handles and addresses: letters, digits and _
        username: String,
        /// What people call them [default: as their name in handles]
        #[arg(long)]
        name: Option<String>,
        /// What they may do: member, host or admin
        #[arg(long, default_value = "member")]
        role: String,
        /// The space they belong to, by its username [default: the node's first]
        #[arg(long)]
        space: Option<String>,
    },
    /// List the members, the newest first
    #[command(after_help = "Example:\n  thirdspace member list --json")]
    List {
        #[command(flatten)]
        part: Part,
    },
    /// Make a link with which a member signs in to the pages of this node, once
    #[command(after_help = "Example:\n  thirdspace member link ben --minutes 60")]
    Link {
        /// Who
        username: String,
        /// For how many minutes it works
        #[arg(long, default_value_t = 60)]
        minutes: u32,
    },
    /// Show where a member gets letters, and change it
    #[command(
        after_help = "Examples:\n  thirdspace member edit ben\n  thirdspace member edit ben --mail ben@mail.example\n  \
                      thirdspace member edit ben --booking-mail false"
    )]
    Edit {
        /// Who
        username: String,
        /// Their e-mail address; a letter asks there whether it is theirs
        #[arg(long, value_name = "ADDRESS")]
        mail: Option<String>,
        /// You know that the address is theirs
        #[arg(long)]
        confirmed: bool,
        /// Do they want letters about bookings?
        #[arg(long, value_name = "true|false")]
        booking_mail: Option<bool>,
        /// Forget their address
        #[arg(long, conflicts_with_all = ["mail", "confirmed", "booking_mail"])]
        no_mail: bool,
    },
    /// Change what a member may do
    #[command(after_help = "Example:\n  thirdspace member role ben admin")]
    Role {
        /// Who
        username: String,
        /// member, host or admin
        role: String,
    },
}

/// Which part of a long list.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Part {
    /// At most so many
    #[arg(long, default_value_t = Page::LIMIT)]
    limit: u32,
    /// Go on where the last answer ended: its "next"
    #[arg(long, value_name = "NEXT")]
    before: Option<i64>,
}

impl Part {
    pub(super) fn page(self) -> Page {
        Page::new(self.before, Some(self.limit))
    }
}

/// How to see the rest of a list.
pub(super) fn rest<T>(slice: &Slice<T>) -> String {
    slice.next.map(|next| format!("There are more: --before {next}\n")).unwrap_or_default()
}

impl Member {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::Add { username, name, role, space } => {
                let name = name.as_deref().unwrap_or(&username);
                add(opened, &username, name, role.parse()?, space).await
            }
            Self::List { part } => list(opened, part).await,
            Self::Link { username, minutes } => link(opened, &username, minutes).await,
            Self::Edit { username, no_mail: true, .. } => {
                let (member, _) = opened.member(&username).await?;
                opened.write(move |tx, _, _| mailbox::remove(tx, Acting::Keeper, member)).await?;
                Answer::new(format!("The address of {username} is forgotten."), json!({ "id": member }))
            }
            Self::Edit { username, mail, confirmed, booking_mail, .. } => {
                let address = mail.as_deref().map(EmailAddress::parse).transpose()?;
                edit(opened, &username, mailbox::Edit { address, bookings: booking_mail, confirmed }).await
            }
            Self::Role { username, role } => change(opened, &username, role.parse()?).await,
        }
    }
}

async fn add(
    opened: &Opened,
    username: &str,
    name: &str,
    role: Role,
    space: Option<String>,
) -> Result<Answer, Failure> {
    let new = NewMember::parse(username, name, role, None)?;
    let pair = keys::make().await?;
    let username = new.username.clone();
    let id = opened
        .write(move |tx, site, now| {
            let home = match &space {
                None => None,
                Some(space) => Some(space_named(tx, space)?),
            };
            operations::member::add(tx, site, Acting::Keeper, &NewMember { home, ..new.clone() }, Some(&pair), now)
        })
        .await?;
    let site = &opened.node.site;
    let handle = format!("@{username}@{}", site.host());
    Answer::new(
        format!("{handle} is a {role} now. A token for the API: thirdspace token create {username}"),
        json!({ "id": id, "handle": handle, "uri": site.member(&username), "role": role }),
    )
}

fn space_named(tx: &mut store::Tx<'_>, name: &str) -> operations::Result<crate::coworking::id::SpaceId> {
    let actor = store::actor::local_by_username(tx, name)?.map(|actor| actor.id);
    let space = actor.map(|id| store::space::by_id(tx, id)).transpose()?.flatten();
    Ok(space.ok_or(Refusal::NotFound { what: "space" })?.id)
}

async fn list(opened: &Opened, part: Part) -> Result<Answer, Failure> {
    let slice = opened.read(move |tx| Ok(store::member::list(tx, part.page())?)).await?;
    let row = |line: &MemberLine| {
        [line.actor.handle(), line.actor.name.clone(), line.role.to_string(), line.joined_at.to_string()]
    };
    let rows: Vec<_> = slice.items.iter().map(row).collect();
    let facts = slice.items.iter().map(|line| {
        json!({
            "id": line.actor.id, "handle": line.actor.handle(), "name": line.actor.name, "uri": line.actor.uri,
            "role": line.role, "joined_at": line.joined_at,
        })
    });
    let facts = json!({ "members": facts.collect::<Vec<_>>(), "next": slice.next.map(|next| next.to_string()) });
    let mut answer = Answer::table(["HANDLE", "NAME", "ROLE", "SINCE"], &rows, "There are no members yet.", facts)?;
    answer.text.push_str(&rest(&slice));
    Ok(answer)
}

async fn link(opened: &Opened, username: &str, minutes: u32) -> Result<Answer, Failure> {
    let (member, _) = opened.member(username).await?;
    let life = jiff::SignedDuration::from_mins(minutes.into());
    let secret =
        opened.write(move |tx, _, now| operations::session::link(tx, Acting::Keeper, member, life, now)).await?;
    let url = opened.node.site.sign_in(secret.expose());
    let text = format!("{url}\nIt works once, for {minutes} minutes. Whoever has it is {username}.");
    Answer::new(text, json!({ "id": member, "url": url }))
}

async fn edit(opened: &Opened, username: &str, edit: mailbox::Edit) -> Result<Answer, Failure> {
    let (member, _) = opened.member(username).await?;
    let mailbox = match edit == mailbox::Edit::default() {
        true => opened.read(move |tx| mailbox::view(tx, Acting::Keeper, member)).await?,
        false => Some(opened.write(move |tx, _, now| mailbox::edit(tx, Acting::Keeper, member, &edit, now)).await?),
    };
    let Some(mailbox) = mailbox else {
        return Answer::new(format!("{username} has no e-mail address here."), json!({ "id": member, "mail": null }));
    };
    let confirmed = if mailbox.confirmed_at.is_some() { "confirmed" } else { "not confirmed: a letter asks there" };
    let wants = if mailbox.bookings { "gets" } else { "gets no" };
    let mut text = format!("{username}: {} ({confirmed}), {wants} letters about bookings.", mailbox.address);
    let config = &opened.node.config;
    if config.mail_smtp.is_none() && config.mail_folder.is_none() {
        text.push_str("\nThis node sends no letters: set mail_from and mail_smtp.");
    }
    Answer::new(text, json!({ "id": member, "mail": Mailbox::from(mailbox) }))
}

async fn change(opened: &Opened, username: &str, role: Role) -> Result<Answer, Failure> {
    let (member, _) = opened.member(username).await?;
    opened.write(move |tx, _, _| operations::member::set_role(tx, Acting::Keeper, member, role)).await?;
    Answer::new(format!("{username} is a {role} now."), json!({ "id": member, "role": role }))
}
