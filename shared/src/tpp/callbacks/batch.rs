//! A batch of hints: customers are visited at the same time, and what could not be done is left in the queue for later.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use serde_json::Value;
use tokio::{task::JoinSet, time::timeout};
use tracing::{Instrument as _, Span};

use super::{
    service::Callbacks,
    target::Numbered,
    visit::{End, Visit},
};
use crate::{
    queue::{HintBatch, HintMessage},
    store::Connection,
    telemetry::{
        Metric,
        audit::{Action, Fact, Outcome, Trail},
        count,
    },
    tpp::error::TppError,
    types::{
        deadline::{Deadline, Priority},
        hint::{Hint, Source},
        ids::UserId,
    },
};

/// The time at the end of a run in which visits end, and messages are sent and hidden.
const MARGIN: Duration = Duration::from_secs(4);
/// When all visits have ended, counted from the end of the run. Those that have not are stopped.
const AFTER_VISITS: Duration = Duration::from_secs(3);
/// When all messages were sent, counted from the end of the run. Those that were not stay in the queue.
const AFTER_SENDS: Duration = Duration::from_millis(1_500);
/// When all messages were hidden, counted from the end of the run. Those that were not come back at the usual time.
const AFTER_HIDES: Duration = Duration::from_millis(300);
/// After how many seconds a message is handled again at first. Each time, the pause is twice as long.
const FIRST_PAUSE: i32 = 30;
/// The longest pause, in seconds.
const LONGEST_PAUSE: i32 = 900;

/// What is done with a message.
enum Next {
    /// It is deleted.
    Done,
    /// These hints are sent, and then it is deleted.
    Send(Vec<Hint>),
    /// It stays in the queue.
    Keep,
}

impl Callbacks {
    /// Handles a batch of messages: reads what the hints may concern, and adds the events of what is new. Returns the
    /// answer of the function, which names the messages that the queue keeps.
    ///
    /// # Errors
    /// Returns [`TppError::Queue`] if this deployment has no queue.
    pub async fn handle(self: &Arc<Self>, batch: &HintBatch, deadline: Deadline) -> Result<Value, TppError> {
        self.queue()?;
        let (customers, mut later) = self.sorted(batch);
        let mut sends = JoinSet::new();
        for (number, next) in self.visit_all(customers, deadline).await {
            match next {
                Next::Done => {}
                Next::Keep => drop(later.insert(number, None)),
                Next::Send(hints) => {
                    later.insert(number, None);
                    sends.spawn(Arc::clone(self).send_again(number, hints).in_current_span());
                }
            }
        }
        while let Ok(Some(sent)) = timeout(before(deadline, AFTER_SENDS), sends.join_next()).await {
            if let Ok(Some(number)) = sent {
                later.remove(&number);
            }
        }
        drop(sends);
        let kept = batch.messages().iter().enumerate().filter_map(|(number, message)| {
            let pause = *later.get(&number)?;
            Some((message, pause.unwrap_or_else(|| pause_after(message.receives))))
        });
        let kept: Vec<_> = kept.collect();
        let mut hides = JoinSet::new();
        for (message, seconds) in &kept {
            hides.spawn(Arc::clone(self).hide((*message).clone(), *seconds).in_current_span());
        }
        while let Ok(Some(_)) = timeout(before(deadline, AFTER_HIDES), hides.join_next()).await {}
        Ok(HintBatch::answer(kept.into_iter().map(|(message, _)| message)))
    }

