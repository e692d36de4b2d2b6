//! The callbacks that the bank sends: which events lead to which callbacks, and the log of the tries.

pub(crate) mod disturbances;
mod events;

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use self::disturbances::{Disturbances, is_due, shuffled};
use self::events::{Event, Snapshot, Subject};
use crate::bank::Bank;
use crate::clock;
use crate::ledger::notification;
use crate::records::notification::{Callback, NotificationFilter, TryFailure};
use crate::wire::object::{Object, object};

/// The most tries that the log holds.
const KEPT: usize = 10_000;

/// The most tries at the same time.
const MOST_AT_ONCE: usize = 32;

/// The most callbacks that wait. Further ones are lost, and the program says so.
const MOST_WAITING: usize = 20_000;

/// The sleep while the most tries are on their way, and more are due.
const SHORTEST_SLEEP: Duration = Duration::from_millis(10);

/// The longest wait for the next look at the books, since a draft may expire without a call.
const NEXT_LOOK: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(crate) struct Callbacks {
    pub(crate) disturbances: Disturbances,
    /// The books at the last look. `None` without filters, so that callbacks cost nothing then.
    seen: Option<Snapshot>,
    /// The last objects that were sent, for stale callbacks. Payments do not change, so they are not kept.
    last_objects: HashMap<(&'static str, u64), Object>,
    made: u64,
    tried: u64,
    on_the_way: usize,
    pub(crate) log: VecDeque<Try>,
}

/// One try, as the log shows it. Targets may contain secrets, so it shows only their host.
#[derive(Clone, Serialize)]
pub(crate) struct Try {
    callback: u64,
    filter: u64,
    host: Option<String>,
    category: String,
    event_type: String,
    object_id: u64,
    /// 1 to 6.
    number: u32,
    at: Timestamp,
    /// `null` while the try is on its way.
    outcome: Option<String>,
}

/// A try that is due.
pub(crate) struct DueTry {
    pub(crate) callback_number: u64,
    /// 1 to 6.
    tries: u32,
    pub(crate) target: String,
    pub(crate) body: String,
    pub(crate) timeout: Duration,
    pub(crate) disturbance: TryDisturbance,
    /// The place in the log, from its end at the time of the try.
    try_number: u64,
}

/// The disturbances of one try.
#[derive(Clone, Copy)]
pub(crate) struct TryDisturbance {
    pub(crate) is_dropped: bool,
    pub(crate) loses_answer: bool,
    pub(crate) is_foreign: bool,
}

impl Callbacks {
    /// Finds what happened since the last look, and queues its callbacks. Returns whether there are any.
    pub(crate) fn look(&mut self, bank: &mut Bank) -> bool {
        if bank.books.notifications.filters.is_empty() {
            self.seen = None;
            return false;
        }
        let events = self.seen.as_ref().map(|seen| seen.events_since(bank)).unwrap_or_default();
        if self.seen.is_none() || !events.is_empty() {
            self.seen = Some(Snapshot::now(bank));
        }
        // The end of a connection concerns its filters, so they are removed at the next look.
        if events.is_empty() {
            notification::prune(bank);
        }
        let mut queued = false;
        for event in &events {
            let filters: Vec<NotificationFilter> = match event.subject {
                Subject::Account(id) => notification::filters_for_event(bank, event.category, id).cloned().collect(),
                Subject::Connection(id) => {
                    notification::filters_for_ended_connection(bank, id).into_iter().cloned().collect()
                }
            };
            for filter in &filters {
                self.queue(bank, filter, event);
                queued = true;
            }
            if event.category != "MUTATION" && event.category != "PAYMENT" {
                self.last_objects.insert((event.category, event.object_id), event.object.clone());
            }
        }
        queued
    }

    fn queue(&mut self, bank: &mut Bank, filter: &NotificationFilter, event: &Event) {
        self.made += 1;
        let (disturbances, count, now) = (self.disturbances.clone(), self.made, bank.now());
        let older = self.last_objects.get(&(event.category, event.object_id));
        let stale = older.filter(|_| is_due(disturbances.stale_every, count));
        let object = stale.unwrap_or(&event.object).clone();
        let copies = if is_due(disturbances.duplicate_every, count) { 2 } else { 1 };
        let mut messages = vec![(filter.category.as_str(), object.clone()); copies];
        if is_due(disturbances.unknown_category_every, count) {
            messages.push(("SIMULATOR_UNKNOWN", object));
        }
        if is_due(disturbances.unknown_object_every, count) {
            messages.push((&filter.category, object! { "SimulatorUnknown": object! { "id": event.object_id } }));
        }
        for (category, object) in messages {
            let body = object! {
                "NotificationUrl": object! {
                    "target_url": filter.target,
                    "category": category,
                    "event_type": event.event_type,
                    "object": object,
                },
            };
            let Ok(body) = serde_json::to_string(&body) else { continue };
            let notifications = &mut bank.books.notifications;
            if notifications.count() >= MOST_WAITING {
                tracing::error!("{MOST_WAITING} callbacks wait, so this one is lost");
                continue;
            }
            let shuffled = shuffled(notifications.next_number(), disturbances.reorder_within_seconds);
            notifications.add(Callback {
                filter_id: filter.id,
                subscriber: filter.subscriber.clone(),
                target: filter.target.clone(),
                category: category.to_owned(),
                event_type: event.event_type.clone(),
                object_id: event.object_id,
                body,
                tries: 0,
                due: clock::after(now, disturbances.delay_seconds.saturating_add(shuffled)),
            });
        }
    }

    /// Takes the tries that are due, in order, as many as may be on their way at once. Also returns how long the sender
    /// may sleep.
    pub(crate) fn take_due(&mut self, bank: &mut Bank) -> (Vec<DueTry>, Option<Duration>) {
        let now = bank.now();
        let mut taken = Vec::new();
        while self.on_the_way < MOST_AT_ONCE
            && let Some((number, callback)) = bank.books.notifications.take_due(now)
        {
            taken.push(self.take(bank, number, callback));
        }
        let notifications = &bank.books.notifications;
        let sleep = (!notifications.is_quiet()).then(|| {
            let next = notifications.next_due().map(|due| Duration::try_from(due.duration_since(now)));
            next.map_or(NEXT_LOOK, |next| next.unwrap_or(NEXT_LOOK).clamp(SHORTEST_SLEEP, NEXT_LOOK))
        });
        (taken, sleep)
    }

    fn take(&mut self, bank: &Bank, number: u64, callback: Callback) -> DueTry {
        let host = url::Url::parse(&callback.target).ok().and_then(|url| url.host_str().map(str::to_owned));
        self.on_the_way += 1;
        self.tried += 1;
        let disturbances = &self.disturbances;
        let disturbance = TryDisturbance {
            is_dropped: is_due(disturbances.drop_every, self.tried),
            loses_answer: is_due(disturbances.lose_answer_every, self.tried),
            is_foreign: is_due(disturbances.foreign_source_every, self.tried),
        };
        self.log.push_back(Try {
            callback: number,
            filter: callback.filter_id,
            host,
            category: callback.category,
            event_type: callback.event_type,
            object_id: callback.object_id,
            number: callback.tries,
            at: bank.now(),
            outcome: None,
        });
        if self.log.len() > KEPT {
            self.log.pop_front();
        }
        DueTry {
            callback_number: number,
            tries: callback.tries,
            target: callback.target,
            body: callback.body,
            timeout: Duration::from_secs(u64::from(bank.settings.callback_timeout_seconds)),
            disturbance,
            try_number: self.tried,
        }
    }

    /// Notes the outcome of a try. `status` is that of the receiver's answer.
    pub(crate) fn tried(&mut self, bank: &mut Bank, due: &DueTry, outcome: Result<(), TryFailure>) {
        self.on_the_way -= 1;
        // The log may have lost its oldest entries.
        let place =
            usize::try_from(self.tried - due.try_number).ok().and_then(|back| self.log.len().checked_sub(back + 1));
        if let Some(entry) = place.and_then(|place| self.log.get_mut(place)) {
            entry.outcome = Some(match &outcome {
                Ok(()) => "delivered".to_owned(),
                Err(failure) => failure.message.clone(),
            });
        }
        notification::tried(bank, due.callback_number, due.tries, outcome);
    }
}
