//! `thirdspace config`: what can be set, and what is.

use clap::Subcommand;
use serde_json::{Value, json};

use super::Everywhere;
use super::answer::{Answer, Failure};
use crate::config;

#[derive(Debug, Subcommand)]
pub(super) enum Config {
    /// Print a file with every setting and its explanation
    #[command(after_help = "Example:\n  thirdspace config example > thirdspace.toml")]
    Example,
    /// Read the settings as `serve` would, and print what they come to
    #[command(after_help = "Example:\n  thirdspace config check --config /etc/thirdspace.toml")]
    Check,
}

impl Config {
    pub(super) fn run(self, everywhere: &Everywhere) -> Result<Answer, Failure> {
        match self {
            Self::Example => Answer::new(config::example(), json!({ "example": config::example() })),
            Self::Check => {
                let config = everywhere.config()?;
                let shown = config::show(&config);
                let facts: Value = toml::from_str(&shown).map_err(|why| Failure::Broken(why.into()))?;
                let open = config.open_doors();
                let doors = open.iter().map(|door| format!("# Open for development: {door}\n")).collect::<String>();
                Answer::new(format!("{shown}{doors}"), json!({ "settings": facts, "open_for_development": open }))
            }
        }
    }
}
