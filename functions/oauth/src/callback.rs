//! GET /callback: where the bank sends the browser back to (RFC 6749 section 4.1.2).

use axum::{
    Extension, Json,
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use shared::{
    http::{
        Action, App, Code, Problem, RequestId,
        openapi::{AfterConsent, AtBank, Problems},
    },
    store::Connection,
    telemetry::{Metric, audit, count},
    tpp::{CallbackParameters, ConsentError},
    types::{
        deadline::Deadline,
        ids::UserId,
        secret::{AuthorizationCode, OauthState},
    },
};

use tracing::{Span, field};

use crate::{
    browser::{Browser, wants_page},
    page,
};

/// What stands in the query. Nothing of it is ever shown again.
#[derive(Deserialize)]
pub(crate) struct Returned {
    state: OauthState,
    code: Option<AuthorizationCode>,
    error: Option<String>,
}

/// A customer is connected.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Connected {
    /// Always `OAuth success`.
    #[schema(example = "OAuth success")]
    message: &'static str,
    /// Our name for the customer: what stands in every path from now on.
    #[schema(value_type = String, format = Uuid)]
    new_user_id: UserIdSchema,
}

/// A UUID.
#[derive(Serialize)]
struct UserIdSchema(UserId);

/// Where bunq sends the customer back to
///
/// No key: a browser comes here from bunq. Answers JSON, or a page in place of any answer where `Accept` names `text/html`. Where bunq is busy nothing is lost: the same
/// address works again after `Retry-After`.
#[utoipa::path(
    get,
    path = "/callback",
    operation_id = "complete_consent",
    tag = "oauth",
    params(
        ("state" = String, Query, description = "As `/auth` made it; works once, in the same browser, for ten minutes."),
        ("code" = Option<String>, Query, description = "From bunq."),
        ("error" = Option<String>, Query, description = "From bunq, where the customer said no."),
    ),
    responses(
        (status = 200, description = "Connected.", content((Connected = "application/json"), (String = "text/html"))),
        Problems<(AfterConsent, AtBank)>,
    )
)]
pub(crate) async fn complete_consent(
    State(app): State<App>,
    Extension(RequestId(request_id)): Extension<RequestId>,
    deadline: Deadline,
    browser: Browser,
    headers: HeaderMap,
    returned: Result<Query<Returned>, QueryRejection>,
) -> Response {
    let known = browser.secret.is_some();
    let completed = complete(&app, browser, returned, deadline).await;
    note(&completed, known);
    if wants_page(&headers) {
        return match completed {
            Ok(connection) => page::connected(connection.user_id),
            Err(problem) => page::failed(&problem, &request_id),
        };
    }
    match completed {
        Ok(connection) => {
            Json(Connected { message: "OAuth success", new_user_id: UserIdSchema(connection.user_id) }).into_response()
        }
        Err(problem) => problem.into_response(),
    }
}

async fn complete(
    app: &App,
    browser: Browser,
    returned: Result<Query<Returned>, QueryRejection>,
    deadline: Deadline,
) -> Result<Connection, Problem> {
    let Query(Returned { state, code, error }) =
        returned.map_err(|_| Problem::invalid("query", "must hold one `state`, and one `code` or `error`"))?;
    // Without the cookie the state cannot be this browser's; whether it exists is not said.
    let browser = browser.secret.ok_or(ConsentError::StateRefused)?;
    let code = if error.is_some() { None } else { code };
    Ok(app.tpp.complete_consent(CallbackParameters { state, code }, &browser, deadline).await?)
}

/// For the audit, and the figures that somebody is woken by. No figure is a customer who says no, one who is asked to wait and loses nothing, and
/// anybody who calls without having begun.
fn note(completed: &Result<Connection, Problem>, known: bool) {
    let outcome = match completed {
        Ok(connection) => {
            Span::current().record("user_id", field::display(connection.user_id));
            "done"
        }
        Err(problem) => problem.code().as_str(),
    };
    let is_refused = |problem: &Problem| {
        known
            && problem.action() != Action::Wait
            && !matches!(problem.code(), Code::ConsentDenied | Code::InvalidRequest)
    };
    if completed.as_ref().is_err_and(is_refused) {
        count(Metric::ConsentsRefused);
    }
    audit("complete_consent", outcome);
}
