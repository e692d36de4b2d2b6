//! The assets of the pages: a fixed set of files.

use axum::{
    extract::{Path, rejection::PathRejection},
    http::HeaderMap,
    response::Response,
};
use shared::http::{
    Problem,
    openapi::{Problems, UnknownRoute},
};

use crate::file::{File, KEEP_AN_HOUR, file};

/// The files of `/assets`. `/docs` uses Swagger UI: <https://github.com/swagger-api/swagger-ui>. Its licence is one of
/// the files.
static ASSETS: [File; 7] = [
    file!("docs.css", "text/css; charset=utf-8"),
    file!("docs.js", "text/javascript; charset=utf-8"),
    file!("icon.svg", "image/svg+xml"),
    file!("style.css", "text/css; charset=utf-8"),
    file!("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    file!("swagger-ui-license.txt", "text/plain; charset=utf-8"),
    file!("swagger-ui.css", "text/css; charset=utf-8"),
];

/// Get a style, script or picture of the pages
///
/// The pages refer to the available files by name.
#[utoipa::path(
    get,
    path = "/assets/{file}",
    params(("file" = String, Path, description = "As the pages name it.")),
    responses(
        (
            status = 200, description = "The file.", headers(("ETag", description = "Names this version.")),
            content(
                (String = "image/svg+xml"), (String = "text/css"),
                (String = "text/javascript"), (String = "text/plain"),
            )
        ),
        (status = 304, description = "It is still what `If-None-Match` names."),
        Problems<UnknownRoute>,
    )
)]
pub(crate) async fn find_asset(
    name: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asset = name.ok().and_then(|Path(name)| ASSETS.iter().find(|file| file.name == name));
    Ok(asset.ok_or_else(Problem::route_not_found)?.answer(&headers, KEEP_AN_HOUR))
}
