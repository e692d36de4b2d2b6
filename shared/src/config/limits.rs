//! The bank's limits of calls. bunq's documentation has two sets of them. Both are per IP address and endpoint:
//! <https://doc.bunq.com/basics/rate-limits>.

use std::time::Duration;

use http::Method;

use super::error::{ConfigError, invalid};
use crate::types::turns::Limit;

/// Which limits the deployment keeps until the bank names others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BankLimits {
    /// The documentation until 2025: in 3 seconds 3 GET, 5 POST, 2 PUT and 5 DELETE; one session in 30 seconds.
    Classic,
    /// The documentation of 2026: 70 GET in 30 seconds, the lower end of what it names. The others as before, because
    /// it names none.
    Newer,
}

impl BankLimits {
    pub(super) fn parse(name: Option<&str>) -> Result<Option<Self>, ConfigError> {
        match name {
            None | Some("classic") => Ok(Some(Self::Classic)),
            Some("newer") => Ok(Some(Self::Newer)),
            Some("off") => Ok(None),
            Some(_) => Err(invalid("BANK_LIMITS", "must be classic, newer or off")),
        }
    }

    /// Returns the limit of an endpoint, given by its method and its path without ids.
    #[must_use]
    pub fn of(self, method: &Method, route: &str) -> Limit {
        let (calls, seconds) = match (*method == Method::POST && route == "session-server", method, self) {
            (true, ..) => (1, 30),
            (false, &Method::POST | &Method::DELETE, _) => (5, 3),
            (false, &Method::PUT, _) => (2, 3),
            (false, _, Self::Classic) => (3, 3),
            (false, _, Self::Newer) => (70, 30),
        };
        Limit::new(calls, Duration::from_secs(seconds))
    }
}
