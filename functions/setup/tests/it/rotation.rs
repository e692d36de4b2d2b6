//! An API key gets a successor and expires by itself; and how exactly its use is recorded meanwhile.

use serde_json::{Value, json};
use shared::http::Code;
use testkit::TestApp;

use crate::support::{fresh, invoke};

const ROUTE: &str = "/user/00000000-0000-4000-8000-000000000000/accounts";
const HOUR: i64 = 3600;

async fn create(app: &TestApp, more: Value) -> Value {
    let mut payload =
        json!({ "action": "create_api_key", "name": "books", "scopes": ["accounts"], "workspace": "shop" });
    payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    invoke(app, payload).await.unwrap()
}

async fn rotate(app: &TestApp, id: &Value, more: Value) -> Value {
    let mut payload = json!({ "action": "rotate_api_key", "id": id });
    payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    invoke(app, payload).await.unwrap()
}

async fn listed(app: &TestApp, id: &Value) -> Value {
    let list = invoke(app, json!({ "action": "list_api_keys" })).await.unwrap();
    list["api_keys"].as_array().unwrap().iter().find(|key| key["id"] == *id).unwrap().clone()
}

async fn status(app: &TestApp, key: &Value) -> u16 {
    app.get_with_key(ROUTE, key.as_str().unwrap()).await.status
}

#[tokio::test]
async fn a_successor_is_the_same_and_its_predecessor_ends_by_itself() {
    let app = fresh().await;
    let old = create(&app, json!({})).await;
    app.clock.advance(10);

    let new = rotate(&app, &old["id"], json!({})).await;

    for field in ["name", "scopes", "workspace"] {
        assert_eq!(new[field], old[field], "{field}");
    }
    assert_eq!(new.get("expires_at"), None);
    assert_ne!((&new["id"], &new["api_key"]), (&old["id"], &old["api_key"]));
    assert_eq!((status(&app, &old["api_key"]).await, status(&app, &new["api_key"]).await), (404, 404), "both open");
    let record = listed(&app, &old["id"]).await;
    assert_eq!((&record["replaced_by"], &record["replaced_at"]), (&new["id"], &new["created_at"]));
    app.clock.advance(24 * HOUR - 61);
    assert_eq!(status(&app, &old["api_key"]).await, 404);
    app.clock.advance(62);
    assert_eq!((status(&app, &old["api_key"]).await, status(&app, &new["api_key"]).await), (401, 404));
}

#[tokio::test]
async fn the_overlap_is_as_long_as_was_asked() {
    let app = fresh().await;
    for (overlap, still, over) in
        [(json!(0), None, 1), (json!(1), Some(HOUR - 5), 10), (json!("2"), Some(HOUR), HOUR + 5)]
    {
        let old = create(&app, json!({})).await;
        rotate(&app, &old["id"], json!({ "overlap": overlap })).await;
        if let Some(seconds) = still {
            app.clock.advance(seconds);
            assert_eq!(status(&app, &old["api_key"]).await, 404, "{overlap}");
        }
        app.clock.advance(over);
        assert_eq!(status(&app, &old["api_key"]).await, 401, "{overlap}");
    }
}

#[tokio::test]
async fn a_key_that_was_to_end_keeps_its_end_and_its_successor_lives_as_long() {
    let app = fresh().await;
    let end = |seconds: i64| (jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds)).to_string();
    let old = create(&app, json!({ "expires_at": end(HOUR) })).await;

    let new = rotate(&app, &old["id"], json!({ "overlap": 720 })).await;
    let other = rotate(&app, &new["id"], json!({ "expires_at": "2090-01-01T00:00:00Z" })).await;

    assert_eq!(listed(&app, &old["id"]).await["expires_at"], old["expires_at"], "as it was");
    assert!(listed(&app, &old["id"]).await["ends_at"].is_string());
    let lifetime = |key: &Value| {
        let time = |field: &str| key[field].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        time("expires_at").duration_since(time("created_at"))
    };
    assert_eq!(lifetime(&new), lifetime(&old));
    assert_eq!(other["expires_at"], "2090-01-01T00:00:00Z");
}

#[tokio::test]
async fn what_has_ended_or_never_was_gets_no_successor() {
    let app = fresh().await;
    let old = create(&app, json!({})).await;
    invoke(&app, json!({ "action": "revoke_api_key", "id": old["id"] })).await.unwrap();
    let count = async || {
        let list = invoke(&app, json!({ "action": "list_api_keys" })).await.unwrap();
        list["api_keys"].as_array().unwrap().len()
    };
    let before = count().await;
    let ended = create(&app, json!({})).await;
    rotate(&app, &ended["id"], json!({ "overlap": 0 })).await;

    for payload in [
        json!({ "action": "rotate_api_key", "id": old["id"] }),
        json!({ "action": "rotate_api_key", "id": ended["id"] }),
        json!({ "action": "rotate_api_key", "id": "00000000-0000-4000-8000-000000000000" }),
        json!({ "action": "rotate_api_key", "id": "x" }),
        json!({ "action": "rotate_api_key" }),
        json!({ "action": "rotate_api_key", "id": old["id"], "overlap": 721 }),
        json!({ "action": "rotate_api_key", "id": old["id"], "overlap": -1 }),
        json!({ "action": "rotate_api_key", "id": old["id"], "overlap": 1.5 }),
        json!({ "action": "rotate_api_key", "id": old["id"], "overlap": null }),
        json!({ "action": "rotate_api_key", "id": old["id"], "expires_at": "2020-01-01T00:00:00Z" }),
        json!({ "action": "rotate_api_key", "id": old["id"], "name": "other" }),
    ] {
        let problem = invoke(&app, payload.clone()).await.unwrap_err();
        assert_eq!(problem.code(), Code::InvalidRequest, "{payload}");
    }
    assert_eq!(count().await, before + 2);
}

#[tokio::test]
async fn a_key_whose_successor_was_lost_can_be_rotated_again() {
    let app = fresh().await;
    let old = create(&app, json!({})).await;
    rotate(&app, &old["id"], json!({})).await;

    let new = rotate(&app, &old["id"], json!({})).await;

    assert_eq!(listed(&app, &old["id"]).await["replaced_by"], new["id"]);
    assert_eq!(status(&app, &new["api_key"]).await, 404);
    let ends_at = listed(&app, &old["id"]).await["ends_at"].clone();
    rotate(&app, &old["id"], json!({ "overlap": 720 })).await;
    assert_eq!(listed(&app, &old["id"]).await["ends_at"], ends_at, "it gets no more time");
}

#[tokio::test]
async fn use_is_noted_to_the_minute_while_a_key_is_new_or_about_to_end() {
    let app = fresh().await;
    let made = create(&app, json!({})).await;
    let used = async || {
        status(&app, &made["api_key"]).await;
        listed(&app, &made["id"]).await["last_used_at"].clone()
    };

    let first = used().await;
    app.clock.advance(61);
    let minute = used().await;
    assert!(minute.as_str() > first.as_str(), "{first} {minute}");
    app.clock.advance(25 * HOUR);
    let day = used().await;
    app.clock.advance(61);
    assert_eq!(used().await, day, "to the hour");
    rotate(&app, &made["id"], json!({})).await;
    app.clock.advance(61);
    assert!(used().await.as_str() > day.as_str());
}
