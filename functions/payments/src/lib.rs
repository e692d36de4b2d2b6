//! What came in and went out of a connected customer's accounts, and how money is asked for and drafted.

mod body;
mod draft_payment;
mod paid;
mod payment;
mod request_inquiry;
mod walk;

use shared::http::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of the group.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(payment::list_payments))
        .routes(routes!(payment::find_payment))
        .routes(routes!(request_inquiry::create_request_inquiry))
        .routes(routes!(request_inquiry::list_request_inquiries))
        .routes(routes!(request_inquiry::find_request_inquiry, request_inquiry::update_request_inquiry))
        .routes(routes!(draft_payment::create_draft_payment))
        .routes(routes!(draft_payment::list_draft_payments))
        .routes(routes!(draft_payment::find_draft_payment, draft_payment::update_draft_payment))
}
