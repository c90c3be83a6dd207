//! What partner spaces say of a month: ours as it is sent, theirs as it is kept.

use jiff::Timestamp;

use super::activity::Composed;
use crate::activitypub::sent::{Addressing, Frame};
use crate::activitypub::statement::{Counted, Statement as Said};
use crate::coworking::Refusal;
use crate::coworking::ledger::{GuestDays, Statement};

/// One of our spaces tells a partner what it counted.
#[must_use]
pub fn create_statement(id: &str, space: &str, partner: &str, statement: &Statement, at: Timestamp) -> Composed {
    let counted = |days: &GuestDays| Counted { days: days.days, agreements: days.agreements.iter().cloned().collect() };
    let said = Said {
        id: format!("{id}#statement"),
        attributed_to: space.to_owned(),
        to: partner.to_owned(),
        month: statement.month.to_string(),
        hosted: counted(&statement.hosted),
        sent: counted(&statement.sent),
        published: Some(at),
    };
    let frame = Frame { id, actor: space, addressing: Addressing::to_one(partner), published: Some(at) };
    Composed { kind: "Create", body: frame.create_statement(&said), public: false, ordering_key: partner.to_owned() }
}

/// What a partner has counted.
///
/// # Errors
/// [`Refusal::Malformed`] for a month that is none.
pub fn statement(said: &Said) -> Result<Statement, Refusal> {
    let days =
        |counted: &Counted| GuestDays { days: counted.days, agreements: counted.agreements.iter().cloned().collect() };
    Ok(Statement { month: said.month.parse()?, hosted: days(&said.hosted), sent: days(&said.sent) })
}
