//! Transactions as a statement of ISO 20022.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use bunq_client::export::ExportError;
use bunq_client::export::camt::{Entry, MOST_BYTES_WITHOUT_ENTRIES, Statement, document};
use bunq_client::transaction::SignedMoney;
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{at, payment, payments, read, with};

fn statement() -> Statement<'static> {
    Statement {
        message_id: Uuid::from_u128(0x0123_4567_89ab_cdef),
        created_at: at("2026-03-30T12:00:00.987654Z"),
        page: 1,
        is_last_page: true,
        account_id: 60_101,
        iban: Some("NL66BUNQ2055667788"),
        currency: "EUR",
        name: Some("Daily"),
        holder: Some("A. Customer"),
        from: Some(at("2026-02-28T23:00:00Z")),
        to: None,
        balance: Some(SignedMoney { value: "7.00".to_owned(), currency: "EUR".to_owned() }),
    }
}

/// The document of payments, of which the newest is first. CI validates the files against the schema of the standard.
fn camt(name: &str, statement: &Statement<'_>, payments: &[Value]) -> String {
    let entries: Vec<Entry> = payments.iter().map(|payment| Entry::render(&read(payment)).unwrap()).collect();
    let document = document(statement, &entries).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("camt.053");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(name).with_extension("xml"), &document).unwrap();
    let rendered: usize = entries.iter().map(Entry::bytes).sum();
    assert!(document.len() - rendered < MOST_BYTES_WITHOUT_ENTRIES, "{}", document.len() - rendered);
    document
}

