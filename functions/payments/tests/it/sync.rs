//! The incremental sync over HTTP: a receiver that stores by id ends with the bank's state.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{collection::vec, prelude::*, test_runner::TestRunner};
use serde_json::{Value, json};
use testkit::{Answer, TestApp};

use crate::fixture::{ACCOUNT, connected, next_path, transactions_path};

const LIST: &str = "GET user/{user-id}/monetary-account/{monetary-account-id}/payment";

fn path(user_id: &str, query: &str) -> String {
    transactions_path(user_id, ACCOUNT, &format!("/sync{query}"))
}

/// A program that keeps a copy, as the documentation says.
#[derive(Default)]
struct Receiver {
    stored: BTreeMap<String, Value>,
    cursor: Option<String>,
    has_more: bool,
    /// Every cursor that it had.
    cursors: Vec<Option<String>>,
    /// What was added since the loop began.
    in_loop: BTreeSet<String>,
}

impl Receiver {
    /// Makes one call with the newest cursor.
    async fn step(&mut self, app: &TestApp, user_id: &str, count: u8) {
        if !self.has_more {
            self.in_loop.clear();
        }
        let changes = call(app, user_id, self.cursor.as_deref(), count).await;
        for added in changes["added"].as_array().unwrap() {
            let id = added["id"].as_str().unwrap().to_owned();
            assert!(self.in_loop.insert(id), "an id twice in one loop: {added}");
        }
        self.apply(&changes);
        self.cursor = changes["next_cursor"].as_str().map(str::to_owned);
        self.has_more = changes["has_more"].as_bool().unwrap();
        self.cursors.push(self.cursor.clone());
    }

    /// Uses an earlier cursor again.
    async fn replay(&mut self, app: &TestApp, user_id: &str, at: usize, count: u8) {
        let at = at % self.cursors.len().max(1);
        let cursor = self.cursors.get(at).cloned().flatten();
        let changes = call(app, user_id, cursor.as_deref(), count).await;
        self.apply(&changes);
    }

    fn apply(&mut self, changes: &Value) {
        for name in ["added", "modified"] {
            for one in changes[name].as_array().unwrap() {
                let id = one["id"].as_str().unwrap().to_owned();
                let stored = self.stored.get(&id);
                if stored.is_none_or(|stored| stored["updated_at"].as_str() <= one["updated_at"].as_str()) {
                    self.stored.insert(id, one.clone());
                }
            }
        }
        assert_eq!(changes["removed"], json!([]));
    }

    /// Calls until everything is known, at least once.
    async fn finish(&mut self, app: &TestApp, user_id: &str, count: u8) {
        loop {
            self.step(app, user_id, count).await;
            if !self.has_more {
                return;
            }
        }
    }
}

async fn call(app: &TestApp, user_id: &str, cursor: Option<&str>, count: u8) -> Value {
    let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    let answer = app.get(&path(user_id, &format!("?count={count}{cursor}"))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let changes = answer.json();
    assert!(changes["next_cursor"].as_str().unwrap().len() <= 2048);
    changes
}

/// The bank's state: every transaction by id.
async fn state(app: &TestApp, user_id: &str) -> BTreeMap<String, Value> {
    let (mut all, mut next) = (BTreeMap::new(), Some(transactions_path(user_id, ACCOUNT, "?count=200")));
    while let Some(path) = next {
        let page = app.get(&path).await;
        let listed = page.json()["transactions"].as_array().unwrap().clone();
        all.extend(listed.into_iter().map(|one| (one["id"].as_str().unwrap().to_owned(), one)));
        next = next_path(&page);
    }
    all
}

#[derive(Clone, Copy, Debug)]
enum Happening {
    Arrive(u32),
    /// The bank changes one of the newest payments.
    Change(usize),
    Step(bool, u8),
    Replay(bool, usize, u8),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        (1_u32..4).prop_map(Happening::Arrive),
        (0_usize..100).prop_map(Happening::Change),
        (any::<bool>(), 1_u8..=200).prop_map(|(one, count)| Happening::Step(one, count)),
        (any::<bool>(), 0_usize..20, 1_u8..=200).prop_map(|(one, at, count)| Happening::Replay(one, at, count)),
    ]
}

