//! The notifications of customers, for requests.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use crate::{
    store::{Connection, LeasedNotifications, Notifications},
    tpp::{
        callbacks::Callbacks,
        calls::Calls,
        error::TppError,
        notifications::{check::Check, error::NotificationsError, plan::Ours, status::NotificationStatus},
        parts::Parts,
    },
    types::{deadline::Deadline, ids::UserId, notification::FilterCategory, workspace::Workspace},
};

/// The pause between two looks at a lease that another process holds.
const POLL: Duration = Duration::from_millis(200);
/// When a check is tried again that the bank was too busy for, and that failed in another way.
const AFTER_BUSY: Duration = Duration::from_secs(600);
const AFTER_FAILURE: Duration = Duration::from_secs(3_600);
/// How long the deletion of a connection waits for its filters to be removed.
const REMOVAL: Duration = Duration::from_secs(5);

/// What is to be reported of a customer.
#[derive(Clone, Debug)]
pub struct ChosenNotifications {
    /// Whether anything is.
    pub enabled: bool,
    /// The categories, or `None` for those of the deployment.
    pub categories: Option<Vec<FilterCategory>>,
}

/// The filters by which the bank reports changes of customers.
pub struct NotificationFilters {
    pub(super) parts: Arc<Parts>,
    pub(super) calls: Calls,
    pub(super) callbacks: Arc<Callbacks>,
}

/// A connection whose filters this process may change at the bank.
struct Leased {
    connection: Connection,
    record: Notifications,
}

impl NotificationFilters {
    /// Whether a check may write the list at the bank.
    const REPAIRS: bool = true;
    const LOOKS: bool = false;

    /// Makes the filters of a deployment.
    pub(in crate::tpp) const fn new(parts: Arc<Parts>, calls: Calls, callbacks: Arc<Callbacks>) -> Self {
        Self { parts, calls, callbacks }
    }

    /// Returns what is known of a connection's filters, without asking the bank.
    ///
    /// # Errors
    /// Returns [`NotificationsError::CallbacksOff`] if the deployment has no callbacks, and [`NotificationsError::Tpp`]
    /// if the workspace has no such connection or the store does not answer.
    pub async fn find(&self, workspace: &Workspace, user_id: UserId) -> Result<NotificationStatus, NotificationsError> {
        self.check_on()?;
        let Connection { notifications, last_callback_at, .. } =
            self.parts.connections.find(workspace, user_id).await?;
        let record = notifications.unwrap_or_else(|| Notifications::new(self.parts.clock.now()));
        Ok(self.status(record, last_callback_at))
    }

    /// Returns the categories that are wanted for a connection: none if its notifications are turned off.
    pub(super) fn wanted(&self, record: &Notifications) -> Vec<FilterCategory> {
        match record.enabled {
            true => record.categories.clone().unwrap_or_else(|| self.parts.config.filter_categories.clone()),
            false => Vec::new(),
        }
    }

    /// Looks at the filters of a connection at the bank. If something is missing, a check that repairs it is due.
    ///
    /// # Errors
    /// Returns [`NotificationsError::CallbacksOff`] if the deployment has no callbacks,
    /// [`NotificationsError::InProgress`] if another process checks them until the deadline, and
    /// [`NotificationsError::Tpp`] if the connection is not usable or a call fails.
    pub async fn look(&self, user_id: UserId, deadline: Deadline) -> Result<NotificationStatus, NotificationsError> {
        let leased = self.lease(user_id, deadline).await?;
        let (record, last_callback_at) = (leased.record.clone(), leased.connection.last_callback_at);
        let record = self.check_leased(leased, record, Self::LOOKS, deadline).await?;
        Ok(self.status(record, last_callback_at))
    }

    /// Chooses what is reported of a customer, and changes the filters at the bank. What was chosen stays, even if the
    /// bank does not answer: then a later check changes the filters.
    ///
    /// # Errors
    /// Returns the errors of [`Self::look`].
    pub async fn choose(
        &self,
        user_id: UserId,
        chosen: ChosenNotifications,
        deadline: Deadline,
    ) -> Result<NotificationStatus, NotificationsError> {
        let leased = self.lease(user_id, deadline).await?;
        let (mut record, last_callback_at) = (leased.record.clone(), leased.connection.last_callback_at);
        record.choose(chosen.enabled, chosen.categories, self.parts.clock.now());
        let record = self.check_leased(leased, record, Self::REPAIRS, deadline).await?;
        Ok(self.status(record, last_callback_at))
    }

