//! What callers learn about the bank's limits, and what they say about their requests' priority.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::{telemetry::Quota, types::deadline::Priority};

/// The header with which a caller says how urgent a request is (RFC 9218).
pub const PRIORITY: &str = "priority";
/// The urgency of a request without the header. A higher number is less urgent (RFC 9218 section 4.1).
const USUAL_URGENCY: u8 = 3;

/// The headers of the IETF's draft "RateLimit header fields for HTTP":
/// <https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/>.
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Returns the priority of a request. A header that is not valid is ignored, as the RFC says.
pub(super) fn priority(headers: &HeaderMap) -> Priority {
    let parameters = headers.get_all(PRIORITY).iter().filter_map(|value| value.to_str().ok());
    let mut urgency = parameters.flat_map(|list| list.split(',')).filter_map(|parameter| {
        let (value, _) = parameter.split_once(';').unwrap_or((parameter, ""));
        match value.trim().strip_prefix("u=")?.as_bytes() {
            [digit @ b'0'..=b'7'] => Some(digit - b'0'),
            _ => None,
        }
    });
    match urgency.next_back() {
        Some(urgency) if urgency > USUAL_URGENCY => Priority::Background,
        Some(_) | None => Priority::Usual,
    }
}

/// Adds what is left of the bank's limit to an answer.
pub(super) fn add_quota(headers: &mut HeaderMap, Quota { calls, window, remaining, reset, .. }: Quota) {
    let values =
        [(POLICY, format!("\"bunq\";q={calls};w={window}")), (LIMIT, format!("\"bunq\";r={remaining};t={reset}"))];
    for (name, value) in values {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
}