/// The texts of a document, each with the names of the elements around it. Fails if it is not well-formed.
fn texts(document: &str) -> Vec<(String, String)> {
    let mut reader = Reader::from_str(document);
    let (mut path, mut text, mut found) = (Vec::new(), String::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                path.push(start.name().as_ref().to_owned());
                text.clear();
            }
            Event::Text(part) => text.push_str(&part.xml10_content()),
            Event::GeneralRef(part) => match part.resolve_char_ref().unwrap() {
                Some(sign) => text.push(sign),
                None => text.push_str(quick_xml::escape::resolve_xml_entity(&part.xml10_content()).unwrap()),
            },
            Event::End(_) => {
                if !text.is_empty() {
                    found.push((path[2..].join("/"), std::mem::take(&mut text)));
                }
                path.pop();
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

/// The texts of all elements with an end of a path.
fn all(document: &str, end: &str) -> Vec<String> {
    texts(document).into_iter().filter(|(path, _)| path.ends_with(end)).map(|(_, text)| text).collect()
}

#[test]
fn a_statement_has_its_entries_from_the_oldest_to_the_newest() {
    let older = payment(71_234, "-12.50", "-3.07");
    let newer = with(payment(71_235, "10.07", "7.00"), "type", json!("IDEAL"));
    let newer = with(with(newer, "sub_type", json!("PAYMENT")), "merchant_reference", json!("order-9"));

    let made = camt("two", &statement(), &[newer, older]);

    let expected = include_str!("two.xml");
    assert_eq!(made, expected.lines().map(str::trim).collect::<String>());
}

/// The amount, the indicator and the mark of both balances.
fn balances(document: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in texts(document) {
        match path.strip_prefix("Stmt/Bal/") {
            Some("Tp/CdOrPrtry/Cd") => found.push(text),
            Some(_) => found.last_mut().into_iter().for_each(|balance: &mut String| *balance += &format!(" {text}")),
            None => {}
        }
    }
    found
}

fn without_balance(payment: Value) -> Value {
    with(payment, "balance_after_mutation", Value::Null)
}

#[test]
fn balances_are_exact() {
    let of = |name: &str, payments: &[Value]| balances(&camt(name, &statement(), payments));
    let (newer, older) = (payment(2, "0.10", "0.05"), payment(1, "-0.20", "-0.05"));
    let expected = ["OPBD 0.15 CRDT 2026-03-29", "CLBD 0.05 CRDT 2026-03-29"];

    assert_eq!(of("both", &[newer.clone(), older.clone()]), expected);
    // Where an end has no balance, the amounts give it.
    assert_eq!(of("newest", &[newer.clone(), without_balance(older.clone())]), expected);
    // The present balance is used for the newest, if it has none.
    assert_eq!(
        of("known", &[without_balance(newer.clone()), without_balance(older.clone())]),
        ["OPBD 7.10 CRDT 2026-03-29", "CLBD 7.00 CRDT 2026-03-29"]
    );
    let unknown = Statement { balance: None, ..statement() };
    assert_eq!(balances(&camt("oldest", &unknown, &[without_balance(newer), older])), expected);
    // Without entries, the balance stays.
    assert_eq!(of("none", &[]), ["OPBD 7.00 CRDT 2026-03-01", "CLBD 7.00 CRDT 2026-03-30"]);
    assert_eq!(
        of("large", &[payment(1, "-999999999999999999", "-999999999999999999")]),
        ["OPBD 0 CRDT 2026-03-29", "CLBD 999999999999999999 DBIT 2026-03-29"]
    );
    assert!(matches!(document(&unknown, &[]), Err(ExportError::NoBalance)));
}

#[test]
fn the_balances_between_pages_are_marked() {
    let page = |page, is_last_page| {
        let statement = Statement { page, is_last_page, ..statement() };
        let made = camt(&format!("page-{page}-{is_last_page}"), &statement, &[payment(1, "1.00", "3.00")]);
        (all(&made, "Tp/SubTp/Cd").len(), all(&made, "MsgPgntn/PgNb"), all(&made, "LastPgInd"), balances(&made))
    };
    let (opening, closing) = ("OPBD 2.00 CRDT 2026-03-29", "CLBD 3.00 CRDT 2026-03-29");
    let between = |balance: &str| balance.replacen(' ', " INTM ", 1);

    let text = |text: &str| vec![text.to_owned()];
    assert_eq!(page(1, true), (0, text("1"), text("true"), vec![opening.to_owned(), closing.to_owned()]));
    assert_eq!(page(1, false), (1, text("1"), text("false"), vec![between(opening), closing.to_owned()]));
    assert_eq!(page(2, false), (2, text("2"), text("false"), vec![between(opening), between(closing)]));
    assert_eq!(page(3, true), (1, text("3"), text("true"), vec![opening.to_owned(), between(closing)]));
}

#[test]
fn what_has_no_amount_is_left_out_and_counted() {
    let none = |id| with(payment(id, "1.00", "50.00"), "amount", Value::Null);
    let foreign = |id| with(payment(id, "1.00", "1.00"), "amount", json!({"value": "1.00", "currency": "Euro"}));
    let long = |id, value| payment(id, value, "1.00");
    let all_of = [none(9), payment(8, "1.00", "2.00"), foreign(7), long(6, "1.000001"), long(5, "1234567890123456789")];

    let made = camt("left-out", &statement(), &all_of);

    assert_eq!(all(&made, "NtryRef"), ["60101.8"]);
    assert_eq!(all(&made, "AddtlStmtInf"), ["Left out, since their amounts are unknown: 4"]);
    assert_eq!(balances(&made), ["OPBD 1.00 CRDT 2026-03-29", "CLBD 2.00 CRDT 2026-03-29"]);
    let entry = Entry::render(&read(&none(9))).unwrap();
    assert!(entry.is_left_out() && entry.bytes() == 0);
}

#[test]
fn amounts_have_no_sign_and_keep_their_places() {
    for (value, amount, indicator) in [
        ("-0.00", "0.00", "CRDT"),
        ("-1", "1", "DBIT"),
        ("0007.50", "7.50", "CRDT"),
        ("1.0000000", "1", "CRDT"),
        ("-0.00001", "0.00001", "DBIT"),
    ] {
        let made = camt("amount", &statement(), &[payment(1, value, "1.00")]);
        assert_eq!(all(&made, "Ntry/Amt"), [amount], "{value}");
        assert_eq!(all(&made, "Ntry/CdtDbtInd"), [indicator], "{value}");
    }
}

#[test]
fn texts_are_cut_and_hold_what_xml_permits() {
    let hostile = "<b>&amp;\"'\u{0}\u{1b}\u{fffe}\u{b}]]>";
    let mut made = payment(1, "-1.00", "1.00");
    made["description"] = json!(format!("{}{hostile}\r\nend", "ü".repeat(280)));
    made["merchant_reference"] = json!(format!("{hostile}{}", "x".repeat(40)));
    made["counterparty_alias"] =
        json!({"display_name": "€".repeat(200), "iban": "not an IBAN, and longer than its field"});
    (made["type"], made["sub_type"]) = (json!("T".repeat(30)), json!("S".repeat(30)));
    let long = "\"".repeat(200);
    let statement = Statement {
        name: Some(&long),
        holder: Some(&long),
        iban: Some("NL00BUNQ2055667788"),
        account_id: u64::MAX,
        page: u16::MAX,
        is_last_page: false,
        ..statement()
    };

    let made = camt("hostile", &statement, &[made]);

    assert_eq!(all(&made, "Ustrd"), ["ü".repeat(140), "ü".repeat(140), "<b>&amp;\"']]>\nend".to_owned()]);
    assert_eq!(all(&made, "Prtry/Ref"), ["<b>&amp;\"']]>".to_owned() + &"x".repeat(22)]);
    assert_eq!(all(&made, "Cdtr/Pty/Nm"), ["€".repeat(140)]);
    assert_eq!(all(&made, "CdtrAcct/Id/Othr/Id"), ["not an IBAN, and longer than its f"]);
    assert_eq!(all(&made, "BkTxCd/Prtry/Cd"), ["T".repeat(30) + "/SSSS"]);
    assert_eq!(all(&made, "Acct/Id/Othr/Id")[0], u64::MAX.to_string());
    assert_eq!((all(&made, "Acct/Nm"), all(&made, "Ownr/Nm")), (vec!["\"".repeat(70)], vec!["\"".repeat(140)]));
}

#[test]
fn a_bare_payment_is_an_entry() {
    let bare = json!({"id": 7, "amount": {"value": "1.00", "currency": "EUR"}, "description": "\u{1} "});
    let made = camt("bare", &Statement { holder: None, from: None, name: None, iban: None, ..statement() }, &[bare]);
    assert_eq!(all(&made, "AcctSvcrRef"), ["7"]);
    assert_eq!(balances(&made), ["OPBD 6.00 CRDT 2026-03-30", "CLBD 7.00 CRDT 2026-03-30"]);
}

proptest! {
    #[test]
    fn any_statement_is_well_formed_and_has_every_transaction(payments in payments()) {
        static MADE: AtomicUsize = AtomicUsize::new(0);

        let made = camt(&format!("any-{}", MADE.fetch_add(1, Ordering::Relaxed)), &statement(), &payments);

        let left_out: usize = all(&made, "AddtlStmtInf").iter().map(|text| text[43..].parse::<usize>().unwrap()).sum();
        prop_assert_eq!(all(&made, "NtryRef").len() + left_out, payments.len());
    }
}
