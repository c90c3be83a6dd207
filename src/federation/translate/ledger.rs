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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::activitypub::{json, statement};
    use crate::coworking::ledger::{AGREEMENT_LIMIT, Stay};

    #[test]
    fn what_a_statement_names_of_a_busy_month_is_what_a_body_can_hold() {
        assert_eq!(AGREEMENT_LIMIT, statement::AGREEMENT_LIMIT);
        let stay = |number| Stay {
            guest: number,
            agreement: format!("https://harbor.example/bookings/{number}"),
            dates: vec![date(2027, 1, 4)],
        };
        let stays: Vec<Stay> = (0..1_001).map(stay).collect();
        let days = GuestDays::of(&stays, "2027-01".parse().unwrap());
        let ours = Statement { month: "2027-01".parse().unwrap(), hosted: days.clone(), sent: days };
        let (id, space) = ("https://harbor.example/activities/9", "https://harbor.example/spaces/harbor");
        let composed = create_statement(id, space, "https://quay.example/spaces/quay", &ours, Timestamp::UNIX_EPOCH);
        let read = json::parse(composed.body.to_string().as_bytes()).expect("a body that is taken");
        let read = statement(&Said::read(&read["object"]).unwrap()).unwrap();
        assert_eq!((read.hosted.days, read.hosted.agreements.len()), (1_001, 1_000));
        assert_eq!(read, ours);
    }
}
