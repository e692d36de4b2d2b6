//! Issuer transactions: payments that a customer of any bunq account makes on bunq's own pay page, without having connected. They belong to
//! the TPP itself.

mod body;
mod issuer_transaction;
mod public;

use shared::http::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of the group.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(issuer_transaction::create_issuer_transaction, issuer_transaction::list_issuer_transactions))
        .routes(routes!(issuer_transaction::find_issuer_transaction, issuer_transaction::update_issuer_transaction))
        .routes(routes!(public::find_public_issuer_transaction))
        .routes(routes!(public::redirect_to_pay_page))
}
