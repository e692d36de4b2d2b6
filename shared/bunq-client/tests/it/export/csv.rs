//! Transactions as CSV.

use bunq_client::export::csv;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{payment, payments, read, with};

/// The rows of a table without its header.
fn rows(table: &str) -> Vec<::csv::StringRecord> {
    ::csv::Reader::from_reader(table.as_bytes()).records().map(Result::unwrap).collect()
}

fn cell(payment: &Value, column: &str) -> String {
    let table = csv::header().unwrap() + &csv::row(&read(payment)).unwrap();
    let place = ::csv::Reader::from_reader(table.as_bytes()).headers().unwrap().iter().position(|name| name == column);
    rows(&table)[0][place.unwrap()].to_owned()
}

#[test]
fn a_row_has_the_fields_of_the_transaction() {
    assert_eq!(
        csv::header().unwrap(),
        "id,account_id,payment_id,status,mutability,booked_at,booking_date,updated_at,amount,currency,direction,original_amount,\
         original_currency,counterparty_name,counterparty_iban,counterparty_type,own_name,own_iban,internal,remittance,\
         reference,end_to_end_id,mandate_id,creditor_id,type,method,bank_type,bank_sub_type,bank_transaction_code,\
         merchant_category_code,balance_after,card_transaction_id,reverses\r\n"
    );
    assert_eq!(
        csv::row(&read(&payment(71_234, "-12.50", "-3.07"))).unwrap(),
        "60101.71234,60101,71234,booked,mutable,2026-03-28T23:30:00.123456Z,2026-03-29,2026-03-29T00:00:01.000000Z,-12.50,EUR,out,,,\
         J. Jansen,NL91ABNA0417164300,account,A. Customer,NL66BUNQ2055667788,false,Invoice 17,,,,,payment,transfer,\
         EBA_SCT,SCT,PMNT-ICDT-ESCT,,-3.07,,\r\n"
    );
    let bare = csv::row(&read(&json!({"id": 7}))).unwrap();
    assert_eq!(bare, "60101.7,60101,7,booked,mutable,,,,,,,,,,,,,,false,,,,,,other,other,,,PMNT-NTAV-NTAV,,,,\r\n");
}

#[test]
fn a_cell_keeps_its_text() {
    for text in ["a,b", "say \"hi\"", "first\nsecond\r\nthird", " spaces ", "1,-", "a=b", "me@example.com", "Ünïcødé €"]
    {
        assert_eq!(cell(&with(payment(1, "1.00", "1.00"), "description", json!(text)), "remittance"), text);
    }
    assert_eq!(cell(&payment(1, "-1.00", "-0.07"), "amount"), "-1.00");
    assert_eq!(cell(&payment(1, "-1.00", "-0.07"), "balance_after"), "-0.07");
}

#[test]
fn no_cell_begins_a_formula() {
    for (text, expected) in [
        ("=1+1", "'=1+1"),
        ("+31612345678", "'+31612345678"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\u{ff1d}1", "'\u{ff1d}1"),
        ("\u{ff0b}1", "'\u{ff0b}1"),
        ("\u{ff0d}1", "'\u{ff0d}1"),
        ("\u{ff20}1", "'\u{ff20}1"),
        ("\ttab", "'\ttab"),
        ("\rreturn", "'\rreturn"),
        ("\nline", "'\nline"),
        (" \u{a0}=1", "' \u{a0}=1"),
        ("\u{0}\u{feff}=1", "'\u{0}\u{feff}=1"),
        ("\t=1", "'\t'=1"),
        // Where the decimal point is a comma, spreadsheet programs begin a cell after a semicolon, even in quotes.
        ("a;=1+1;b", "a;'=1+1;b"),
        ("a\n=1+1", "a\n'=1+1"),
        ("a\"\r\n@1", "a\"\r\n'@1"),
    ] {
        for (field, column) in [("description", "remittance"), ("merchant_reference", "reference")] {
            assert_eq!(cell(&with(payment(1, "1.00", "1.00"), field, json!(text)), column), expected, "{text:?}");
        }
    }
    let mut hostile = payment(1, "1.00", "1.00");
    hostile["counterparty_alias"] =
        json!({"display_name": "=cmd|' /C calc'!A0", "iban": "=2", "merchant_category_code": "=3"});
    hostile["alias"] = json!({"display_name": "@own", "iban": "-4"});
    (hostile["type"], hostile["sub_type"], hostile["amount"]["currency"]) = (json!("=5"), json!("=6"), json!("=7"));
    for (column, expected) in [
        ("counterparty_name", "'=cmd|' /C calc'!A0"),
        ("counterparty_iban", "'=2"),
        ("merchant_category_code", "'=3"),
        ("own_name", "'@own"),
        ("own_iban", "'-4"),
        ("bank_type", "'=5"),
        ("bank_sub_type", "'=6"),
        ("currency", "'=7"),
    ] {
        assert_eq!(cell(&hostile, column), expected);
    }
}

proptest! {
    #[test]
    fn any_table_has_a_row_for_each_transaction_and_no_formula(payments in payments()) {
        let lines: String = payments.iter().map(|payment| csv::row(&read(payment)).unwrap()).collect();

        let rows = rows(&(csv::header().unwrap() + &lines));

        prop_assert_eq!(rows.len(), payments.len());
        for (row, payment) in rows.iter().zip(&payments) {
            prop_assert_eq!(row.len(), 33);
            let made = read(payment);
            for (place, cell) in row.iter().enumerate() {
                let is_number = [8, 30].contains(&place);
                prop_assert!(is_number || !cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell:?}");
            }
            let original = made.remittance.unwrap_or_default();
            prop_assert_eq!(row[19].replace('\'', ""), original.replace('\'', ""));
        }
    }
}
