//! Batches: several payments that were made at once.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct PaymentBatch {
    pub(crate) id: u64,
    pub(crate) created: Timestamp,
    pub(crate) account_id: u64,
    pub(crate) payment_ids: Vec<u64>,
}