    /// Removes our filters before a connection is deleted. If that fails, they stay at the bank, and lead nowhere.
    pub(in crate::tpp) async fn remove(&self, connection: &Connection, deadline: Deadline) {
        let is_known = connection.notifications.as_ref().is_some_and(|record| record.checked_at.is_some());
        if !self.callbacks.is_on() || !is_known || self.parts.connections.check_usable(connection).is_err() {
            return;
        }
        let deadline = deadline.earlier(Deadline::after(REMOVAL));
        let removed = async {
            let check = self.at_bank(connection.user_id, Self::REPAIRS, deadline).await?;
            check.run(&[], Vec::new()).await
        };
        if let Err(error) = removed.await {
            tracing::warn!(%error, "notifications: the filters of a deleted connection stay at the bank");
        }
    }

    /// Checks the filters of a connection under a lease, unless another process does.
    pub(super) async fn check_now(&self, user_id: UserId, deadline: Deadline) -> Result<bool, NotificationsError> {
        let Some(leased) = self.try_lease(user_id).await? else { return Ok(false) };
        let record = leased.record.clone();
        self.check_leased(leased, record, Self::REPAIRS, deadline).await?;
        Ok(true)
    }

    pub(super) fn check_on(&self) -> Result<(), NotificationsError> {
        if self.callbacks.is_on() { Ok(()) } else { Err(NotificationsError::CallbacksOff) }
    }

    /// Waits for the lease of a usable connection.
    async fn lease(&self, user_id: UserId, deadline: Deadline) -> Result<Leased, NotificationsError> {
        self.check_on()?;
        loop {
            if let Some(leased) = self.try_lease(user_id).await? {
                return Ok(leased);
            }
            deadline.wait(POLL).await.map_err(|_| NotificationsError::InProgress(POLL))?;
        }
    }

    async fn try_lease(&self, user_id: UserId) -> Result<Option<Leased>, NotificationsError> {
        let connection = self.parts.connections.usable(user_id).await?;
        match self.parts.store.lease_notifications(user_id).await? {
            LeasedNotifications::Leased(record) => Ok(Some(Leased { connection, record: *record })),
            LeasedNotifications::Held => Ok(None),
            LeasedNotifications::NoConnection => Err(TppError::UnknownUser.into()),
        }
    }

    /// Checks the filters that `record` wants, stores the result and ends the lease.
    async fn check_leased(
        &self,
        Leased { connection, record: before }: Leased,
        mut record: Notifications,
        repairs: bool,
        deadline: Deadline,
    ) -> Result<Notifications, NotificationsError> {
        let (user_id, wanted) = (connection.user_id, self.wanted(&record));
        let refused = record.refused(self.parts.clock.now()).cloned().collect();
        let checked = async { self.at_bank(user_id, repairs, deadline).await?.run(&wanted, refused).await }.await;
        let now = self.parts.clock.now();
        let failed = match checked {
            Ok(outcome) => {
                record.note(outcome.stored(user_id), now);
                None
            }
            Err(error) => {
                record.postpone(if error.is_busy() { AFTER_BUSY } else { AFTER_FAILURE }, now);
                Some(error)
            }
        };
        let stored = self.parts.store.release_notifications(&connection, &before, &record).await;
        match (failed, stored?) {
            (Some(error), _) => Err(error.into()),
            (None, Some(stored)) => Ok(stored),
            // A new consent has come in between, so the list may be another one. The record says that a check is due.
            (None, None) => {
                let now = self.parts.connections.usable(user_id).await?.notifications;
                now.ok_or(NotificationsError::InProgress(POLL))
            }
        }
    }

    fn status(&self, record: Notifications, last_callback_at: Option<Timestamp>) -> NotificationStatus {
        let wanted = self.wanted(&record);
        NotificationStatus::new(record, wanted, last_callback_at)
    }

    async fn at_bank(&self, user_id: UserId, repairs: bool, deadline: Deadline) -> Result<Check<'_>, TppError> {
        let address = self.callbacks.address(user_id).await?.to_string();
        let ours = Ours { address, prefix: self.callbacks.address_beginning().to_string() };
        Ok(Check { calls: &self.calls, user_id, ours, repairs, deadline })
    }
}
