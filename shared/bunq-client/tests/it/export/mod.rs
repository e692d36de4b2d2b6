//! Transactions as CSV and as a statement of ISO 20022.

mod camt;
mod csv;

use bunq_client::transaction::Transaction;
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn payment(id: u64, value: &str, after: &str) -> Value {
    json!({
        "id": id,
        "monetary_account_id": 60_101,
        "created": "2026-03-28 23:30:00.123456",
        "updated": "2026-03-29 00:00:01.000000",
        "amount": {"currency": "EUR", "value": value},
        "description": "Invoice 17",
        "type": "EBA_SCT",
        "sub_type": "SCT",
        "merchant_reference": null,
        "alias": {"iban": "NL66BUNQ2055667788", "display_name": "A. Customer"},
        "counterparty_alias": {"iban": "NL91ABNA0417164300", "display_name": "J. Jansen"},
        "balance_after_mutation": {"currency": "EUR", "value": after},
    })
}

fn with(mut payment: Value, field: &str, value: Value) -> Value {
    payment[field] = value;
    payment
}

fn read(payment: &Value) -> Transaction {
    Transaction::read(60_101, payment, at("2026-03-30T12:00:00Z")).unwrap()
}

/// Payments of any texts: the fields that strangers choose, and the bank's own.
fn payments() -> impl Strategy<Value = Vec<Value>> {
    let text = || prop_oneof![".{0,300}", "[\\x00-\\x20<>&'\"=+@;,\r\n\u{fffe}-]{0,12}", "[A-Z_]{1,8}"];
    let value = prop_oneof!["-?[0-9]{1,9}\\.[0-9]{2}", "-?[0-9]{1,30}(\\.[0-9]{1,8})?", ".{0,4}"];
    let currency = prop_oneof![Just("EUR".to_owned()), text()];
    let texts = proptest::collection::vec(text(), 9);
    let one =
        (1..u64::MAX >> 1, value.clone(), value, currency, texts).prop_map(|(id, value, after, currency, texts)| {
            let mut made = payment(id, &value, &after);
            made["amount"]["currency"] = json!(currency);
            for (place, field) in ["description", "type", "sub_type", "merchant_reference"].into_iter().enumerate() {
                made[field] = json!(texts[place]);
            }
            made["counterparty_alias"] =
                json!({"display_name": texts[4], "iban": texts[5], "merchant_category_code": texts[6]});
            made["alias"] = json!({"display_name": texts[7], "iban": texts[8]});
            made
        });
    proptest::collection::vec(one, 0..6)
}
