//! How each type of setting is read from TOML and from text, and what its error says would pass.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use toml::Value;
use tracing_subscriber::EnvFilter;
use url::Url;

use crate::http_client::Network;
use crate::mail;
use crate::site::Site;
use crate::store::{Place, Synchronous};

/// A type that a setting can have. The environment and the command line give text; a file gives TOML.
pub(super) trait Setting: Sized {
    fn from_text(text: &str) -> Result<Self, Expected>;

    fn from_toml(value: &Value) -> Result<Self, Expected>;

    /// `None` when there is nothing to write.
    fn to_toml(&self) -> Option<Value>;
}

/// What would have passed.
#[derive(Debug)]
pub(super) enum Expected {
    /// There is no such setting.
    NoSuchKey,
    /// Continues "it must be …".
    Form(String),
}

fn expected<T>(form: impl fmt::Display) -> Result<T, Expected> {
    Err(Expected::Form(form.to_string()))
}

/// The value, if it is neither below the least nor above the most that passes.
pub(super) fn within<T: Setting + PartialOrd>(value: T, least: T, most: T) -> Result<T, Expected> {
    if least <= value && value <= most {
        return Ok(value);
    }
    let show = |value: T| value.to_toml().map(|value| value.to_string()).unwrap_or_default();
    expected(format_args!("from {} to {}", show(least), show(most)))
}

/// For types that are written as a string in TOML too.
macro_rules! as_text {
    ($type:ty, |$value:ident| $show:expr) => {
        fn from_toml(value: &Value) -> Result<Self, Expected> {
            match value {
                Value::String(text) => Self::from_text(text),
                _ => Self::from_text(""),
            }
        }

        fn to_toml(&self) -> Option<Value> {
            let $value: &$type = self;
            Some(Value::String($show))
        }
    };
}

impl Setting for Site {
    fn from_text(text: &str) -> Result<Self, Expected> {
        match Url::parse(text).ok().map(|url| Site::new(&url)) {
            Some(Ok(site)) => Ok(site),
            _ => expected("a web address without a path, such as https://harbor.example"),
        }
    }

    as_text!(Site, |site| site.origin().to_owned());
}

impl Setting for SocketAddr {
    fn from_text(text: &str) -> Result<Self, Expected> {
        text.parse().or_else(|_| expected("an address and a port, such as 127.0.0.1:8080 or [::1]:8080"))
    }

    as_text!(SocketAddr, |address| address.to_string());
}

impl Setting for PathBuf {
    fn from_text(text: &str) -> Result<Self, Expected> {
        if text.is_empty() { expected("a path, such as /var/lib/thirdspace") } else { Ok(Self::from(text)) }
    }

    as_text!(PathBuf, |path| path.display().to_string());
}

impl Setting for bool {
    fn from_text(text: &str) -> Result<Self, Expected> {
        text.parse().or_else(|_| expected("true or false"))
    }

    fn from_toml(value: &Value) -> Result<Self, Expected> {
        value.as_bool().map_or_else(|| Self::from_text(""), Ok)
    }

    fn to_toml(&self) -> Option<Value> {
        Some(Value::Boolean(*self))
    }
}

macro_rules! whole_number {
    ($($type:ty),+) => {$(
        impl Setting for $type {
            fn from_text(text: &str) -> Result<Self, Expected> {
                text.parse().or_else(|_| expected("a whole number"))
            }

            fn from_toml(value: &Value) -> Result<Self, Expected> {
                match value.as_integer().map(Self::try_from) {
                    Some(Ok(number)) => Ok(number),
                    _ => Self::from_text(""),
                }
            }

            fn to_toml(&self) -> Option<Value> {
                i64::try_from(*self).ok().map(Value::Integer)
            }
        }
    )+};
}
whole_number!(u32, usize);

/// Units of time, the largest first, in milliseconds.
const UNITS: [(&str, u128); 5] = [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1)];

impl Setting for Duration {
    fn from_text(text: &str) -> Result<Self, Expected> {
        let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
        let unit = UNITS.iter().find(|(name, _)| *name == unit.trim());
        let milliseconds = number.parse::<u64>().ok().zip(unit).map(|(number, unit)| u128::from(number) * unit.1);
        match milliseconds.map(u64::try_from) {
            Some(Ok(milliseconds)) => Ok(Self::from_millis(milliseconds)),
            _ => expected("a whole number and a unit: 250ms, 10s, 5min, 1h or 30d"),
        }
    }

    as_text!(Duration, |duration| {
        let whole = duration.as_millis();
        let fits = UNITS.iter().find(|(_, unit)| whole.is_multiple_of(*unit)).unwrap_or(&("ms", 1));
        format!("{}{}", whole / fits.1, fits.0)
    });
}

impl Setting for Synchronous {
    fn from_text(text: &str) -> Result<Self, Expected> {
        match text {
            "full" => Ok(Self::Full),
            "normal" => Ok(Self::Normal),
            _ => expected("full or normal"),
        }
    }

    as_text!(Synchronous, |synchronous| match synchronous {
        Synchronous::Full => "full".to_owned(),
        Synchronous::Normal => "normal".to_owned(),
    });
}

impl Setting for Place {
    fn from_text(text: &str) -> Result<Self, Expected> {
        text.parse().or_else(|why| expected(format_args!("the place of a database ({why})")))
    }

    as_text!(Place, |place| place.to_string());
}

