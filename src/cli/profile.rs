//! `thirdspace profile`: what members, spaces and the node show of themselves.

use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand};

use super::answer::{Answer, Failure};
use super::open::Opened;
use super::speaker::Speaker;
use crate::coworking::Refusal;
use crate::coworking::id::ActorId;
use crate::coworking::markdown::plain_text;
use crate::coworking::member::Acting;
use crate::coworking::profile::{Field, ProfileEdit, ProfileInput, SUMMARY_LIMIT};
use crate::federation::resolve;
use crate::operations::profile;
use crate::operations::speaker::As;
use crate::store::actor;
use crate::web::api;
use crate::web::api::view::Actor;

#[derive(Debug, Subcommand)]
pub(super) enum Profile {
    /// Show a profile
    #[command(after_help = "Examples:\n  thirdspace profile show\n  thirdspace profile show @ben@quay.example\n  \
                            thirdspace profile show --node")]
    Show {
        #[command(flatten)]
        speaker: Speaker,
        /// The node's own
        #[arg(long, conflicts_with_all = ["whom", "name"])]
        node: bool,
        /// Whose: a handle or an address [default: the one who asks]
        whom: Option<String>,
    },
    /// Edit the profile of a member, of a space or of the node; what is not named stays as it is
    #[command(
        after_help = "Examples:\n  thirdspace profile edit --as ana --summary \"I *bake*.\" --skills sourdough,taxes\n  \
                      thirdspace profile edit --as ana --field Web=https://ana.example --picture https://ana.example/me.jpg\n  \
                      thirdspace profile edit --as harbor --summary \"By the water\"\n  \
                      thirdspace profile edit --node --name \"Harbor Coworking\""
    )]
    Edit(Box<Edit>),
}

#[derive(Debug, Args)]
pub(super) struct Edit {
    #[command(flatten)]
    speaker: Speaker,
    /// The node's own profile
    #[arg(long, conflicts_with = "name")]
    node: bool,
    /// What people call them
    #[arg(id = "display_name", long = "name", value_name = "NAME")]
    display_name: Option<String>,
    /// What they say about themselves, in Markdown; an empty text removes it
    #[arg(long, value_name = "MARKDOWN")]
    summary: Option<String>,
    /// What they know about, all of it, with commas between; an empty text removes it
    #[arg(long, value_name = "WORD,WORD")]
    skills: Option<String>,
    /// A line of the table, such as Pronouns=she/her; all lines, each with its own --field
    #[arg(long = "field", value_name = "NAME=VALUE", value_parser = field)]
    fields: Vec<Field>,
    /// Remove the table
    #[arg(long, conflicts_with = "fields")]
    no_fields: bool,
    /// The address of a picture; an empty text removes it
    #[arg(long, value_name = "URL")]
    picture: Option<String>,
    /// What the picture shows, for those who cannot see it
    #[arg(long, value_name = "TEXT", requires = "picture")]
    picture_alt: Option<String>,
    /// May they be suggested to others?
    #[arg(long, value_name = "yes|no", value_parser = BoolishValueParser::new())]
    discoverable: Option<bool>,
    /// May their public posts be searched?
    #[arg(long, value_name = "yes|no", value_parser = BoolishValueParser::new())]
    indexable: Option<bool>,
    /// Does a follower need an approval?
    #[arg(long, value_name = "yes|no", value_parser = BoolishValueParser::new())]
    manually_approves_followers: Option<bool>,
    /// Are followers and followed shown as counts only?
    #[arg(long, value_name = "yes|no", value_parser = BoolishValueParser::new())]
    hides_network: Option<bool>,
}

fn field(text: &str) -> Result<Field, String> {
    match text.split_once('=') {
        Some((name, value)) => Ok(Field { name: name.trim().to_owned(), value: value.trim().to_owned() }),
        None => Err("write name=value, such as Web=https://ana.example".to_owned()),
    }
}

impl Profile {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::Show { speaker, node, whom } => {
                let id = match (node, whom) {
                    (true, _) => own(opened).await?,
                    (false, Some(whom)) => resolve::actor(&opened.node, &whom).await?,
                    (false, None) => opened.actor(&speaker.name(opened).await?).await?,
                };
                let shown = opened.read(move |tx| api::profile(tx, id)).await?;
                Answer::new(words(&shown), shown)
            }
            Self::Edit(edit) => edit.run(opened).await,
        }
    }
}

impl Edit {
    async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (id, acting) = match self.node {
            true => (own(opened).await?, Acting::Keeper),
            false => {
                let (name, acting, by) = self.speaker.voice(opened).await?;
                match (by, acting) {
                    (As::Space(space), _) => (space.into(), acting),
                    (As::Oneself, _) => (opened.actor(&name).await?, acting),
                }
            }
        };
        let skills = self.skills.map(|words| {
            let words = words.split(',').map(str::trim).filter(|word| !word.is_empty());
            words.map(str::to_owned).collect()
        });
        let input = ProfileInput {
            name: self.display_name,
            summary: self.summary,
            skills,
            fields: (self.no_fields || !self.fields.is_empty()).then_some(self.fields),
            picture: self.picture,
            picture_alt: self.picture_alt,
            discoverable: self.discoverable,
            indexable: self.indexable,
            manually_approves_followers: self.manually_approves_followers,
            hides_network: self.hides_network,
        };
        let edit = input.parse()?;
        if edit == ProfileEdit::default() {
            let words = "nothing is to be changed; name what is, such as --summary \"I bake\" (see --help)";
            return Err(Failure::Usage(words.to_owned()));
        }
        let shown = opened
            .write(move |tx, site, now| {
                profile::edit(tx, site, acting, id, &edit, now)?;
                api::profile(tx, id)
            })
            .await?;
        Answer::new(words(&shown), shown)
    }
}

/// The node's own actor.
async fn own(opened: &Opened) -> Result<ActorId, Failure> {
    let uri = opened.node.site.node_actor();
    opened.read(move |tx| Ok(actor::id_of(tx, &uri)?.ok_or(Refusal::NotFound { what: "profile" })?)).await
}

fn words(actor: &Actor) -> String {
    let person = &actor.person;
    let mut lines = vec![format!("@{} ({})", person.handle, person.name), person.url.clone()];
    let summary = actor.summary_source.clone().unwrap_or_else(|| plain_text(&actor.summary, SUMMARY_LIMIT));
    if !summary.is_empty() {
        lines.push(summary);
    }
    if !actor.skills.is_empty() {
        lines.push(format!("Knows about: {}", actor.skills.join(", ")));
    }
    lines.extend(
        actor.fields.iter().map(|field| format!("{}: {}", field.name, plain_text(&field.value, SUMMARY_LIMIT))),
    );
    if let Some(picture) = &person.picture {
        lines.push(format!("Picture: {}", picture.url));
    }
    if let Some(to) = &actor.moved_to {
        lines.push(format!("Moved to {to}"));
    }
    lines.push(format!(
        "Followers {}, follows {}, as far as is known here",
        actor.counts.followers, actor.counts.following
    ));
    lines.join("\n")
}
