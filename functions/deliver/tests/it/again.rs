//! The log of an event, and deliveries that the owner asks for again.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use shared::{
    http::Problem,
    types::{deadline::Deadline, workspace::Workspace},
};
use testkit::{JsonBody as _, Receiver, Reply, TestApp};

use crate::fixture::{change, connect_all, feed, ids, log, put, redeliver, replay, report, stored};

#[tokio::test]
async fn the_log_says_how_each_delivery_goes() {
    let app = TestApp::start().await;
    let [good, bad] = [Receiver::start().await, Receiver::start().await];
    bad.answer(Reply::status(500));
    let [works, fails] = [&good, &bad].map(|receiver| app.create_endpoint(&receiver.url, &["*"]));
    let (works, fails) = (works.await, fails.await);
    app.connect("person").await;
    let [event] = feed(&app).await.try_into().unwrap();
    assert_eq!(log(&app, &event).await, json!({ "event": event, "deliveries": [] }), "nothing was tried");

    app.deliver().await;

    let logged = log(&app, &event).await;
    assert_eq!(logged["event"], event);
    let deliveries = logged["deliveries"].as_array().unwrap();
    let of = |endpoint: &Value| deliveries.iter().find(|one| one["endpoint_id"] == endpoint["id"]).unwrap();
    let (done, waiting) = (of(&works), of(&fails));
    assert_eq!(deliveries.len(), 2);
    assert_eq!(
        (&done["state"], &done["attempts"], &done["next_attempt_at"]),
        (&json!("delivered"), &json!(1), &Value::Null)
    );
    assert_eq!((&done["last_attempt"]["status"], &done["last_attempt"]["error"]), (&json!(204), &Value::Null));
    assert_eq!((&waiting["state"], &waiting["last_attempt"]["status"]), (&json!("waiting"), &json!(500)));
    assert_eq!(waiting["last_attempt"]["error"], "status");
    assert!(waiting["next_attempt_at"].as_str() > waiting["last_attempt"]["at"].as_str(), "{waiting}");
}

#[tokio::test]
async fn an_event_is_of_its_workspace_only() {
    let app = TestApp::start().await;
    let endpoint = app.create_endpoint("http://127.0.0.1:9/", &["*"]).await;
    app.connect("person").await;
    let [event] = feed(&app).await.try_into().unwrap();
    let made =
        app.setup(json!({ "action": "create_api_key", "name": "x", "scopes": ["events"], "workspace": "other" }));
    let key = made.await.unwrap()["api_key"].as_str().unwrap().to_owned();

    let path = format!("/webhook-events/{}", event["id"].as_str().unwrap());
    app.get_with_key(&path, &key).await.problem(404, "webhook_event_not_found");
    let request = app.request(Method::POST, &format!("{path}/redeliver")).bearer_auth(&key);
    let body = json!({ "endpoint_id": endpoint["id"] });
    app.send(request.json_body(&body)).await.problem(404, "webhook_event_not_found");
    let unknown = format!("/webhook-events/evt_{}", "0".repeat(32));
    app.get(&unknown).await.problem(404, "webhook_event_not_found");
    app.get("/webhook-events/evt_1").await.problem(422, "invalid_request");
    let absent = json!({ "id": format!("we_{}", "0".repeat(32)) });
    redeliver(&app, &event, &absent).await.problem(404, "webhook_endpoint_not_found");
    replay(&app, &absent, &json!("2026-01-01T00:00:00Z")).await.problem(404, "webhook_endpoint_not_found");
}

#[tokio::test]
async fn an_event_is_sent_again_with_the_same_id() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let endpoint = app.create_endpoint(&receiver.url, &["*"]).await;
    app.connect("person").await;
    app.deliver().await;
    let [event] = feed(&app).await.try_into().unwrap();

    assert_eq!(redeliver(&app, &event, &endpoint).await.status, 202);
    assert_eq!(app.deliver().await, report(json!({ "delivered": 1 })));

    let [first, second] = receiver.received().try_into().unwrap();
    assert_eq!((first.id(), first.json()), (second.id(), second.json()));
    change(&app, &endpoint, json!({ "state": "disabled" })).await;
    redeliver(&app, &event, &endpoint).await.problem(409, "webhook_endpoint_disabled");
    replay(&app, &endpoint, &event["timestamp"]).await.problem(409, "webhook_endpoint_disabled");
}

