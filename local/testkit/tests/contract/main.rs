//! Tests of the OpenAPI document: it belongs to this code, is complete, describes the real answers, and matches bunq's
//! own.

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
