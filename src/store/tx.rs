//! What a job holds while it runs: one transaction, in words that name no engine.
//!
//! SQL is written once, in the dialect that SQLite and PostgreSQL share: `?1` placeholders, `RETURNING`,
//! `ON CONFLICT … DO`, times as unix milliseconds, booleans as 0 or 1, JSON as text. A job never ends the
//! transaction by its own SQL (`BEGIN`, `COMMIT`, `ROLLBACK`); its `Ok` and `Err` do that.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Instant;

use super::id::Ids;
use super::{Error, FromValue, Notice, Value, postgres, sqlite};

/// One transaction: the argument of every row function and every operation.
pub struct Tx<'a> {
    engine: Engine<'a>,
    notices: &'a mut Vec<Notice>,
    ids: &'a Ids,
    /// When the job was asked for, where jobs of several processes meet. What it has waited since is time, too: ids are to
    /// grow in the order in which things happen, and the time that a job was given is that of the question.
    asked_at: Option<Instant>,
    /// Where savepoints are not set in the hope that nothing will fail: whether something failed that had written.
    spoiled: Option<&'a mut bool>,
}

enum Engine<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(&'a mut postgres::Session),
}

impl<'a> Tx<'a> {
    pub(super) fn sqlite(connection: &'a rusqlite::Connection, notices: &'a mut Vec<Notice>, ids: &'a Ids) -> Tx<'a> {
        Tx { engine: Engine::Sqlite(connection), notices, ids, asked_at: None, spoiled: None }
    }

    pub(super) fn postgres(
        session: &'a mut postgres::Session,
        notices: &'a mut Vec<Notice>,
        ids: &'a Ids,
        asked_at: Instant,
    ) -> Tx<'a> {
        Tx { engine: Engine::Postgres(session), notices, ids, asked_at: Some(asked_at), spoiled: None }
    }

    /// A transaction in the hope that no part of the job fails that has written something: every savepoint costs, and few
    /// are rolled back to. Should one fail, `spoiled` says so, and the job has to be run again in another transaction.
    pub(super) fn hopeful(self, spoiled: &'a mut bool) -> Tx<'a> {
        Tx { spoiled: Some(spoiled), ..self }
    }

    /// Runs a statement that returns no rows, and counts the rows that it inserted, changed or deleted itself
    /// (not those of triggers and cascades). The count means nothing after a statement of another kind.
    ///
    /// # Errors
    /// [`Error::Constraint`] when the database refuses; [`Error::Engine`] when the SQL does not parse, the number of
    /// parameters differs, or a row comes back.
    pub fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, Error> {
        #[cfg(test)]
        super::plan::count();
        match &mut self.engine {
            Engine::Sqlite(connection) => sqlite::statement::execute(connection, sql, params),
            Engine::Postgres(session) => session.execute(sql, params),
        }
    }

    /// All rows of a query, or of a statement with `RETURNING`, each mapped while the engine stands on it. The SQL
    /// bounds the number of rows (`LIMIT`).
    ///
    /// # Errors
    /// As [`execute`](Tx::execute), and the first error of `map`.
    pub fn query<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        #[cfg(test)]
        super::plan::count();
        match &mut self.engine {
            Engine::Sqlite(connection) => sqlite::statement::query(connection, sql, params, map),
            Engine::Postgres(session) => session.query(sql, params, |row| map(&Row::postgres(row))),
        }
    }

