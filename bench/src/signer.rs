//! A server in front of the simulated bank. It enlarges the list of accounts, and signs all answers with a key of its
//! own. A client learns that key in place of the bank's when it makes its installation.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderName, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use bunq_client::InstallationKey;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use url::Url;

use crate::Failure;

const LARGEST_REQUEST: usize = 1024 * 1024;
const SIGNATURE: HeaderName = HeaderName::from_static("x-bunq-server-signature");

struct Shared {
    key: InstallationKey,
    bank: OnceLock<Url>,
    size: AtomicUsize,
    http: reqwest::Client,
}

/// The running server. It ends when this value is dropped.
pub(crate) struct Signer {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

impl Signer {
    /// Starts the server. It answers as soon as it knows the bank.
    pub(crate) async fn start() -> Result<Self, Failure> {
        let shared = Arc::new(Shared {
            key: InstallationKey::generate().await?,
            bank: OnceLock::new(),
            size: AtomicUsize::new(0),
            http: reqwest::Client::builder().no_proxy().build()?,
        });
        let routes = Router::new().fallback(pass).with_state(Arc::clone(&shared));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(async move { drop(axum::serve(listener, routes).await) });
        Ok(Self { address, shared, server })
    }

    /// The value of `BUNQ_API_URL`.
    pub(crate) fn api_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Sets the bank whose answers to change.
    pub(crate) fn stand_before(&self, bank: Url) -> Result<(), Failure> {
        self.shared.bank.set(bank).map_err(|_| "the bank is known already".into())
    }

    /// Sets the size of the list of accounts in bytes. A larger list stays as it is.
    pub(crate) fn set_size(&self, size: usize) {
        self.shared.size.store(size, Ordering::SeqCst);
    }
}

impl Drop for Signer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn pass(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    match forward(&shared, request).await {
        Ok(answer) => answer,
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

async fn forward(shared: &Shared, request: Request) -> Result<Response, Failure> {
    let (mut head, body) = request.into_parts();
    let body = to_bytes(body, LARGEST_REQUEST).await?;
    let path = head.uri.path_and_query().ok_or("no path")?.as_str();
    let url = shared.bank.get().ok_or("no bank yet")?.join(path)?;
    head.headers.remove(header::HOST);
    let sent = shared.http.request(head.method.clone(), url).headers(head.headers).body(body).send().await?;
    let (status, mut headers) = (sent.status(), sent.headers().clone());
    let mut body = sent.bytes().await?.to_vec();
    if head.method == Method::GET && head.uri.path().ends_with("/monetary-account") {
        body = enlarged(body, shared.size.load(Ordering::SeqCst))?;
    }
    if head.method == Method::POST && head.uri.path().ends_with("/installation") {
        body = with_key(&body, &shared.key.public_pem()?)?;
    }
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::TRANSFER_ENCODING);
    if headers.contains_key(SIGNATURE) {
        headers.insert(SIGNATURE, shared.key.sign(&body)?.parse()?);
    }
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    Ok(answer)
}

/// Makes the description of the first account so long that the body has this size.
fn enlarged(body: Vec<u8>, size: usize) -> Result<Vec<u8>, Failure> {
    let Some(missing) = size.checked_sub(body.len()).filter(|missing| *missing > 0) else { return Ok(body) };
    let mut answer: Value = serde_json::from_slice(&body)?;
    let first = answer["Response"][0].as_object_mut().and_then(|element| element.values_mut().next());
    let account = first.ok_or("no account")?;
    let text = account["description"].as_str().unwrap_or_default();
    account["description"] = json!(format!("{text}{}", "x".repeat(missing)));
    Ok(serde_json::to_vec(&answer)?)
}

/// Replaces the bank's key in the answer to an installation.
fn with_key(body: &[u8], pem: &str) -> Result<Vec<u8>, Failure> {
    let mut answer: Value = serde_json::from_slice(body)?;
    for element in answer["Response"].as_array_mut().into_iter().flatten() {
        if let Some(key) = element.get_mut("ServerPublicKey") {
            key["server_public_key"] = json!(pem);
        }
    }
    Ok(serde_json::to_vec(&answer)?)
}
