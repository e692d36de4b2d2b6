//! The two pages, and the OpenAPI document (<https://spec.openapis.org/oas/latest.html>), as committed in the
//! repository. The pages contain no inline scripts or styles, so their content security policies forbid these.

use std::sync::Arc;

use axum::{
    Extension,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};

use crate::file::{ASK_EACH_TIME, File, file};

static DOCUMENT: File = file!("openapi.json", "application/json");
static DOCS: File = file!("docs.html", "text/html; charset=utf-8");

/// The policy of the start page: no scripts.
const HOME_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
/// The policy of the documentation: scripts of this origin, and requests to this origin only.
const DOCS_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// Show the start page
///
/// For a customer who is about to connect, and for a developer.
#[utoipa::path(
    get,
    path = "/",
    responses((status = 200, description = "A page.", body = String, content_type = "text/html"))
)]
pub(crate) async fn show_home(Extension(home): Extension<Arc<File>>, headers: HeaderMap) -> Response {
    page(&home, HOME_POLICY, &headers)
}

/// Show this API description as a page
///
/// The page can send requests, with an API key.
#[utoipa::path(
    get,
    path = "/docs",
    responses((status = 200, description = "A page.", body = String, content_type = "text/html"))
)]
pub(crate) async fn show_docs(headers: HeaderMap) -> Response {
    page(&DOCS, DOCS_POLICY, &headers)
}

/// Get this API description as JSON
///
/// For generators of clients, and for tools that read OpenAPI 3.1.
#[utoipa::path(
    get,
    path = "/openapi.json",
    responses(
        (
            status = 200, description = "The OpenAPI document.", body = Object,
            headers(("ETag", description = "Names this version."))
        ),
        (status = 304, description = "It is still what `If-None-Match` names."),
    )
)]
pub(crate) async fn find_document(headers: HeaderMap) -> Response {
    DOCUMENT.answer(&headers, ASK_EACH_TIME)
}

fn page(file: &File, policy: HeaderValue, request: &HeaderMap) -> Response {
    let mut response = file.answer(request, ASK_EACH_TIME);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}
