//! Types whose values are always valid: they are checked when they are created.

pub mod counterparty;
pub mod deadline;
pub mod ids;
pub mod json;
pub mod money;
pub mod schedule;
pub mod secret;
pub mod text;
mod words;
