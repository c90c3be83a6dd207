//! NodeInfo 2.0 and 2.1 (FEP-0151, FEP-f1d5): what a server says of itself. Shown to people; nothing is decided by it.

use serde_json::{Map, Value, json};

use super::compact::Compact;
use super::id::Id;
use super::json as read;

const SCHEMA: &str = "http://nodeinfo.diaspora.software/ns/schema/";
/// The link to the server's actor (FEP-2677).
const APPLICATION: &str = "https://www.w3.org/ns/activitystreams#Application";
/// The most characters of a text that is read.
const TEXT_LIMIT: usize = 500;

/// The version of a document; 2.1 adds only links to the software.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// 2.0.
    V2_0,
    /// 2.1.
    V2_1,
}

impl Version {
    /// Both, the newest first.
    pub const ALL: [Self; 2] = [Self::V2_1, Self::V2_0];

    /// The number as text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2_0 => "2.0",
            Self::V2_1 => "2.1",
        }
    }

    /// The version with this number.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.as_str() == text)
    }

    /// The content type of a document.
    #[must_use]
    pub fn content_type(self) -> String {
        format!("application/json; profile=\"{SCHEMA}{}#\"", self.as_str())
    }
}

/// Where a server's NodeInfo is (`/.well-known/nodeinfo`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Discovery {
    /// The newest document that can be read here.
    pub document: Option<Id>,
    /// The server's actor (FEP-2677).
    pub application: Option<Id>,
}

impl Discovery {
    /// Reads the links. Both lead to the server that was asked (`origin`) or are left out: they are fetched next.
    #[must_use]
    pub fn read(document: &Map<String, Value>, origin: &Id) -> Self {
        let document = Value::Object(document.clone());
        let link = |rel: &str| {
            let links = read::each(&document, "links").filter(|link| read::text(link, "rel") == Some(rel));
            links.filter_map(|link| Id::parse(read::text(link, "href")?).ok()).find(|href| href.same_origin(origin))
        };
        Self {
            document: Version::ALL.into_iter().find_map(|version| link(&format!("{SCHEMA}{}", version.as_str()))),
            application: link(APPLICATION),
        }
    }

    /// The links of a server of ours at this origin, whose actor has this id.
    #[must_use]
    pub fn of_site(origin: &str, application: &str) -> Value {
        let version = |version: Version| {
            let number = version.as_str();
            json!({"rel": format!("{SCHEMA}{number}"), "href": format!("{origin}/nodeinfo/{number}")})
        };
        let application = json!({"rel": APPLICATION, "href": application});
        Compact::untyped().with_array("links", Version::ALL.map(version).into_iter().chain([application])).into()
    }
}

/// What a server says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NodeInfo {
    /// The software: lower-case letters, digits and `-`.
    pub software_name: String,
    /// Its version.
    pub software_version: String,
    /// Its source code.
    pub repository: Option<String>,
    /// Its home page.
    pub homepage: Option<String>,
    /// Speaks ActivityPub?
    pub speaks_activitypub: bool,
    /// May anybody register?
    pub open_registrations: bool,
    /// How many accounts there are.
    pub users: Option<u64>,
    /// How many of them were active in the last month.
    pub active_month: Option<u64>,
    /// How many of them were active in the last half year.
    pub active_half_year: Option<u64>,
    /// How many posts were made there.
    pub local_posts: Option<u64>,
    /// What the server is called.
    pub node_name: Option<String>,
    /// What it is, plain text.
    pub node_description: Option<String>,
    /// The ids of the actors who keep it (FEP-0151).
    pub staff_accounts: Vec<String>,
}

/// The document is no NodeInfo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a NodeInfo document names its software and protocols")]
pub struct NotNodeInfo;

impl NodeInfo {
    /// Reads a document of any version; numbers that make no sense are left out.
    ///
    /// # Errors
    /// [`NotNodeInfo`].
    pub fn read(document: &Map<String, Value>) -> Result<Self, NotNodeInfo> {
        let document = Value::Object(document.clone());
        let none = Value::Null;
        let part = |value: &Value, key: &str| read::get(value, key).cloned().unwrap_or_default();
        let software = read::get(&document, "software").unwrap_or(&none);
        let text = |value: &Value, key: &str| {
            read::text(value, key).map(|text| text.chars().take(TEXT_LIMIT).collect::<String>())
        };
        let (usage, metadata) = (part(&document, "usage"), part(&document, "metadata"));
        let users = part(&usage, "users");
        Ok(Self {
            software_name: text(software, "name").ok_or(NotNodeInfo)?,
            software_version: text(software, "version").unwrap_or_default(),
            repository: text(software, "repository"),
            homepage: text(software, "homepage"),
            speaks_activitypub: protocols(&document),
            open_registrations: read::boolean(&document, "openRegistrations").unwrap_or(false),
            users: read::whole(&users, "total"),
            active_month: read::whole(&users, "activeMonth"),
            active_half_year: read::whole(&users, "activeHalfyear"),
            local_posts: read::whole(&usage, "localPosts"),
            node_name: text(&metadata, "nodeName"),
            node_description: text(&metadata, "nodeDescription"),
            staff_accounts: read::each(&metadata, "staffAccounts")
                .filter_map(Value::as_str)
                .filter(|id| id.len() <= TEXT_LIMIT)
                .take(50)
                .map(str::to_owned)
                .collect(),
        })
    }

