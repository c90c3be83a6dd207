//! The code at the door of a space: whoever shows it has just been there.
//!
//! It is shown for half a minute and passes for twice that. Who comes from elsewhere is given a pass for it, which
//! lasts for the way over their home node, and is theirs alone.

use aws_lc_rs::{constant_time, hmac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};

use super::Result;
use crate::coworking::id::SpaceId;
use crate::store::Tx;
use crate::store::door;

/// How long a code is shown, in seconds; the one before passes, too.
pub const STEP: i64 = 30;
/// How long a pass passes.
pub const PASS: SignedDuration = SignedDuration::from_mins(15);
/// Bytes of what is derived: nobody can try so many in a minute.
const BYTES: usize = 12;

/// Makes the secret of a space, if it has none yet.
///
/// # Errors
/// The store's.
pub fn ensure(tx: &mut Tx<'_>, space: SpaceId) -> Result<()> {
    if door::secret(tx, space)?.is_none() {
        door::add(tx, space, &rand::random())?;
    }
    Ok(())
}

/// The code that is shown at the door now; `None` for a space without a secret.
///
/// # Errors
/// The store's.
pub fn code(tx: &mut Tx<'_>, space: SpaceId, now: Timestamp) -> Result<Option<String>> {
    Ok(door::secret(tx, space)?.map(|secret| derived(&secret, &of_step(step(now)))))
}

/// Was this code shown at the door a moment ago?
///
/// # Errors
/// The store's.
pub fn is_shown(tx: &mut Tx<'_>, space: SpaceId, code: &str, now: Timestamp) -> Result<bool> {
    let Some(secret) = door::secret(tx, space)? else { return Ok(false) };
    let step = step(now);
    Ok([step, step.saturating_sub(1)].into_iter().any(|step| same(&derived(&secret, &of_step(step)), code)))
}

/// A pass for somebody from elsewhere, by their id, who shows the code of the door.
///
/// # Errors
/// The store's.
pub fn pass(tx: &mut Tx<'_>, space: SpaceId, guest: &str, now: Timestamp) -> Result<Option<String>> {
    let until = now.saturating_add(PASS).unwrap_or(now).as_second();
    Ok(door::secret(tx, space)?.map(|secret| format!("{until}.{}", derived(&secret, &of_pass(guest, until)))))
}

/// Does somebody show the code of the door, or a pass of theirs?
///
/// # Errors
/// The store's.
pub fn lets_in(tx: &mut Tx<'_>, space: SpaceId, guest: &str, code: &str, now: Timestamp) -> Result<bool> {
    let Some((until, tag)) = code.split_once('.') else { return is_shown(tx, space, code, now) };
    let Some(secret) = door::secret(tx, space)? else { return Ok(false) };
    let Ok(until) = until.parse::<i64>() else { return Ok(false) };
    Ok(until > now.as_second() && same(&derived(&secret, &of_pass(guest, until)), tag))
}

/// A number of so many digits that belongs to something of a space.
pub(super) fn digits(secret: &[u8], what: &str, count: u32) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), what.as_bytes());
    let number = tag.as_ref().iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let width = usize::try_from(count).unwrap_or(8);
    format!("{:0width$}", number % 10_u64.pow(count))
}

pub(super) fn same(one: &str, other: &str) -> bool {
    constant_time::verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}

fn step(now: Timestamp) -> i64 {
    now.as_second().div_euclid(STEP)
}

fn of_step(step: i64) -> String {
    format!("code {step}")
}

fn of_pass(guest: &str, until: i64) -> String {
    format!("pass {until} {guest}")
}

fn derived(secret: &[u8], what: &str) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), what.as_bytes());
    URL_SAFE_NO_PAD.encode(tag.as_ref().get(..BYTES).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::testing::Ground;

    #[test]
    fn a_code_passes_for_a_minute_and_a_pass_for_its_guest_alone() {
        let (ground, done) = Ground::set_up();
        let at = |seconds: i64| Timestamp::from_second(1_800_000_000 + seconds).unwrap();
        const ANA: &str = "https://harbor.example/members/ana";
        ground
            .act(move |tx, _| {
                let space = done.space;
                assert_eq!(code(tx, space, at(0))?, None);
                assert!(!is_shown(tx, space, "", at(0))?);
                ensure(tx, space)?;
                let first = code(tx, space, at(0))?.unwrap();
                ensure(tx, space)?;
                assert_eq!((code(tx, space, at(29))?.as_ref(), first.len()), (Some(&first), 16));
                assert_ne!(code(tx, space, at(30))?.as_ref(), Some(&first));
                for (seconds, passes) in [(-1, false), (0, true), (59, true), (60, false)] {
                    assert_eq!(is_shown(tx, space, &first, at(seconds))?, passes, "{seconds}");
                }
                let pass = pass(tx, space, ANA, at(0))?.unwrap();
                assert!(lets_in(tx, space, ANA, &pass, at(899))? && !lets_in(tx, space, ANA, &pass, at(900))?);
                assert!(!lets_in(tx, space, "https://harbor.example/members/ben", &pass, at(1))?);
                assert!(!lets_in(tx, space, ANA, &pass.replacen("18", "19", 1), at(1))?, "nobody prolongs it");
                assert!(lets_in(tx, space, ANA, &first, at(1))? && !lets_in(tx, space, ANA, "x", at(1))?);
                Ok(())
            })
            .unwrap();
    }
}
