//! Offers and requests: what stands in a post besides its words, and the board that lists them.

use jiff::Timestamp;

use super::page::{Page, Slice};
use super::plan::statements;
use super::post;
use super::post::reader::{Reader, reaches_all, readable, unmuted};
use super::post::{Entry, PostView};
use super::{Error, Row, Tx, params};
use crate::coworking::id::{ActorId, PostId};
use crate::coworking::offer::{Kind, Purpose, State};
use crate::coworking::tag;

/// What a post offers or seeks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Which way it goes.
    pub purpose: Purpose,
    /// What it is about.
    pub kind: Kind,
    /// As it was last written down; [`state_at`](crate::coworking::offer::state_at) tells what it is by now.
    pub state: State,
    /// What is hoped for in return, plain text; `None` is a gift.
    pub in_return: Option<String>,
    /// JSON: `publishes`, `reciprocal` and `unitBased` as they came over the wire; `{}` of local offers.
    pub proposal: String,
    /// When it ends.
    pub ends_at: Option<Timestamp>,
    /// When its author closed it.
    pub settled_at: Option<Timestamp>,
}

/// Which offers the board shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// Those of this node's members.
    #[default]
    Here,
    /// Those of whom the reader follows, and those that a space announces which the reader follows.
    Followed,
    /// All that are known here.
    Network,
}

/// What is looked for on the board; an absent part asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Which way it goes.
    pub purpose: Option<Purpose>,
    /// What it is about.
    pub kind: Option<Kind>,
    /// A word it is tagged with, in whatever spelling.
    pub tag: Option<String>,
    /// A part of its title, its text or a tag, in any case.
    pub text: Option<String>,
}

/// Clauses of the board that do not hang on its scope.
macro_rules! board {
    ($scope:literal) => {
        concat!(
            "SELECT o.post_id FROM offer o CROSS JOIN post p ON p.id = o.post_id \
             WHERE o.state = 'open' AND o.post_id < ?3 AND (o.ends_at IS NULL OR o.ends_at > ?5) \
             AND p.visibility <> 'unlisted' ",
            $scope,
            " AND (CAST(?6 AS TEXT) IS NULL OR o.purpose = ?6) AND (CAST(?7 AS TEXT) IS NULL OR o.kind = ?7) \
             AND (CAST(?8 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM post_tag g WHERE g.tag = ?8 AND g.post_id = o.post_id)) \
             AND (CAST(?9 AS TEXT) IS NULL OR o.words LIKE ?9 ESCAPE '\\') AND ",
            readable!(),
            " AND ",
            unmuted!("p.author_id"),
            " AND ",
            reaches_all!(),
            " ORDER BY o.post_id DESC LIMIT ?4"
        )
    };
}

statements! {
    SAVE = "INSERT INTO offer (post_id, author_id, purpose, kind, state, in_return, words, proposal, ends_at, \
            settled_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
            ON CONFLICT (post_id) DO UPDATE SET purpose = excluded.purpose, kind = excluded.kind, \
            state = excluded.state, in_return = excluded.in_return, words = excluded.words, \
            proposal = excluded.proposal, ends_at = excluded.ends_at, settled_at = excluded.settled_at";
    SET_STATE = "UPDATE offer SET state = ?2, settled_at = ?3 WHERE post_id = ?1";
    // Newer by a whole second: that is what others are told.
    TOUCH = "UPDATE post SET updated = greatest(?2, (coalesce(updated, published) / 1000 + 1) * 1000) WHERE id = ?1";
    DUE = "SELECT o.post_id, o.author_id, p.local FROM offer o CROSS JOIN post p ON p.id = o.post_id \
           WHERE o.state = 'open' AND o.ends_at IS NOT NULL AND o.ends_at <= ?1 ORDER BY o.ends_at LIMIT ?2";
    OVER = "SELECT o.post_id FROM offer o CROSS JOIN post p ON p.id = o.post_id \
            WHERE o.state <> 'open' AND o.proposal = '{}' AND coalesce(o.settled_at, o.ends_at) <= ?1 \
            AND p.local = 1 ORDER BY coalesce(o.settled_at, o.ends_at) LIMIT ?2";
    BOARD_HERE = board!("AND p.local = 1");
    BOARD_FOLLOWED = board!(
        "AND (EXISTS (SELECT 1 FROM follow w WHERE w.follower_id = ?1 AND w.target_id = o.author_id \
         AND w.state = 'accepted') \
         OR EXISTS (SELECT 1 FROM announce n JOIN actor z ON z.id = n.actor_id AND z.type = 'Group' \
         JOIN follow w ON w.follower_id = ?1 AND w.target_id = n.actor_id AND w.state = 'accepted' \
         WHERE n.post_id = o.post_id))"
    );
    BOARD = board!("");
}

