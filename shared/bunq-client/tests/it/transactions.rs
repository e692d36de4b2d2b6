//! Payments in one shape.

use bunq_client::transaction::{Direction, Method, Mutability, NotPayment, PartyType, Transaction, TransactionType};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

fn now() -> Timestamp {
    "2026-03-30T12:00:00Z".parse().unwrap()
}

fn read(payment: &Value) -> Transaction {
    Transaction::read(60_101, payment, now()).unwrap()
}

fn label(name: &str, iban: Option<&str>, user: Option<&str>) -> Value {
    json!({"iban": iban, "display_name": name, "label_user": {"uuid": user, "display_name": name}})
}

fn payment(bank_type: &str, sub_type: &str, value: &str) -> Value {
    json!({
        "id": 71_234,
        "monetary_account_id": 60_101,
        "created": "2026-03-28 23:30:00.123456",
        "updated": "2026-03-29 00:00:01.000000",
        "amount": {"currency": "EUR", "value": value},
        "description": "Invoice 17",
        "type": bank_type,
        "sub_type": sub_type,
        "merchant_reference": null,
        "alias": label("A. Customer", Some("NL66BUNQ2055667788"), Some("u-1")),
        "counterparty_alias": label("J. Jansen", Some("NL91ABNA0417164300"), None),
        "balance_after_mutation": {"currency": "EUR", "value": "-3.07"},
    })
}

fn with(mut payment: Value, field: &str, value: Value) -> Value {
    payment[field] = value;
    payment
}

#[test]
fn every_field_is_there_and_null_if_bunq_has_nothing() {
    let shape = serde_json::to_value(read(&payment("EBA_SCT", "SCT", "-12.50"))).unwrap();

    let expected = json!({
        "id": "60101.71234",
        "account_id": 60_101,
        "status": "booked",
        "mutability": "mutable",
        "booked_at": "2026-03-28T23:30:00.123456Z",
        "booking_date": "2026-03-29",
        "updated_at": "2026-03-29T00:00:01.000000Z",
        "amount": {"value": "-12.50", "currency": "EUR"},
        "direction": "out",
        "original_amount": null,
        "counterparty": {"name": "J. Jansen", "iban": "NL91ABNA0417164300", "type": "account"},
        "own": {"name": "A. Customer", "iban": "NL66BUNQ2055667788", "type": "account"},
        "internal": false,
        "remittance": "Invoice 17",
        "reference": null,
        "end_to_end_id": null,
        "mandate_id": null,
        "creditor_id": null,
        "type": "payment",
        "method": "transfer",
        "bank_type": "EBA_SCT",
        "bank_sub_type": "SCT",
        "bank_transaction_code": "PMNT-ICDT-ESCT",
        "merchant": null,
        "balance_after": {"value": "-3.07", "currency": "EUR"},
        "card_transaction_id": null,
        "reverses": null,
    });
    assert_eq!(shape, expected);
    let bare = serde_json::to_value(read(&json!({"Payment": {"id": 7}}))).unwrap();
    let names = |shape: &Value| shape.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&bare), names(&expected));
    assert_eq!((&bare["id"], &bare["amount"], &bare["direction"]), (&json!("60101.7"), &Value::Null, &Value::Null));
    assert_eq!((&bare["type"], &bare["method"]), (&json!("other"), &json!("other")));
}

