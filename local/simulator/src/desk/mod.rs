//! The bank, its faults and the list of calls, under one lock.

pub(crate) mod calls;
pub(crate) mod faults;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::calls::Calls;
use self::faults::Faults;
use crate::bank::Bank;

pub(crate) struct Desk {
    pub(crate) bank: Bank,
    pub(crate) faults: Faults,
    pub(crate) calls: Calls,
}

/// The desk, shared by all tasks.
#[derive(Clone)]
pub(crate) struct SharedDesk(Arc<Mutex<Desk>>);

impl SharedDesk {
    pub(crate) fn new(bank: Bank) -> Self {
        Self(Arc::new(Mutex::new(Desk { bank, faults: Faults::default(), calls: Calls::default() })))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Desk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
