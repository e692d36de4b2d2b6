//! The processes of a deployment, and the turns that they take. Lambda gives a request to a process that is free.

use std::collections::HashMap;

use http::Method;
use shared::{
    config::BankLimits,
    types::{
        deadline::Priority,
        lane_lease::LaneLease,
        turns::{TurnRequest, Turns, kept_for_call_ms},
    },
};
use testkit::{Got, TurnItem};

/// The time that the bank and the function need for a request, in milliseconds.
const LATENCY: i64 = 250;
/// The longest time of a request, in milliseconds.
const LONGEST_REQUEST: i64 = 25_000;

/// An endpoint of the bank.
pub(super) type Endpoint = (&'static str, &'static str);

/// What a process knows of one endpoint.
#[derive(Default)]
struct Known {
    turns: Option<Turns>,
    lease: LaneLease,
}

#[derive(Default)]
struct Process {
    busy_until: i64,
    known: HashMap<Endpoint, Known>,
}

/// All processes that use one address.
pub(super) struct Fleet {
    limits: BankLimits,
    processes: Vec<Process>,
    items: HashMap<Endpoint, TurnItem>,
}

impl Fleet {
    pub(super) fn new(limits: BankLimits) -> Self {
        Self { limits, processes: Vec::new(), items: HashMap::new() }
    }

    /// Returns how often the store was updated.
    pub(super) fn updates(&self) -> u64 {
        self.items.values().map(|item| item.updates).sum()
    }

    /// Returns a process that is free at this time.
    pub(super) fn free_process(&mut self, now: i64) -> usize {
        let free = self.processes.iter().position(|process| process.busy_until <= now);
        free.unwrap_or_else(|| {
            self.processes.push(Process::default());
            self.processes.len() - 1
        })
    }

    /// Takes a turn for a request that began at `now`. Returns the time of the turn, or else the time to try again.
    pub(super) fn take(
        &mut self,
        process: usize,
        endpoint: Endpoint,
        (began, now): (i64, i64),
        priority: Priority,
    ) -> Result<i64, i64> {
        let method = Method::try_from(endpoint.0).unwrap_or(Method::GET);
        let limit = self.limits.of(&method, endpoint.1);
        let process = &mut self.processes[process];
        let known = process.known.entry(endpoint).or_default();
        if known.lease.use_turn(limit, now) {
            process.busy_until = now + LATENCY;
            return Ok(now);
        }
        let latest = (began + LONGEST_REQUEST - kept_for_call_ms(method.is_safe())).max(now);
        let request = TurnRequest {
            limit,
            latest: if priority == Priority::Background { now } else { latest },
            priority,
            wants_lease: known.lease.is_worthwhile(now),
            reserves_announced: endpoint.1 == "session-server",
        };
        match self.items.entry(endpoint).or_default().take(now, &mut known.turns, request) {
            Got::Granted { at, leased } => {
                known.lease.granted(at, leased, now);
                let at = at.max(now);
                process.busy_until = at + LATENCY;
                Ok(at)
            }
            Got::Announced(at) => Err(at),
        }
    }
}
