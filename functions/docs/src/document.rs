//! The OpenAPI document of the API (<https://spec.openapis.org/oas/latest.html>), as committed in the repository.

use axum::{http::HeaderMap, response::Response};

use crate::file::{ASK_EACH_TIME, File, file};

static DOCUMENT: File = file!("openapi.json", "application/json");

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
