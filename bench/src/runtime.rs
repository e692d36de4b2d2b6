//! Lambda's Runtime API, with the times at which its calls come:
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    routing::{get, post},
    serve::ListenerExt as _,
};
use tokio::{
    net::TcpListener,
    sync::{Mutex as AsyncMutex, mpsc},
    task::JoinHandle,
    time::timeout,
};

use crate::{
    Failure,
    process::{Answered, nanoseconds},
};

/// No start and no answer takes longer than this.
const PATIENCE: Duration = Duration::from_secs(60);
const DEADLINE_MS: i64 = 30_000;

struct Shared {
    events: AsyncMutex<mpsc::UnboundedReceiver<String>>,
    given: Mutex<Instant>,
    seen: mpsc::UnboundedSender<Seen>,
}

/// What the function did.
enum Seen {
    /// It asked for an event.
    Asked(Instant),
    /// It answered an event.
    Answered(Answered),
    /// It failed.
    Failed(Bytes),
}

/// The Runtime API of one process.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    /// The address for `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) address: SocketAddr,
    events: mpsc::UnboundedSender<String>,
    seen: mpsc::UnboundedReceiver<Seen>,
    server: JoinHandle<()>,
}

impl RuntimeApi {
    /// Starts the API at a free port.
    pub(crate) async fn start() -> Result<Self, Failure> {
        let (events, waiting) = mpsc::unbounded_channel();
        let (reports, seen) = mpsc::unbounded_channel();
        let shared = Shared { events: AsyncMutex::new(waiting), given: Mutex::new(Instant::now()), seen: reports };
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(failure))
            .route("/2018-06-01/runtime/init/error", post(failure))
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::new(shared));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let server = tokio::spawn(async move { drop(axum::serve(listener, routes).await) });
        Ok(Self { address, events, seen, server })
    }

    /// Waits until the function asks for its first event. Returns the time of that.
    pub(crate) async fn ready(&mut self) -> Result<Instant, Failure> {
        match self.next_seen().await? {
            Seen::Asked(at) => Ok(at),
            Seen::Answered(_) => Err("an answer without an event".into()),
            Seen::Failed(error) => Err(format!("no start: {}", String::from_utf8_lossy(&error)).into()),
        }
    }

    /// Gives an event to the function and waits for the answer, and for the request that follows it.
    pub(crate) async fn invoke(&mut self, event: &str) -> Result<Answered, Failure> {
        self.events.send(event.to_owned())?;
        let mut answered = None;
        loop {
            match self.next_seen().await? {
                Seen::Answered(answer) => answered = Some(answer),
                Seen::Failed(error) => return Err(format!("failed: {}", String::from_utf8_lossy(&error)).into()),
                Seen::Asked(_) => return Ok(answered.ok_or("a request for an event without an answer")?),
            }
        }
    }

    async fn next_seen(&mut self) -> Result<Seen, Failure> {
        Ok(timeout(PATIENCE, self.seen.recv()).await?.ok_or("the Runtime API ended")?)
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

type Next = ([(&'static str, String); 4], String);

async fn next(State(shared): State<Arc<Shared>>) -> Result<Next, StatusCode> {
    let _ = shared.seen.send(Seen::Asked(Instant::now()));
    let event = shared.events.lock().await.recv().await.ok_or(StatusCode::GONE)?;
    let deadline = jiff::Timestamp::now().as_millisecond() + DEADLINE_MS;
    *shared.given.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    let headers = [
        ("Lambda-Runtime-Aws-Request-Id", uuid::Uuid::new_v4().to_string()),
        ("Lambda-Runtime-Deadline-Ms", deadline.to_string()),
        ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:000000000000:function:bench".to_owned()),
        ("Content-Type", "application/json".to_owned()),
    ];
    Ok((headers, event))
}

async fn response(State(shared): State<Arc<Shared>>, text: Bytes) -> StatusCode {
    let given = *shared.given.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = shared.seen.send(Seen::Answered(Answered { ns: nanoseconds(given.elapsed()), text }));
    StatusCode::ACCEPTED
}

async fn failure(State(shared): State<Arc<Shared>>, text: Bytes) -> StatusCode {
    let _ = shared.seen.send(Seen::Failed(text));
    StatusCode::ACCEPTED
}
