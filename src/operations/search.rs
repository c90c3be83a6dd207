//! Finding somebody or something by a handle, an address or a few words, among what is known here.

use super::Result;
use crate::coworking::id::{ActorId, PostId};
use crate::coworking::member::Acting;
use crate::coworking::refusal;
use crate::site::Site;
use crate::store::Tx;
use crate::store::actor::{self, Actor, ActorSummary};
use crate::store::post::{self, PostView, Reader};

/// The most characters that are looked for.
pub const QUERY_LIMIT: usize = 2_048;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// People and places.
    pub actors: Vec<ActorSummary>,
    /// Posts that the asker may read.
    pub posts: Vec<PostView>,
}

impl Found {
    /// Was nothing found?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.actors.is_empty() && self.posts.is_empty()
    }
}

/// What is known here under a text: a web address means the account or the post that it is the id of, a whole handle
/// the account, and anything else the beginning of names.
///
/// # Errors
/// What is wrong with the text.
pub fn known(tx: &mut Tx<'_>, site: &Site, acting: Acting, text: &str, limit: u32) -> Result<Found> {
    let text = refusal::needed("q", text, QUERY_LIMIT)?;
    if is_address(&text) {
        return by_address(tx, site, acting.into(), &text);
    }
    let by_member = acting.member("search").is_ok();
    if let Some((name, host)) = text.trim_start_matches('@').split_once('@')
        && let Some(found) = actor::by_handle(tx, name, host)?.filter(Actor::is_active)
        && (by_member || found.discoverable)
    {
        return Ok(Found { actors: vec![found.summarised()], posts: Vec::new() });
    }
    Ok(Found { actors: actor::search(tx, &text, by_member, limit)?, posts: Vec::new() })
}

/// Is the text a web address?
#[must_use]
pub fn is_address(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("https://") || text.starts_with("http://")
}

/// Does the text name one account or post: is it an address or a whole handle?
#[must_use]
pub fn names_one(text: &str) -> bool {
    is_address(text) || text.trim().trim_start_matches('@').contains('@')
}

/// The account with this number, as if it had been looked for.
///
/// # Errors
/// The store's.
pub fn actor(tx: &mut Tx<'_>, id: ActorId) -> Result<Found> {
    let actors = actor::by_id(tx, id)?.filter(Actor::is_active).map(|actor| actor.summarised());
    Ok(Found { actors: actors.into_iter().collect(), posts: Vec::new() })
}

/// The post with this number, as if it had been looked for; one that the asker may not read is not found.
///
/// # Errors
/// The store's.
pub fn post(tx: &mut Tx<'_>, acting: Acting, id: PostId) -> Result<Found> {
    Ok(Found { actors: Vec::new(), posts: post::view(tx, acting.into(), id)?.into_iter().collect() })
}

fn by_address(tx: &mut Tx<'_>, site: &Site, reader: Reader, address: &str) -> Result<Found> {
    // Our page about somebody from elsewhere is no id of theirs, but means them.
    let shown = address.rsplit('/').next().and_then(|number| number.parse().ok());
    let found = match shown.filter(|id| site.remote_page(*id) == address) {
        Some(id) => actor::by_id(tx, id)?,
        None => actor::by_uri(tx, address)?,
    };
    let actors = found.filter(Actor::is_active).map(|actor| actor.summarised()).into_iter().collect();
    let posts = match post::known(tx, address)? {
        Some(known) => post::view(tx, reader, known.id)?.into_iter().collect(),
        None => Vec::new(),
    };
    Ok(Found { actors, posts })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coworking::member::Role;
    use crate::coworking::post::PostInput;
    use crate::operations::post::{Mentions, publish};
    use crate::operations::testing::{Ground, at, refused};

    #[test]
    fn an_address_a_handle_or_the_beginning_of_a_name_finds_what_the_asker_may_see() {
        let (ground, done) = Ground::set_up();
        let (ana, ben) = (Acting::Member(done.admin, Role::Admin), ground.member("ben", Role::Member));
        let names = |found: Found| found.actors.into_iter().map(|actor| actor.username).collect::<Vec<_>>();
        ground
            .act(move |tx, site| {
                for text in ["@ben@harbor.example", "ben@HARBOR.example", "be", "https://harbor.example/members/ben"] {
                    assert_eq!(names(known(tx, site, ana, text, 20)?), ["ben"], "{text}");
                }
                assert!(known(tx, site, Acting::Keeper, "be", 20)?.is_empty(), "he does not ask to be found");
                assert!(known(tx, site, ana, "nobody@quay.example", 20)?.is_empty());
                assert_eq!(refused(known(tx, site, ana, " ", 20)).code(), "empty");

                let ben = Acting::Member(ben, Role::Member);
                let draft =
                    PostInput { content: "Soup".into(), visibility: Some("followers".into()), ..PostInput::default() };
                let post = publish(tx, site, ben, &draft.parse()?, &Mentions::default(), at(5))?;
                assert_eq!(known(tx, site, ben, &site.post(post), 20)?.posts.len(), 1);
                assert!(known(tx, site, ana, &site.post(post), 20)?.is_empty(), "she does not follow him");
                Ok(())
            })
            .unwrap();
    }
}
