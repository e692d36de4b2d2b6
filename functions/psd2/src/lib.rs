//! Issuer transactions: payments that a customer of any bunq account makes on bunq's own pay page, without having
//! connected. They belong to the TPP itself.

mod body;
mod issuer_transaction;

use shared::http::{App, routes};

routes! {
    /// The routes of the group.
    pub fn router() -> Router<App> {
        issuer_transaction::create_issuer_transaction,
        issuer_transaction::list_issuer_transactions,
        issuer_transaction::find_issuer_transaction,
        issuer_transaction::update_issuer_transaction,
        issuer_transaction::find_public_issuer_transaction,
        issuer_transaction::redirect_to_pay_page,
    }
}
