//! One connection on one thread, and the transactions on it.
//!
//! The thread drives the connection itself: nothing is handed to another thread and back for each statement. Statements
//! are prepared once; what begins a transaction goes out together with its first statement, and what ends it together
//! with the mark by which the commit can be recognised.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, SimpleQueryMessage, Statement};

use super::address::{Address, told};
use super::dialect;
use super::statement::{Bound, Harm, UNREACHABLE, error};
use crate::store::{Error, Value};

/// Statements kept prepared on one connection: all that the node has, with room.
const STATEMENTS: usize = 768;
/// How much longer we wait for an answer than the server lets a statement run.
const GRACE: Duration = Duration::from_secs(5);
/// A session that leaves a transaction open for so long has died: the server ends it.
const ABANDONED: Duration = Duration::from_secs(60);

/// The row of a session tells which of its jobs was committed last.
const MARK: &str = "UPDATE commit_mark SET job = ?2 WHERE session = ?1";
/// The server's time, in unix milliseconds.
const NOW: &str = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";
/// A connection is opened anew after so long. A row of commits twice as old is nobody's.
const LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// As if it ran alone.
    Write,
    /// One snapshot.
    Read,
}

impl Access {
    fn begin(self) -> &'static str {
        match self {
            Self::Write => "BEGIN ISOLATION LEVEL SERIALIZABLE",
            Self::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }
}

/// An open connection.
pub(in crate::store) struct Session {
    runtime: Runtime,
    client: Client,
    prepared: HashMap<String, Statement>,
    deadline: Duration,
    /// Names this connection's row of commits.
    id: i64,
    /// Jobs that were marked so far.
    job: i64,
    opened: Instant,
    open: Open,
}

