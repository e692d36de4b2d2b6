//! Reads the header with which a caller says that its customer is present.

use std::net::IpAddr;

use http::{HeaderMap, request::Parts};

use super::{Place, Problem, app::App};
use crate::telemetry::audit::{Fact, note};

/// The header in which a caller sends the IP address of a customer who is waiting for the answer (Berlin Group,
/// NextGenPSD2).
pub const CUSTOMER_ADDRESS: &str = "PSU-IP-Address";

/// Returns whether the customer is present: whether the caller sends the header `PSU-IP-Address`. Records it, with a
/// pseudonym of the address if the route uses secrets.
///
/// # Errors
/// Returns `invalid_request` if the header is present more than once, or is not an IP address.
pub(super) async fn note_customer(parts: &Parts, app: &App, uses_secrets: bool) -> Result<bool, Problem> {
    let Some(address) = customer_address(&parts.headers)? else { return Ok(false) };
    // Without the sealing key there is no pseudonym. The request continues, and fails later if it needs the key.
    let identity = if uses_secrets { app.tpp.identities.get().await.ok() } else { None };
    let pseudonym = identity.map(|identity| identity.sealing.pseudonym(&address.to_string()));
    note(Fact::CustomerPresent(pseudonym));
    Ok(true)
}

fn customer_address(headers: &HeaderMap) -> Result<Option<IpAddr>, Problem> {
    let mut values = headers.get_all(CUSTOMER_ADDRESS).iter();
    let value = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value.to_str().ok(),
        (Some(_), Some(_)) => None,
    };
    let address = value.and_then(|text| text.trim().parse::<IpAddr>().ok());
    let address = address
        .ok_or_else(|| Problem::invalid(Place::Parameter(CUSTOMER_ADDRESS), "must be one IPv4 or IPv6 address"))?;
    // An IPv4 address that is mapped into IPv6 is the same address.
    Ok(Some(address.to_canonical()))
}
