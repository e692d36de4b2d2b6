//! A batch of hints: customers are visited at the same time, and what could not be done is left in the queue for later.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use serde_json::Value;
use tokio::task::JoinSet;
use tracing::{Instrument as _, Span};

use super::{
    customer::{End, Visit},
    service::Callbacks,
    target::Numbered,
};
use crate::{
    queue::{HintBatch, HintMessage},
    telemetry::{
        Metric,
        audit::{Action, Fact, Outcome, Trail},
        count,
    },
    tpp::error::TppError,
    types::{
        deadline::{Deadline, Priority},
        hint::Hint,
        ids::UserId,
    },
};

/// The time at the end of a run in which messages are hidden and sent.
const MARGIN: Duration = Duration::from_secs(3);
/// After how many seconds a message is handled again at first. Each time, the pause is twice as long.
const FIRST_PAUSE: i32 = 30;
/// The longest pause, in seconds.
const LONGEST_PAUSE: i32 = 900;

impl Callbacks {
    /// Handles a batch of messages: reads what the hints may concern, and adds the events of what is new. Returns the
    /// answer of the function, which names the messages that the queue keeps.
    ///
    /// # Errors
    /// Returns [`TppError::Queue`] if this deployment has no queue.
    pub async fn handle(self: &Arc<Self>, batch: &HintBatch, deadline: Deadline) -> Result<Value, TppError> {
        let queue = self.queue()?;
        let until = Deadline::after(deadline.left().saturating_sub(MARGIN)).with_priority(Priority::Background);
        let (customers, mut later) = self.sorted(batch);
        let mut visits = JoinSet::new();
        let mut hints_of = HashMap::new();
        for (user_id, hints) in customers {
            let numbers: Vec<_> = hints.iter().map(|(number, _)| *number).collect();
            // Each has a task of its own, so that a panic is a failure of one customer.
            let visit = Arc::clone(self).visit(user_id, hints, until).instrument(Span::current());
            hints_of.insert(visits.spawn(visit).id(), numbers);
        }
        while let Some(visited) = visits.join_next_with_id().await {
            let (visit, ends) = match visited {
                Ok((visit, Ok(ends))) => (visit, Some(ends)),
                Ok((visit, Err(error))) => {
                    tracing::warn!(%error, "callback: the hints of a customer are handled later");
                    (visit, None)
                }
                Err(error) => {
                    tracing::error!("callback: the visit to a customer panicked");
                    (error.id(), None)
                }
            };
            let all_failed = || {
                let numbers = hints_of.get(&visit).into_iter().flatten();
                numbers.map(|number| (*number, End::Failed)).collect()
            };
            for (number, end) in ends.unwrap_or_else(all_failed) {
                let is_done = match end {
                    End::Done => true,
                    End::Again(hint) => match queue.send_again(&hint).await {
                        Ok(()) => true,
                        Err(error) => {
                            tracing::warn!(%error, "callback: a hint could not be sent again");
                            false
                        }
                    },
                    End::Failed => false,
                };
                if !is_done {
                    later.insert(number, None);
                }
            }
        }
        let kept = batch.messages().iter().enumerate().filter_map(|(number, message)| {
            let pause = *later.get(&number)?;
            Some((message, pause.unwrap_or_else(|| pause_after(message.receives))))
        });
        let kept: Vec<_> = kept.collect();
        for (message, seconds) in &kept {
            if let Err(error) = queue.hide(message, *seconds).await {
                // It is received again at the usual time.
                tracing::warn!(%error, "callback: a message could not be hidden");
            }
        }
        Ok(HintBatch::answer(kept.into_iter().map(|(message, _)| message)))
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
            Ok(ends) => (Outcome::Done, Ok(ends)),
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
        Visit { callbacks: self, connection, deadline }.run(hints).await
    }
}

/// Returns the pause in seconds after a message was received this many times. The pauses of many messages differ, so
/// that they do not all come back at once.
fn pause_after(receives: u32) -> i32 {
    let doublings = receives.saturating_sub(1).min(5);
    let longest = FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE);
    rand::random_range(longest - longest / 4..=longest)
}

fn seconds_until(time: Timestamp, now: Timestamp) -> i32 {
    let seconds = time.duration_since(now).as_secs().saturating_add(1);
    i32::try_from(seconds).unwrap_or(LONGEST_PAUSE).clamp(1, LONGEST_PAUSE)
}
