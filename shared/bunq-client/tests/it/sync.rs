//! Incremental reading: payments arrive, become visible late and change between any two calls, and a receiver that
//! stores by id ends with the bank's state.

use std::collections::BTreeMap;

use bunq_client::transaction::Transaction;
use bunq_client::transaction::sync::{Changes, Cursor, MOST_IN_TAIL, PageAstray};
use bunq_client::{Page, PageStart};
use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

const ACCOUNT: u64 = 60_101;

/// An account at the bank: the version of each payment, by id. The version is the second of its last change.
#[derive(Clone, Default)]
struct Account {
    payments: BTreeMap<u64, u32>,
    clock: u32,
    reads: usize,
}

/// What a receiver has stored.
type Store = BTreeMap<u64, Transaction>;

#[derive(Clone, Copy, Debug)]
enum Happening {
    Arrive(u64),
    /// A payment whose id lies below the newest one becomes visible.
    ArriveLate(usize),
    Change(usize),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        (1_u64..5_000_000).prop_map(Happening::Arrive),
        (1_usize..40).prop_map(Happening::ArriveLate),
        (0_usize..100).prop_map(Happening::Change),
    ]
}

impl Account {
    fn of(count: u64) -> Self {
        let mut account = Self::default();
        (0..count).for_each(|_| account.happen(Happening::Arrive(1_000)));
        account
    }

    fn happen(&mut self, happening: Happening) {
        self.clock += 1;
        let newest = self.payments.keys().next_back().copied().unwrap_or(1_000_000);
        let nth = |place: usize| self.payments.keys().rev().nth(place).copied();
        match happening {
            Happening::Arrive(distance) => {
                self.payments.insert(newest + distance, self.clock);
            }
            Happening::ArriveLate(place) => {
                if let Some(id) = nth(place).map(|id| id + 1) {
                    self.payments.entry(id).or_insert(self.clock);
                }
            }
            Happening::Change(place) => {
                if let Some(id) = nth(place) {
                    self.payments.insert(id, self.clock);
                }
            }
        }
    }

    fn transaction(&self, id: u64) -> Transaction {
        let at = |second: u32| format!("{:.6}", Timestamp::from_second(1_700_000_000 + i64::from(second)).unwrap());
        let payment = json!({
            "id": id, "monetary_account_id": ACCOUNT, "updated": at(self.payments[&id]),
            "created": at(u32::try_from(id / 1_000).unwrap_or(0)), "amount": {"value": "1.00", "currency": "EUR"},
        });
        Transaction::read(ACCOUNT, &payment, Timestamp::now()).unwrap()
    }

    /// A page as bunq lists it, and its link to older payments.
    fn page(&mut self, page: Page) -> (Vec<Transaction>, Option<u64>) {
        self.reads += 1;
        let below = match page.from {
            PageStart::Newest => u64::MAX,
            PageStart::OlderThan(id) => id,
            PageStart::NewerThan(_) => unreachable!("a walk goes down"),
        };
        let mut ids = self.payments.range(..below).rev().map(|(id, _)| *id);
        let listed: Vec<u64> = ids.by_ref().take(page.count.into()).collect();
        let older = ids.next().and(listed.last().copied());
        (listed.into_iter().map(|id| self.transaction(id)).collect(), older)
    }

    fn state(&self) -> Store {
        self.payments.keys().map(|id| (*id, self.transaction(*id))).collect()
    }

    /// One call of a receiver with a cursor.
    fn call(&mut self, cursor: &Cursor, count: u8) -> Changes {
        // What a receiver holds went through bytes.
        let cursor = Cursor::from_bytes(&cursor.to_bytes()).unwrap();
        let (payments, older) = self.page(cursor.page());
        cursor.advance(payments, older, count).unwrap()
    }

    /// Calls until the walk is complete.
    fn walk(&mut self, store: &mut Store, mut cursor: Cursor, count: u8) -> Cursor {
        loop {
            let changes = self.call(&cursor, count);
            apply(store, &changes);
            cursor = changes.next;
            if !changes.has_more {
                return cursor;
            }
        }
    }
}

