//! A receiver of callbacks on this machine.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, Response};
use loopback::{Hosts, Limits};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::JoinHandle;

const LIMITS: Limits = Limits {
    head: Duration::from_secs(60),
    body: Duration::from_secs(60),
    body_bytes: 1024 * 1024,
    grace: Duration::from_secs(1),
};

/// Longer than any callback takes that arrives. A test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A callback as it arrived.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) source: IpAddr,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Arrived {
    pub(crate) fn notification(&self) -> Value {
        serde_json::from_str::<Value>(&self.text).unwrap()["NotificationUrl"].clone()
    }

    pub(crate) fn event_type(&self) -> String {
        self.notification()["event_type"].as_str().unwrap().to_owned()
    }
}

/// What the receiver does with a callback.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Behaviour {
    Status(u16),
    /// It never answers.
    Hang,
    Redirect,
}

pub(crate) struct Receiver {
    pub(crate) url: String,
    arrived: UnboundedReceiver<Arrived>,
    /// What happens to the next callbacks. Those after are answered with 200.
    script: Arc<Mutex<VecDeque<Behaviour>>>,
    server: JoinHandle<()>,
}

impl Receiver {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, arrived) = mpsc::unbounded_channel();
        let script = Arc::new(Mutex::new(VecDeque::new()));
        let steps = Arc::clone(&script);
        let service = move |peer: SocketAddr, request: Request<Bytes>| {
            let (head, body) = request.into_parts();
            let text = String::from_utf8(body.to_vec()).unwrap();
            sender.send(Arrived { source: peer.ip(), headers: head.headers, text }).unwrap();
            let behaviour = steps.lock().unwrap().pop_front().unwrap_or(Behaviour::Status(200));
            async move { answer(behaviour).await }
        };
        let server = loopback::serve(listener, Hosts::of(address), LIMITS, service, std::future::pending::<()>());
        Self { url: format!("http://{address}/hook"), arrived, script, server: tokio::spawn(server) }
    }

    pub(crate) fn behave(&self, script: impl IntoIterator<Item = Behaviour>) {
        self.script.lock().unwrap().extend(script);
    }

    pub(crate) async fn next(&mut self) -> Arrived {
        tokio::time::timeout(PATIENCE, self.arrived.recv()).await.unwrap().unwrap()
    }

    /// The event types of the next callbacks, sorted.
    pub(crate) async fn next_types(&mut self, count: usize) -> Vec<String> {
        let mut types = Vec::new();
        for _ in 0..count {
            types.push(self.next().await.event_type());
        }
        types.sort();
        types
    }

    /// Whatever has arrived and was not taken.
    pub(crate) fn rest(&mut self) -> Vec<Arrived> {
        std::iter::from_fn(|| self.arrived.try_recv().ok()).collect()
    }

    pub(crate) fn filters(&self, categories: &[&str]) -> Value {
        let filter = |category: &&str| json!({"category": category, "notification_target": self.url});
        json!({"notification_filters": categories.iter().map(filter).collect::<Vec<_>>()})
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(behaviour: Behaviour) -> Result<Response<Body>, Infallible> {
    let response = Response::builder();
    let response = match behaviour {
        Behaviour::Status(status) => response.status(status),
        Behaviour::Hang => std::future::pending().await,
        Behaviour::Redirect => response.status(307).header("location", "/elsewhere"),
    };
    Ok(response.body(Body::empty()).unwrap())
}
