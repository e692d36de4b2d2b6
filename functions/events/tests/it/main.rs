//! What the owner of a deployment reads of the changes in a workspace, through the public HTTP interface.

#![expect(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

mod connections;
mod endpoints;
mod feed;
mod fixture;
