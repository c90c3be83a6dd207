//! What a stranger may type into the handle field, ask WebFinger about, or answer as a host: nothing panics, what is read
//! is read again as the same, and no template of a stranger leads to another host than the visitor's home.
#![no_main]

use libfuzzer_sys::fuzz_target;
use thirdspace_fuzz::activitypub::json;
use thirdspace_fuzz::activitypub::negotiation::{is_activitypub_accept, is_activitypub_content_type};
use thirdspace_fuzz::activitypub::nodeinfo::NodeInfo;
use thirdspace_fuzz::activitypub::webfinger::{Handle, Intent, InteractionTemplate, Jrd, JrdLink, Resource, query_url, rel};

fuzz_target!(|input: &[u8]| {
    let text = String::from_utf8_lossy(input);
    let _ = (is_activitypub_accept(&text), is_activitypub_content_type(&text), Resource::parse(&text, true));
    if let Ok(handle) = Handle::parse(&text) {
        assert_eq!(Handle::parse(&handle.acct()), Ok(handle.clone()));
        let url = query_url(&handle, "https").expect("a handle has a host");
        assert_eq!((url.host_str(), url.port()), (Some(handle.host()), None));
    }
    let home = Handle::parse("bo@quay.example").expect("a handle");
    let jrd = Jrd { links: vec![JrdLink::template(rel::SUBSCRIBE, &text)], ..Jrd::default() };
    if let Some(url) = InteractionTemplate::choose(&jrd, &home, Intent::Follow).fill("https://harbor.example/x", &home)
    {
        assert_eq!((url.scheme(), url.host_str(), url.port()), ("https", Some("quay.example"), None));
    }
    let Ok(document) = json::parse(input) else { return };
    let _ = NodeInfo::read(&document);
    if let Ok(read) = Jrd::read(&document) {
        let written = read.to_value();
        assert_eq!(Jrd::read(written.as_object().expect("an object")), Ok(read.clone()));
        let _ = (read.answer(&home), read.server_actor());
    }
});