impl Session {
    /// Connects, and sets what the server is to know of us.
    ///
    /// # Errors
    /// [`Error::Server`] with the server's reason.
    pub(super) fn open(address: &Address, deadline: Duration) -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::Engine(Arc::new(error)))?;
        let tls = address.tls()?;
        let opening = async {
            let (client, connection) = address.config().connect(tls).await?;
            tokio::spawn(connection);
            client.batch_execute(&settings(address, deadline)).await?;
            for setting in TASTE {
                // They make things quicker where they are known, and nothing more.
                if let Err(why) = client.batch_execute(setting).await
                    && why.is_closed()
                {
                    return Err(why);
                }
            }
            Ok(client)
        };
        let opened = runtime.block_on(async { tokio::time::timeout(deadline + GRACE, opening).await });
        let client = match opened {
            Ok(Ok(client)) => client,
            Ok(Err(why)) => return Err(Error::Server { address: address.to_string(), reason: told(&why) }),
            Err(_) => {
                return Err(Error::Server { address: address.to_string(), reason: "it does not answer".to_owned() });
            }
        };
        let id = rand::random::<i64>() & i64::MAX;
        let open = Open { access: Access::Read, begun: false, harm: None, written: 0 };
        Ok(Self { runtime, client, prepared: HashMap::new(), deadline, id, job: 0, opened: Instant::now(), open })
    }

    /// Several statements without parameters, outside of a transaction unless they begin one.
    pub(super) fn batch(&mut self, sql: &str) -> Result<(), (Harm, Error)> {
        let Self { runtime, client, deadline, .. } = self;
        wait(runtime, *deadline, client.batch_execute(sql))
    }

    /// Begins a transaction. The one before it has ended: by [`commit`](Self::commit) or [`roll_back`](Self::roll_back).
    pub(super) fn begin(&mut self, access: Access) {
        self.open = Open { access, begun: false, harm: None, written: 0 };
    }

    /// Gives this connection its row of commits.
    ///
    /// # Errors
    /// What kept it from that; it is to be opened anew then.
    pub(super) fn enrol(&mut self) -> Result<(), Error> {
        let sql = format!("INSERT INTO commit_mark (session, job, opened_at) VALUES ({}, 0, {NOW})", self.id);
        self.batch(&sql).map_err(|(_, error)| error)
    }

    /// How far the server's clock is ahead of ours, in microseconds, to half the time that it takes to ask. What may be
    /// nothing but that time is nothing: so processes on one machine agree, however busy it is.
    pub(super) fn ahead(&mut self) -> Result<i64, Error> {
        let Self { runtime, client, deadline, .. } = self;
        let ask = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)";
        let before = jiff::Timestamp::now().as_microsecond();
        let answers = wait(runtime, *deadline, client.simple_query(ask)).map_err(|(_, error)| error)?;
        let after = jiff::Timestamp::now().as_microsecond();
        let theirs = number(&answers).unwrap_or(after);
        Ok(if (before..=after).contains(&theirs) { 0 } else { theirs - (before + (after - before) / 2) })
    }

    /// Forgets the rows of commits of those that are long dead.
    pub(super) fn tidy_marks(&mut self) -> Result<(), Error> {
        let old = 2 * LIFE.as_millis();
        self.batch(&format!("DELETE FROM commit_mark WHERE opened_at < {NOW} - {old}")).map_err(|(_, error)| error)
    }

    /// What was the last job that another session committed? It can commit nothing more after this: whatever
    /// transaction of it is still open meets the loss of the row, and fails. `None` when there is no such row.
    ///
    /// # Errors
    /// Nothing is known yet; to be asked again.
    pub(super) fn take_mark(&mut self, session: i64) -> Result<Option<i64>, Error> {
        let sql = format!("DELETE FROM commit_mark WHERE session = {session} RETURNING job");
        let Self { runtime, client, deadline, .. } = self;
        let answers = wait(runtime, *deadline, client.simple_query(&sql)).map_err(|(_, error)| error)?;
        Ok(number(&answers))
    }

    /// Takes this connection's row of commits away and says goodbye.
    pub(super) fn close(mut self) {
        let gone = self.batch(&format!("DELETE FROM commit_mark WHERE session = {}", self.id));
        if let Err((_, error)) = gone {
            tracing::debug!(%error, "a connection was closed without a word");
        }
    }

    /// The name of this connection's row of commits, and the number of the job that is marked next or was last.
    pub(super) fn mark(&self) -> (i64, i64) {
        (self.id, self.job)
    }

    /// Is it good for nothing more?
    pub(super) fn is_lost(&self) -> bool {
        self.open.harm == Some(Harm::Lost)
    }

    /// Has it been open for so long that another one should take its place?
    pub(super) fn is_old(&self) -> bool {
        self.opened.elapsed() > LIFE
    }
}

/// The number in the first column of the first row.
fn number(answers: &[SimpleQueryMessage]) -> Option<i64> {
    answers.iter().find_map(|answer| match answer {
        SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
        _ => None,
    })
}

/// What has to hold on every connection.
fn settings(address: &Address, deadline: Duration) -> String {
    format!(
        "SET search_path TO \"{}\"; SET statement_timeout TO {}; SET idle_in_transaction_session_timeout TO {}; \
         SET client_encoding TO 'UTF8'; SET client_min_messages TO warning",
        address.schema(),
        deadline.as_millis(),
        ABANDONED.as_millis()
    )
}

/// As on the other engine, for which the statements are written, a plan does not hang on what is bound and tables are read
/// row for row by an index. That is slower for reports and better here: whoever reads by an index locks a few pages of it
/// and not the table, so that fewer transactions meet. Nothing is worth compiling.
const TASTE: [&str; 5] = [
    "SET plan_cache_mode TO force_generic_plan",
    "SET enable_seqscan TO off",
    "SET enable_hashjoin TO off",
    "SET enable_mergejoin TO off",
    "SET jit TO off",
];

/// The transaction that is open, or the one that was open last. It begins on the server with its first statement; a job
/// without statements costs nothing.
struct Open {
    access: Access,
    begun: bool,
    harm: Option<Harm>,
    written: u64,
}

