//! How far a walk that seals again has come, so that the next run continues.

use serde::{Deserialize, Serialize};

use super::place::WalkPlace;
use crate::store::{error::StoreError, table::Store, write::Write};

const PK: &str = "RESEALING";

/// The progress of a walk that seals again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResealProgress {
    /// The id of the key that seals. The progress is of no use for another key.
    pub key: String,
    /// Where the walk continues.
    pub place: WalkPlace,
    /// How many items before that place could not be sealed again.
    pub skipped: u64,
}

impl Store {
    /// Reads the progress of the last walk. Returns `None` if none was ever kept.
    pub async fn find_reseal_progress(&self) -> Result<Option<ResealProgress>, StoreError> {
        self.read(&self.connections, PK).await
    }

    /// Keeps the progress of a walk, in place of any other.
    pub async fn keep_reseal_progress(&self, progress: &ResealProgress) -> Result<(), StoreError> {
        self.write(Write::put(&self.connections, PK, progress)?).await.map(drop)
    }
}
