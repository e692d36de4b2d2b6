//! The API's OpenAPI document. Only tests and tools build it: the functions serve `docs/openapi.json`.

use std::collections::BTreeMap;

use utoipa::openapi::{OpenApi, RefOr, Schema};

/// The schemas of bunq's answers. `bank/schemas.py` generates them from bunq's own document and `bank/ours.toml`.
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
    // If the file is invalid, every reference to these schemas is broken, and a contract test fails.
    let bank = serde_json::from_str::<BTreeMap<String, RefOr<Schema>>>(BANK).unwrap_or_default();
    shared::http::document(groups, bank)
}
