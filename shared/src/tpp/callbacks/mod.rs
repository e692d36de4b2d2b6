//! Callbacks of the bank: at which address it calls us about a customer.

mod address;

pub(super) use address::Callbacks;
