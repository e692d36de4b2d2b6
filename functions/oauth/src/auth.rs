//! GET /auth: sends a browser to the bank's authorize page (RFC 6749 section 4.1.1).

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use shared::http::{App, Problem};

use crate::browser::Browser;

/// Connect a bunq account
///
/// Open it in the customer's browser. It leads to bunq's page, and from there back to `/callback`, within ten minutes.
#[utoipa::path(
    get,
    path = "/auth",
    operation_id = "begin_consent",
    tag = "oauth",
    responses(
        (status = 303, description = "To bunq's page.", headers(("Location", description = "bunq's page."))),
        (status = 503, description = "The deployment is not onboarded."),
    )
)]
pub(crate) async fn begin_consent(State(app): State<App>, browser: Browser) -> Result<Response, Problem> {
    let begun = app.tpp.begin_consent(browser.secret).await?;
    let mut response = StatusCode::SEE_OTHER.into_response();
    // The state is in it: it goes to this browser and nowhere else.
    let location = HeaderValue::from_str(begun.authorize_url.as_str()).map_err(|_| Problem::internal())?;
    response.headers_mut().insert(header::LOCATION, location);
    response.headers_mut().insert(header::SET_COOKIE, browser.kind.cookie(&begun.browser)?);
    Ok(response)
}
