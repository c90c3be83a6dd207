//! The keeper's door: everything that is done to a node from its machine.
//!
//! A command opens the same store as the server, does one operation as the keeper or as a member, and says what came of
//! it, in words or with `--json`. It works while the server runs: the server notices that another process has written.
//! It ends with 0 when it did what was asked, 1 when a rule said no, 2 when it was called wrongly, 3 when something is
//! broken.

mod act;
mod announce;
mod answer;
mod block;
mod booking;
mod calendar;
mod check_in;
mod config;
mod demo;
mod desk;
mod epoch;
mod find;
mod follow;
mod free;
mod hospitality;
mod keys;
mod kiosk;
mod ledger;
mod like;
mod mail;
mod member;
mod migrate_store;
mod moved;
mod notification;
mod offer;
mod open;
mod page;
mod partner;
mod peer;
mod photo;
mod post;
mod profile;
mod queue;
mod request;
mod resource;
mod running;
mod search;
mod series;
mod serve;
mod setup;
mod shown;
mod space;
mod speaker;
mod stay;
mod suspension;
mod timeline;
mod token;
mod waitlist;
mod webhook;

use std::future::Future;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use answer::{Answer, Failure};
use open::Opened;

/// A coworking space's own node, federated with other spaces through ActivityPub.
#[derive(Debug, Parser)]
#[command(name = "thirdspace", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Arguments {
    #[command(flatten)]
    everywhere: Everywhere,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  thirdspace demo                                      see three nodes talk
  thirdspace serve                                     start a node to try out, at http://localhost:8080
  thirdspace serve --origin https://harbor.example     start a node for the world, behind a proxy
  thirdspace member add ben --name \"Ben Okafor\"        let somebody in
  thirdspace config example > thirdspace.toml          write all settings down, to change some

It ends with 0 when done, 1 when a rule said no, 2 when called wrongly, 3 when something is broken.";

/// What every command takes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "For every command")]
struct Everywhere {
    /// Read settings from this file [default: thirdspace.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE", env = "THIRDSPACE_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,
    /// The folder that holds everything the node remembers
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<String>,
    /// The node's address on the web, with https:// in front
    #[arg(long, global = true, value_name = "URL")]
    origin: Option<String>,
    /// Any other setting; may be repeated
    #[arg(long = "set", global = true, value_name = "KEY=VALUE", value_parser = setting)]
    settings: Vec<(String, String)>,
    /// Answer in JSON, for programs
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the node
    Serve(serve::Serve),
    /// Let three spaces live beside each other on this machine and watch them talk
    Demo(demo::Demo),
    /// Open the first space and make its first administrator
    Setup(setup::Setup),
    /// Members: let in, list, change roles
    #[command(subcommand)]
    Member(member::Member),
    /// Spaces: open, edit, list
    #[command(subcommand)]
    Space(space::Space),
    /// Tokens of the API: make, list, revoke
    #[command(subcommand)]
    Token(token::Token),
    /// Secret links to a member's bookings, for calendar programs: make, list, revoke
    #[command(subcommand)]
    Calendar(calendar::Calendar),
    /// Say something as a member
    Post(post::Post),
    /// Follow somebody as a member or as a space
    Follow(follow::Follow),
    /// Follow somebody no more
    Unfollow(follow::Unfollow),
    #[command(flatten)]
    Act(act::Act),
    #[command(flatten)]
    Desk(desk::Desk),
    /// Silence somebody, here or elsewhere
    Suspend(suspension::Suspend),
    /// Let somebody speak again
    Unsuspend(suspension::Unsuspend),
    /// Those who are silenced
    Suspensions(suspension::Suspensions),
    /// Other servers: list, judge
    #[command(subcommand)]
    Peer(peer::Peer),
    /// Partner spaces: review, accept, end, list, suggest
    #[command(subcommand)]
    Partner(partner::Partners),
    /// Guest-days between spaces, and what partners said of each month
    Ledger(ledger::Ledger),
    /// The mail between servers: look, try again, give up
    #[command(subcommand)]
    Queue(queue::Queue),
    /// Letters to members: look, try again
    #[command(subcommand)]
    Mail(mail::Mail),
    /// Programs that are told what happens to bookings: add, list, test, remove
    #[command(subcommand)]
    Webhook(webhook::Webhook),
    /// Keys that sign what the node sends
    #[command(subcommand)]
    Keys(keys::Keys),
    /// After the node was restored from a backup
    #[command(subcommand)]
    Epoch(epoch::Epoch),
    /// Bring the node from a file to a database server, or back
    MigrateStore(migrate_store::MigrateStore),
    /// Settings: an example file, a check of yours
    #[command(subcommand)]
    Config(config::Config),
}

