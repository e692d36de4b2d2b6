//! Shows the address from which the bank sees the caller. The answer is plain text with a line feed, as from services
//! on the internet.

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;

use crate::desk::SharedDesk;
use crate::wire::call::{Peer, address};

pub(super) async fn show(
    State(desk): State<SharedDesk>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
) -> String {
    format!("{}\n", address(&headers, peer, desk.lock().bank.settings.egress_ip))
}
