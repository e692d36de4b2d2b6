//! The API's OpenAPI document. Only tests and tools build it: the functions serve `docs/openapi.json`.

use std::collections::BTreeMap;

use utoipa::openapi::{OpenApi, RefOr, Schema};

/// The schemas of bunq's answers, which `bank/schemas.py` makes of bunq's own document and of `bank/ours.toml`.
const BANK: &str = include_str!("../bank/schemas.json");

/// The whole API as OpenAPI describes it.
#[must_use]
pub fn document() -> OpenApi {
    let groups = [
        docs::document(),
        oauth::document(),
        users::document(),
        payments::document(),
        psd2::document(),
        credential_ip::document(),
        setup::document(),
    ];
    // Without them every reference to them leads nowhere, which a test of the contract finds.
    let bank = serde_json::from_str::<BTreeMap<String, RefOr<Schema>>>(BANK).unwrap_or_default();
    shared::http::document(groups, bank)
}
