//! Idempotent requests, which must take effect once. A conditional write begins the request. A later request with the
//! same key gets the outcome of the first.
//!
//! The hash of the request and the bank's answer are sealed. For a customer's request, they are sealed with the key
//! that the connection holds, so nobody can read them once the connection is deleted.

mod record;

use std::time::Duration;

use uuid::Uuid;

use self::record::Record;
use super::{error::StoreError, item::SealedText, table::Store, write::Write};
use crate::types::{
    idempotency::{RequestHash, RequestName},
    sealing::{Place, SealError, SealingKeys},
};

pub use record::{Attempt, Begun, Earlier, Outcome};

/// How long a record is kept.
const RETENTION: Duration = Duration::from_secs(30 * 24 * 3600);

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
    /// Begins a try of a request, or returns the state of the request if it cannot be tried now. A try that is neither
    /// finished nor released after `patience` counts as dead, and the next try takes over. A record older than 30 days
    /// does not count. Does not wait for another try.
    ///
    /// # Errors
    /// Returns [`StoreError::Seal`] if the hash cannot be sealed, if the key that sealed the record is not in `keys`,
    /// or if the outcome cannot be opened.
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
            attempt_until: self.in_seconds(patience),
            // A later try that finds this record unfinished cannot know whether the request was sent.
            unknown: true,
            released: false,
            began_at: now,
            outcome: None,
            expires_at: self.in_seconds(RETENTION),
        };
        let put = Write::put(&self.ephemera, &pk(name), &fresh)?
            .only_if("attribute_not_exists(pk) OR expires_at <= :now")
            .value(":now", &now.as_second())?;
        let attempt = |earlier, began_at| Attempt { name: name.clone(), attempt: fresh.attempt, began_at, earlier };
        if self.write(put).await? {
            return Ok(Begun::Attempt(attempt(Earlier::NoEffect, now)));
        }
        // A record exists. If it was deleted since the write, the caller's next call begins the request.
        let Some(found) = self.read::<Record>(&self.ephemera, &pk(name)).await? else { return Ok(in_flight(0)) };
        if found.attempt == fresh.attempt {
            // The first write succeeded, its answer was lost, and the SDK sent it again.
            return Ok(Begun::Attempt(attempt(Earlier::NoEffect, now)));
        }
        match open(keys, name, "request", &found.request) {
            Ok(request) if request == hash.as_str() => {}
            // If the key is missing, it may still be the same request. Another idempotency key could pay twice.
            Err(error @ (SealError::KeyGone | SealError::Key)) => return Err(error.into()),
            // A hash that does not open belongs to another customer, or to a connection that was deleted.
            Ok(_) | Err(SealError::Broken) => return Ok(Begun::Mismatch),
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

    /// Returns whether a request was begun within the last 30 days, with any outcome or none.
    pub async fn has_begun(&self, name: &RequestName) -> Result<bool, StoreError> {
        let record: Option<Record> = self.read(&self.ephemera, &pk(name)).await?;
        Ok(record.is_some_and(|record| record.expires_at > self.clock.now().as_second()))
    }

    /// Makes `next` the latest try in place of `dead`, and stores its seal of the same hash. Returns `false` if another
    /// try took over, or an outcome was stored, meanwhile.
    async fn take_over(&self, name: &RequestName, dead: &Record, next: &Record) -> Result<bool, StoreError> {
        let expression = "SET attempt = :next, attempt_until = :until, #unknown = :unknown, released = :released, \
                          #request = :request";
        let update = Write::update(&self.ephemera, &pk(name), expression)
            .only_if("(attempt = :dead OR attempt = :next) AND attribute_not_exists(outcome)")
            .name("unknown")
            .name("request")
            .value(":request", &next.request)?
            .value(":next", &next.attempt)?
            .value(":until", &next.attempt_until)?
            .value(":unknown", &true)?
            .value(":released", &false)?
            .value(":dead", &dead.attempt)?;
        self.write(update).await
    }

    /// Stores the outcome of a request, sealed. Does nothing if another try has taken over.
    ///
    /// # Errors
    /// Returns [`StoreError::Seal`] if the outcome cannot be sealed.
    pub async fn finish_request(
        &self,
        keys: &SealingKeys,
        attempt: &Attempt,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        let outcome = serde_json::to_string(outcome).map_err(|_| StoreError::Undecodable)?;
        let outcome = seal(keys, &attempt.name, "outcome", outcome)?;
        let update = Write::update(&self.ephemera, &pk(&attempt.name), "SET outcome = :outcome")
            .only_if("attempt = :attempt")
            .value(":outcome", &outcome)?
            .value(":attempt", &attempt.attempt)?;
        self.write(update).await.map(drop)
    }

    /// Ends a try without an outcome. The next try can begin after `wait`, and gets `known` as [`Attempt::earlier`].
    /// Does nothing if another try has taken over.
    pub async fn release_request(&self, attempt: &Attempt, known: Earlier, wait: Duration) -> Result<(), StoreError> {
        let expression = "SET attempt_until = :until, #unknown = :unknown, released = :released";
        let update = Write::update(&self.ephemera, &pk(&attempt.name), expression)
            .only_if("attempt = :attempt")
            .name("unknown")
            .value(":until", &self.in_seconds(wait))?
            .value(":unknown", &(known == Earlier::Unknown))?
            .value(":released", &true)?
            .value(":attempt", &attempt.attempt)?;
        self.write(update).await.map(drop)
    }
}

fn in_flight(seconds: i64) -> Begun {
    Begun::InFlight(at_least_a_second(seconds))
}

fn at_least_a_second(seconds: i64) -> Duration {
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0).max(1))
}
