//! The operations on records: transfers of money, and decisions about objects. Amounts are whole cents.

pub(crate) mod balance;
pub(crate) mod decision;
pub(crate) mod draft_payment;
pub(crate) mod issuer_transaction;
pub(crate) mod notification;
pub(crate) mod payment_batch;
pub(crate) mod permitted;
pub(crate) mod psp_draft_payment;
pub(crate) mod request_inquiry;
pub(crate) mod sandbox;
pub(crate) mod transfer;
