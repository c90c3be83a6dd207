//! The address of a server: what libpq's URLs say, and the schema that this node has for itself.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::config::{Host, SslMode};
use url::form_urlencoded;

use crate::store::Error;
use crate::store::place::NoPlace;

/// The name of user and database where a bare socket path names neither.
const NAME: &str = "thirdspace";
/// The schema that a server puts into every database.
const PUBLIC: &str = "public";
/// How long one attempt to connect may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A server that does not confirm what was sent for so long is gone (TCP_USER_TIMEOUT), and so is a silent one that does
/// not answer its probes.
const SILENCE: Duration = Duration::from_secs(20);

/// Where a server listens, who we are there, and which schema is ours.
///
/// ```
/// use thirdspace::store::Place;
///
/// let place: Place = "postgres://thirdspace:secret@db.example/spaces?schema=harbor".parse()?;
/// assert_eq!(place.to_string(), "postgres://thirdspace@db.example:5432/spaces?schema=harbor");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    config: Arc<tokio_postgres::Config>,
    schema: String,
    ca_file: Option<PathBuf>,
}

impl Address {
    /// Also believes the authorities in this PEM file when the server shows its certificate.
    #[must_use]
    pub fn trusting(self, ca_file: Option<PathBuf>) -> Self {
        Self { ca_file, ..self }
    }

    /// The same server, another schema.
    ///
    /// # Errors
    /// What a schema may be called.
    pub fn in_schema(&self, schema: &str) -> Result<Self, NoPlace> {
        Ok(Self { schema: checked(schema)?, ..self.clone() })
    }

    /// The schema, which is safe within double quotes.
    pub(super) fn schema(&self) -> &str {
        &self.schema
    }

    pub(super) fn config(&self) -> &tokio_postgres::Config {
        &self.config
    }

    /// # Errors
    /// [`Error::Tls`].
    pub(super) fn tls(&self) -> Result<tokio_postgres_rustls::MakeRustlsConnect, Error> {
        let config = crate::tls::client_config(self.ca_file.as_deref()).map_err(Error::Tls)?;
        Ok(tokio_postgres_rustls::MakeRustlsConnect::new(config))
    }
}

impl FromStr for Address {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        if text.starts_with('/') {
            let mut config = tokio_postgres::Config::new();
            let (folder, port) = socket(text);
            config.host(folder).user(NAME).dbname(NAME).ssl_mode(SslMode::Disable);
            if let Some(port) = port {
                config.port(port);
            }
            return Ok(Self { config: Arc::new(patient(config)), schema: PUBLIC.to_owned(), ca_file: None });
        }
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(NoPlace(
                "it has to be postgres://user:password@host/database, the path of a server's socket, or sqlite:path"
                    .to_owned(),
            ));
        }
        let (head, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut schema, mut verified, mut hosts) = (PUBLIC.to_owned(), None, 1);
        let mut rest = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "schema" => schema = checked(&value)?,
                // A certificate is always verified here, name and all, so these are one.
                "sslmode" if matches!(&*value, "require" | "verify-ca" | "verify-full") => {
                    verified = Some(SslMode::Require);
                }
                "sslmode" if value == "disable" => verified = Some(SslMode::Disable),
                "sslmode" if value == "prefer" => verified = Some(SslMode::Prefer),
                "sslmode" => return Err(NoPlace("sslmode is disable, prefer, require or verify-full".to_owned())),
                name => {
                    hosts = if name == "host" { value.split(',').count() } else { hosts };
                    rest.append_pair(name, &value);
                }
            }
        }
        let url = format!("{head}?{}", rest.finish().replace('+', "%20"));
        let mut config: tokio_postgres::Config = url
            .parse()
            .map_err(|why: tokio_postgres::Error| NoPlace(format!("the address of the database: {}", told(&why))))?;
        if config.get_hosts().is_empty() {
            return Err(NoPlace(
                "the address of the database names no host, such as db.example or ?host=/run/postgresql".to_owned(),
            ));
        }
        if query.contains("host=") && config.get_hosts().len() != hosts {
            return Err(NoPlace(
                "the address of the database names its host twice: before the database, and as host=".to_owned(),
            ));
        }
        if config.get_dbname().is_none() {
            config.dbname(NAME);
        }
        if config.get_user().is_none() {
            config.user(NAME);
        }
        let usual = usual(&config);
        config.ssl_mode(verified.unwrap_or(usual));
        Ok(Self { config: Arc::new(patient(config)), schema, ca_file: None })
    }
}

/// The folder of a socket and the port in its name, from either's path (`/run/postgresql/.s.PGSQL.5432`).
fn socket(path: &str) -> (&str, Option<u16>) {
    match path.rsplit_once("/.s.PGSQL.") {
        Some((folder, port)) => (folder, port.parse().ok()),
        None => (path, None),
    }
}

