//! The bank's pay page, on which a customer pays an issuer transaction.

mod markup;
pub(crate) mod parameters;
pub(crate) mod visit;