#[test]
fn each_known_pair_of_type_and_sub_type_has_its_method_and_its_codes() {
    use Method::{Card, Cash, DirectDebit, Fee, Ideal, Interest, Request, Transfer};
    use TransactionType::{Payment, Reversal};
    for (bank_type, sub_type, kind, method, incoming, outgoing) in [
        ("BUNQ", "PAYMENT", Payment, Transfer, "PMNT-RCDT-BOOK", "PMNT-ICDT-BOOK"),
        ("BUNQ", "REQUEST", Payment, Request, "PMNT-RCDT-BOOK", "PMNT-ICDT-BOOK"),
        ("BUNQ", "BILLING", Payment, Fee, "ACMT-MCOP-FEES", "ACMT-MDOP-FEES"),
        ("BUNQ", "REVERSAL", Reversal, Transfer, "PMNT-ICDT-RRTN", "PMNT-RCDT-RRTN"),
        ("SAVINGS", "PAYMENT", Payment, Transfer, "PMNT-RCDT-BOOK", "PMNT-ICDT-BOOK"),
        ("EBA_SCT", "SCT", Payment, Transfer, "PMNT-RCDT-ESCT", "PMNT-ICDT-ESCT"),
        ("EBA_SCT", "PAYMENT", Payment, Transfer, "PMNT-RCDT-ESCT", "PMNT-ICDT-ESCT"),
        ("EBA_SCT", "NLO", Payment, Transfer, "PMNT-RCDT-ESCT", "PMNT-ICDT-ESCT"),
        ("EBA_SCT", "REVERSAL", Reversal, Transfer, "PMNT-ICDT-RRTN", "PMNT-RCDT-RRTN"),
        ("SWIFT", "PAYMENT", Payment, Transfer, "PMNT-RCDT-XBCT", "PMNT-ICDT-XBCT"),
        ("EBA_SDD", "SDD", Payment, DirectDebit, "PMNT-IDDT-ESDD", "PMNT-RDDT-ESDD"),
        ("EBA_SDD", "REVERSAL", Reversal, DirectDebit, "PMNT-RDDT-UPDD", "PMNT-IDDT-UPDD"),
        ("IDEAL", "PAYMENT", Payment, Ideal, "PMNT-RCDT-ESCT", "PMNT-ICDT-ESCT"),
        ("BUNQME", "PAYMENT", Payment, Request, "PMNT-RCDT-ESCT", "PMNT-ICDT-ESCT"),
        ("MASTERCARD", "PAYMENT", Payment, Card, "PMNT-CCRD-RIMB", "PMNT-CCRD-POSD"),
        ("MASTERCARD", "WITHDRAWAL", Payment, Cash, "PMNT-CCRD-RIMB", "PMNT-CCRD-CWDL"),
        ("FIS", "PAYMENT", Payment, Card, "PMNT-CCRD-RIMB", "PMNT-CCRD-POSD"),
        ("FIS", "WITHDRAWAL", Payment, Cash, "PMNT-CCRD-RIMB", "PMNT-CCRD-CWDL"),
        ("FIS", "REVERSAL", Reversal, Card, "PMNT-CCRD-RIMB", "PMNT-CCRD-DAJT"),
        ("MAESTRO", "PAYMENT", Payment, Card, "PMNT-CCRD-RIMB", "PMNT-CCRD-POSD"),
        ("INTEREST", "PAYMENT", Payment, Interest, "ACMT-MCOP-INTR", "ACMT-MDOP-INTR"),
    ] {
        for (value, direction, code) in [("0.01", Direction::In, incoming), ("-0.01", Direction::Out, outgoing)] {
            let made = read(&payment(bank_type, sub_type, value));
            assert_eq!((made.kind, made.method), (kind, method), "{bank_type} {sub_type}");
            assert_eq!((made.direction, made.bank_transaction_code), (Some(direction), code), "{bank_type} {sub_type}");
        }
    }
}

#[test]
fn a_day_ends_at_midnight_in_amsterdam() {
    for (created, day) in [
        ("2026-01-31 22:59:59.999999", "2026-01-31"),
        ("2026-01-31 23:00:00.000000", "2026-02-01"),
        // The clocks go forward on 29 March 2026 and back on 25 October 2026, at one o'clock UTC.
        ("2026-03-28 22:59:59", "2026-03-28"),
        ("2026-03-28 23:00:00", "2026-03-29"),
        ("2026-03-29 21:59:59", "2026-03-29"),
        ("2026-03-29 22:00:00", "2026-03-30"),
        ("2026-10-24 22:00:00", "2026-10-25"),
        ("2026-10-25 22:59:59", "2026-10-25"),
        ("2026-10-25 23:00:00", "2026-10-26"),
    ] {
        let made = read(&with(payment("BUNQ", "PAYMENT", "1.00"), "created", json!(created)));
        assert_eq!(made.booking_date.unwrap().to_string(), day, "{created}");
    }
}

