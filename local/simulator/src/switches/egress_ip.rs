//! Which address the bank sees a caller from, as services on the internet tell it: plain text and a line feed.

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
