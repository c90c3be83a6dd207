//! Other nodes and servers: how far they are trusted, whether they answer, and what they understand.

use jiff::{SignedDuration, Timestamp};

use super::plan::statements;
use super::typed::words;
use super::{Error, Notice, Row, Tx, params};
use crate::coworking::peer::{Host, Level};

/// How a peer's requests are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureScheme {
    /// draft-cavage-http-signatures-12.
    Cavage,
    /// RFC 9421.
    Rfc9421,
}

impl SignatureScheme {
    /// The word in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cavage => "cavage",
            Self::Rfc9421 => "rfc9421",
        }
    }
}

/// The text names no scheme that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signature scheme is cavage or rfc9421")]
pub struct UnknownScheme;

impl std::str::FromStr for SignatureScheme {
    type Err = UnknownScheme;

    fn from_str(text: &str) -> Result<Self, UnknownScheme> {
        match text {
            "cavage" => Ok(Self::Cavage),
            "rfc9421" => Ok(Self::Rfc9421),
            _ => Err(UnknownScheme),
        }
    }
}

words!(SignatureScheme: "cavage or rfc9421");

/// Whether a peer answers. All zero and empty: it does, or nothing was tried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Health {
    /// Failures in a row.
    pub failures: u32,
    /// Nothing is tried before.
    pub open_until: Option<Timestamp>,
    /// Distinct days on which it failed, since it last answered.
    pub failing_days: u32,
    /// The last of them, in days since 1970.
    pub last_failing_day: Option<i64>,
    /// Since when it is given up.
    pub dead_since: Option<Timestamp>,
}

/// Another server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Its host, with a port only where its addresses have one.
    pub host: String,
    /// How far it is trusted.
    pub level: Level,
    /// Why, in a host's words.
    pub note: Option<String>,
    /// Name and version of what it runs.
    pub software: Option<String>,
    /// When it was first met.
    pub first_met_at: Timestamp,
    /// When it last sent something verified or took something, to the hour.
    pub last_heard_at: Option<Timestamp>,
    /// Whether it answers.
    pub health: Health,
}

/// How long it is remembered which signatures a peer takes.
const SCHEME_MEMORY: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How exactly it is remembered when a peer was heard.
const HEARD_GRAIN: SignedDuration = SignedDuration::from_hours(1);

/// The columns of [`Health`], in the order in which `read_health` takes them.
macro_rules! health_columns {
    () => {
        "failures, open_until, failing_days, last_failing_day, dead_since"
    };
}

/// The columns of [`Peer`], in the order in which `read` takes them.
macro_rules! columns {
    () => {
        concat!(health_columns!(), ", host, level, note, software, first_met_at, last_heard_at")
    };
}

