//! The client through which every call to the bank goes: headers, signature, sending, verification, retries.

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use bytes::BytesMut;
use http::{HeaderValue, header};
use url::Url;
use uuid::Uuid;

use super::{
    answer::Answer,
    credentials::{Credentials, Installation, Session},
    envelope::{DecodeError, Verified},
    error::BankError,
    http_client::{HttpClients, http_client},
    limiter::{Busy, Endpoint, Limiter},
    redaction::SentCredentials,
    request::{Call, Effect, FromAnswer, Request, SessionlessCall},
    retry::{Failure, RetryDecision, decide},
    shared_reads::SharedReads,
};
use crate::{
    observer::Observer,
    types::{deadline::Deadline, secret::Secret},
    urls::BunqUrls,
};

/// The timeout for one attempt. A caller's deadline can be shorter.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);
/// A call is not begun with less time than this, because its outcome would be unknown.
const LEAST_TIME: Duration = Duration::from_millis(50);
/// The maximum size of an answer. The largest known page of 200 payments is well below a megabyte.
const LARGEST_ANSWER: usize = 8 * 1024 * 1024;

/// A client of the bank. Cheap to clone; clones share connections.
#[derive(Clone, Debug)]
pub struct Bank {
    pub(super) http: HttpClients,
    pub(super) urls: BunqUrls,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) reads: Arc<SharedReads>,
    limiter: Arc<dyn Limiter>,
}

impl Bank {
    /// Creates a client of the bank at these addresses, which trusts the certificates of the machine.
    ///
    /// # Errors
    /// Returns [`reqwest::Error`] if the TLS root certificates of the machine cannot be read.
    pub fn new(urls: BunqUrls, user_agent: &str) -> Result<Self, reqwest::Error> {
        let http = http_client(user_agent).build()?;
        Ok(Self::with_clients(urls, HttpClients { api: http.clone(), others: http }))
    }

    /// Creates a client of the bank at these addresses with these HTTP clients.
    #[must_use]
    pub fn with_clients(urls: BunqUrls, http: HttpClients) -> Self {
        let reads = Arc::default();
        Self { http, urls, observer: Arc::new(()), reads, limiter: Arc::new(()) }
    }

    /// Returns the same client with an observer, which is informed about every call.
    #[must_use]
    pub fn observed_by(self, observer: impl Observer + 'static) -> Self {
        Self { observer: Arc::new(observer), ..self }
    }

    /// Returns the same client with a limiter, which every attempt of a call waits for.
    #[must_use]
    pub fn limited_by(self, limiter: impl Limiter + 'static) -> Self {
        Self { limiter: Arc::new(limiter), ..self }
    }

    /// Returns the bank's addresses.
    #[must_use]
    pub const fn urls(&self) -> &BunqUrls {
        &self.urls
    }

    /// Makes a call in a session, with as many tries as are safe.
    ///
    /// # Errors
    /// Returns [`BankError`] if the last try failed; see [`Self::send`].
    pub async fn call<C: Call>(
        &self,
        session: Session<'_>,
        call: &C,
        deadline: Deadline,
    ) -> Result<C::Output, BankError> {
        self.send(Credentials::Session(session), &call.build(session.user), deadline).await
    }

    /// Makes a call as an installation, or without one for POST /installation itself.
    ///
    /// # Errors
    /// Returns [`BankError`] if the last try failed; see [`Self::send`].
    pub async fn call_without_session<C: SessionlessCall>(
        &self,
        installation: Option<&Installation>,
        call: &C,
        deadline: Deadline,
    ) -> Result<C::Output, BankError> {
        let credentials = installation.map_or(Credentials::Anonymous, Credentials::Installation);
        self.send(credentials, &call.build(), deadline).await
    }

