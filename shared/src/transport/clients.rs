//! The clients of AWS that only some functions use.

use super::{aws, tls::Tls};
use crate::config::Aws;

/// How a function makes these clients. What a function does not make is not in its file, so that it starts faster.
#[derive(Clone, Copy)]
pub(crate) struct Clients {
    /// Makes the client of the queue of hints.
    pub(crate) queue: fn(&Aws, &Tls) -> Option<aws_sdk_sqs::Client>,
    /// Makes the client of the event bus.
    pub(crate) bus: fn(&Aws, &Tls) -> Option<aws_sdk_eventbridge::Client>,
}

impl Clients {
    /// Neither client.
    pub(crate) const NONE: Self = Self { queue: |_, _| None, bus: |_, _| None };
    /// The client of the queue of hints.
    pub(crate) const QUEUE: Self = Self { queue, ..Self::NONE };
    /// The client of the event bus.
    pub(crate) const BUS: Self = Self { bus, ..Self::NONE };
    /// Both clients.
    pub(crate) const ALL: Self = Self { queue, bus };
}

fn queue(config: &Aws, tls: &Tls) -> Option<aws_sdk_sqs::Client> {
    let made = aws::sqs(config, tls);
    made.inspect_err(|error| tracing::error!(%error, "the client of the queue cannot start")).ok()
}

fn bus(config: &Aws, tls: &Tls) -> Option<aws_sdk_eventbridge::Client> {
    let made = aws::eventbridge(config, tls);
    made.inspect_err(|error| tracing::error!(%error, "the client of the event bus cannot start")).ok()
}
