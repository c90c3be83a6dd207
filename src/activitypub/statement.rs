//! What a space says of a month with a partner space: how many days guests of the one were at the other.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::compact::Compact;
use super::context;
use super::id::Id;
use super::json;
use super::sent::Frame;

/// The most bookings that are read of each side, and that are to be named: no body has a longer array.
pub const AGREEMENT_LIMIT: usize = json::ITEM_LIMIT;

/// Guest-days of one side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// How many.
    pub days: u32,
    /// The ids of the agreements that they rest on, at most [`AGREEMENT_LIMIT`].
    pub agreements: Vec<String>,
}

/// A statement. It goes to the one space alone, and is signed, so that it can be shown later what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its id.
    pub id: String,
    /// The space that says so.
    pub attributed_to: String,
    /// The space that it is said to.
    pub to: String,
    /// `2027-01`.
    pub month: String,
    /// Guests of the other space at this one.
    pub hosted: Counted,
    /// Guests of this space at the other one.
    pub sent: Counted,
    /// When it was made.
    pub published: Option<Timestamp>,
}

/// The document says no such thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a statement has an author, one space that it is for, a month, and days hosted and sent with their agreements")]
pub struct NotAStatement;

impl Counted {
    fn to_value(&self) -> Value {
        json!({"days": self.days, "agreements": self.agreements})
    }

    fn read(value: &Value) -> Option<Self> {
        let days = u32::try_from(json::whole(value, "days")?).ok()?;
        let agreements = value.get("agreements")?.as_array()?;
        if agreements.len() > AGREEMENT_LIMIT {
            return None;
        }
        let read = agreements.iter().map(|id| Some(Id::parse(id.as_str()?).ok()?.to_string()));
        Some(Self { days, agreements: read.collect::<Option<_>>()? })
    }
}

impl Statement {
    /// The document without a context, as it stands inside an activity.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Compact::new("Statement")
            .with("id", self.id.as_str())
            .with("attributedTo", self.attributed_to.as_str())
            .with_array("to", [self.to.as_str()])
            .with("month", self.month.as_str())
            .with("hosted", self.hosted.to_value())
            .with("sent", self.sent.to_value())
            .with_time("published", self.published)
            .into()
    }

    /// Is this meant to be a statement?
    #[must_use]
    pub fn is_meant(value: &Value) -> bool {
        json::is_a(value, "Statement") || json::is_a(value, "ts:Statement")
    }

    /// Reads a statement.
    ///
    /// # Errors
    /// [`NotAStatement`].
    pub fn read(value: &Value) -> Result<Self, NotAStatement> {
        let id = |key: &str| json::id(value, key).map(|id| id.to_string()).ok_or(NotAStatement);
        let counted = |key: &str| value.get(key).and_then(Counted::read).ok_or(NotAStatement);
        if !Self::is_meant(value) {
            return Err(NotAStatement);
        }
        Ok(Self {
            id: id("id")?,
            attributed_to: id("attributedTo")?,
            to: json::ids(value, "to").next().map(|id| id.to_string()).ok_or(NotAStatement)?,
            month: json::text(value, "month").ok_or(NotAStatement)?.to_owned(),
            hosted: counted("hosted")?,
            sent: counted("sent")?,
            published: json::time(value, "published"),
        })
    }
}

impl Frame<'_> {
    /// A space tells a partner what it counted.
    #[must_use]
    pub fn create_statement(&self, statement: &Statement) -> Value {
        self.activity("Create").with("object", statement.to_value()).with("@context", context::statement()).into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;

    #[test]
    fn a_statement_is_read_as_it_is_written_and_nothing_else_is_one() {
        let statement = Statement {
            id: "https://harbor.example/activities/9#statement".into(),
            attributed_to: "https://harbor.example/spaces/harbor".into(),
            to: "https://quay.example/spaces/quay".into(),
            month: "2027-01".into(),
            hosted: Counted { days: 2, agreements: vec!["https://harbor.example/bookings/6".into()] },
            sent: Counted::default(),
            published: "2027-02-02T00:00:00Z".parse().ok(),
        };
        let value = statement.to_value();
        assert_eq!(Statement::read(&value), Ok(statement));
        let with = |key: &str, new: Value| {
            let mut changed: Map<String, Value> = value.as_object().unwrap().clone();
            changed.insert(key.to_owned(), new);
            Statement::read(&Value::Object(changed))
        };
        assert_eq!(with("type", json!("Note")), Err(NotAStatement));
        assert_eq!(with("sent", json!({"days": -1, "agreements": []})), Err(NotAStatement));
        assert_eq!(with("sent", json!({"days": 1, "agreements": ["x"]})), Err(NotAStatement));
        assert_eq!(with("hosted", json!(7)), Err(NotAStatement));
        let many: Vec<String> = (0..=AGREEMENT_LIMIT).map(|number| format!("https://h.example/b/{number}")).collect();
        assert_eq!(with("hosted", json!({"days": 1, "agreements": many})), Err(NotAStatement));
    }
}
