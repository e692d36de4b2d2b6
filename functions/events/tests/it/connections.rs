//! Each change of a connection is one event.

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::TestApp;

use crate::fixture::{after, changes, end, events};

#[tokio::test]
async fn a_connection_tells_its_life() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    app.advance(90).await;
    assert_eq!(app.connect("person").await, user_id);
    app.bank.revoke("person").await;
    app.get(&format!("/user/{user_id}/accounts")).await.problem(403, "consent_revoked");
    let delete = app.request(Method::DELETE, &format!("/user/{user_id}")).bearer_auth(&app.api_key);
    assert_eq!(app.send(delete).await.status, 204);

    let page = events(&app, "").await;

    let user_id = user_id.as_str();
    let names = ["connection.created", "connection.renewed", "connection.revoked", "connection.deleted"];
    assert_eq!(changes(&page), names.map(|name| (name, user_id)));
    assert_eq!((&page["has_more"], &page["missed"], end(&page)), (&json!(false), &json!(0), 4));
    let [created, renewed, revoked, deleted] = [0, 1, 2, 3].map(|at| &page["events"][at]);
    for consented in [created, renewed] {
        assert!(consented["data"]["consent_id"].is_string() && consented["data"]["expires_at"].is_string());
    }
    assert!(created["timestamp"].as_str() < renewed["timestamp"].as_str(), "{page}");
    for ended in [revoked, deleted] {
        assert_eq!((&ended["data"]["consent_id"], &ended["data"]["expires_at"]), (&Value::Null, &Value::Null));
    }
}

#[tokio::test]
async fn the_consent_of_an_event_is_the_one_that_the_owner_started() {
    let app = TestApp::start().await;
    let asked = app.ask_consent(&json!({ "reference": "customer-17" })).await;
    let (cookie, page) = app.open_consent(asked["url"].as_str().unwrap()).await;
    let path = app.approve(&page, "person").await;
    assert_eq!(app.callback(&path, &cookie).await.status, 200);

    let page = events(&app, "").await;

    assert_eq!(page["events"][0]["data"]["consent_id"], asked["consent_id"], "{page}");
}

#[tokio::test]
async fn many_that_meet_a_revoked_consent_at_once_make_one_event() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    let connected = events(&app, "").await;
    let siblings = join_all((0..4).map(|_| app.sibling("", ""))).await;
    app.bank.revoke("person").await;
    let path = format!("/user/{user_id}/accounts");

    let requests = siblings.iter().flat_map(|process| [process, process]).map(|process| {
        let url = process.url.join(&path).unwrap();
        app.send(app.request(Method::GET, url.as_str()).bearer_auth(&app.api_key))
    });
    for answer in join_all(requests).await {
        answer.problem(403, "consent_revoked");
    }

    let page = events(&app, &after(&connected)).await;
    assert_eq!(changes(&page), [("connection.revoked", user_id.as_str())]);
}

#[tokio::test]
async fn a_deletion_that_is_repeated_is_one_event() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    let connected = events(&app, "").await;
    let delete = || app.send(app.request(Method::DELETE, &format!("/user/{user_id}")).bearer_auth(&app.api_key));

    let answers = join_all((0..5).map(|_| delete())).await;

    assert!(answers.iter().all(|answer| answer.status == 204), "{answers:?}");
    let page = events(&app, &after(&connected)).await;
    assert_eq!(changes(&page), [("connection.deleted", user_id.as_str())]);
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_makes_one_event() {
    let app = TestApp::start().await;
    let drop = json!({ "target": "DynamoDB_20120810.TransactWriteItems", "drop": "after", "times": 1 });
    app.aws_fault(drop.clone()).await;
    let user_id = app.connect("person").await;
    app.bank.revoke("person").await;
    app.aws_fault(drop).await;
    app.get(&format!("/user/{user_id}/accounts")).await.problem(403, "consent_revoked");

    let page = events(&app, "").await;

    let user_id = user_id.as_str();
    assert_eq!(changes(&page), [("connection.created", user_id), ("connection.revoked", user_id)]);
}

#[tokio::test]
async fn an_event_has_nothing_of_the_customer_but_the_id() {
    let app = TestApp::start().await;
    app.connect_as("person", "customer-17").await;
    let profile = app.get("/users").await.json();

    let stored = json!(app.scan("events").await).to_string();
    let answered = events(&app, "").await.to_string();

    let name = profile["users"][0]["display_name"].as_str().unwrap();
    for text in [stored, answered] {
        assert!(text.contains(profile["users"][0]["user_id"].as_str().unwrap()));
        for hidden in [name, "customer-17", "BUNQ"] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
    }
}

