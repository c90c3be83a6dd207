//! What stands around the story: who plays, what it came to, and where to go from there.

use std::time::Duration;

use jiff::Timestamp;

use super::cast::{NOOR, Person, Place};
use super::folder::Folder;
use super::ledger::Ledger;
use super::stage::Stage;
use super::telling::Teller;
use super::traffic;
use crate::cli::answer::Failure;
use crate::coworking::member::Acting;
use crate::operations::token;

pub(super) fn welcome(teller: &Teller) {
    teller.heading("Three coworking spaces, each on a node of its own. Nobody runs a centre.");
    teller.line("Setting the stage: folders, keys and doors for three nodes ...");
}

/// The doors are not where they were looked for.
pub(super) fn elsewhere(teller: &Teller) {
    teller.line("One of the ports 7101, 7102 and 7103 is taken, so the nodes answer at others.");
}

/// The three spaces, with what their clocks show, and who belongs to them.
pub(super) fn introduce(teller: &Teller, stage: &Stage) {
    let now = Timestamp::now();
    for place in Place::ALL {
        let space = place.space();
        let clock = now.in_tz(space.zone).map(|time| time.strftime("%H:%M").to_string()).unwrap_or_default();
        let words = format!("{} in {}, where it is {clock}", space.name, space.city);
        teller.act(place, words, Some(&stage.site(place).front_page()));
        for Person { name, role, skills, .. } in space.people {
            teller.aside(format_args!("{name}, {role}: {}", skills.join(", ")));
        }
    }
    teller.line("");
    teller.line(
        "Below, a name at the left says at which node somebody acts. A tick says that it was found in the store of",
    );
    teller.line("another node, which knows of it by signed HTTP alone, and how many milliseconds after.");
}

/// How many facts were found, what the nodes did for it, and what is missing.
pub(super) async fn sum_up(teller: &Teller, stage: &Stage, ledger: &Ledger, took: Duration) -> Result<(), Failure> {
    teller.verdict(ledger.found(), ledger.expected(), took);
    let misses = ledger.misses();
    if !misses.is_empty() {
        teller.line("Missing:");
        teller.pairs(&misses);
    }
    if misses.is_empty() {
        traffic::settle(stage).await?;
    }
    let mut rows = Vec::new();
    let mut all = [0, 0, 0];
    for place in Place::ALL {
        let traffic::Traffic { activities, deliveries, undelivered, verified } = traffic::of(stage, place).await?;
        all = [all[0] + activities, all[1] + deliveries, all[2] + verified];
        let rest = if undelivered == 0 { String::new() } else { format!(", {undelivered} undelivered") };
        rows.push((
            place.to_string(),
            format!("{activities} activities out, {deliveries} deliveries{rest}; {verified} came in, their signatures verified"),
        ));
    }
    let [activities, deliveries, verified] = all;
    rows.push((
        "all".to_owned(),
        format!("{activities} activities in {deliveries} deliveries, {verified} signatures verified"),
    ));
    teller.pairs(&rows);
    Ok(())
}

/// Where to look now that the nodes go on running.
pub(super) async fn invite(teller: &Teller, stage: &Stage, folder: &Folder) -> Result<(), Failure> {
    let noor = stage.player(&NOOR)?;
    let home = stage.at(Place::Harbor)?;
    let id = noor.id;
    let made = home.write(move |tx, _, now| token::create(tx, Acting::Keeper, id, "demo", None, now)).await?;
    let (origin, token) = (stage.site(Place::Harbor).origin(), made.secret.expose());

    teller.line("");
    teller.heading("The nodes go on running. Open them in a browser:");
    let mut pages = Vec::from(Place::ALL.map(|place| (stage.site(place).front_page(), place.space().name)));
    pages.push((noor.uri.clone(), "Noor, with what she said"));
    teller.pairs(&pages);
    teller.line("");
    teller.heading("Be Noor, with her token for the API:");
    teller.line(format_args!("  curl -H 'Authorization: Bearer {token}' {origin}/api/v1/timelines/home"));
    teller.line("");
    teller.heading("Be another server of the fediverse:");
    teller.line(format_args!("  curl -H 'Accept: application/activity+json' {}", noor.uri));
    teller.line("");
    if folder.stays() {
        teller.heading("Ctrl-C ends the nodes. Their data stays; this opens one of them again:");
        let (slug, address) = (Place::Harbor.space().slug, stage.address(Place::Harbor));
        let data = match stage.database(Place::Harbor) {
            Some(place) => format!("--set database_url='{place}'"),
            None => format!("--data-dir {}", folder.path().join(slug).display()),
        };
        teller.line(format_args!("  thirdspace serve --origin {origin} --listen {address} {data}"));
    } else {
        teller.heading("Ctrl-C ends the nodes and removes what they remember.");
    }
    Ok(())
}
