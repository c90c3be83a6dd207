//! What a space grants guests: a description of what the rules read and write themselves.

use utoipa::ToSchema;

use super::{Hours, Id};

/// What a space grants guests from partner spaces; what is absent is not limited. What a stay costs stands among the rules for
/// guests of each resource.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is written elsewhere")]
pub struct Hospitality {
    /// How many days one guest can have, by the calendar of the space.
    #[schema(minimum = 1, maximum = 366)]
    days: Option<u32>,
    /// In how many days that follow each other; 30 if absent.
    #[schema(minimum = 1, maximum = 366)]
    window_days: Option<u32>,
    /// What sorts of resources; all if none are named.
    #[schema(required = false, example = json!(["hot_desk"]))]
    kinds: Vec<String>,
    /// Which resources; all of those sorts if none are named. Of a space elsewhere they stand beside, by their addresses.
    #[schema(required = false)]
    resources: Vec<Id>,
    /// When guests are welcome, where that differs from when it can be booked.
    hours: Option<Hours>,
    /// Minutes that must lie between the asking and the beginning, in steps of 5.
    notice_minutes: Option<u32>,
    /// How far away the guest's own space must be at least, in kilometres as the crow flies.
    #[schema(minimum = 1, maximum = 20000)]
    distance_km: Option<u32>,
    /// Must the guest's own space be in another town?
    #[schema(required = false)]
    other_town: bool,
    /// How much of a pool guests can have at one time, in percent; one place of each in any case.
    #[schema(minimum = 1, maximum = 100)]
    share_percent: Option<u32>,
    /// What else guests should know, up to 2,000 characters.
    text: Option<String>,
}
