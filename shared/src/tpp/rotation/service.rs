//! The steps of a rotation.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};

use super::{
    count::{Count, count, count_endpoints},
    report::{OldSealingKey, RotatedSealingKey, RotationError, SealingKeyState, SealingReport, UpcomingSealingKey},
};
use crate::{
    secrets::{DeliverySecret, NextSealingKey, SealingKeySecret, SealingSecret},
    store::WalkPlace,
    tpp::{error::TppError, parts::Parts},
    types::deadline::Deadline,
};

/// How long a change of the secret takes to reach every process: longer than a process trusts what it has read.
const KNOWN_EVERYWHERE: SignedDuration = SignedDuration::from_mins(12);

/// The secret whose keys are rotated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RotatedSecret {
    /// The keys that seal the tables of connections and ephemera.
    #[default]
    Sealing,
    /// The keys that seal the secrets of webhook endpoints.
    Delivery,
}

/// The rotation of the sealing keys.
pub struct SealingRotation {
    pub(in crate::tpp) parts: Arc<Parts>,
}

impl SealingRotation {
    /// Adds a new key, which only opens; or makes the one that was added at least twelve minutes ago the current key.
    /// Changes nothing before those minutes have passed.
    ///
    /// # Errors
    /// Returns [`RotationError::Superseded`] if another run of the setup started meanwhile: then nothing was changed.
    /// Returns [`RotationError::Tpp`] if there is no sealing key yet, or a store does not answer.
    pub async fn rotate(&self, which: RotatedSecret) -> Result<RotatedSealingKey, RotationError> {
        match which {
            RotatedSecret::Sealing => self.rotate_keys::<SealingSecret>().await,
            RotatedSecret::Delivery => self.rotate_keys::<DeliverySecret>().await,
        }
    }

    async fn rotate_keys<S: SealingKeySecret>(&self) -> Result<RotatedSealingKey, RotationError> {
        let now = self.parts.clock.now();
        let report = |state, secret: &SealingSecret, next: Option<NextSealingKey>| RotatedSealingKey {
            state,
            current: secret.current().to_owned(),
            next: next.map(upcoming),
        };
        let secret = self.secret::<S>().await?;
        if let Some(next) = secret.sealing().next().filter(|next| now < usable_from(next)) {
            return Ok(report(SealingKeyState::Waiting, secret.sealing(), Some(next.clone())));
        }
        self.change::<S, _>(async |secret| {
            if secret.next().is_some_and(|next| now >= usable_from(next)) {
                secret.promote_next(now);
                return Ok(report(SealingKeyState::Current, secret, None));
            }
            let next = secret.next().cloned().unwrap_or_else(|| secret.add_next(now));
            Ok(report(SealingKeyState::Added, secret, Some(next)))
        })
        .await
    }

    /// Reports the keys, and how many items each old one still seals. Returns `None` if there are no keys yet.
    ///
    /// # Errors
    /// Returns [`RotationError::Tpp`] if a store does not answer.
    pub async fn status(
        &self,
        which: RotatedSecret,
        deadline: Deadline,
    ) -> Result<Option<SealingReport>, RotationError> {
        let secrets = &self.parts.secrets;
        let secret = match which {
            RotatedSecret::Sealing => secrets.read::<SealingSecret>().await?,
            RotatedSecret::Delivery => secrets.read::<DeliverySecret>().await?.map(|secret| secret.sealing().clone()),
        };
        let Some(secret) = secret else { return Ok(None) };
        // While there is only one key, nothing is read.
        let counted = match secret.old().next() {
            Some(_) => self.count(which, secret.current(), deadline).await?,
            None => Count::nothing(),
        };
        let old = secret.old().map(|id| OldSealingKey { id: id.to_owned(), items: counted.of(id) });
        Ok(Some(SealingReport {
            current: secret.current().to_owned(),
            next: secret.next().cloned().map(upcoming),
            old: old.collect(),
            counted_all: counted.is_complete,
        }))
    }

