//! Connections from the owner's point of view.

use std::collections::HashSet;

use serde_json::{Value, json};
use testkit::{Answer, TestApp};

use crate::fixture::SESSION;

const DAY: i64 = 24 * 3600;

async fn connection(app: &TestApp, user_id: &str) -> Value {
    let found = app.get(&format!("/user/{user_id}/connection")).await;
    assert_eq!(found.status, 200, "{found:?}");
    found.json()
}

fn ids(page: &Answer) -> Vec<String> {
    assert_eq!(page.status, 200, "{page:?}");
    let page = page.json();
    let users = page["users"].as_array().unwrap().iter();
    users.map(|user| user["user_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_connection_says_who_it_is_since_when_and_for_how_long() {
    let app = TestApp::start().await;
    let user_id = app.connect_as("person", "customer-17").await;
    app.bank.forget_calls().await;

    let fresh = connection(&app, &user_id).await;
    assert_eq!(fresh["user_id"], user_id.as_str());
    assert_eq!(fresh["kind"], "person");
    assert!(fresh["display_name"].as_str().is_some_and(|name| !name.is_empty()), "{fresh}");
    assert_eq!(fresh["reference"], "customer-17");
    assert_eq!((&fresh["status"], &fresh["consent_age_days"]), (&json!("active"), &json!(0)));
    assert_eq!(fresh["connected_at"], fresh["consented_at"]);
    assert_eq!((&fresh["last_used_at"], &fresh["revoked_at"]), (&Value::Null, &Value::Null));
    let days = |from: &Value, to: &Value| {
        let time = |text: &Value| text.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        time(to).duration_since(time(from)).as_hours() / 24
    };
    assert_eq!(days(&fresh["consented_at"], &fresh["expires_at"]), 180);

    app.clock.advance(179 * DAY);
    assert_eq!(connection(&app, &user_id).await["status"], "active");
    app.clock.advance(DAY);
    let old = connection(&app, &user_id).await;
    assert_eq!((&old["status"], &old["consent_age_days"]), (&json!("expired"), &json!(180)));
    assert_eq!(app.bank.total().await, 0, "the bank was asked nothing");
}

#[tokio::test]
async fn connections_are_listed_newest_first_and_each_once_page_by_page() {
    let app = TestApp::start().await;
    let mut connected = Vec::new();
    for customer in ["person", "company", "empty", "strange"] {
        connected.insert(0, app.connect(customer).await);
        app.clock.advance(1);
    }

    let whole = app.get("/users").await;
    assert_eq!(ids(&whole), connected);
    assert_eq!(whole.json()["next_cursor"], Value::Null);
    assert_eq!(whole.header("link"), "");

    let (mut path, mut walked) = ("/users?count=1".to_owned(), Vec::new());
    loop {
        let page = app.get(&path).await;
        assert_eq!(ids(&page).len(), 1, "no page is empty, nor the last: {path}");
        walked.extend(ids(&page));
        let link = page.header("link");
        let Some(next) = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")) else { break };
        assert!(next.contains(page.json()["next_cursor"].as_str().unwrap()));
        path = next.to_owned();
    }
    assert_eq!(walked, connected);
}

#[tokio::test]
async fn connections_of_one_second_are_each_listed_once() {
    let app = TestApp::start().await;
    for customer in ["person", "company", "empty", "strange"] {
        app.connect(customer).await;
    }

    let first = app.get("/users?count=2").await;
    let cursor = first.json()["next_cursor"].as_str().unwrap().to_owned();
    let second = app.get(&format!("/users?count=2&cursor={cursor}")).await;

    let all: HashSet<_> = ids(&first).into_iter().chain(ids(&second)).collect();
    assert_eq!(all.len(), 4);
}

#[tokio::test]
async fn a_reference_finds_its_customers_and_survives_a_consent_without_one() {
    let app = TestApp::start().await;
    let person = app.connect_as("person", "A.b_c-9").await;
    let company = app.connect_as("company", "A.b_c-9").await;
    let other = app.connect_as("empty", "other").await;
    app.connect("strange").await;

    let mut found = ids(&app.get("/users?reference=A.b_c-9").await);
    found.sort();
    let mut both = vec![person.clone(), company];
    both.sort();
    assert_eq!(found, both);
    assert_eq!(ids(&app.get("/users?reference=nobody").await), Vec::<String>::new());

    assert_eq!(app.connect("person").await, person);
    assert_eq!(connection(&app, &person).await["reference"], "A.b_c-9", "kept");
    assert_eq!(app.connect_as("empty", "second").await, other);
    assert_eq!(connection(&app, &other).await["reference"], "other", "kept");
    for reference in ["other", "second"] {
        assert_eq!(ids(&app.get(&format!("/users?reference={reference}")).await), [other.as_str()]);
    }
}

#[tokio::test]
async fn a_reference_or_a_page_that_cannot_be_is_refused_by_name() {
    let app = TestApp::start().await;
    let long = "x".repeat(65);
    for reference in ["", "with%20space", "a/b", "%C3%A9", "a%00b", long.as_str()] {
        for path in [format!("/consents?reference={reference}"), format!("/users?reference={reference}")] {
            let refused = app.get(&path).await;
            assert_eq!(refused.problem(422, "invalid_request")["errors"][0]["parameter"], "reference", "{path}");
        }
    }
    for path in ["/users?refrence=x", "/users?reference=a&reference=b"] {
        app.get(path).await.problem(422, "invalid_request");
    }
    for (query, name) in [
        ("count=0", "count"),
        ("count=101", "count"),
        ("count=-1", "count"),
        ("cursor=x", "cursor"),
        ("cursor=", "cursor"),
        // A valid encoding of something that is not a cursor.
        ("cursor=MTc5NTM3MDAwMC9hYmM", "cursor"),
        ("older_id=1", "older_id"),
    ] {
        let refused = app.get(&format!("/users?{query}")).await;
        assert_eq!(refused.problem(422, "invalid_request")["errors"][0]["parameter"], name, "{query}");
    }
    assert_eq!(app.post("/consents", &json!({ "reference": "x".repeat(64) })).await.status, 201);
}

#[tokio::test]
async fn a_revoked_connection_is_shown_as_such_until_the_customer_consents_again() {
    let app = TestApp::start().await;
    let user_id = app.connect_as("person", "kept").await;
    app.bank.revoke("person").await;
    app.get(&format!("/user/{user_id}/accounts")).await.problem(403, "consent_revoked");
    app.bank.forget_calls().await;

    let revoked = connection(&app, &user_id).await;
    assert_eq!(revoked["status"], "revoked");
    assert!(revoked["revoked_at"].is_string(), "{revoked}");
    assert_eq!(app.get("/users").await.json()["users"][0], revoked);
    assert_eq!(app.bank.count(SESSION).await, 0);

    assert_eq!(app.connect("person").await, user_id);
    let healed = connection(&app, &user_id).await;
    assert_eq!((&healed["status"], &healed["revoked_at"]), (&json!("active"), &Value::Null));
    assert_eq!(healed["reference"], "kept");
}

#[tokio::test]
async fn the_last_use_is_noted_once_an_hour() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    let read = async || assert_eq!(app.get(&format!("/user/{user_id}")).await.status, 200);
    let last_use = async || connection(&app, &user_id).await["last_used_at"].clone();

    read().await;
    let first = last_use().await;
    assert!(first.is_string(), "{first}");
    for _ in 0..5 {
        app.clock.advance(600);
        read().await;
    }
    assert_eq!(last_use().await, first, "within the hour nothing is written");

    app.clock.advance(601);
    read().await;
    assert_ne!(last_use().await, first);
    app.bank.expire_sessions().await;
    assert_eq!(app.connect("person").await, user_id);
    assert!(last_use().await.is_string(), "a new consent does not forget it");
}

#[tokio::test]
async fn a_use_that_cannot_be_noted_stops_nobody() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    app.clock.advance(3601);
    let fault = json!({ "target": "DynamoDB_20120810.UpdateItem", "error": "ProvisionedThroughputExceededException", "times": 1000 });
    app.aws_fault(fault).await;

    let read = app.get(&format!("/user/{user_id}")).await;

    assert_eq!(read.status, 200, "{read:?}");
}