impl Session {
    pub(in crate::store) fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, Error> {
        let (_, changed) = self.run(sql, params, Want::Count)?;
        self.open.written += changed;
        Ok(changed)
    }

    pub(in crate::store) fn query<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        map: impl FnMut(&tokio_postgres::Row) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let rows = self.rows(sql, params)?;
        rows.iter().map(map).collect()
    }

    pub(in crate::store) fn query_one<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut map: impl FnMut(&tokio_postgres::Row) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let rows = self.rows(sql, params)?;
        match rows.as_slice() {
            [] => Ok(None),
            [row] => map(row).map(Some),
            _ => Err(Error::ManyRows { sql: sql.to_owned() }),
        }
    }

    fn rows(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<tokio_postgres::Row>, Error> {
        let (rows, _) = self.run(sql, params, Want::Rows)?;
        // What comes back from anything but a query was written.
        if !sql.starts_with("SELECT") && !sql.starts_with("WITH") {
            self.open.written += rows.len() as u64;
        }
        Ok(rows)
    }

    /// Runs one statement, beginning the transaction on the way.
    fn run(&mut self, sql: &str, params: &[Value<'_>], want: Want) -> Result<(Vec<tokio_postgres::Row>, u64), Error> {
        if let Some(harm) = self.open.harm {
            return Err(after(harm));
        }
        let bound: Vec<Bound<'_>> = params.iter().map(Bound).collect();
        let bound: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|value| value as _).collect();
        let Self { runtime, client, prepared, deadline, open, .. } = self;
        if prepared.len() >= STATEMENTS && !prepared.contains_key(sql) {
            prepared.clear();
        }
        let known = prepared.get(sql).cloned();
        let begin = (!open.begun).then(|| open.access.begin());
        let work = async {
            let beginning = async {
                match begin {
                    Some(begin) => client.batch_execute(begin).await,
                    None => Ok(()),
                }
            };
            let running = async {
                let (statement, new) = match known {
                    Some(statement) => (statement, false),
                    None => (client.prepare(&dialect::statement(sql)).await?, true),
                };
                if let Some(unfit) = unfit(&statement, bound.len(), want) {
                    return Ok(Err(unfit));
                }
                let done = match want {
                    Want::Rows => (client.query(&statement, &bound).await?, 0),
                    Want::Count => (Vec::new(), client.execute(&statement, &bound).await?),
                };
                Ok(Ok((done, new.then_some(statement))))
            };
            // In this order on the wire, without waiting for the answer to the first.
            let (begun, ran) = tokio::join!(beginning, running);
            begun.and(ran)
        };
        open.begun = true;
        match wait(runtime, *deadline, work) {
            Ok(Ok((done, new))) => {
                if let Some(statement) = new {
                    prepared.insert(sql.to_owned(), statement);
                }
                Ok(done)
            }
            Ok(Err(unfit)) => Err(Error::Engine(Arc::from(Box::<dyn std::error::Error + Send + Sync>::from(unfit)))),
            Err((harm, error)) => {
                open.harm = Some(harm);
                Err(error)
            }
        }
    }

    /// Several statements without parameters. They count as written.
    pub(super) fn apply(&mut self, sql: &str) -> Result<(), Error> {
        self.open.written += 1;
        self.control(sql)
    }

    /// How many rows were written so far. Only changes of the number mean something.
    pub(in crate::store) fn written(&self) -> u64 {
        self.open.written + u64::from(self.open.harm.is_some())
    }

    pub(in crate::store) fn savepoint(&mut self) -> Result<(), Error> {
        self.control("SAVEPOINT step")
    }

    pub(in crate::store) fn release(&mut self) -> Result<(), Error> {
        self.control("RELEASE SAVEPOINT step")
    }

    /// Back to the savepoint: also a statement that failed is forgiven, a conflict is not.
    pub(in crate::store) fn undo(&mut self) -> Result<(), Error> {
        if self.open.harm == Some(Harm::Statement) {
            self.open.harm = None;
        }
        self.control("ROLLBACK TO SAVEPOINT step; RELEASE SAVEPOINT step")
    }

    fn control(&mut self, sql: &str) -> Result<(), Error> {
        if let Some(harm) = self.open.harm {
            return Err(after(harm));
        }
        let begun = std::mem::replace(&mut self.open.begun, true);
        let ran = match begun {
            true => self.batch(sql),
            false => self.batch(&format!("{}; {sql}", self.open.access.begin())),
        };
        ran.map_err(|(harm, error)| {
            self.open.harm = Some(harm);
            error
        })
    }

    pub(super) fn harm(&self) -> Option<Harm> {
        self.open.harm
    }

    /// Makes all of it durable.
    ///
    /// # Errors
    /// Nothing was kept; or, after [`Harm::Lost`], nobody knows: the mark tells.
    pub(super) fn commit(&mut self) -> Result<(), (Harm, Error)> {
        if let Some(harm) = self.open.harm {
            return Err((harm, after(harm)));
        }
        if self.open.written == 0 {
            return self.end("COMMIT");
        }
        let Self { runtime, client, prepared, deadline, id, job, .. } = self;
        *job += 1;
        let (session, job) = (Value::Integer(*id), Value::Integer(*job));
        let known = prepared.get(MARK).cloned();
        let work = async {
            let statement = match known {
                Some(statement) => statement,
                None => client.prepare(&dialect::statement(MARK)).await?,
            };
            let bound: [&(dyn ToSql + Sync); 2] = [&Bound(&session), &Bound(&job)];
            // Should the mark fail, the server makes a rollback of the COMMIT behind it.
            let (marked, committed) = tokio::join!(client.execute(&statement, &bound), client.batch_execute("COMMIT"));
            let marked = marked?;
            committed.map(|()| (marked, statement))
        };
        match wait(runtime, *deadline, work) {
            Ok((1, statement)) => {
                prepared.insert(MARK.to_owned(), statement);
                Ok(())
            }
            // Nobody takes the row of a session that lives; what was committed stands all the same.
            Ok(_) => {
                tracing::error!("a connection has lost its row of commits");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// The same for what may be done twice: no row tells of it.
    pub(super) fn commit_unmarked(&mut self) -> Result<(), (Harm, Error)> {
        self.end("COMMIT")
    }

    /// Ends a transaction, if it ever began.
    fn end(&mut self, how: &str) -> Result<(), (Harm, Error)> {
        if self.open.begun { self.batch(how) } else { Ok(()) }
    }

    pub(super) fn roll_back(&mut self) {
        if self.open.harm == Some(Harm::Lost) {
            return;
        }
        // Nobody knows then where it stands; nothing more is said on it.
        if let Err((_, error)) = self.end("ROLLBACK") {
            tracing::warn!(%error, "a transaction was not rolled back");
            self.open.harm = Some(Harm::Lost);
        }
    }
}

/// What a caller wants to hear of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Want {
    Rows,
    Count,
}

/// Why a statement cannot be run so.
fn unfit(statement: &Statement, given: usize, want: Want) -> Option<String> {
    let places = statement.params().len();
    if places != given {
        return Some(format!("the statement has {places} parameters, {given} were given"));
    }
    (want == Want::Count && !statement.columns().is_empty()).then(|| "the statement returns rows".to_owned())
}

fn after(harm: Harm) -> Error {
    match harm {
        Harm::Statement => Error::Unavailable("a statement before this one failed"),
        Harm::Conflict => Error::Unavailable("another transaction was in the way"),
        Harm::Lost => UNREACHABLE,
    }
}

/// Drives the connection until the answer is there. Who does not answer in time is as good as gone.
fn wait<T>(
    runtime: &Runtime,
    deadline: Duration,
    work: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, (Harm, Error)> {
    match runtime.block_on(async { tokio::time::timeout(deadline + GRACE, work).await }) {
        Ok(done) => done.map_err(error),
        Err(_) => Err((Harm::Lost, UNREACHABLE)),
    }
}
