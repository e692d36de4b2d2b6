//! Decides which versions of objects have events.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::canonical::fingerprint;
use crate::{
    store::{EventObject, NewVersion, SeenVersion},
    types::{bank_object::BankObject, hint::bank_time, ids::MonetaryAccountId},
};

/// Until this age, an object without an event counts as new. The versions of which there are events are known for
/// longer.
const NEW_FOR: SignedDuration = SignedDuration::from_hours(35 * 24);

/// An object as the bank shows it, with what is read of it.
pub(super) struct Shown {
    pub(super) kind: BankObject,
    pub(super) object: EventObject,
    created: Option<Timestamp>,
    fingerprint: String,
}

impl Shown {
    /// Reads an object. Returns `None` if it has no id.
    pub(super) fn read(kind: BankObject, account_id: MonetaryAccountId, value: &Value) -> Option<Self> {
        let id = value.get("id").and_then(Value::as_u64)?;
        let created = value.get("created").and_then(bank_time);
        let updated_at = value.get("updated").and_then(bank_time).or(created);
        let object = EventObject { account_id, id, updated_at };
        Some(Self { kind, object, created, fingerprint: fingerprint(value) })
    }

    /// Returns whether the object has the change of a hint with this time.
    pub(super) fn has(&self, change: Option<Timestamp>) -> bool {
        change.is_none_or(|change| self.object.updated_at.is_none_or(|updated| updated >= change))
    }

    /// Returns the version of which there must be an event, or `None` if there is one already or there is to be none.
    /// `seen` is the version of the last event, and `since` the time before which an object without a hint is history.
    pub(super) fn news(
        &self,
        seen: Option<&SeenVersion>,
        (now, since): (Timestamp, Option<Timestamp>),
    ) -> Option<NewVersion> {
        let is_young = |time: Timestamp| now.duration_since(time) < NEW_FOR;
        let (is_created, is_told) = match seen {
            Some(seen) => (false, seen.fingerprint != self.fingerprint),
            None => {
                let is_history = since.is_some_and(|since| self.created.is_none_or(|created| created < since));
                let is_new = self.created.is_some_and(is_young);
                // An old object that has not changed either had its event long ago, or belongs to the history.
                (is_new, !is_history && (is_new || self.object.updated_at.is_none_or(is_young)))
            }
        };
        is_told.then(|| NewVersion {
            kind: self.kind,
            object: self.object,
            fingerprint: self.fingerprint.clone(),
            is_new: is_created,
        })
    }
}
