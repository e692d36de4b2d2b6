//! The OpenAPI document: that it is of this code, whole, true of what is answered, and in step with bunq's own.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answers;
mod bunq;
mod calls;
mod document;
mod drift;
mod parameters;
mod recorded;
mod shapes;
mod table;
mod values;
mod whole;
