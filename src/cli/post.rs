//! `thirdspace post`: say something as a member.

use std::io::Read;

use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::answer::{Answer, Failure};
use super::open::Opened;
use crate::coworking::Refusal;
use crate::coworking::id::PostId;
use crate::coworking::post::{CONTENT_LIMIT, PostInput};
use crate::federation::resolve::{self, Resolved};
use crate::operations;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  thirdspace post --as ana \"Soup for everybody on *Friday*, says @ben\"\n  \
                  thirdspace post --as ana --visibility direct \"@ben@quay.example do you still have the projector?\"\n\n\
                  The text is Markdown; - reads it from standard input. Whoever is mentioned is looked up first.")]
pub(super) struct Post {
    /// The member who says it
    #[arg(long = "as", value_name = "USERNAME")]
    author: String,
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

impl Post {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (_, acting) = opened.member(&self.author).await?;
        let content = if self.text == "-" { standard_input()? } else { self.text };
        let in_reply_to = match &self.reply_to {
            Some(address) => Some(post_at(opened, address).await?),
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

async fn post_at(opened: &Opened, address: &str) -> Result<PostId, Failure> {
    match resolve::object(&opened.node, address).await? {
        Resolved::Post(post) => Ok(post),
        Resolved::Actor(_) => {
            Err(Refusal::malformed("reply_to", address, "the address of a post, not of an account").into())
        }
    }
}

fn standard_input() -> Result<String, Failure> {
    // One more byte than can pass, so that what is too long is refused and not cut.
    let most = u64::try_from(4 * CONTENT_LIMIT + 1).unwrap_or(u64::MAX);
    let mut text = String::new();
    std::io::stdin().take(most).read_to_string(&mut text).context("standard input cannot be read as text")?;
    Ok(text)
}
