//! The public port: finds the service that a request names in `X-Amz-Target` and lets faults happen on the way.
//!
//! It drives hyper's connections itself, because ending one without an answer is something that web frameworks do not offer.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::answer::{self, AWS_JSON_1_0, Answer};
use crate::dynamodb::DynamoDbClient;
use crate::faults::{self, Fault, Switches};
use crate::secrets::Secrets;
use crate::service::Service;

const TARGET: &str = "x-amz-target";

/// DynamoDB takes 16 MB at most, Secrets Manager less.
const BODY_LIMIT: usize = 16 * 1024 * 1024;
/// How long a stop waits for requests that are under way.
const GRACE: Duration = Duration::from_secs(5);
/// How long to wait when the system has no file descriptor left for a connection.
const BREATH: Duration = Duration::from_millis(100);

/// Ends a connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("a test asked for this connection to end")]
pub(crate) struct HangUp;

/// What the port leads to.
#[derive(Debug)]
pub(crate) struct Front {
    dynamodb: Arc<DynamoDbClient>,
    secrets: Arc<Secrets>,
    switches: Switches,
}

impl Front {
    pub(crate) fn new(dynamodb: DynamoDbClient, secrets: Secrets) -> Self {
        Self { dynamodb: Arc::new(dynamodb), secrets: Arc::new(secrets), switches: Switches::default() }
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Answer, HangUp> {
        let (parts, body) = request.into_parts();
        // Read to the end before anything else: a connection that ends early would look like a refused body.
        let Ok(body) = Limited::new(body, BODY_LIMIT).collect().await else {
            return Ok(refusal("The body cannot be read, or is longer than 16 MiB."));
        };
        let body = body.to_bytes();
        let path = parts.uri.path();
        if path.starts_with(faults::PATH) {
            return Ok(self.switches.answer(&parts.method, path, &body));
        }
        let target = parts.headers.get(TARGET).and_then(|it| it.to_str().ok());
        match target.map(str::to_owned) {
            Some(target) if parts.method == Method::POST && path == "/" => {
                self.call(&target, Request::from_parts(parts, body)).await
            }
            _ => Ok(refusal("A request to AWS is a POST to / with a header X-Amz-Target.")),
        }
    }

    async fn call(&self, target: &str, request: Request<Bytes>) -> Result<Answer, HangUp> {
        let Some(service) = Service::of(target) else {
            return Ok(refusal("Only DynamoDB_20120810 and secretsmanager are embedded here."));
        };
        let answer = match self.switches.meet(target) {
            Some(Fault::DropBefore) => Err(HangUp),
            Some(Fault::Error(error)) => Ok(error.answer(service.media_type())),
            Some(Fault::DropAfter) => {
                self.perform(service, request).await;
                Err(HangUp)
            }
            None => Ok(self.perform(service, request).await),
        };
        let status = answer.as_ref().ok().map(|it| it.status().as_u16());
        tracing::debug!(target_operation = target, status, "embedded AWS call");
        answer
    }

    async fn perform(&self, service: Service, request: Request<Bytes>) -> Answer {
        match service {
            Service::DynamoDb => Arc::clone(&self.dynamodb).send(request).await,
            Service::SecretsManager => Arc::clone(&self.secrets).send(request).await,
        }
    }
}

/// What AWS says to a request that no service knows.
fn refusal(message: &str) -> Answer {
    answer::error(StatusCode::BAD_REQUEST, AWS_JSON_1_0, "UnknownOperationException", message)
}

/// Serves until `stopped` turns true or its sender is gone, then lets the requests under way finish.
pub(crate) async fn serve(listener: TcpListener, front: Arc<Front>, stopped: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop(stopped.clone()));
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(connect(stream, peer, Arc::clone(&front), stopped.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "no connection was accepted");
                    sleep(BREATH).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    let finish = async { while connections.join_next().await.is_some() {} };
    if timeout(GRACE, finish).await.is_err() {
        tracing::warn!("connections were cut off that did not finish in time");
    }
}

async fn stop(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop as well.
    let _ = stopped.wait_for(|it| *it).await;
}

async fn connect(stream: TcpStream, peer: SocketAddr, front: Arc<Front>, stopped: watch::Receiver<bool>) {
    // Only costs time when it fails.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| front.answer(request));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = stop(stopped) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%peer, %error, "a connection ended early");
    }
}
