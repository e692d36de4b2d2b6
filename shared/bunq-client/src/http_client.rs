//! The settings of the HTTP clients that talk to the bank.

use std::time::Duration;

/// The timeout for opening a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Returns the settings of an HTTP client for the bank. A program may add its own TLS settings before it builds the
/// client.
pub fn http_client(user_agent: &str) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        // The bank requires this header.
        .user_agent(user_agent)
        // A redirect would send tokens to any address that the answer names.
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        // Lambda freezes the process between requests. An older connection may be closed at the other end without
        // notice.
        .pool_idle_timeout(Duration::from_secs(30))
        .no_proxy()
}

/// The HTTP clients of a [`Bank`](crate::Bank), both made with [`http_client`].
#[derive(Clone, Debug)]
pub struct HttpClients {
    /// Sends the calls to the bank's API, and nothing else.
    pub api: reqwest::Client,
    /// Sends requests to other hosts: the bank's token endpoint, and the service that tells our address.
    pub others: reqwest::Client,
}
