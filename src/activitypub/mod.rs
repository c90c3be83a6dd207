//! What ActivityPub says.
