//! What the switches have in common: who may use them, and how they count calls.

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use serde_json::json;

use crate::answer::{self, Answer};

/// The beginning of the paths of all switches.
pub(crate) const PATH: &str = "/_local/";

/// Selects some of a series: `times` in a row, from the `nth` on. Both count from 1.
#[derive(Debug)]
pub(crate) struct Selection {
    nth: u64,
    times: u64,
    seen: u64,
}

impl Selection {
    /// A selection of a series that begins now.
    ///
    /// # Errors
    /// Returns a message if `nth` or `times` is 0.
    pub(crate) fn new(nth: u64, times: u64) -> Result<Self, String> {
        if nth == 0 || times == 0 {
            return Err("`nth` and `times` count from 1".to_owned());
        }
        Ok(Self { nth, times, seen: 0 })
    }

    /// Counts the next of the series. Returns whether it is selected.
    pub(crate) fn count(&mut self) -> bool {
        self.seen += 1;
        self.seen >= self.nth && self.seen - self.nth < self.times
    }
}

/// The default of `nth` and `times`.
pub(crate) fn one() -> u64 {
    1
}

/// Returns the refusal of a request to a switch whose `Content-Type` is not JSON. Safe requests, and a DELETE without a
/// body, need none. A page of another site can send JSON or DELETE only after a CORS preflight, which is never answered
/// here.
pub(crate) fn refuse_form(request: &Request<Bytes>) -> Option<Answer> {
    let bodiless = request.method() == Method::DELETE && request.body().is_empty();
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let is_json = request.method().is_safe() || bodiless || kind.eq_ignore_ascii_case("application/json");
    let message = "a switch takes JSON: send Content-Type: application/json";
    (!is_json).then(|| refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, message))
}

/// The answer to a request for a missing switch.
pub(crate) fn unknown() -> Answer {
    refusal(StatusCode::NOT_FOUND, "there is no such switch")
}

/// The answer to a request that a switch refuses.
pub(crate) fn refusal(status: StatusCode, message: &str) -> Answer {
    answer::json(status, answer::JSON, &json!({ "message": message }))
}
