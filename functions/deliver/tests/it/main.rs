//! What receivers of webhooks get, through the schedule's door and the public HTTP interface.

#![expect(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

mod again;
mod arrivals;
mod bus;
mod bus_failures;
mod changes;
mod failures;
mod fixture;
mod flow;
mod receivers;
mod secrecy;
mod stops;
mod stuck;
