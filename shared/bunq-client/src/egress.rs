//! The address that the bank sees us from. bunq has no call for it, so any service that answers a caller's address as plain text will do.

use std::net::Ipv4Addr;

use url::Url;

use super::{client::Bank, error::BankError};
use crate::types::deadline::Deadline;

impl Bank {
    /// Asks a service which address we come from.
    ///
    /// # Errors
    /// [`BankError`] where it does not answer one; nothing else depends on it.
    pub async fn egress_ip(&self, service: &Url, deadline: Deadline) -> Result<Ipv4Addr, BankError> {
        let answer = self.receive(self.http.get(service.clone()), deadline).await?;
        let text = std::str::from_utf8(&answer.body).unwrap_or_default();
        text.trim().parse().map_err(|_| {
            let reason = super::envelope::DecodeError::Missing("address");
            BankError::Undecodable { reason, response_id: None }
        })
    }
}
