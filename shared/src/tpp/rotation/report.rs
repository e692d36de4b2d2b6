//! What the rotation of the sealing key reports, and why it stops.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    secrets::SecretsError,
    store::StoreError,
    tpp::error::{TppError, through_tpp_error},
    types::sealing::SealError,
};

/// A step of the rotation. `added`: a new key was added, which only opens; `waiting`: such a key was added, but not
/// every process knows it yet; `current`: the new key seals from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SealingKeyState {
    /// A new key was added, which only opens.
    Added,
    /// A new key was added before, but not every process knows it yet.
    Waiting,
    /// The new key is the current one.
    Current,
}

/// A key that becomes the current one.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct UpcomingSealingKey {
    /// The id of the key.
    #[schema(example = "k5f2a91c3")]
    pub id: String,
    /// From when `rotate_sealing_key` makes it the current one.
    #[schema(value_type = String, format = DateTime)]
    pub usable_from: Timestamp,
}

/// The answer to a rotation.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct RotatedSealingKey {
    /// What the call did.
    pub state: SealingKeyState,
    /// The id of the key that seals.
    #[schema(example = "k0b1d9e77")]
    pub current: String,
    /// The key that becomes the current one. Absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next: Option<UpcomingSealingKey>,
}

/// A key that only opens what it sealed before.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OldSealingKey {
    /// The id of the key.
    #[schema(example = "k0b1d9e77")]
    pub id: String,
    /// How many items it still seals.
    pub items: u64,
}

/// The sealing keys, without the keys themselves.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SealingReport {
    /// The id of the key that seals.
    #[schema(example = "k5f2a91c3")]
    pub current: String,
    /// The key that becomes the current one. Absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next: Option<UpcomingSealingKey>,
    /// The other keys.
    pub old: Vec<OldSealingKey>,
    /// Whether the tables were read to their end. Otherwise the numbers are minimums.
    pub counted_all: bool,
}

/// The answer to a run that seals again.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ResealReport {
    /// The id of the key that seals now.
    #[schema(example = "k5f2a91c3")]
    pub current: String,
    /// How many items this run sealed again.
    pub resealed: u64,
    /// How many items of this run do not open, because their key is gone or they were damaged.
    pub unreadable: u64,
    /// How many items other keys still seal.
    pub left: u64,
    /// Whether the tables were read to their end. Otherwise `left` is a minimum.
    pub counted_all: bool,
    /// Whether nothing is left. Otherwise run it again: it continues.
    pub finished: bool,
}

/// The sealing key was not changed.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// Another run of the setup started after this one.
    #[error("another run of the setup has taken over")]
    Superseded,
    /// There is no such key.
    #[error("there is no such sealing key")]
    UnknownKey,
    /// The key is the current one, or becomes it.
    #[error("the sealing key is in use")]
    KeyInUse,
    /// A process may still seal with the key.
    #[error("a process may still seal with the key")]
    TooEarly {
        /// How long to wait.
        wait: Duration,
    },
    /// The key seals items.
    #[error("the key still seals {items} items")]
    StillSeals {
        /// How many.
        items: u64,
        /// Whether the tables were read to their end. Otherwise `items` is a minimum.
        is_complete: bool,
    },
    /// It is not known whether the key seals items, because the tables could not be read to their end in time.
    #[error("the tables could not be read to their end in time")]
    NotCounted,
    /// Another error.
    #[error(transparent)]
    Tpp(#[from] TppError),
}

through_tpp_error!(RotationError from StoreError, SecretsError, SealError);
