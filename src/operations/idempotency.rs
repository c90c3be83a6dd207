//! Once is enough: a request that is sent again under the same key gets the answer of the first.

use jiff::{SignedDuration, Timestamp};

use super::Result;
use crate::coworking::Refusal;
use crate::coworking::id::TokenId;
use crate::store::{Tx, idempotency};

/// How long an answer is kept.
pub const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);

/// A request that may be sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// By whose token.
    pub token: TokenId,
    /// What its sender calls it.
    pub key: String,
    /// SHA-256 of what is asked.
    pub fingerprint: [u8; 32],
}

/// How a request was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was done now.
    Done(String),
    /// It had been done before; this was answered then.
    Repeated(String),
}

/// Does what is asked, unless it was done within a day: then the first answer is given again. What is refused is not
/// kept, so that it can be tried again.
///
/// # Errors
/// [`Refusal::Taken`] when something else was asked under the key; what `act` says.
pub fn once(
    tx: &mut Tx<'_>,
    request: &Request,
    now: Timestamp,
    act: impl FnOnce(&mut Tx<'_>) -> Result<String>,
) -> Result<Outcome> {
    let Request { token, key, fingerprint } = request;
    let since = now.checked_sub(KEPT_FOR).unwrap_or(Timestamp::MIN);
    if let Some(answered) = idempotency::find(tx, *token, key, since)? {
        if answered.fingerprint != fingerprint {
            return Err(Refusal::Taken { field: "Idempotency-Key", value: key.clone() }.into());
        }
        return Ok(Outcome::Repeated(answered.answer));
    }
    let answer = act(tx)?;
    idempotency::tidy(tx, since)?;
    idempotency::keep(tx, *token, key, fingerprint, &answer, now)?;
    Ok(Outcome::Done(answer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coworking::member::Acting;
    use crate::operations::testing::{Ground, at, refused};
    use crate::operations::token;

    #[test]
    fn a_request_is_done_once_a_day_and_another_needs_another_key() {
        let (ground, done) = Ground::set_up();
        ground
            .act(move |tx, _| {
                let token = token::create(tx, Acting::Keeper, done.admin, "phone", None, at(0))?.token;
                let asked = |key: &str, text: u8| Request { token, key: key.to_owned(), fingerprint: [text; 32] };
                let answer = |text: &str| {
                    let text = text.to_owned();
                    move |_: &mut Tx<'_>| Ok(text)
                };
                let refusal = Refusal::Empty { field: "content", limit: 9 };
                assert_eq!(refused(once(tx, &asked("a", 1), at(1), |_| Err(refusal.clone().into()))), refusal);
                assert_eq!(once(tx, &asked("a", 1), at(2), answer("one"))?, Outcome::Done("one".into()));
                assert_eq!(once(tx, &asked("a", 1), at(86_401), answer("two"))?, Outcome::Repeated("one".into()));
                assert_eq!(refused(once(tx, &asked("a", 2), at(3), answer("two"))).code(), "taken");
                assert_eq!(once(tx, &asked("b", 2), at(3), answer("two"))?, Outcome::Done("two".into()));
                assert_eq!(once(tx, &asked("a", 1), at(86_402), answer("three"))?, Outcome::Done("three".into()));
                Ok(())
            })
            .unwrap();
    }
}
