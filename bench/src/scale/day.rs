//! One day: people who look at their accounts, and a job that reads everything at six o'clock.

use std::{cmp::Reverse, collections::BinaryHeap};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use shared::{config::BankLimits, types::deadline::Priority};

use super::fleet::{Endpoint, Fleet};

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;
/// How long a session of a customer lasts at bunq: a week.
const SESSION: i64 = 7 * 24 * HOUR;
/// The job reads this many customers at once.
const WORKERS: usize = 16;
const SESSION_SERVER: Endpoint = ("POST", "session-server");
const ACCOUNTS: Endpoint = ("GET", "user/{id}/monetary-account");
const PAYMENTS: Endpoint = ("GET", "user/{id}/monetary-account/{id}/payment");

/// The kind of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A third of the customers look once, between 7 and 23 o'clock.
    Usual,
    /// Nine in ten look, half of them between 8 and 10 o'clock.
    Salary,
}

/// A day of a deployment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day {
    pub(super) limits: BankLimits,
    pub(super) customers: usize,
    pub(super) addresses: usize,
    pub(super) kind: Kind,
}

/// What happened.
pub(super) struct Outcome {
    /// How long people waited in all until their answer, also over several tries, in milliseconds, in order.
    pub(super) waits: Vec<i64>,
    /// How many of a thousand people were answered 503 at least once.
    pub(super) busy: u64,
    /// How long the job took, in milliseconds; `None` if it did not end by midnight.
    pub(super) sync: Option<i64>,
    /// The number of sessions that were opened.
    pub(super) sessions: u64,
    /// The updates of the store for a hundred calls to the bank.
    pub(super) updates: u64,
}

impl Outcome {
    /// Returns a percentile of people's waits, in milliseconds.
    pub(super) fn wait(&self, percentile: usize) -> i64 {
        let last = self.waits.len().saturating_sub(1);
        self.waits.get(last * percentile / 100).copied().unwrap_or_default()
    }

    /// Returns whether people wait at most five seconds in 99 of 100 cases, and the job takes at most four hours.
    pub(super) fn is_good(&self) -> bool {
        self.wait(99) <= 5 * SECOND && self.sync.is_some_and(|sync| sync <= 4 * HOUR)
    }
}

/// A request that is still to be made: by a person or by the job.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Task {
    at: i64,
    arrived: i64,
    customer: usize,
    is_person: bool,
    tries: u32,
    /// The endpoints that were read.
    done: usize,
    /// Whether a time was announced for the session.
    is_due: bool,
}

impl Day {
    /// Simulates the day. The same day always ends the same way.
    pub(super) fn simulate(self) -> Outcome {
        let mut random = StdRng::seed_from_u64(1);
        let mut fleets: Vec<_> = (0..self.addresses).map(|_| Fleet::new(self.limits)).collect();
        // A seventh of the sessions ends each day, at any time.
        let mut session_ends: Vec<i64> = (0..self.customers).map(|_| random.random_range(0..SESSION)).collect();
        let mut tasks: BinaryHeap<Reverse<Task>> = self.people(&mut random).into_iter().map(Reverse).collect();
        let mut next_of_job = 0;
        let mut begin = |tasks: &mut BinaryHeap<Reverse<Task>>, at: i64| {
            if next_of_job < self.customers {
                tasks.push(Reverse(Task::new(at, next_of_job, false)));
                next_of_job += 1;
            }
        };
        for _ in 0..WORKERS {
            begin(&mut tasks, 6 * HOUR);
        }
        let (mut waits, mut busy, mut sessions, mut calls, mut job_end, mut jobs) = (Vec::new(), 0_u64, 0, 0_u64, 0, 0);
        while let Some(Reverse(mut task)) = tasks.pop() {
            let now = task.at;
            if now > 24 * HOUR {
                // Who has no answer by midnight has waited until then.
                if task.is_person {
                    waits.push(24 * HOUR - task.arrived);
                    busy += 1;
                }
                continue;
            }
            let address = random.random_range(0..self.addresses);
            let fleet = &mut fleets[address];
            let process = fleet.free_process(now);
            let priority = if task.is_person { Priority::Usual } else { Priority::Background };
            let mut moment = now;
            let mut failed = None;
            if session_ends[task.customer] <= now {
                let of_session = if task.is_due { Priority::Returning } else { priority };
                match fleet.take(process, SESSION_SERVER, (now, now), of_session) {
                    Ok(at) => {
                        (moment, sessions, calls) = (at, sessions + 1, calls + 1);
                        session_ends[task.customer] = at + SESSION;
                    }
                    Err(at) => {
                        task.is_due = task.is_person;
                        failed = Some(at);
                    }
                }
            }
            let endpoints = [ACCOUNTS, PAYMENTS];
            if failed.is_none() {
                match fleet.take(process, endpoints[task.done], (now, moment), priority) {
                    Ok(at) => {
                        calls += 1;
                        moment = at;
                        task.done += 1;
                    }
                    Err(at) => failed = Some(at),
                }
            }
            if let Some(at) = failed {
                // `Retry-After` is in whole seconds.
                task.at = now + (at - now + SECOND - 1).div_euclid(SECOND).max(1) * SECOND;
                task.tries += 1;
                tasks.push(Reverse(task));
            } else if task.done < endpoints.len() {
                task.at = moment + SECOND / 4;
                tasks.push(Reverse(task));
            } else if task.is_person {
                waits.push((moment - task.arrived - SECOND / 4).max(0));
                busy += u64::from(task.tries > 0);
            } else {
                (job_end, jobs) = (moment, jobs + 1);
                begin(&mut tasks, moment + SECOND / 4);
            }
        }
        waits.sort_unstable();
        let updates: u64 = fleets.iter().map(Fleet::updates).sum();
        Outcome {
            busy: busy * 1_000 / (waits.len() as u64).max(1),
            waits,
            sync: (jobs == self.customers).then_some(job_end - 6 * HOUR),
            sessions,
            updates: updates * 100 / calls.max(1),
        }
    }

    /// Returns when people look at their accounts.
    fn people(self, random: &mut StdRng) -> Vec<Task> {
        let (share, morning) = match self.kind {
            Kind::Usual => (0.33, 0.0),
            Kind::Salary => (0.9, 0.5),
        };
        let mut people = Vec::new();
        for customer in 0..self.customers {
            if random.random_bool(share) {
                let hours = if random.random_bool(morning) { 8 * HOUR..10 * HOUR } else { 7 * HOUR..23 * HOUR };
                people.push(Task::new(random.random_range(hours), customer, true));
            }
        }
        people
    }
}

impl Task {
    const fn new(at: i64, customer: usize, is_person: bool) -> Self {
        Self { at, arrived: at, customer, is_person, tries: 0, done: 0, is_due: false }
    }
}
