//! `thirdspace space hospitality`: what a space grants guests from partner spaces.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::answer::{Answer, Failure};
use super::open::Opened;
use super::speaker::Staff;
use crate::coworking::hospitality::{Hospitality, HospitalityInput};
use crate::coworking::id::{ActorId, SpaceId};
use crate::coworking::{Refusal, week};
use crate::federation::resolve;
use crate::operations::hospitality::{self, Shown};
use crate::operations::space;

/// Longer files are nobody's hospitality.
const LIMIT: u64 = 256 * 1024;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  thirdspace space hospitality --days 3 --within 30 --kind hot_desk --share 20\n  \
                  thirdspace space hospitality harbor --file hospitality.json\n  \
                  thirdspace space hospitality @quay@quay.example")]
pub(super) struct Granted {
    #[command(flatten)]
    staff: Staff,
    /// How many days one guest can have; 0 for as many as they like
    #[arg(long)]
    days: Option<u32>,
    /// In how many days that follow each other
    #[arg(long, value_name = "DAYS")]
    within: Option<u32>,
    /// Only this sort of resource; may be repeated; an empty text for all
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
    /// Only this resource, by its number or its name; may be repeated; an empty text for all
    #[arg(long = "resource", value_name = "RESOURCE")]
    resources: Vec<String>,
    /// When guests are welcome; an empty text: whenever it can be booked
    #[arg(long, value_name = "HOURS")]
    hours: Option<String>,
    /// How many minutes before guests have to ask
    #[arg(long, value_name = "MINUTES")]
    notice: Option<u32>,
    /// How many kilometres away a guest's own space must be; 0 for any
    #[arg(long)]
    km: Option<u32>,
    /// Must a guest's own space be in another town?
    #[arg(long, value_name = "true|false")]
    other_town: Option<bool>,
    /// How many percent of a pool guests can have at one time; 100 for all
    #[arg(long, value_name = "PERCENT")]
    share: Option<u32>,
    /// What else guests should know
    #[arg(long)]
    text: Option<String>,
    /// All of it from a file of JSON, as --json writes it under `hospitality`
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Say nothing any more: only the rules of each resource hold
    #[arg(long, conflicts_with_all = ["days", "within", "kinds", "resources", "hours", "notice", "km", "other_town", "share", "text", "file"])]
    clear: bool,
    /// Which space, by its username; one elsewhere by its handle or its address [default: the node's first]
    space: Option<String>,
}

impl Granted {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        if let Some(other) = self.space.as_deref().filter(|name| name.trim_start_matches('@').contains(['@', ':'])) {
            if self.changes() {
                return Err(Failure::Usage("what another space grants is said there".to_owned()));
            }
            let id = resolve::actor(&opened.node, other).await?;
            resolve::again(&opened.node, id).await?;
            return show(opened, id).await;
        }
        let id = opened.space(self.space.as_deref()).await?;
        if self.changes() {
            self.change(opened, id).await?;
        }
        show(opened, id.into()).await
    }

    fn changes(&self) -> bool {
        let Self { days, within, kinds, resources, hours, notice, km, other_town, share, text, file, clear, .. } = self;
        let numbers = [days, within, notice, km, share].iter().any(|given| given.is_some());
        let texts = hours.is_some() || text.is_some() || !kinds.is_empty() || !resources.is_empty();
        numbers || texts || other_town.is_some() || file.is_some() || *clear
    }

    async fn change(self, opened: &Opened, id: SpaceId) -> Result<(), Failure> {
        let acting = self.staff.acting(opened).await?;
        let mut named = Vec::new();
        for text in self.resources.iter().filter(|text| !text.trim().is_empty()) {
            named.push(opened.resource(text).await?.id);
        }
        let file = self.file.as_deref().map(read).transpose()?;
        opened
            .write(move |tx, _, now| {
                if self.clear {
                    return hospitality::set(tx, acting, id, None, now);
                }
                let old = space::or_default(tx, Some(id))?.hospitality.map(HospitalityInput::from);
                let mut input = file.clone().or(old).unwrap_or_default();
                self.put_over(&mut input)?;
                if !self.resources.is_empty() {
                    input.resources.clone_from(&named);
                }
                hospitality::set(tx, acting, id, Some(&input.parse()?), now)
            })
            .await
    }

    fn put_over(&self, input: &mut HospitalityInput) -> Result<(), Refusal> {
        let some = |given: u32, none: u32| Some(given).filter(|given| *given != none);
        if let Some(days) = self.days {
            input.days = some(days, 0);
            input.window_days = input.window_days.filter(|_| input.days.is_some());
        }
        input.window_days = self.within.or(input.window_days);
        if !self.kinds.is_empty() {
            input.kinds = self.kinds.iter().filter(|kind| !kind.trim().is_empty()).cloned().collect();
        }
        if let Some(hours) = self.hours.as_deref().map(str::trim) {
            input.hours = if hours.is_empty() { None } else { Some(week::read("hours", hours)?) };
        }
        input.notice_minutes = self.notice.or(input.notice_minutes);
        if let Some(km) = self.km {
            input.distance_km = some(km, 0);
        }
        input.other_town = self.other_town.unwrap_or(input.other_town);
        if let Some(share) = self.share {
            input.share_percent = some(share, 100);
        }
        if let Some(text) = &self.text {
            input.text = Some(text.clone());
        }
        Ok(())
    }
}

fn read(file: &std::path::Path) -> Result<HospitalityInput, Failure> {
    use std::io::Read;
    let wrong = |why: &dyn std::fmt::Display| Failure::Usage(format!("{}: {why}", file.display()));
    let mut text = String::new();
    let opened = std::fs::File::open(file).map_err(|why| wrong(&why))?;
    opened.take(LIMIT).read_to_string(&mut text).map_err(|why| wrong(&why))?;
    serde_json::from_str(&text).map_err(|why| wrong(&why))
}

async fn show(opened: &Opened, id: ActorId) -> Result<Answer, Failure> {
    let site = opened.node.site.clone();
    let Shown { granted, resources, sentences } = opened.read(move |tx| hospitality::show(tx, &site, id)).await?;
    let words = match (&granted, sentences.is_empty()) {
        (None, _) => "It says nothing of guests; the rules of each resource hold.".to_owned(),
        (Some(_), true) => "Guests are welcome by the rules of each resource.".to_owned(),
        (Some(_), false) => sentences.join("\n"),
    };
    let granted: Option<Hospitality> = granted;
    Answer::new(words, json!({ "id": id, "hospitality": granted, "resources": resources, "sentences": sentences }))
}
