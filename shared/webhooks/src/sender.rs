//! Sends messages to receivers, which are not trusted: they may be slow, endless, or point to private addresses.

use std::{error::Error, io, iter::successors, sync::Arc, time::Duration};

use jiff::Timestamp;
use reqwest::{
    Client, Response,
    header::{CONTENT_TYPE, RETRY_AFTER},
    redirect, retry,
};
use rustls::ClientConfig;
use url::Host;

use crate::{
    endpoint::EndpointUrl,
    outcome::{Failure, Outcome},
    receivers::Receivers,
    resolver::{GuardedResolver, Lookup, LookupError},
    signing::SignedMessage,
};

/// The name by which receivers know this program.
const USER_AGENT: &str = concat!("bunq-tpp/", env!("CARGO_PKG_VERSION"));
/// The time limit of an attempt, from the lookup of the name to the end of the answer.
const TOTAL: Duration = Duration::from_secs(15);
/// The time limit for the lookup, the connection and its TLS handshake.
const CONNECT: Duration = Duration::from_secs(5);
/// How much of an answer's body is read, in bytes, so that a well-behaved receiver can finish its answer.
const READ_OF_BODY: usize = 4 * 1024;

/// Sends messages. Cheap to clone. It makes one attempt per call, on a connection of its own.
#[derive(Clone, Debug)]
pub struct Sender {
    http: Client,
    resolver: GuardedResolver,
    receivers: Receivers,
}

impl Sender {
    /// Makes a sender. `tls` says which certificates are trusted; its list of protocols is replaced.
    ///
    /// # Errors
    /// Returns [`reqwest::Error`] if the TLS configuration is not usable.
    pub fn new(mut tls: ClientConfig, receivers: Receivers, lookup: impl Lookup) -> Result<Self, reqwest::Error> {
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        let resolver = GuardedResolver::new(lookup, receivers);
        let http = Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(Arc::new(resolver.clone()))
            .user_agent(USER_AGENT)
            // A redirect or a proxy would lead to an address that is not checked.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            // The schedule decides about retries.
            .retry(retry::never())
            .http1_only()
            .https_only(!receivers.permit_loopback())
            .timeout(TOTAL)
            .connect_timeout(CONNECT)
            // The next message may be hours away, and its name must be looked up again.
            .pool_max_idle_per_host(0)
            .build()?;
        Ok(Self { http, resolver, receivers })
    }

    /// Checks that a URL has a permitted address now. For its registration: each attempt checks it again.
    ///
    /// # Errors
    /// Returns the [`Failure`] with which an attempt would end now.
    pub async fn check(&self, url: &EndpointUrl) -> Result<(), Failure> {
        if !url.is_permitted(self.receivers) {
            return Err(Failure::RefusedAddress);
        }
        // A loopback address in a URL that is permitted needs no lookup.
        let Some(Host::Domain(name)) = url.as_url().host() else { return Ok(()) };
        let addresses = tokio::time::timeout(CONNECT, self.resolver.addresses(name)).await;
        match addresses.map_err(|_| Failure::Timeout)? {
            Ok(_) => Ok(()),
            Err(error) => Err(of_lookup(&error)),
        }
    }

    /// Sends a message once. A date in `Retry-After` is compared to the time of the message.
    pub async fn send(&self, url: &EndpointUrl, message: SignedMessage) -> Outcome {
        // The URL may come from a store, and have been parsed by a program with another setting.
        if !url.is_permitted(self.receivers) {
            return Outcome::Failed(Failure::RefusedAddress);
        }
        let now = Timestamp::from_second(message.unix_seconds()).unwrap_or_default();
        let mut request = self.http.post(url.as_url().clone()).header(CONTENT_TYPE, "application/json");
        for (name, value) in message.headers() {
            request = request.header(name, value);
        }
        match request.body(message.into_body()).send().await {
            Ok(answer) => {
                let wait = answer.headers().get(RETRY_AFTER).and_then(|wait| wait.to_str().ok());
                let outcome = Outcome::of_answer(answer.status().as_u16(), wait, now);
                drop_body(answer).await;
                outcome
            }
            Err(error) => Outcome::Failed(of_error(&error)),
        }
    }
}

/// Reads the beginning of the body and closes the connection. The status counts, whatever happens to the body.
async fn drop_body(mut answer: Response) {
    let mut read = 0;
    while let Ok(Some(part)) = answer.chunk().await {
        read += part.len();
        if read >= READ_OF_BODY {
            return;
        }
    }
}

fn of_error(error: &reqwest::Error) -> Failure {
    if let Some(error) = causes(error).find_map(|cause| cause.downcast_ref::<LookupError>()) {
        return of_lookup(error);
    }
    if error.is_timeout() {
        return Failure::Timeout;
    }
    if causes(error).any(is_tls) { Failure::Tls } else { Failure::Connection }
}

const fn of_lookup(error: &LookupError) -> Failure {
    match error {
        LookupError::Dns(_) | LookupError::NoAddress => Failure::Dns,
        LookupError::RefusedAddress => Failure::RefusedAddress,
    }
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    successors(Some(error), |&error| {
        // What an I/O error holds is not its source.
        let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        held.map(|held| held as &(dyn Error + 'static)).or_else(|| error.source())
    })
}

fn is_tls(error: &(dyn Error + 'static)) -> bool {
    error.is::<rustls::Error>()
}
