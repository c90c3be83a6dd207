//! Floors of a space as plans show them: walls as lines, or a picture below, and where each unit stands (its
//! [`Area`](super::resource::Area)). All positions are thousandths of a plan's width and height.

use serde::{Deserialize, Serialize};

use super::profile::NAME_LIMIT;
use super::refusal::{self, Refusal};
use super::resource::{Photo, number};

/// The most floors of a space.
pub const FLOOR_LIMIT: usize = 20;
/// The most walls of a floor.
pub const WALL_LIMIT: usize = 300;
/// The most corners of a wall.
pub const CORNER_LIMIT: usize = 60;

const SIDE: u32 = 10_000;
const EXPECTED: &str = "a number from 1 to 10,000: how wide and deep the floor is, in whatever unit";

/// A floor as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FloorInput {
    /// What it is called: "Ground floor".
    pub name: String,
    /// How wide it is, in the same unit as how deep.
    pub width: u32,
    /// How deep it is.
    pub depth: u32,
    /// Walls: each a line from corner to corner, `[[0, 0], [1000, 0], [1000, 600]]`.
    pub walls: Vec<Vec<[u16; 2]>>,
    /// A picture of the plan, below the walls; one that is kept here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<Photo>,
}

/// A floor, every part checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "FloorInput", into = "FloorInput")]
pub struct Floor {
    /// What it is called.
    pub name: String,
    /// How wide it is.
    pub width: u32,
    /// How deep it is, in the same unit.
    pub depth: u32,
    /// Lines from corner to corner.
    pub walls: Vec<Vec<[u16; 2]>>,
    /// A picture below them.
    pub picture: Option<Photo>,
}

impl FloorInput {
    /// Checks every part.
    ///
    /// # Errors
    /// The first [`Refusal`] met, naming the field.
    pub fn parse(self) -> Result<Floor, Refusal> {
        let few =
            |field, limit, found| if found > limit { Err(Refusal::TooMany { field, limit, found }) } else { Ok(()) };
        few("walls", WALL_LIMIT, self.walls.len())?;
        for wall in &self.walls {
            few("walls", CORNER_LIMIT, wall.len())?;
            if wall.len() < 2 || wall.iter().flatten().any(|at| *at > 1_000) {
                let found = serde_json::to_string(wall).unwrap_or_default();
                return Err(Refusal::malformed("walls", found, "lines of two corners or more within 1,000 by 1,000"));
            }
        }
        Ok(Floor {
            name: refusal::needed("name", &self.name, NAME_LIMIT)?,
            width: number("width", Some(self.width), 1, 1, SIDE, EXPECTED)?,
            depth: number("depth", Some(self.depth), 1, 1, SIDE, EXPECTED)?,
            picture: self.picture.map(Photo::check).transpose()?,
            walls: self.walls,
        })
    }
}

impl TryFrom<FloorInput> for Floor {
    type Error = Refusal;

    fn try_from(input: FloorInput) -> Result<Self, Refusal> {
        input.parse()
    }
}

impl From<Floor> for FloorInput {
    fn from(Floor { name, width, depth, walls, picture }: Floor) -> Self {
        Self { name, width, depth, walls, picture }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_floor_is_a_drawing_within_its_frame() {
        let floor = FloorInput {
            name: "Ground floor".into(),
            width: 20,
            depth: 12,
            walls: vec![vec![[0, 0], [1_000, 0], [1_000, 1_000]]],
            picture: None,
        };
        let read = floor.clone().parse().unwrap();
        assert_eq!(serde_json::from_str::<Floor>(&serde_json::to_string(&read).unwrap()).unwrap(), read);
        let no = |change: fn(&mut FloorInput)| {
            let mut floor = floor.clone();
            change(&mut floor);
            floor.parse().unwrap_err().field().unwrap_or_default()
        };
        assert_eq!(no(|floor| floor.width = 0), "width");
        assert_eq!(no(|floor| floor.walls = vec![vec![[0, 0]]]), "walls");
        assert_eq!(no(|floor| floor.walls[0][0][1] = 1_001), "walls");
        let away = Photo { url: "/media/../secret".into(), alt: "A plan".into() };
        let mut pictured = floor.clone();
        pictured.picture = Some(away);
        assert_eq!(pictured.parse().unwrap_err().field(), Some("photos"));
    }
}
