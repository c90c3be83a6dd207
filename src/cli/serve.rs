//! `thirdspace serve`: the node, from the first line it prints to the last request it answers.

use std::fs::File;
use std::net::SocketAddr;

use anyhow::Context;
use clap::Args;
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::Everywhere;
use super::answer::{Answer, Failure, print};
use super::open::Opened;
use super::running::{Running, listen};
use crate::config::{Config, LogFormat};
use crate::operations::setup;
use crate::store::Place;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  thirdspace serve\n  thirdspace serve --origin https://harbor.example --data-dir /var/lib/thirdspace\n\n\
                  The first start prints a link that opens the first space. SIGTERM or Ctrl-C ends the node after what is in\n\
                  flight, at most 20 seconds later; a second one ends it at once."
)]
pub(super) struct Serve {
    /// Address and port to answer at, such as 127.0.0.1:8080; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// What to log: error, warn, info, debug or trace, also by module
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
}

impl Serve {
    pub(super) fn run(self, everywhere: &Everywhere) -> Result<Answer, Failure> {
        let mut everywhere = everywhere.clone();
        let named = [("listen", self.listen), ("log", self.log)];
        everywhere.settings.extend(named.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
        let config = everywhere.config()?;
        start_log(config.log.to_filter(), config.log_format)?;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no threads to run on")?;
        runtime.block_on(serve(config, everywhere.json))
    }
}

pub(super) fn start_log(filter: EnvFilter, format: LogFormat) -> Result<(), Failure> {
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
    started.map_err(|why| Failure::Broken(anyhow::anyhow!("the log cannot be started: {why}")))
}

async fn serve(config: Config, as_json: bool) -> Result<Answer, Failure> {
    let mut signals = Signals::new()?;
    let listener = listen(config.listen).map_err(|why| anyhow::anyhow!("{why:#}; choose another with --listen"))?;
    let address = listener.local_addr().context("cannot tell the address")?;
    let opened = Opened::new(config).await?;
    let _alone = alone(&opened.node.config)?;
    for door in opened.node.config.open_doors() {
        tracing::warn!("open for development: {door}");
    }
    let link = setup_link(&opened).await?;
    let mut running = Running::start(opened.node.clone(), listener);
    print(&greeting(&opened.node.config, address, link.as_deref(), as_json));
    tokio::select! {
        why = running.broken() => return Err(Failure::Broken(why)),
        name = signals.next() => tracing::info!("{name}: ending what is in flight"),
    }
    tokio::select! {
        stopped = running.stop() => stopped?,
        name = signals.next() => {
            tracing::warn!("{name} again: ending at once");
            std::process::exit(130);
        }
    }
    Answer::nothing()
}

/// Two servers on one file would send everything twice; on a database server they share the work. The lock ends with the
/// process, however it ends.
fn alone(config: &Config) -> Result<Option<File>, Failure> {
    if matches!(config.store_place(), Place::Server(_)) {
        return Ok(None);
    }
    let path = config.data_dir.join("serve.lock");
    let file = File::create(&path).with_context(|| format!("cannot make {}", path.display()))?;
    file.try_lock().map_err(|_| {
        Failure::Usage(format!(
            "another `thirdspace serve` runs on {}; end it first, or name another folder with --data-dir",
            config.data_dir.display()
        ))
    })?;
    Ok(Some(file))
}

/// A fresh link while there is no administrator; the one printed before is void then.
async fn setup_link(opened: &Opened) -> Result<Option<String>, Failure> {
    opened
        .write(|tx, site, _| {
            if setup::is_done(tx)? {
                return Ok(None);
            }
            let secret = setup::link(tx)?;
            Ok(Some(format!("{}/setup/{}", site.origin(), secret.expose())))
        })
        .await
}

fn greeting(config: &Config, address: SocketAddr, link: Option<&str>, as_json: bool) -> String {
    let data = match config.store_place() {
        Place::Server(address) => address.to_string(),
        Place::File(path) => {
            let folder = path.parent().unwrap_or(&config.data_dir);
            std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()).display().to_string()
        }
    };
    let origin = config.origin.origin();
    if as_json {
        let facts = json!({ "origin": origin, "listen": address, "data": data, "setup_link": link });
        return format!("{facts}\n");
    }
    let mut text =
        format!("Thirdspace {} at {origin}, answering at {address}, data in {data}\n", env!("CARGO_PKG_VERSION"));
    if let Some(link) = link {
        text.push_str(&format!(
            "\nThis node has no space yet. Open this link to make the first one; it works once, until the next start:\n\n  {link}\n\n"
        ));
    }
    text
}

/// The ways in which the system asks a program to end.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(super) fn new() -> Result<Self, Failure> {
        let hear = |kind| signal(kind).context("cannot hear signals");
        Ok(Self { terminate: hear(SignalKind::terminate())?, interrupt: hear(SignalKind::interrupt())? })
    }

    pub(super) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
