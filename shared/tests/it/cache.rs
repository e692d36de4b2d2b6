//! The cache: a value is valid for one minute, is loaded by one caller at a time, and is not kept forever.

use std::{
    convert::Infallible,
    sync::{
        Arc, Weak,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
};

use jiff::Timestamp;
use shared::types::{
    cache::{Cache, Trust},
    clock::Clock,
};
use tokio::sync::Notify;

/// A clock that moves only when a test advances it.
#[derive(Clone, Default)]
struct StoppedClock(Arc<AtomicI64>);

impl StoppedClock {
    fn advance_milliseconds(&self, milliseconds: i64) {
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }

    fn cache<K: Eq + std::hash::Hash + Clone, V: Clone>(&self) -> Cache<K, V> {
        let now = Arc::clone(&self.0);
        Cache::new(Clock::from_fn(move || {
            Timestamp::from_millisecond(1_795_348_800_000 + now.load(Ordering::SeqCst)).unwrap()
        }))
    }
}

async fn get(cache: &Cache<&'static str, usize>, key: &'static str, fresh: usize) -> usize {
    cache.get_or_load(&key, Trust::Recent, async || Ok::<_, Infallible>(fresh)).await.unwrap()
}

#[tokio::test]
async fn a_value_is_trusted_for_a_minute_by_the_clock() {
    let clock = StoppedClock::default();
    let cache = clock.cache();

    assert_eq!(get(&cache, "key", 1).await, 1);
    assert_eq!(get(&cache, "key", 2).await, 1);
    clock.advance_milliseconds(59_999);
    assert_eq!(get(&cache, "key", 3).await, 1, "just before");
    clock.advance_milliseconds(1);
    assert_eq!(get(&cache, "key", 4).await, 4, "a minute later");
    clock.advance_milliseconds(59_999);
    assert_eq!(get(&cache, "key", 5).await, 4, "the minute begins with the load");
}

#[tokio::test]
async fn a_value_of_any_age_is_there_for_who_checks_it_afterwards() {
    let clock = StoppedClock::default();
    let cache = clock.cache();
    get(&cache, "key", 1).await;
    clock.advance_milliseconds(3_600_000);

    let old = cache.get_or_load(&"key", Trust::AnyAge, async || Ok::<_, Infallible>(2)).await;

    assert_eq!(old, Ok(1));
    assert_eq!(get(&cache, "key", 3).await, 3, "its use did not make it recent");
}

#[tokio::test]
async fn an_entry_that_another_task_has_locked_is_not_waited_for() {
    let cache = StoppedClock::default().cache::<&str, usize>();
    let locked = cache.open(&"key").await;

    assert!(cache.try_open(&"key").is_none() && cache.try_open(&"other").is_some());
    drop(locked);
    assert!(cache.try_open(&"key").is_some());
}

#[tokio::test]
async fn a_clock_set_back_does_not_make_memory_immortal() {
    let clock = StoppedClock::default();
    let cache = clock.cache();
    assert_eq!(get(&cache, "key", 1).await, 1);

    clock.advance_milliseconds(-1);

    assert_eq!(get(&cache, "key", 2).await, 2);
}

#[tokio::test]
async fn keys_do_not_see_each_other() {
    let cache = StoppedClock::default().cache();

    assert_eq!(get(&cache, "one", 1).await, 1);
    assert_eq!(get(&cache, "other", 2).await, 2);
    assert_eq!(get(&cache, "one", 3).await, 1);
}

#[tokio::test]
async fn what_is_forgotten_is_loaded_again() {
    let cache = StoppedClock::default().cache();
    get(&cache, "one", 1).await;
    get(&cache, "other", 1).await;

    cache.forget(&"one").await;

    assert_eq!(get(&cache, "one", 2).await, 2);
    assert_eq!(get(&cache, "other", 2).await, 1);
}

#[tokio::test]
async fn an_error_is_answered_and_not_remembered() {
    let cache = StoppedClock::default().cache::<&str, usize>();

    for error in ["first", "second"] {
        assert_eq!(cache.get_or_load(&"key", Trust::Recent, async || Err(error)).await, Err(error));
    }

    assert_eq!(get(&cache, "key", 3).await, 3);
}

#[tokio::test]
async fn an_error_in_place_of_an_old_value_does_not_bring_the_old_value_back() {
    let clock = StoppedClock::default();
    let cache = clock.cache();
    get(&cache, "key", 1).await;
    clock.advance_milliseconds(60_000);

    assert_eq!(cache.get_or_load(&"key", Trust::Recent, async || Err("gone")).await, Err("gone"));

    assert_eq!(get(&cache, "key", 2).await, 2);
}

/// A load that signals when it starts, and ends when the test lets it.
#[derive(Default)]
struct SlowLoad {
    begun: Notify,
    end: Notify,
    loads: AtomicUsize,
}

impl SlowLoad {
    async fn get(&self, cache: &Cache<&'static str, usize>) -> Result<usize, &'static str> {
        let load = async || {
            let number = self.loads.fetch_add(1, Ordering::SeqCst) + 1;
            self.begun.notify_one();
            self.end.notified().await;
            if number == 13 { Err("unlucky") } else { Ok(number) }
        };
        cache.get_or_load(&"key", Trust::Recent, load).await
    }
}

#[tokio::test]
async fn many_who_ask_at_once_cause_one_load() {
    let (cache, slow) = (StoppedClock::default().cache(), SlowLoad::default());
    let end = async {
        slow.begun.notified().await;
        // All callers below have started by now, because `join!` polls in order.
        slow.end.notify_one();
    };

    let (one, two, three, ()) = tokio::join!(slow.get(&cache), slow.get(&cache), slow.get(&cache), end);

    assert_eq!((one, two, three), (Ok(1), Ok(1), Ok(1)));
    assert_eq!(slow.loads.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_load_keeps_nobody_else_waiting() {
    let (cache, slow) = (StoppedClock::default().cache(), SlowLoad::default());
    let meanwhile = async {
        slow.begun.notified().await;
        let other = get(&cache, "other", 7).await;
        slow.end.notify_one();
        other
    };

    let (loaded, other) = tokio::join!(slow.get(&cache), meanwhile);

    assert_eq!((loaded, other), (Ok(1), 7));
}

#[tokio::test]
async fn after_a_failed_load_the_next_in_line_loads() {
    let (cache, slow) = (StoppedClock::default().cache(), SlowLoad::default());
    slow.loads.store(12, Ordering::SeqCst);
    let end = async {
        for _ in 0..2 {
            slow.begun.notified().await;
            slow.end.notify_one();
        }
    };

    let (one, two, ()) = tokio::join!(slow.get(&cache), slow.get(&cache), end);

    assert_eq!((one, two), (Err("unlucky"), Ok(14)));
}

#[tokio::test]
async fn a_load_that_is_given_up_leaves_the_key_free() {
    let (cache, slow) = (StoppedClock::default().cache(), SlowLoad::default());
    tokio::select! {
        biased;
        _ = slow.get(&cache) => panic!("it does not end by itself"),
        () = slow.begun.notified() => {}
    }

    assert_eq!(get(&cache, "key", 2).await, 2);
}

#[tokio::test]
async fn values_of_long_ago_are_dropped_once_there_are_many() {
    let clock = StoppedClock::default();
    let cache: Cache<usize, Arc<usize>> = clock.cache();
    let fill = async |keys: std::ops::Range<usize>| {
        let mut watched: Vec<Weak<usize>> = Vec::new();
        for key in keys {
            let value =
                cache.get_or_load(&key, Trust::Recent, async || Ok::<_, Infallible>(Arc::new(key))).await.unwrap();
            watched.push(Arc::downgrade(&value));
        }
        watched
    };
    let alive = |values: &[Weak<usize>]| values.iter().filter(|value| value.upgrade().is_some()).count();

    let old = fill(0..5000).await;
    assert_eq!(alive(&old), 5000, "while they are fresh, all are kept");
    clock.advance_milliseconds(60_000);
    let fresh = fill(5000..5100).await;

    assert_eq!((alive(&old), alive(&fresh)), (0, 100));
}

#[tokio::test]
async fn keys_that_nothing_was_loaded_for_are_dropped_too() {
    let cache: Cache<Arc<usize>, usize> = StoppedClock::default().cache();
    let mut keys = Vec::new();

    for number in 0..5000 {
        let key = Arc::new(number);
        let _ = cache.get_or_load(&key, Trust::Recent, async || Err::<usize, _>("no such key")).await;
        keys.push(key);
    }

    let kept = keys.iter().filter(|key| Arc::strong_count(key) > 1).count();
    assert!(kept < 4200, "{kept} of 5000 guesses are remembered");
}
