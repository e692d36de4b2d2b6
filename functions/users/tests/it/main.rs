//! What a caller reads of a connected customer, through the public door.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed expectation is a failed test")]
