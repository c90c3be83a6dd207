//! `thirdspace demo`: three spaces live beside each other on this machine and talk.
//!
//! Each is a whole node: a store in its own folder, a server on its own port, its own keys and jobs. Members act
//! through the same operations that the API calls; everything between the nodes is signed HTTP. What is told as seen was
//! found in the store of another node than the one where somebody acted.

mod cast;
mod fact;
mod folder;
mod ledger;
mod look;
mod programme;
mod scene;
mod stage;
mod story;
mod telling;
#[cfg(test)]
mod tests;
mod traffic;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};

use super::Everywhere;
use super::answer::{Answer, Failure, print};
use super::serve::{Signals, start_log};
use crate::config::{Config, LogFormat};
use crate::store;
use cast::Place;
use folder::Folder;
use ledger::Ledger;
use scene::Scene;
use stage::{Doors, HIGHEST, Stage};
use telling::{Teller, Voice};

/// The number of a story that was cut off, as shells have it for Ctrl-C.
const CUT_OFF: u8 = 130;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  thirdspace demo                      tell the story, and leave the nodes running until Ctrl-C\n  \
                  thirdspace demo --once               tell it and end: with 0 if everything arrived where it should\n  \
                  thirdspace demo --once --json        the same as one JSON document, with the story on standard error\n  \
                  thirdspace demo --port 9000          at the ports 9000, 9001 and 9002\n  \
                  thirdspace demo --dir ./three        keep what the nodes remember\n\n\
                  It ends with 1 when something did not arrive. Everything stays on this machine."
)]
pub(super) struct Demo {
    /// End when the story is over
    #[arg(long)]
    once: bool,
    /// The first of three ports in a row; 0 takes any that are free [default: 7101, or any if one of the three is taken]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(0..=i64::from(HIGHEST)))]
    port: Option<u16>,
    /// An empty folder that keeps the data of the three nodes [default: one that is removed at the end]
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// What to log: error, warn, info, debug or trace, also by module
    #[arg(long, value_name = "FILTER", default_value = "error")]
    log: String,
}

impl Demo {
    pub(super) fn run(self, everywhere: &Everywhere) -> Result<Answer, Failure> {
        if everywhere.origin.is_some() || everywhere.data_dir.is_some() {
            let expected = "the demo has three nodes: name their folder with --dir and their first port with --port, \
                            in place of --data-dir and --origin";
            return Err(Failure::Usage(expected.to_owned()));
        }
        let log = Config::of([("log", &self.log)])?.log;
        start_log(log.to_filter(), LogFormat::Text)?;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no threads to run on")?;
        runtime.block_on(self.perform(everywhere))
    }

    async fn perform(self, everywhere: &Everywhere) -> Result<Answer, Failure> {
        let mut signals = Signals::new()?;
        let teller = Teller::new(if everywhere.json { Voice::Aside } else { Voice::Out });
        let folder = Folder::new(self.dir.clone())?;
        let doors = Doors::open(self.port)?;
        programme::welcome(&teller);
        if doors.elsewhere {
            programme::elsewhere(&teller);
        }
        let database = match everywhere.config()?.store_place() {
            store::Place::Server(address) => Some(address),
            store::Place::File(_) => None,
        };
        let setting = Stage::set(folder.path(), doors, &everywhere.settings, database.as_ref());
        let mut stage = tokio::select! {
            stage = setting => stage?,
            _ = signals.next() => return Ok(cut_off()),
        };
        let told = tokio::select! {
            told = self.tell(&mut stage, &teller, &folder, everywhere.json) => Some(told),
            _ = signals.next() => None,
        };
        let told = match told {
            Some(Ok(code)) if !self.once => tokio::select! {
                why = stage.broken() => Err(Failure::Broken(why)),
                _ = signals.next() => Ok(code),
            },
            Some(told) => told,
            None => Ok(CUT_OFF),
        };
        if !self.once {
            teller.line("\nEnding the three nodes, one after the other.");
        }
        tokio::select! {
            ended = stage.strike() => ended?,
            _ = signals.next() => {
                drop(folder);
                std::process::exit(i32::from(CUT_OFF));
            }
        }
        if !folder.stays() {
            tokio::task::block_in_place(|| stage.clear())?;
        }
        Ok(Answer::nothing()?.ending_with(told?))
    }

    /// Tells the story and what came of it; answers the number to end with.
    async fn tell(&self, stage: &mut Stage, teller: &Teller, folder: &Folder, as_json: bool) -> Result<u8, Failure> {
        programme::introduce(teller, stage);
        let began = Instant::now();
        let mut scene = Scene::new(stage, teller);
        story::play(&mut scene).await;
        let ledger = scene.ledger(&story::CHAPTERS);
        let took = began.elapsed();
        stage.reopen_all().await?;
        programme::sum_up(teller, stage, &ledger, took).await?;
        if as_json {
            print(&format!("{:#}\n", document(stage, &ledger, took).await?));
        }
        if !self.once {
            programme::invite(teller, stage, folder).await?;
        }
        Ok(ledger.exit_code())
    }
}

fn cut_off() -> Answer {
    Answer { text: String::new(), json: Value::Null, code: CUT_OFF }
}

/// All of it, for programs.
async fn document(stage: &Stage, ledger: &Ledger, took: Duration) -> Result<Value, Failure> {
    let mut nodes = Vec::new();
    for place in Place::ALL {
        nodes.push(json!({
            "name": place.to_string(),
            "origin": stage.site(place).origin(),
            "listen": stage.address(place),
            "traffic": traffic::of(stage, place).await?,
        }));
    }
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let mut document = ledger.to_json();
    if let Value::Object(members) = &mut document {
        members.insert("milliseconds".to_owned(), Value::from(milliseconds));
        members.insert("nodes".to_owned(), Value::from(nodes));
    }
    Ok(document)
}
