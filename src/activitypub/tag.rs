//! Tags of what is sent: whom it mentions, what it is about, what it links to.

use serde_json::Value;

use super::compact::Compact;

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tag {
    /// Somebody; Mastodon notifies nobody without it.
    Mention {
        /// The actor's id.
        href: String,
        /// The handle, `@ana@harbor.example`.
        name: String,
    },
    /// A word.
    Hashtag {
        /// Its page.
        href: String,
        /// The word, without `#`.
        name: String,
    },
    /// An ActivityPub object that the text links to (FEP-e232).
    ObjectLink {
        /// The object's id.
        href: String,
        /// How the text calls it.
        name: Option<String>,
        /// What it is to the text.
        rel: Option<String>,
    },
}

impl Tag {
    /// The tag as it is sent.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Self::Mention { href, name } => {
                Compact::new("Mention").with("href", href.as_str()).with("name", name.as_str())
            }
            Self::Hashtag { href, name } => {
                Compact::new("Hashtag").with("href", href.as_str()).with("name", format!("#{name}"))
            }
            Self::ObjectLink { href, name, rel } => Compact::new("Link")
                .with("mediaType", "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"")
                .with("href", href.as_str())
                .with_some("name", name.as_deref())
                .with_some("rel", rel.as_deref()),
        }
        .into()
    }
}