    /// The one row, or none.
    ///
    /// # Errors
    /// As [`query`](Tx::query), and [`Error::ManyRows`] when a second row follows.
    pub fn query_one<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        #[cfg(test)]
        super::plan::count();
        match &mut self.engine {
            Engine::Sqlite(connection) => sqlite::statement::query_one(connection, sql, params, map),
            Engine::Postgres(session) => session.query_one(sql, params, |row| map(&Row::postgres(row))),
        }
    }

    /// Runs a part of the job that may fail by itself: on `Err` (or a panic) what it wrote and notified is rolled
    /// back, and the transaction goes on. Savepoints nest.
    ///
    /// # Errors
    /// The error of `job`; or the engine's, when the savepoint cannot be set or released.
    pub fn savepoint<T, E>(&mut self, job: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error>,
    {
        let notices = self.notices.len();
        if self.spoiled.is_some() {
            let written = self.written();
            let outcome = catch_unwind(AssertUnwindSafe(|| job(self)));
            if !matches!(outcome, Ok(Ok(_))) {
                self.notices.truncate(notices);
                let spoiled = self.written() != written;
                self.spoiled.iter_mut().for_each(|told| **told |= spoiled);
            }
            return outcome.unwrap_or_else(|panic| resume_unwind(panic));
        }
        self.set_step()?;
        match catch_unwind(AssertUnwindSafe(|| job(self))) {
            Ok(Ok(done)) => {
                self.release_step()?;
                Ok(done)
            }
            Ok(Err(error)) => {
                self.undo_step(notices)?;
                Err(error)
            }
            Err(panic) => {
                // Should undoing fail too, the panic is still the better story; the whole job is rolled back.
                let _ = self.undo_step(notices);
                resume_unwind(panic)
            }
        }
    }

    /// How many rows were written so far. Only changes of the number mean something.
    fn written(&self) -> u64 {
        match &self.engine {
            Engine::Sqlite(connection) => connection.total_changes(),
            Engine::Postgres(session) => session.written(),
        }
    }

    /// Nested savepoints share a name; the innermost is meant, in both dialects.
    fn set_step(&mut self) -> Result<(), Error> {
        match &mut self.engine {
            Engine::Sqlite(connection) => sqlite::statement::execute(connection, "SAVEPOINT step", &[]).map(drop),
            Engine::Postgres(session) => session.savepoint(),
        }
    }

    fn release_step(&mut self) -> Result<(), Error> {
        match &mut self.engine {
            Engine::Sqlite(connection) => {
                sqlite::statement::execute(connection, "RELEASE SAVEPOINT step", &[]).map(drop)
            }
            Engine::Postgres(session) => session.release(),
        }
    }

    fn undo_step(&mut self, notices: usize) -> Result<(), Error> {
        self.notices.truncate(notices);
        match &mut self.engine {
            Engine::Sqlite(connection) => {
                sqlite::statement::execute(connection, "ROLLBACK TO SAVEPOINT step", &[])?;
                self.release_step()
            }
            Engine::Postgres(session) => session.undo(),
        }
    }

    /// The number of this process among those that share the store; `None` where only one can have it.
    pub(super) fn process(&self) -> Option<i64> {
        match &self.engine {
            Engine::Sqlite(_) => None,
            Engine::Postgres(_) => Some(self.ids.process()),
        }
    }

    /// This process mints ids with this number in them, which no other has that lives.
    pub(super) fn set_slot(&mut self, slot: i64) {
        self.ids.set_slot(slot);
    }

    /// What a query ends with that passes over rows which another transaction is about to change.
    pub(super) fn skip_locked(&self) -> &'static str {
        match &self.engine {
            Engine::Sqlite(_) => "",
            Engine::Postgres(_) => "FOR UPDATE SKIP LOCKED",
        }
    }

    #[cfg(test)]
    pub(super) fn is_sqlite(&self) -> bool {
        matches!(self.engine, Engine::Sqlite(_))
    }

    /// A new id: time of `now`, and what tells processes apart. Ids of one process only grow, even when the clock stands
    /// still or goes back; those of several grow as exactly as their clocks agree. The layout lasts to the year 2248.
    pub fn next_id(&mut self, now: jiff::Timestamp) -> i64 {
        self.next_id_after(now, 0)
    }

    /// The same, greater than another id, whoever minted that.
    pub fn next_id_after(&mut self, now: jiff::Timestamp, other: i64) -> i64 {
        let waited = self.asked_at.map(|asked_at| asked_at.elapsed()).unwrap_or_default();
        self.ids.next(now.checked_add(waited).unwrap_or(now), other)
    }

    /// Tells all who [subscribed](super::Store::subscribe), after the commit and once per commit however often it is
    /// said. With a rollback of the job, or of the savepoint it was said in, it was never said; a read never commits.
    pub fn notify(&mut self, notice: Notice) {
        if self.notices.last() != Some(&notice) {
            self.notices.push(notice);
        }
    }
}

/// A row that a query stands on.
pub struct Row<'a>(Columns<'a>);

enum Columns<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

impl<'a> Row<'a> {
    pub(super) fn sqlite(row: &'a rusqlite::Row<'a>) -> Row<'a> {
        Row(Columns::Sqlite(row))
    }

    pub(super) fn postgres(row: &'a tokio_postgres::Row) -> Row<'a> {
        Row(Columns::Postgres(row))
    }

    /// The value of a column, counted from 0 in the order of the SELECT.
    ///
    /// # Errors
    /// [`Error::Decode`] with the column's name and what stands there, when that is no `T` or there is no such
    /// column.
    pub fn get<T: FromValue>(&self, column: usize) -> Result<T, Error> {
        match self.0 {
            Columns::Sqlite(row) => sqlite::statement::column(row, column),
            Columns::Postgres(row) => postgres::statement::column(row, column),
        }
    }
}