impl Setting for mail::Sender {
    fn from_text(text: &str) -> Result<Self, Expected> {
        text.parse().or_else(|why: &str| expected(why))
    }

    as_text!(mail::Sender, |sender| sender.to_string());
}

impl Setting for mail::Server {
    fn from_text(text: &str) -> Result<Self, Expected> {
        text.parse().or_else(|why: &str| expected(why))
    }

    // Its password is not shown.
    as_text!(mail::Server, |server| server.to_string());
}

/// An empty text unsets.
impl<T: Setting> Setting for Option<T> {
    fn from_text(text: &str) -> Result<Self, Expected> {
        if text.is_empty() { Ok(None) } else { T::from_text(text).map(Some) }
    }

    fn from_toml(value: &Value) -> Result<Self, Expected> {
        T::from_toml(value).map(Some)
    }

    fn to_toml(&self) -> Option<Value> {
        self.as_ref().and_then(T::to_toml)
    }
}

impl Setting for Vec<Network> {
    fn from_text(text: &str) -> Result<Self, Expected> {
        listed(text).map(network).collect()
    }

    fn from_toml(value: &Value) -> Result<Self, Expected> {
        let Value::Array(values) = value else {
            return expected("a list of networks, such as [\"10.0.0.0/8\", \"::1\"]");
        };
        values.iter().map(|value| network(value.as_str().unwrap_or_default())).collect()
    }

    fn to_toml(&self) -> Option<Value> {
        Some(Value::Array(self.iter().map(|network| Value::String(network.to_string())).collect()))
    }
}

fn network(text: &str) -> Result<Network, Expected> {
    text.parse().or_else(|why| expected(format_args!("networks such as 10.0.0.0/8 or ::1 ({why})")))
}

impl Setting for BTreeMap<String, SocketAddr> {
    fn from_text(text: &str) -> Result<Self, Expected> {
        listed(text)
            .map(|pair| match pair.split_once('=') {
                Some((name, address)) => place(name.trim(), address.trim()),
                None => expected("names with addresses, such as a.test=127.0.0.1:4001,*.b.test=127.0.0.1:0"),
            })
            .collect()
    }

    fn from_toml(value: &Value) -> Result<Self, Expected> {
        let Value::Table(table) = value else {
            return expected("a table of names and addresses, such as { \"a.test\" = \"127.0.0.1:4001\" }");
        };
        table.iter().map(|(name, address)| place(name, address.as_str().unwrap_or_default())).collect()
    }

    fn to_toml(&self) -> Option<Value> {
        let places = self.iter().map(|(name, address)| (name.clone(), Value::String(address.to_string())));
        Some(Value::Table(places.collect()))
    }
}

fn place(name: &str, address: &str) -> Result<(String, SocketAddr), Expected> {
    match address.parse() {
        Ok(address) => Ok((name.to_owned(), address)),
        Err(_) => expected(format_args!("an address and a port for {name:?}, such as 127.0.0.1:4001")),
    }
}

/// The items of a list in one line of text.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

/// What people call the node: 1 to 200 characters, none of them for control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeName(String);

impl NodeName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn of_host(origin: &Site) -> Self {
        Self(origin.host().to_owned())
    }
}

impl Setting for NodeName {
    fn from_text(text: &str) -> Result<Self, Expected> {
        let name = text.trim();
        if (1..=200).contains(&name.chars().count()) && !name.contains(char::is_control) {
            Ok(Self(name.to_owned()))
        } else {
            expected("a name of 1 to 200 characters in one line")
        }
    }

    as_text!(NodeName, |name| name.0.clone());
}

/// Which messages are logged, in the syntax of `tracing_subscriber::EnvFilter`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// The filter for a subscriber.
    #[must_use]
    pub fn to_filter(&self) -> EnvFilter {
        EnvFilter::builder().parse_lossy(&self.0)
    }
}

impl Default for LogFilter {
    fn default() -> Self {
        Self("info,actix_server=warn".to_owned())
    }
}

impl Setting for LogFilter {
    fn from_text(text: &str) -> Result<Self, Expected> {
        match EnvFilter::builder().parse(text) {
            Ok(_) if !text.trim().is_empty() => Ok(Self(text.to_owned())),
            _ => expected("a level (error, warn, info, debug, trace), also by module: info,thirdspace::web=debug"),
        }
    }

    as_text!(LogFilter, |filter| filter.0.clone());
}

/// How messages are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// A JSON object on a line.
    Json,
}

impl Setting for LogFormat {
    fn from_text(text: &str) -> Result<Self, Expected> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => expected("text or json"),
        }
    }

    as_text!(LogFormat, |format| match format {
        LogFormat::Text => "text".to_owned(),
        LogFormat::Json => "json".to_owned(),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_written_with_the_largest_unit_that_fits() {
        for text in ["250ms", "10s", "90s", "5min", "1h", "36h", "30d"] {
            let read = Duration::from_text(text).unwrap();
            assert_eq!(read.to_toml(), Some(Value::String(text.to_owned())));
        }
        assert_eq!(Duration::from_text("48 h").unwrap(), Duration::from_text("2d").unwrap());
        for wrong in ["", "10", "s", "-1s", "1.5h", "1 week", "99999999999999999999s", "18446744073709551615d"] {
            assert!(Duration::from_text(wrong).is_err(), "{wrong}");
        }
    }
}