    /// Sends a request and reads the answer, with as many tries as are safe. Also returns the answer
    /// as it came. Calls `on_begin` before each attempt, when its turn has come.
    pub(super) async fn send_alone<T: FromAnswer>(
        &self,
        credentials: Credentials<'_>,
        request: &Request,
        deadline: Deadline,
        on_begin: impl Fn() + Send,
    ) -> Result<(T, Verified), BankError> {
        // The bank rejects a second call with the same id. So a call with a side effect keeps its id for all tries.
        let request_id = request.request_id.clone().unwrap_or_else(|| Uuid::new_v4().to_string());
        let effect = Effect::of(&request.method);
        let endpoint = Endpoint { method: &request.method, route: request.route };
        let (mut tries, mut garbled) = (0, false);
        loop {
            tries += 1;
            let id = match effect {
                Effect::Write => request_id.clone(),
                Effect::Read => Uuid::new_v4().to_string(),
            };
            if let Err(Busy { wait }) = self.limiter.admit(endpoint, deadline).await {
                return Err(BankError::Busy { wait });
            }
            on_begin();
            let answer = self.attempt(credentials, request, &id, deadline).await;
            let error = match answer.and_then(|answer| Ok((self.decode(answer.clone())?, answer))) {
                Ok(read) => return Ok(read),
                Err(error) => error,
            };
            let failure = match (Failure::from(&error), &error) {
                (Failure::Garbled, _) if garbled => Failure::Final,
                (Failure::RateLimited(_), BankError::RateLimited { limit, .. })
                    if self.limiter.exceeded(endpoint, *limit).await =>
                {
                    Failure::Queued
                }
                (failure, _) => failure,
            };
            match decide(effect, failure, tries, deadline.left(), rand::random_range(0..=1000)) {
                RetryDecision::GiveUp => return Err(error),
                RetryDecision::Again(wait) => {
                    if failure == Failure::Garbled {
                        garbled = true;
                        self.observer.garbled();
                    }
                    tracing::info!(route = request.route, tries, wait_ms = wait.as_millis(), "bunq: trying again");
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }

    /// Asks a service for the address that our calls come from. bunq has no call that returns it, so any service that
    /// answers a caller's address as plain text is suitable.
    ///
    /// # Errors
    /// Returns [`BankError`] if the service does not answer in time, or its answer is not an IPv4 address.
    pub async fn egress_ip(&self, service: &Url, deadline: Deadline) -> Result<Ipv4Addr, BankError> {
        let answer = self.receive(self.http.others.get(service.clone()), deadline).await?;
        let text = std::str::from_utf8(&answer.body).unwrap_or_default();
        let reason = DecodeError::Missing("address");
        text.trim().parse().map_err(|_| BankError::Undecodable { reason, response_id: None })
    }

    async fn attempt(
        &self,
        credentials: Credentials<'_>,
        request: &Request,
        request_id: &str,
        deadline: Deadline,
    ) -> Result<Verified, BankError> {
        let started = tokio::time::Instant::now();
        let result = self.exchange(credentials, request, request_id, deadline).await;
        let took = started.elapsed();
        self.observer.took(took);
        let response_id = match &result {
            Ok(answer) => answer.response_id.as_deref(),
            Err(error) => error.response_id(),
        };
        if let Some(id) = response_id {
            self.observer.answered(id);
        }
        if let Err(error) = &result {
            self.note_failure(error);
        }
        tracing::info!(
            method = request.method.as_str(),
            route = request.route,
            outcome = result.as_ref().err().map_or_else(|| "ok".to_owned(), ToString::to_string),
            bunq_request_id = request_id,
            bunq_response_id = response_id,
            ms = took.as_millis(),
            "bunq: call"
        );
        result
    }

    async fn exchange(
        &self,
        credentials: Credentials<'_>,
        request: &Request,
        request_id: &str,
        deadline: Deadline,
    ) -> Result<Verified, BankError> {
        let mut builder = self
            .http
            .api
            .request(request.method.clone(), self.urls.endpoint(&request.path))
            .query(&request.query)
            .header("X-Bunq-Client-Request-Id", request_id)
            .header("X-Bunq-Language", "en_US")
            .header("X-Bunq-Region", "en_US")
            .header("X-Bunq-Geolocation", "0 0 0 0 000")
            .header(header::CACHE_CONTROL, "no-cache");
        let mut sent = request.credentials.clone();
        builder = match credentials {
            Credentials::Anonymous => builder,
            Credentials::Installation(installation) => authenticate(builder, &installation.token, &mut sent)?,
            Credentials::Session(Session { token, .. }) => authenticate(builder, token, &mut sent)?,
        };
        if let Some(body) = &request.body {
            builder = builder.header(header::CONTENT_TYPE, "application/json").body(body.clone());
        }
        // Signs every POST and PUT except /installation: the bank does not know the key before that call.
        if let (Some(installation), Effect::Write) = (credentials.installation(), Effect::of(&request.method)) {
            let body = request.body.as_deref().unwrap_or_default();
            let signature = installation.key.sign(body).map_err(|_| BankError::Signing)?;
            sent.add(&signature);
            builder = builder.header("X-Bunq-Client-Signature", signature);
        }
        let answer = self.receive(builder, deadline).await?;
        answer.judge(credentials.installation().map(|installation| &installation.server_key), &sent)
    }

    pub(super) fn decode<T: FromAnswer>(&self, answer: Verified) -> Result<T, BankError> {
        let response_id = answer.response_id.clone();
        T::read(answer).map_err(|reason| {
            let error = BankError::Undecodable { reason, response_id };
            self.note_failure(&error);
            error
        })
    }

    pub(super) fn note_failure(&self, error: &BankError) {
        if error.is_failure() {
            self.observer.failed(error);
        }
    }

    /// Sends a request, and reads the whole answer.
    pub(super) async fn receive(
        &self,
        builder: reqwest::RequestBuilder,
        deadline: Deadline,
    ) -> Result<Answer, BankError> {
        let limit = ATTEMPT_TIMEOUT.min(deadline.left());
        if limit < LEAST_TIME {
            return Err(BankError::TooLate);
        }
        let exchange = async {
            let mut response = builder.send().await.map_err(BankError::of_sending)?;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            // Without the size, the buffer would grow to twice of what it needs.
            let size = response.content_length().and_then(|size| usize::try_from(size).ok()).unwrap_or_default();
            if size > LARGEST_ANSWER {
                return Err(BankError::TooLarge);
            }
            let mut body = BytesMut::with_capacity(size);
            while let Some(chunk) =
                response.chunk().await.map_err(|error| BankError::Interrupted(error.without_url()))?
            {
                if body.len() + chunk.len() > LARGEST_ANSWER {
                    return Err(BankError::TooLarge);
                }
                body.extend_from_slice(&chunk);
            }
            Ok(Answer { status, headers, body: body.freeze() })
        };
        tokio::time::timeout(limit, exchange).await.unwrap_or(Err(BankError::Timeout))
    }
}

fn authenticate(
    builder: reqwest::RequestBuilder,
    token: &impl Secret,
    sent: &mut SentCredentials,
) -> Result<reqwest::RequestBuilder, BankError> {
    sent.add(token.expose());
    // Secrets are visible ASCII, so this succeeds. The header is marked as sensitive, so that no layer prints it.
    let mut value = HeaderValue::from_str(token.expose()).map_err(|_| BankError::Signing)?;
    value.set_sensitive(true);
    Ok(builder.header("X-Bunq-Client-Authentication", value))
}
