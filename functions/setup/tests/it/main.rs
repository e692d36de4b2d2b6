//! The setup, invoked as its owner invokes it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed expectation is a failed test")]
