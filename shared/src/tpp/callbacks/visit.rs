//! A visit to one customer, and how the hints end for which it is made.

use std::time::Duration;

use jiff::Timestamp;

use super::service::Callbacks;
use crate::{
    store::Connection,
    telemetry::{Metric, count},
    types::{
        deadline::Deadline,
        hint::{Hint, Source},
    },
};

/// How a hint ended.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// Everything is done that it gave a reason for.
    Done,
    /// It can be about each account of the customer. These hints are handled in its place.
    Each(Vec<Hint>),
    /// The object does not have the change yet. This hint is to be handled later.
    Again(Hint),
    /// The bank's limit or the time allowed no read of the object. The bank says how long to wait, if it does.
    Later(Duration),
    /// The object cannot be read now, although the bank answers. It may be the only one.
    Failed,
}

impl End {
    /// Returns whether what the hint asks for was read.
    pub(super) const fn is_progress(&self) -> bool {
        match self {
            Self::Done | Self::Each(_) | Self::Again(_) => true,
            Self::Later(_) | Self::Failed => false,
        }
    }
}

/// The visit to one customer.
pub(super) struct Visit<'a> {
    pub(super) callbacks: &'a Callbacks,
    pub(super) connection: Connection,
    pub(super) deadline: Deadline,
}

impl Visit<'_> {
    pub(super) fn now(&self) -> Timestamp {
        self.callbacks.parts.clock.now()
    }

    /// Returns that a hint is handled again after a pause, or that it is given up, which is counted. A hint without a
    /// callback is done: nothing says that the object must be there.
    pub(super) fn again(&self, hint: &Hint) -> End {
        match hint.source {
            Source::Bunq => {}
            // The object is in another account, or is gone.
            Source::Failure | Source::Poll => return End::Done,
        }
        if let Some(again) = hint.again(self.now()) {
            return End::Again(again);
        }
        let Hint { user_id, account_id, object_id, .. } = hint;
        let (account_id, object_id) = (account_id.map(|id| id.to_string()), object_id.map(|id| id.to_string()));
        tracing::warn!(%user_id, account_id, object_id, "callback: the bank never showed a change");
        count(Metric::CallbacksUnmet);
        End::Done
    }
}
