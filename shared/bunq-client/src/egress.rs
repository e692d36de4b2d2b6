//! The address from which the bank receives our calls. bunq has no call that returns it, so any service that answers a
//! caller's address as plain text is suitable.

use std::net::Ipv4Addr;

use url::Url;

use super::{client::Bank, error::BankError};
use crate::types::deadline::Deadline;

impl Bank {
    /// Asks a service for the address that our calls come from.
    ///
    /// # Errors
    /// Returns [`BankError`] if the service does not answer in time, or its answer is not an IPv4 address.
    pub async fn egress_ip(&self, service: &Url, deadline: Deadline) -> Result<Ipv4Addr, BankError> {
        let answer = self.receive(self.http.get(service.clone()), deadline).await?;
        let text = std::str::from_utf8(&answer.body).unwrap_or_default();
        text.trim().parse().map_err(|_| {
            let reason = super::envelope::DecodeError::Missing("address");
            BankError::Undecodable { reason, response_id: None }
        })
    }
}
