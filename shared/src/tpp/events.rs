//! Events of a workspace, for its owner.

use std::time::Duration;

use crate::{
    store::{EventPage, Store},
    tpp::error::TppError,
    types::{deadline::Deadline, event::EventCursor, workspace::Workspace},
};

/// The pause between two looks for events.
const PAUSE: Duration = Duration::from_millis(500);

/// The events of all workspaces.
pub struct Events {
    pub(super) store: Store,
}

impl Events {
    /// Returns at most `count` events of a workspace after a cursor. If there are none, waits for one for as long as
    /// `wait`. Returns `None` if the cursor is of no feed of the workspace.
    ///
    /// # Errors
    /// Returns [`TppError::Store`] if the events cannot be read.
    pub async fn read(
        &self,
        workspace: &Workspace,
        after: Option<EventCursor>,
        count: u8,
        wait: Duration,
        deadline: Deadline,
    ) -> Result<Option<EventPage>, TppError> {
        let until = Deadline::after(wait).earlier(deadline);
        loop {
            let Ok(page) = self.store.read_events(workspace, after, count).await? else { return Ok(None) };
            if !page.events.is_empty() || page.missed > 0 || until.wait(PAUSE).await.is_err() {
                return Ok(Some(page));
            }
        }
    }
}
