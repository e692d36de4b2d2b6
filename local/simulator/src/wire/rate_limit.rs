//! The classic limits: so many calls in so many seconds, for each IP, endpoint and method.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use axum::http::Method;
use jiff::{SignedDuration, Timestamp};

use crate::wire::refusal::Refusal;

/// When calls were let through, by who called what.
#[derive(Default)]
pub(crate) struct RateLimiter(HashMap<(IpAddr, String), VecDeque<Timestamp>>);

impl RateLimiter {
    /// Lets a call through and counts it, or refuses it without counting.
    pub(crate) fn admit(&mut self, ip: IpAddr, method: &Method, template: &str, now: Timestamp) -> Result<(), Refusal> {
        let (calls, seconds) = limit(method, template);
        let window = self.0.entry((ip, format!("{method} {template}"))).or_default();
        let opened = now.checked_sub(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MIN);
        // A clock that was put back leaves times in the future behind; they count no more.
        window.retain(|moment| *moment > opened && *moment <= now);
        if window.len() >= calls {
            return Err(Refusal::TooManyCalls { calls, seconds });
        }
        window.push_back(now);
        Ok(())
    }
}

fn limit(method: &Method, template: &str) -> (usize, i64) {
    match *method {
        Method::POST if template == "session-server" => (1, 30),
        Method::POST => (5, 3),
        Method::PUT => (2, 3),
        Method::DELETE => (5, 3),
        _ => (3, 3),
    }
}
