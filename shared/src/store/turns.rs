//! The turns of calls to the bank, which all processes share: one item for each address and endpoint.

use aws_sdk_dynamodb::{
    operation::update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    types::{ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use serde::Serialize;

use super::{
    error::StoreError,
    item::{Item, from_item, text, to_attribute},
    table::Store,
};
use crate::types::turns::{Limit, Plan, TurnRequest, Turns};

/// How many times an update is tried while others change the same item.
const TRIES: u32 = 20;
/// How long an item is kept after its last update, in seconds.
const KEPT: i64 = 86_400;

/// The result of asking for a turn, and the state of the endpoint after it.
#[derive(Clone, Debug)]
pub enum TurnOutcome {
    /// The caller may send one call at this time, in milliseconds since the epoch.
    Granted {
        /// The time.
        at: i64,
        /// Whether the caller has leased lanes.
        leased: bool,
        /// The state.
        turns: Turns,
    },
    /// No turn is early enough. A time to try again was announced.
    Announced {
        /// The time.
        at: i64,
        /// The state.
        turns: Turns,
    },
}

/// One conditional update of the item.
struct Change(UpdateItemFluentBuilder);

impl Change {
    fn value(self, name: &str, value: &impl Serialize) -> Result<Self, StoreError> {
        Ok(Self(self.0.expression_attribute_values(name, to_attribute(value)?)))
    }

    /// Performs the update if its condition holds. Returns the item after it, or else as it is.
    async fn send(self, now: i64) -> Result<Result<Turns, Found>, StoreError> {
        let update = self
            .0
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match update.send().await {
            Ok(output) => Ok(read(output.attributes.unwrap_or_default(), now).ok_or(Found::Broken)),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => Ok(Err(match failed.item() {
                    None => Found::Nothing,
                    Some(item) => read(item.clone(), now).map_or(Found::Broken, Found::Turns),
                })),
                _ => Err(error.into()),
            },
        }
    }
}

/// What is stored in place of what a process assumed.
enum Found {
    Nothing,
    Turns(Turns),
    /// An item that this program has not written.
    Broken,
}

fn read(item: Item, now: i64) -> Option<Turns> {
    from_item::<Turns>(item).ok().filter(|turns| turns.is_valid(now))
}

impl Store {
    /// Takes a turn at an endpoint of the bank. `endpoint` names the address and the endpoint, and `known` is its state
    /// as the caller last saw it. The times of `request` are compared with the store's clock. Does not wait.
    ///
    /// If the answer to an update is lost, the SDK sends it again, and a turn may remain unused.
    ///
    /// # Errors
    /// Returns [`StoreError::Contended`] if other writers changed the item at every try.
    pub async fn take_turn(
        &self,
        endpoint: &str,
        known: Option<Turns>,
        request: TurnRequest,
    ) -> Result<TurnOutcome, StoreError> {
        let mut known = known;
        for _ in 0..TRIES {
            let now = self.clock.now().as_millisecond();
            let turns = known.take().unwrap_or_else(|| Turns::new(request.limit, now));
            let failed = match turns.plan(now, request) {
                Plan::Rewrite { turns: next, turn, leased } => {
                    match self.rewrite_turns(endpoint, &turns, &next)?.send(now).await? {
                        Ok(turns) => return Ok(TurnOutcome::Granted { at: turn, leased, turns }),
                        Err(found) => found,
                    }
                }
                Plan::Join { most } => match self.join_queue(endpoint, &turns, most)?.send(now).await? {
                    Ok(turns) => {
                        return Ok(TurnOutcome::Granted { at: turns.joined(request.limit), leased: false, turns });
                    }
                    Err(found) => found,
                },
                // The times of other callers do not depend on this one.
                Plan::Announce { from, step: 0 } => return Ok(TurnOutcome::Announced { at: from, turns }),
                Plan::Announce { from, step } => match self.announce(endpoint, &turns, from, step)?.send(now).await? {
                    Ok(turns) => {
                        return Ok(TurnOutcome::Announced { at: from.max(turns.next_announced - step), turns });
                    }
                    Err(found) => found,
                },
            };
            known = self.found_turns(endpoint, failed, (request.limit, now)).await?;
        }
        Err(StoreError::Contended)
    }

    /// Stores that the bank has refused a call to an endpoint because of its limit, which its text may name. Returns
    /// the new state.
    ///
    /// # Errors
    /// Returns [`StoreError::Contended`] if other writers changed the item at every try.
    pub async fn delay_turns(
        &self,
        endpoint: &str,
        known: Option<Turns>,
        limit: Limit,
        named: Option<Limit>,
    ) -> Result<Turns, StoreError> {
        let mut known = known;
        for _ in 0..TRIES {
            let now = self.clock.now().as_millisecond();
            let turns = known.take().unwrap_or_else(|| Turns::new(limit, now));
            let next = turns.exceeded(now, limit, named);
            match self.rewrite_turns(endpoint, &turns, &next)?.send(now).await? {
                Ok(turns) => return Ok(turns),
                Err(found) => known = self.found_turns(endpoint, found, (limit, now)).await?,
            }
        }
        Err(StoreError::Contended)
    }

    /// Returns the state that was found. Replaces an item that this program has not written.
    async fn found_turns(
        &self,
        endpoint: &str,
        found: Found,
        (limit, now): (Limit, i64),
    ) -> Result<Option<Turns>, StoreError> {
        match found {
            Found::Nothing => Ok(None),
            Found::Turns(turns) => Ok(Some(turns)),
            Found::Broken => {
                tracing::error!(endpoint, "turns: an item cannot be read and is replaced");
                // A version that no process knows.
                let mut new = Turns::new(limit, now);
                new.version = now.unsigned_abs();
                let replaced = self.write_turns(endpoint, "attribute_exists(pk)", &new)?.send(now).await?;
                Ok(replaced.ok())
            }
        }
    }

    fn change_turns(&self, endpoint: &str, expression: &str, condition: &str) -> Result<Change, StoreError> {
        let update = self.client.update_item().table_name(&self.ephemera).key("pk", text(format!("TURNS#{endpoint}")));
        let expires_at = self.clock.now().as_second().saturating_add(KEPT);
        Change(update.update_expression(expression).condition_expression(condition)).value(":expires_at", &expires_at)
    }

    fn write_turns(&self, endpoint: &str, condition: &str, new: &Turns) -> Result<Change, StoreError> {
        let expression = "SET version = :next, lanes = :lanes, queued = :none, next_announced = :next_announced, \
                          learned = :learned, expires_at = :expires_at";
        self.change_turns(endpoint, expression, condition)?
            .value(":next", &new.version)?
            .value(":lanes", &new.lanes())?
            .value(":next_announced", &new.next_announced)?
            .value(":learned", &new.learned())?
            .value(":none", &0_u8)
    }

    fn rewrite_turns(&self, endpoint: &str, old: &Turns, new: &Turns) -> Result<Change, StoreError> {
        // Version 0 is not stored: it is what a process assumes of an item that it has not seen.
        let condition = "(attribute_not_exists(pk) AND :version = :none) OR (version = :version AND queued = :queued)";
        self.write_turns(endpoint, condition, new)?.value(":version", &old.version)?.value(":queued", &old.queued)
    }

    fn join_queue(&self, endpoint: &str, turns: &Turns, most: u64) -> Result<Change, StoreError> {
        let expression = "SET queued = queued + :one, expires_at = :expires_at";
        self.change_turns(endpoint, expression, "version = :version AND queued < :most")?
            .value(":one", &1_u8)?
            .value(":version", &turns.version)?
            .value(":most", &most)
    }

    /// Announces a time to this caller, and moves the next announced time by `step`.
    fn announce(&self, endpoint: &str, turns: &Turns, from: i64, step: i64) -> Result<Change, StoreError> {
        if turns.next_announced >= from {
            let expression = "SET next_announced = next_announced + :step, expires_at = :expires_at";
            return self
                .change_turns(endpoint, expression, "next_announced >= :from")?
                .value(":step", &step)?
                .value(":from", &from);
        }
        let expression = "SET next_announced = :until, expires_at = :expires_at";
        self.change_turns(endpoint, expression, "next_announced < :from")?
            .value(":until", &(from + step))?
            .value(":from", &from)
    }
}
