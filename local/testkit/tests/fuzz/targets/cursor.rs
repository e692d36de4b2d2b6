//! Cursors of the synchronisation of transactions, and the pages that they meet.

use jiff::Timestamp;
use shared::bunq::{
    Envelope, Neighbours,
    transaction::{
        Transaction,
        sync::{Cursor, MOST_IN_TAIL},
    },
};

use crate::harness::{Corpus, Limits, Random, fuzz};

const LONGEST: usize = 1_400;

fn page(body: &[u8]) -> (Vec<Transaction>, Option<u64>) {
    let now: Timestamp = "2026-03-30T12:00:00Z".parse().unwrap();
    let envelope = Envelope::parse(body);
    let objects = envelope.iter().flat_map(Envelope::objects);
    let payments = objects.filter_map(|payment| Transaction::read(60_101, payment, now).ok()).collect();
    (payments, Neighbours::of(body).older)
}

/// Returns cursors as this program writes them: at the start, within a walk, and after it.
fn cursors() -> Vec<Vec<u8>> {
    let page = |ids: std::ops::Range<u64>, older: Option<u64>| {
        let payment = |id| format!(r#"{{"Payment":{{"id":{id},"description":"No. {id}"}}}}"#);
        let list: Vec<_> = ids.rev().map(payment).collect();
        let older = older.map_or("null".to_owned(), |id| format!(r#""/v1/x?older_id={id}""#));
        format!(r#"{{"Response":[{}],"Pagination":{{"older_url":{older}}}}}"#, list.join(","))
    };
    let mut cursors = vec![Cursor::start(60_101, None), Cursor::start(u64::MAX, Some(i64::MAX))];
    for (body, count) in [(page(100..300, Some(100)), 200), (page(1..60, None), 20), (page(7..9, None), 200)] {
        let (payments, older) = self::page(body.as_bytes());
        cursors.push(Cursor::start(60_101, Some(0)).advance(payments, older, count).unwrap().next);
    }
    cursors.iter().map(Cursor::to_bytes).collect()
}

#[test]
fn a_cursor_is_what_it_was_written_as_or_nothing() {
    fuzz("cursor", 5_000, &Corpus::new(cursors()), Limits::PURE, |bytes| {
        let Ok(cursor) = Cursor::from_bytes(bytes) else { return false };
        assert_eq!(cursor.to_bytes(), bytes, "a cursor has one form");
        assert_eq!(Cursor::from_bytes(&cursor.to_bytes()).as_ref(), Ok(&cursor));
        true
    });
}

#[test]
fn a_cursor_meets_any_page() {
    let known: Vec<_> = cursors().iter().map(|bytes| Cursor::from_bytes(bytes).unwrap()).collect();
    fuzz("cursor_pages", 1_000, &Corpus::of("listing"), Limits::PURE, |body| {
        let (payments, older) = page(body);
        let mut moved = false;
        for (at, cursor) in known.iter().enumerate() {
            let count = Random::new(body.len() as u64 + at as u64).byte();
            let Ok(changes) = cursor.clone().advance(payments.clone(), older, count) else { continue };
            assert!(changes.added.len() <= usize::from(count.clamp(1, 200)) + MOST_IN_TAIL);
            let bytes = changes.next.to_bytes();
            assert!(bytes.len() <= LONGEST, "{}", bytes.len());
            let next = Cursor::from_bytes(&bytes).unwrap();
            assert_eq!((next.is_within_walk(), next.page()), (changes.has_more, changes.next.page()));
            // The same page again is refused, or gives no more changes than one page has.
            if let Ok(again) = next.advance(payments.clone(), older, count) {
                assert!(again.added.len() <= usize::from(count.clamp(1, 200)) + MOST_IN_TAIL);
            }
            moved = true;
        }
        moved
    });
}
