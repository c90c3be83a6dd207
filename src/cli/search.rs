//! `thirdspace search`: people and posts by a handle, an address or a few words.

use clap::Args;

use super::answer::{Answer, Failure};
use super::open::Opened;
use super::shown::{in_full, person};
use super::speaker::Speaker;
use crate::federation::resolve::{self, Resolved};
use crate::operations::search;
use crate::store::page::Page;
use crate::web::api::Found;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  thirdspace search --as ana @ben@quay.example\n  \
                  thirdspace search --as ana https://quay.example/posts/1868812345678901234\n  thirdspace search --as ana ben\n\n\
                  A handle or an address that is not known here is asked for at its home. A post is shown in full.")]
pub(super) struct Search {
    #[command(flatten)]
    speaker: Speaker,
    /// At most so many, up to 80
    #[arg(long, value_name = "NUMBER", default_value_t = Page::DEFAULT,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(Page::LIMIT)))]
    limit: u32,
    /// Ask no other server
    #[arg(long)]
    here: bool,
    /// A handle, a web address, or the beginning of a name
    what: String,
}

impl Search {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (_, acting) = self.speaker.member(opened).await?;
        let (site, text, limit) = (opened.node.site.clone(), self.what.clone(), self.limit);
        let mut found = opened.read(move |tx| search::known(tx, &site, acting, &text, limit)).await?;
        if found.is_empty() && !self.here && search::names_one(&self.what) {
            let asked = match search::is_address(&self.what) {
                true => resolve::object(&opened.node, &self.what).await?,
                false => Resolved::Actor(resolve::actor(&opened.node, &self.what).await?),
            };
            found = match asked {
                Resolved::Actor(id) => opened.read(move |tx| search::actor(tx, id)).await?,
                Resolved::Post(id) => opened.read(move |tx| search::post(tx, acting, id)).await?,
            };
        }
        let now = opened.node.clock.now();
        let found = Found::new(found, now);
        let people: Vec<_> = found.actors.iter().map(person).collect();
        let posts: Vec<String> = found.posts.iter().map(|post| in_full(post, now)).collect();
        let none = if posts.is_empty() { "Nothing was found." } else { "" };
        let mut answer = Answer::table(["HANDLE", "NAME", "ADDRESS"], &people, none, &found)?;
        answer.text.push_str(&posts.join("\n"));
        Ok(answer)
    }
}