statements! {
    MEET = "INSERT INTO peer (host, first_met_at) VALUES (?1, ?2) ON CONFLICT (host) DO NOTHING";
    BY_HOST = concat!("SELECT ", columns!(), " FROM peer WHERE host = ?1");
    LIST = concat!("SELECT ", columns!(), " FROM peer WHERE host > ?1 ORDER BY host LIMIT ?2");
    LIST_LEVEL = concat!("SELECT ", columns!(), " FROM peer WHERE level = ?1 AND host > ?2 ORDER BY host LIMIT ?3");
    BLOCKED = "SELECT host FROM peer WHERE level = 'blocked' AND host > ?1 ORDER BY host LIMIT ?2";
    LEVEL = "SELECT level FROM peer WHERE host = ?1";
    SET_LEVEL = "INSERT INTO peer (host, level, note, first_met_at) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (host) DO UPDATE SET level = excluded.level, note = excluded.note";
    SOFTWARE_DUE = "SELECT host FROM peer WHERE level <> 'blocked' AND dead_since IS NULL AND software_due_at <= ?1 \
                    ORDER BY software_due_at, host LIMIT ?2";
    SET_SOFTWARE = "UPDATE peer SET software = coalesce(?2, software), software_due_at = ?3 WHERE host = ?1";
    STANDING = concat!("SELECT ", health_columns!(), ", last_heard_at, level FROM peer WHERE host = ?1");
    HEARD = "INSERT INTO peer (host, first_met_at, last_heard_at) VALUES (?1, ?2, ?2) \
             ON CONFLICT (host) DO UPDATE SET last_heard_at = excluded.last_heard_at, failures = 0, \
             open_until = NULL, failing_days = 0, last_failing_day = NULL, dead_since = NULL";
    HEALTH = concat!("SELECT ", health_columns!(), " FROM peer WHERE host = ?1");
    SET_HEALTH = "INSERT INTO peer (host, first_met_at, failures, open_until, failing_days, last_failing_day, \
                  dead_since) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
                  ON CONFLICT (host) DO UPDATE SET failures = excluded.failures, open_until = excluded.open_until, \
                  failing_days = excluded.failing_days, last_failing_day = excluded.last_failing_day, \
                  dead_since = excluded.dead_since";
    SCHEME = "SELECT signature_scheme FROM peer WHERE host = ?1 AND signature_scheme_at > ?2";
    SET_SCHEME = "INSERT INTO peer (host, first_met_at, signature_scheme, signature_scheme_at) VALUES (?1, ?2, ?3, ?2) \
                  ON CONFLICT (host) DO UPDATE SET signature_scheme = excluded.signature_scheme, \
                  signature_scheme_at = excluded.signature_scheme_at";
}

fn read_health(row: &Row<'_>) -> Result<Health, Error> {
    Ok(Health {
        failures: row.get(0)?,
        open_until: row.get(1)?,
        failing_days: row.get(2)?,
        last_failing_day: row.get(3)?,
        dead_since: row.get(4)?,
    })
}

fn read(row: &Row<'_>) -> Result<Peer, Error> {
    Ok(Peer {
        health: read_health(row)?,
        host: row.get(5)?,
        level: row.get(6)?,
        note: row.get(7)?,
        software: row.get(8)?,
        first_met_at: row.get(9)?,
        last_heard_at: row.get(10)?,
    })
}

/// Notes that a server exists.
///
/// # Errors
/// The store's.
pub fn meet(tx: &mut Tx<'_>, host: &Host, now: Timestamp) -> Result<(), Error> {
    tx.execute(MEET, params![host.as_str(), now])?;
    Ok(())
}

/// What is known of a server.
///
/// # Errors
/// The store's.
pub fn by_host(tx: &mut Tx<'_>, host: &Host) -> Result<Option<Peer>, Error> {
    tx.query_one(BY_HOST, params![host.as_str()], read)
}

/// Servers by name, of one level or of all, after a name; at most `limit`.
///
/// # Errors
/// The store's.
pub fn list(tx: &mut Tx<'_>, level: Option<Level>, after: &str, limit: u32) -> Result<Vec<Peer>, Error> {
    match level {
        Some(level) => tx.query(LIST_LEVEL, params![level, after, limit], read),
        None => tx.query(LIST, params![after, limit], read),
    }
}

/// How far a server is trusted. A server under a blocked or limited one is not trusted more than that.
///
/// # Errors
/// The store's.
pub fn level(tx: &mut Tx<'_>, host: &Host) -> Result<Level, Error> {
    let own = tx.query_one(LEVEL, params![host.as_str()], |row| row.get(0))?.unwrap_or(Level::Known);
    level_under(tx, host, own)
}

/// The level of a server that is judged so by itself.
fn level_under(tx: &mut Tx<'_>, host: &Host, own: Level) -> Result<Level, Error> {
    // One by one: a list of names would have the engine build a table of them first, and this is asked for all that comes.
    let mut above = host.lineage().skip(1).map(|name| tx.query_one(LEVEL, params![name], |row| row.get(0)));
    // Trust in a parent says nothing of what stands under it.
    above.try_fold(own, |level, above| {
        Ok(above?.filter(|above| *above < Level::Known).map_or(level, |above| level.min(above)))
    })
}

