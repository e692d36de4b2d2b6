//! The JSON of objects that several resources return.

pub(crate) mod account;
pub(crate) mod customer;
