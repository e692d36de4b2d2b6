//! What a customer sees when they come back from the bank. Fixed words; nothing of the request is in them.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use shared::{
    http::{Action, Code, Problem},
    types::ids::UserId,
};

/// No script, no source but this page.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

pub(crate) fn connected(user_id: UserId) -> Response {
    let body = format!(
        "<h1>Your bunq account is connected</h1>\
         <p>You can close this window. You can end the connection at any time in the bunq app.</p>\
         <p>Your connection's number is <code>{user_id}</code>.</p>"
    );
    page(StatusCode::OK, &body)
}

pub(crate) fn failed(problem: &Problem, request_id: &str) -> Response {
    let (title, text) = match problem.code() {
        Code::ConsentDenied => {
            ("Nothing was connected", "You chose not to connect your bunq account. Nothing was shared.")
        }
        Code::StateInvalid | Code::InvalidRequest => (
            "This link does not work any more",
            "It was used before, is older than ten minutes, or was begun in another browser. Please begin again.",
        ),
        Code::CodeRefused | Code::ConsentRevoked => ("bunq did not confirm", "Please begin again."),
        _ if problem.action() == Action::Wait => (
            "One moment, please",
            "bunq is busy. Nothing is lost: this page tries again by itself, and your consent is kept.",
        ),
        _ => ("Something went wrong", "Please try again later, and mention the number below if you ask for help."),
    };
    // The id is ours or API Gateway's; still, only what cannot be markup is shown.
    let id: String = request_id.chars().filter(|sign| sign.is_ascii_alphanumeric() || *sign == '-').collect();
    let again = if problem.code() == Code::ConsentDenied || problem.action() == Action::Reauthorise {
        "<p><a href=\"auth\">Begin again</a></p>"
    } else {
        ""
    };
    let body = format!("<h1>{title}</h1><p>{text}</p>{again}<p><small>Request <code>{id}</code></small></p>");
    let mut response = page(problem.status(), &body);
    if let Some(wait) = problem.retry_after() {
        let seconds = HeaderValue::from(wait.as_secs().max(1));
        response.headers_mut().insert(header::RETRY_AFTER, seconds.clone());
        // The same address again: the consent that was given waits there.
        response.headers_mut().insert(header::REFRESH, seconds);
    }
    response
}

fn page(status: StatusCode, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>bunq account</title><style>:root{{color-scheme:light dark}}body{{font:1.1rem/1.5 system-ui,sans-serif;\
         max-width:36rem;margin:15vh auto;padding:0 1.5rem}}code{{overflow-wrap:anywhere}}</style><main>{body}</main></html>"
    );
    let mut response = (status, Html(html)).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}
