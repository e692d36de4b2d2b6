//! What the pages with forms share. They change something for anybody who opens them. That a form comes from a page of
//! this server is checked for every request, in `loopback`; no other page in the same browser can press their buttons.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::oauth::consent_page::policy;
use crate::wire::answer::Answer;
use crate::wire::call::value_of;

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
