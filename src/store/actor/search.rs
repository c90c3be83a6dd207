//! Finding people and places by the beginning of a name.

use super::{ActorSummary, read_summary, summary_columns};
use crate::store::page::Page;
use crate::store::plan::statements;
use crate::store::{Error, Tx, params};

statements! {
    BY_USERNAME = concat!(
        "SELECT ", summary_columns!(), " FROM actor WHERE username_folded >= ?1 AND username_folded < ?2 \
         AND deleted_at IS NULL AND suspended_at IS NULL AND discoverable >= ?3 \
         ORDER BY username_folded, host LIMIT ?4"
    );
    BY_NAME = concat!(
        "SELECT ", summary_columns!(), " FROM actor WHERE name_folded >= ?1 AND name_folded < ?2 \
         AND deleted_at IS NULL AND suspended_at IS NULL AND discoverable >= ?3 \
         ORDER BY name_folded LIMIT ?4"
    );
    OF_SERVER = concat!(
        "SELECT ", summary_columns!(), " FROM actor WHERE server = ?1 AND local = 0 AND type = 'Person' \
         AND deleted_at IS NULL AND suspended_at IS NULL AND discoverable = 1 ORDER BY id DESC LIMIT ?2"
    );
    BY_HANDLE = concat!(
        "SELECT ", summary_columns!(), " FROM actor WHERE username_folded = ?1 AND host >= ?2 AND host < ?3 \
         AND deleted_at IS NULL AND suspended_at IS NULL AND discoverable >= ?4 \
         ORDER BY host LIMIT ?5"
    );
}

/// Actors, here and elsewhere, whose username or display name begins with the text (case does not matter), or whose
/// handle does (`@ana@har`): those here first. A stranger finds those only who want to be found.
///
/// # Errors
/// The store's.
pub fn search(tx: &mut Tx<'_>, text: &str, by_member: bool, limit: u32) -> Result<Vec<ActorSummary>, Error> {
    let text = text.trim().trim_start_matches('@').to_lowercase();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let limit = Page::new(None, Some(limit)).limit();
    let wanted = !by_member;
    let mut found = match text.split_once('@') {
        Some((username, host)) => {
            let params = params![username, host, after(host), wanted, limit];
            tx.query(BY_HANDLE, params, read_summary)?
        }
        None => {
            let params = params![&text, after(&text), wanted, limit];
            let mut found = tx.query(BY_USERNAME, params, read_summary)?;
            found.extend(tx.query(BY_NAME, params, read_summary)?);
            found
        }
    };
    let rank = |actor: &ActorSummary| (!actor.local, actor.username.to_lowercase() != text);
    found.sort_by_cached_key(|actor| (rank(actor), actor.username.to_lowercase(), actor.id.0));
    found.dedup_by_key(|actor| actor.id);
    found.truncate(limit as usize);
    Ok(found)
}

/// People of another server who want to be found, those known for the shortest time first.
///
/// # Errors
/// The store's.
pub fn of_server(tx: &mut Tx<'_>, server: &str, limit: u32) -> Result<Vec<ActorSummary>, Error> {
    tx.query(OF_SERVER, params![server, limit], read_summary)
}

/// The end of the range of texts that begin with this one.
fn after(prefix: &str) -> String {
    format!("{prefix}{}", char::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::actor::testing::{local, profile};
    use crate::store::actor::{RemoteProfile, upsert_remote};
    use crate::store::plan;
    use crate::store::testing::Scratch;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        plan::check(STATEMENTS).await;
    }

    #[test]
    fn a_beginning_finds_people_and_strangers_find_those_who_want_it() {
        let store = Scratch::new();
        let remote = [
            profile("https://pier.example/users/Analog"),
            RemoteProfile { name: "Ana Élan".into(), ..profile("https://pier.example/users/xy") },
            RemoteProfile { discoverable: false, ..profile("https://quay.example/users/anarchist") },
            profile("https://quay.example/users/bert"),
        ];
        store
            .write(move |tx| {
                let now = jiff::Timestamp::UNIX_EPOCH;
                for name in ["anabel", "ana"] {
                    local(tx, name, now)?;
                }
                for person in &remote {
                    upsert_remote(tx, person, now)?;
                }
                let mut names = |text: &str, by_member, limit| {
                    let found = search(tx, text, by_member, limit).unwrap();
                    found.into_iter().map(|actor| actor.username).collect::<Vec<_>>()
                };
                assert_eq!(names(" ANA", true, 80), ["ana", "anabel", "Analog", "anarchist", "xy"]);
                assert_eq!(names("@ana", false, 80), ["Analog", "xy"]);
                assert_eq!(names("ana é", true, 80), ["xy"]);
                assert_eq!(names("@analog@pi", true, 80), ["Analog"]);
                assert_eq!(names("ana", true, 2), ["ana", "anabel"]);
                assert_eq!(names("", true, 80), [""; 0]);
                assert_eq!(names("ana%", true, 80), [""; 0]);
                Ok::<_, Error>(())
            })
            .unwrap();
    }
}