/// Stores by id, and keeps the one that changed last.
fn apply(store: &mut Store, changes: &Changes) {
    for changed in changes.added.iter().chain(&changes.modified) {
        let known = store.get(&changed.payment_id).is_some_and(|known| known.updated_at > changed.updated_at);
        if !known {
            store.insert(changed.payment_id, changed.clone());
        }
    }
    changes.removed.iter().for_each(|id| drop(store.remove(id)));
}

fn start() -> Cursor {
    Cursor::start(ACCOUNT, None)
}

proptest! {
    // Each case is a whole life of an account, so a few dozen take seconds.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_receiver_ends_with_the_state_of_the_bank(
        first in 0_u64..450,
        count in 1_u8..=200,
        rounds in vec(vec(vec(happening(), 0..4), 1..6), 1..5),
    ) {
        let (mut account, mut store, mut cursor) = (Account::of(first), Store::new(), start());
        for calls in rounds {
            let mut between = calls.into_iter();
            loop {
                let changes = account.call(&cursor, count);
                // A payment is added once, and modified only if it was given.
                for added in &changes.added {
                    prop_assert!(!store.contains_key(&added.payment_id), "{added:?}");
                }
                for modified in &changes.modified {
                    prop_assert!(store.get(&modified.payment_id).is_some_and(|stored| stored != modified));
                }
                apply(&mut store, &changes);
                cursor = changes.next;
                between.next().into_iter().flatten().for_each(|happening| account.happen(happening));
                if !changes.has_more {
                    break;
                }
            }
            between.flatten().for_each(|happening| account.happen(happening));
        }
        let cursor = account.walk(&mut store, cursor, count);
        account.walk(&mut store, cursor, count);
        prop_assert_eq!(store, account.state());
    }

    #[test]
    fn any_cursor_may_be_used_again_and_two_walks_may_run_at_once(
        first in 0_u64..450,
        count in 10_u8..=200,
        rounds in vec((vec(happening(), 0..4), any::<prop::sample::Index>()), 1..8),
    ) {
        let (mut account, mut shared) = (Account::of(first), Store::new());
        // Each cursor, with what a receiver has stored that got it.
        let mut receivers = vec![(start(), Store::new())];
        for (happenings, chosen) in rounds {
            happenings.into_iter().for_each(|happening| account.happen(happening));
            let (cursor, mut store) = chosen.get(&receivers).clone();
            let changes = account.call(&cursor, count);
            apply(&mut store, &changes);
            apply(&mut shared, &changes);
            receivers.push((changes.next, store));
        }
        for (cursor, mut store) in receivers {
            for stored in [&mut store, &mut shared.clone()] {
                // The first walk ends what had begun; the second one sees what changed meanwhile.
                let cursor = account.walk(stored, cursor.clone(), count);
                account.walk(stored, cursor, count);
                prop_assert_eq!(&*stored, &account.state());
            }
        }
    }

    #[test]
    fn bytes_are_read_as_they_were_written_and_are_short(
        first in 0_u64..400,
        count in 1_u8..=200,
        distances in vec(1_u64..1_u64 << 62, 0..20),
    ) {
        let mut account = Account::of(first);
        for distance in distances {
            account.payments.insert(1 + distance, 1);
        }
        let mut cursor = start();
        for _ in 0..5 {
            cursor = account.call(&cursor, count).next;
            let bytes = cursor.to_bytes();
            prop_assert!(bytes.len() <= 1_400);
            prop_assert_eq!(Cursor::from_bytes(&bytes).unwrap().to_bytes(), bytes);
        }
    }

    #[test]
    fn no_bytes_are_read_that_were_not_written(bytes in vec(any::<u8>(), 0..60)) {
        if let Ok(cursor) = Cursor::from_bytes(&bytes) {
            prop_assert_eq!(cursor.to_bytes(), bytes);
        }
    }
}

#[test]
fn a_quiet_account_costs_one_call() {
    let (mut account, mut store) = (Account::of(10_000), Store::new());
    let cursor = account.walk(&mut store, start(), 200);
    assert_eq!((account.reads, store.len()), (50, 10_000));

    let changes = account.call(&cursor, 50);

    assert_eq!((account.reads, changes.has_more), (51, false));
    assert!(changes.added.is_empty() && changes.modified.is_empty() && changes.removed.is_empty());
    assert_eq!(changes.next, Cursor::from_bytes(&cursor.to_bytes()).unwrap());
}

