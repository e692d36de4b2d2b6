//! `GET /auth`: redirects a browser to the bank's authorize page (RFC 6749 section 4.1.1).

use axum::{
    Extension,
    http::{HeaderMap, Method},
};
use shared::{
    http::prelude::*,
    store::TicketRefused,
    tpp::{Start, StartError},
    types::secret::ConsentTicket,
};

use crate::{
    browser::{Browser, only_looks_ahead, wants_page},
    page::{self, Again},
};

/// Connect a bunq account
///
/// Needs no API key: open this address in the customer's browser. It redirects to bunq's page, and bunq redirects back
/// to `/callback`. The customer has ten minutes for this. `ticket` is part of the `url` that `POST /consents` returns.
/// A ticket works in one browser, which can open it again until the customer has consented. Without a ticket, the
/// connection has no reference and belongs to the workspace `default`; a deployment may refuse this (`OPEN_CONSENT`).
/// Unknown parameters are ignored. A prefetch has no effect.
#[utoipa::path(
    get,
    path = "/auth",
    params(
        ("ticket" = Option<String>, Query, description = "Of the consent to begin."),
        ("again" = Option<String>, Query, description = "The `consent_id` of a consent that this browser has opened: our own pages begin it again."),
    ),
    responses(
        (
            status = 303, description = "To bunq's page.",
            headers(
                ("Location" = String, description = "bunq's page."),
                ("Set-Cookie" = String, description = "Binds the consent to this browser."),
            )
        ),
        Problems<(BeforeConsent, LooksAhead, NotReady, OfStore)>,
    )
)]
pub(crate) async fn begin_consent(
    State(app): State<App>,
    Extension(RequestId(request_id)): Extension<RequestId>,
    browser: Browser,
    method: Method,
    headers: HeaderMap,
    query: QueryParameters,
) -> Response {
    if only_looks_ahead(&method, &headers) {
        return Problem::looks_ahead().into_response();
    }
    let begun = begin(&app, browser, query).await;
    match begun {
        Ok(response) => response,
        Err(problem) if wants_page(&headers) => {
            page::failed(&app.tpp.config.provider, &problem, &request_id, &Again::of(&app))
        }
        Err(problem) => problem.into_response(),
    }
}

async fn begin(app: &App, browser: Browser, query: QueryParameters) -> Result<Response, Problem> {
    let unknown = || Problem::from(StartError::Refused(TicketRefused::Unknown));
    let read = query.read_some(|parameters| ["ticket", "again"].map(|name| parameters.optional::<String>(name, "")));
    // We never create an address with a duplicated parameter.
    let start = match read.map_err(|_| unknown())? {
        // A link with an empty ticket is broken. Without the ticket the consent would lose its reference and return
        // address.
        [Some(ticket), _] => Start::Ticket(ConsentTicket::of_our_form(&ticket).ok_or_else(unknown)?),
        [None, Some(id)] => Start::Again(id.parse().map_err(|_| unknown())?),
        [None, None] => Start::Open,
    };
    let begun = app.tpp.consents.begin(start, &browser.secrets).await?;
    let cookie = [(header::SET_COOKIE, browser.cookie(&begun.browser)?)];
    // The address contains the state, so it is sent to this browser only.
    Ok((cookie, Redirect::to(begun.authorize_url.as_str())).into_response())
}