    /// The document of a version.
    #[must_use]
    pub fn to_value(&self, version: Version) -> Value {
        let of_2_1 = |text: &Option<String>| text.clone().filter(|_| version == Version::V2_1);
        let software = Compact::untyped()
            .with("name", self.software_name.as_str())
            .with("version", self.software_version.as_str())
            .with_some("repository", of_2_1(&self.repository))
            .with_some("homepage", of_2_1(&self.homepage));
        let users = Compact::untyped()
            .with_some("total", self.users)
            .with_some("activeMonth", self.active_month)
            .with_some("activeHalfyear", self.active_half_year);
        let metadata = Compact::untyped()
            .with_some("nodeName", self.node_name.as_deref())
            .with_some("nodeDescription", self.node_description.as_deref())
            .with_list("staffAccounts", self.staff_accounts.iter().map(String::as_str))
            .with("federation", json!({"enabled": true}));
        Compact::untyped()
            .with("version", version.as_str())
            .with("software", software)
            .with_list("protocols", self.speaks_activitypub.then_some("activitypub"))
            .with("services", json!({"inbound": [], "outbound": []}))
            .with("openRegistrations", self.open_registrations)
            .with("usage", Compact::untyped().with("users", users).with_some("localPosts", self.local_posts))
            .with("metadata", metadata)
            .into()
    }
}

/// A list; in the oldest documents an object of lists.
fn protocols(document: &Value) -> bool {
    let is_it = |value: &Value| value.as_str() == Some("activitypub");
    read::each(document, "protocols")
        .any(|value| is_it(value) || ["inbound", "outbound"].iter().any(|key| read::each(value, key).any(is_it)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_say_of_the_node_is_read_back() {
        let sent = NodeInfo {
            software_name: "thirdspace".into(),
            software_version: "0.1.0".into(),
            repository: Some("https://harbor.example/source".into()),
            homepage: None,
            speaks_activitypub: true,
            open_registrations: false,
            users: Some(12),
            active_month: Some(7),
            active_half_year: None,
            local_posts: Some(40),
            node_name: Some("Harbor".into()),
            node_description: Some("By the water".into()),
            staff_accounts: vec!["https://harbor.example/members/ana".into()],
        };
        let read = |version| NodeInfo::read(sent.to_value(version).as_object().unwrap()).unwrap();
        assert_eq!(read(Version::V2_1), sent);
        assert_eq!(read(Version::V2_0), NodeInfo { repository: None, ..sent.clone() });
    }

    #[test]
    fn discovery_leads_to_the_newest_document_of_the_server_that_was_asked() {
        let origin = Id::parse("https://harbor.example/").unwrap();
        let ours = Discovery::of_site("https://harbor.example", "https://harbor.example/actor");
        let read = Discovery::read(ours.as_object().unwrap(), &origin);
        assert_eq!(read.document.unwrap().as_str(), "https://harbor.example/nodeinfo/2.1");
        assert_eq!(read.application.unwrap().as_str(), "https://harbor.example/actor");
        let stranger = Id::parse("https://quay.example/").unwrap();
        assert_eq!(Discovery::read(ours.as_object().unwrap(), &stranger), Discovery::default());
    }

    #[test]
    fn odd_documents_are_read() {
        let old = json!({"software": {"name": "old", "version": 3}, "protocols": {"inbound": ["activitypub"]}, "usage": {"users": {"total": "5", "activeMonth": -1}}});
        let read = NodeInfo::read(old.as_object().unwrap()).unwrap();
        assert!(read.speaks_activitypub && !read.open_registrations);
        assert_eq!((read.users, read.active_month), (Some(5), None));
        assert_eq!(NodeInfo::read(&Map::new()), Err(NotNodeInfo));
    }
}
