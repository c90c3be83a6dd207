//! When a signature is fresh enough.

use std::cmp::min;

use jiff::{SignedDuration, Timestamp};

use super::SignatureError;

/// A signature without its own end is accepted for this long after it was made, and this long before, for clocks
/// that are off, unless the node is set otherwise.
pub const WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// A signature with its own end (`expires`) is accepted until then, but not longer than this.
pub const MAX_LIFE: SignedDuration = SignedDuration::from_hours(12);

/// Checks a time of signing, named `what`, against the clock. Only values that the signature covers may be given.
pub(super) fn check(
    what: &str,
    made: Timestamp,
    expires: Option<Timestamp>,
    now: Timestamp,
    window: SignedDuration,
) -> Result<(), SignatureError> {
    let age = now.duration_since(made);
    if age < -window {
        return Err(SignatureError::stale(format!(
            "{what} is {made}, {} minutes ahead of this node's clock ({now}); at most {} are accepted",
            -age.as_mins(),
            window.as_mins()
        )));
    }
    let life = match expires {
        None => window,
        Some(expires) => min(expires.duration_since(made), MAX_LIFE),
    };
    if age > life {
        return Err(SignatureError::stale(match expires {
            Some(expires) if expires < now => {
                format!("the signature expired at {expires}; here it is {now}")
            }
            Some(_) => format!(
                "{what} is {made}, {} minutes ago; even with a later expires at most 720 are accepted",
                age.as_mins()
            ),
            None => format!(
                "{what} is {made}, {} minutes ago ({now} here); at most {} are accepted",
                age.as_mins(),
                window.as_mins()
            ),
        }));
    }
    Ok(())
}

/// Reads unix seconds as both schemes write them.
pub(super) fn unix_seconds(name: &str, seconds: i64) -> Result<Timestamp, SignatureError> {
    Timestamp::from_second(seconds)
        .map_err(|_| SignatureError::malformed(format!("{name} is {seconds}, which is no time in unix seconds")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_each_way_and_expires_up_to_twelve() {
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().expect("a time");
        let at = |minutes: i64| now + SignedDuration::from_mins(minutes);
        for (made, expires, fresh) in [
            (0, None, true),
            (-60, None, true),
            (-61, None, false),
            (60, None, true),
            (61, None, false),
            // Its own end shortens the window as well as it lengthens it.
            (-10, Some(0), true),
            (-10, Some(-1), false),
            (-300, Some(1), true),
            (-720, Some(600), true),
            (-721, Some(600), false),
            (61, Some(600), false),
            // An end before the beginning never passes.
            (10, Some(5), true),
            (5, Some(-5), false),
        ] {
            let result = check("date", at(made), expires.map(at), now, WINDOW);
            assert_eq!(result.is_ok(), fresh, "{made} {expires:?}: {result:?}");
        }
    }

    #[test]
    fn the_refusal_says_both_clocks_and_what_would_pass() {
        let made = "2026-11-24T09:00:00Z".parse().expect("a time");
        let now = "2026-11-24T12:00:00Z".parse().expect("a time");
        let error = check("date", made, None, now, WINDOW).expect_err("three hours");
        let words = error.to_string();
        for part in ["2026-11-24T09:00:00Z", "2026-11-24T12:00:00Z", "180", "60"] {
            assert!(words.contains(part), "{words}");
        }
    }
}
