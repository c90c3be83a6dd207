//! `thirdspace post`, `edit` and `delete`: what a member says.

use std::io::Read;

use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::answer::{Answer, Failure};
use super::open::Opened;
use super::speaker::Speaker;
use crate::coworking::post::{CONTENT_LIMIT, PostInput};
use crate::federation::resolve;
use crate::operations;
use crate::web::api::PostEdit;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  thirdspace post --as ana \"Soup for everybody on *Friday*, says @ben\"\n  \
                  thirdspace post --as ana --visibility direct \"@ben@quay.example do you still have the projector?\"\n\n\
                  The text is Markdown; - reads it from standard input. Whoever is mentioned is looked up first.")]
pub(super) struct Post {
    #[command(flatten)]
    speaker: Speaker,
    /// Who may read it: public, unlisted, followers, members or direct [default: public; for an answer, as what it
    /// answers; for an answer to an offer, direct]
    #[arg(long)]
    visibility: Option<String>,
    /// A content warning
    #[arg(long)]
    warning: Option<String>,
    /// The language, such as en or pt-BR
    #[arg(long)]
    language: Option<String>,
    /// The address of the post that this one answers
    #[arg(long, value_name = "URL")]
    reply_to: Option<String>,
    /// What to say
    text: String,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  thirdspace edit --as ana https://harbor.example/posts/1868812345678901234 \"Soup on *Saturday*\"\n\n\
                  Who may read it and what it answers stay as they are. Offers are changed by thirdspace offer edit."
)]
pub(super) struct Edit {
    #[command(flatten)]
    speaker: Speaker,
    /// A content warning; an empty text removes it
    #[arg(long)]
    warning: Option<String>,
    /// The language, such as en or pt-BR
    #[arg(long)]
    language: Option<String>,
    /// The address of the post, or its id here
    post: String,
    /// What to say instead, in Markdown; - reads it from standard input [default: the same as before]
    #[arg(required_unless_present_any = ["warning", "language"])]
    text: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  thirdspace delete --as ana https://harbor.example/posts/1868812345678901234")]
pub(super) struct Delete {
    #[command(flatten)]
    speaker: Speaker,
    /// The address of the post, or its id here
    post: String,
}

impl Post {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (_, acting) = self.speaker.member(opened).await?;
        let content = text_or_input(self.text)?;
        let in_reply_to = match &self.reply_to {
            Some(address) => Some(opened.post("reply_to", address).await?),
            None => None,
        };
        let input = PostInput {
            content,
            visibility: self.visibility,
            summary: self.warning,
            language: self.language,
            in_reply_to,
            ..PostInput::default()
        };
        let draft = input.parse()?;
        let mentions = resolve::mentions(&opened.node, &draft.content).await;
        let id = opened
            .write(move |tx, site, now| operations::post::publish(tx, site, acting, &draft, &mentions, now))
            .await?;
        let uri = opened.node.site.post(id);
        Answer::new(uri.as_str(), json!({ "id": id, "uri": uri }))
    }
}

impl Edit {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (_, acting) = self.speaker.member(opened).await?;
        let id = opened.post("post", &self.post).await?;
        let content = self.text.map(text_or_input).transpose()?;
        let edit = PostEdit { content, summary: self.warning, language: self.language, ..PostEdit::default() };
        let old = opened.read(move |tx| operations::post::may_read(tx, acting.into(), id)).await?;
        let draft = edit.over(old).parse()?;
        let mentions = resolve::mentions(&opened.node, &draft.content).await;
        opened.write(move |tx, site, now| operations::post::edit(tx, site, acting, id, &draft, &mentions, now)).await?;
        let shown = opened.view(acting, id).await?;
        Answer::new(shown.uri.clone(), shown)
    }
}

impl Delete {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (_, acting) = self.speaker.member(opened).await?;
        let id = opened.post("post", &self.post).await?;
        opened.write(move |tx, _, now| operations::post::delete(tx, acting, id, now)).await?;
        Answer::new("It is taken back.", json!({ "id": id, "uri": opened.node.site.post(id) }))
    }
}

/// A text as it was typed; for `-`, what comes on standard input.
pub(super) fn text_or_input(text: String) -> Result<String, Failure> {
    if text == "-" { standard_input() } else { Ok(text) }
}

fn standard_input() -> Result<String, Failure> {
    // One more byte than can pass, so that what is too long is refused and not cut.
    let most = u64::try_from(4 * CONTENT_LIMIT + 1).unwrap_or(u64::MAX);
    let mut text = String::new();
    std::io::stdin().take(most).read_to_string(&mut text).context("standard input cannot be read as text")?;
    Ok(text)
}