#[tokio::test]
async fn a_consent_reminds_of_its_end_once() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    let mut query = after(&events(&app, "").await);
    let mut told = Vec::new();
    for day in 1..=181 {
        app.advance(86_400).await;
        // Two readers at once.
        let (page, same) = futures::future::join(events(&app, &query), events(&app, &query)).await;
        assert_eq!(page, same);
        for event in page["events"].as_array().unwrap() {
            assert_eq!(event["data"]["user_id"], user_id.as_str());
            told.push((day, event["type"].as_str().unwrap().to_owned(), event["data"]["days_left"].as_u64().unwrap()));
        }
        query = after(&page);
    }

    let expiring = |day, left| (day, "connection.expiring".to_owned(), left);
    let expected = [
        expiring(150, 30),
        expiring(166, 14),
        expiring(173, 7),
        expiring(179, 1),
        (180, "connection.expired".to_owned(), 0),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_new_consent_moves_the_reminders_and_an_end_removes_them() {
    let app = TestApp::start().await;
    let day = 86_400;
    let person = app.connect("person").await;
    let company = app.connect("company").await;
    app.advance(155 * day).await;
    assert_eq!(app.connect("person").await, person);
    app.bank.revoke("company").await;
    app.get(&format!("/user/{company}/accounts")).await.problem(403, "consent_revoked");
    app.advance(145 * day).await;

    let page = events(&app, "").await;

    let of = |user_id: &str| -> Vec<&str> {
        changes(&page).into_iter().filter(|(_, of)| *of == user_id).map(|(change, _)| change).collect()
    };
    // A reminder without a number is removed by what makes it obsolete.
    assert_eq!(of(&person), ["connection.created", "connection.renewed"]);
    assert_eq!(of(&company), ["connection.created", "connection.revoked"]);
    app.advance(6 * day).await;
    let page = events(&app, &after(&page)).await;
    assert_eq!(changes(&page), [("connection.expiring", person.as_str())]);
    let left: Vec<_> = app.scan("events").await.iter().map(|item| item["pk"]["S"].clone()).collect();
    assert_eq!(left.iter().filter(|pk| *pk == "OUTBOX#default").count(), 4, "14, 7, 1 and 0 days of one customer");
}

#[tokio::test]
async fn two_consents_in_one_second_are_two_events_and_one_set_of_reminders() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    assert_eq!(app.connect("person").await, user_id);

    let page = events(&app, "").await;

    assert_eq!(changes(&page).len(), 2);
    assert_eq!(app.scan("events").await.iter().filter(|item| item["pk"]["S"] == "OUTBOX#default").count(), 5);
}

#[tokio::test]
async fn a_callback_that_is_repeated_after_a_failure_is_one_event() {
    // The store fails at each of its writes.
    let writes = ["PutItem", "UpdateItem"].map(|target| (1..=5).map(move |nth| (target, nth)));
    let completed = join_all(writes.into_iter().flatten().map(async |(target, nth)| {
        let app = TestApp::start().await;
        let (cookie, page) = app.begin_consent().await;
        let path = app.approve(&page, "person").await;
        let target = format!("DynamoDB_20120810.{target}");
        app.aws_fault(json!({ "target": target, "nth": nth, "times": 20, "error": "InternalServerError" })).await;
        let first = app.callback(&path, &cookie).await;
        app.aws_recover().await;
        app.advance(60).await;
        let again = app.callback(&path, &cookie).await;

        let page = events(&app, "").await;

        // A code whose answer was not stored is lost, and connects nobody.
        let is_connected = first.status == 200 || again.status == 200;
        let created = if is_connected { vec!["connection.created"] } else { Vec::new() };
        let told: Vec<_> = changes(&page).into_iter().map(|(change, _)| change).collect();
        assert_eq!(told, created, "{target} {nth}: {first:?} {again:?}");
        first.status != 200 && again.status == 200
    }));
    assert!(completed.await.contains(&true), "a repeated callback completed a consent");
}

#[tokio::test]
async fn consents_and_a_deletion_at_once_leave_no_reminder_of_an_old_consent() {
    let app = TestApp::start().await;
    for _ in 0..4 {
        let user_id = app.connect("person").await;
        app.advance(90).await;
        let delete = app.request(Method::DELETE, &format!("/user/{user_id}")).bearer_auth(&app.api_key);
        let renew = async || app.connect("person").await;
        let (deleted, ..) = futures::future::join3(app.send(delete), renew(), renew()).await;
        assert_eq!(deleted.status, 204, "{deleted:?}");
    }
    let left: Vec<_> = app.scan("events").await;
    let reminders = left.iter().filter(|item| item["event"]["M"]["days_left"].get("N").is_some()).count();

    let connected = app.get("/users").await.json()["users"].as_array().unwrap().len();

    assert_eq!(reminders, 5 * connected);
}
