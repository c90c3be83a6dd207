//! What an answer to a delivery means: it arrived, it is tried again, or it is given up.

use jiff::{SignedDuration, Timestamp};

use super::patience;
use crate::http_client::{self, Response};
use crate::store::delivery::Answer;

/// A peer that does not believe our signature may have had trouble reading our key: so many tries.
const TRIES_UNBELIEVED: u32 = 4;

/// What a try means for the delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It arrived.
    Arrived,
    /// It is tried again.
    Again {
        /// Whose fault it was.
        fault: Fault,
        /// The pause that the peer asked for.
        asked: Option<SignedDuration>,
    },
    /// It will never be taken.
    Never,
    /// The inbox is gone, and perhaps whom it belonged to.
    Gone,
}

/// Whose fault a failure is: what is wrong with us must not be remembered against the peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Ours.
    Ours,
    /// The host does not answer, or says that it is ill.
    Host,
    /// The host is well and does not want this now.
    Request,
}

/// Judges the outcome of the try that makes `tries` of them.
pub(super) fn judge(outcome: &Result<Response, http_client::Error>, tries: u32, now: Timestamp) -> (Verdict, Answer) {
    let response = match outcome {
        Ok(response) => response,
        Err(error) => {
            let verdict = match (error.is_permanent(), error.is_our_fault()) {
                (true, _) => Verdict::Never,
                (false, true) => Verdict::Again { fault: Fault::Ours, asked: None },
                (false, false) => Verdict::Again { fault: Fault::Host, asked: None },
            };
            return (verdict, Answer { status: None, error: Some(error.to_string()) });
        }
    };
    let status = response.status;
    let verdict = match status {
        // Mobilizon says so when it could not verify the signature.
        200..=299 if is_mobilizon_error(&response.body) => unbelieved(tries),
        200..=299 => Verdict::Arrived,
        401 => unbelieved(tries),
        410 => Verdict::Gone,
        400 | 403 | 404 | 405 | 406 | 413 | 415 | 422 | 501 => Verdict::Never,
        _ => {
            let asked = response.headers.get("retry-after").and_then(|value| patience::asked(value, now));
            // Who says when to come back is not ill.
            let ill = status >= 500 && asked.is_none();
            Verdict::Again { fault: if ill { Fault::Host } else { Fault::Request }, asked }
        }
    };
    let error = (verdict != Verdict::Arrived).then(|| words(&response.body));
    (verdict, Answer { status: Some(status), error })
}

/// Does the answer ask for the other kind of signature?
pub(super) fn refuses_signature(status: u16) -> bool {
    matches!(status, 400 | 401 | 403)
}

fn unbelieved(tries: u32) -> Verdict {
    if tries >= TRIES_UNBELIEVED { Verdict::Never } else { Verdict::Again { fault: Fault::Request, asked: None } }
}

fn is_mobilizon_error(body: &[u8]) -> bool {
    matches!(body.trim_ascii(), b"error" | b"\"error\"")
}

/// The beginning of what the peer says, for the keeper: often it names what is wrong.
fn words(body: &[u8]) -> String {
    const LONGEST: usize = 200;
    let text = String::from_utf8_lossy(body);
    let flat = text.split_whitespace().flat_map(|word| word.chars().chain([' ']));
    let short: String = flat.filter(|c| !c.is_control()).take(LONGEST).collect();
    short.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::http_client::{Forbidden, Wait};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn said(status: u16, body: &'static str) -> Result<Response, http_client::Error> {
        Ok(Response {
            status,
            headers: Default::default(),
            body: Bytes::from_static(body.as_bytes()),
            url: "https://pier.example/inbox".parse().unwrap(),
        })
    }

    #[test]
    fn every_status_has_its_meaning() {
        let again = |fault| Verdict::Again { fault, asked: None };
        for (statuses, meaning) in [
            (&[200, 201, 202, 204][..], Verdict::Arrived),
            (&[400, 403, 404, 405, 406, 413, 415, 422, 501], Verdict::Never),
            (&[410], Verdict::Gone),
            (&[301, 307, 401, 402, 408, 409, 418, 425, 429, 451], again(Fault::Request)),
            (&[500, 502, 503, 504, 520, 599], again(Fault::Host)),
        ] {
            for status in statuses {
                assert_eq!(judge(&said(*status, ""), 1, at(0)).0, meaning, "{status}");
            }
        }
    }

    #[test]
    fn who_does_not_believe_us_is_tried_four_times_in_all() {
        for refusal in [said(401, "no"), said(200, "\"error\"")] {
            assert!(matches!(judge(&refusal, 3, at(0)).0, Verdict::Again { fault: Fault::Request, .. }));
            assert_eq!(judge(&refusal, 4, at(0)).0, Verdict::Never);
        }
    }

    #[test]
    fn only_what_the_peer_cannot_help_is_kept_from_its_record() {
        let host = || "pier.example".to_owned();
        let timeout = |wait| http_client::Error::Timeout { host: host(), wait, limit: std::time::Duration::ZERO };
        let judged = |error| judge(&Err(error), 1, at(0)).0;
        let again = |fault| Verdict::Again { fault, asked: None };
        assert_eq!(judged(timeout(Wait::Answer)), again(Fault::Host));
        assert_eq!(judged(timeout(Wait::Turn)), again(Fault::Ours));
        assert_eq!(judged(http_client::Error::Exhausted { reason: host() }), again(Fault::Ours));
        assert_eq!(judged(Forbidden::UserInfo.into()), Verdict::Never);
    }

    #[test]
    fn the_keeper_reads_what_the_peer_said_in_one_short_line() {
        let (_, answer) = judge(&said(400, "{\n  \"error\": \u{7}\"no actor\"\n}"), 1, at(0));
        assert_eq!(answer, Answer { status: Some(400), error: Some("{ \"error\": \"no actor\" }".into()) });
        assert_eq!(judge(&said(202, "ok"), 1, at(0)).1, Answer { status: Some(202), error: None });
    }
}
