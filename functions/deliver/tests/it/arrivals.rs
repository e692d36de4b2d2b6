//! Each event arrives once, as the feed shows it.

use std::time::Duration;

use futures::future::{join, join_all};
use serde_json::json;
use standardwebhooks::Webhook;
use testkit::{Receiver, Reply, TestApp};

use crate::fixture::{change, connect_all, feed, ids, path, report, signed_with, states, stored};

#[tokio::test]
async fn an_event_arrives_signed_and_as_the_feed_shows_it() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let endpoint = app.create_endpoint(&receiver.url, &["connection.*"]).await;
    let user_id = app.connect("person").await;

    assert_eq!(app.deliver().await, report(json!({ "delivered": 1 })));

    let [message] = receiver.received().try_into().unwrap();
    let mut event = feed(&app).await.remove(0);
    let id = event.as_object_mut().unwrap().remove("id").unwrap();
    assert_eq!((message.json(), json!(message.id())), (event, id));
    assert_eq!(message.json()["data"]["user_id"], user_id.as_str());
    assert_eq!(message.header("content-type"), "application/json");
    let webhook = Webhook::new(endpoint["secret"].as_str().unwrap()).unwrap();
    webhook.verify(message.text.as_bytes(), &message.headers).unwrap();
    assert_eq!(app.deliver().await, report(json!({})), "nothing is left");
    assert_eq!(states(&app).await, [("delivered".to_owned(), 1)]);
    let read = app.get(&path(&endpoint)).await.json();
    assert!(read["last_success_at"].is_string() && read["failing_since"].is_null(), "{read}");
}

#[tokio::test]
async fn each_event_arrives_once_per_endpoint_under_two_deliverers_and_four_readers() {
    let app = TestApp::start().await;
    let receivers = join_all((0..2).map(|_| Receiver::start())).await;
    for receiver in &receivers {
        receiver.answer(Reply::status(200).after(Duration::from_millis(20)));
        app.create_endpoint(&receiver.url, &["*"]).await;
    }
    let connect = connect_all(&app, 12);
    let read = join_all((0..4).map(async |_| {
        for _ in 0..10 {
            feed(&app).await;
        }
    }));
    let deliver = join_all((0..2).map(async |_| {
        for _ in 0..8 {
            app.deliver().await;
        }
    }));

    join(connect, join(read, deliver)).await;
    app.deliver().await;

    let mut expected = ids(&feed(&app).await);
    expected.sort_unstable();
    assert_eq!(expected.len(), 12);
    for receiver in &receivers {
        let mut arrived = receiver.ids();
        arrived.sort_unstable();
        assert_eq!(arrived, expected);
    }
    assert_eq!(stored(&app, "DELIVERIES").await.len(), 0);
}

#[tokio::test]
async fn an_event_that_a_reader_has_numbered_is_delivered_too() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    app.create_endpoint(&receiver.url, &["*"]).await;
    app.connect("person").await;
    let read = ids(&feed(&app).await);
    assert_eq!(read.len(), 1);

    app.deliver().await;

    assert_eq!(receiver.ids(), read);
}

#[tokio::test]
async fn more_events_than_a_transaction_numbers_are_all_delivered() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    // With twenty endpoints, one transaction numbers four events.
    for number in 0..20 {
        let types: &[&str] = if number == 0 { &["connection.created"] } else { &["connection.deleted"] };
        app.create_endpoint(&receiver.url, types).await;
    }
    connect_all(&app, 9).await;

    app.deliver().await;

    assert_eq!(receiver.ids().len(), 9);
    assert_eq!(feed(&app).await.len(), 9);
}

#[tokio::test]
async fn an_endpoint_gets_the_types_that_it_wants_and_only_later_events() {
    let app = TestApp::start().await;
    let receivers = join_all((0..3).map(|_| Receiver::start())).await;
    app.connect("company").await;
    // This event was not read, so it has no number yet.
    app.advance(120).await;
    let everything = app.create_endpoint(&receivers[0].url, &["*"]).await;
    app.create_endpoint(&receivers[1].url, &["connection.renewed", "connection.deleted"]).await;
    app.create_endpoint(&receivers[2].url, &["webhook.*"]).await;
    app.connect("person").await;
    app.connect("person").await;
    app.deliver().await;

    let types = |receiver: &Receiver| -> Vec<_> {
        receiver.received().iter().map(|message| message.json()["type"].as_str().unwrap().to_owned()).collect()
    };
    let mut all = types(&receivers[0]);
    all.sort_unstable();
    assert_eq!(all, ["connection.created", "connection.renewed"]);
    assert_eq!(types(&receivers[1]), ["connection.renewed"]);
    assert_eq!(types(&receivers[2]), [""; 0]);

    change(&app, &everything, json!({ "types": ["connection.deleted"] })).await;
    app.connect("person").await;
    app.deliver().await;
    assert_eq!((receivers[0].ids().len(), receivers[1].ids().len()), (2, 2));
}

#[tokio::test]
async fn workspaces_are_apart() {
    let app = TestApp::start().await;
    let receivers = join_all((0..2).map(|_| Receiver::start())).await;
    let (_, here) = app.create_api_key_in("here", &["events"]).await;
    let body = json!({ "url": receivers[0].url, "types": ["*"] });
    assert_eq!(app.ask_endpoint(&here, &body).await.status, 201);
    app.create_endpoint(&receivers[1].url, &["*"]).await;
    app.connect_in("here", "person").await;
    app.connect("company").await;

    assert_eq!(app.deliver().await, report(json!({ "delivered": 2 })));

    let arrived: Vec<_> = receivers.iter().map(Receiver::ids).collect();
    assert_eq!((arrived[0].len(), arrived[1].len()), (1, 1));
    assert_eq!(ids(&feed(&app).await), arrived[1]);
}

#[tokio::test]
async fn a_replaced_secret_signs_for_as_long_as_the_owner_says() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let endpoint = app.create_endpoint(&receiver.url, &["*"]).await;
    let rotate = async |hours: u32| {
        let path = format!("{}/rotate-secret", path(&endpoint));
        let rotated = app.post(&path, &json!({ "keep_old_for_hours": hours })).await.json();
        rotated["secret"].as_str().unwrap().to_owned()
    };
    let secret = |number: usize, secrets: &[String]| -> Vec<bool> {
        let messages = receiver.received();
        secrets.iter().map(|secret| signed_with(&messages[number], secret)).collect()
    };
    let first = endpoint["secret"].as_str().unwrap().to_owned();
    let second = rotate(24).await;
    let secrets = [first, second];
    app.connect("person").await;
    app.deliver().await;
    assert_eq!(secret(0, &secrets), [true, true]);
    let message = receiver.received().remove(0);
    for secret in &secrets {
        Webhook::new(secret).unwrap().verify(message.text.as_bytes(), &message.headers).unwrap();
    }

    app.advance(24 * 3600 + 1).await;
    app.connect("person").await;
    app.deliver().await;
    assert_eq!(secret(1, &secrets), [false, true]);

    let third = rotate(0).await;
    app.connect("person").await;
    app.deliver().await;
    assert_eq!(secret(2, &[secrets[1].clone(), third]), [false, true]);
}
