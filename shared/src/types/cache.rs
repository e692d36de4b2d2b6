//! A cache in the memory of a warm process. A value is trusted for a time, by default a minute. An older value is used
//! only by a request that compares it with its source before it answers. Each key has one load at a time.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use super::clock::Clock;

/// How long a value is trusted by default.
pub const TRUSTED_FOR: Duration = Duration::from_secs(60);

/// The number of entries above which unused entries without a fresh value are removed.
const SWEEP_ABOVE: usize = 4096;

struct Stored<V> {
    value: V,
    since: Timestamp,
}

/// How old a value in memory may be that a request uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// As old as the cache trusts its values.
    Recent,
    /// Of any age. The request compares the value with the store before it answers.
    AnyAge,
}

/// The entry of one key.
struct Entry<V> {
    stored: Option<Stored<V>>,
    /// When the entry was last written.
    changed_at: Timestamp,
}

type Slot<V> = Arc<AsyncMutex<Entry<V>>>;

/// A cache of values by key.
pub struct Cache<K, V> {
    clock: Clock,
    trusted_for: Duration,
    slots: Mutex<HashMap<K, Slot<V>>>,
}

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    /// Returns an empty cache that measures age by `clock` and trusts its values for [`TRUSTED_FOR`].
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self::trusting(TRUSTED_FOR, clock)
    }

    /// Returns an empty cache that measures age by `clock` and trusts its values for a time.
    #[must_use]
    pub fn trusting(trusted_for: Duration, clock: Clock) -> Self {
        Self { clock, trusted_for, slots: Mutex::new(HashMap::new()) }
    }

    /// Locks the entry for `key`, until the returned [`Place`] is dropped. Callers with the same key wait; others
    /// proceed. Waits without a limit.
    pub async fn open(&self, key: &K) -> Place<V> {
        let slot = self.slot(key);
        self.place(slot.lock_owned().await)
    }

    /// Like [`Self::open`], but returns `None` in place of waiting.
    pub fn try_open(&self, key: &K) -> Option<Place<V>> {
        self.slot(key).try_lock_owned().ok().map(|entry| self.place(entry))
    }

    fn slot(&self, key: &K) -> Slot<V> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() > SWEEP_ABOVE {
            let now = self.clock.now();
            let is_fresh = |stored: &Stored<V>| is_fresh(stored, self.trusted_for, now);
            slots.retain(|_, slot| {
                Arc::strong_count(slot) > 1
                    || slot.try_lock().is_ok_and(|entry| entry.stored.as_ref().is_some_and(is_fresh))
            });
        }
        let empty = || Arc::new(AsyncMutex::new(Entry { stored: None, changed_at: Timestamp::MIN }));
        Arc::clone(slots.entry(key.clone()).or_insert_with(empty))
    }

    fn place(&self, entry: OwnedMutexGuard<Entry<V>>) -> Place<V> {
        Place { clock: self.clock.clone(), trusted_for: self.trusted_for, entry }
    }

    /// Returns the value of `key`, or else calls `load` and stores its result. The entry is locked meanwhile, so
    /// concurrent callers with the same key wait for one load.
    ///
    /// # Errors
    /// Returns the error of `load`. Nothing is stored then, and the next caller loads again.
    pub async fn get_or_load<E>(
        &self,
        key: &K,
        trust: Trust,
        load: impl AsyncFnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        let mut place = self.open(key).await;
        if let Some(value) = place.value(trust) {
            return Ok(value);
        }
        let asked_at = self.clock.now();
        let value = load().await?;
        place.keep(value.clone(), asked_at);
        Ok(value)
    }

    /// Removes the value of `key`. Waits while another caller has locked the entry.
    pub async fn forget(&self, key: &K) {
        self.open(key).await.clear();
    }
}

fn is_fresh<V>(stored: &Stored<V>, trusted_for: Duration, now: Timestamp) -> bool {
    // If the clock was set back, the age is unknown: the value must not stay fresh for longer.
    now >= stored.since && now.duration_since(stored.since).unsigned_abs() < trusted_for
}

/// The locked cache entry of one key. One task at a time holds it; dropping it unlocks the entry.
pub struct Place<V> {
    clock: Clock,
    trusted_for: Duration,
    entry: OwnedMutexGuard<Entry<V>>,
}

impl<V: Clone> Place<V> {
    /// Returns the value, or `None` if there is none or it is too old.
    #[must_use]
    pub fn value(&self, trust: Trust) -> Option<V> {
        let now = self.clock.now();
        let is_usable = |stored: &&Stored<V>| trust == Trust::AnyAge || is_fresh(stored, self.trusted_for, now);
        self.entry.stored.as_ref().filter(is_usable).map(|stored| stored.value.clone())
    }

    /// Stores a value that was true at this time. It is fresh from then on.
    pub fn keep(&mut self, value: V, since: Timestamp) {
        self.write(Some(Stored { value, since }));
    }

    /// Stores what a check has found: a value that was true at this time, or none. Does nothing if the entry was
    /// written after that time, because then it holds something newer.
    pub fn correct(&mut self, value: Option<V>, since: Timestamp) {
        if self.entry.changed_at <= since {
            self.write(value.map(|value| Stored { value, since }));
        }
    }

    /// Removes the value. The entry stays locked.
    pub fn clear(&mut self) {
        self.write(None);
    }

    fn write(&mut self, stored: Option<Stored<V>>) {
        *self.entry = Entry { stored, changed_at: self.clock.now() };
    }
}
