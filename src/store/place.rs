//! Where the rows are: a file beside us, or a server that speaks PostgreSQL's protocol.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::postgres::Address;

/// Where a store's rows are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// An SQLite file.
    File(PathBuf),
    /// A schema of a database on a PostgreSQL server.
    Server(Address),
}

/// The text names no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoPlace(pub(super) String);

impl From<PathBuf> for Place {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl From<&std::path::Path> for Place {
    fn from(path: &std::path::Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl FromStr for Place {
    type Err = NoPlace;

    /// `sqlite:` and a path, the URL of a server (RFC 3986, as libpq 34.1.1.2 reads it), or the path of a server's socket.
    fn from_str(text: &str) -> Result<Self, NoPlace> {
        match text.strip_prefix("sqlite:") {
            Some("") => Err(NoPlace("a path has to follow sqlite:".to_owned())),
            Some(path) => Ok(Self::File(PathBuf::from(path))),
            None => text.parse().map(Self::Server),
        }
    }
}

impl fmt::Display for Place {
    /// As it can be shown: without a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "sqlite:{}", path.display()),
            Self::Server(address) => address.fmt(f),
        }
    }
}
