//! Opens connections before there is a request. A TLS handshake costs two round trips and, in a small function, most of
//! a second of its processor's share; Lambda gives the start of a function more of it.

use std::{
    any::Any,
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use tokio::time::Instant;
use tower::{BoxError, Layer, Service};
use url::Url;

/// How long a connection is kept. The other end may close one that stays silent, without notice to this process. Lambda
/// sends the first event directly after the start, unless it started the process ahead of any event.
const KEPT_FOR: Duration = Duration::from_secs(4);

tokio::task_local! {
    /// Exists in a task that opens a connection for a later request.
    static OPENING: ();
}

/// One open connection that waits for the next request of one HTTP client. As a layer around the client's connector, it
/// hands the connection out in place of a new one. The client must talk to one host only, because a connector does not
/// learn here which host a request is for.
#[derive(Clone, Default)]
struct Reserve(Arc<Mutex<Option<Kept>>>);

struct Kept {
    since: Instant,
    /// The time of day. The other clock may stand still while Lambda pauses the machine.
    since_by_date: SystemTime,
    /// The type of a connection is private to the HTTP client.
    connection: Box<dyn Any + Send>,
}

impl Reserve {
    fn keep(&self, connection: Box<dyn Any + Send>) {
        let kept = Kept { since: Instant::now(), since_by_date: SystemTime::now(), connection };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
    }

    fn take(&self) -> Option<Box<dyn Any + Send>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        let by_date = kept.since_by_date.elapsed().unwrap_or(Duration::MAX);
        (kept.since.elapsed().max(by_date) < KEPT_FOR).then_some(kept.connection)
    }
}

/// Opens the first connection of one HTTP client ahead of its first request.
#[derive(Clone)]
pub(crate) struct FirstConnection {
    http: reqwest::Client,
    url: Url,
}

impl fmt::Debug for FirstConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FirstConnection")
    }
}

impl FirstConnection {
    /// Builds an HTTP client for one host, and what opens its first connection. All requests of the client must be to
    /// the host of `url`.
    ///
    /// # Errors
    /// Returns [`reqwest::Error`] if the TLS configuration is not usable.
    pub(crate) fn build(builder: reqwest::ClientBuilder, url: Url) -> Result<(reqwest::Client, Self), reqwest::Error> {
        let http = builder.connector_layer(Reserve::default()).build()?;
        Ok((http.clone(), Self { http, url }))
    }

    /// Opens a connection, with its TLS handshake, and keeps it for the next request. Sends no request. Does nothing if
    /// the other end cannot be reached: the first request tries again.
    pub(crate) async fn open(&self) {
        // The layer keeps the connection and returns an error, so nothing is ever sent.
        let _ = OPENING.scope((), self.http.get(self.url.clone()).send()).await;
    }
}

impl<S> Layer<S> for Reserve {
    type Service = Reserving<S>;

    fn layer(&self, inner: S) -> Reserving<S> {
        Reserving { inner, reserve: self.clone() }
    }
}

/// A connector with a reserve.
#[derive(Clone)]
struct Reserving<S> {
    inner: S,
    reserve: Reserve,
}

#[derive(Debug, thiserror::Error)]
#[error("the connection is kept for the next request")]
struct IsKept;

impl<S, T> Service<T> for Reserving<S>
where
    S: Service<T, Error = BoxError, Response: Send + 'static, Future: Send + 'static>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, target: T) -> Self::Future {
        if OPENING.try_with(|()| ()).is_ok() {
            let (opened, reserve) = (self.inner.call(target), self.reserve.clone());
            return Box::pin(async move {
                reserve.keep(Box::new(opened.await?));
                Err(IsKept.into())
            });
        }
        match self.reserve.take().and_then(|connection| connection.downcast::<S::Response>().ok()) {
            Some(connection) => Box::pin(std::future::ready(Ok(*connection))),
            None => Box::pin(self.inner.call(target)),
        }
    }
}
