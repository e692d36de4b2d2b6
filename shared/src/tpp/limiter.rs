//! Keeps all processes together within the bank's limits. Every attempt of a call takes a turn in the store first. A
//! process that calls an endpoint again and again leases some of its turns, and then needs no store for half a minute.
//! If the store is away, calls are sent, and the bank's own 429 limits them.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::{
    bunq::{Bank, Busy, Endpoint, Limiter, Pending, RateLimit},
    config::{BankLimits, Config},
    store::{Store, TurnOutcome},
    telemetry::{Metric, Quota, count, latency, note_quota},
    types::{
        clock::Clock,
        deadline::{Deadline, Priority},
        lane_lease::LaneLease,
        turns::{Limit, TurnRequest, Turns, kept_for_call_ms},
    },
};

/// How long a call waits for the store before it is sent without a turn.
const LONGEST_TAKING: Duration = Duration::from_secs(2);
/// How long the own address is trusted, in milliseconds. Lambda can move a process to another one.
const ADDRESS_TRUSTED_MS: i64 = 300_000;
/// After how long the address is looked up again if it was not found, in milliseconds.
const ADDRESS_RETRY_MS: i64 = 30_000;

/// What this process knows about one endpoint.
#[derive(Default)]
struct Known {
    turns: Option<Turns>,
    lease: LaneLease,
}

/// The limiter of all calls to the bank.
pub(super) struct SharedLimiter {
    limits: BankLimits,
    store: Store,
    clock: Clock,
    known: Mutex<HashMap<String, Known>>,
    own_address: OwnAddress,
}

/// Finds the address of this process, if there are several.
struct OwnAddress {
    config: Arc<Config>,
    bank: Bank,
    /// The address, and until when it is not looked up again.
    found: Mutex<Option<(String, i64)>>,
}

impl OwnAddress {
    /// Returns the address under which this process counts its calls.
    async fn get(&self, now: i64, deadline: Deadline) -> String {
        let (true, Some(service)) = (self.config.egress_pool.len() > 1, &self.config.egress_ip_url) else {
            return "-".to_owned();
        };
        let held = self.found.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((address, until)) = &held
            && *until > now
        {
            return address.clone();
        }
        let limit = deadline.earlier(Deadline::after(LONGEST_TAKING));
        let found = self.bank.egress_ip(service, limit).await.ok().filter(|ip| self.config.egress_pool.contains(ip));
        let found = match found {
            Some(address) => (address.to_string(), now + ADDRESS_TRUSTED_MS),
            None => {
                tracing::warn!("limiter: the address of this process is not known, or not in EGRESS_POOL");
                let address = held.map_or_else(|| "unknown".to_owned(), |(address, _)| address);
                (address, now + ADDRESS_RETRY_MS)
            }
        };
        self.found.lock().unwrap_or_else(PoisonError::into_inner).insert(found).0.clone()
    }
}

impl SharedLimiter {
    /// Makes a limiter that keeps these limits.
    pub(super) fn new(limits: BankLimits, config: Arc<Config>, bank: Bank, store: Store, clock: Clock) -> Self {
        let own_address = OwnAddress { config, bank, found: Mutex::default() };
        Self { limits, store, clock, known: Mutex::default(), own_address }
    }