#[test]
fn a_payment_may_change_for_fourteen_days() {
    let of = |created: &str| read(&with(payment("BUNQ", "PAYMENT", "1.00"), "created", json!(created))).mutability;

    assert_eq!(of("2026-03-16 12:00:00"), Mutability::Mutable);
    assert_eq!(of("2026-03-16 11:59:59"), Mutability::Immutable);
    assert_eq!(of("2027-01-01 00:00:00"), Mutability::Mutable);
    assert_eq!(of("yesterday"), Mutability::Mutable);
}

#[test]
fn the_sides_are_named_and_those_of_one_customer_are_internal() {
    let own = |user| label("A. Customer", Some("NL97BUNQ2100200027"), user);
    let to = |label: Value| read(&with(payment("BUNQ", "PAYMENT", "-1.00"), "counterparty_alias", label));

    assert!(to(own(Some("u-1"))).internal);
    assert!(!to(own(Some("u-2"))).internal && !to(own(None)).internal);
    let nobodys = with(payment("BUNQ", "PAYMENT", "1.00"), "alias", own(Some("")));
    assert!(!read(&with(nobodys, "counterparty_alias", own(Some("")))).internal);
    let shop = to(json!({"display_name": "Albert Heijn", "iban": null, "merchant_category_code": "5411"}));
    assert_eq!(shop.counterparty.kind, Some(PartyType::Merchant));
    assert_eq!(shop.merchant.unwrap().category_code, "5411");
    let nobody = to(Value::Null).counterparty;
    assert_eq!((nobody.name, nobody.iban, nobody.kind), (None, None, None));
    for (name, shown) in [
        ("Ünïcødé \u{202e}GmbH", Some("Ünïcødé GmbH")),
        ("J.\u{0}\tJansen\u{200b}\n", Some("J. Jansen")),
        ("\u{feff}\u{2028}", None),
        ("", None),
        ("शर्मा 👩‍🍳", Some("शर्मा 👩‍🍳")),
    ] {
        assert_eq!(to(label(name, None, None)).counterparty.name.as_deref(), shown, "{name:?}");
    }
}

#[test]
fn an_amount_that_is_no_decimal_is_absent() {
    for value in ["", "1,50", "+1.00", "--1.00", "1.", ".5", "1e3", "NaN", "EUR 1", "1.00 "] {
        assert!(read(&payment("BUNQ", "PAYMENT", value)).amount.is_none(), "{value}");
    }
    assert_eq!(read(&payment("BUNQ", "PAYMENT", "-0.00")).direction, Some(Direction::In));
    let unknown = read(&payment("BUNQ", "PAYMENT", ""));
    assert_eq!((unknown.direction, unknown.bank_transaction_code), (None, "PMNT-NTAV-NTAV"));
    for value in ["0.00", "-0.07", "1", "999999999999.99"] {
        assert_eq!(read(&payment("BUNQ", "PAYMENT", value)).amount.unwrap().value, value);
    }
}

#[test]
fn a_transaction_cannot_be_printed() {
    let made = read(&payment("BUNQ", "PAYMENT", "-12.50"));
    assert_eq!(format!("{made:?}"), "Transaction(60101.71234)");
}

#[test]
fn a_value_that_is_not_a_payment_is_refused() {
    let ids = [json!(0), json!(-1), json!(u64::MAX), json!("7"), json!(null)];
    let objects = ids.into_iter().map(|id| json!({ "id": id }));
    for value in
        [json!(null), json!([]), json!("Payment"), json!({}), json!({"Payment": []})].into_iter().chain(objects)
    {
        assert_eq!(Transaction::read(60_101, &value, now()), Err(NotPayment), "{value}");
    }
}

proptest! {
    /// bunq fills fields with null, and adds values of other types.
    #[test]
    fn whatever_the_fields_hold_a_payment_with_an_id_is_read(
        fields in proptest::collection::vec((0..12_usize, 0..7_usize), 0..12),
    ) {
        let mut made = payment("MASTERCARD", "PAYMENT", "-1.00");
        let names: Vec<String> = made.as_object().unwrap().keys().filter(|name| *name != "id").cloned().collect();
        let values = [json!(null), json!(true), json!(-1), json!("x"), json!([1]), json!({}), json!({"value": 3})];
        for (name, value) in fields {
            made[&names[name % names.len()]] = values[value].clone();
        }

        let shape = serde_json::to_value(read(&made)).unwrap();

        prop_assert_eq!(shape.as_object().unwrap().len(), 27);
    }
}
