//! Requests that must take effect once. One conditional write begins; a later request with the same key gets what
//! became of it.
//!
//! What was asked for (as a hash) and what the bank answered are sealed: a customer's with the key that their
//! connection holds, so that nobody can read them once the connection is deleted.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::table::{Keyed, SealedText, Store, StoreError, seconds, succeeded, text, to_item};
use crate::types::{
    idempotency::{RequestHash, RequestName},
    sealing::{Place, SealError, SealingKeys},
};

/// How long a record is kept.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// The bank made an object.
    Created {
        /// Its id at the bank.
        id: u64,
        /// The bank's answer.
        body: String,
    },
    /// The bank said no, and would again.
    Refused {
        /// The bank's status.
        status: u16,
        /// The bank's reasons, as JSON.
        texts: String,
    },
}

/// Whether an earlier try may have reached the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// There was none, or it certainly took no effect.
    NoEffect,
    /// Nobody knows.
    Unknown,
}

/// The right to try.
#[derive(Clone, Debug)]
pub struct Attempt {
    name: RequestName,
    attempt: Uuid,
    /// When the first try began.
    pub began_at: Timestamp,
    /// What is known of the tries before.
    pub earlier: Earlier,
}

/// What to do with a request.
#[derive(Clone, Debug)]
pub enum Begun {
    /// Try.
    Attempt(Attempt),
    /// Answer what was answered.
    Finished(Outcome),
    /// Somebody is trying, and has this long.
    InFlight(Duration),
    /// The last try did not learn whether it took effect, and the bank may still be at work on it: come back after this
    /// long.
    Unsettled(Duration),
    /// The key was used for another request.
    Mismatch,
}

#[derive(Serialize, Deserialize)]
struct Record {
    /// The sealed hash of the order.
    request: String,
    attempt: Uuid,
    attempt_until: i64,
    unknown: bool,
    /// Whether the last try has ended without an outcome, so that nobody is at work.
    #[serde(default)]
    released: bool,
    began_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    /// The sealed [`Outcome`], as JSON.
    outcome: Option<String>,
    expires_at: i64,
}

fn pk(name: &RequestName) -> String {
    format!("IDEMPOTENCY#{}", name.as_str())
}

fn seal(keys: &SealingKeys, name: &RequestName, attribute: &str, text: String) -> Result<String, SealError> {
    keys.seal(Place { item: &pk(name), attribute }, &SealedText(text))
}

fn open(keys: &SealingKeys, name: &RequestName, attribute: &str, sealed: &str) -> Result<String, SealError> {
    keys.open(Place { item: &pk(name), attribute }, sealed).map(|SealedText(text)| text)
}

