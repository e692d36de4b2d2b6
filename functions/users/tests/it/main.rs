//! What a caller reads of a connected customer, through the public HTTP interface.

#![expect(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

mod access;
mod accounts;
mod bank_answers;
mod bank_faults;
mod bootstrap;
mod cold;
mod connections;
mod consents;
mod deletion;
mod fixture;
mod freshness;
mod limits;
mod notifications;
mod processes;
mod reading;
mod references;
mod session_faults;
mod sessions;
mod shared_reads;
mod stores;
mod unattended;
mod workspaces;
