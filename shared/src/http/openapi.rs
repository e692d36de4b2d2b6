//! The part of the OpenAPI document that all functions share.

use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};

use super::problem::Wire;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "bunq TPP",
        description = "Connect bunq customers and read their accounts as a PSD2 third-party provider.",
    ),
    components(schemas(Wire<'static>)),
    modifiers(&ApiKeyScheme)
)]
struct Base;

struct ApiKeyScheme;

impl Modify for ApiKeyScheme {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("api_key", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

/// Title, problem schema and key scheme, without any route.
#[must_use]
pub fn base() -> utoipa::openapi::OpenApi {
    Base::openapi()
}
