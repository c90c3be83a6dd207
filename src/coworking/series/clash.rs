//! What of a series cannot be had, and why.

use std::fmt;

use jiff::civil::DateTime;

use super::Clashing;
use crate::coworking::decision::{Rule, Unbookable};

/// The most that are told of in a sentence.
const TOLD: usize = 5;

/// One that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// When it was to start, as the clock shows it.
    pub original: DateTime,
    /// Every rule that it breaks, and what would pass.
    pub no: Unbookable,
}

/// Those of a series that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clashes {
    /// How many were asked for.
    pub of: usize,
    /// What was to be done about them, if that was said.
    pub choice: Option<Clashing>,
    /// Each of them, in their order.
    pub all: Vec<Clash>,
}

impl Clashes {
    /// Do they all clash with what others have? That may be free later.
    #[must_use]
    pub fn are_taken(&self) -> bool {
        self.all.iter().flat_map(|clash| &clash.no.broken).all(|broken| broken.rule == Rule::Capacity)
    }
}

impl fmt::Display for Clashes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} cannot be had: ", self.all.len(), self.of)?;
        for (place, clash) in self.all.iter().take(TOLD).enumerate() {
            let before = if place == 0 { "" } else { "; " };
            let words: Vec<&str> = clash.no.broken.iter().map(|broken| broken.words.as_str()).collect();
            write!(f, "{before}{} ({}", clash.original.strftime("%Y-%m-%d %H:%M"), words.join(", "))?;
            if let Some(slot) = clash.no.alternatives.first() {
                write!(f, "; what would pass: {}", clash.no.zone.shown(slot.start()))?;
            }
            f.write_str(")")?;
        }
        let more = self.all.len().saturating_sub(TOLD);
        if more > 0 {
            write!(f, "; and {more} more")?;
        }
        match self.choice {
            None => f.write_str(". Say whether these are skipped (clashes: skip) or all or nothing is wanted (refuse)"),
            Some(Clashing::Refuse) => f.write_str(". Nothing is done; skipping them (clashes: skip) would pass"),
            Some(Clashing::Skip) => f.write_str(". Without them nothing is left"),
        }
    }
}
