//! Decides which run of the setup may write: the one that started last. A killed run therefore blocks no later run, and
//! a run that is no longer the latest stops at its next step.

mod run_id;

use serde::{Deserialize, Serialize};

use super::{error::StoreError, table::Store, write::Write};

pub use run_id::RunId;

const PK: &str = "ONBOARDING";

#[derive(Serialize, Deserialize)]
struct Running {
    run: RunId,
}

impl Store {
    /// Starts a run and makes it the latest. Does not wait for an earlier run to stop.
    pub async fn begin_onboarding(&self) -> Result<RunId, StoreError> {
        let run = RunId::random();
        self.write(Write::put(&self.connections, PK, &Running { run })?).await?;
        Ok(run)
    }

    /// Returns whether a run is still the latest.
    pub async fn is_onboarding(&self, run: RunId) -> Result<bool, StoreError> {
        let latest: Option<Running> = self.read(&self.connections, PK).await?;
        Ok(latest.is_some_and(|latest| latest.run == run))
    }
}
