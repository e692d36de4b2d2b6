//! Decides when a call may be sent. A program with several processes can keep all of them together within the bank's
//! limits. bunq sends no header that says how much is left: <https://doc.bunq.com/basics/rate-limits>.

use std::{fmt::Debug, num::NonZeroU32, pin::Pin, time::Duration};

use http::Method;

use crate::types::deadline::Deadline;

/// A maximum number of calls in any period of a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// The number of calls.
    pub calls: NonZeroU32,
    /// The length of the period.
    pub window: Duration,
}

/// An endpoint of the bank. The bank limits each of them on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint<'a> {
    /// The method.
    pub method: &'a Method,
    /// The path without its ids: `user/{id}/monetary-account`.
    pub route: &'static str,
}

/// A call cannot be sent before the caller's deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy {
    /// The time after which to try again.
    pub wait: Duration,
}

/// A future without a type of its own, so that a [`Limiter`] can be chosen at runtime.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Is asked before every attempt of a call.
pub trait Limiter: Debug + Send + Sync {
    /// Waits until a call may be sent to the endpoint, at most until the deadline.
    ///
    /// The result is [`Busy`], without a wait, if that is later than the deadline.
    fn admit<'a>(&'a self, endpoint: Endpoint<'a>, deadline: Deadline) -> Pending<'a, Result<(), Busy>>;

    /// Learns that the bank answered 429 after all, with the limit that its text names. Returns whether
    /// [`Self::admit`] takes this into account, so that the next attempt needs no other wait.
    fn exceeded<'a>(&'a self, endpoint: Endpoint<'a>, limit: Option<RateLimit>) -> Pending<'a, bool>;
}

/// Limits nothing.
impl Limiter for () {
    fn admit<'a>(&'a self, _: Endpoint<'a>, _: Deadline) -> Pending<'a, Result<(), Busy>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn exceeded<'a>(&'a self, _: Endpoint<'a>, _: Option<RateLimit>) -> Pending<'a, bool> {
        Box::pin(std::future::ready(false))
    }
}
