//! Which run of the setup may write. The latest to start wins: one that was killed blocks nobody, one that lost stops at its next step.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::table::{Keyed, Store, StoreError, to_item};

const PK: &str = "ONBOARDING";

/// One run of the setup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(Uuid);

#[derive(Serialize, Deserialize)]
struct Running {
    run: RunId,
}

impl Store {
    /// Starts a run in place of any other.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn begin_onboarding(&self) -> Result<RunId, StoreError> {
        let run = RunId(Uuid::new_v4());
        let item = to_item(&Keyed { pk: PK, item: Running { run } })?;
        self.client.put_item().table_name(&self.connections).set_item(Some(item)).send().await?;
        Ok(run)
    }

    /// Whether a run is still the latest.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_onboarding(&self, run: RunId) -> Result<bool, StoreError> {
        let latest: Option<Running> = self.read(&self.connections, PK).await?;
        Ok(latest.is_some_and(|latest| latest.run == run))
    }
}
