//! Reads of the same object at the same moment share one call to the bank.
//!
//! A read joins a call that was not sent yet. It does not join one that is under way, because the bank may have read
//! the object before the caller's last change. So any number of reads at once makes at most two calls.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use sha2::{Digest as _, Sha256};
use tokio::sync::{Mutex as AsyncMutex, watch};

use super::{credentials::Session, envelope::Verified, request::Request};
use crate::types::{deadline::Priority, secret::Secret as _};

/// The reads of one object.
#[derive(Debug, Default)]
pub(super) struct Object {
    /// Locked while a call is under way.
    pub(super) under_way: AsyncMutex<()>,
    /// The call that begins when the one under way has ended. Others can join it until then.
    next: Mutex<Option<watch::Receiver<Option<Verified>>>>,
}

/// The reads that are waiting or under way, by session and object.
#[derive(Debug, Default)]
pub(super) struct SharedReads(Mutex<HashMap<[u8; 32], Arc<Object>>>);

/// How a read gets its answer.
pub(super) enum Part {
    /// From the call of another read.
    Join(watch::Receiver<Option<Verified>>),
    /// By the next call, which others can join.
    Lead(watch::Sender<Option<Verified>>),
}

impl Object {
    /// Returns how another read of the object gets its answer.
    pub(super) fn part(&self) -> Part {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        // The sender is gone if the read that was to make the call has been given up.
        if let Some(call) = next.as_ref().filter(|call| call.has_changed().is_ok()) {
            return Part::Join(call.clone());
        }
        let (sender, receiver) = watch::channel(None);
        *next = Some(receiver);
        Part::Lead(sender)
    }

    /// Notes that the next call begins, so that no other read joins it.
    pub(super) fn begin(&self) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl SharedReads {
    /// Returns the reads of an object.
    pub(super) fn object(&self, key: [u8; 32]) -> Arc<Object> {
        let mut objects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Only objects that are being read are kept.
        objects.retain(|_, object| Arc::strong_count(object) > 1);
        Arc::clone(objects.entry(key).or_default())
    }
}

/// Returns the key of an object in a session. The token is part of it: two sessions of one user can have other rights.
/// So is the priority: background work does not wait for a turn.
pub(super) fn key(Session { token, .. }: Session<'_>, request: &Request, priority: Priority) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update([priority as u8]);
    let query = request.query.iter().flat_map(|(name, value)| [*name, value.as_str()]);
    for part in [token.expose(), request.path.as_str()].into_iter().chain(query) {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}
