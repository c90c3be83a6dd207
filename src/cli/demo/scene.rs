//! What the story is made of: people act at their node, and what comes of it is looked for at another.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::cast::{Person, Place, Way};
use super::fact::{self, Fact, Look, Miss};
use super::ledger::{Break, Chapter, Ledger};
use super::look;
use super::stage::{Player, Stage};
use super::telling::Teller;
use crate::cli::answer::Failure;
use crate::coworking::Refusal;
use crate::coworking::id::PostId;
use crate::coworking::peer::Host;
use crate::coworking::post::PostInput;
use crate::federation::resolve;
use crate::operations::follow::{self, Followed};
use crate::operations::speaker::As;
use crate::operations::{self, post, search};
use crate::site::Site;
use crate::store::{self, Tx};

/// A post that somebody wrote.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) id: PostId,
    pub(super) uri: String,
}

/// The story as it goes.
pub(super) struct Scene<'a> {
    pub(super) stage: &'a mut Stage,
    pub(super) teller: &'a Teller,
    facts: Vec<Fact>,
    breaks: Vec<Break>,
    chapter: &'static str,
    /// When somebody acted last.
    acted: Instant,
    deadline: Duration,
}

impl<'a> Scene<'a> {
    pub(super) fn new(stage: &'a mut Stage, teller: &'a Teller) -> Self {
        let acted = Instant::now();
        Self { stage, teller, facts: Vec::new(), breaks: Vec::new(), chapter: "", acted, deadline: fact::DEADLINE }
    }

