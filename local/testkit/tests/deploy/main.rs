//! Compares what is deployed with the code: the template's routes and roles, and the events in place of API Gateway's.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed expectation is a failed test")]

mod aws_log;
mod deployment;
mod events;
mod roles;
mod rotation;
mod routes;
mod same;
mod template;
mod updates;
