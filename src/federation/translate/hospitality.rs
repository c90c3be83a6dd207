//! What spaces grant guests: ours as it is sent, others' as it is kept.

use serde_json::{Map, Value};

use crate::activitypub::actor::{ActorKind, RemoteActor};
use crate::activitypub::id::Id;
use crate::coworking::hospitality::{Hospitality, HospitalityInput, RESOURCE_LIMIT, SpaceElsewhere};
use crate::coworking::space::{Address, Coordinates, Zone};
use crate::site::Site;

/// The clauses that this node knows, besides the resources. What others say beyond them nobody here can promise.
const CLAUSES: [&str; 9] =
    ["days", "window_days", "kinds", "hours", "notice_minutes", "distance_km", "other_town", "share_percent", "text"];

/// What one of ours grants, as it is sent: resources by their addresses.
#[must_use]
pub fn written(site: &Site, granted: &Hospitality) -> Option<Value> {
    let mut said = serde_json::to_value(granted).ok()?;
    let resources: Vec<String> = granted.resources.iter().map(|id| site.resource(*id)).collect();
    if !resources.is_empty() {
        said.as_object_mut()?.insert("resources".to_owned(), resources.into());
    }
    Some(said)
}

/// What a space elsewhere says of itself; `None` for what is no space, or says nothing of it.
#[must_use]
pub fn elsewhere(actor: &RemoteActor) -> Option<SpaceElsewhere> {
    if !matches!(actor.kind, ActorKind::Group | ActorKind::Organization) {
        return None;
    }
    let place = actor.location.as_ref();
    let address = place.and_then(|place| place.address.clone()).unwrap_or_default();
    let text = |text: Option<String>| text.unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
    let said = actor.hospitality.as_ref().and_then(Value::as_object);
    let space = SpaceElsewhere {
        address: Address {
            street: text(address.street_address),
            locality: text(address.locality),
            region: text(address.region),
            postal_code: text(address.postal_code),
            country: text(address.country),
        },
        coordinates: place
            .and_then(|place| place.coordinates)
            .map(|point| Coordinates { latitude: point.latitude(), longitude: point.longitude() }),
        zone: actor.timezone.as_deref().and_then(|zone| Zone::parse(zone).ok()).map(|zone| zone.as_str().to_owned()),
        hospitality: said.and_then(clauses),
        resources: said.map(|said| resources(said, &actor.id)).unwrap_or_default(),
    };
    (space != SpaceElsewhere::default()).then_some(space)
}

fn clauses(said: &Map<String, Value>) -> Option<Hospitality> {
    let known = said.iter().filter(|(key, _)| CLAUSES.contains(&key.as_str()));
    let known: Map<String, Value> = known.map(|(key, value)| (key.clone(), value.clone())).collect();
    serde_json::from_value::<HospitalityInput>(known.into()).ok()?.parse().ok()
}

fn resources(said: &Map<String, Value>, space: &Id) -> Vec<String> {
    let named = said.get("resources").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let own = named.filter_map(|uri| Id::parse(uri).ok()).filter(|id| id.same_origin(space));
    own.take(RESOURCE_LIMIT).map(|id| id.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(hospitality: Value) -> SpaceElsewhere {
        let document = json!({
            "@context": "https://www.w3.org/ns/activitystreams", "type": "Group", "id": "https://quay.example/s/quay",
            "inbox": "https://quay.example/s/quay/inbox", "preferredUsername": "quay", "timezone": "Europe/Lisbon",
            "location": {"type": "Place", "address": {"type": "PostalAddress", "addressLocality": "Porto\u{1b}"}},
            "hospitality": hospitality,
        });
        elsewhere(&RemoteActor::read(&document).unwrap()).unwrap()
    }

    #[test]
    fn what_a_space_grants_is_read_as_far_as_it_is_known_and_as_it_is_sent() {
        let site = Site::new(&"https://quay.example".parse().unwrap()).unwrap();
        let granted: Hospitality = serde_json::from_value(json!({"days": 3, "resources": ["7"]})).unwrap();
        let mut sent = written(&site, &granted).unwrap();
        assert_eq!(sent, json!({"days": 3, "window_days": 30, "resources": ["https://quay.example/resources/7"]}));
        sent["sauna"] = json!("yes");
        sent["resources"].as_array_mut().unwrap().push(json!("https://evil.example/resources/1"));
        let space = read(sent);
        assert_eq!(space.address.locality, "Porto");
        assert_eq!(
            space.sentences(),
            ["A guest can have 3 days within any 30 days.", "Guests can book these: https://quay.example/resources/7.",]
        );
        for nonsense in [json!({"days": -1}), json!([1]), json!({"text": "\u{1b}[31m"}), json!("x".repeat(30_000))] {
            assert_eq!(read(nonsense).hospitality, None);
        }
    }
}
