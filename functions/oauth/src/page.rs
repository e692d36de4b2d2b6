//! The pages for a customer who returns from the bank. Their texts are fixed: they contain nothing of the request. The
//! pages contain no scripts.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use maud::{Markup, PreEscaped, html};
use shared::{
    config::Provider,
    http::{Action, App, Code, EndedWith, Problem},
    types::ids::UserId,
};
use url::Url;

/// The content security policy of the pages: only the stylesheet of this origin is allowed.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The next step of the customer.
enum Next {
    /// The page offers no next step.
    Leave,
    /// Start a new consent.
    BeginAgain,
    /// Reload the page.
    TryAgain,
    /// Wait until the page reloads itself.
    Wait,
}

/// The links on a page about a failure.
#[derive(Debug)]
pub(crate) struct Again {
    /// The address that starts a new consent; `None` if only the application can create a new link.
    pub(crate) begin: Option<String>,
    /// The application that asked for the consent.
    pub(crate) back: Option<Url>,
}

impl Again {
    /// The links for an unknown consent.
    pub(crate) fn of(app: &App) -> Self {
        Self { begin: app.tpp.config.provider.open_consent.then(|| "auth".to_owned()), back: None }
    }
}

/// The page about a completed consent. `user_id` is `None` if the application receives it instead.
pub(crate) fn connected(provider: &Provider, user_id: Option<UserId>) -> Response {
    let text = html! {
        p { "You can close this window. You can end the connection at any time in the bunq app." }
        @if let Some(user_id) = user_id {
            p.quiet { "Your connection's id: " code { (user_id) } }
        }
    };
    page(StatusCode::OK, provider, "Your bunq account is connected", &text)
}

/// The page of [`failed`] with status 200, for `GET /result`, which also shows the results of failed consents.
pub(crate) fn told(provider: &Provider, problem: &Problem, request_id: &str, again: &Again) -> Response {
    let mut response = failed(provider, problem, request_id, again);
    *response.status_mut() = StatusCode::OK;
    response.extensions_mut().remove::<EndedWith>();
    for name in [header::RETRY_AFTER, header::REFRESH] {
        response.headers_mut().remove(name);
    }
    response
}

/// The page about a failed consent, with the status of the problem.
pub(crate) fn failed(provider: &Provider, problem: &Problem, request_id: &str, again: &Again) -> Response {
    let (title, text, next) = words(problem);
    let text = html! {
        p { (text) }
        @match (next, &again.begin) {
            (Next::Leave | Next::Wait, _) => {},
            (Next::BeginAgain, Some(begin)) => p { a.button href=(begin) { "Begin again" } },
            (Next::BeginAgain, None) => p { "For a new link, go back to the company that asked you to connect." },
            // An empty `href` is the address of the page itself.
            (Next::TryAgain, _) => p { a.button href="" { "Try again" } },
        }
        @if let Some(back) = &again.back {
            // The application's own URL, which it gave when it asked for the consent.
            p { a href=(back) { "Back to " (back.host_str().unwrap_or_default()) } }
        }
        footer { p { "If you ask for help, mention this id: " code { (request_id) } } }
    };
    let mut response = page(problem.status(), provider, title, &text);
    response.extensions_mut().insert(EndedWith(problem.code()));
    if let Some(wait) = problem.retry_after() {
        let seconds = HeaderValue::from(wait.as_secs().max(1));
        response.headers_mut().insert(header::RETRY_AFTER, seconds.clone());
        // The browser reloads the address, where the consent can still be completed.
        response.headers_mut().insert(header::REFRESH, seconds);
    }
    response
}