/// Reads the command line and does what it says.
#[must_use]
pub fn run() -> ExitCode {
    match Arguments::try_parse() {
        Ok(arguments) => {
            let as_json = arguments.everywhere.json;
            answer::say(arguments.run(), as_json)
        }
        Err(error) => {
            // Help and version come this way too, with 0.
            let _ = error.print();
            if error.use_stderr() && std::env::args_os().any(|word| word == "--json") {
                answer::say_usage(&error.to_string());
            }
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
        }
    }
}

impl Arguments {
    fn run(self) -> Result<Answer, Failure> {
        let everywhere = self.everywhere;
        match self.command {
            Command::Serve(serve) => serve.run(&everywhere),
            Command::Demo(demo) => demo.run(&everywhere),
            Command::Config(config) => config.run(&everywhere),
            Command::MigrateStore(migrate) => migrate.run(&everywhere),
            Command::Setup(setup) => wait(async { setup.run(&Opened::new(everywhere.config()?).await?).await }),
            Command::Member(member) => wait(async { member.run(&Opened::existing(everywhere.config()?).await?).await }),
            Command::Space(space::Space::Plan(photo::Plan::Template { size })) => photo::template(&size),
            Command::Desk(desk::Desk::Resource(resource::Resource::Template { size })) => resource::template(&size),
            Command::Space(space) => wait(async { space.run(&Opened::existing(everywhere.config()?).await?).await }),
            Command::Token(token) => wait(async { token.run(&Opened::existing(everywhere.config()?).await?).await }),
            Command::Calendar(calendar) => {
                wait(async { calendar.run(&Opened::existing(everywhere.config()?).await?).await })
            }
            Command::Post(post) => wait(async { post.run(&Opened::existing(everywhere.config()?).await?).await }),
            Command::Follow(follow) => wait(async { follow.run(&Opened::existing(everywhere.config()?).await?).await }),
            Command::Unfollow(unfollow) => {
                wait(async { unfollow.run(&Opened::existing(everywhere.config()?).await?).await })
            }
            Command::Act(act) => wait(async { act.run(&Opened::existing(everywhere.config()?).await?).await }),
            Command::Desk(desk) => wait(async { desk.run(&Opened::existing(everywhere.config()?).await?).await }),
            Command::Suspend(suspend) => {
                wait(async { suspend.run(&Opened::existing(everywhere.config()?).await?).await })
            }
            Command::Unsuspend(unsuspend) => {
                wait(async { unsuspend.run(&Opened::existing(everywhere.config()?).await?).await })
            }
            Command::Suspensions(list) => {
                wait(async { list.run(&Opened::existing(everywhere.config()?).await?).await })
            }
            Command::Peer(peer) => wait(async { peer.run(&Opened::existing(everywhere.config()?).await?).await }),
            Command::Partner(partner) => {
                wait(async { partner.run(&Opened::existing(everywhere.config()?).await?).await })
            }
            Command::Ledger(ledger) => wait(async { ledger.run(&Opened::existing(everywhere.config()?).await?).await }),
            Command::Queue(queue) => wait(async { queue.run(&Opened::existing(everywhere.config()?).await?).await }),
            Command::Mail(mail) => wait(async { mail.run(&Opened::existing(everywhere.config()?).await?).await }),
            Command::Webhook(webhook) => {
                wait(async { webhook.run(&Opened::existing(everywhere.config()?).await?).await })
            }
            Command::Epoch(epoch) => wait(async { epoch.run(&Opened::existing(everywhere.config()?).await?).await }),
            Command::Keys(keys) => wait(async { keys.run(&Opened::existing(everywhere.config()?).await?).await }),
        }
    }
}

