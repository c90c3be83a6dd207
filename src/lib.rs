//! Thirdspace: a node that a coworking space hosts itself, federated with other spaces through ActivityPub.

pub mod activitypub;
pub mod cli;
pub mod clock;
pub mod config;
pub mod coworking;
pub mod federation;
pub mod http_client;
pub mod icalendar;
pub mod jobs;
pub mod key_ring;
pub mod mail;
pub mod node;
pub mod operations;
pub mod rate_limit;
pub mod reception;
pub mod site;
pub mod store;
mod tls;
pub mod web;
