//! A receiver of webhooks, whose answers a test chooses.

use std::{
    collections::VecDeque,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde_json::{Value, json};
use shared::types::deadline::Deadline;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{Answer, JsonBody as _, TestApp};

/// The time limit of a run of deliveries, as in the template.
const LONGEST_RUN: Duration = Duration::from_secs(60);

/// An answer of a receiver.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// A header.
    pub header: Option<(&'static str, &'static str)>,
    /// How long the receiver takes.
    pub delay: Duration,
}

impl Reply {
    /// Returns an answer with this status, at once.
    #[must_use]
    pub const fn status(status: u16) -> Self {
        Self { status, header: None, delay: Duration::ZERO }
    }

    /// Adds a header.
    #[must_use]
    pub const fn with(self, name: &'static str, value: &'static str) -> Self {
        Self { header: Some((name, value)), ..self }
    }

    /// Delays the answer.
    #[must_use]
    pub const fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }
}

/// A message that a receiver got.
#[derive(Clone, Debug)]
pub struct Received {
    /// The headers.
    pub headers: HeaderMap,
    /// The body, byte for byte.
    pub text: String,
}

impl Received {
    /// Returns the body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }

    /// Returns a header's text.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("a text")
    }

    /// Returns the id of the message.
    #[must_use]
    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }
}

#[derive(Debug)]
struct Inner {
    received: Vec<Received>,
    replies: VecDeque<Reply>,
    usual: Reply,
    at_once: usize,
    most_at_once: usize,
}

type Shared = Arc<Mutex<Inner>>;

/// A receiver on this machine. It answers 204, unless a test says otherwise. It ends when this value is dropped.
#[derive(Debug)]
pub struct Receiver {
    /// Its URL.
    pub url: String,
    inner: Shared,
    server: JoinHandle<()>,
}

impl Receiver {
    /// Starts a receiver.
    pub async fn start() -> Self {
        let usual = Reply::status(204);
        let inner = Inner { received: Vec::new(), replies: VecDeque::new(), usual, at_once: 0, most_at_once: 0 };
        let inner = Arc::new(Mutex::new(inner));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let url = format!("http://{}/webhooks?secret=path", listener.local_addr().expect("an address"));
        let routes = Router::new().fallback(receive).with_state(Arc::clone(&inner));
        let server = tokio::spawn(async move { axum::serve(listener, routes).await.expect("the receiver runs") });
        Self { url, inner, server }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the answer to all further messages.
    pub fn answer(&self, reply: Reply) {
        self.inner().usual = reply;
    }

    /// Sets the answers to the next messages, one each.
    pub fn answer_next(&self, replies: impl IntoIterator<Item = Reply>) {
        self.inner().replies.extend(replies);
    }

    /// Returns all messages so far.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.inner().received.clone()
    }

    /// Returns the ids of all messages so far.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        self.received().iter().map(|message| message.id().to_owned()).collect()
    }

    /// Returns how many messages the receiver had at the same time at most.
    #[must_use]
    pub fn most_at_once(&self) -> usize {
        self.inner().most_at_once
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn receive(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> (StatusCode, HeaderMap) {
    let inner = || shared.lock().unwrap_or_else(PoisonError::into_inner);
    let reply = {
        let mut inner = inner();
        let text = String::from_utf8(body.to_vec()).expect("UTF-8");
        inner.received.push(Received { headers, text });
        inner.at_once += 1;
        inner.most_at_once = inner.most_at_once.max(inner.at_once);
        inner.replies.pop_front().unwrap_or_else(|| inner.usual.clone())
    };
    tokio::time::sleep(reply.delay).await;
    inner().at_once -= 1;
    let headers = reply.header.map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")));
    (StatusCode::from_u16(reply.status).expect("a status"), headers.into_iter().collect())
}

impl TestApp {
    /// Runs the deliveries once, in a process with empty memory. Returns its report.
    ///
    /// # Errors
    /// Returns the code of the problem if the run fails.
    pub async fn try_deliver(&self) -> Result<Value, String> {
        let run = deliver::run(self.compose().await, Deadline::after(LONGEST_RUN)).await;
        run.map_err(|problem| problem.code().as_str().to_owned())
    }

    /// Runs the deliveries once. Returns its report.
    pub async fn deliver(&self) -> Value {
        self.try_deliver().await.expect("a run of deliveries")
    }

    /// Asks for an endpoint with a key.
    pub async fn ask_endpoint(&self, key: &str, body: &Value) -> Answer {
        let request = self.request(reqwest::Method::POST, "/webhook-endpoints").bearer_auth(key);
        self.send(request.json_body(body)).await
    }

    /// Creates an endpoint for these types with the key that has every scope, and returns it with its secret.
    pub async fn create_endpoint(&self, url: &str, types: &[&str]) -> Value {
        let answer = self.ask_endpoint(&self.api_key, &json!({ "url": url, "types": types })).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    }
}
