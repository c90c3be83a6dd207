//! How long to wait before the next try, and when to give up.

use jiff::{SignedDuration, Timestamp};

/// The waits after the first tries; the last one repeats.
const WAITS: [SignedDuration; 7] = [
    SignedDuration::from_secs(30),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(6),
    SignedDuration::from_hours(12),
    SignedDuration::from_hours(24),
];
/// So long something is tried.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 7);
/// A peer that asks for a longer pause is asked after a day all the same.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(24);
const SHORTEST_PAUSE: SignedDuration = SignedDuration::from_secs(1);
/// After so many tries a peer that asks for short pauses over and over gets longer ones.
const PAUSES_TRUSTED: u32 = 8;

/// The pause that a peer asks for with `Retry-After` (RFC 9110, section 10.2.3: seconds or a date), between a second
/// and a day.
#[must_use]
pub fn asked(retry_after: &str, now: Timestamp) -> Option<SignedDuration> {
    let text = retry_after.trim();
    let pause = if text.bytes().all(|byte| byte.is_ascii_digit()) {
        // All digits but too many of them is a long pause, too.
        (!text.is_empty()).then(|| SignedDuration::from_secs(text.parse().unwrap_or(i64::MAX)))
    } else {
        let date = httpdate::parse_http_date(text).ok()?;
        Some(Timestamp::try_from(date).ok()?.duration_since(now))
    };
    pause.map(|pause| pause.clamp(SHORTEST_PAUSE, LONGEST_PAUSE))
}

/// When to try again what was tried `tries` times (at least once) since `since`; `None` when that would be too late.
/// A pause that the peer `asked` for takes the place of the schedule.
///
/// The schedule is spread by a fifth to both sides, so that what failed together does not come back together. The
/// spread follows from `seed` alone.
pub(super) fn next(
    seed: i64,
    tries: u32,
    asked: Option<SignedDuration>,
    since: Timestamp,
    now: Timestamp,
) -> Option<Timestamp> {
    next_within(KEPT, seed, tries, asked, since, now)
}

/// The same for what is tried so long and no longer.
#[must_use]
pub fn next_within(
    kept: SignedDuration,
    seed: i64,
    tries: u32,
    asked: Option<SignedDuration>,
    since: Timestamp,
    now: Timestamp,
) -> Option<Timestamp> {
    let step = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX).min(WAITS.len() - 1);
    let wait = WAITS.get(step).copied().unwrap_or(LONGEST_PAUSE);
    let scheduled = spread(wait, seed, tries);
    let wait = match asked {
        Some(asked) if tries <= PAUSES_TRUSTED => asked,
        Some(asked) => asked.max(scheduled),
        None => scheduled,
    };
    let next = now.checked_add(wait).ok()?;
    (next.duration_since(since) <= kept).then_some(next)
}

/// The wait, times 0.8 to 1.2.
fn spread(wait: SignedDuration, seed: i64, tries: u32) -> SignedDuration {
    // The finaliser of SplitMix64 (Steele, Lea, Flood 2014): neighbouring seeds land far apart.
    let mut bits = seed.cast_unsigned() ^ (u64::from(tries) << 48);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^= bits >> 31;
    let part = i64::try_from(bits % 4_001).unwrap_or(2_000);
    let millis = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX / 12_000);
    SignedDuration::from_millis(millis / 10_000 * (8_000 + part) + millis % 10_000 * (8_000 + part) / 10_000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn tries_thin_out_from_half_a_minute_to_a_day_and_end_within_a_week() {
        for seed in [1, 2, 77, i64::MAX] {
            let (mut now, mut waits) = (at(0), Vec::new());
            while let Some(then) = next(seed, waits.len() as u32 + 1, None, at(0), now) {
                waits.push(then.duration_since(now));
                now = then;
            }
            for (wait, planned) in waits.iter().zip(WAITS.iter().chain(std::iter::repeat(&WAITS[6]))) {
                let part = wait.as_secs_f64() / planned.as_secs_f64();
                assert!((0.8..=1.2).contains(&part), "{wait} for {planned}");
            }
            assert!((11..=14).contains(&waits.len()), "{waits:?}");
            assert!(now.duration_since(at(0)) <= KEPT && now.duration_since(at(0)) > KEPT - WAITS[6] * 2);
        }
    }

    #[test]
    fn a_peer_may_ask_for_a_pause_of_a_second_to_a_day() {
        for (text, pause) in [
            ("120", Some(120)),
            (" 0 ", Some(1)),
            ("99999999999999999999999", Some(86_400)),
            ("Fri, 15 Jan 2027 08:01:00 GMT", Some(60)),
            ("Fri, 15 Jan 2021 08:01:00 GMT", Some(1)),
            ("", None),
            ("-5", None),
            ("soon", None),
        ] {
            assert_eq!(asked(text, at(0)).map(|pause| pause.as_secs()), pause, "{text:?}");
        }
        let pause = Some(SignedDuration::from_secs(3));
        assert_eq!(next(1, 1, pause, at(0), at(0)), Some(at(3)));
        assert!(next(1, 9, pause, at(0), at(0)) > Some(at(3600)), "but not over and over");
    }

    proptest! {
        #[test]
        fn the_next_try_lies_ahead_and_within_the_week(
            seed: i64, tries in 1_u32..200, asked in proptest::option::of(1_i64..86_400), gone in 0_i64..1_000_000,
        ) {
            let then = next(seed, tries, asked.map(SignedDuration::from_secs), at(0), at(gone));
            prop_assert!(then.is_none_or(|then| then > at(gone) && then.duration_since(at(0)) <= KEPT));
            prop_assert_eq!(then, next(seed, tries, asked.map(SignedDuration::from_secs), at(0), at(gone)));
        }
    }
}
