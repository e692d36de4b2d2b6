//! Listings of the bank: links to other pages, payments, accounts, and what is made of them.

use jiff::Timestamp;
use serde_json::Value;
use shared::bunq::{
    Envelope, Neighbours, Onward, Page, PageStart,
    account::Account,
    export::{
        camt::{Entry, MOST_BYTES_WITHOUT_ENTRIES, Statement, balance_before, document},
        csv,
    },
    transaction::{SignedMoney, Transaction},
};

use crate::harness::{Corpus, Limits, fuzz};

const ACCOUNT: u64 = 60_101;

fn now() -> Timestamp {
    "2026-03-30T12:00:00Z".parse().unwrap()
}

fn payments(body: &[u8]) -> Vec<Transaction> {
    let Ok(envelope) = Envelope::parse(body) else { return Vec::new() };
    envelope.objects().filter_map(|payment| Transaction::read(ACCOUNT, payment, now()).ok()).collect()
}

#[test]
fn the_links_of_a_page_lead_downwards_or_nowhere() {
    fuzz("listing_links", 2_000, &Corpus::of("listing"), Limits::PURE, |body| {
        let neighbours = Neighbours::of(body);
        if let Some(read) = Neighbours::read(body) {
            assert_eq!(read, neighbours);
        }
        let ids: Vec<u64> = payments(body).iter().map(|payment| payment.payment_id).collect();
        for from in [PageStart::Newest, PageStart::OlderThan(5000), PageStart::OlderThan(u64::MAX)] {
            let page = Page { count: 200, from };
            if let Onward::Older(older) = page.onward(&ids, neighbours.older) {
                assert!(ids.iter().all(|id| older <= *id));
            }
        }
        neighbours.older.is_some()
    });
}

#[test]
fn a_transaction_has_one_shape_in_every_format() {
    fuzz("transactions", 1_000, &Corpus::of("listing"), Limits::PURE, |body| {
        let payments = payments(body);
        let mut entries = Vec::new();
        for payment in &payments {
            let json = serde_json::to_value(payment).unwrap();
            assert_eq!(json["id"], format!("{ACCOUNT}.{}", payment.payment_id));
            let debug = format!("{payment:?}");
            assert_eq!(debug, format!("Transaction({})", payment.id));
            let row = csv::row(payment).unwrap();
            assert!(row.ends_with("\r\n"));
            let entry = Entry::render(payment).unwrap();
            assert!(entry.bytes() <= 10_000 + 8 * body.len(), "{}", entry.bytes());
            entries.push(entry);
            let _ = balance_before(payment);
        }
        let statement = Statement {
            message_id: uuid::Uuid::from_u128(7),
            created_at: now(),
            page: 1,
            is_last_page: true,
            account_id: ACCOUNT,
            iban: payments.first().and_then(|payment| payment.own.iban.as_deref()),
            currency: "EUR",
            name: payments.first().and_then(|payment| payment.remittance.as_deref()),
            holder: payments.first().and_then(|payment| payment.own.name.as_deref()),
            from: payments.last().and_then(|payment| payment.booked_at),
            to: payments.first().and_then(|payment| payment.booked_at),
            balance: Some(SignedMoney { value: "7.00".to_owned(), currency: "EUR".to_owned() }),
        };
        let rendered: usize = entries.iter().map(Entry::bytes).sum();
        let document = document(&statement, &entries).unwrap();
        assert!(document.len() - rendered < MOST_BYTES_WITHOUT_ENTRIES, "{}", document.len() - rendered);
        !payments.is_empty()
    });
}

#[test]
fn an_account_is_read_or_refused() {
    fuzz("accounts", 2_000, &Corpus::of("listing"), Limits::PURE, |body| {
        let Ok(document) = serde_json::from_slice::<Value>(body) else { return false };
        let elements = document.get("Response").and_then(Value::as_array).into_iter().flatten();
        let read = elements.filter_map(|element| Account::read(element).ok()).map(|account| {
            assert_eq!(format!("{account:?}"), format!("Account({})", account.id));
            serde_json::to_string(&account).unwrap().len()
        });
        read.max().is_some()
    });
}