#[test]
fn whatever_happens_between_two_calls_a_receiver_ends_with_the_bank_s_state() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (app, user_id) = runtime.block_on(connected());
    let mut runner = TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16) });
    let outcome = runner.run(&vec(happening(), 0..14), |happenings| {
        runtime.block_on(async {
            let (mut receivers, mut changes) = ([Receiver::default(), Receiver::default()], 0);
            for happening in happenings {
                match happening {
                    Happening::Arrive(count) => app.bank.pay("person", ACCOUNT, count).await,
                    Happening::Change(place) => {
                        changes += 1;
                        let state = state(&app, &user_id).await;
                        let mut ids: Vec<u64> =
                            state.keys().map(|id| id.split_once('.').unwrap().1.parse().unwrap()).collect();
                        ids.sort_unstable_by(|one, other| other.cmp(one));
                        app.bank.change_payment(ACCOUNT, ids[place], &format!("changed {changes}")).await;
                    }
                    Happening::Step(one, count) => receivers[usize::from(one)].step(&app, &user_id, count).await,
                    Happening::Replay(one, at, count) => {
                        receivers[usize::from(one)].replay(&app, &user_id, at, count).await;
                    }
                }
            }
            let expected = state(&app, &user_id).await;
            for mut receiver in receivers {
                // A loop that had begun before the last change, and one after it.
                receiver.finish(&app, &user_id, 200).await;
                receiver.finish(&app, &user_id, 200).await;
                assert!(receiver.stored == expected, "{} of {}", receiver.stored.len(), expected.len());
            }
        });
        Ok(())
    });
    outcome.unwrap();
}

#[tokio::test]
async fn ten_thousand_payments_are_read_once_and_a_quiet_account_costs_one_call() {
    let (app, user_id) = connected().await;
    app.bank.pay("person", ACCOUNT, 10_000 - 320).await;
    app.bank.forget_calls().await;
    let mut receiver = Receiver::default();

    receiver.finish(&app, &user_id, 200).await;

    assert_eq!((receiver.stored.len(), app.bank.count(LIST).await), (10_000, 50));
    app.bank.forget_calls().await;
    let before = receiver.stored.clone();
    receiver.finish(&app, &user_id, 200).await;
    assert_eq!((app.bank.count(LIST).await, app.bank.total().await), (1, 1));
    assert_eq!(receiver.stored, before);
    app.bank.pay("person", ACCOUNT, 1).await;
    receiver.finish(&app, &user_id, 200).await;
    assert_eq!((receiver.stored.len(), app.bank.total().await), (10_001, 2));
}

#[tokio::test]
async fn a_sync_since_a_day_has_what_was_booked_from_then_on() {
    let (app, user_id) = connected().await;
    let expected: BTreeSet<_> = state(&app, &user_id)
        .await
        .into_iter()
        .filter(|(_, one)| one["booking_date"].as_str() >= Some("2026-01-15"))
        .map(|(id, _)| id)
        .collect();

    let changes = app.get(&path(&user_id, "?since=2026-01-15")).await.json();
    let mut receiver = Receiver { cursor: changes["next_cursor"].as_str().map(str::to_owned), ..Receiver::default() };
    receiver.apply(&changes);
    receiver.finish(&app, &user_id, 200).await;

    assert_eq!(receiver.stored.into_keys().collect::<BTreeSet<_>>(), expected);
}

