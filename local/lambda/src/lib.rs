//! Runs a real bootstrap binary as Lambda does: as a process that reads events from a Runtime API.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

#![expect(clippy::expect_used, reason = "a test that cannot be set up has failed")]

use std::{
    collections::HashMap,
    ffi::OsStr,
    net::Ipv4Addr,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::{Mutex as AsyncMutex, mpsc, oneshot, watch},
    task::JoinHandle,
};
use uuid::Uuid;

type Outcome = Result<Value, Value>;

struct Runtime {
    events: AsyncMutex<mpsc::UnboundedReceiver<(String, Value)>>,
    waiting: Mutex<HashMap<String, oneshot::Sender<Outcome>>>,
    patience_ms: AtomicI64,
    is_ready: watch::Sender<bool>,
}

/// One process of a function. It ends when this value is dropped.
#[derive(Debug)]
pub struct Function {
    child: Child,
    api: JoinHandle<()>,
    send: mpsc::UnboundedSender<(String, Value)>,
    runtime: Arc<Runtime>,
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Runtime")
    }
}

impl Function {
    /// Starts a bootstrap (`env!("CARGO_BIN_EXE_…")`) with these environment variables and those that Lambda sets, and
    /// no others.
    pub async fn start<K: AsRef<OsStr>, V: AsRef<OsStr>>(
        bootstrap: &str,
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let mut command = Command::new(bootstrap);
        command.env_clear().envs(variables);
        let (send, events) = mpsc::unbounded_channel();
        let runtime = Runtime {
            events: AsyncMutex::new(events),
            waiting: Mutex::default(),
            patience_ms: AtomicI64::new(30_000),
            is_ready: watch::Sender::new(false),
        };
        let runtime = Arc::new(runtime);
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .with_state(Arc::clone(&runtime));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let api = tokio::spawn(async move { axum::serve(listener, routes).await.expect("the Runtime API runs") });
        let child = command
            // The stage of a REST API is not part of our paths.
            .env("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "1")
            .env("AWS_LAMBDA_FUNCTION_NAME", "test")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .stdout(Stdio::null())
            .spawn()
            .expect("the bootstrap starts");
        Self { child, api, send, runtime }
    }

    /// Waits until the function has started and asks for its first event.
    pub async fn ready(&self) {
        let mut is_ready = self.runtime.is_ready.subscribe();
        is_ready.wait_for(|is_ready| *is_ready).await.expect("the Runtime API runs");
    }

    /// Sends an event and waits for the function's result.
    ///
    /// # Errors
    /// Returns the function's error, with `errorType` and `errorMessage`, if the function fails.
    pub async fn invoke(&self, event: Value) -> Outcome {
        self.begin(event).await.expect("the function answers")
    }

    /// Sends an event. The answer arrives through the channel, or never.
    pub fn begin(&self, event: Value) -> oneshot::Receiver<Outcome> {
        let id = Uuid::new_v4().to_string();
        let (answer, receiver) = oneshot::channel();
        self.runtime.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), answer);
        self.send.send((id, event)).expect("the Runtime API listens");
        receiver
    }

    /// Sets the timeout of later invocations, as the function's timeout does.
    pub fn set_timeout(&self, milliseconds: i64) {
        self.runtime.patience_ms.store(milliseconds, Ordering::SeqCst);
    }

    /// Ends the process at once, like a machine that fails.
    pub fn kill(&mut self) {
        self.child.kill().expect("the process is ours");
        self.child.wait().expect("the process ends");
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.api.abort();
    }
}

type Next = ([(&'static str, String); 3], Json<Value>);

async fn next(State(runtime): State<Arc<Runtime>>) -> Result<Next, StatusCode> {
    runtime.is_ready.send_replace(true);
    let (id, event) = runtime.events.lock().await.recv().await.ok_or(StatusCode::GONE)?;
    let deadline = jiff::Timestamp::now().as_millisecond() + runtime.patience_ms.load(Ordering::SeqCst);
    let headers = [
        ("Lambda-Runtime-Aws-Request-Id", id),
        ("Lambda-Runtime-Deadline-Ms", deadline.to_string()),
        ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:000000000000:function:test".to_owned()),
    ];
    Ok((headers, Json(event)))
}

// The Lambda runtime sends JSON without its media type, which `Json` would not accept.
async fn response(State(runtime): State<Arc<Runtime>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    finish(&runtime, &id, Ok(serde_json::from_slice(&body).expect("JSON")))
}

async fn error(State(runtime): State<Arc<Runtime>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    finish(&runtime, &id, Err(serde_json::from_slice(&body).expect("JSON")))
}

fn finish(runtime: &Runtime, id: &str, outcome: Outcome) -> StatusCode {
    let waiting = runtime.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    // The test that began the invocation may have ended. The function is not affected.
    let _ = waiting.map(|answer| answer.send(outcome));
    StatusCode::ACCEPTED
}

/// Makes API Gateway's event for a request with a JSON body.
#[must_use]
pub fn post_event(path: &str, headers: &[(&str, &str)], body: &Value) -> Value {
    let mut event = http_event("POST", path, headers);
    event["headers"]["content-type"] = json!("application/json");
    event["body"] = json!(body.to_string());
    event
}

/// Makes API Gateway's event for a request, in payload version 2.0.
#[must_use]
pub fn http_event(method: &str, path: &str, headers: &[(&str, &str)]) -> Value {
    let headers: serde_json::Map<_, _> =
        headers.iter().map(|(name, value)| (name.to_lowercase(), json!(value))).collect();
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "test",
            "domainName": "test.execute-api.eu-central-1.amazonaws.com",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "test" },
            "requestId": "gateway-request-id=",
            "stage": "$default",
            "time": "22/Nov/2026:12:00:00 +0000",
            "timeEpoch": 1_795_348_800_000_u64
        },
        "isBase64Encoded": false
    })
}
