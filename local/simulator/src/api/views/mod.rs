//! How the bank writes objects that belong to several resources.

pub(crate) mod account;
pub(crate) mod customer;
