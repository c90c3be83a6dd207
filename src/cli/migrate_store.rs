//! `thirdspace migrate-store`: the same node on the other engine.

use std::io::IsTerminal;

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::Everywhere;
use super::answer::{Answer, Failure};
use crate::config::Config;
use crate::store::copy::{CopyError, Progress, copy};
use crate::store::{Place, Store};

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  thirdspace migrate-store --from sqlite:data/thirdspace.sqlite3 --to \"postgres://thirdspace@db.example/thirdspace?schema=harbor\"\n  \
                  thirdspace migrate-store --from /run/postgresql --to sqlite:data/thirdspace.sqlite3\n\n\
                  Nothing may run on either side meanwhile. A copy that was broken off goes on where it was when the same\n\
                  command is given again. What is copied stays where it was, too."
)]
pub(super) struct MigrateStore {
    /// Where the node is: sqlite:PATH, a PostgreSQL address, or the path of its socket
    #[arg(long, value_name = "PLACE")]
    from: Place,
    /// Where it is to be, written in the same ways; it must be empty
    #[arg(long, value_name = "PLACE")]
    to: Place,
}

impl MigrateStore {
    pub(super) fn run(self, everywhere: &Everywhere) -> Result<Answer, Failure> {
        let config = everywhere.config()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no threads")?;
        runtime.block_on(self.copy(&config, everywhere.json))
    }

    async fn copy(self, config: &Config, as_json: bool) -> Result<Answer, Failure> {
        let (from, to) = (trusting(self.from, config), trusting(self.to, config));
        if !Store::exists(&from).map_err(|why| Failure::Broken(why.into()))? {
            return Err(Failure::Usage(format!("there is no node at {from}")));
        }
        let open = |place: &Place| {
            Store::open(place.clone(), config.store())
                .with_context(|| format!("the store at {place} cannot be opened"))
                .map_err(Failure::Broken)
        };
        let (source, target) = (open(&from)?, open(&to)?);
        let bar = bar(as_json);
        let copied = copy((&source, &from), (&target, &to), jiff::Timestamp::now(), |progress| match progress {
            // Every row is copied once, and read again once on both sides.
            Progress::Total(rows) => bar.set_length(rows * 2),
            Progress::Copied(table, rows) => {
                bar.set_message(format!("copying {table}"));
                bar.inc(rows);
            }
            Progress::Compared(table, rows) => {
                bar.set_message(format!("comparing {table}"));
                bar.inc(rows);
            }
        })
        .await;
        bar.finish_and_clear();
        source.close().await;
        target.close().await;
        let tables = copied.map_err(|why| match why {
            CopyError::Store(why) => Failure::Broken(
                anyhow::Error::from(why).context("the copy was broken off; give the command again to go on"),
            ),
            why => Failure::Usage(why.to_string()),
        })?;

        let rows: Vec<[String; 3]> = tables
            .iter()
            .map(|table| [table.table.clone(), table.rows.to_string(), table.checksum.chars().take(16).collect()])
            .collect();
        let facts: Vec<_> = tables
            .iter()
            .map(|table| json!({ "table": table.table, "rows": table.rows, "sha256": table.checksum }))
            .collect();
        let mut answer =
            Answer::table(["TABLE", "ROWS", "SHA-256, BOTH SIDES"], &rows, "nothing", json!({ "tables": facts }))?;
        let total: u64 = tables.iter().map(|table| table.rows).sum();
        answer.text.push_str(&format!("\n{total} rows are equal on both sides. {}\n", next(&to)));
        Ok(answer)
    }
}

fn trusting(place: Place, config: &Config) -> Place {
    match place {
        Place::Server(address) => Place::Server(address.trusting(config.ca_file.clone())),
        file => file,
    }
}

fn next(to: &Place) -> String {
    match to {
        Place::Server(_) => {
            format!("Set database_url = \"{to}\" (with its password, if it has one) and start the node.")
        }
        Place::File(path) => format!(
            "Take database_url out of the settings, see to it that {} lies in data_dir, and start the node.",
            path.display()
        ),
    }
}

/// On a terminal; elsewhere nobody looks.
fn bar(as_json: bool) -> ProgressBar {
    let bar = ProgressBar::new(0);
    if as_json || !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{msg:30} {bar:40} {percent:>3} %  {pos} of {len}  {eta} left") {
        bar.set_style(style);
    }
    bar
}
