//! `thirdspace space find`: spaces elsewhere, found through partners of the spaces here.

use clap::Args;

use super::answer::{Answer, Failure};
use super::open::Opened;
use super::page::Window;
use crate::coworking::directory::WantedInput;
use crate::federation::directory;
use crate::web::api::{List, view};

#[derive(Debug, Args)]
pub(super) struct Find {
    /// In this town
    #[arg(long, default_value = "")]
    town: String,
    /// Around this point, in degrees north and east
    #[arg(long, value_name = "NORTH,EAST", default_value = "", allow_hyphen_values = true)]
    near: String,
    /// How far around it, in kilometres [default: 25]
    #[arg(long, value_name = "KILOMETRES")]
    within: Option<u32>,
    /// With something of this sort: `hot_desk`, `desk`, `meeting_room`, `phone_booth`, `event_room` or `equipment`
    #[arg(long, default_value = "")]
    kind: String,
    /// For so many people
    #[arg(long, value_name = "NUMBER")]
    people: Option<u32>,
    /// With these words, such as projector
    #[arg(long, value_name = "WORDS", default_value = "")]
    need: String,
    /// Free at some time of this day, by the clock of the space; its host is asked
    #[arg(long, default_value = "")]
    date: String,
    /// Free all the time from then on, in place of a date
    #[arg(long, value_name = "TIME", default_value = "", requires = "to")]
    from: String,
    /// Until then
    #[arg(long, value_name = "TIME", default_value = "", requires = "from")]
    to: String,
    #[command(flatten)]
    window: Window,
}

impl Find {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let page = self.window.page()?;
        let Self { town, near, within, kind, people, need, date, from, to, window: _ } = self;
        let wanted = WantedInput { town, near, within, kind, people, need, date, from, to }.parse()?;
        let found = directory::search(&opened.node, wanted, page, opened.node.clock.now()).await?;
        let found = List::from(found.map(view::KnownSpace::from));
        let mut rows = Vec::new();
        for space in &found.items {
            let town = [space.address.locality.as_str(), space.address.country.as_str()].join(" ");
            let far = space.far_km.map(|far| format!("{far} km")).unwrap_or_else(|| hops(space.hops).to_owned());
            let line = |what: String, free: String, address: &str| {
                [space.name.clone(), town.trim().to_owned(), far.clone(), what, free, address.to_owned()]
            };
            if space.resources.is_empty() {
                rows.push(line("-".into(), "-".into(), &space.uri));
            }
            for resource in &space.resources {
                let free = match resource.available {
                    Some("free") => resource.free.iter().map(hours).collect::<Vec<_>>().join(" "),
                    Some(word) => word.to_owned(),
                    None => "-".to_owned(),
                };
                rows.push(line(resource.name.clone(), free, &resource.uri));
            }
        }
        let mut answer = Answer::table(
            ["SPACE", "TOWN", "AWAY", "HAS", "FREE", "ADDRESS"],
            &rows,
            "No such space is known. Those are known whom spaces here follow, and those whom these follow.",
            &found,
        )?;
        if let Some(next) = &found.next {
            answer.text.push_str(&format!("There are more spaces: --cursor {next}\n"));
        }
        Ok(answer)
    }
}

fn hops(hops: u32) -> &'static str {
    if hops == 1 { "partner" } else { "their partner" }
}

/// `09:00-12:00`, from times as programs read them.
fn hours(slot: &view::Slot) -> String {
    let time = |text: &str| text.get(11..16).unwrap_or_default().to_owned();
    format!("{}-{}", time(&slot.start), time(&slot.end))
}
