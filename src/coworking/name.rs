//! The names that people and spaces are addressed by.
//!
//! Members and spaces share one namespace: `@harbor@harbor.example` is a space, `@ana@harbor.example` a member.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::refusal::Refusal;

/// The most characters of a username.
pub const USERNAME_LIMIT: usize = 30;

/// Words that would be mistaken for the node itself.
const RESERVED: [&str; 12] = [
    "actor",
    "admin",
    "administrator",
    "api",
    "help",
    "inbox",
    "instance",
    "node",
    "outbox",
    "root",
    "support",
    "thirdspace",
];

/// A username of this node: 1 to 30 lower-case letters, digits and `_`, with single `.` or `-` inside.
///
/// Every server that we know of accepts this form in a handle (Mastodon's is the narrowest).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Username(String);

impl Username {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads a name; upper case is folded, one leading `@` is let go.
    ///
    /// # Errors
    /// A [`Refusal`] that says what a username looks like or that the word is kept for the node.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        const FIELD: &str = "username";
        let folded = text.trim().trim_start_matches('@').to_ascii_lowercase();
        if folded.is_empty() {
            return Err(Refusal::Empty { field: FIELD, limit: USERNAME_LIMIT });
        }
        let found = folded.chars().count();
        if found > USERNAME_LIMIT {
            return Err(Refusal::TooLong { field: FIELD, limit: USERNAME_LIMIT, found });
        }
        let word = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        if !folded.split(['.', '-']).all(word) {
            return Err(Refusal::malformed(
                FIELD,
                text.trim(),
                "letters a to z, digits and _, with single dots or hyphens inside, such as \"ana.lima\"",
            ));
        }
        if RESERVED.contains(&folded.as_str()) {
            return Err(Refusal::Taken { field: FIELD, value: folded });
        }
        Ok(Self(folded))
    }
}

impl FromStr for Username {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::parse(text)
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Username {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_username_is_what_every_server_accepts() {
        for (given, read) in [("ana", "ana"), ("@Ana", "ana"), (" ana.lima-2 ", "ana.lima-2"), ("_", "_"), ("7", "7")] {
            assert_eq!(Username::parse(given).unwrap().as_str(), read, "{given}");
        }
        for wrong in ["", "a b", "a..b", ".a", "a-", "ä", "a@b", "a/b", "<script>", &"x".repeat(31)] {
            assert!(Username::parse(wrong).is_err(), "{wrong}");
        }
        assert!(matches!(Username::parse("Inbox"), Err(Refusal::Taken { .. })));
    }
}
