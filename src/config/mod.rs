//! Every setting of the node: its key, its type, its default and the sentence that explains it, all in one list.
//!
//! The example file, the environment names and the error messages are made from that list, so they cannot say
//! something else than the code. A [`Config`] is complete and checked: who holds one asks no further questions.

mod example;
mod setting;
mod source;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use url::{Host, Url};

pub use example::{example, show};
pub use setting::{LogFilter, LogFormat, NodeName};
pub use source::{Error, Origin, Sources};

use crate::http_client::{self, Network};
use crate::mail;
use crate::site::Site;
use crate::store::{self, Place, Synchronous};
use setting::{Setting, within};
use source::Found;

/// A setting as the example file shows it.
struct Entry {
    key: &'static str,
    doc: &'static [&'static str],
    /// In place of a default that differs from machine to machine or is nothing: one value that would pass, as TOML.
    shown: &'static [&'static str],
}

struct Group {
    title: &'static str,
    entries: &'static [Entry],
}

/// Makes [`Config`] and everything that has to know all settings from one list. A default may name the settings
/// above it.
macro_rules! settings {
    ($(
        $title:literal {
            $(
                $(#[doc = $doc:literal])+
                $key:ident: $type:ty = $default:expr
                $(, within $least:expr => $most:expr)?
                $(, shown $shown:literal)?;
            )+
        }
    )+) => {
        /// Every setting, checked.
        #[derive(Debug, Clone)]
        pub struct Config {
            $($( $(#[doc = $doc])+ pub $key: $type, )+)+
        }

        const GROUPS: &[Group] = &[$(
            Group {
                title: $title,
                entries: &[$(
                    Entry { key: stringify!($key), doc: &[$($doc),+], shown: &[$($shown)?] },
                )+],
            },
        )+];

        /// What the sources gave, the later ones over the earlier.
        #[derive(Default)]
        struct Given {
            $($( $key: Option<$type>, )+)+
        }

        impl Given {
            /// Takes one value.
            ///
            /// # Errors
            /// What would pass instead.
            fn take(&mut self, key: &str, found: &Found) -> Result<(), setting::Expected> {
                match key {
                    $($(
                        stringify!($key) => {
                            let value: $type = found.read()?;
                            $( let value = within(value, $least, $most)?; )?
                            self.$key = Some(value);
                        }
                    )+)+
                    _ => return Err(setting::Expected::NoSuchKey),
                }
                Ok(())
            }

            fn complete(self) -> Config {
                $($( let $key: $type = self.$key.unwrap_or_else(|| $default); )+)+
                Config { $($( $key, )+)+ }
            }
        }

        impl Config {
            /// The value of a setting as TOML; `None` when it is not set or there is no such setting.
            fn value(&self, key: &str) -> Option<toml::Value> {
                match key {
                    $($( stringify!($key) => self.$key.to_toml(), )+)+
                    _ => None,
                }
            }
        }
    };
}

settings! {
    "The node" {
        /// The address of the node on the web: scheme and host, nothing after it. Ids of members, spaces and posts are
        /// made from it and are known to other nodes for ever, so it cannot change once the node has started.
        origin: Site = at_home();
        /// Address and port where the node answers. A proxy in front of it speaks TLS with the world; only the proxy
        /// should reach this port, hence loopback. In a container it is "0.0.0.0:8080". Port 0 takes any free port.
        listen: SocketAddr = beside(&origin);
        /// The folder that holds everything the node remembers. A relative path counts from where the node is started.
        data_dir: PathBuf = PathBuf::from("data");
        /// What people call the node. Default: the host of the origin.
        node_name: NodeName = NodeName::of_host(&origin), shown "\"Harbor Coworking\"";
    }
    "Log" {
        /// What is logged: error, warn, info, debug or trace, also by module ("info,thirdspace::federation=debug").
        log: LogFilter = LogFilter::default();
        /// How it is logged: "text" for people, "json" for machines.
        log_format: LogFormat = LogFormat::Text;
    }
    "Web" {
        /// Threads that answer requests. Default: one for each processor, at most 4.
        workers: usize = processors().min(4), within 1 => 64, shown "2";
        /// Proxies that are believed when they say in X-Forwarded-For who asks.
        trust_forwarded: Vec<Network> = loopback();
        /// Answer other servers only when they sign their question. It hides public profiles and posts from servers
        /// that are blocked here, and from software that cannot sign.
        authorized_fetch: bool = false;
        /// Largest body of a request, and of an answer that the node asked for, in bytes after decompression.
        max_body: usize = 1024 * 1024, within 64 * 1024 => 16 * 1024 * 1024;
    }
    "Store" {
        /// When a change counts as saved: "full" survives a power cut, "normal" the end of the process.
        synchronous: Synchronous = Synchronous::Full;
        /// Threads that read at the same time.
        readers: usize = 4, within 1 => 64;
        /// The database server, if the node has outgrown the file in data_dir: a PostgreSQL address, or the path of its
        /// socket. Several processes with the same settings are one node then. The schema is made where there is none.
        database_url: Option<Place> = None, shown "\"postgres://thirdspace@db.example/thirdspace?schema=harbor\"";
        /// Connections that one process has to the database server.
        database_connections: usize = 9, within 3 => 400;
    }
    "Federation" {
        /// Limit for looking up, connecting to and greeting another server.
        connect_timeout: Duration = Duration::from_secs(5), within Duration::from_millis(10) => MINUTE;
        /// Limit for the start of an answer and for each silence within it.
        read_timeout: Duration = Duration::from_secs(10), within Duration::from_millis(10) => MINUTE;
        /// Limit for a whole outgoing request.
        total_timeout: Duration = Duration::from_secs(30), within Duration::from_millis(10) => 5 * MINUTE;
        /// Requests on their way to one host at once.
        per_host: usize = 4, within 1 => 64;
        /// Deliveries on their way at once, to all hosts together.
        delivery_concurrency: usize = 256, within 1 => 4096;
        /// Received activities that are worked on in one transaction.
        inbox_batch: usize = 100, within 1 => 1000;
        /// Requests to check a received activity, and as many for each try (of at most 4) to act on it.
        fetch_budget: u32 = 50, within 1 => 1000;
        /// How far the time of a signature may lie from now, before or after.
        signature_window: Duration = HOUR, within MINUTE => 12 * HOUR;
        /// How long ids of received activities are kept, so that a repeat is known as one.
        inbox_retention: Duration = 30 * DAY, within 7 * DAY => 365 * DAY;
        /// How long deliveries that are done or given up are kept for looking at.
        delivery_retention: Duration = 7 * DAY, within HOUR => 365 * DAY;
        /// How long bookings are kept after they ended; then the days and the resources are counted, and nobody's name.
        booking_retention: Duration = 730 * DAY, within 30 * DAY => 3650 * DAY;
        /// How long it is kept when guests came and went, and what was written to a booking; at most as long as the booking.
        presence_retention: Duration = 90 * DAY, within DAY => 730 * DAY;
    }
    "Mail. Members who say so get letters about their bookings; without a way out there are none" {
        /// As whom letters are sent.
        mail_from: Option<mail::Sender> = None, shown "\"Harbor Coworking <desk@harbor.example>\"";
        /// The mail server that takes them: smtps:// speaks TLS from the first byte, smtp:// goes over to it (but on this
        /// machine). It may have a name and a password in it, which better stand in the environment.
        mail_smtp: Option<mail::Server> = None, shown "\"smtps://desk@mail.example:465\"";
        /// A folder into which letters are written as files in place of being sent. For development.
        mail_folder: Option<PathBuf> = None, shown "\"letters\"";
    }
    "Development and tests. Each of these opens a door that is shut for a reason. They are off, except on a node that \
     both lives and listens on loopback: nobody else can reach it, so it may talk to its neighbours on this machine" {
        /// Also speak http, and to any port.
        allow_http: bool = is_at_home(&origin, listen);
        /// Networks that may be called although they are not public.
        allow_private_addresses: Vec<Network> =
            if is_at_home(&origin, listen) { loopback() } else { Vec::new() };
        /// Names that are not looked up: host, or *.suffix, to address and port; port 0 stands for the URL's.
        resolve: BTreeMap<String, SocketAddr> =
            if is_at_home(&origin, listen) { neighbours() } else { BTreeMap::new() };
        /// PEM file with certificate authorities that are trusted besides the public ones.
        ca_file: Option<PathBuf> = None, shown "\"/etc/thirdspace/ca.pem\"";
    }
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Where a node listens unless told otherwise.
const PORT: u16 = 8080;

impl Config {
    /// Reads defaults, then the file, then the environment, then the command line; the later wins. Beside the
    /// configuration it returns warnings about names in the environment that look like settings and are none.
    ///
    /// # Errors
    /// [`Error`]: a file that cannot be read, a key that does not exist, a value that cannot pass, or settings that do
    /// not fit each other.
    pub fn load(sources: &Sources) -> Result<(Self, Vec<String>), Error> {
        let mut given = Given::default();
        let warnings = sources.fill(&mut given)?;
        let config = given.complete();
        config.check()?;
        Ok((config, warnings))
    }

    /// Defaults with these settings over them, written as on the command line. For tests and demonstrations.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn of<K: AsRef<str>, V: AsRef<str>>(settings: impl IntoIterator<Item = (K, V)>) -> Result<Self, Error> {
        let settings = settings.into_iter().map(|(key, value)| (key.as_ref().to_owned(), value.as_ref().to_owned()));
        Ok(Self::load(&Sources { settings: settings.collect(), ..Sources::default() })?.0)
    }

    /// Where the node lives on the web.
    #[must_use]
    pub fn site(&self) -> Site {
        self.origin.clone()
    }

    /// How the node calls others.
    #[must_use]
    pub fn http(&self) -> http_client::Settings {
        http_client::Settings {
            user_agent: self.user_agent(),
            allow_http: self.allow_http,
            allow_private_addresses: self.allow_private_addresses.clone(),
            resolve: self.resolve.clone(),
            ca_file: self.ca_file.clone(),
            connect_timeout: self.connect_timeout,
            read_timeout: self.read_timeout,
            total_timeout: self.total_timeout,
            max_body: self.max_body,
            per_host: self.per_host,
        }
    }

    /// How letters leave.
    #[must_use]
    pub fn mail(&self) -> mail::Settings {
        mail::Settings {
            from: self.mail_from.clone(),
            server: self.mail_smtp.clone(),
            folder: self.mail_folder.clone(),
            ca_file: self.ca_file.clone(),
        }
    }

    /// How the node names itself to others: software, version, and where its operator can be found.
    #[must_use]
    pub fn user_agent(&self) -> String {
        format!("thirdspace/{} (+{}/)", env!("CARGO_PKG_VERSION"), self.origin.origin())
    }

    /// Where the node keeps what it remembers.
    #[must_use]
    pub fn store_place(&self) -> Place {
        match self.database_url.clone() {
            Some(Place::Server(address)) => Place::Server(address.trusting(self.ca_file.clone())),
            Some(file) => file,
            None => Place::File(self.data_dir.join("thirdspace.sqlite3")),
        }
    }

    /// How the database is opened.
    #[must_use]
    pub fn store(&self) -> store::Options {
        store::Options {
            synchronous: self.synchronous,
            readers: self.readers,
            connections: self.database_connections,
            ..store::Options::default()
        }
    }

    /// True when this address is that of a proxy whose `X-Forwarded-For` is believed.
    #[must_use]
    pub fn trusts_proxy(&self, address: IpAddr) -> bool {
        self.trust_forwarded.iter().any(|network| network.contains(address.to_canonical()))
    }

    /// The doors for development that stand open, a sentence each; to be logged loudly at every start.
    #[must_use]
    pub fn open_doors(&self) -> Vec<String> {
        let mut open = Vec::new();
        if self.allow_http {
            open.push("allow_http: requests to other servers may go unencrypted and to any port".to_owned());
        }
        if !self.allow_private_addresses.is_empty() {
            let networks: Vec<_> = self.allow_private_addresses.iter().map(Network::to_string).collect();
            open.push(format!("allow_private_addresses: strangers can make this node call {}", networks.join(", ")));
        }
        if !self.resolve.is_empty() {
            let names: Vec<_> = self.resolve.keys().map(String::as_str).collect();
            open.push(format!("resolve: {} are not looked up", names.join(", ")));
        }
        if let Some(file) = &self.ca_file {
            open.push(format!("ca_file: authorities in {} can vouch for every server", file.display()));
        }
        open
    }

    /// Settings that are right each by itself and wrong together.
    fn check(&self) -> Result<(), Error> {
        let way = self.mail_smtp.as_ref().map(|_| "mail_smtp").or(self.mail_folder.as_ref().map(|_| "mail_folder"));
        if let (Some(key), None) = (way, &self.mail_from) {
            let found = self.value(key).map(|value| value.to_string()).unwrap_or_default();
            return Err(Error::Together { key, found, rule: "mail_from is not set; letters need a sender" });
        }
        let origin = self.origin.origin();
        if is_loopback(&self.origin) || self.allow_http {
            return Ok(());
        }
        let wrong = |rule| Err(Error::Together { key: "origin", found: origin.to_owned(), rule });
        let url = Url::parse(origin).ok();
        match url.as_ref().and_then(Url::host) {
            Some(Host::Domain(name)) if name.contains('.') && !name.ends_with('.') => {}
            _ => return wrong("it must have a full host name such as harbor.example, because peers refuse others"),
        }
        if !origin.starts_with("https:") {
            return wrong("it must begin with https:, because peers refuse http; for a trial, set allow_http");
        }
        if url.and_then(|url| url.port()).is_some() {
            return wrong("it must have no port, because handles cannot carry one; for a trial, set allow_http");
        }
        Ok(())
    }
}

/// The origin of a node that was told nothing.
fn at_home() -> Site {
    Setting::from_text("http://localhost:8080").expect("the default origin is an origin")
}

/// A loopback origin names the port at which it is reached; any other is reached through a proxy.
fn beside(origin: &Site) -> SocketAddr {
    let port = Url::parse(origin.origin()).ok().filter(|_| is_loopback(origin)).and_then(|url| url.port());
    SocketAddr::from((Ipv4Addr::LOCALHOST, port.unwrap_or(PORT)))
}

/// The node lives on this machine only and is reached from this machine only.
fn is_at_home(origin: &Site, listen: SocketAddr) -> bool {
    is_loopback(origin) && listen.ip().is_loopback()
}

/// `localhost`, names under it (RFC 6761, section 6.3) and loopback addresses.
fn is_loopback(origin: &Site) -> bool {
    let Ok(url) = Url::parse(origin.origin()) else { return false };
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn loopback() -> Vec<Network> {
    ["127.0.0.0/8", "::1"].iter().filter_map(|network| network.parse().ok()).collect()
}

/// Not every system resolves names under `localhost`.
fn neighbours() -> BTreeMap<String, SocketAddr> {
    let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    ["localhost", "*.localhost"].into_iter().map(|name| (name.to_owned(), here)).collect()
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(settings: &[(&str, &str)]) -> String {
        Config::of(settings.iter().copied()).unwrap_err().to_string()
    }

    #[test]
    fn a_node_at_home_may_call_its_neighbours_and_one_in_the_world_may_not() {
        let home = Config::of([("origin", "http://harbor.localhost:4001")]).unwrap();
        assert_eq!(home.listen.to_string(), "127.0.0.1:4001");
        assert!(home.allow_http && home.allow_private_addresses[0].contains(home.listen.ip()));
        assert!(home.resolve.contains_key("*.localhost") && home.open_doors().len() == 3);

        let world = Config::of([("origin", "https://harbor.example")]).unwrap();
        assert_eq!(world.listen.to_string(), "127.0.0.1:8080");
        assert!(!world.allow_http && world.allow_private_addresses.is_empty() && world.resolve.is_empty());
        assert!(world.open_doors().is_empty());

        let seen = Config::of([("origin", "http://localhost:8080"), ("listen", "0.0.0.0:8080")]).unwrap();
        assert!(!seen.allow_http && seen.open_doors().is_empty(), "others can reach it, so it must not reach inwards");
        let strict = Config::of([("allow_http", "false"), ("allow_private_addresses", "")]).unwrap();
        assert!(
            !strict.allow_http && strict.allow_private_addresses.is_empty(),
            "what is said wins over what is guessed"
        );
    }

    #[test]
    fn an_origin_that_peers_would_refuse_is_refused_here_first() {
        for origin in ["http://harbor.example", "https://harbor.example:8443", "https://203.0.113.9", "https://harbor"]
        {
            assert!(refusal(&[("origin", origin)]).contains(origin), "{origin}");
            Config::of([("origin", origin), ("allow_http", "true")]).unwrap();
        }
        assert!(refusal(&[("origin", "https://harbor.example/space")]).contains("without a path"));
    }

    #[test]
    fn letters_need_a_sender_and_no_error_tells_a_password() {
        let server = ("mail_smtp", "smtps://desk:secret@mail.example");
        let told = refusal(&[server]);
        assert!(told.contains("mail_from is not set") && !told.contains("secret"), "{told}");
        for (key, value) in [
            ("mail_smtp", "desk:secret@mail.example:465"),
            ("mail_smtp", "smtps//desk:a@secret@mail.example"),
            ("database_url", "postgres:/desk:secret@db"),
            ("database_url", "mysql://db/x?password=secret&user=desk"),
        ] {
            let told = refusal(&[(key, value)]);
            assert!(!told.contains("secret") && told.contains('…'), "{told}");
        }
        let config = Config::of([server, ("mail_from", "Harbor <desk@harbor.example>")]).unwrap();
        let shown = show(&config);
        assert!(shown.contains("mail_smtp = \"smtps://desk@mail.example\"\n") && !shown.contains("secret"), "{shown}");
        assert!(shown.contains("mail_from = \"Harbor <desk@harbor.example>\"\n"), "{shown}");
    }

    #[test]
    fn the_settings_reach_the_client_and_the_store() {
        let config = Config::of([
            ("origin", "https://harbor.example"),
            ("read_timeout", "250ms"),
            ("max_body", "65536"),
            ("resolve", "a.test=127.0.0.1:4001,*.b.test=[::1]:0"),
            ("synchronous", "normal"),
            ("data_dir", "/srv/thirdspace"),
        ])
        .unwrap();
        let http = config.http();
        assert_eq!((http.read_timeout, http.max_body), (Duration::from_millis(250), 65536));
        assert_eq!(http.resolve["*.b.test"].to_string(), "[::1]:0");
        assert!(http.user_agent.starts_with("thirdspace/") && http.user_agent.ends_with(" (+https://harbor.example/)"));
        assert_eq!(config.store().synchronous, Synchronous::Normal);
        assert_eq!(config.store_place().to_string(), "sqlite:/srv/thirdspace/thirdspace.sqlite3");
        assert_eq!(config.node_name.as_str(), "harbor.example");
        assert!(config.trusts_proxy("::ffff:127.0.0.1".parse().unwrap()));
        assert!(!config.trusts_proxy("203.0.113.9".parse().unwrap()));
    }
}
