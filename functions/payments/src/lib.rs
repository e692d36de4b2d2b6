//! The payments of a connected customer's accounts, transactions, drafts of payments, and requests for money.

mod body;
mod camt;
mod csv;
mod cursor;
mod draft_payment;
mod format;
mod json;
mod listing;
mod pages;
mod paid;
mod payment;
mod period;
mod request_inquiry;
mod sync;
mod transaction;
mod view;
mod walk;

use shared::http::{App, routes};

routes! {
    /// The routes of the group.
    pub fn router() -> Router<App> {
        payment::list_payments,
        payment::find_payment,
        transaction::list_transactions,
        transaction::find_transaction,
        sync::sync_transactions,
        request_inquiry::create_request_inquiry,
        request_inquiry::list_request_inquiries,
        request_inquiry::find_request_inquiry,
        request_inquiry::update_request_inquiry,
        draft_payment::create_draft_payment,
        draft_payment::list_draft_payments,
        draft_payment::find_draft_payment,
        draft_payment::update_draft_payment,
    }
}
