//! People from here and elsewhere, for stories.

use jiff::Timestamp;

use super::{ActorType, NewLocal, RemoteKey, RemoteProfile, add_local};
use crate::coworking::id::ActorId;
use crate::store::key::Algorithm;
use crate::store::{Error, Tx};

/// Adds somebody who lives here and does not want to be suggested.
pub(crate) fn local(tx: &mut Tx<'_>, username: &str, now: Timestamp) -> Result<ActorId, Error> {
    let new = NewLocal {
        uri: &format!("https://harbor.example/members/{username}"),
        shared_inbox: "https://harbor.example/inbox",
        actor_type: ActorType::Person,
        username,
        host: "harbor.example",
        name: username,
        home_space: None,
        manually_approves_followers: true,
        discoverable: false,
        hides_network: true,
    };
    add_local(tx, &new, now)
}

/// What a person's document at this URI (`https://host/…/name`) would say, with one key.
pub(crate) fn profile(uri: &str) -> RemoteProfile {
    let parsed = url::Url::parse(uri).unwrap();
    let (host, username) = (parsed.host_str().unwrap(), parsed.path().rsplit('/').next().unwrap());
    RemoteProfile {
        followers: Some(format!("{uri}/followers")),
        discoverable: true,
        keys: vec![RemoteKey {
            uri: format!("{uri}#main-key"),
            algorithm: Algorithm::Rsa,
            public_key: format!("key of {uri}"),
        }],
        ..RemoteProfile::bare(uri, username, host)
    }
}
