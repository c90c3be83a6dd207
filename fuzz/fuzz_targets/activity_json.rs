//! A body as a stranger may post it: it is refused, or it is read without a panic, and what our parser takes is what any
//! JSON reader sees.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use thirdspace::activitypub::activity::Activity;
use thirdspace::activitypub::json;
use thirdspace::activitypub::object::ReceivedObject;

fuzz_target!(|input: &[u8]| {
    let Ok(object) = json::parse(input) else { return };
    let plain: Value = serde_json::from_slice(input).expect("what the strict parser takes is JSON");
    assert_eq!(plain.as_object(), Some(&object));
    let _ = ReceivedObject::read(&plain);
    let Ok(activity) = Activity::read(object) else { return };
    let _ = (activity.audience(), activity.target().is_some(), activity.is_about_its_actor());
    for object in activity.objects() {
        if let Some(embedded) = object.embedded() {
            let _ = (object.id(), ReceivedObject::read(embedded));
        }
    }
});