#[tokio::test]
async fn a_new_endpoint_gets_what_happened_since_a_time() {
    let app = TestApp::start().await;
    app.connect("person").await;
    app.advance(3600).await;
    connect_all(&app, 3).await;
    let user = app.connect("company").await;
    let delete = app.request(Method::DELETE, &format!("/user/{user}")).bearer_auth(&app.api_key);
    assert_eq!(app.send(delete).await.status, 204);
    let events = feed(&app).await;
    assert_eq!(events.len(), 6);
    app.advance(3600).await;
    let receiver = Receiver::start().await;
    let endpoint = app.create_endpoint(&receiver.url, &["connection.created"]).await;
    assert_eq!(app.deliver().await, report(json!({})), "a new endpoint gets nothing by itself");

    let answer = replay(&app, &endpoint, &events[1]["timestamp"]).await;

    assert_eq!((answer.status, answer.json()), (202, json!({ "events": 4 })));
    assert_eq!(app.deliver().await, report(json!({ "delivered": 4 })));
    let mut arrived = receiver.ids();
    arrived.sort_unstable();
    let mut expected = ids(&events[1..5]);
    expected.sort_unstable();
    assert_eq!(arrived, expected, "not the first, and not the deletion");
    assert_eq!(replay(&app, &endpoint, &json!("2099-01-01T00:00:00Z")).await.json(), json!({ "events": 0 }));
    replay(&app, &endpoint, &json!("yesterday")).await.problem(422, "invalid_request");
}

#[tokio::test]
async fn events_that_waited_for_a_number_are_sent_again_by_their_time() {
    let app = TestApp::start().await;
    app.connect("person").await;
    app.connect("company").await;
    // For ten days, no reader asks.
    app.advance(10 * 86_400).await;
    let receiver = Receiver::start().await;
    let endpoint = app.create_endpoint(&receiver.url, &["*"]).await;
    let day = |days: i64| {
        let now: jiff::Timestamp = endpoint["created_at"].as_str().unwrap().parse().unwrap();
        json!(now.checked_sub(jiff::SignedDuration::from_hours(24 * days)).unwrap().to_string())
    };

    assert_eq!(replay(&app, &endpoint, &day(9)).await.json(), json!({ "events": 0 }));
    assert_eq!(replay(&app, &endpoint, &day(11)).await.json(), json!({ "events": 2 }));
}

/// Stores this many copies of the only connection's event, none of which has a number.
async fn copy_event(app: &TestApp, copies: usize) {
    let waiting = stored(app, "OUTBOX#").await.into_iter();
    let mut created = waiting.filter(|item| item["event"]["M"]["type"]["S"] == "connection.created");
    let mut item = created.next().unwrap();
    let time = item["sk"]["S"].as_str().unwrap().split('#').next().unwrap().to_owned();
    for copy in 0..copies {
        let id = format!("evt_{copy:032x}");
        item["sk"]["S"] = json!(format!("{time}#{id}"));
        item["event"]["M"]["id"]["S"] = json!(id);
        put(app, &item).await;
    }
}

#[tokio::test]
async fn a_replay_numbers_all_events_first_or_says_that_it_did_not() {
    let app = TestApp::start().await;
    app.connect("person").await;
    copy_event(&app, 300).await;
    let endpoint = app.create_endpoint("http://127.0.0.1:9/", &["connection.deleted"]).await;
    let (since, id) = ("2020-01-01T00:00:00Z", endpoint["id"].as_str().unwrap().parse().unwrap());

    let webhooks = &app.compose().await.tpp.webhooks;
    let no_time = Deadline::after(Duration::ZERO);
    let error = webhooks.replay(&Workspace::default(), id, since.parse().unwrap(), no_time).await.unwrap_err();

    assert_eq!(Problem::from(error).code().as_str(), "webhook_events_pending");
    assert_eq!(stored(&app, "DELIVERIES").await.len(), 0, "nothing is sent again");
    change(&app, &endpoint, json!({ "types": ["*"] })).await;
    assert_eq!(replay(&app, &endpoint, &json!(since)).await.json(), json!({ "events": 301 }));
}

#[tokio::test]
async fn two_deliveries_of_one_event_wait_together_and_both_arrive() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let endpoint = app.create_endpoint(&receiver.url, &["*"]).await;
    app.connect("person").await;
    app.deliver().await;
    let [event] = feed(&app).await.try_into().unwrap();
    for _ in 0..3 {
        assert_eq!(redeliver(&app, &event, &endpoint).await.status, 202);
    }
    receiver.answer_next([Reply::status(503).with("retry-after", "60")]);
    receiver.answer(Reply::status(500));

    let first = app.deliver().await;
    assert_eq!(first, report(json!({ "waiting": 3 })), "they were sent at the same time");
    receiver.answer(Reply::status(204));
    assert_eq!(app.deliver().await, report(json!({})), "the receiver asked to wait");
    app.advance(73).await;

    assert_eq!(app.deliver().await, report(json!({ "delivered": 3 })));
    assert_eq!(receiver.ids(), vec![event["id"].as_str().unwrap(); 7]);
    assert_eq!(stored(&app, "DELIVERIES").await.len(), 0);
}
