//! `GET /callback`: the address to which the bank redirects the browser back (RFC 6749 section 4.1.2).

use axum::{
    Extension,
    http::{HeaderMap, Method},
};
use serde::Serialize;
use shared::{
    http::{Action, Code, EndedWith, prelude::*},
    store::AttemptRefused,
    telemetry::{Metric, count},
    tpp::{CallbackParameters, Completed, Connected, ConsentAnswer, ConsentError, ReturnTo},
    types::{
        deadline::Deadline,
        ids::UserId,
        secret::{AuthorizationCode, BrowserSecret, OauthState, Secret as _},
    },
};
use tracing::{Span, field};

use crate::{
    browser::{Browser, only_looks_ahead, wants_page},
    page::{self, Again},
    result::{About, Reason, incomplete, redirect},
};

/// The answer for a customer who is now connected.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Connected)]
pub(crate) struct ConnectedAnswer {
    /// Always `OAuth success`.
    #[schema(example = "OAuth success")]
    message: &'static str,
    /// Our id of the customer: it is part of every path from now on.
    #[schema(value_type = uuid::Uuid)]
    new_user_id: UserId,
}

/// Complete a consent after bunq's redirect
///
/// Needs no API key: bunq redirects the customer's browser to this address. If `Accept` names `text/html`, the answer
/// is a redirect to a page that shows the result; otherwise it is JSON. After a consent with a `return_url`, the answer
/// is always a redirect to that URL; the connection then waits for `POST /consents/{consent_id}/claim`. A browser may
/// send the same address twice, also at once: both requests get the same answer. If bunq is busy, nothing is lost: the
/// same address works again after `Retry-After`. The answer contains nothing of bunq's own texts. Unknown parameters
/// are ignored. A prefetch has no effect.
#[utoipa::path(
    get,
    path = "/callback",
    params(
        ("state" = String, Query, description = "As `/auth` made it; works in the same browser, for ten minutes.", min_length = 1),
        ("code" = Option<String>, Query, description = "From bunq.", min_length = 1),
        ("error" = Option<String>, Query, description = "From bunq: `access_denied` if the customer denied the consent.", min_length = 1),
    ),
    responses(
        (
            status = 200, description = "Connected.", body = ConnectedAnswer,
            headers(("Set-Cookie" = String, description = "A new secret for the browser's next consent."))
        ),
        (
            status = 303, description = "To the consent's `return_url`, with `consent_id` and `proof`; or to the page that tells the result.",
            headers(
                ("Location" = String, description = "Where the browser goes."),
                ("Set-Cookie" = String, description = "A new secret for the browser's next consent, after a success."),
            )
        ),
        Problems<(AfterConsent, AtBank, LooksAhead)>,
    )
)]
pub(crate) async fn complete_consent(
    State(app): State<App>,
    Extension(RequestId(request_id)): Extension<RequestId>,
    RequestDeadline(deadline): RequestDeadline,
    browser: Browser,
    method: Method,
    headers: HeaderMap,
    query: QueryParameters,
) -> Response {
    if only_looks_ahead(&method, &headers) {
        return Problem::looks_ahead().into_response();
    }
    let (completed, about) = complete(&app, &browser, query, deadline).await;
    note(&completed, about);
    let mut response = match (&completed, wants_page(&headers), about) {
        // The address contains the proof, so it is sent to this browser only.
        (Ok(Connected::Return(ReturnTo(url))), _, _) => Redirect::to(url.as_str()).into_response(),
        (_, true, Some(about)) => redirect(about).into_response(),
        (Err(problem), true, None) => page::failed(&app.tpp.config.provider, problem, &request_id, &Again::of(&app)),
        (Ok(Connected::Now(user_id)), _, _) => {
            Json(ConnectedAnswer { message: "OAuth success", new_user_id: *user_id }).into_response()
        }
        (Err(problem), false, _) => problem.clone().into_response(),
    };
    if let Err(problem) = &completed {
        // The log also gets a problem that the browser sees as a page or as a redirect.
        response.extensions_mut().insert(EndedWith(problem.code()));
    }
    if completed.is_ok()
        && let Ok(cookie) = browser.cookie(&BrowserSecret::random())
    {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Completes the consent. Also returns the subject of the page that shows the result; `None` if the same address works
/// again.
async fn complete(
    app: &App,
    browser: &Browser,
    query: QueryParameters,
    deadline: Deadline,
) -> (Result<Connected, Problem>, Option<About>) {
    let Completed { ended, result } = match read(query) {
        Ok(Some(returned)) => app.tpp.consents.complete(returned, &browser.secrets, deadline).await,
        Ok(None) => ConsentError::Refused(AttemptRefused::Unknown).into(),
        Err(problem) => return (Err(problem), Some(About::Reason(Reason::Incomplete))),
    };
    let about = match (ended, &result) {
        (Some(id), _) => Some(About::Consent(id)),
        (None, Err(ConsentError::Refused(refused))) => Some(About::Reason(Reason::Refused(*refused))),
        (None, _) => None,
    };
    // The browser has no API key, so bunq's own text goes to the log only.
    (result.map_err(|error| Problem::from(error).for_public()), about)
}

/// Reads the parameters of the bank's redirect; `None` if its state never came from us. No answer repeats them.
fn read(query: QueryParameters) -> Result<Option<CallbackParameters>, Problem> {
    let read =
        query.read_some(|parameters| ["state", "code", "error"].map(|name| parameters.optional::<String>(name, "")));
    let [state, code, error] = read.map_err(|_| incomplete())?;
    // A parameter without a value counts as absent (RFC 6749 section 3.1).
    let [state, code, error] = [state, code, error].map(|text| text.filter(|text| !text.is_empty()));
    let answer = match (code, error.as_deref()) {
        (_, Some("access_denied")) => ConsentAnswer::Denied,
        (_, Some(_)) => ConsentAnswer::Failed,
        (Some(code), None) => ConsentAnswer::Code(AuthorizationCode::parse(code).map_err(|_| incomplete())?),
        (None, None) => return Err(incomplete()),
    };
    let state = state.ok_or_else(incomplete)?;
    Ok(OauthState::of_our_form(&state).map(|state| CallbackParameters { state, answer }))
}

/// Writes the result to the log and counts it for an alarm. The metric counts our own consents that failed. It does not
/// count a customer who refuses, a customer who only has to wait, or a caller who has started no consent.
fn note(completed: &Result<Connected, Problem>, about: Option<About>) {
    if let Ok(Connected::Now(user_id)) = completed {
        Span::current().record("user_id", field::display(user_id));
    }
    let is_failed = |problem: &Problem| {
        matches!(about, Some(About::Consent(_)))
            && problem.action() != Action::Wait
            && !matches!(problem.code(), Code::ConsentDenied | Code::ConnectedElsewhere | Code::TooManyReferences)
    };
    if completed.as_ref().is_err_and(is_failed) {
        count(Metric::ConsentsRefused);
    }
}
