//! A wish from elsewhere to book something of ours.

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{money, quantity};
use crate::activitypub::activity::Activity;
use crate::activitypub::json;
use crate::activitypub::marketplace::{Ask, Decimal, Measure};
use crate::coworking::Refusal;
use crate::coworking::booking::{BookingInput, Request};
use crate::coworking::id::ResourceId;
use crate::coworking::rules::{Price, Rules, written_amount};
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;
use crate::operations::booking::Offered;
use crate::site::{Local, Site};

/// A wish from elsewhere, as far as it can be read without looking at what it is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Wished {
    /// Of what.
    pub resource: ResourceId,
    /// What is wished; times as they were written.
    pub input: BookingInput,
    /// The zone that they are meant in.
    pub timezone: Option<String>,
    /// How much of the time is wished for, in minutes times units.
    minutes: Decimal,
    /// What is offered in return.
    in_return: Option<Measure>,
    /// After which it must not be accepted.
    pub deadline: Option<Timestamp>,
    /// Would the asker wait for it?
    pub waits: bool,
    /// The version of the rules that the asker saw.
    pub rules_version: Option<Timestamp>,
    /// What it is asked for together with.
    pub context: Option<String>,
    /// SHA-256 of what is asked.
    pub hash: [u8; 32],
}

/// What of ours an `Offer` is about, however little else of it can be read.
#[must_use]
pub fn about(site: &Site, activity: &Activity) -> Option<ResourceId> {
    let object = json::get(activity.value(), "object").filter(|object| json::is_a(object, "Agreement"))?;
    let satisfies = json::get(object, "stipulates").and_then(|part| json::id(part, "satisfies"))?;
    match site.local_of(satisfies.without_fragment().as_str()) {
        Some(Local::Resource(id)) => Some(id),
        _ => None,
    }
}

/// Reads an `Offer` of an agreement about something of ours.
///
/// # Errors
/// [`Refusal::Malformed`]; [`Refusal::NotFound`] for what is about nothing of ours.
pub fn wished(site: &Site, activity: &Activity) -> Result<Wished, Refusal> {
    let wrong = |found: String| Refusal::malformed("object", found, "an agreement about something that can be booked");
    let Ask { agreement, deadline, waits, context } = Ask::read(activity).map_err(|error| wrong(error.to_string()))?;
    // A home names what its own people ask for.
    let context = context.filter(|context| context.same_origin(&activity.actor));
    let stipulates = agreement.stipulates;
    let resource = match site.local_of(stipulates.satisfies.without_fragment().as_str()) {
        Some(Local::Resource(id)) => id,
        _ => return Err(Refusal::NotFound { what: "resource" }),
    };
    let object = activity.value().get("object").unwrap_or(&Value::Null);
    let time = |key| {
        let text = object.get("stipulates").and_then(|part| part.get(key)).and_then(Value::as_str);
        text.map(str::to_owned).ok_or_else(|| wrong(format!("an agreement without {key}")))
    };
    let per = match stipulates.resource_quantity.unit.rsplit(['/', '#', ':']).next() {
        Some("minute") => Decimal::ONE,
        Some("hour") => Decimal::from(60),
        _ => return Err(wrong(stipulates.resource_quantity.unit)),
    };
    let amount = stipulates.resource_quantity.value.ok_or_else(|| wrong("no quantity".to_owned()))?;
    // Hours are only compared where they are whole.
    let minutes = match amount.multiple_of(Decimal::ONE) {
        Some(whole) if per != Decimal::ONE => Decimal::from(u32::try_from(whole.saturating_mul(60)).unwrap_or(0)),
        _ => amount,
    };
    Ok(Wished {
        resource,
        input: BookingInput {
            start: time("hasBeginning")?,
            end: time("hasEnd")?,
            units: stipulates.units,
            unit: None,
            people: stipulates.people,
            note: stipulates.note,
            guest: None,
        },
        timezone: stipulates.timezone,
        minutes,
        in_return: agreement.stipulates_reciprocal.map(|commitment| commitment.resource_quantity),
        deadline,
        waits,
        rules_version: agreement.rules_version.and_then(|text| text.parse().ok()),
        context: context.map(|context| context.to_string()),
        hash: Sha256::digest(object.to_string().as_bytes()).into(),
    })
}

impl Wished {
    /// Passes when amount, time and what is given in return belong together, by the zone and the rules of the resource.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] naming what does not, and what would pass.
    fn check(&self, zone: &Zone, rules: Option<&Rules>, slot: Slot, units: u32) -> Result<(), Refusal> {
        if self.timezone.as_deref().is_some_and(|given| given != zone.as_str()) {
            let found = self.timezone.clone().unwrap_or_default();
            return Err(Refusal::malformed("timezone", found, "the zone of the space"));
        }
        if quantity(slot, units).value != Some(self.minutes) {
            return Err(Refusal::malformed("resourceQuantity", self.minutes, "the minutes of the time for each unit"));
        }
        let price = rules.map(|rules| &rules.price).unwrap_or(&Price::Free);
        let Price::Money { currency, .. } = price else { return Ok(()) };
        let total = price.total(zone, slot, units);
        let given = self.in_return.as_ref().and_then(|measure| measure.value);
        if money(total, currency).is_some_and(|due| given != due.value) {
            let due = format!("{} {currency}, which is asked of you for the time", written_amount(total, currency));
            return Err(Refusal::malformed("stipulatesReciprocal", given.unwrap_or_default(), due));
        }
        Ok(())
    }

    /// What it asks for, by the clock of the space; with what is wrong with the amount, so that it can be answered.
    ///
    /// # Errors
    /// What is wrong with the times, or [`Refusal::Malformed`].
    pub fn offered(self, uri: String, zone: &str, rules: Option<&Rules>) -> Result<Offered, Refusal> {
        let zone = Zone::parse(zone)?;
        let draft = self.input.parse(&zone)?;
        let wrong = self.check(&zone, rules, draft.wish.slot, draft.wish.units).err();
        Ok(Offered {
            uri,
            hash: self.hash,
            context: self.context,
            deadline: self.deadline,
            waits: self.waits,
            rules_version: self.rules_version,
            request: Request { resource: self.resource, draft, hold: false, reason: None },
            wrong,
        })
    }
}
