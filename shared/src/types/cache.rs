//! A cache in the memory of a warm process: entries live for at most a minute, and each key has one load at a time.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use super::clock::Clock;

/// How long an entry stays fresh.
pub const TRUSTED_FOR: Duration = Duration::from_secs(60);

/// The number of entries above which unused entries without a fresh value are removed.
const SWEEP_ABOVE: usize = 4096;

struct Stored<V> {
    value: V,
    since: Timestamp,
}

type Slot<V> = Arc<AsyncMutex<Option<Stored<V>>>>;

/// A cache of values by key. A value stays fresh for [`TRUSTED_FOR`].
pub struct Cache<K, V> {
    clock: Clock,
    slots: Mutex<HashMap<K, Slot<V>>>,
}

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    /// Returns an empty cache that measures age by `clock`.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { clock, slots: Mutex::new(HashMap::new()) }
    }

    /// Locks the entry for `key`, until the returned [`Place`] is dropped. Callers with the same key wait; others
    /// proceed. Waits without a limit.
    pub async fn open(&self, key: &K) -> Place<V> {
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            if slots.len() > SWEEP_ABOVE {
                let now = self.clock.now();
                slots.retain(|_, slot| {
                    Arc::strong_count(slot) > 1
                        || slot
                            .try_lock()
                            .is_ok_and(|stored| stored.as_ref().is_some_and(|stored| is_fresh(stored, now)))
                });
            }
            Arc::clone(slots.entry(key.clone()).or_default())
        };
        Place { clock: self.clock.clone(), stored: slot.lock_owned().await }
    }

    /// Returns the fresh value of `key`, or else calls `load` and stores its result. The entry is locked meanwhile, so
    /// concurrent callers with the same key wait for one load.
    ///
    /// # Errors
    /// Returns the error of `load`. Nothing is stored then, and the next caller loads again.
    pub async fn get_or_load<E>(&self, key: &K, load: impl AsyncFnOnce() -> Result<V, E>) -> Result<V, E> {
        let mut place = self.open(key).await;
        if let Some(value) = place.value() {
            return Ok(value);
        }
        let value = load().await?;
        place.keep(value.clone());
        Ok(value)
    }

    /// Removes the value of `key`. Waits while another caller has locked the entry.
    pub async fn forget(&self, key: &K) {
        self.open(key).await.clear();
    }
}

fn is_fresh<V>(stored: &Stored<V>, now: Timestamp) -> bool {
    // If the clock was set back, the age is unknown: the value must not stay fresh for longer.
    now >= stored.since && now.duration_since(stored.since).unsigned_abs() < TRUSTED_FOR
}

/// The locked cache entry of one key. One task at a time holds it; dropping it unlocks the entry.
pub struct Place<V> {
    clock: Clock,
    stored: OwnedMutexGuard<Option<Stored<V>>>,
}

impl<V: Clone> Place<V> {
    /// Returns the value, or `None` if there is none or it is no longer fresh.
    #[must_use]
    pub fn value(&self) -> Option<V> {
        let now = self.clock.now();
        self.stored.as_ref().filter(|stored| is_fresh(stored, now)).map(|stored| stored.value.clone())
    }

    /// Stores a value, which is fresh from now on.
    pub fn keep(&mut self, value: V) {
        *self.stored = Some(Stored { value, since: self.clock.now() });
    }

    /// Removes the value. The entry stays locked.
    pub fn clear(&mut self) {
        *self.stored = None;
    }
}