    /// Removes an old key that seals nothing any more. Callers' cursors that it sealed no longer open.
    ///
    /// # Errors
    /// Returns [`RotationError::UnknownKey`] if there is no such key, [`RotationError::KeyInUse`] for the current key
    /// and the next one, [`RotationError::TooEarly`] if a process may still seal with it, [`RotationError::StillSeals`]
    /// if it seals items, [`RotationError::NotCounted`] if the tables could not be read to their end in time,
    /// [`RotationError::Superseded`] if another run started meanwhile, and [`RotationError::Tpp`] if a store does not
    /// answer. In all these cases, nothing was changed.
    pub async fn remove(&self, which: RotatedSecret, id: &str, deadline: Deadline) -> Result<(), RotationError> {
        match which {
            RotatedSecret::Sealing => self.remove_key::<SealingSecret>(which, id, deadline).await,
            RotatedSecret::Delivery => self.remove_key::<DeliverySecret>(which, id, deadline).await,
        }
    }

    async fn remove_key<S: SealingKeySecret>(
        &self,
        which: RotatedSecret,
        id: &str,
        deadline: Deadline,
    ) -> Result<(), RotationError> {
        // A refusal stops no other run of the setup.
        self.check_removal(self.secret::<S>().await?.sealing(), id)?;
        self.change::<S, _>(async |secret| {
            self.check_removal(secret, id)?;
            let counted = self.count(which, secret.current(), deadline).await?;
            match (counted.of(id), counted.is_complete) {
                (0, true) => {}
                (0, false) => return Err(RotationError::NotCounted),
                (items, is_complete) => return Err(RotationError::StillSeals { items, is_complete }),
            }
            secret.remove(id);
            Ok(())
        })
        .await
    }

    /// Checks what can be checked without reading the tables.
    fn check_removal(&self, secret: &SealingSecret, id: &str) -> Result<(), RotationError> {
        if secret.current() == id || secret.next().is_some_and(|next| next.id == id) {
            return Err(RotationError::KeyInUse);
        }
        if !secret.old().any(|old| old == id) {
            return Err(RotationError::UnknownKey);
        }
        let now = self.parts.clock.now();
        match secret.current_since().map(known_everywhere_at).filter(|from| now < *from) {
            Some(from) => Err(RotationError::TooEarly { wait: wait(now, from) }),
            None => Ok(()),
        }
    }

    async fn count(&self, which: RotatedSecret, current: &str, deadline: Deadline) -> Result<Count, RotationError> {
        let store = &self.parts.store;
        Ok(match which {
            RotatedSecret::Sealing => count(store, &WalkPlace::START, current, deadline).await?,
            RotatedSecret::Delivery => count_endpoints(store, current, deadline).await?,
        })
    }

    /// Returns the secret.
    pub(super) async fn secret<S: SealingKeySecret>(&self) -> Result<S, RotationError> {
        Ok(self.parts.secrets.read::<S>().await?.ok_or(TppError::NotOnboarded)?)
    }

    /// Changes the secret. Saves it only if no other run of the setup has started, and nobody else has written it.
    async fn change<S: SealingKeySecret, T>(
        &self,
        change: impl AsyncFnOnce(&mut SealingSecret) -> Result<T, RotationError>,
    ) -> Result<T, RotationError> {
        let Parts { store, secrets, identities, .. } = &*self.parts;
        let run = store.begin_onboarding().await?;
        let read = secrets.read_version::<S>().await?;
        let (mut secret, version) = read.ok_or(TppError::NotOnboarded)?;
        let changed = change(secret.sealing_mut()).await?;
        let is_unchanged = secrets.read_version::<S>().await?.is_some_and(|(_, now)| now == version);
        if !is_unchanged || !store.is_onboarding(run).await? {
            return Err(RotationError::Superseded);
        }
        secrets.write(&secret).await?;
        identities.forget().await;
        Ok(changed)
    }
}

fn known_everywhere_at(changed_at: Timestamp) -> Timestamp {
    changed_at.checked_add(KNOWN_EVERYWHERE).unwrap_or(Timestamp::MAX)
}

fn usable_from(next: &NextSealingKey) -> Timestamp {
    known_everywhere_at(next.added_at)
}

fn upcoming(next: NextSealingKey) -> UpcomingSealingKey {
    UpcomingSealingKey { usable_from: usable_from(&next), id: next.id }
}

fn wait(now: Timestamp, from: Timestamp) -> Duration {
    from.duration_since(now).try_into().unwrap_or_default()
}