#[test]
fn a_payment_that_is_gone_is_removed() {
    let (mut account, mut store) = (Account::of(300), Store::new());
    let cursor = account.walk(&mut store, start(), 200);
    let gone = *account.payments.keys().rev().nth(MOST_IN_TAIL - 1).unwrap();
    account.payments.remove(&gone);

    let changes = account.call(&cursor, 200);

    assert_eq!(changes.removed, [gone]);
    apply(&mut store, &changes);
    assert_eq!(store, account.state());
    assert!(account.call(&changes.next, 200).removed.is_empty());
}

#[test]
fn older_payments_than_wanted_are_left_out() {
    let mut account = Account::of(1_000);
    let middle = *account.payments.keys().nth(700).unwrap();
    let since = account.transaction(middle).booked_at.unwrap().as_second();
    let mut store = Store::new();

    let cursor = account.walk(&mut store, Cursor::start(ACCOUNT, Some(since)), 100);

    assert_eq!((store.len(), store.keys().next()), (300, Some(&middle)));
    // Three answers have the payments; a last page is all too old.
    assert_eq!(account.reads, 4);
    assert!(!account.call(&cursor, 100).has_more);
}

#[test]
fn a_payment_below_one_that_is_too_old_is_given() {
    let made = |id: u64, second: i64| {
        let created = format!("{:.6}", Timestamp::from_second(second).unwrap());
        Transaction::read(ACCOUNT, &json!({"id": id, "created": created}), Timestamp::now()).unwrap()
    };
    let page = || vec![made(10, 105), made(9, 99), made(8, 101)];

    let first = Cursor::start(ACCOUNT, Some(100)).advance(page(), None, 1).unwrap();
    let second = first.next.advance(page().split_off(1), None, 1).unwrap();

    let ids = |changes: &[Transaction]| changes.iter().map(|added| added.payment_id).collect::<Vec<_>>();
    assert_eq!((ids(&first.added), first.has_more), (vec![10], true));
    assert_eq!((ids(&second.added), second.has_more), (vec![8], false));
}

#[test]
fn a_page_that_cannot_be_right_changes_nothing() {
    let (mut account, mut store) = (Account::of(450), Store::new());
    let (page, older) = account.page(start().page());
    let begun = start().advance(page.clone(), older, 200).unwrap().next;
    let complete = account.walk(&mut store, start(), 200);

    // The same page again; an empty page with older payments; and no payments where some are known.
    assert_eq!(begun.clone().advance(page, older, 200), Err(PageAstray));
    assert_eq!(begun.clone().advance(Vec::new(), Some(7), 200), Err(PageAstray));
    assert_eq!(complete.clone().advance(Vec::new(), None, 200), Err(PageAstray));
    assert_eq!(complete.clone().advance(Vec::new(), Some(7), 200), Err(PageAstray));
    let empty = start().advance(Vec::new(), None, 200).unwrap();
    assert!(empty.added.is_empty() && !empty.has_more);
}

#[test]
fn a_count_of_zero_counts_as_one_and_a_repeated_payment_is_given_once() {
    let mut account = Account::of(3);
    let changes = account.call(&start(), 0);
    assert_eq!((changes.added.len(), changes.has_more), (1, true));

    let (mut page, _) = account.page(start().page());
    page.extend(page.clone());
    let changes = start().advance(page, None, 200).unwrap();
    assert_eq!(changes.added.len(), 3);
    assert!(Cursor::from_bytes(&changes.next.to_bytes()).is_ok());
}

#[test]
fn bytes_of_another_version_or_form_are_invalid() {
    let bytes = start().to_bytes();
    for wrong in [&[][..], &[2], &[1], &[1, 0, 0, 0, 0], &[1, 0, 0, 0, 5, 0], &[1, 0, 0, 0, 5, 6], &[1; 1_401]] {
        assert!(Cursor::from_bytes(wrong).is_err(), "{wrong:?}");
    }
    assert!(Cursor::from_bytes(&[&bytes[..], &[0x80]].concat()).is_err());
    assert!(Cursor::from_bytes(&[&bytes[..], &[0x80, 0x00, 1, 2, 3, 4]].concat()).is_err());
}
