//! Money: what was paid, what is asked for, what waits for a customer's approval. Amounts are whole cents.

pub(crate) mod amount;
pub(crate) mod arrivals;
pub(crate) mod counterparty;
pub(crate) mod decision;
pub(crate) mod draft_payment;
pub(crate) mod history;
mod history_lines;
pub(crate) mod issuer_transaction;
pub(crate) mod ledger;
pub(crate) mod order;
pub(crate) mod payment;
pub(crate) mod payment_batch;
pub(crate) mod request_inquiry;
pub(crate) mod request_response;
pub(crate) mod schedule;