    /// Visits all customers at the same time. Returns what is done with each message.
    async fn visit_all(
        self: &Arc<Self>,
        customers: BTreeMap<UserId, Vec<Numbered>>,
        deadline: Deadline,
    ) -> Vec<(usize, Next)> {
        let until = Deadline::after(before(deadline, MARGIN)).with_priority(Priority::Background);
        let (mut visits, mut open) = (JoinSet::new(), HashMap::new());
        for (user_id, hints) in customers {
            // Each has a task of its own, so that a panic is a failure of one customer.
            let visit = Arc::clone(self).visit(user_id, hints.clone(), until).instrument(Span::current());
            open.insert(visits.spawn(visit).id(), hints);
        }
        let mut all = Vec::new();
        while let Ok(Some(visited)) = timeout(before(deadline, AFTER_VISITS), visits.join_next_with_id()).await {
            let (visit, ends) = match visited {
                Ok((visit, Ok(ends))) => (visit, ends),
                Ok((visit, Err(error))) => {
                    tracing::warn!(%error, "callback: the hints of a customer are handled later");
                    (visit, Vec::new())
                }
                Err(error) => {
                    tracing::error!("callback: the visit to a customer panicked");
                    (error.id(), Vec::new())
                }
            };
            let mut ends: HashMap<_, _> = ends.into_iter().collect();
            for (number, hint) in open.remove(&visit).unwrap_or_default() {
                let end = ends.remove(&number);
                if !end.as_ref().is_some_and(End::is_progress) {
                    count(Metric::CallbacksLate);
                }
                let next = end.map_or(Next::Keep, |end| self.next(&hint, end));
                all.push((number, next));
            }
        }
        for hints in open.into_values() {
            tracing::warn!("callback: the visit to a customer was stopped, for lack of time");
            hints.iter().for_each(|_| count(Metric::CallbacksLate));
            all.extend(hints.into_iter().map(|(number, _)| (number, Next::Keep)));
        }
        all
    }

    /// Returns what is done with the message of a hint that ended so.
    fn next(&self, hint: &Hint, end: End) -> Next {
        let now = self.parts.clock.now();
        let after = |pause: Duration| now.checked_add(pause).unwrap_or(now);
        let sent = match end {
            End::Done => return Next::Done,
            End::Each(hints) => return Next::Send(hints),
            End::Again(hint) => return Next::Send(vec![hint]),
            // The message was received without use, so one that was never received replaces it.
            End::Later(wait) => hint.delayed(after(wait.max(pause(u32::from(hint.delays).saturating_add(1))))),
            // The queue gives no other message of the group while this one is hidden.
            End::Failed => hint.aside(after(pause(1))),
        };
        sent.map_or(Next::Keep, |hint| Next::Send(vec![hint]))
    }

    /// Sends hints in place of the message with this number. Returns the number if the queue has taken them. Otherwise
    /// the message is handled again, and all of them are sent again.
    async fn send_again(self: Arc<Self>, number: usize, hints: Vec<Hint>) -> Option<usize> {
        let sent = async {
            for hint in &hints {
                self.queue()?.send_again(hint).await?;
            }
            Ok::<_, TppError>(())
        };
        match sent.await {
            Ok(()) => Some(number),
            Err(error) => {
                tracing::warn!(%error, "callback: a hint could not be sent again");
                None
            }
        }
    }

    async fn hide(self: Arc<Self>, message: HintMessage, seconds: i32) {
        let hidden = async { Ok::<_, TppError>(self.queue()?.hide(&message, seconds).await?) };
        if let Err(error) = hidden.await {
            // It is received again at the usual time.
            tracing::warn!(%error, "callback: a message could not be hidden");
        }
    }

