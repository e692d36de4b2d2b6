//! What is left of the bank's limit, so that the answer can tell the caller.

use std::sync::{Arc, Mutex, PoisonError};

tokio::task_local! {
    static CURRENT: Quotas;
}

/// What is left of the bank's limit of one endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// The endpoint's path without ids.
    pub route: &'static str,
    /// Whether it is the limit of reads.
    pub is_of_reads: bool,
    /// The maximum number of calls in a window.
    pub calls: u32,
    /// The length of the window, in seconds.
    pub window: u64,
    /// The number of calls that may be sent at once.
    pub remaining: u32,
    /// After how many seconds all calls of a window may be sent at once.
    pub reset: u64,
}

/// Keeps the tightest quota of the calls of one request. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Quotas(Arc<Mutex<Option<Quota>>>);

impl Quotas {
    /// Runs `work`. Calls of [`note_quota`] in `work` reach these quotas, but not calls in tasks that `work` spawns.
    pub fn follow<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        CURRENT.scope(self.clone(), work)
    }

    /// Returns the quotas that are followed, for a task that is spawned. Outside of [`Self::follow`], returns new ones.
    #[must_use]
    pub fn current() -> Self {
        CURRENT.try_with(Self::clone).unwrap_or_default()
    }

    /// Returns the tightest quota, or `None` if no call was limited.
    #[must_use]
    pub fn tightest(&self) -> Option<Quota> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes what is left of a limit. Of one endpoint, the latest counts; of several, the one with the fewest calls left.
/// Does nothing outside of [`Quotas::follow`].
pub fn note_quota(quota: Quota) {
    let _ = CURRENT.try_with(|Quotas(tightest)| {
        let mut tightest = tightest.lock().unwrap_or_else(PoisonError::into_inner);
        let replaces = |known: Quota| {
            (known.route, known.is_of_reads) == (quota.route, quota.is_of_reads) || quota.remaining < known.remaining
        };
        if tightest.is_none_or(replaces) {
            *tightest = Some(quota);
        }
    });
}
