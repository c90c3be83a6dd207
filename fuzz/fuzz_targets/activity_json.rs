//! A body as a stranger may post it: it is refused, or it is read without a panic, and what our parser takes is what any
//! JSON reader sees.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use thirdspace_fuzz::activitypub::activity::Activity;
use thirdspace_fuzz::activitypub::actor::{KeyDocument, RemoteActor};
use thirdspace_fuzz::activitypub::collection::ReceivedCollection;
use thirdspace_fuzz::activitypub::json;
use thirdspace_fuzz::activitypub::marketplace::{Agreement, Proposal};
use thirdspace_fuzz::activitypub::object::ReceivedObject;
use thirdspace_fuzz::activitypub::place::Place;

fuzz_target!(|input: &[u8]| {
    let Ok(object) = json::parse(input) else { return };
    let plain: Value = serde_json::from_slice(input).expect("what the strict parser takes is JSON");
    assert_eq!(plain.as_object(), Some(&object));
    let _ = ReceivedObject::read(&plain);
    let _ = (RemoteActor::read(&plain).map(|actor| actor.claimed_handle()), KeyDocument::read(&plain));
    let _ = (ReceivedCollection::read(&plain), Place::read(&plain));
    if let Ok(proposal) = Proposal::read(&plain) {
        let mut written = proposal.keys();
        written.insert("id".to_owned(), proposal.id.as_str().into());
        assert_eq!(Proposal::read(&Value::Object(written)), Ok(proposal));
    }
    if let Ok(agreement) = Agreement::read(&plain) {
        assert!(Agreement::read(&agreement.to_value()).is_ok());
    }
    let Ok(activity) = Activity::read(object) else { return };
    let _ = (activity.audience(), activity.target().is_some(), activity.is_about_its_actor());
    for object in activity.objects() {
        if let Some(embedded) = object.embedded() {
            let _ = (object.id(), ReceivedObject::read(embedded));
        }
    }
});
