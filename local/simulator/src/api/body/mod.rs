//! Objects that several request bodies contain, and how they are read.

pub(crate) mod amount;
pub(crate) mod counterparty;
pub(crate) mod order;