/// The title of the page, its text, and the next step.
fn words(problem: &Problem) -> (&'static str, &'static str, Next) {
    match (problem.code(), problem.action()) {
        (Code::ConsentDenied, _) => (
            "Nothing was connected",
            "You chose not to connect your bunq account. Nothing was shared.",
            Next::BeginAgain,
        ),
        (Code::StateInvalid, _) => (
            "This link is not known",
            "It does not belong to a connection that was begun here within the last hour. Nothing was connected by it.",
            Next::BeginAgain,
        ),
        (Code::TicketMissing, _) => (
            "Begin where you were asked",
            "This service begins a connection only for the company that asked you to connect. Go to its website or \
             app and follow the link there.",
            Next::Leave,
        ),
        (Code::TicketInvalid, _) => {
            ("This link is not known", "It may have been cut off on its way, or it is older than a month.", Next::Leave)
        }
        (Code::TicketExpired, _) => (
            "This link is too old",
            "Links to connect an account work for a short time only. Nothing was connected by it. Go back to the \
             company that asked you, for a new one.",
            Next::Leave,
        ),
        (Code::TicketUsed, _) => {
            ("This link was used", "You have consented with it already. You can close this window.", Next::Leave)
        }
        (Code::TicketWithdrawn, _) => (
            "This link was withdrawn",
            "The company that asked you to connect does not ask any more. Nothing was connected.",
            Next::Leave,
        ),
        (Code::WrongCustomer, _) => (
            "That was another bunq account",
            "The link asks the customer who is connected already to consent again. You consented as another bunq \
             customer, so nothing was connected.",
            Next::BeginAgain,
        ),
        (Code::StateExpired, _) => (
            "That took too long",
            "You came back from bunq more than ten minutes after you began. Nothing was connected.",
            Next::BeginAgain,
        ),
        (Code::OtherBrowser, _) => (
            "Begun in another browser",
            "A connection is finished in the browser that began it. If this is that browser, it did not keep this \
             site's cookie. Nothing was connected here.",
            Next::BeginAgain,
        ),
        (Code::InvalidRequest, _) => (
            "This address is not complete",
            "A part of the address that bunq sends you back with is missing. Nothing was connected by it.",
            Next::BeginAgain,
        ),
        (Code::ConsentFailed, _) => (
            "bunq did not finish",
            "bunq sent you back with an error of its own, and nothing was connected.",
            Next::BeginAgain,
        ),
        (Code::ConsentNotFound, _) => (
            "There is nothing to see here",
            "This page tells how a connection ended, for a day. Either it has not ended, or the day has passed.",
            Next::Leave,
        ),
        (Code::CodeRefused | Code::ConsentRevoked, _) => (
            "bunq did not confirm",
            "bunq does not confirm what you allowed, so nothing was connected.",
            Next::BeginAgain,
        ),
        (Code::ConnectedElsewhere, _) => (
            "Your account is already connected",
            "Your bunq account is connected to another program of this service, which must end that connection first. \
             Nothing was connected now.",
            Next::Leave,
        ),
        (Code::TooManyReferences, _) => (
            "Your account has too many connections",
            "Your bunq account is connected for 50 users of this service, which is the limit. Please contact the \
             service that sent you here. Nothing was connected now.",
            Next::Leave,
        ),
        (Code::NotOnboarded, _) => (
            "This service is not ready yet",
            "Its operator has not yet set it up at bunq. Nothing was shared. Please come back later.",
            Next::Leave,
        ),
        (_, Action::Wait) => (
            "One moment, please",
            "This takes longer than usual. Nothing is lost: this page tries again by itself, so please leave it open.",
            Next::Wait,
        ),
        (_, Action::Reauthorise) => (
            "bunq could not be reached",
            "Something went wrong between us and bunq, and nothing was connected.",
            Next::BeginAgain,
        ),
        (_, Action::Retry) => (
            "bunq could not be reached",
            "Something went wrong between us and bunq. Nothing is lost: please try again.",
            Next::TryAgain,
        ),
        (_, Action::FixRequest | Action::ContactBunq | Action::ContactSupport) => (
            "Something went wrong",
            "It is not your fault, and only the operator of this service can fix it. Please try again later.",
            Next::Leave,
        ),
    }
}

fn page(status: StatusCode, provider: &Provider, title: &str, text: &Markup) -> Response {
    let page = html! {
        (PreEscaped("<!doctype html>"))
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="stylesheet" href="assets/style.css";
            }
            body {
                main {
                    p.provider { (provider.display_name) }
                    h1 { (title) }
                    (text)
                    @if let Some(url) = &provider.support_url {
                        p.quiet { a href=(url) { "Help from " (provider.display_name) } }
                    }
                }
            }
        }
    };
    let mut response = (status, Html(page.into_string())).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    response
}
