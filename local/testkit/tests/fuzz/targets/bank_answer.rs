//! Answers of the bank as they arrive: status, headers, signature and body, through the client and its HTTP library.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderName, HeaderValue, Response},
};
use shared::{
    bunq::{
        Bank, BankError, BunqUrls, Credentials, Installation, InstallationKey, PublicKey, Request, Session, TokenError,
        Verified,
    },
    types::{
        deadline::Deadline,
        secret::{AuthorizationCode, ClientId, ClientSecret, InstallationToken, OauthState, Secret, SessionToken},
    },
};
use tokio::{net::TcpListener, runtime::Runtime};
use url::Url;

use crate::harness::{Corpus, Limits, fuzz, prepare};

/// Each call sends this credential, and the corpus quotes it.
const CREDENTIAL: &str = "Zq7Lw2-Ty9+Xp4Kv8Rm1Uh6/Nc3Gj5=";
/// So little time is left that no call is repeated.
const TIME: Duration = Duration::from_millis(95);
const LIMITS: Limits = Limits { time: Duration::from_secs(5), memory: (8 << 20, 2_000) };

/// The answer that the server gives next.
#[derive(Clone, Default)]
struct Next {
    status: u16,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Vec<u8>,
}

impl Next {
    /// Reads a status, headers in lines, an empty line, and a body. `SIGNED` as a value is the signature of the body.
    fn read(input: &[u8], key: &InstallationKey) -> Self {
        let end = input.windows(2).position(|two| two == b"\n\n").unwrap_or(input.len());
        let body = input.get(end + 2..).unwrap_or_default().to_vec();
        let mut lines = input[..end].split(|byte| *byte == b'\n');
        let status = lines.next().and_then(|line| std::str::from_utf8(line).ok()?.trim().parse().ok());
        let header = |line: &[u8]| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let value = line[colon + 1..].trim_ascii();
            let signed = || key.sign(&body).unwrap().into_bytes();
            let value = if value == b"SIGNED" { signed() } else { value.to_vec() };
            let name = HeaderName::from_bytes(&line[..colon]).ok()?;
            // The server writes these itself.
            let is_ours = !["content-length", "transfer-encoding", "connection", "upgrade"].contains(&name.as_str());
            is_ours.then(|| Some((name, HeaderValue::from_bytes(&value).ok()?)))?
        };
        let headers = lines.filter_map(header).collect();
        Self { status: status.filter(|status| (200..=999).contains(status)).unwrap_or(200), headers, body }
    }
}

async fn serve(next: Arc<Mutex<Next>>) -> Url {
    let answer = async |State(next): State<Arc<Mutex<Next>>>| {
        let Next { status, headers, body } = next.lock().unwrap().clone();
        let mut answer = Response::builder().status(status).body(Body::from(body)).unwrap();
        for (name, value) in headers {
            answer.headers_mut().append(name, value);
        }
        answer
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer).with_state(next)).await });
    url.parse().unwrap()
}

fn parsed<S: Secret>(text: &str) -> S {
    S::parse(text.to_owned()).unwrap()
}

fn assert_fits(error: &BankError) {
    let shown = format!("{error} {error:?}").to_ascii_lowercase();
    let credential = CREDENTIAL.to_ascii_lowercase();
    assert!((0..=credential.len() - 12).all(|at| !shown.contains(&credential[at..at + 12])), "{shown}");
    assert!(error.response_id().is_none_or(|id| id.len() <= 64), "{shown}");
    if let BankError::RateLimited { wait, .. } = error {
        assert!((1..=3600).contains(&wait.as_secs()), "{wait:?}");
    }
    let _ = (error.is_dead_session(), error.is_unknown_installation(), error.certainly_not_executed());
    if let BankError::Refused(refusal) | BankError::Failed(refusal) = error {
        let _ = (refusal.kind(), refusal.says_reused_id(), refusal.says_bad_signature());
    }
}

#[test]
fn an_answer_is_signed_or_an_error() {
    let runtime = Runtime::new().unwrap();
    let key = prepare(|| runtime.block_on(InstallationKey::generate()).unwrap());
    let server_key = PublicKey::from_pem(&key.public_pem().unwrap()).unwrap();
    let next = Arc::new(Mutex::new(Next::default()));
    let url = runtime.block_on(serve(next.clone()));
    let urls = BunqUrls { api: url.clone(), authorize: url.clone(), token: url.clone(), pay: url.clone() };
    let bank = Bank::new(urls, "fuzz").unwrap();
    let token: InstallationToken = parsed(CREDENTIAL);
    let installation =
        Installation { id: 7.try_into().unwrap(), token, key: key.clone(), server_key: server_key.clone() };
    let token: SessionToken = parsed(CREDENTIAL);
    let session = Session { installation: &installation, token: &token, user: 42.try_into().unwrap() };
    let (code, state): (AuthorizationCode, OauthState) = (parsed(CREDENTIAL), parsed("the-state"));
    let client: (ClientId, ClientSecret) = (parsed("a-client-id"), parsed("a-client-secret"));
    let (list, service) = (Request::delete("session/{id}", "session/0"), url);
    fuzz("bank_answer", 1_000, &Corpus::of("bank_answer"), LIMITS, |input| {
        let told = Next::read(input, &key);
        *next.lock().unwrap() = told.clone();
        runtime.block_on(async {
            let deadline = || Deadline::after(TIME);
            let sent = bank.send::<Verified>(Credentials::Session(session), &list, deadline()).await;
            match &sent {
                Ok(answer) => {
                    let signature = told.headers.iter().find(|(name, _)| name == "x-bunq-server-signature");
                    let signature = signature.and_then(|(_, value)| value.to_str().ok()).unwrap_or_default();
                    assert!(answer.body == told.body && server_key.verifies(&told.body, signature));
                }
                Err(error) => assert_fits(error),
            }
            let granted = bank.exchange_code((&code, &state), &service, (&client.0, &client.1), deadline()).await;
            match &granted {
                Ok(token) => assert!(!format!("{token:?}").contains(token.expose()) || token.expose().len() < 12),
                Err(TokenError::Bank(error)) => assert_fits(error),
                Err(TokenError::CodeRefused | TokenError::ClientRefused) => {}
            }
            let address = bank.egress_ip(&service, deadline()).await;
            address.as_ref().err().into_iter().for_each(assert_fits);
            sent.is_ok() || granted.is_ok() || address.is_ok()
        })
    });
}
