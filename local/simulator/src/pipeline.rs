//! The steps of every call: listed, disturbed by a fault, executed, signed, answered.

use std::net::IpAddr;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use futures::{StreamExt as _, stream};
use uuid::Uuid;

use crate::api::dispatch;
use crate::api::route::Act;
use crate::api::routes::{Found, find};
use crate::desk::SharedDesk;
use crate::desk::faults::{BadSignature, Effect};
use crate::keys::ServerKey;
use crate::wire::answer::Answer;
use crate::wire::call::{Call, REQUEST_ID};

const RESPONSE_ID: HeaderName = HeaderName::from_static("x-bunq-client-response-id");
const SERVER_SIGNATURE: HeaderName = HeaderName::from_static("x-bunq-server-signature");

/// The connection is closed instead of an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed without an answer")]
pub(crate) struct Dropped;

/// Answers one call to the bank.
///
/// # Errors
///
/// When a fault closes the connection, or the request did not arrive completely.
pub(crate) async fn serve(desk: &SharedDesk, peer: IpAddr, request: Request<Body>) -> Result<Response<Body>, Dropped> {
    let (egress, json_content_type) = {
        let settings = &desk.lock().bank.settings;
        (settings.egress_ip, settings.json_content_type)
    };
    let Some(mut call) = Call::read(request, peer, egress, json_content_type).await else { return Err(Dropped) };
    let found = find(&mut call);
    // The bank executes the call at once and delays only the answer, so a client that gives up cannot know the outcome.
    let (number, effect, answer, key, sign_errors) = {
        let desk = &mut *desk.lock();
        let bank = &mut desk.bank;
        let number = desk.calls.arrived(&call, found, bank.now());
        let effect = desk.faults.effect_on(found);
        let installation_key = dispatch::key_of(bank, &call);
        let acted = effect.acts().then(|| dispatch::act(bank, found, &call));
        let key = match acted.as_ref().and_then(|answer| answer.signed_for) {
            Some(installation) => bank.key_of_installation(installation),
            None => installation_key,
        };
        let answer = effect.answer().or(acted);
        (number, effect, answer, key, bank.settings.sign_errors)
    };
    if let Some(delay) = effect.delay_ms {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    let Some(answer) = answer.filter(|_| effect.drop.is_none()) else {
        desk.lock().calls.dropped(number);
        tracing::info!("{} {} closed without an answer", call.method, found.template());
        return Err(Dropped);
    };
    desk.lock().calls.answered(number, answer.status);
    tracing::info!("{} {} {}", call.method, found.template(), answer.status);
    let signer = is_api(&call, found).then_some((&*key, sign_errors));
    Ok(finish(&call, answer, signer, &effect))
}

/// Builds the response. `signer` is `None` outside the API. Else it holds the key, and whether refusals are signed.
fn finish(call: &Call, answer: Answer, signer: Option<(&ServerKey, bool)>, effect: &Effect) -> Response<Body> {
    let mut headers = answer.headers;
    if let Some((key, sign_errors)) = signer {
        let fixed = [
            (header::SERVER, "bunq-simulator"),
            (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
            (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        ];
        for (name, value) in fixed {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if let Ok(id) = HeaderValue::from_str(&Uuid::new_v4().to_string()) {
            headers.insert(RESPONSE_ID, id);
        }
        if let Some(id) = call.headers.get(REQUEST_ID) {
            headers.insert(HeaderName::from_static(REQUEST_ID), id.clone());
        }
        let signature = match effect.signature {
            None if is_signed(answer.status, sign_errors) => Some(key.sign(&answer.body)),
            Some(BadSignature::Wrong) => Some(key.sign(b"another body")),
            None | Some(BadSignature::Missing) => None,
        };
        if let Some(signature) = signature.and_then(|signature| HeaderValue::from_str(&signature).ok()) {
            headers.insert(SERVER_SIGNATURE, signature);
        }
    }
    let body = match effect.truncate {
        Some(length) => {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(answer.body.len()));
            torn(answer.body, length)
        }
        None => Body::from(answer.body),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = headers;
    response
}

fn is_api(call: &Call, found: Found) -> bool {
    match found {
        Found::Route(route) => !matches!(route.act, Act::Web(_)),
        Found::WrongMethod(_) => true,
        Found::Nothing => !call.is_browsers(),
    }
}

fn is_signed(status: u16, sign_errors: bool) -> bool {
    match status {
        429 | 491 => false,
        400..=499 => sign_errors,
        _ => status < 400,
    }
}

/// A body that ends too early. The pause lets the first part leave before the connection closes.
fn torn(mut body: Vec<u8>, length: usize) -> Body {
    body.truncate(length);
    let part = stream::once(async { Ok(Bytes::from(body)) });
    let end = stream::once(async {
        tokio::task::yield_now().await;
        Err(Dropped)
    });
    Body::from_stream(part.chain(end))
}
