//! Posts come in and change.

use jiff::Timestamp;

use super::Mention;
use crate::coworking::id::{ActorId, PostId, SpaceId};
use crate::coworking::post::{Attachment, Visibility};
use crate::coworking::tag;
use crate::store::plan::statements;
use crate::store::{Error, Tx, json, params};

/// What a post says: the part that an edit replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// A title; offers have one.
    pub name: Option<String>,
    /// A content warning, plain text.
    pub summary: Option<String>,
    /// Are attachments hidden until asked for?
    pub sensitive: bool,
    /// Sanitised HTML.
    pub content: String,
    /// The Markdown it was made of; of local posts.
    pub source: Option<String>,
    /// A BCP 47 language tag.
    pub language: Option<String>,
    /// Its page for humans, where that is not the URI.
    pub url: Option<String>,
    /// Links to pictures and files.
    pub attachments: Vec<Attachment>,
    /// Hashtags as spelled, without `#`.
    pub tags: Vec<String>,
    /// Whom it names.
    pub mentions: Vec<Mention>,
}

/// A post that is to be.
#[derive(Debug, Clone)]
pub struct NewPost<'a> {
    /// Our number for it.
    pub id: PostId,
    /// Its id in the network.
    pub uri: &'a str,
    /// Who said it.
    pub author: ActorId,
    /// Was it said here?
    pub local: bool,
    /// The author's home space; of local posts.
    pub space: Option<SpaceId>,
    /// Who may read it.
    pub visibility: Visibility,
    /// What it answers, if that is known here.
    pub in_reply_to: Option<PostId>,
    /// What it answers.
    pub in_reply_to_uri: Option<&'a str>,
    /// The conversation it belongs to.
    pub context: Option<&'a str>,
    /// What it says.
    pub content: &'a Content,
    /// When it was said.
    pub published: Timestamp,
    /// When it was changed last.
    pub updated: Option<Timestamp>,
}

statements! {
    /// Of plain values, asked about before: with a query in it the engine would make ready to undo half of it.
    ADD = "INSERT INTO post (id, uri, author_id, local, space_id, visibility, name, summary, sensitive, content, \
           source, language, url, in_reply_to_id, in_reply_to_uri, context, attachments, tags, mentions, published, \
           updated) \
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21) \
           ON CONFLICT (uri) DO NOTHING";
    /// Is the post not here yet, was it not taken back before it came, and does somebody want it?
    AWAITED = "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM post p WHERE p.uri = ?1) \
               AND NOT EXISTS (SELECT 1 FROM tombstone t WHERE t.uri = ?1 AND t.actor_id = ?2) \
               AND (?3 = 1 OR EXISTS (SELECT 1 FROM follow f WHERE f.target_id = ?2 AND f.state = 'accepted'))";
    REVISE = "UPDATE post SET name = ?2, summary = ?3, sensitive = ?4, content = ?5, source = ?6, language = ?7, \
              url = ?8, attachments = ?9, tags = ?10, mentions = ?11, updated = ?12 \
              WHERE id = ?1 AND deleted_at IS NULL";
    ORPHANED = "SELECT 1 FROM post WHERE in_reply_to_uri = ?1 AND in_reply_to_id IS NULL LIMIT 1";
    ADOPT = "UPDATE post SET in_reply_to_id = ?1 WHERE in_reply_to_uri = ?2 AND in_reply_to_id IS NULL";
    ADD_RECIPIENT = "INSERT INTO post_recipient (post_id, actor_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    ADD_TAG = "INSERT INTO post_tag (tag, post_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    REMOVE_TAG = "DELETE FROM post_tag WHERE tag = ?1 AND post_id = ?2";
}

/// Writes a post, unless it is here, or its author took it back before it came. If it is not `wanted` by itself, it is
/// kept only when somebody here follows its author. Tells whether it was written.
///
/// # Errors
/// The store's.
pub fn add(tx: &mut Tx<'_>, new: &NewPost<'_>, wanted: bool) -> Result<bool, Error> {
    let content = new.content;
    if !is_awaited(tx, new.uri, new.author, wanted)? {
        return Ok(false);
    }
    let added = tx.execute(
        ADD,
        params![
            new.id,
            new.uri,
            new.author,
            new.local,
            new.space,
            new.visibility,
            content.name.as_deref(),
            content.summary.as_deref(),
            content.sensitive,
            &content.content,
            content.source.as_deref(),
            content.language.as_deref(),
            content.url.as_deref(),
            new.in_reply_to,
            new.in_reply_to_uri,
            new.context,
            json::text(&content.attachments)?,
            json::text(&content.tags)?,
            json::text(&content.mentions)?,
            new.published,
            new.updated
        ],
    )?;
    Ok(added > 0)
}

/// Would [`add`] write a post with this id, by this author?
///
/// # Errors
/// The store's.
pub fn is_awaited(tx: &mut Tx<'_>, uri: &str, author: ActorId, wanted: bool) -> Result<bool, Error> {
    Ok(tx.query_one(AWAITED, params![uri, author, wanted], |row| row.get::<i64>(0))?.is_some())
}

/// Replaces what a post says. Nothing happens to one that was taken back.
///
/// # Errors
/// The store's.
pub fn revise(tx: &mut Tx<'_>, id: PostId, content: &Content, updated: Timestamp) -> Result<(), Error> {
    tx.execute(
        REVISE,
        params![
            id,
            content.name.as_deref(),
            content.summary.as_deref(),
            content.sensitive,
            &content.content,
            content.source.as_deref(),
            content.language.as_deref(),
            content.url.as_deref(),
            json::text(&content.attachments)?,
            json::text(&content.tags)?,
            json::text(&content.mentions)?,
            updated
        ],
    )?;
    Ok(())
}

/// Replies that came before this post find it.
///
/// # Errors
/// The store's.
pub fn adopt(tx: &mut Tx<'_>, id: PostId, uri: &str) -> Result<(), Error> {
    // The look costs a third of an update that finds nothing.
    if tx.query_one(ORPHANED, params![uri], |row| row.get::<i64>(0))?.is_some() {
        tx.execute(ADOPT, params![id, uri])?;
    }
    Ok(())
}

/// Addresses a post to more actors.
///
/// # Errors
/// The store's.
pub fn add_recipients(tx: &mut Tx<'_>, post: PostId, actors: impl IntoIterator<Item = ActorId>) -> Result<(), Error> {
    for actor in actors {
        tx.execute(ADD_RECIPIENT, params![post, actor])?;
    }
    Ok(())
}

/// Makes a post found by these words and no longer by those.
///
/// # Errors
/// The store's.
pub fn replace_tags(tx: &mut Tx<'_>, post: PostId, old: &[String], new: &[String]) -> Result<(), Error> {
    let fold = |tags: &[String]| {
        let mut folded: Vec<String> = tags.iter().map(|tag| tag::fold(tag)).filter(|tag| !tag.is_empty()).collect();
        folded.sort_unstable();
        folded.dedup();
        folded
    };
    let (old, new) = (fold(old), fold(new));
    for tag in old.iter().filter(|tag| !new.contains(tag)) {
        tx.execute(REMOVE_TAG, params![tag, post])?;
    }
    for tag in new.iter().filter(|tag| !old.contains(tag)) {
        tx.execute(ADD_TAG, params![tag, post])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
