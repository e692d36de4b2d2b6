//! The steps of a rotation.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};

use super::{
    count::{Count, count},
    report::{OldSealingKey, RotatedSealingKey, RotationError, SealingKeyState, SealingReport, UpcomingSealingKey},
};
use crate::{
    secrets::{NextSealingKey, SealingSecret},
    store::WalkPlace,
    tpp::{error::TppError, parts::Parts},
    types::deadline::Deadline,
};

/// How long a change of the secret takes to reach every process: longer than a process trusts what it has read.
const KNOWN_EVERYWHERE: SignedDuration = SignedDuration::from_mins(12);

/// The rotation of the sealing key.
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
    pub async fn rotate(&self) -> Result<RotatedSealingKey, RotationError> {
        let now = self.parts.clock.now();
        let report = |state, secret: &SealingSecret, next: Option<NextSealingKey>| RotatedSealingKey {
            state,
            current: secret.current().to_owned(),
            next: next.map(upcoming),
        };
        let secret = self.secret().await?;
        if let Some(next) = secret.next().filter(|next| now < usable_from(next)) {
            return Ok(report(SealingKeyState::Waiting, &secret, Some(next.clone())));
        }
        self.change(async |secret| {
            if secret.next().is_some_and(|next| now >= usable_from(next)) {
                secret.promote_next(now);
                return Ok(report(SealingKeyState::Current, secret, None));
            }
            let next = secret.next().cloned().unwrap_or_else(|| secret.add_next(now));
            Ok(report(SealingKeyState::Added, secret, Some(next)))
        })
        .await
    }

    /// Reports the keys, and how many items each old one still seals.
    ///
    /// # Errors
    /// Returns [`RotationError::Tpp`] if a store does not answer.
    pub async fn status(&self, deadline: Deadline) -> Result<Option<SealingReport>, RotationError> {
        let Some(secret) = self.parts.secrets.read::<SealingSecret>().await? else { return Ok(None) };
        // While there is only one key, nothing is scanned.
        let counted = match secret.old().next() {
            Some(_) => count(&self.parts.store, &WalkPlace::START, secret.current(), deadline).await?,
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
    pub async fn remove(&self, id: &str, deadline: Deadline) -> Result<(), RotationError> {
        // A refusal stops no other run of the setup.
        self.check_removal(&self.secret().await?, id)?;
        self.change(async |secret| {
            self.check_removal(secret, id)?;
            let counted = count(&self.parts.store, &WalkPlace::START, secret.current(), deadline).await?;
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

    /// Returns the secret.
    pub(super) async fn secret(&self) -> Result<SealingSecret, RotationError> {
        Ok(self.parts.secrets.read::<SealingSecret>().await?.ok_or(TppError::NotOnboarded)?)
    }

    /// Changes the secret. Saves it only if no other run of the setup has started, and nobody else has written it.
    async fn change<T>(
        &self,
        change: impl AsyncFnOnce(&mut SealingSecret) -> Result<T, RotationError>,
    ) -> Result<T, RotationError> {
        let Parts { store, secrets, identities, .. } = &*self.parts;
        let run = store.begin_onboarding().await?;
        let read = secrets.read_version::<SealingSecret>().await?;
        let (mut secret, version) = read.ok_or(TppError::NotOnboarded)?;
        let changed = change(&mut secret).await?;
        let is_unchanged = secrets.read_version::<SealingSecret>().await?.is_some_and(|(_, now)| now == version);
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
