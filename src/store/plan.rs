//! Every statement is written down where a test finds it, and the test asks the engine how it would run it.
//!
//! A query that reads a whole table is quick on the day it is written and slow a year later; so it fails on the day.

/// Declares the statements of a file as constants, and lists them for `plan::check` in tests.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)+) => {
        $($(#[$doc])* const $name: &str = $sql;)+
        #[cfg(test)]
        const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}
pub(super) use statements;

#[cfg(test)]
pub use check::{check, count, looks_in, ran, store};

#[cfg(test)]
mod check {
    use std::cell::Cell;

    use tempfile::TempDir;

    use crate::store::{Error, Options, Place, Store, Synchronous, Tx, Value, postgres, testing};

    /// A fresh store that is gone with its folder.
    pub fn store() -> (TempDir, Store) {
        let folder = TempDir::new().unwrap();
        // Nobody cuts the power under a test.
        let options = Options { synchronous: Synchronous::Normal, ..Options::default() };
        let store = Store::open(testing::place(folder.path()), options).unwrap();
        (folder, store)
    }

    thread_local! {
        static RAN: Cell<usize> = const { Cell::new(0) };
    }

    /// A statement runs on this thread.
    pub fn count() {
        RAN.set(RAN.get() + 1);
    }

    /// How many statements ran on this thread so far. All of a job's run on one.
    pub fn ran() -> usize {
        RAN.get()
    }

    /// Tables that stay as small as one node's people, places and settings.
    const SMALL: [&str; 13] = [
        "setting",
        "member",
        "space",
        "spare_key",
        "process",
        "duty",
        "spent",
        "door",
        "kiosk",
        "member_code",
        "webhook",
        "partner",
        "host_epoch",
    ];

    /// A store of which plans can be asked: where they hang on how much there is, there is much.
    async fn grown() -> (TempDir, Store) {
        let folder = TempDir::new().unwrap();
        let store = match testing::place(folder.path()) {
            Place::Server(server) => postgres::plan::store(&server).await,
            file => Store::open(file, Options::default()).unwrap(),
        };
        (folder, store)
    }

    /// Fails when one of the statements would read a whole big table.
    pub async fn check(statements: &'static [(&'static str, &'static str)]) {
        let (_folder, store) = grown().await;
        // To be planned for is allowed to all that may write.
        let slow = store
            .write(move |tx| {
                let mut slow = Vec::new();
                for (name, sql) in statements {
                    slow.extend(faults(tx, sql)?.into_iter().map(|fault| format!("{name}: {fault}")));
                }
                Ok::<_, Error>(slow)
            })
            .await
            .unwrap();
        assert!(slow.is_empty(), "{slow:#?}");
    }

    /// Fails when a statement is not served by this index, where an engine that knows nothing of how much there is could take
    /// another as well. One that knows chooses for itself.
    pub async fn looks_in(sql: &'static str, index: &'static str) {
        let (_folder, store) = grown().await;
        let steps = store
            .write(move |tx| match tx.is_sqlite() {
                true => explain(tx, sql),
                false => Ok(vec![format!("INDEX {index} (")]),
            })
            .await
            .unwrap();
        assert!(steps.iter().any(|step| step.contains(&format!("INDEX {index} ("))), "{steps:#?}");
    }

    fn faults(tx: &mut Tx<'_>, sql: &str) -> Result<Vec<String>, Error> {
        let sql = crate::store::many::with_places(sql, parameters(sql) + 1, 3).replace("{unlocked}", tx.skip_locked());
        match tx.is_sqlite() {
            true => sqlite(tx, &sql),
            false => postgres::plan::scans(tx, &sql, parameters(&sql), &SMALL),
        }
    }

    fn sqlite(tx: &mut Tx<'_>, sql: &str) -> Result<Vec<String>, Error> {
        let steps = explain(tx, sql)?;
        // Walking an index in the order that is wanted ends at the LIMIT; sorting first does not.
        let walks = sql.contains("LIMIT") && !steps.iter().any(|step| step.contains("TEMP B-TREE"));
        Ok(steps.into_iter().filter(|step| is_scan(step, sql, walks)).collect())
    }

    fn explain(tx: &mut Tx<'_>, sql: &str) -> Result<Vec<String>, Error> {
        let nothing = vec![Value::Null; parameters(sql)];
        tx.query(&format!("EXPLAIN QUERY PLAN {sql}"), &nothing, |row| row.get(3))
    }

    fn is_scan(step: &str, sql: &str, walks: bool) -> bool {
        let Some(rest) = step.strip_prefix("SCAN ") else { return false };
        let table = rest.split(' ').next().unwrap_or_default();
        // What a recursion has found so far is no table.
        if sql.contains(&format!("RECURSIVE {table}(")) {
            return false;
        }
        let made_up = table.starts_with('(')
            || sql.contains(&format!(") AS {table}"))
            || rest.starts_with("CONSTANT ROW")
            || rest.contains("VIRTUAL TABLE");
        !(made_up || SMALL.contains(&table) || walks && rest.contains("USING") && rest.contains("INDEX"))
    }

    /// The highest `?n`.
    fn parameters(sql: &str) -> usize {
        let number = |part: &str| part.split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse().ok());
        sql.split('?').skip(1).filter_map(number).max().unwrap_or(0)
    }

    #[tokio::test]
    async fn a_whole_table_is_noticed_and_an_index_is_not() {
        let (_folder, store) = grown().await;
        store
            .write(|tx| {
                assert_eq!(faults(tx, "SELECT id FROM post WHERE content = ?1")?.len(), 1);
                assert_eq!(faults(tx, "SELECT id FROM post WHERE content = ?1 ORDER BY published LIMIT 5")?.len(), 1);
                // Also every table that refers to actors is read, to see whether the row may go; one engine tells.
                let told = if tx.is_sqlite() { 2 } else { 1 };
                assert!(faults(tx, "DELETE FROM actor WHERE name = ?1")?.len() >= told);
                assert_eq!(faults(tx, "SELECT name FROM actor WHERE id IN ({keys}) AND host = ?1")?.len(), 0);
                assert_eq!(faults(tx, "SELECT uri FROM post WHERE author_id = ?1 AND deleted_at IS NULL")?.len(), 0);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    }
}
