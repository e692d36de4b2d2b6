//! GET /auth: sends a browser to the bank's authorize page (RFC 6749 section 4.1.1).

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use shared::{
    http::{
        App, Problem, QueryParameters, RequestId,
        openapi::{LooksAhead, NotReady, OfStore, Problems, WrongRequest},
    },
    telemetry::audit,
    types::reference::Reference,
};

use crate::{
    browser::{Browser, only_looks_ahead, wants_page},
    page,
};

/// Connect a bunq account
///
/// No key: open it in the customer's browser. It leads to bunq's page, and from there back to `/callback`, within ten minutes. Unknown
/// parameters are ignored. A prefetch does nothing.
#[utoipa::path(
    get,
    path = "/auth",
    operation_id = "begin_consent",
    tag = "oauth",
    params(("reference" = Option<String>, Query, description = "Your own name for the customer: kept on the connection, and listed with it. Whoever opens the link says it: it proves nothing of who they are.", min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._-]+$", example = "customer-17")),
    responses(
        (
            status = 303, description = "To bunq's page.",
            headers(
                ("Location" = String, description = "bunq's page."),
                ("Set-Cookie" = String, description = "Binds the consent to this browser."),
            )
        ),
        Problems<(WrongRequest, LooksAhead, NotReady, OfStore)>,
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
    audit("begin_consent", begun.as_ref().err().map_or("done", |problem| problem.code().as_str()));
    match begun {
        Ok(response) => response,
        Err(problem) if wants_page(&headers) => page::failed(&problem, &request_id),
        Err(problem) => problem.into_response(),
    }
}

async fn begin(app: &App, browser: Browser, query: QueryParameters) -> Result<Response, Problem> {
    let must = "must be 1 to 64 of a-z, A-Z, 0-9, dot, underscore and dash";
    let reference = query.read_some(|parameters| parameters.optional::<Reference>("reference", must))?;
    let begun = app.tpp.begin_consent(browser.secrets.first().cloned(), reference).await?;
    let mut response = StatusCode::SEE_OTHER.into_response();
    // The state is in it: it goes to this browser and nowhere else.
    let location = HeaderValue::from_str(begun.authorize_url.as_str()).map_err(|_| Problem::internal())?;
    response.headers_mut().insert(header::LOCATION, location);
    response.headers_mut().insert(header::SET_COOKIE, browser.cookie(&begun.browser)?);
    Ok(response)
}
