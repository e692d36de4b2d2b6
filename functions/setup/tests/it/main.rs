//! The setup, invoked in the same ways as the owner invokes it.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failed expectation is a failed test")]

mod api_keys;
mod at_once;
mod aws_faults;
mod bank_faults;
mod certificate;
mod delivery_key;
mod events;
mod installation;
mod killed;
mod load;
mod onboarding;
mod payloads;
mod qseal;
mod reset;
mod resumed;
mod rotation;
mod sealing_key;
mod secrecy;
mod support;