    /// Returns the hints by customer, and the messages that are handled later, with the pause in seconds if known.
    fn sorted(&self, batch: &HintBatch) -> (BTreeMap<UserId, Vec<Numbered>>, BTreeMap<usize, Option<i32>>) {
        let now = self.parts.clock.now();
        let (mut customers, mut later) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::new());
        for (number, HintMessage { id, body, .. }) in batch.messages().iter().enumerate() {
            match serde_json::from_str::<Hint>(body) {
                Ok(hint) => match hint.not_before.filter(|not_before| *not_before > now) {
                    Some(not_before) => drop(later.insert(number, Some(seconds_until(not_before, now)))),
                    None => customers.entry(hint.user_id).or_default().push((number, hint)),
                },
                // A newer version may have sent it. If nothing can read it, the queue moves it aside.
                Err(_) => {
                    tracing::error!(message = id, "callback: a message is not a hint");
                    later.insert(number, None);
                }
            }
        }
        (customers, later)
    }

    /// Visits a customer, and writes the audit line of the visit. Returns how each hint ended, or an error if all of
    /// them must be handled again.
    async fn visit(
        self: Arc<Self>,
        user_id: UserId,
        hints: Vec<Numbered>,
        deadline: Deadline,
    ) -> Result<Vec<(usize, End)>, TppError> {
        let numbers: Vec<_> = hints.iter().map(|(number, _)| *number).collect();
        let trail = Trail::new(uuid::Uuid::new_v4().to_string(), Action::AnswerCallbacks);
        trail.note(Fact::User(user_id));
        let visited = trail.follow(self.run_visit(user_id, hints, deadline, trail.clone())).await;
        let (outcome, visited) = match visited {
            Err(TppError::UnknownUser | TppError::ConsentRevoked | TppError::ConsentExpired) => {
                numbers.iter().for_each(|_| count(Metric::CallbacksIgnored));
                (Outcome::Refused, Ok(numbers.into_iter().map(|number| (number, End::Done)).collect()))
            }
            Ok(ends) => {
                let is_done = ends.iter().any(|(_, end)| end.is_progress());
                (if is_done { Outcome::Done } else { Outcome::Failed }, Ok(ends))
            }
            Err(error) => (Outcome::Failed, Err(error)),
        };
        trail.write(outcome, None);
        visited
    }

    async fn run_visit(
        &self,
        user_id: UserId,
        hints: Vec<Numbered>,
        deadline: Deadline,
        trail: Trail,
    ) -> Result<Vec<(usize, End)>, TppError> {
        // A process lives for longer than an identity is trusted.
        self.parts.identities.recent().await?;
        let connection = self.parts.connections.usable(user_id).await?;
        trail.note(Fact::Workspace(connection.workspace.clone()));
        self.note_callback(&connection, &hints).await;
        Visit { callbacks: self, connection, deadline }.run(hints).await
    }

    /// Notes when the bank last called about a customer. Without the note, the visit goes on.
    async fn note_callback(&self, connection: &Connection, hints: &[Numbered]) {
        let Some(arrived_at) = newest_callback(hints) else { return };
        if let Err(error) = self.parts.store.note_callback(connection, arrived_at).await {
            tracing::warn!(%error, "callback: its time could not be noted");
        }
    }
}

/// Returns when the newest callback among these hints arrived.
fn newest_callback(hints: &[Numbered]) -> Option<Timestamp> {
    let arrived = |(_, hint): &Numbered| match hint.source {
        Source::Bunq => Some(hint.received_at),
        Source::Failure | Source::Poll => None,
    };
    hints.iter().filter_map(arrived).max()
}

/// Returns the pause in seconds after a message was received this many times. The pauses of many messages differ, so
/// that they do not all come back at once.
fn pause_after(receives: u32) -> i32 {
    let doublings = receives.saturating_sub(1).min(5);
    let longest = FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE);
    rand::random_range(longest - longest / 4..=longest)
}

fn pause(receives: u32) -> Duration {
    Duration::from_secs(u64::from(pause_after(receives).unsigned_abs()))
}

/// Returns the time that is left until this long before the deadline.
fn before(deadline: Deadline, margin: Duration) -> Duration {
    deadline.left().saturating_sub(margin)
}

fn seconds_until(time: Timestamp, now: Timestamp) -> i32 {
    let seconds = time.duration_since(now).as_secs().saturating_add(1);
    i32::try_from(seconds).unwrap_or(LONGEST_PAUSE).clamp(1, LONGEST_PAUSE)
}
