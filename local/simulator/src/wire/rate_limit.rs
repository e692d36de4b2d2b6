//! The classic rate limits: a number of calls in a number of seconds, for each IP, endpoint and method.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use axum::http::Method;
use jiff::{SignedDuration, Timestamp};

use crate::wire::refusal::Refusal;

/// The times of admitted calls, by IP and endpoint.
#[derive(Default)]
pub(crate) struct RateLimiter(HashMap<(IpAddr, String), VecDeque<Timestamp>>);

impl RateLimiter {
    /// Counts a call.
    ///
    /// # Errors
    ///
    /// When the limit is reached. Such a call is not counted.
    pub(crate) fn admit(&mut self, ip: IpAddr, method: &Method, template: &str, now: Timestamp) -> Result<(), Refusal> {
        let (calls, seconds) = limit(method, template);
        let window = self.0.entry((ip, format!("{method} {template}"))).or_default();
        let opened = now.checked_sub(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MIN);
        // After the clock was set back, times in the future do not count.
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