impl Everywhere {
    /// The settings from all sources; warnings go to standard error.
    fn config(&self) -> Result<crate::config::Config, Failure> {
        let named = [("data_dir", &self.data_dir), ("origin", &self.origin)];
        let named = named.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value.clone()?)));
        let settings = self.settings.iter().cloned().chain(named).collect();
        let sources = crate::config::Sources::nearby(self.config.clone(), settings);
        let (config, warnings) = crate::config::Config::load(&sources)?;
        for warning in warnings {
            eprintln!("thirdspace: {warning}");
        }
        Ok(config)
    }
}

/// Runs a short command.
fn wait<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|why| Failure::Broken(why.into()))?.block_on(command)
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.trim().to_owned())),
        _ => Err("write key=value, such as readers=8; `thirdspace config example` lists all keys".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn every_command(command: &clap::Command, check: &mut impl FnMut(&clap::Command)) {
        check(command);
        command.get_subcommands().for_each(|command| every_command(command, check));
    }

    #[test]
    fn every_command_explains_itself_with_an_example() {
        let command = Arguments::command();
        command.clone().debug_assert();
        every_command(&command, &mut |command| {
            let name = command.get_name();
            assert!(command.get_about().is_some(), "{name} says what it does");
            if command.get_subcommands().next().is_none() {
                let example = command.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(example.contains("thirdspace ") && example.contains(name), "{name} shows an example");
            }
        });
    }

    #[test]
    fn the_examples_can_be_typed() {
        let mut examples = vec![EXAMPLES.to_owned()];
        every_command(&Arguments::command(), &mut |command| {
            examples.extend(command.get_after_help().map(ToString::to_string));
        });
        let lines =
            examples.iter().flat_map(|text| text.lines()).map(str::trim).filter(|line| line.starts_with("thirdspace "));
        for line in lines {
            let typed = line.split("   ").next().unwrap_or_default();
            let typed = typed.split(" > ").next().unwrap_or_default();
            let mut words = Vec::new();
            for (index, part) in typed.split('"').enumerate() {
                if index % 2 == 1 {
                    words.push(part.to_owned());
                } else {
                    words.extend(part.split_whitespace().map(str::to_owned));
                }
            }
            if let Err(wrong) = Arguments::try_parse_from(&words) {
                panic!("{line}\n{wrong}");
            }
        }
    }

    #[test]
    fn what_a_page_tells_people_to_type_can_be_typed() {
        let page = include_str!("../web/pages/interaction.html");
        let typed = page.split("<pre><code>").skip(1).filter_map(|part| part.split("</code>").next());
        let lines: Vec<&str> = typed.collect();
        assert_eq!(lines.len(), 4, "{lines:?}");
        for line in lines {
            let line = line.replace("{{ person.handle }}", "@ben@quay.example").replace("{{ id }}", "7");
            if let Err(wrong) = Arguments::try_parse_from(line.split(' ')) {
                panic!("{line}\n{wrong}");
            }
        }
    }

    #[test]
    fn a_setting_on_the_command_line_is_a_key_and_a_value() {
        assert_eq!(
            setting("resolve = a.test=127.0.0.1:1"),
            Ok(("resolve".to_owned(), "a.test=127.0.0.1:1".to_owned()))
        );
        assert!(setting("readers").is_err() && setting("=8").is_err());
    }
}
