//! How a bunq customer connects. `/auth`, `/callback` and `/result` need no API key, since a browser opens them. The
//! owner's application asks for consents at `/consents`, and claims the connections of its customers there.

mod auth;
mod browser;
mod callback;
mod consents;
mod page;
mod result;

use shared::http::{App, routes};

routes! {
    /// The routes of the group.
    pub fn router() -> Router<App> {
        auth::begin_consent,
        callback::complete_consent,
        result::show_result,
        consents::create_consent,
        consents::list_consents,
        consents::find_consent,
        consents::delete_consent,
        consents::claim_consent,
    }
}
