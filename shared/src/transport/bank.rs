//! The client of the bank.

use super::{reserve::FirstConnection, tls::Tls};
use crate::bunq::{Bank, BunqUrls, HttpClients, http_client};

/// Returns a client of the bank, and what opens its first connection to the bank's API.
///
/// # Errors
/// Returns [`reqwest::Error`] if the TLS configuration is not usable.
pub(crate) fn bank(urls: BunqUrls, user_agent: &str, tls: &Tls) -> Result<(Bank, FirstConnection), reqwest::Error> {
    let builder = || tls.apply(http_client(user_agent), &["h2", "http/1.1"]);
    let (api, first_connection) = FirstConnection::build(builder(), urls.api.clone())?;
    // The other hosts get a client of their own, because one that opens connections ahead must have one host.
    let bank = Bank::with_clients(urls, HttpClients { api, others: builder().build()? });
    Ok((bank, first_connection))
}