    fn now(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    /// Returns the name of an endpoint in the store, and its configured limit.
    async fn name(&self, Endpoint { method, route }: Endpoint<'_>, deadline: Deadline) -> (String, Limit) {
        let address = self.own_address.get(self.now(), deadline).await;
        (format!("{address}#{method} {route}"), self.limits.of(method, route))
    }

    fn with<T>(&self, name: &str, work: impl FnOnce(&mut Known) -> T) -> T {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        work(known.entry(name.to_owned()).or_default())
    }

    async fn take(&self, endpoint: Endpoint<'_>, deadline: Deadline) -> Result<(), Busy> {
        let (name, limit) = self.name(endpoint, deadline).await;
        let now = self.now();
        // A lease takes a lane away from the other processes, whose callers may be people.
        let may_lease = deadline.priority() > Priority::Background;
        let (has_lease, turns, wants_lease) = self.with(&name, |known| {
            let limit = known.turns.as_ref().map_or(limit, |turns| turns.limit(limit));
            let has_lease = may_lease && known.lease.use_turn(limit, now);
            (has_lease, known.turns.clone(), may_lease && known.lease.is_worthwhile(now))
        });
        if has_lease {
            note(endpoint, turns.as_ref(), limit, now);
            return Ok(());
        }
        let left = i64::try_from(deadline.left().as_millis()).unwrap_or(i64::MAX);
        let patience = (left - kept_for_call_ms(endpoint.method.is_safe())).max(0);
        let request = TurnRequest {
            limit,
            latest: now + if deadline.priority() == Priority::Background { 0 } else { patience },
            priority: deadline.priority(),
            wants_lease,
            reserves_announced: endpoint.route == "session-server",
        };
        let taking = tokio::time::timeout(LONGEST_TAKING, self.store.take_turn(&name, turns, request)).await;
        let error = match taking {
            Ok(Ok(TurnOutcome::Granted { at, leased, turns })) => {
                let now = self.now();
                note(endpoint, Some(&turns), limit, now);
                self.with(&name, |known| {
                    known.turns = Some(turns);
                    known.lease.granted(at, leased, now);
                });
                let wait = milliseconds(at - now);
                if !wait.is_zero() {
                    latency(Metric::BankLimitWait, wait);
                }
                return deadline.wait(wait).await.map_err(|_| Busy { wait });
            }
            Ok(Ok(TurnOutcome::Announced { at, turns })) => {
                let now = self.now();
                note(endpoint, Some(&turns), limit, now);
                self.with(&name, |known| known.turns = Some(turns));
                count(Metric::BankLimitReached);
                return Err(Busy { wait: milliseconds(at - now) });
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "the store is slow".to_owned(),
        };
        tracing::warn!(error, route = endpoint.route, "limiter: a call is sent without a turn");
        Ok(())
    }

    async fn delay(&self, endpoint: Endpoint<'_>, limit: Option<RateLimit>) -> bool {
        let (name, configured) = self.name(endpoint, Deadline::after(LONGEST_TAKING)).await;
        count(Metric::BankLimitReached);
        let named = limit.map(|RateLimit { calls, window }| Limit::new(calls.get(), window));
        let turns = self.with(&name, |known| {
            known.lease.end();
            known.turns.clone()
        });
        let delaying = self.store.delay_turns(&name, turns, configured, named);
        match tokio::time::timeout(LONGEST_TAKING, delaying).await {
            Ok(Ok(turns)) => {
                self.with(&name, |known| known.turns = Some(turns));
                true
            }
            Ok(Err(_)) | Err(_) => false,
        }
    }
}

fn milliseconds(number: i64) -> Duration {
    Duration::from_millis(u64::try_from(number).unwrap_or(0))
}

/// Notes what is left of a limit, according to this process.
fn note(Endpoint { method, route }: Endpoint<'_>, turns: Option<&Turns>, configured: Limit, now: i64) {
    let Some(turns) = turns else { return };
    let (limit, (remaining, reset)) = (turns.limit(configured), turns.remaining(now, configured));
    note_quota(Quota {
        route,
        is_of_reads: method.is_safe(),
        calls: limit.calls(),
        window: milliseconds(limit.window_ms()).as_secs(),
        remaining,
        reset: milliseconds(reset + 999).as_secs(),
    });
}

impl Limiter for SharedLimiter {
    fn admit<'a>(&'a self, endpoint: Endpoint<'a>, deadline: Deadline) -> Pending<'a, Result<(), Busy>> {
        Box::pin(self.take(endpoint, deadline))
    }

    fn exceeded<'a>(&'a self, endpoint: Endpoint<'a>, limit: Option<RateLimit>) -> Pending<'a, bool> {
        Box::pin(self.delay(endpoint, limit))
    }
}

impl fmt::Debug for SharedLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedLimiter")
    }
}
