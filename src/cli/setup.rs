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
    after_help = "Example:\n  thirdspace setup --space harbor --name \"Harbor Coworking\" --zone Europe/Vienna --admin ana --admin-name \"Ana Ruiz\""
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
    /// What people call the first administrator
    #[arg(long)]
    admin_name: String,
}

impl Setup {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let input = SetupInput {
            space_username: self.space,
            space_name: self.name,
            zone: self.zone,
            admin_username: self.admin,
            admin_name: self.admin_name,
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
