//! Ids of actors, objects and activities: http(s) URLs that are compared as parsed (FEP-fe34).

use std::fmt;

use url::Url;

/// The longest id that is read, in bytes.
pub const ID_LIMIT: usize = 2_048;

/// An http(s) id. Its text is kept as sent, because peers compare ids byte for byte; questions about its origin are
/// answered from its parsed form.
#[derive(Debug, Clone)]
pub struct Id {
    text: Box<str>,
    url: Url,
}

/// Why a text is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// It is longer than 2,048 bytes.
    #[error("an id has at most {ID_LIMIT} bytes")]
    TooLong,
    /// It does not parse, or is of another scheme than http(s).
    #[error("an id is an http or https URL with a host and without a user name")]
    NotHttp,
}

impl Id {
    /// Reads an id.
    ///
    /// # Errors
    /// [`IdError`] unless it is an http(s) URL with a host, without user, password, white space or control characters.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if text.len() > ID_LIMIT {
            return Err(IdError::TooLong);
        }
        // The URL parser silently drops tabs, line ends and outer spaces: two texts would be one URL.
        if text.bytes().any(|byte| byte <= b' ' || byte == 0x7f || byte == b'\\') {
            return Err(IdError::NotHttp);
        }
        let url = Url::parse(text).map_err(|_| IdError::NotHttp)?;
        let plain = matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some_and(|host| !host.is_empty())
            && url.username().is_empty()
            && url.password().is_none();
        if plain { Ok(Self { text: text.into(), url }) } else { Err(IdError::NotHttp) }
    }

    /// The id as sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The parsed form.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The host with its port, unless that is the scheme's own.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.url[url::Position::BeforeHost..url::Position::AfterPort]
    }

    /// The same scheme, host and port (FEP-fe34)?
    #[must_use]
    pub fn same_origin(&self, other: &Self) -> bool {
        self.url.scheme() == other.url.scheme()
            && self.url.host() == other.url.host()
            && self.url.port_or_known_default() == other.url.port_or_known_default()
    }

    /// The id of the document that holds this one: without its fragment.
    #[must_use]
    pub fn without_fragment(&self) -> Self {
        let mut url = self.url.clone();
        url.set_fragment(None);
        let text = self.text.split_once('#').map_or(&*self.text, |(document, _)| document);
        Self { text: text.into(), url }
    }
}

impl PartialEq for Id {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Id {}

impl std::hash::Hash for Id {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::str::FromStr for Id {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_compared_as_parsed() {
        let id = |text: &str| Id::parse(text).unwrap();
        let harbor = id("https://harbor.example/members/ana#main-key");
        assert!(harbor.same_origin(&id("https://HARBOR.example:443/x")));
        for other in ["http://harbor.example/", "https://harbor.example:8443/", "https://harbor.example.evil.example/"]
        {
            assert!(!harbor.same_origin(&id(other)), "{other}");
        }
        assert_eq!(harbor.without_fragment().as_str(), "https://harbor.example/members/ana");
        assert_eq!(id("http://a.example:8080/x").host(), "a.example:8080");
    }

    #[test]
    fn what_is_no_web_address_is_no_id() {
        for wrong in [
            "",
            "ana",
            "acct:ana@harbor.example",
            "javascript:alert(1)",
            "https://",
            "https://u:p@harbor.example/",
            "https://harbor.example/a b",
            " https://harbor.example/",
            "https://harb\tor.example/",
            "https:\\\\harbor.example",
            "file:///etc/passwd",
        ] {
            assert_eq!(Id::parse(wrong), Err(IdError::NotHttp), "{wrong}");
        }
        assert_eq!(Id::parse(&format!("https://a.example/{}", "x".repeat(ID_LIMIT))), Err(IdError::TooLong));
    }
}
