//! What a customer sees when they come back from the bank, in words that need no explanation. Fixed words: nothing of the request is in
//! them, and nothing runs in the page.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use shared::{
    http::{Action, Code, Problem},
    types::ids::UserId,
};

/// Nothing but the stylesheet that lies beside this page.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// What the customer can do next.
enum Next {
    /// Nothing here.
    Leave,
    /// Give the consent anew.
    BeginAgain,
    /// Ask for the same page again.
    TryAgain,
    /// Let the page do that.
    Wait,
}

pub(crate) fn connected(user_id: UserId) -> Response {
    let text = format!(
        "<p>You can close this window. You can end the connection at any time in the bunq app.</p>\
         <p class=\"quiet\">Your connection's number: <code>{user_id}</code></p>"
    );
    page(StatusCode::OK, "Your bunq account is connected", &text)
}

/// The same words, in a page that is there to tell them.
pub(crate) fn told(problem: &Problem, request_id: &str) -> Response {
    let mut response = failed(problem, request_id);
    *response.status_mut() = StatusCode::OK;
    for name in [header::RETRY_AFTER, header::REFRESH] {
        response.headers_mut().remove(name);
    }
    response
}

pub(crate) fn failed(problem: &Problem, request_id: &str) -> Response {
    let (title, text, next) = words(problem);
    let next = match next {
        Next::Leave | Next::Wait => "",
        Next::BeginAgain => "<p><a class=\"button\" href=\"auth\">Begin again</a></p>",
        // The address of this very page, without repeating it here.
        Next::TryAgain => "<p><a class=\"button\" href=\"\">Try again</a></p>",
    };
    // The id is ours or API Gateway's; still, only what cannot be markup is shown.
    let id: String = request_id.chars().filter(|sign| sign.is_ascii_alphanumeric() || *sign == '-').collect();
    let text = format!(
        "<p>{text}</p>{next}<footer><p>If you ask for help, mention this number: <code>{id}</code></p></footer>"
    );
    let mut response = page(problem.status(), title, &text);
    if let Some(wait) = problem.retry_after() {
        let seconds = HeaderValue::from(wait.as_secs().max(1));
        response.headers_mut().insert(header::RETRY_AFTER, seconds.clone());
        // The same address again: the consent that was given waits there.
        response.headers_mut().insert(header::REFRESH, seconds);
    }
    response
}

/// A title, what happened, and what comes next.
fn words(problem: &Problem) -> (&'static str, &'static str, Next) {
    match (problem.code(), problem.action()) {
        (Code::ConsentDenied, _) => (
            "Nothing was connected",
            "You chose not to connect your bunq account. Nothing was shared.",
            Next::BeginAgain,
        ),
        (Code::StateInvalid, _) => (
            "This link is not known",
            "It does not belong to a connection that was begun here within the last hour. Nothing was connected by it. Please begin again.",
            Next::BeginAgain,
        ),
        (Code::StateExpired, _) => (
            "That took too long",
            "You came back from bunq more than ten minutes after you began. Nothing was connected. Please begin again.",
            Next::BeginAgain,
        ),
        (Code::OtherBrowser, _) => (
            "Begun in another browser",
            "A connection is finished in the browser that began it. If this is that browser, it did not keep this site's cookie. \
             Nothing was connected here. Please begin again.",
            Next::BeginAgain,
        ),
        (Code::InvalidRequest, _) => (
            "This address is not complete",
            "A part of the address that bunq sends you back with is missing. Nothing was connected by it. Please begin again.",
            Next::BeginAgain,
        ),
        (Code::ConsentFailed, _) => (
            "bunq did not finish",
            "bunq sent you back with an error of its own, and nothing was connected. Please begin again.",
            Next::BeginAgain,
        ),
        (Code::ConsentNotFound, _) => (
            "There is nothing to see here",
            "This page tells how a connection ended, for a day. Either it has not ended, or the day has passed.",
            Next::Leave,
        ),
        (Code::CodeRefused | Code::ConsentRevoked, _) => (
            "bunq did not confirm",
            "bunq does not confirm what you allowed, so nothing was connected. Please begin again.",
            Next::BeginAgain,
        ),
        (Code::NotOnboarded, _) => (
            "This service is not ready yet",
            "Whoever runs it has yet to set it up at bunq. Nothing was shared. Please come back later.",
            Next::Leave,
        ),
        (_, Action::Wait) => (
            "One moment, please",
            "This takes longer than usual. Nothing is lost: this page tries again by itself, so please leave it open.",
            Next::Wait,
        ),
        (_, Action::Reauthorise) => (
            "bunq could not be reached",
            "Something went wrong between us and bunq, and nothing was connected. Please begin again.",
            Next::BeginAgain,
        ),
        (_, Action::Retry) => (
            "bunq could not be reached",
            "Something went wrong between us and bunq. Nothing is lost: please try again.",
            Next::TryAgain,
        ),
        (_, Action::FixRequest | Action::ContactBunq | Action::ContactSupport) => (
            "Something went wrong",
            "It is not your fault, and only those who run this service can mend it. Please try again later.",
            Next::Leave,
        ),
    }
}

fn page(status: StatusCode, title: &str, text: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>\
         <link rel=\"stylesheet\" href=\"assets/style.css\"></head><body><main><h1>{title}</h1>{text}</main></body></html>"
    );
    let mut response = (status, Html(html)).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    response
}
