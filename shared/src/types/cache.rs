//! What a warm process remembers of the store: at most a minute, and one load at a time for each key.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use super::clock::Clock;

/// How long memory is trusted before the store is asked again.
pub const TRUSTED_FOR: Duration = Duration::from_secs(60);

/// Over this many keys, those that nobody uses and that are out of date are forgotten.
const CROWDED: usize = 4096;

struct Kept<V> {
    value: V,
    since: Timestamp,
}

type Slot<V> = Arc<AsyncMutex<Option<Kept<V>>>>;

/// Remembers values by key for [`TRUSTED_FOR`].
pub struct Cache<K, V> {
    clock: Clock,
    slots: Mutex<HashMap<K, Slot<V>>>,
}

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    /// An empty one.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { clock, slots: Mutex::new(HashMap::new()) }
    }

    /// Opens the place of a key. Whoever holds it is alone with it: others with the same key wait, others do not.
    pub async fn open(&self, key: &K) -> Place<V> {
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            if slots.len() > CROWDED {
                let now = self.clock.now();
                slots.retain(|_, slot| {
                    Arc::strong_count(slot) > 1
                        || slot.try_lock().is_ok_and(|kept| kept.as_ref().is_some_and(|kept| fresh(kept, now)))
                });
            }
            Arc::clone(slots.entry(key.clone()).or_default())
        };
        Place { clock: self.clock.clone(), kept: slot.lock_owned().await }
    }

    /// The value in memory, or what `load` brings, which is then remembered.
    ///
    /// # Errors
    /// What `load` answers; nothing is remembered then.
    pub async fn get_or_load<E>(&self, key: &K, load: impl AsyncFnOnce() -> Result<V, E>) -> Result<V, E> {
        let mut place = self.open(key).await;
        if let Some(value) = place.value() {
            return Ok(value);
        }
        let value = load().await?;
        place.keep(value.clone());
        Ok(value)
    }

    /// Forgets a key.
    pub async fn forget(&self, key: &K) {
        self.open(key).await.clear();
    }
}

fn fresh<V>(kept: &Kept<V>, now: Timestamp) -> bool {
    // A clock set back must not make memory immortal.
    now >= kept.since && now.duration_since(kept.since).unsigned_abs() < TRUSTED_FOR
}

/// The place of one key, held by one task at a time.
pub struct Place<V> {
    clock: Clock,
    kept: OwnedMutexGuard<Option<Kept<V>>>,
}

impl<V: Clone> Place<V> {
    /// What is remembered, while it can be trusted.
    #[must_use]
    pub fn value(&self) -> Option<V> {
        let now = self.clock.now();
        self.kept.as_ref().filter(|kept| fresh(kept, now)).map(|kept| kept.value.clone())
    }

    /// Remembers a value.
    pub fn keep(&mut self, value: V) {
        *self.kept = Some(Kept { value, since: self.clock.now() });
    }

    /// Forgets it.
    pub fn clear(&mut self) {
        *self.kept = None;
    }
}