impl Store {
    /// Begins a request, or says what became of it. A try that is not finished after `patience` has died, and the next
    /// takes over.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn begin_request(
        &self,
        keys: &SealingKeys,
        (name, hash): (&RequestName, &RequestHash),
        patience: Duration,
    ) -> Result<Begun, StoreError> {
        let now = self.clock.now();
        let fresh = Record {
            request: seal(keys, name, "request", hash.as_str().to_owned())?,
            attempt: Uuid::new_v4(),
            attempt_until: now.as_second().saturating_add_unsigned(patience.as_secs()),
            // Pessimistic from the start: whoever finds this record unfinished cannot know how far its process came.
            unknown: true,
            released: false,
            began_at: now,
            outcome: None,
            expires_at: now.as_second().saturating_add_unsigned(KEPT.as_secs()),
        };
        let put = self
            .client
            .put_item()
            .table_name(&self.ephemera)
            .set_item(Some(to_item(&Keyed { pk: &pk(name), item: &fresh })?));
        let result = put
            .condition_expression("attribute_not_exists(pk) OR expires_at <= :now")
            .expression_attribute_values(":now", seconds(now))
            .send()
            .await;
        let attempt = |earlier, began_at| Attempt { name: name.clone(), attempt: fresh.attempt, began_at, earlier };
        match result {
            Ok(_) => return Ok(Begun::Attempt(attempt(Earlier::NoEffect, now))),
            Err(error) => match error.as_service_error() {
                Some(service) if service.is_conditional_check_failed_exception() => {}
                _ => return Err(error.into()),
            },
        }
        // It is there, or went this moment; then the caller's next try begins it.
        let Some(found) = self.read::<Record>(&self.ephemera, &pk(name)).await? else { return Ok(in_flight(0)) };
        if found.attempt == fresh.attempt {
            // The SDK sent our write again because it was not answered: it had gone through.
            return Ok(Begun::Attempt(attempt(Earlier::NoEffect, now)));
        }
        // What does not open is another customer's, or one's of a connection that was deleted.
        if open(keys, name, "request", &found.request).ok().as_deref() != Some(hash.as_str()) {
            return Ok(Begun::Mismatch);
        }
        if let Some(outcome) = found.outcome {
            let outcome = open(keys, name, "outcome", &outcome)?;
            return serde_json::from_str(&outcome).map(Begun::Finished).map_err(|_| StoreError::Undecodable);
        }
        let left = found.attempt_until.saturating_sub(now.as_second());
        if left > 0 {
            return Ok(if found.released { Begun::Unsettled(at_least_a_second(left)) } else { in_flight(left) });
        }
        let earlier = if found.unknown { Earlier::Unknown } else { Earlier::NoEffect };
        let taken = self.take_over(name, &found, &fresh).await?;
        Ok(if taken { Begun::Attempt(attempt(earlier, found.began_at)) } else { in_flight(1) })
    }

    /// Whether a request was begun.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn has_begun(&self, name: &RequestName) -> Result<bool, StoreError> {
        let record: Option<Record> = self.read(&self.ephemera, &pk(name)).await?;
        Ok(record.is_some_and(|record| record.expires_at > self.clock.now().as_second()))
    }

    async fn take_over(&self, name: &RequestName, dead: &Record, next: &Record) -> Result<bool, StoreError> {
        let result = self
            .client
            .update_item()
            .table_name(&self.ephemera)
            .key("pk", text(pk(name)))
            .update_expression("SET attempt = :next, attempt_until = :until, #unknown = :unknown, released = :released")
            .condition_expression("(attempt = :dead OR attempt = :next) AND attribute_not_exists(outcome)")
            .expression_attribute_names("#unknown", "unknown")
            .expression_attribute_values(":next", text(next.attempt.to_string()))
            .expression_attribute_values(":until", AttributeValue::N(next.attempt_until.to_string()))
            .expression_attribute_values(":unknown", AttributeValue::Bool(true))
            .expression_attribute_values(":released", AttributeValue::Bool(false))
            .expression_attribute_values(":dead", text(dead.attempt.to_string()))
            .send()
            .await;
        succeeded(result)
    }

    /// Keeps what became of a request. A try that was taken over keeps nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn finish_request(
        &self,
        keys: &SealingKeys,
        attempt: &Attempt,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        let outcome = serde_json::to_string(outcome).map_err(|_| StoreError::Undecodable)?;
        let outcome = seal(keys, &attempt.name, "outcome", outcome)?;
        let result = self
            .client
            .update_item()
            .table_name(&self.ephemera)
            .key("pk", text(pk(&attempt.name)))
            .update_expression("SET outcome = :outcome")
            .condition_expression("attempt = :attempt")
            .expression_attribute_values(":outcome", text(outcome))
            .expression_attribute_values(":attempt", text(attempt.attempt.to_string()))
            .send()
            .await;
        succeeded(result).map(|_| ())
    }

    /// Lets the next try come after a while, and tells it what is known.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn release_request(&self, attempt: &Attempt, known: Earlier, wait: Duration) -> Result<(), StoreError> {
        let until = self.clock.now().as_second().saturating_add_unsigned(wait.as_secs());
        let result = self
            .client
            .update_item()
            .table_name(&self.ephemera)
            .key("pk", text(pk(&attempt.name)))
            .update_expression("SET attempt_until = :until, #unknown = :unknown, released = :released")
            .condition_expression("attempt = :attempt")
            .expression_attribute_names("#unknown", "unknown")
            .expression_attribute_values(":until", AttributeValue::N(until.to_string()))
            .expression_attribute_values(":unknown", AttributeValue::Bool(known == Earlier::Unknown))
            .expression_attribute_values(":released", AttributeValue::Bool(true))
            .expression_attribute_values(":attempt", text(attempt.attempt.to_string()))
            .send()
            .await;
        succeeded(result).map(|_| ())
    }
}

fn in_flight(seconds: i64) -> Begun {
    Begun::InFlight(at_least_a_second(seconds))
}

fn at_least_a_second(seconds: i64) -> Duration {
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0).max(1))
}