    /// For stories that go wrong.
    #[cfg(test)]
    pub(super) fn impatient(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    pub(super) fn begin(&mut self, number: usize, chapter: &Chapter) {
        self.chapter = chapter.title;
        self.teller.chapter(number, chapter.title);
    }

    /// What cannot be played any more is told, and the next chapter begins all the same.
    pub(super) fn end<T>(&mut self, chapter: Result<T, Failure>) -> Option<T> {
        match chapter {
            Ok(told) => Some(told),
            Err(why) => {
                self.teller.broken_off(format_args!("this chapter ends here: {why}"));
                self.breaks.push(Break { chapter: self.chapter, why: why.to_string() });
                None
            }
        }
    }

    /// What came of it all.
    pub(super) fn ledger(self, chapters: &[Chapter]) -> Ledger {
        Ledger::new(chapters, self.facts, self.breaks)
    }

    pub(super) fn player(&self, person: &Person) -> Result<Player, Failure> {
        self.stage.player(person)
    }

    /// What somebody does at their node, with the address where it can be looked at.
    pub(super) fn tell(&self, place: Place, text: &str, url: Option<&str>) {
        self.teller.act(place, text, url);
    }

    /// Something to know on the way.
    pub(super) fn aside(&self, text: &str) {
        self.teller.aside(text);
    }

    /// Something is done at a node.
    pub(super) async fn act<T: Send + 'static>(
        &mut self,
        at: Place,
        job: impl FnMut(&mut Tx<'_>, &Site, Timestamp) -> operations::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let done = self.stage.at(at)?.write(job).await;
        self.acted = Instant::now();
        done
    }

    /// A member follows somebody whom they name.
    pub(super) async fn follow(&mut self, who: &Player, by: As, whom: &str) -> Result<Followed, Failure> {
        let at = who.person.home;
        let target = resolve::actor(&*self.stage.node(at)?, whom).await?;
        let acting = who.acting();
        self.act(at, move |tx, _, now| follow::follow(tx, acting, by, target, false, now)).await
    }

    /// A member says something.
    pub(super) async fn write(&mut self, who: &Player, input: PostInput) -> Result<Written, Failure> {
        let (at, acting, draft) = (who.person.home, who.acting(), input.parse()?);
        let mentions = resolve::mentions(&*self.stage.node(at)?, &draft.content).await;
        let id = self.act(at, move |tx, site, now| post::publish(tx, site, acting, &draft, &mentions, now)).await?;
        Ok(Written { id, uri: self.stage.site(at).post(id) })
    }

    /// Waits until it is found where it is expected, tells of it and keeps it.
    pub(super) async fn expect(
        &mut self,
        id: &'static str,
        way: Way,
        what: impl Into<String>,
        looked_in: &'static str,
        look: Look,
    ) -> Result<(), Failure> {
        let Way { from, at } = way;
        if from == at {
            return Err(Failure::Broken(anyhow::anyhow!("{id} would be looked for where it was said")));
        }
        let node = self.stage.node(at)?;
        let (found, _) = fact::until(&node, &look, self.deadline).await?;
        let milliseconds = u64::try_from(self.acted.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (url, miss) = match found {
            Ok(url) => (Some(url), None),
            Err(instead) => (None, Some(Miss { instead, mail: self.mail(from, at).await? })),
        };
        let fact =
            Fact { id, chapter: self.chapter, from, node: at, what: what.into(), looked_in, url, milliseconds, miss };
        if fact.miss.is_some() {
            self.deadline = self.deadline.min(fact::SHORT_DEADLINE);
        }
        self.teller.fact(&fact);
        self.facts.push(fact);
        Ok(())
    }

    /// A member says something to everybody, which is told.
    pub(super) async fn say(&mut self, who: &Player, name: &str, text: &str) -> Result<Written, Failure> {
        let said = self.write(who, PostInput { content: text.to_owned(), ..PostInput::default() }).await?;
        self.tell(who.person.home, &format!("{name} writes: “{}”", text.replace("**", "")), Some(&said.uri));
        Ok(said)
    }

    /// A member looks for a handle or an address; what is not known is asked for at its home.
    pub(super) async fn search(&mut self, who: &Player, text: &str) -> Result<(), Failure> {
        let node = self.stage.node(who.person.home)?;
        self.acted = Instant::now();
        if search::is_address(text) {
            resolve::object(&node, text).await?;
        } else {
            resolve::actor(&node, text).await?;
        }
        Ok(())
    }

    /// The number that a node has for a post from elsewhere.
    pub(super) async fn post_at(&self, at: Place, uri: &str) -> Result<PostId, Failure> {
        let uri = uri.to_owned();
        let known = self.stage.at(at)?.read(move |tx| Ok(store::post::known(tx, &uri)?)).await?;
        let known = known.filter(|known| !known.deleted).ok_or(Refusal::NotFound { what: "post" })?;
        Ok(known.id)
    }

    /// Waits for what the story needs to go on and does not tell.
    pub(super) async fn wait(&self, at: Place, look: Look) -> Result<(), Failure> {
        match fact::until(&*self.stage.node(at)?, &look, self.deadline).await? {
            (Ok(_), _) => Ok(()),
            (Err(instead), _) => Err(Failure::Broken(anyhow::anyhow!("{at} has only {instead}"))),
        }
    }

    /// Waits until so many deliveries for a place that is closed were found to be undeliverable; what the queue says.
    pub(super) async fn undelivered(&self, from: Place, to: Place, count: usize) -> Result<Vec<String>, Failure> {
        let to = Host::parse(self.stage.site(to).host())?;
        self.wait(from, look::waits_for(&to, count)).await?;
        Ok(fact::mail(&*self.stage.node(from)?, &to).await?)
    }

    /// What the queues of both sides say.
    pub(super) async fn mail(&self, from: Place, to: Place) -> Result<Vec<String>, Failure> {
        let mut lines = Vec::new();
        for (here, there) in [(from, to), (to, from)] {
            // One that is closed has no queue to look at.
            if let Ok(node) = self.stage.node(here) {
                lines.extend(fact::mail(&node, &Host::parse(self.stage.site(there).host())?).await?);
            }
        }
        Ok(lines)
    }
}
