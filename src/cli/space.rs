//! `thirdspace space`: the spaces that this node hosts.

use clap::{Args, Subcommand};
use serde_json::json;

use super::answer::{Answer, Failure};
use super::keys;
use super::open::Opened;
use super::speaker::Staff;
use crate::coworking::member::Acting;
use crate::coworking::space::{Coordinates, NewSpace, PlaceInput, Zone};
use crate::coworking::{Refusal, week};
use crate::{operations, store};

#[derive(Debug, Subcommand)]
pub(super) enum Space {
    /// Open another space
    #[command(after_help = "Example:\n  thirdspace space add quay --name \"The Quay\" --zone Europe/Lisbon")]
    Add {
        /// Its name in handles and addresses: letters, digits and _
        username: String,
        /// What people call it
        #[arg(long)]
        name: String,
        /// Its time zone, an IANA name
        #[arg(long)]
        zone: String,
    },
    /// Say where a space is and when it is open; what is not named stays as it is
    #[command(
        after_help = "Examples:\n  thirdspace space edit harbor --street \"Kade 1\" --locality Utrecht --country NL --coordinates 52.09,5.12\n  \
                      thirdspace space edit --open \"mon-fri 09:00-18:00; sat 10:00-14:00; 2027-12-25 closed\" --bookable \"mon-sat 08:00-22:00\""
    )]
    Edit(Box<Edit>),
    /// Pictures: add, remove
    #[command(subcommand)]
    Photo(super::photo::Photo),
    /// Floor plans: set, show, print one to begin with
    #[command(subcommand)]
    Plan(super::photo::Plan),
    /// Find spaces elsewhere, among those whom spaces here follow and those whom these follow
    #[command(after_help = "Examples:\n  thirdspace space find --town Tallinn --date 2027-01-15 --need projector\n  \
                      thirdspace space find --near 59.43,24.75 --within 50 --kind meeting_room --people 6\n\n\
                      Hosts are asked what is free where a time is named. Book by the address: thirdspace book ADDRESS START END.")]
    Find(Box<super::find::Find>),
    /// What a space grants guests from partner spaces: show it, or say it; what is not named stays as it is
    Hospitality(Box<super::hospitality::Granted>),
    /// List the spaces
    #[command(after_help = "Example:\n  thirdspace space list")]
    List,
}

#[derive(Debug, Args)]
pub(super) struct Edit {
    #[command(flatten)]
    staff: Staff,
    /// The street and the number
    #[arg(long)]
    street: Option<String>,
    /// The town
    #[arg(long)]
    locality: Option<String>,
    /// The province or state
    #[arg(long)]
    region: Option<String>,
    /// The postal code
    #[arg(long)]
    postal_code: Option<String>,
    /// The country: two letters, such as NL
    #[arg(long)]
    country: Option<String>,
    /// Where it is on a map, in degrees north and east; an empty text removes it
    #[arg(long, value_name = "NORTH,EAST", allow_hyphen_values = true)]
    coordinates: Option<String>,
    /// When it is open, by its clock
    #[arg(long, value_name = "HOURS")]
    open: Option<String>,
    /// When it can be booked, where that differs; an empty text: when it is open
    #[arg(long, value_name = "HOURS")]
    bookable: Option<String>,
    /// Its time zone, an IANA name
    #[arg(long)]
    zone: Option<String>,
    /// Which, by its username [default: the node's first]
    space: Option<String>,
}

