//! Where settings come from, and whose word counts: file, environment, command line.
//!
//! Every error names the place, the key, what was found and what would pass, because the person who reads it sits in
//! front of a node that does not start.

use std::fmt;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::Value;
use toml::de::{DeTable, DeValue};

use super::Given;
use super::setting::{Expected, Setting};

/// The file that is read when none is named, if it is there.
const FILE: &str = "thirdspace.toml";
/// Environment names are this and the key in capitals.
const PREFIX: &str = "THIRDSPACE_";
/// Names in the environment that belong to the command line.
const NOT_SETTINGS: [&str; 1] = ["THIRDSPACE_CONFIG"];
/// Characters of a wrong value that are repeated in the error.
const SHOWN: usize = 80;

/// What there is to read.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The file that was named. Without one, nothing is read unless [`nearby`](Self::nearby) found one.
    pub file: Option<PathBuf>,
    /// Names and values of the environment; names that do not begin with `THIRDSPACE_` are passed over.
    pub environment: Vec<(String, String)>,
    /// Keys and values from the command line.
    pub settings: Vec<(String, String)>,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A line of a file.
    File {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// The environment.
    Environment,
    /// The command line.
    CommandLine,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{}, line {line}", path.display()),
            Self::Environment => f.write_str("environment"),
            Self::CommandLine => f.write_str("command line"),
        }
    }
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("{}: {why}; check the path and who may read it", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's words.
        why: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{}, line {line}: {}", path.display(), why.message())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong there. As a whole it would repeat the line, which may hold a password.
        why: Box<toml::de::Error>,
    },
    /// There is no such setting.
    #[error("{at}: there is no setting {key:?}; `thirdspace config example` lists all")]
    NoSuchKey {
        /// Where it stands.
        at: Origin,
        /// As it was written.
        key: String,
    },
    /// The value cannot pass.
    #[error("{at}: {key} is {found}, but it must be {expected}")]
    Value {
        /// Where it stands.
        at: Origin,
        /// As it was written.
        key: String,
        /// What was given, cut short.
        found: String,
        /// What would pass.
        expected: String,
    },
    /// The value is right by itself and does not fit the others.
    #[error("{key} is {found:?}, but {rule}")]
    Together {
        /// The setting to change.
        key: &'static str,
        /// Its value.
        found: String,
        /// What would pass.
        rule: &'static str,
    },
}

/// A value as it was found.
pub(super) enum Found {
    Text(String),
    Toml(Value),
}

impl Found {
    pub(super) fn read<T: Setting>(&self) -> Result<T, Expected> {
        match self {
            Self::Text(text) => T::from_text(text),
            Self::Toml(value) => T::from_toml(value),
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Text(text) => format!("{text:?}"),
            Self::Toml(value) => value.to_string(),
        };
        let text = masked(&text);
        match text.char_indices().nth(SHOWN) {
            Some((cut, _)) => write!(f, "{}…", text.get(..cut).unwrap_or_default()),
            None => f.write_str(&text),
        }
    }
}

/// An address without the password in it, also where it is none quite: an error is read by more people than a setting.
fn masked(text: &str) -> String {
    let (scheme, rest) = text.split_once("://").map_or(("", text), |(scheme, rest)| (scheme, rest));
    // A password may hold what ends one.
    let masked = rest.rsplit_once('@').and_then(|(who, place)| {
        let (user, _) = who.split_once(':')?;
        Some(format!("{scheme}{}{user}:…@{place}", if scheme.is_empty() { "" } else { "://" }))
    });
    let masked = masked.unwrap_or_else(|| text.to_owned());
    match masked.split_once("password=") {
        Some((before, after)) => {
            let rest = after.find(['&', ' ', '"']).and_then(|end| after.get(end..)).unwrap_or_default();
            format!("{before}password=…{rest}")
        }
        None => masked,
    }
}

impl Sources {
    /// The environment of this process and, unless `file` names another, `thirdspace.toml` if it is in this folder.
    #[must_use]
    pub fn nearby(file: Option<PathBuf>, settings: Vec<(String, String)>) -> Self {
        let file = file.or_else(|| Some(PathBuf::from(FILE)).filter(|path| path.is_file()));
        let environment = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok().filter(|name| name.starts_with(PREFIX))?;
            Some((name, value.to_string_lossy().into_owned()))
        });
        Self { file, environment: environment.collect(), settings }
    }

    /// Puts everything in, the later over the earlier; returns warnings.
    pub(super) fn fill(&self, given: &mut Given) -> Result<Vec<String>, Error> {
        if let Some(path) = &self.file {
            let text = std::fs::read_to_string(path).map_err(|why| Error::File { path: path.clone(), why })?;
            fill_from_file(given, path, &text)?;
        }
        let mut warnings = Vec::new();
        for (name, value) in &self.environment {
            let Some(key) = name.strip_prefix(PREFIX).filter(|_| !NOT_SETTINGS.contains(&name.as_str())) else {
                continue;
            };
            let (key, found) = (key.to_ascii_lowercase(), Found::Text(value.clone()));
            match take(given, &key, name, &found, Origin::Environment) {
                // Not refused: orchestrators put names of their own making beside ours (`THIRDSPACE_PORT`).
                Err(Error::NoSuchKey { .. }) => warnings.push(format!("{name} in the environment is no setting")),
                outcome => outcome?,
            }
        }
        for (key, value) in &self.settings {
            take(given, key, key, &Found::Text(value.clone()), Origin::CommandLine)?;
        }
        Ok(warnings)
    }
}