/// The most characters of an offer's text that the board's search looks at.
pub const WORDS_LIMIT: usize = 10_000;

/// What the board's search looks at: title, plain text and tags, in lower case.
#[must_use]
pub fn words(title: &str, text: &str, tags: &[String]) -> String {
    let words = [title, text].into_iter().chain(tags.iter().map(String::as_str));
    words.collect::<Vec<_>>().join("\n").to_lowercase()
}

/// Writes what a post offers, over what it offered before; `words` as [`words`] makes them.
///
/// # Errors
/// The store's.
pub fn save(tx: &mut Tx<'_>, post: PostId, author: ActorId, offer: &Offer, words: &str) -> Result<(), Error> {
    tx.execute(
        SAVE,
        params![
            post,
            author,
            offer.purpose,
            offer.kind,
            offer.state,
            offer.in_return.as_deref(),
            words,
            &offer.proposal,
            offer.ends_at,
            offer.settled_at
        ],
    )?;
    Ok(())
}

/// Writes where an offer stands in its life.
///
/// # Errors
/// The store's.
pub fn set_state(tx: &mut Tx<'_>, post: PostId, state: State, now: Timestamp) -> Result<(), Error> {
    let settled = (state == State::Settled).then_some(now);
    tx.execute(SET_STATE, params![post, state, settled])?;
    tx.execute(TOUCH, params![post, now])?;
    Ok(())
}

/// An offer that is still written down as open though its end has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The post that carries it.
    pub post: PostId,
    /// Whose it is.
    pub author: ActorId,
    /// Was it made here?
    pub local: bool,
}

/// Open offers whose end has come, those that ended first first.
///
/// # Errors
/// The store's.
pub fn due(tx: &mut Tx<'_>, now: Timestamp, limit: u32) -> Result<Vec<Due>, Error> {
    tx.query(DUE, params![now, limit], |row| Ok(Due { post: row.get(0)?, author: row.get(1)?, local: row.get(2)? }))
}

/// Offers of this node that were over at this moment, those that ended first first.
///
/// # Errors
/// The store's.
pub fn over(tx: &mut Tx<'_>, at: Timestamp, limit: u32) -> Result<Vec<PostId>, Error> {
    tx.query(OVER, params![at, limit], |row| row.get(0))
}

/// Offers that can be taken up `now`, the newest first, as this reader sees them.
///
/// # Errors
/// The store's.
pub fn board(
    tx: &mut Tx<'_>,
    reader: Reader,
    scope: Scope,
    filter: &Filter,
    page: Page,
    now: Timestamp,
) -> Result<Slice<PostView>, Error> {
    let sql = match scope {
        Scope::Here => BOARD_HERE,
        Scope::Followed => BOARD_FOLLOWED,
        Scope::Network => BOARD,
    };
    let tag = filter.tag.as_deref().map(tag::fold).filter(|tag| !tag.is_empty());
    let text = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(part_of);
    let asked = params![
        reader.id(),
        reader.is_member(),
        page.below(),
        page.fetched(),
        now,
        filter.purpose,
        filter.kind,
        tag,
        text
    ];
    let entries = tx.query(sql, asked, |row: &Row<'_>| row.get(0).map(Entry::of))?;
    post::slice(tx, reader, entries, page)
}

/// The pattern for texts that contain this one.
fn part_of(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
