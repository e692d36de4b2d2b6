//! What the pages with forms share. They change something for whoever opens them, so they take their forms from
//! themselves only; no other page in the same browser can press their buttons.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::oauth::consent_page::policy;
use crate::wire::answer::Answer;
use crate::wire::call::value_of;

/// Whether a form was sent from a page of this server, as far as the browser says. A terminal says nothing.
pub(crate) fn is_own(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let host = text(header::HOST.as_str()).unwrap_or_default();
    let same_host = |origin: &str| {
        let rest = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        rest.is_some_and(|rest| rest == host)
    };
    text("sec-fetch-site").is_none_or(|site| site == "same-origin")
        && text(header::ORIGIN.as_str()).is_none_or(same_host)
}

/// A whole number in a form.
pub(crate) fn number(form: &[u8], name: &str) -> Option<u64> {
    value_of(form, name)?.parse().ok()
}

/// A page that loads its stylesheet and nothing else. Its form leads here, and from here to `origin`.
pub(crate) fn page(status: u16, html: String, origin: &str) -> Answer {
    let mut answer = Answer::html(status, html);
    answer.set(header::CONTENT_SECURITY_POLICY, &policy(origin));
    answer.set(header::CACHE_CONTROL, "no-store");
    answer
}

pub(crate) fn response(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, answer.headers, answer.body).into_response()
}
