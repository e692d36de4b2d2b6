//! The bank, its faults, its callbacks and the list of calls, under one lock.

pub(crate) mod callbacks;
pub(crate) mod calls;
pub(crate) mod faults;

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use self::callbacks::{Callbacks, DueTry};
use self::calls::Calls;
use self::faults::Faults;
use crate::bank::Bank;
use crate::keys::ServerKey;
use crate::records::notification::TryFailure;

pub(crate) struct Desk {
    pub(crate) bank: Bank,
    pub(crate) faults: Faults,
    pub(crate) callbacks: Callbacks,
    pub(crate) calls: Calls,
}

/// The desk, shared by all tasks.
#[derive(Clone)]
pub(crate) struct SharedDesk(Arc<Shared>);

struct Shared {
    desk: Mutex<Desk>,
    /// Wakes the sender of callbacks.
    changed: Notify,
}

/// The locked desk. At the end of the lock, whatever happened at the bank becomes callbacks.
pub(crate) struct Locked<'a> {
    desk: MutexGuard<'a, Desk>,
    changed: &'a Notify,
}

impl SharedDesk {
    pub(crate) fn new(bank: Bank) -> Self {
        let (faults, callbacks, calls) = (Faults::default(), Callbacks::default(), Calls::default());
        let desk = Mutex::new(Desk { bank, faults, callbacks, calls });
        Self(Arc::new(Shared { desk, changed: Notify::new() }))
    }

    pub(crate) fn lock(&self) -> Locked<'_> {
        Locked { desk: self.mutex(), changed: &self.0.changed }
    }

    /// Returns when the bank may have something to send.
    pub(crate) async fn changed(&self) {
        self.0.changed.notified().await;
    }

    /// The callbacks to send now, and how long the sender may sleep. `None` means until something changes.
    pub(crate) fn take_due(&self) -> (Vec<DueTry>, Option<Duration>) {
        let desk = &mut *self.mutex();
        desk.callbacks.look(&mut desk.bank);
        desk.callbacks.take_due(&mut desk.bank)
    }

    /// Notes the outcome of a try. The state file has it after the next [`save`](Self::save).
    pub(crate) fn tried(&self, due: &DueTry, outcome: Result<(), TryFailure>) {
        let desk = &mut *self.mutex();
        desk.callbacks.tried(&mut desk.bank, due, outcome);
    }

    /// Writes the books to the state file if they changed.
    pub(crate) fn save(&self) {
        self.mutex().bank.save();
    }

    /// The key that signs callbacks, if a setting wants them signed.
    pub(crate) fn callback_key(&self) -> Option<Arc<ServerKey>> {
        let desk = self.mutex();
        desk.bank.settings.callback_signature.then(|| desk.bank.server_key())
    }

    fn mutex(&self) -> MutexGuard<'_, Desk> {
        self.0.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Locked<'_> {
    type Target = Desk;

    fn deref(&self) -> &Desk {
        &self.desk
    }
}

impl DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut Desk {
        &mut self.desk
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        let desk = &mut *self.desk;
        if desk.callbacks.look(&mut desk.bank) {
            desk.bank.save();
        }
        // The clock of the bank or its filters may have changed, too.
        if !desk.bank.books.notifications.is_quiet() {
            self.changed.notify_one();
        }
    }
}