fn fill_from_file(given: &mut Given, path: &Path, text: &str) -> Result<(), Error> {
    let line = |at: usize| text.get(..at).unwrap_or(text).matches('\n').count() + 1;
    let table = DeTable::parse(text).map_err(|why| {
        let line = line(why.span().map_or(text.len(), |span| span.start));
        Error::Syntax { path: path.to_owned(), line, why: Box::new(why) }
    })?;
    for (key, value) in table.get_ref() {
        let at = Origin::File { path: path.to_owned(), line: line(key.span().start) };
        let key: &str = key.get_ref();
        take(given, key, key, &Found::Toml(plain(value)), at)?;
    }
    Ok(())
}

fn take(given: &mut Given, key: &str, written: &str, found: &Found, at: Origin) -> Result<(), Error> {
    given.take(key, found).map_err(|expected| match expected {
        Expected::NoSuchKey => Error::NoSuchKey { at, key: written.to_owned() },
        Expected::Form(expected) => Error::Value { at, key: written.to_owned(), found: found.to_string(), expected },
    })
}

/// The value without the places where its parts stand.
fn plain(value: &Spanned<DeValue<'_>>) -> Value {
    match value.get_ref() {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Boolean(yes) => Value::Boolean(*yes),
        DeValue::Datetime(time) => Value::Datetime(*time),
        DeValue::Array(items) => Value::Array(items.iter().map(plain).collect()),
        DeValue::Table(table) => {
            Value::Table(table.iter().map(|(key, value)| (key.get_ref().to_string(), plain(value))).collect())
        }
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::String(number.as_str().to_owned()),
        },
        DeValue::Float(number) => match number.as_str().parse() {
            Ok(number) => Value::Float(number),
            Err(_) => Value::String(number.as_str().to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    fn load(
        file: &str,
        environment: &[(&str, &str)],
        settings: &[(&str, &str)],
    ) -> Result<(Config, Vec<String>), Error> {
        let own = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        std::fs::write(&path, file).unwrap();
        Config::load(&Sources { file: Some(path), environment: own(environment), settings: own(settings) })
    }

    #[test]
    fn the_nearer_source_wins() {
        let file =
            "origin = \"https://file.example\"\nreaders = 2\nworkers = 3\n[resolve]\n\"a.test\" = \"127.0.0.1:1\"\n";
        let environment =
            [("THIRDSPACE_READERS", "5"), ("THIRDSPACE_WORKERS", "6"), ("THIRDSPACE_CONFIG", "x"), ("HOME", "/")];
        let (config, warnings) = load(file, &environment, &[("workers", "7")]).unwrap();
        assert_eq!(config.site().host(), "file.example");
        assert_eq!((config.readers, config.workers), (5, 7));
        assert!(config.resolve.contains_key("a.test"));
        assert!(warnings.is_empty(), "{warnings:?}");
        let (_, warnings) = load("", &[("THIRDSPACE_PORT", "tcp://10.0.0.1:80")], &[]).unwrap();
        assert_eq!(warnings, ["THIRDSPACE_PORT in the environment is no setting"]);
    }

    #[test]
    fn an_error_names_the_place_the_key_what_was_found_and_what_would_pass() {
        let told = |file: &str, environment: &[(&str, &str)], settings: &[(&str, &str)]| {
            load(file, environment, settings).unwrap_err().to_string()
        };
        let wrong = told("\n\nreaders = 0", &[], &[]);
        assert!(wrong.ends_with("thirdspace.toml, line 3: readers is 0, but it must be from 1 to 64"), "{wrong}");
        let wrong = told("listen = true", &[], &[]);
        assert!(wrong.contains("line 1: listen is true, but it must be an address and a port"), "{wrong}");
        let wrong = told("", &[("THIRDSPACE_READ_TIMEOUT", "10")], &[]);
        assert!(
            wrong.starts_with(
                "environment: THIRDSPACE_READ_TIMEOUT is \"10\", but it must be a whole number and a unit"
            ),
            "{wrong}"
        );
        let wrong = told("", &[], &[("log", "info,web=loud")]);
        assert!(wrong.starts_with("command line: log is \"info,web=loud\", but it must be a level"), "{wrong}");
        let wrong = told("lisen = \"127.0.0.1:1\"", &[], &[]);
        assert!(wrong.contains("line 1: there is no setting \"lisen\""), "{wrong}");
        let wrong = told("readers = 99999999999999999999", &[], &[]);
        assert!(wrong.contains("must be a whole number"), "{wrong}");
        let wrong = told("allow_private_addresses = [\"10.1.2.3/8\"]", &[], &[]);
        assert!(wrong.contains("10.0.0.0/8"), "{wrong}");
        let wrong = told("\ndatabase_url = \"postgres://desk:secret@db", &[], &[]);
        assert!(wrong.contains("thirdspace.toml, line 2: ") && !wrong.contains("secret"), "{wrong}");
        let missing = Sources { file: Some("/nowhere/thirdspace.toml".into()), ..Sources::default() };
        assert!(Config::load(&missing).unwrap_err().to_string().contains("/nowhere/thirdspace.toml"));
    }
}
