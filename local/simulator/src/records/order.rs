//! A payment order: the content of a payment or a request, and an entry of a draft.

use serde::{Deserialize, Serialize};

use crate::records::counterparty::Counterparty;

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Order {
    pub(crate) cents: i64,
    pub(crate) counterparty: Counterparty,
    pub(crate) description: String,
    pub(crate) merchant_reference: Option<String>,
    pub(crate) attachment_ids: Vec<u64>,
}
