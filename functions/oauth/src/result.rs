//! `GET /result`: the page that shows a customer the result of their consent. `/callback` redirects here
//! (post/redirect/get), so that the address bar contains neither code nor state, and a reload has no effect.

use axum::{Extension, http::HeaderMap};
use shared::{
    http::prelude::*,
    store::AttemptRefused,
    telemetry::audit::{Fact, ObjectId, note},
    tpp::{ConsentError, ConsentResult},
    types::ids::{ConsentId, UserId},
};

use crate::{
    browser::wants_page,
    page::{self, Again},
};

/// Why a callback belongs to no consent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reason {
    Refused(AttemptRefused),
    Incomplete,
}

impl Reason {
    const ALL: [Self; 4] = [
        Self::Refused(AttemptRefused::Unknown),
        Self::Refused(AttemptRefused::TooLate),
        Self::Refused(AttemptRefused::OtherBrowser),
        Self::Incomplete,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Refused(AttemptRefused::Unknown) => "unknown",
            Self::Refused(AttemptRefused::TooLate) => "too-late",
            Self::Refused(AttemptRefused::OtherBrowser) => "other-browser",
            Self::Incomplete => "incomplete",
        }
    }

    fn problem(self) -> Problem {
        match self {
            Self::Refused(refused) => ConsentError::Refused(refused).into(),
            Self::Incomplete => incomplete(),
        }
    }
}

/// The problem of a redirect that lacks a parameter, or repeats one.
pub(crate) fn incomplete() -> Problem {
    Problem::invalid_query("must hold one `state`, and one `code` or `error`")
}

/// The subject of the page: a consent, or the reason why there is none.
#[derive(Clone, Copy, Debug)]
pub(crate) enum About {
    Consent(ConsentId),
    Reason(Reason),
}

/// Redirects the browser to the page. The address is relative, because a stage may prefix the path.
pub(crate) fn redirect(about: About) -> Redirect {
    Redirect::to(&match about {
        About::Consent(id) => format!("result?consent_id={id}"),
        About::Reason(reason) => format!("result?reason={}", reason.as_str()),
    })
}

/// Show the result of a consent
///
/// Needs no API key: `/callback` redirects browsers to this page.
#[utoipa::path(
    get,
    path = "/result",
    params(
        ("consent_id" = Option<String>, Query, description = "As `/callback` names it."),
        ("reason" = Option<String>, Query, description = "Why there is no such consent, as `/callback` names it."),
    ),
    responses(
        (
            status = 200, description = "A page that tells who is connected, or why nobody is.",
            body = String, content_type = "text/html; charset=utf-8"
        ),
        Problems<(NoSuchConsent, OfStore)>,
    )
)]
pub(crate) async fn show_result(
    State(app): State<App>,
    Extension(RequestId(request_id)): Extension<RequestId>,
    headers: HeaderMap,
    query: QueryParameters,
) -> Response {
    match result(&app, query).await {
        Ok(Told::Done(user_id)) => page::connected(&app.tpp.config.provider, user_id),
        // The page exists, so its status is 200, even if the consent failed.
        Ok(Told::Failed(problem, again)) => page::told(&app.tpp.config.provider, &problem, &request_id, &again),
        Err(problem) if wants_page(&headers) => {
            page::failed(&app.tpp.config.provider, &problem, &request_id, &Again::of(&app))
        }
        Err(problem) => problem.into_response(),
    }
}

/// The content of the page.
enum Told {
    Done(Option<UserId>),
    Failed(Problem, Again),
}

async fn result(app: &App, query: QueryParameters) -> Result<Told, Problem> {
    let (id, reason) = query.read_some(|parameters| {
        (parameters.optional::<String>("consent_id", ""), parameters.optional::<String>("reason", ""))
    })?;
    if let Some(id) = id.and_then(|id| id.parse::<ConsentId>().ok()) {
        note(Fact::Object(ObjectId::Uuid(id.into())));
        return match app.tpp.consents.result(id).await?.ok_or_else(Problem::no_such_consent)? {
            ConsentResult::Done(user_id) => Ok(Told::Done(user_id)),
            ConsentResult::Failed { error, is_open: true, .. } => Ok(Told::Failed(error.into(), Again::of(app))),
            ConsentResult::Failed { error, can_begin, back, is_open: false } => {
                let begin = can_begin.then(|| format!("auth?again={id}"));
                Ok(Told::Failed(error.into(), Again { begin, back }))
            }
        };
    }
    let reason = reason.and_then(|text| Reason::ALL.into_iter().find(|reason| reason.as_str() == text));
    Ok(Told::Failed(reason.ok_or_else(Problem::no_such_consent)?.problem(), Again::of(app)))
}