fn cursor(answer: &Answer) -> String {
    answer.json()["next_cursor"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_cursor_that_was_altered_by_one_bit_is_refused() {
    let (app, user_id) = connected().await;
    let good = cursor(&app.get(&path(&user_id, "")).await);
    app.bank.forget_calls().await;

    for place in 0..good.len() {
        let mut bytes = good.clone().into_bytes();
        bytes[place] ^= 1 << (place % 7);
        let altered: String = url::form_urlencoded::byte_serialize(&bytes).collect();
        app.get(&path(&user_id, &format!("?cursor={altered}"))).await.problem(400, "cursor_invalid");
    }
    let longer = format!("{good}{}", "A".repeat(2048));
    for other in ["", ".", "x", &good[1..], &good[..good.len() - 1], &format!("{good}A"), &longer] {
        app.get(&path(&user_id, &format!("?cursor={other}"))).await.problem(400, "cursor_invalid");
    }
    assert_eq!(app.bank.total().await, 0);
    assert_eq!(app.get(&path(&user_id, &format!("?cursor={good}"))).await.status, 200);
}

#[tokio::test]
async fn a_cursor_belongs_to_one_listing_of_one_account_of_one_customer() {
    let (app, user_id) = connected().await;
    let other_user = app.connect("company").await;
    let sync = cursor(&app.get(&path(&user_id, "")).await);
    let list = cursor(&app.get(&transactions_path(&user_id, ACCOUNT, "?count=1")).await);

    for refused in [
        transactions_path(&other_user, ACCOUNT, &format!("/sync?cursor={sync}")),
        transactions_path(&user_id, 60_102, &format!("/sync?cursor={sync}")),
        transactions_path(&user_id, ACCOUNT, &format!("/sync?cursor={list}")),
        transactions_path(&user_id, ACCOUNT, &format!("?cursor={sync}")),
        transactions_path(&user_id, 60_102, &format!("?cursor={list}")),
    ] {
        app.get(&refused).await.problem(400, "cursor_invalid");
    }
    let both = app.get(&path(&user_id, &format!("?cursor={sync}&since=2026-01-01"))).await;
    assert_eq!(both.places(), ["since"]);
}

#[tokio::test]
async fn a_cursor_outlives_the_process_and_a_new_consent() {
    let (mut app, user_id) = connected().await;
    let mut receiver = Receiver::default();
    receiver.finish(&app, &user_id, 200).await;

    app.restart().await;
    assert_eq!(app.connect("person").await, user_id);
    app.bank.pay("person", ACCOUNT, 3).await;
    receiver.finish(&app, &user_id, 200).await;

    assert_eq!(receiver.in_loop.len(), 3);
    assert_eq!(receiver.stored, state(&app, &user_id).await);
}

#[tokio::test]
async fn a_page_without_links_or_without_the_payments_of_before_is_not_believed() {
    let (app, user_id) = connected().await;
    let mut receiver = Receiver::default();
    receiver.finish(&app, &user_id, 200).await;
    let cursor = receiver.cursor.clone().unwrap();
    let one = json!([{ "Payment": { "id": 5 } }]);
    for body in [
        json!({ "Response": one, "Pagination": { "older_url": null } }),
        json!({ "Response": [], "Pagination": { "older_url": null } }),
        json!({ "Response": one }),
    ] {
        app.bank.fault(json!({ "endpoint": LIST, "status": 200, "body": body })).await;
        app.get(&path(&user_id, &format!("?cursor={cursor}"))).await.problem(502, "bank_unavailable");
    }
    app.bank.fault(json!({ "endpoint": LIST, "status": 200, "body": { "Response": one } })).await;
    app.get(&path(&user_id, "")).await.problem(502, "bank_unavailable");
    receiver.finish(&app, &user_id, 200).await;
    assert_eq!(receiver.in_loop.len(), 0);
}

#[tokio::test]
async fn a_page_of_the_bank_that_leads_nowhere_gives_no_cursor() {
    let (app, user_id) = connected().await;
    let first = cursor(&app.get(&path(&user_id, "?count=1")).await);
    let payments = json!([{ "Payment": { "id": 999_999_999 } }]);
    let body = json!({ "Response": payments, "Pagination": { "older_url": "/v1/x?older_id=7" } });
    app.bank.fault(json!({ "endpoint": LIST, "status": 200, "body": body })).await;

    app.get(&path(&user_id, &format!("?cursor={first}"))).await.problem(502, "bank_unavailable");
    assert_eq!(
        app.get(&path(&user_id, &format!("?cursor={first}"))).await.json()["added"].as_array().unwrap().len(),
        200
    );
}
