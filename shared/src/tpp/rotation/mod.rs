//! Rotates the key that seals the tables, and the one that seals the secrets of webhook endpoints. Removes keys that no
//! longer seal anything.
//!
//! A process trusts the secret in memory for ten minutes, so it cannot open what a key seals that was added a moment
//! ago. A new key is therefore added first, and becomes the current one twelve minutes later, by a second call: then
//! every process has read it. For the same reason, an old key is not removed earlier than twelve minutes after it
//! stopped sealing.

mod count;
mod report;
mod reseal;
mod service;

pub use report::{
    OldSealingKey, ResealReport, RotatedSealingKey, RotationError, SealingKeyState, SealingReport, UpcomingSealingKey,
};
pub use service::{RotatedSecret, SealingRotation};
