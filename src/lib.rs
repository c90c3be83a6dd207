//! Thirdspace: a node that a coworking space hosts itself, federated with other spaces through ActivityPub.

pub mod activitypub;
pub mod coworking;
pub mod http_client;
pub mod site;
pub mod store;
