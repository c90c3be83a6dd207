//! `thirdspace offer`: what members can give and what they seek, and the board that lists it.

use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::json;

use super::answer::{Answer, Failure};
use super::open::Opened;
use super::page::Window;
use super::post::text_or_input;
use super::shown::posts;
use super::speaker::Speaker;
use crate::coworking::Refusal;
use crate::coworking::offer::{OfferInput, Purpose};
use crate::operations::{offer, post};
use crate::store::offer::{Filter, Scope};
use crate::web::api::OfferEdit;

#[derive(Debug, Subcommand)]
pub(super) enum Offer {
    /// Offer something, or ask for it
    #[command(
        after_help = "Examples:\n  thirdspace offer make --as ben \"Dutch VAT, one hour\" --kind skill --tags taxes --announce\n  \
                      thirdspace offer make --as ben --request \"Carry a desk\" --kind help --until 2027-01-31 --in-return \"A coffee\""
    )]
    Make(Box<Make>),
    /// Change an open offer or request; what is not named stays as it is
    #[command(
        after_help = "Example:\n  thirdspace offer edit --as ben https://harbor.example/posts/1868812345678901234 --until 2027-02-28"
    )]
    Edit(Box<Edit>),
    /// Close an offer or request: it found its match, or nobody needs to answer any more
    #[command(
        after_help = "Example:\n  thirdspace offer settle --as ben https://harbor.example/posts/1868812345678901234"
    )]
    Settle(One),
    /// Take an offer or request back
    #[command(
        after_help = "Example:\n  thirdspace offer delete --as ben https://harbor.example/posts/1868812345678901234"
    )]
    Delete(One),
    /// List what can be taken up now, the newest first
    #[command(after_help = "Examples:\n  thirdspace offer board --as ana\n  \
                      thirdspace offer board --as ana --scope followed --kind skill --words taxes")]
    Board(Board),
}

#[derive(Debug, Args)]
pub(super) struct Make {
    #[command(flatten)]
    speaker: Speaker,
    /// Ask for it, rather than offer it
    #[arg(long)]
    request: bool,
    /// skill, help, assignment, collaboration, goods or other [default: other]
    #[arg(long)]
    kind: Option<String>,
    /// More about it, in Markdown; - reads it from standard input
    #[arg(long, value_name = "MARKDOWN")]
    text: Option<String>,
    /// What is hoped for in return, in words [default: nothing, it is a gift]
    #[arg(long, value_name = "WORDS")]
    in_return: Option<String>,
    /// When it ends, at the latest in a year: a day such as 2027-01-31, or a moment [default: in 30 days]
    #[arg(long, value_name = "TIME", value_parser = end)]
    until: Option<Timestamp>,
    /// Words by which it is found, with commas between
    #[arg(long, value_name = "WORD,WORD", value_delimiter = ',')]
    tags: Vec<String>,
    /// Who may read it: public, unlisted, followers or members [default: public; of a request: members]
    #[arg(long)]
    visibility: Option<String>,
    /// The member's space announces it to those who follow the space, as long as it is open; it must be public
    #[arg(long)]
    announce: bool,
    /// The title
    title: String,
}

#[derive(Debug, Args)]
pub(super) struct Edit {
    #[command(flatten)]
    speaker: Speaker,
    /// offer or request
    #[arg(long)]
    purpose: Option<String>,
    /// skill, help, assignment, collaboration, goods or other
    #[arg(long)]
    kind: Option<String>,
    /// The title
    #[arg(long)]
    title: Option<String>,
    /// More about it, in Markdown; - reads it from standard input, an empty text removes it
    #[arg(long, value_name = "MARKDOWN")]
    text: Option<String>,
    /// What is hoped for in return, in words; an empty text makes it a gift
    #[arg(long, value_name = "WORDS")]
    in_return: Option<String>,
    /// When it ends, at the latest in a year: a day such as 2027-01-31, or a moment
    #[arg(long, value_name = "TIME", value_parser = end)]
    until: Option<Timestamp>,
    /// Words by which it is found, all of them, with commas between; an empty text removes them
    #[arg(long, value_name = "WORD,WORD")]
    tags: Option<String>,
    /// Does the member's space announce it?
    #[arg(long, value_name = "yes|no", value_parser = BoolishValueParser::new())]
    announce: Option<bool>,
    /// The address of the offer, or its id here
    offer: String,
}

/// Whose offer it is, and which.
#[derive(Debug, Args)]
pub(super) struct One {
    #[command(flatten)]
    speaker: Speaker,
    /// The address of the offer, or its id here
    offer: String,
}

/// Whose offers the board shows.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Whose {
    /// Those of this node's members
    Here,
    /// Those of whom the reader follows, and those that a space announces which the reader follows
    Followed,
    /// All that are known here
    Network,
}

#[derive(Debug, Args)]
pub(super) struct Board {
    #[command(flatten)]
    speaker: Speaker,
    #[command(flatten)]
    window: Window,
    /// Whose
    #[arg(long, value_enum, default_value_t = Whose::Here)]
    scope: Whose,
    /// Only offers, or only requests: offer or request
    #[arg(long)]
    purpose: Option<String>,
    /// Only of this kind: skill, help, assignment, collaboration, goods or other
    #[arg(long)]
    kind: Option<String>,
    /// Only with this tag, in whatever spelling
    #[arg(long)]
    tag: Option<String>,
    /// Only with these words in title, text or tags
    #[arg(long)]
    words: Option<String>,
}

