//! The ids of runs of the setup.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Identifies one run of the setup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(Uuid);

impl RunId {
    pub(super) fn random() -> Self {
        Self(Uuid::new_v4())
    }
}
