//! The bootstrap of the group. What its routes answer is tested in `local/testkit/tests/it/docs`, so that this package
//! does not depend on AWS.

#![expect(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

mod bootstrap;
mod served;