impl Edit {
    /// The place as it is to be.
    fn over(&self, mut place: PlaceInput) -> Result<PlaceInput, Refusal> {
        let address = &mut place.address;
        for (given, part) in [
            (&self.street, &mut address.street),
            (&self.locality, &mut address.locality),
            (&self.region, &mut address.region),
            (&self.postal_code, &mut address.postal_code),
            (&self.country, &mut address.country),
        ] {
            if let Some(given) = given {
                part.clone_from(given);
            }
        }
        if let Some(text) = &self.coordinates {
            let degrees = text.split_once(',').and_then(|(north, east)| {
                Some(Coordinates { latitude: north.trim().parse().ok()?, longitude: east.trim().parse().ok()? })
            });
            let expected = "degrees north and east with a comma between, such as 52.09,5.12";
            place.coordinates = match text.trim() {
                "" => None,
                text => Some(degrees.ok_or_else(|| Refusal::malformed("coordinates", text, expected))?),
            };
        }
        if let Some(open) = &self.open {
            place.opening_hours = Some(week::read("open", open)?);
        }
        if let Some(bookable) = self.bookable.as_deref().map(str::trim) {
            place.bookable_hours = if bookable.is_empty() { None } else { Some(week::read("bookable", bookable)?) };
        }
        Ok(place)
    }

    async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (acting, id) = (self.staff.acting(opened).await?, opened.space(self.space.as_deref()).await?);
        let zone = self.zone.as_deref().map(Zone::parse).transpose()?;
        let (zone, place) = opened
            .write(move |tx, _, now| {
                let old = operations::space::or_default(tx, Some(id))?;
                if let Some(zone) = &zone {
                    operations::space::set_zone(tx, acting, id, zone)?;
                }
                let place = self.over(old.place.into())?.parse()?;
                operations::space::set_place(tx, acting, id, &place, now)?;
                Ok((operations::space::or_default(tx, Some(id))?.zone, place))
            })
            .await?;
        let mut lines = vec![format!("It is open {} ({zone}).", week::words(&place.opening_hours))];
        lines.extend(place.bookable_hours.as_ref().map(|hours| format!("It can be booked {}.", week::words(hours))));
        Answer::new(lines.join("\n"), json!({ "id": id, "zone": zone, "place": PlaceInput::from(place) }))
    }
}

impl Space {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::Add { username, name, zone } => add(opened, NewSpace::parse(&username, &name, &zone)?).await,
            Self::Edit(edit) => edit.run(opened).await,
            Self::Photo(photo) => photo.run(super::photo::Kind::Space, opened).await,
            Self::Plan(plan) => plan.run(opened).await,
            Self::Find(find) => find.run(opened).await,
            Self::Hospitality(granted) => granted.run(opened).await,
            Self::List => list(opened).await,
        }
    }
}

async fn add(opened: &Opened, new: NewSpace) -> Result<Answer, Failure> {
    let pair = keys::make().await?;
    let username = new.username.clone();
    let id = opened
        .write(move |tx, site, now| operations::space::found(tx, site, Acting::Keeper, &new, Some(&pair), now))
        .await?;
    let site = &opened.node.site;
    let handle = format!("@{username}@{}", site.host());
    Answer::new(
        format!("{handle} is open: {}", site.space(&username)),
        json!({ "id": id, "handle": handle, "uri": site.space(&username) }),
    )
}

async fn list(opened: &Opened) -> Result<Answer, Failure> {
    let spaces = opened
        .read(|tx| {
            let spaces = store::space::list(tx)?;
            let ids: Vec<_> = spaces.iter().map(|space| space.id.into()).collect();
            let actors = store::actor::summaries(tx, &ids)?;
            let named = spaces.into_iter().filter_map(|space| {
                let actor = actors.iter().find(|actor| actor.id == space.id.into())?;
                Some((space, actor.clone()))
            });
            Ok(named.collect::<Vec<_>>())
        })
        .await?;
    let rows = spaces.iter().map(|(space, actor)| [actor.handle(), actor.name.clone(), space.zone.to_string()]);
    let facts = spaces.iter().map(|(space, actor)| {
        json!({ "id": actor.id, "handle": actor.handle(), "name": actor.name, "uri": actor.uri, "zone": space.zone.to_string() })
    });
    let (rows, facts): (Vec<_>, Vec<_>) = (rows.collect(), facts.collect());
    Answer::table(
        ["HANDLE", "NAME", "ZONE"],
        &rows,
        "There is no space yet; `thirdspace setup` opens the first.",
        json!({ "spaces": facts }),
    )
}
