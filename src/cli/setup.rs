//! `thirdspace setup`: the first space and its first administrator, without a browser.

use clap::Args;
use serde_json::json;

use super::answer::{Answer, Failure};
use super::keys;
use super::open::Opened;
use crate::coworking::name::Username;
use crate::operations::key;
use crate::operations::setup::{SetUpBy, SetupInput, ensure_node_actor, set_up};

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  thirdspace setup --space harbor --name \"Harbor Coworking\" --zone Europe/Vienna --admin ana --admin-name \"Ana Ruiz\"\n  \
                  thirdspace setup --origin https://harbor.example --space harbor --name Harbor --zone Europe/Vienna --admin ana"
)]
pub(super) struct Setup {
    /// The space's name in handles and addresses: letters, digits and _
    #[arg(long)]
    space: String,
    /// What people call the space
    #[arg(long)]
    name: String,
    /// The space's time zone, an IANA name
    #[arg(long)]
    zone: String,
    /// The first administrator's name in handles and addresses
    #[arg(long)]
    admin: String,
    /// What people call the first administrator [default: the name in handles, with a capital letter]
    #[arg(long)]
    admin_name: Option<String>,
}

impl Setup {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let input = SetupInput {
            space_username: self.space,
            space_name: self.name,
            zone: self.zone,
            admin_name: self.admin_name.unwrap_or_else(|| capitalised(&self.admin)),
            admin_username: self.admin,
        };
        let setup = input.parse()?;
        let pairs = [keys::make().await?, keys::make().await?];
        let for_node = keys::make().await?;
        let (space, admin) = (Username::parse(&input.space_username)?, Username::parse(&input.admin_username)?);
        let done = opened
            .write(move |tx, site, now| {
                let done = set_up(tx, site, SetUpBy::Keeper, &setup, &pairs, now)?;
                let node = ensure_node_actor(tx, site, None, now)?;
                key::give(tx, node, &for_node, now)?;
                Ok(done)
            })
            .await?;
        let site = &opened.node.site;
        Answer::new(
            format!(
                "The space is open: {}\nThe administrator is @{admin}@{}.\nTheir token for the API: {}\n\
                 Keep it: it is not shown again.",
                site.space(&space),
                site.host(),
                done.token.expose(),
            ),
            json!({
                "space": { "id": done.space, "uri": site.space(&space) },
                "admin": { "id": done.admin, "uri": site.member(&admin) },
                "token": done.token.expose(),
            }),
        )
    }
}

/// `ana` is called Ana until she says otherwise. Who typed a capital letter somewhere has decided already.
fn capitalised(username: &str) -> String {
    let mut letters = username.chars();
    match letters.next() {
        Some(first) if !username.chars().any(char::is_uppercase) => first.to_uppercase().chain(letters).collect(),
        _ => username.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administrator_without_a_name_is_called_by_the_username() {
        for (username, name) in [("ana", "Ana"), ("anaRuiz", "anaRuiz"), ("östen", "Östen"), ("_a", "_a"), ("", "")] {
            assert_eq!(capitalised(username), name);
        }
    }
}
