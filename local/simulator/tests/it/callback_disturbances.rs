//! Callbacks under every disturbance at once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::callbacks::{settings, state, subscribed};
use crate::receiver::{Arrived, Behaviour};

fn key(notification: &Value) -> String {
    let object = notification["object"].as_object().unwrap().values().next().unwrap();
    format!("{} {}", notification["event_type"].as_str().unwrap(), object["id"])
}

fn is_known(notification: &Value) -> bool {
    notification["category"] != "SIMULATOR_UNKNOWN" && notification["object"].get("SimulatorUnknown").is_none()
}

#[tokio::test]
async fn each_of_two_hundred_events_arrives_or_has_a_failure_record_under_every_disturbance() {
    let (desk, mut receiver) = subscribed(settings(), &["MUTATION", "DRAFT_PAYMENT"]).await;
    let bank = desk.bank();
    let disturbances = json!({
        "duplicate_every": 7, "delay_seconds": 5, "reorder_within_seconds": 240, "stale_every": 3,
        "unknown_category_every": 11, "unknown_object_every": 13, "drop_every": 3, "lose_answer_every": 5,
        "foreign_source_every": 4,
    });
    bank.switch("callbacks", disturbances.clone()).await;
    // The receiver fails at first, too.
    receiver.behave([Behaviour::Status(500); 40]);

    bank.switch("payments", json!({"customer": "person", "count": 180})).await;
    let mut drafts = Vec::new();
    for _ in 0..10 {
        drafts.push(desk.draft("1.00").await);
    }
    for draft in &drafts {
        bank.switch("draft", json!({"draft": draft, "decision": "reject"})).await;
    }

    let mut offset = 0;
    let mut arrived: Vec<Arrived> = Vec::new();
    let last = loop {
        let now = state(bank).await;
        arrived.extend(receiver.rest());
        if now["waiting"] == 0 {
            break now;
        }
        if now["tries"].as_array().unwrap().iter().all(|entry| !entry["outcome"].is_null()) {
            offset += 10;
            bank.switch("settings", json!({"clock_offset_seconds": offset})).await;
        }
        tokio::task::yield_now().await;
    };
    arrived.extend(receiver.rest());

    assert_eq!(last["disturbances"], disturbances);
    let notifications: Vec<Value> = arrived.iter().map(Arrived::notification).collect();
    let known: Vec<&Value> = notifications.iter().filter(|notification| is_known(notification)).collect();
    let mut keys: BTreeSet<String> = known.iter().map(|notification| key(notification)).collect();
    let path = format!("/v1/user/{}/notification-filter-failure?count=200", desk.customer.id);
    let failures = bank.get(&path).token(&desk.customer.session).send().await.ok().json();
    for element in failures["Response"].as_array().unwrap() {
        let failed = &element["NotificationFilterFailure"];
        keys.insert(format!("{} {}", failed["event_type"].as_str().unwrap(), failed["object_id"]));
    }
    assert_eq!(keys.len(), 200);

    // Each disturbance has taken place.
    assert!(known.len() > keys.len());
    assert!(notifications.iter().any(|one| one["category"] == "SIMULATOR_UNKNOWN"));
    assert!(notifications.iter().any(|one| one["object"].get("SimulatorUnknown").is_some()));
    let foreign: Vec<&Arrived> =
        arrived.iter().filter(|one| one.headers["x-simulator-source-ip"] == "203.0.113.66").collect();
    assert!(!foreign.is_empty() && foreign.iter().all(|one| one.source.to_string() == "127.0.0.66"));
    let stale = known.iter().filter(|one| {
        one["event_type"] == "DRAFT_PAYMENT_REJECTED" && one["object"]["DraftPayment"]["status"] == "PENDING"
    });
    assert!(stale.count() > 0);
    let order: Vec<u64> = known.iter().filter_map(|one| one["object"]["Payment"]["id"].as_u64()).collect();
    assert!(!order.is_sorted());
    let outcomes = last["tries"].as_array().unwrap().iter().map(|entry| entry["outcome"].as_str().unwrap());
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    outcomes.for_each(|outcome| *counts.entry(outcome).or_default() += 1);
    let number_of = |words: &str| counts.iter().filter(|(text, _)| text.contains(words)).map(|(_, n)| n).sum::<usize>();
    for words in ["the try was lost", "the answer was lost", "answered 500", "delivered"] {
        assert!(number_of(words) > 0, "{words}: {counts:?}");
    }
}

#[tokio::test]
async fn the_longest_delay_loses_no_callback() {
    let (desk, _receiver) = subscribed(settings(), &["MUTATION"]).await;
    desk.bank().switch("callbacks", json!({"delay_seconds": u32::MAX, "reorder_within_seconds": u32::MAX})).await;

    desk.bank().switch("payments", json!({"customer": "person", "count": 3})).await;

    assert_eq!(state(desk.bank()).await["waiting"], 3);
}

#[tokio::test]
async fn an_invalid_disturbance_changes_nothing() {
    let (desk, _receiver) = subscribed(settings(), &[]).await;
    desk.bank().switch("callbacks", json!({"delay_seconds": 3})).await;

    for wrong in [json!({"delay": 1}), json!({"drop_every": -1}), json!({"delay_seconds": "3"}), json!([])] {
        let reply = desk.bank().call("PATCH", "/_simulator/callbacks").json(wrong.clone()).send().await;
        assert_eq!(reply.status, 400, "{wrong}");
    }

    assert_eq!(state(desk.bank()).await["disturbances"]["delay_seconds"], 3);
    assert_eq!(desk.bank().call("DELETE", "/_simulator/callbacks").send().await.status, 204);
    assert_eq!(state(desk.bank()).await["disturbances"]["delay_seconds"], 0);
}
