//! Accounts in one shape.

use bunq_client::account::{Account, AccountKind, AccountStatus, NotAccount};
use proptest::prelude::*;
use serde_json::{Value, json};

fn bank() -> Value {
    json!({
        "id": 60_101,
        "description": "Household\u{202e}",
        "display_name": "A. Customer",
        "currency": "EUR",
        "balance": {"currency": "EUR", "value": "-3.07"},
        "status": "ACTIVE",
        "alias": [
            {"type": "PHONE_NUMBER", "value": "+31612345678", "name": "a phone"},
            {"type": "IBAN", "value": "NL66BUNQ2055667788", "name": "A. Holder"},
        ],
    })
}

fn read(kind: &str, account: &Value) -> Account {
    Account::read(&json!({ kind: account })).unwrap()
}

#[test]
fn every_field_is_there_and_null_if_bunq_has_nothing() {
    let shape = serde_json::to_value(read("MonetaryAccountBank", &bank())).unwrap();

    let expected = json!({
        "id": 60_101, "kind": "bank", "bank_kind": "MonetaryAccountBank", "iban": "NL66BUNQ2055667788",
        "name": "Household", "holder": "A. Customer", "currency": "EUR",
        "balance": {"value": "-3.07", "currency": "EUR"}, "status": "active", "has_transactions": true,
    });
    assert_eq!(shape, expected);
    let nothing = serde_json::to_value(read("MonetaryAccountOfTomorrow", &json!({"id": 7}))).unwrap();
    let expected = json!({
        "id": 7, "kind": "other", "bank_kind": "MonetaryAccountOfTomorrow", "iban": null, "name": null, "holder": null,
        "currency": null, "balance": null, "status": "other", "has_transactions": true,
    });
    assert_eq!(nothing, expected);
}

#[test]
fn an_account_at_another_bank_has_no_transactions() {
    let nulls = json!({"id": 7, "alias": [null, {"type": null, "value": null}], "currency": null, "balance": null});
    for (kind, is) in [
        ("MonetaryAccountExternal", AccountKind::External),
        ("MonetaryAccountExternalSavings", AccountKind::ExternalSavings),
    ] {
        let account = read(kind, &nulls);
        assert_eq!((account.kind, account.has_transactions, account.iban), (is, false, None));
    }
    for kind in ["MonetaryAccountJoint", "MonetaryAccountSavings", "MonetaryAccountCard", "MonetaryAccountLight"] {
        assert!(read(kind, &bank()).has_transactions);
    }
}

#[test]
fn a_holder_without_a_display_name_is_named_by_the_iban() {
    let mut savings = bank();
    savings["display_name"] = json!(null);
    savings["status"] = json!("PENDING_REOPEN");

    let savings = read("MonetaryAccountSavings", &savings);

    assert_eq!((savings.holder.as_deref(), savings.status), (Some("A. Holder"), AccountStatus::PendingReopen));
    assert_eq!(format!("{savings:?}"), "Account(60101)");
}

#[test]
fn a_value_that_is_not_an_account_is_refused() {
    for value in [json!(null), json!([]), json!({}), json!({"MonetaryAccountBank": {"id": 0}}), json!({"id": 7})] {
        assert_eq!(Account::read(&value), Err(NotAccount), "{value}");
    }
}

proptest! {
    #[test]
    fn whatever_the_fields_hold_an_account_with_an_id_is_read(
        fields in proptest::collection::vec((0..6_usize, 0..8_usize), 0..8),
    ) {
        let mut account = bank();
        let names: Vec<String> = account.as_object().unwrap().keys().filter(|name| *name != "id").cloned().collect();
        let values = [json!(null), json!(true), json!(-1), json!("x"), json!([1]), json!({}), json!([{}]), json!({"value": 3})];
        for (name, value) in fields {
            account[&names[name % names.len()]] = values[value].clone();
        }

        let shape = serde_json::to_value(read("MonetaryAccountCard", &account)).unwrap();

        prop_assert_eq!(shape.as_object().unwrap().len(), 10);
    }
}
