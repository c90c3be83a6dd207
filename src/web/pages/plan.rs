//! Floor plans, drawn: walls and a picture below, and each unit where it stands. What is free is told by words and by
//! patterns, and all of it once more in a list; of a pool, only members are told which of its units are.

use super::week::ShownNow;
use crate::coworking::floor::Floor;
use crate::coworking::resource::Photo;
use crate::coworking::timetable::Now;
use crate::operations::calendar::Stock;

/// How wide a plan is drawn, in units of its own.
const WIDTH: u32 = 1_000;
/// The lowest and the highest drawing of that width.
const DEPTHS: (u32, u32) = (250, 2_000);

/// A floor as it is drawn.
pub(super) struct ShownPlan {
    /// Which, from 1.
    pub(super) number: usize,
    pub(super) name: String,
    pub(super) depth: u32,
    pub(super) picture: Option<Photo>,
    /// Points of lines: `0,0 1000,0`.
    pub(super) walls: Vec<String>,
    pub(super) units: Vec<ShownUnit>,
    /// Are there units of which only their number is told?
    pub(super) pooled: bool,
    /// For those who look at no picture: a line for each resource on it.
    pub(super) lines: Vec<ShownLine>,
}

/// A unit on a plan.
pub(super) struct ShownUnit {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
    /// Where its label stands.
    pub(super) middle: (u32, u32),
    pub(super) label: String,
    /// How large the label is, so that it fits.
    pub(super) size: u32,
    /// `free`, `taken`, `closed`, or `pooled`: one of several of which some are free.
    pub(super) state: &'static str,
    /// All of it in words.
    pub(super) title: String,
    pub(super) link: String,
}

/// A resource that stands on a plan.
pub(super) struct ShownLine {
    pub(super) link: String,
    pub(super) name: String,
    pub(super) words: String,
}

/// The plans of a space, with what stands on each.
pub(super) fn plans(floors: &[Floor], stock: &[Stock], now: impl Fn(&Stock) -> ShownNow) -> Vec<ShownPlan> {
    let shown = floors.iter().enumerate().map(|(number, floor)| {
        let depth = WIDTH * floor.depth / floor.width.max(1);
        let depth = depth.clamp(DEPTHS.0, DEPTHS.1);
        let scaled = |at: u16| u32::from(at) * depth / 1_000;
        let mut units = Vec::new();
        let mut lines = Vec::new();
        for item in stock {
            let mine = item.kept.resource.plan.iter().enumerate();
            let mine: Vec<_> = mine.filter(|(_, area)| usize::from(area.floor) == number).collect();
            if mine.is_empty() {
                continue;
            }
            let link = format!("/resources/{}", item.kept.id);
            let name = &item.kept.resource.name;
            let mut free = Vec::new();
            for (unit, area) in &mine {
                let one = unit + 1;
                let (label, called) = match item.kept.resource.units {
                    1 => (name.clone(), name.clone()),
                    _ => (one.to_string(), format!("{name} {one}")),
                };
                let state = match (item.now, &item.taken) {
                    (Now::Closed { .. }, _) => "closed",
                    (Now::Taken { .. }, _) => "taken",
                    (Now::Free { .. }, None) if item.kept.resource.units > 1 => "pooled",
                    (Now::Free { .. }, Some(taken)) if u32::try_from(*unit).is_ok_and(|unit| taken.contains(&unit)) => {
                        "taken"
                    }
                    (Now::Free { .. }, _) => "free",
                };
                if state == "free" {
                    free.push(one.to_string());
                }
                let (x, y, width, height) =
                    (u32::from(area.x), scaled(area.y), u32::from(area.width), scaled(area.height).max(4));
                units.push(ShownUnit {
                    size: fitting(&label, width, height),
                    middle: (x + width / 2, y + height / 2),
                    title: format!("{called}: {}", in_words(state)),
                    link: link.clone(),
                    label,
                    state,
                    x,
                    y,
                    width,
                    height,
                });
            }
            let words = match item.kept.resource.units {
                units if units == 1 || item.taken.is_none() => now(item).words,
                _ if free.is_empty() => format!("none of {} here free now", mine.len()),
                _ if free.len() == mine.len() => format!("all {} here free now", mine.len()),
                _ => format!("free now: {}", free.join(", ")),
            };
            lines.push(ShownLine { link, name: name.clone(), words });
        }
        ShownPlan {
            number: number + 1,
            name: floor.name.clone(),
            picture: floor.picture.clone(),
            walls: floor
                .walls
                .iter()
                .map(|wall| {
                    let corners = wall.iter().map(|[x, y]| format!("{x},{}", scaled(*y)));
                    corners.collect::<Vec<_>>().join(" ")
                })
                .collect(),
            depth,
            pooled: units.iter().any(|unit| unit.state == "pooled"),
            units,
            lines,
        }
    });
    shown.collect()
}

fn in_words(state: &str) -> &'static str {
    match state {
        "free" => "free now",
        "taken" => "taken now",
        "pooled" => "one of several",
        _ => "closed now",
    }
}

/// Letters are a little more than half as wide as high.
fn fitting(label: &str, width: u32, height: u32) -> u32 {
    let letters = u32::try_from(label.chars().count()).unwrap_or(u32::MAX).max(2);
    (width * 8 / (letters * 5)).min(height / 2).clamp(8, 26)
}
