//! The records of the bank: plain data, and the status that follows from it. This layer knows neither the bank nor
//! calls.

pub(crate) mod arrivals;
pub(crate) mod attachment;
pub(crate) mod books;
pub(crate) mod counterparty;
pub(crate) mod customer_file;
pub(crate) mod customers;
pub(crate) mod draft_payment;
pub(crate) mod history;
pub(crate) mod issuer_transaction;
pub(crate) mod notification;
pub(crate) mod order;
pub(crate) mod parts;
pub(crate) mod payment;
pub(crate) mod payment_batch;
pub(crate) mod permitted;
pub(crate) mod psp_draft_payment;
pub(crate) mod request_inquiry;
pub(crate) mod schedule;
