//! The common base of all crates' tests: a whole deployment on loopback, used through its public API. The bank is the
//! simulator and AWS is the embedded one. None of our own code is replaced.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot be set up has failed")]

mod actions;
mod answer;
mod app;
mod bank;
mod bootstrap;
mod callbacks;
mod clock;
pub mod events;
mod journey;
mod link;
pub mod logs;
mod operations;
mod page;
mod receiver;
mod seed;
mod signed;
mod stored;
mod turns;

pub use actions::{JsonBody, Sibling};
pub use answer::Answer;
pub use app::{TestApp, TestAppBuilder};
pub use bank::TestBank;
pub use callbacks::{Worker, callback};
pub use clock::TestClock;
pub use journey::{ACCOUNT, Journey, in_order};
pub use link::Link;
pub use local_lambda as lambda;
pub use operations::{Operation, every_operation, operation, operations};
pub use page::Page;
pub use receiver::{Received, Receiver, Reply};
pub use turns::{Got, TurnItem};
