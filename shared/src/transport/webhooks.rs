//! The client of receivers of webhooks.

use std::sync::OnceLock;

use webhooks::{Receivers, Sender, SystemLookup};

use super::tls::Tls;

/// Makes the sender of webhooks at its first use, because most functions send none.
#[derive(Debug)]
pub(crate) struct WebhookSender {
    tls: Tls,
    receivers: Receivers,
    sender: OnceLock<Option<Sender>>,
}

impl WebhookSender {
    /// Returns a sender to these receivers.
    pub(crate) const fn new(tls: Tls, receivers: Receivers) -> Self {
        Self { tls, receivers, sender: OnceLock::new() }
    }

    /// Returns where receivers may be.
    pub(crate) const fn receivers(&self) -> Receivers {
        self.receivers
    }

    /// Returns the sender, or `None` if the TLS configuration is not usable.
    pub(crate) fn get(&self) -> Option<&Sender> {
        let make = || {
            let made = Sender::new(self.tls.config(), self.receivers, SystemLookup);
            made.inspect_err(|error| tracing::error!(%error, "the sender of webhooks cannot start")).ok()
        };
        self.sender.get_or_init(make).as_ref()
    }
}
