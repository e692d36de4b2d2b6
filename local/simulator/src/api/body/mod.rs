//! Objects that the bodies of several resources hold, and how they are read.

pub(crate) mod amount;
pub(crate) mod counterparty;
pub(crate) mod order;