/// Blocked servers by name, after a name; at most `limit`.
///
/// # Errors
/// The store's.
pub fn blocked(tx: &mut Tx<'_>, after: &str, limit: u32) -> Result<Vec<String>, Error> {
    tx.query(BLOCKED, params![after, limit], |row| row.get(0))
}

/// Writes how far a server is trusted, and why, and says so to those who remember it.
///
/// # Errors
/// The store's.
pub fn set_level(tx: &mut Tx<'_>, host: &Host, level: Level, note: Option<&str>, now: Timestamp) -> Result<(), Error> {
    tx.execute(SET_LEVEL, params![host.as_str(), level, note, now])?;
    tx.notify(Notice::Judged);
    Ok(())
}

/// Servers that are to be asked what they run; none that are blocked or given up.
///
/// # Errors
/// The store's.
pub fn software_due(tx: &mut Tx<'_>, now: Timestamp, limit: u32) -> Result<Vec<String>, Error> {
    tx.query(SOFTWARE_DUE, params![now, limit], |row| row.get(0))
}

/// Writes what a server says it runs, if it said so, and when to ask again.
///
/// # Errors
/// The store's.
pub fn set_software(tx: &mut Tx<'_>, host: &str, software: Option<&str>, again: Timestamp) -> Result<(), Error> {
    tx.execute(SET_SOFTWARE, params![host, software, again])?;
    Ok(())
}

/// How a server stands that was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// Something was wrong with it until then.
    pub revived: bool,
    /// How far it is trusted.
    pub level: Level,
}

/// A server was heard: it sent something verified, or took something. Whatever was wrong with it is over. Nothing is
/// written for a server that is well and was heard within the hour.
///
/// # Errors
/// The store's.
pub fn heard(tx: &mut Tx<'_>, host: &Host, now: Timestamp) -> Result<Heard, Error> {
    let standing = tx.query_one(STANDING, params![host.as_str()], |row| {
        Ok((read_health(row)?, row.get::<Option<Timestamp>>(5)?, row.get(6)?))
    })?;
    let (health, last_heard, own) = standing.unwrap_or((Health::default(), None, Level::Known));
    let well = health == Health::default();
    if !well || last_heard.is_none_or(|last| last < earlier(now, HEARD_GRAIN)) {
        tx.execute(HEARD, params![host.as_str(), now])?;
    }
    Ok(Heard { revived: !well, level: level_under(tx, host, own)? })
}

/// Whether a server answers.
///
/// # Errors
/// The store's.
pub fn health(tx: &mut Tx<'_>, host: &Host) -> Result<Health, Error> {
    Ok(tx.query_one(HEALTH, params![host.as_str()], read_health)?.unwrap_or_default())
}

/// Writes whether a server answers.
///
/// # Errors
/// The store's.
pub fn set_health(tx: &mut Tx<'_>, host: &Host, health: &Health, now: Timestamp) -> Result<(), Error> {
    let Health { failures, open_until, failing_days, last_failing_day, dead_since } = *health;
    tx.execute(
        SET_HEALTH,
        params![host.as_str(), now, failures, open_until, failing_days, last_failing_day, dead_since],
    )?;
    Ok(())
}

/// Which signatures a server took last, if that was within 30 days.
///
/// # Errors
/// The store's.
pub fn scheme(tx: &mut Tx<'_>, host: &Host, now: Timestamp) -> Result<Option<SignatureScheme>, Error> {
    tx.query_one(SCHEME, params![host.as_str(), earlier(now, SCHEME_MEMORY)], |row| row.get(0))
}

/// Remembers which signatures a server takes. Worth saying when it is news or the memory grows old.
///
/// # Errors
/// The store's.
pub fn set_scheme(tx: &mut Tx<'_>, host: &Host, scheme: SignatureScheme, now: Timestamp) -> Result<(), Error> {
    tx.execute(SET_SCHEME, params![host.as_str(), now, scheme])?;
    Ok(())
}

fn earlier(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_sub(by).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
