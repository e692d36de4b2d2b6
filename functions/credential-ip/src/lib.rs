//! The TPP's API keys at bunq and the addresses that may use them. bunq takes a key only from addresses that it was told, and Lambda's addresses
//! change: this is how a deployment sees that, and mends it while it still can.

mod credential_password_ip;
mod egress;
mod ip;
mod redacted;

use shared::http::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of the group.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(credential_password_ip::list_credential_password_ips))
        .routes(routes!(egress::find_egress))
        .routes(routes!(credential_password_ip::find_credential_password_ip))
        .routes(routes!(ip::list_permitted_ips, ip::create_permitted_ip))
        .routes(routes!(ip::find_permitted_ip, ip::update_permitted_ip))
}
