//! Which address the bank sees a caller from, as services on the internet tell it: plain text and a line feed.

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;

use crate::bank::SharedBank;
use crate::server::Peer;
use crate::wire::call::address;

pub(super) async fn show(
    State(bank): State<SharedBank>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
) -> String {
    format!("{}\n", address(&headers, peer, bank.lock().settings.egress_ip))
}
