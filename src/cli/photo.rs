//! Pictures of spaces and of what they have, and floor plans: brought from files.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::answer::{Answer, Failure};
use super::open::Opened;
use super::speaker::Staff;
use crate::coworking::floor::FloorInput;
use crate::coworking::media::PICTURE_LIMIT;
use crate::coworking::space::PlaceInput;
use crate::coworking::template::{self, Size};
use crate::operations::media::{self, Of};
use crate::operations::space;
use crate::web::media::named;

/// Pictures of something.
#[derive(Debug, Subcommand)]
pub(super) enum Photo {
    /// Add a picture: PNG, JPEG or WebP, up to 4 MiB
    #[command(
        after_help = "Examples:\n  thirdspace resource photo add attic.jpg --alt \"The table under the roof\" Attic\n  \
                      thirdspace space photo add front.webp --alt \"The door to the quay\" harbor\n\n\
                      What the camera wrote into it, such as where it was taken, is not kept."
    )]
    Add {
        #[command(flatten)]
        staff: Staff,
        /// What it shows, for those who cannot see it
        #[arg(long, value_name = "TEXT")]
        alt: String,
        /// The picture
        file: PathBuf,
        /// Of what, by its number or its name; of a space, by its username [default: the node's first]
        of: Option<String>,
    },
    /// Take a picture away
    #[command(after_help = "Example:\n  thirdspace resource photo remove /media/3f2a….jpg Attic")]
    Remove {
        #[command(flatten)]
        staff: Staff,
        /// Its address, or the last part of it
        picture: String,
        /// Of what, by its number or its name; of a space, by its username [default: the node's first]
        of: Option<String>,
    },
}

/// Whose pictures are meant.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Resource,
    Space,
}

impl Kind {
    async fn of(self, opened: &Opened, name: Option<&str>) -> Result<Of, Failure> {
        match (self, name) {
            (Self::Space, name) => Ok(Of::Space(opened.space(name).await?)),
            (Self::Resource, Some(name)) => Ok(Of::Resource(opened.resource(name).await?.id)),
            (Self::Resource, None) => Err(Failure::Usage("say of what: its number or its name".to_owned())),
        }
    }
}

impl Photo {
    pub(super) async fn run(self, kind: Kind, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::Add { staff, alt, file, of } => {
                let (acting, of) = (staff.acting(opened).await?, kind.of(opened, of.as_deref()).await?);
                let new = named(&bytes_of(&file)?)?;
                let photo = opened.write(move |tx, _, now| media::add(tx, acting, of, &new, &alt, now)).await?;
                Answer::new(format!("It is shown now, from {}", photo.url), photo)
            }
            Self::Remove { staff, picture, of } => {
                let (acting, of) = (staff.acting(opened).await?, kind.of(opened, of.as_deref()).await?);
                let name = picture.rsplit('/').next().unwrap_or_default().to_owned();
                let gone = name.clone();
                opened.write(move |tx, _, now| media::remove(tx, acting, of, &gone, now)).await?;
                Answer::new("It is shown no more.".to_owned(), json!({ "name": name }))
            }
        }
    }
}

/// Floor plans.
#[derive(Debug, Subcommand)]
pub(super) enum Plan {
    /// Set the floors of a space from a file in JSON, or put a picture below the plan of one floor
    #[command(after_help = "Examples:\n  thirdspace space plan set floors.json\n  \
                      thirdspace space plan set ground.png --floor 1 --alt \"Plan of the ground floor\"\n\n\
                      The file is a list of floors, as `space plan template small` prints them: a name, how wide and deep it is, and walls\n\
                      from corner to corner in thousandths of that. Where desks stand is told by their resource (`plan`).")]
    Set(Set),
    /// Print the floors of a space, to change some
    #[command(after_help = "Example:\n  thirdspace space plan show > floors.json")]
    Show {
        /// Which space, by its username [default: the node's first]
        space: Option<String>,
    },
    /// Print a floor as it goes with `resource template`
    #[command(after_help = "Example:\n  thirdspace space plan template small > floors.json")]
    Template {
        /// small, medium or large
        size: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct Set {
    #[command(flatten)]
    staff: Staff,
    /// Below which floor the picture is put, from 1; the one after the last is a new one
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=20))]
    floor: u16,
    /// What the picture shows
    #[arg(long, value_name = "TEXT", default_value = "Floor plan")]
    alt: String,
    /// Floors in JSON, or a picture
    file: PathBuf,
    /// Which space, by its username [default: the node's first]
    space: Option<String>,
}

impl Plan {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::Set(set) => set.run(opened).await,
            Self::Show { space } => {
                let id = opened.space(space.as_deref()).await?;
                let place = opened.read(move |tx| Ok(space::or_default(tx, Some(id))?.place)).await?;
                written(PlaceInput::from(place).floors)
            }
            Self::Template { size } => template(&size),
        }
    }
}

/// A floor of a space of this size: nothing has to be opened to tell.
pub(super) fn template(size: &str) -> Result<Answer, Failure> {
    written(template::floors(size.parse::<Size>()?))
}

fn written(floors: Vec<FloorInput>) -> Result<Answer, Failure> {
    let value = json!(floors);
    Answer::new(format!("{value:#}"), value)
}

impl Set {
    async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (acting, id) = (self.staff.acting(opened).await?, opened.space(self.space.as_deref()).await?);
        let bytes = bytes_of(&self.file)?;
        let is_list = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
        let floors = if is_list {
            let floors: Vec<FloorInput> = serde_json::from_slice(&bytes)
                .map_err(|why| Failure::Usage(format!("{}: {why}", self.file.display())))?;
            opened
                .write(move |tx, _, now| {
                    let old = PlaceInput::from(space::or_default(tx, Some(id))?.place);
                    let place = PlaceInput { floors: floors.clone(), ..old }.parse()?;
                    space::set_place(tx, acting, id, &place, now)?;
                    Ok(PlaceInput::from(place).floors)
                })
                .await?
        } else {
            let (new, alt, floor) = (named(&bytes)?, self.alt, usize::from(self.floor) - 1);
            opened
                .write(move |tx, _, now| {
                    media::set_plan(tx, acting, id, floor, &new, &alt, now)?;
                    Ok(PlaceInput::from(space::or_default(tx, Some(id))?.place).floors)
                })
                .await?
        };
        let count = floors.len();
        let text = if count == 1 { "One floor is shown.".to_owned() } else { format!("{count} floors are shown.") };
        Answer::new(text, json!({ "floors": floors }))
    }
}

/// What stands in a file, and no more of it than a picture may have.
fn bytes_of(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let most = PICTURE_LIMIT as u64 + 1;
    match std::fs::File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes)) {
        Ok(_) => Ok(bytes),
        Err(why) => Err(Failure::Usage(format!("{} cannot be read: {why}", file.display()))),
    }
}
