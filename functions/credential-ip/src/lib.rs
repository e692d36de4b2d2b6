//! The TPP's API keys at bunq and the addresses that may use them. bunq accepts a key only from addresses that are
//! registered for it, and Lambda's addresses change. With these routes an operator detects a change and corrects it
//! while bunq still accepts the calls.

mod credential_password_ip;
mod ip;
mod redacted;

use shared::http::{App, routes};

routes! {
    /// The routes of the group.
    pub fn router() -> Router<App> {
        credential_password_ip::list_credential_password_ips,
        credential_password_ip::find_egress,
        credential_password_ip::find_credential_password_ip,
        ip::list_permitted_ips,
        ip::create_permitted_ip,
        ip::find_permitted_ip,
        ip::update_permitted_ip,
    }
}