/// What goes to the same machine needs no cover.
fn usual(config: &tokio_postgres::Config) -> SslMode {
    if config.get_hosts().iter().all(is_near) { SslMode::Disable } else { SslMode::Require }
}

fn is_near(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
        }
        Host::Unix(_) => true,
    }
}

fn patient(mut config: tokio_postgres::Config) -> tokio_postgres::Config {
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_application_name().is_none() {
        config.application_name("thirdspace");
    }
    config.tcp_user_timeout(SILENCE).keepalives(true).keepalives_idle(SILENCE / 2);
    config.keepalives_interval(SILENCE / 4).keepalives_retries(2);
    config
}

/// A name that is the same with and without quotes.
fn checked(schema: &str) -> Result<String, NoPlace> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let begins = schema.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    if begins && schema.len() <= 50 && schema.chars().all(plain) && !schema.starts_with("pg_") {
        Ok(schema.to_owned())
    } else {
        Err(NoPlace(format!(
            "a schema is called by 1 to 50 lower-case letters, digits and _, not beginning with a digit or pg_; {schema:?} is not"
        )))
    }
}

/// An error and what caused it, in one line.
pub(super) fn told(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |told, cause| {
        let cause = cause.to_string();
        if told.contains(&cause) { told } else { format!("{told}: {cause}") }
    })
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let config = &self.config;
        write!(f, "postgres://{}@", config.get_user().unwrap_or(NAME))?;
        for (place, host) in config.get_hosts().iter().enumerate() {
            let port = config.get_ports().get(place).or(config.get_ports().first()).unwrap_or(&5432);
            let comma = if place > 0 { "," } else { "" };
            match host {
                Host::Tcp(name) => write!(f, "{comma}{name}:{port}")?,
                Host::Unix(path) => {
                    let path: String = form_urlencoded::byte_serialize(path.as_os_str().as_encoded_bytes()).collect();
                    write!(f, "{comma}{path}:{port}")?;
                }
            }
        }
        write!(f, "/{}?schema={}", config.get_dbname().unwrap_or(NAME), self.schema)?;
        match config.get_ssl_mode() {
            mode if mode == usual(config) => Ok(()),
            SslMode::Disable => f.write_str("&sslmode=disable"),
            SslMode::Prefer => f.write_str("&sslmode=prefer"),
            _ => f.write_str("&sslmode=require"),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        text.parse::<Address>().map_or_else(|why| why.to_string(), |address| address.to_string())
    }

    #[test]
    fn a_server_is_named_by_its_url_or_its_socket_and_its_password_is_not_told() {
        assert_eq!(
            shown("postgres://ana:s3cret@db.example"),
            "postgres://ana@db.example:5432/thirdspace?schema=public"
        );
        assert_eq!(
            shown("postgresql://db.example:6000/spaces?schema=loft&password=s3cret"),
            "postgres://thirdspace@db.example:6000/spaces?schema=loft"
        );
        assert_eq!(shown("/run/postgresql"), "postgres://thirdspace@%2Frun%2Fpostgresql:5432/thirdspace?schema=public");
        assert_eq!(
            shown("/run/postgresql/.s.PGSQL.5433"),
            "postgres://thirdspace@%2Frun%2Fpostgresql:5433/thirdspace?schema=public"
        );
        for text in ["postgres://a@db.example/x?schema=Loft%22", "postgres://a@db.example/x?schema=pg_x"] {
            assert!(shown(text).contains("lower-case"), "{}", shown(text));
        }
        assert!(shown("mysql://db.example").contains("it has to be postgres://"));
        assert!(shown("postgres:///spaces").contains("names no host"));
        assert!(shown("postgres://db.example/spaces?host=/run/postgresql").contains("twice"));
        assert!(!format!("{:?}", "postgres://a:s3cret@h/x".parse::<Address>()).contains("s3cret"));
    }

    #[test]
    fn only_what_stays_on_this_machine_goes_without_tls() {
        let mode = |text: &str| text.parse::<Address>().unwrap().config.get_ssl_mode();
        assert_eq!(mode("postgres://db.example/x"), SslMode::Require);
        assert_eq!(mode("postgres://127.0.0.1/x"), SslMode::Disable);
        assert_eq!(mode("postgres:///x?host=/run/postgresql"), SslMode::Disable);
        assert_eq!(mode("postgres://localhost,db.example/x"), SslMode::Require);
        assert_eq!(mode("postgres://localhost/x?sslmode=verify-full"), SslMode::Require);
        assert_eq!(mode("postgres://db.example/x?sslmode=disable"), SslMode::Disable);
    }
}