impl Offer {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::Make(make) => make.run(opened).await,
            Self::Edit(edit) => edit.run(opened).await,
            Self::Settle(One { speaker, offer }) => {
                let (_, acting) = speaker.member(opened).await?;
                let id = opened.post("offer", &offer).await?;
                opened.write(move |tx, _, now| offer::settle(tx, acting, id, now)).await?;
                Answer::new("It is settled; nobody needs to answer any more.", opened.view(acting, id).await?)
            }
            Self::Delete(One { speaker, offer }) => {
                let (_, acting) = speaker.member(opened).await?;
                let id = opened.post("offer", &offer).await?;
                opened.write(move |tx, _, now| offer::delete(tx, acting, id, now)).await?;
                Answer::new("It is taken back.", json!({ "id": id, "uri": opened.node.site.post(id) }))
            }
            Self::Board(board) => board.run(opened).await,
        }
    }
}

impl Make {
    async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (_, acting) = self.speaker.member(opened).await?;
        let purpose = if self.request { Purpose::Request } else { Purpose::Offer };
        let input = OfferInput {
            purpose: purpose.to_string(),
            kind: self.kind,
            name: self.title,
            content: self.text.map(text_or_input).transpose()?,
            in_return: self.in_return,
            end_time: self.until,
            tags: Some(self.tags),
            visibility: self.visibility,
            announce: self.announce.then_some(true),
        };
        let draft = input.parse(opened.node.clock.now())?;
        let id = opened.write(move |tx, site, now| offer::make(tx, site, acting, &draft, now)).await?;
        let shown = opened.view(acting, id).await?;
        Answer::new(shown.uri.clone(), shown)
    }
}

impl Edit {
    async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (_, acting) = self.speaker.member(opened).await?;
        let id = opened.post("offer", &self.offer).await?;
        let tags = self.tags.map(|words| {
            let words = words.split(',').map(str::trim).filter(|word| !word.is_empty());
            words.map(str::to_owned).collect()
        });
        let edit = OfferEdit {
            purpose: self.purpose,
            kind: self.kind,
            name: self.title,
            content: self.text.map(text_or_input).transpose()?,
            in_return: self.in_return,
            end_time: self.until,
            tags,
            announce: self.announce,
        };
        opened
            .write(move |tx, site, now| {
                let old = post::may_read(tx, acting.into(), id)?;
                if old.offer.is_none() {
                    return Err(Refusal::NotFound { what: "offer" }.into());
                }
                let draft = edit.clone().over(old, now).parse(now)?;
                offer::update(tx, site, acting, id, &draft, now)
            })
            .await?;
        let shown = opened.view(acting, id).await?;
        Answer::new(shown.uri.clone(), shown)
    }
}

impl Board {
    async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (_, acting) = self.speaker.member(opened).await?;
        let (page, now) = (self.window.page()?, opened.node.clock.now());
        let scope = match self.scope {
            Whose::Here => Scope::Here,
            Whose::Followed => Scope::Followed,
            Whose::Network => Scope::Network,
        };
        let filter = Filter {
            purpose: self.purpose.as_deref().map(str::parse).transpose()?,
            kind: self.kind.as_deref().map(str::parse).transpose()?,
            tag: self.tag,
            text: self.words,
        };
        let slice = opened.read(move |tx| offer::board(tx, acting.into(), scope, &filter, page, now)).await?;
        posts(slice, now, "Nothing of that is offered or asked for now.")
    }
}

/// Reads when an offer ends: a moment with an offset; a day, which it then lasts out, or a time, in the zone of this
/// machine.
fn end(text: &str) -> Result<Timestamp, String> {
    until(text, TimeZone::system()).ok_or_else(|| {
        "write a day such as 2027-01-31, a time such as 2027-01-31T18:00, or one with an offset such as \
         2027-01-31T18:00:00+01:00"
            .to_owned()
    })
}

fn until(text: &str, zone: TimeZone) -> Option<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    let local = match text.contains([':', 'T', ' ']) {
        true => text.parse::<DateTime>().ok()?,
        false => text.parse::<Date>().ok()?.tomorrow().ok()?.to_datetime(jiff::civil::Time::midnight()),
    };
    zone.to_timestamp(local).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_a_day_to_its_last_minute_or_a_moment() {
        let vienna = || TimeZone::get("Europe/Vienna").unwrap();
        let read = |text: &str| until(text, vienna()).map(|moment| moment.to_string());
        assert_eq!(read("2027-01-31").as_deref(), Some("2027-01-31T23:00:00Z"));
        assert_eq!(read("2027-01-31T18:00").as_deref(), Some("2027-01-31T17:00:00Z"));
        assert_eq!(read("2027-01-31T18:00:00-05:00").as_deref(), Some("2027-01-31T23:00:00Z"));
        for wrong in ["", "tomorrow", "31.1.2027", "2027-02-30"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert!(end("soon").unwrap_err().contains("2027-01-31"));
    }
}
