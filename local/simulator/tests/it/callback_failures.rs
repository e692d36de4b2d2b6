//! Callbacks that fail: their tries, and the records of those that failed for good.

use bunq_simulator::{FailureOwner, RetryAnswer, Settings};
use serde_json::{Value, json};

use crate::callbacks::{arrive, minutes, settings, state, subscribed, tries};
use crate::desk::Desk;
use crate::receiver::Behaviour;

async fn failures(desk: &Desk) -> Vec<Value> {
    let path = format!("/v1/user/{}/notification-filter-failure", desk.customer.id);
    let reply = desk.bank().get(&path).token(&desk.customer.session).send().await.ok().json();
    let all = reply["Response"].as_array().unwrap().iter();
    all.map(|element| element["NotificationFilterFailure"].clone()).collect()
}

#[tokio::test]
async fn a_callback_is_tried_six_times_a_minute_apart_and_then_recorded_as_failed() {
    let (desk, mut receiver) = subscribed(settings(), &["MUTATION"]).await;
    let bank = desk.bank();
    receiver.behave([Behaviour::Status(500), Behaviour::Redirect, Behaviour::Status(404)]);
    receiver.behave([Behaviour::Status(300), Behaviour::Status(429), Behaviour::Status(503)]);

    arrive(bank, 1).await;
    let first = receiver.next().await;
    for minute in 1..=5 {
        tries(bank, usize::try_from(minute).unwrap()).await;
        assert!(failures(&desk).await.is_empty() && receiver.rest().is_empty());
        minutes(bank, minute).await;
        assert_eq!(receiver.next().await.text, first.text);
    }
    tries(bank, 6).await;

    minutes(bank, 30).await;
    let failed = failures(&desk).await.remove(0);
    let payment = first.notification()["object"]["Payment"]["id"].clone();
    assert_eq!((&failed["object_id"], &failed["event_type"]), (&payment, &json!("MUTATION_RECEIVED")));
    assert_eq!((&failed["response_code"], &failed["category"]), (&json!(503), &json!("MUTATION")));
    assert_eq!((&failed["user_id"], &failed["user_requested_id"]), (&json!(50_101), &json!(desk.customer.id)));
    let filter = json!({"notification_delivery_method": "URL", "notification_target": receiver.url,
        "category": "MUTATION"});
    assert_eq!(failed["notification_filters"], json!([filter]));
    assert_eq!((state(bank).await["waiting"].clone(), receiver.rest().len()), (json!(0), 0));
    let numbers: Vec<Value> = tries(bank, 6).await.iter().map(|entry| entry["number"].clone()).collect();
    assert_eq!(json!(numbers), json!([1, 2, 3, 4, 5, 6]));
}

#[tokio::test]
async fn a_failed_callback_is_sent_again_on_demand() {
    let (desk, mut receiver) = subscribed(settings(), &["MUTATION"]).await;
    let bank = desk.bank();
    receiver.behave([Behaviour::Status(500); 6]);
    arrive(bank, 1).await;
    for minute in 1..=6 {
        receiver.next().await;
        tries(bank, usize::try_from(minute).unwrap()).await;
        minutes(bank, minute).await;
    }
    let id = failures(&desk).await[0]["id"].as_u64().unwrap();
    let path = format!("/v1/user/{}/notification-filter-failure", desk.customer.id);
    let retry = async |ids: &str| {
        let body = json!({"notification_filter_failed_ids": ids});
        bank.post(&path, body).token(&desk.customer.session).send().await
    };

    assert_eq!(retry(&format!("{id},1")).await.status, 404);
    retry("one").await.refused_by_simulator(400, "separated by commas");
    let hundred_and_one = vec![id.to_string(); 101].join(",");
    retry(&hundred_and_one).await.refused_by_simulator(400, "at most 100");
    assert_eq!(retry(&id.to_string()).await.ok().text, r#"{"Response":[]}"#);

    receiver.next().await;
    tries(bank, 7).await;
    assert!(failures(&desk).await.is_empty());
    bank.switch("settings", json!({"failed_callback_retry_answer": RetryAnswer::Id})).await;
    assert_eq!(retry(&id.to_string()).await.status, 404);
}

#[tokio::test]
async fn a_receiver_that_hangs_or_is_away_fails_without_a_status() {
    let wait = Settings { callback_timeout_seconds: 1, ..settings() };
    let (desk, mut receiver) = subscribed(wait, &["MUTATION"]).await;
    receiver.behave([Behaviour::Hang]);

    arrive(desk.bank(), 1).await;
    receiver.next().await;
    let log = tries(desk.bank(), 1).await;
    assert_eq!(log[0]["outcome"], "Connection timeout after 1 seconds");

    drop(receiver);
    minutes(desk.bank(), 1).await;
    let log = tries(desk.bank(), 2).await;
    assert_eq!(log[1]["outcome"], "Simulator: no connection to the receiver.");
}

#[tokio::test]
async fn the_failures_of_a_connection_may_belong_to_its_provider() {
    let provider = Settings { failed_callback_owner: FailureOwner::Provider, ..settings() };
    let (desk, receiver) = subscribed(provider, &["MUTATION"]).await;
    let bank = desk.bank();
    drop(receiver);
    arrive(bank, 1).await;
    for minute in 1..=6 {
        tries(bank, usize::try_from(minute).unwrap()).await;
        minutes(bank, minute).await;
    }

    assert!(failures(&desk).await.is_empty());
    let path = desk.app.provider.path("notification-filter-failure");
    let listed = bank.get(&path).token(&desk.app.provider.session).send().await.ok().json();
    assert_eq!(listed["Response"].as_array().unwrap().len(), 1);
    assert_eq!(listed["Response"][0]["NotificationFilterFailure"]["response_code"], Value::Null);
}
