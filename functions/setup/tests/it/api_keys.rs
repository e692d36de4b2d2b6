//! API keys: created, listed, revoked.

use serde_json::{Value, json};
use shared::http::Code;
use shared::types::secret::sha256_hex;
use testkit::TestApp;

use crate::support::{fresh, invoke, stored};

const ROUTE: &str = "/user/00000000-0000-4000-8000-000000000000/accounts";

async fn create(app: &TestApp, name: &str, scopes: &[&str]) -> Value {
    invoke(app, json!({ "action": "create_api_key", "name": name, "scopes": scopes })).await.unwrap()
}

async fn list(app: &TestApp) -> Vec<Value> {
    let listed = invoke(app, json!({ "action": "list_api_keys" })).await.unwrap();
    listed["api_keys"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_key_opens_what_its_scopes_allow_and_nothing_else() {
    let app = fresh().await;

    let accounts = create(&app, "reader", &["accounts"]).await;
    let payments = create(&app, "payer", &["payments", "psd2"]).await;

    assert_eq!((&accounts["name"], &accounts["scopes"]), (&json!("reader"), &json!(["accounts"])));
    assert_eq!(payments["scopes"], json!(["payments", "psd2"]));
    let [accounts, payments] = [&accounts, &payments].map(|made| made["api_key"].as_str().unwrap());
    assert!(accounts.starts_with("tpp_") && accounts.len() == 47, "256 bits behind a prefix");
    assert_ne!(accounts, payments);
    app.get_with_key(ROUTE, accounts).await.problem(404, "user_not_found");
    app.get_with_key(ROUTE, payments).await.problem(403, "scope_missing");
}

#[tokio::test]
async fn the_list_names_every_key_the_newest_first_and_gives_none_away() {
    let app = TestApp::start().await;
    app.clock.advance(5);
    let made = create(&app, "reader", &["accounts"]).await;

    let listed = list(&app).await;

    let names: Vec<_> = listed.iter().map(|key| &key["name"]).collect();
    assert_eq!(names, ["reader", "first"]);
    assert_eq!(listed[0]["id"], made["id"]);
    assert_eq!(listed[0]["scopes"], json!(["accounts"]));
    assert_eq!(
        listed[1]["scopes"],
        json!(["accounts", "connections", "payments", "psd2", "credentials", "writes", "events"])
    );
    assert!(listed.iter().all(|key| key["created_at"].is_string() && key.get("revoked_at").is_none()));
    assert!(listed.iter().all(|key| key["workspace"] == "default" && key.get("expires_at").is_none()));
    let text = json!(listed).to_string();
    for key in [made["api_key"].as_str().unwrap(), &app.api_key] {
        assert!(!text.contains(key) && !text.contains(&sha256_hex(key.as_bytes())), "{text}");
    }
}

#[tokio::test]
async fn a_revoked_key_is_refused_within_a_minute() {
    let app = TestApp::start().await;
    let (id, key) = app.create_api_key(&["accounts"]).await;
    app.get_with_key(ROUTE, &key).await.problem(404, "user_not_found");

    let answer = invoke(&app, json!({ "action": "revoke_api_key", "id": id })).await.unwrap();
    app.clock.advance(61);

    assert_eq!(answer, json!({ "id": id, "revoked": true }));
    app.get_with_key(ROUTE, &key).await.problem(401, "api_key_invalid");
    app.get(ROUTE).await.problem(404, "user_not_found");
}

#[tokio::test]
async fn a_key_that_is_revoked_before_its_first_use_never_works() {
    let app = fresh().await;
    let (id, key) = app.create_api_key(&["accounts"]).await;

    invoke(&app, json!({ "action": "revoke_api_key", "id": id })).await.unwrap();

    app.get_with_key(ROUTE, &key).await.problem(401, "api_key_invalid");
}

#[tokio::test]
async fn a_key_can_be_revoked_again_and_keeps_the_first_time() {
    let app = fresh().await;
    let (id, _) = app.create_api_key(&["accounts"]).await;
    let revoke = json!({ "action": "revoke_api_key", "id": id });
    invoke(&app, revoke.clone()).await.unwrap();
    let before = list(&app).await;

    app.clock.advance(100);
    let again = invoke(&app, revoke).await.unwrap();

    assert_eq!(again["revoked"], true);
    assert!(before[0]["revoked_at"].is_string(), "{before:?}");
    assert_eq!(list(&app).await, before);
}

#[tokio::test]
async fn a_key_that_does_not_exist_cannot_be_revoked() {
    let app = fresh().await;
    let before = stored(&app).await;

    let id = "00000000-0000-4000-8000-000000000000";
    let problem = invoke(&app, json!({ "action": "revoke_api_key", "id": id })).await.unwrap_err();

    assert_eq!(problem.code(), Code::InvalidRequest);
    assert!(problem.to_string().contains("/id"), "{problem}");
    assert_eq!(stored(&app).await, before);
}

#[tokio::test]
async fn the_first_key_can_be_revoked_and_the_setup_makes_no_other() {
    let app = TestApp::start().await;
    let id = list(&app).await[0]["id"].clone();
    invoke(&app, json!({ "action": "revoke_api_key", "id": id })).await.unwrap();

    let report = invoke(&app, json!({})).await.unwrap();

    assert_eq!(report.get("api_key"), None);
    assert_eq!(list(&app).await.len(), 1);
}

#[tokio::test]
async fn keys_are_stored_by_their_hash_alone() {
    let app = TestApp::start().await;
    let (_, key) = app.create_api_key(&["accounts"]).await;

    let (connections, ephemera, secrets) = stored(&app).await;

    for key in [&key, &app.api_key] {
        let hash = sha256_hex(key.as_bytes());
        assert!(connections.iter().any(|item| item["hash"]["S"] == hash), "{hash}");
        let secret_part = key.strip_prefix("tpp_").unwrap();
        for text in [json!(connections).to_string(), json!(ephemera).to_string(), json!(secrets).to_string()] {
            assert!(!text.contains(secret_part));
        }
    }
}

#[tokio::test]
async fn many_keys_made_at_once_are_all_kept() {
    let app = fresh().await;

    let made = futures::future::join_all((0..8).map(|_| app.create_api_key(&["psd2"]))).await;

    let listed = list(&app).await;
    assert_eq!(listed.len(), 8);
    for (id, _) in made {
        assert!(listed.iter().any(|key| key["id"] == id), "{id} is missing");
    }
}

#[tokio::test]
async fn the_list_says_when_a_key_was_last_used_to_the_hour() {
    let app = TestApp::start().await;
    let (id, key) = app.create_api_key(&["accounts"]).await;
    let last_use =
        async || list(&app).await.into_iter().find(|key| key["id"] == id.as_str()).unwrap()["last_used_at"].clone();
    assert_eq!(last_use().await, Value::Null);
    // During the first day, the last use is recorded to the minute.
    app.clock.advance(25 * 3600);

    app.get_with_key(ROUTE, &key).await.problem(404, "user_not_found");
    let first = last_use().await;
    assert!(first.is_string(), "{first}");
    app.clock.advance(1800);
    app.get_with_key(ROUTE, &key).await.problem(404, "user_not_found");
    assert_eq!(last_use().await, first, "within the hour nothing is written");
    app.clock.advance(1801);
    app.get_with_key(ROUTE, &key).await.problem(404, "user_not_found");
    assert_ne!(last_use().await, first);
}

/// The item of a key, as stored in DynamoDB.
async fn item_of(app: &TestApp, key: &str) -> Value {
    let hash = sha256_hex(key.as_bytes());
    let (connections, ..) = stored(app).await;
    connections.into_iter().find(|item| item["hash"]["S"] == hash.as_str()).unwrap()
}

async fn put(app: &TestApp, item: &Value) {
    app.aws_call("DynamoDB_20120810.PutItem", json!({ "TableName": "connections", "Item": item })).await;
}

#[tokio::test]
async fn a_key_stops_working_at_its_time_even_where_memory_has_it() {
    let app = TestApp::start().await;
    let expires_at = (app.compose().await.tpp.clock.now() + jiff::SignedDuration::from_secs(3600)).to_string();
    let payload =
        json!({ "action": "create_api_key", "name": "a", "scopes": ["accounts"], "expires_at": expires_at.clone() });
    let made = invoke(&app, payload).await.unwrap();
    let key = made["api_key"].as_str().unwrap();

    // The clock also advances by itself.
    app.clock.advance(3560);
    app.get_with_key(ROUTE, key).await.problem(404, "user_not_found");
    app.clock.advance(41);
    app.get_with_key(ROUTE, key).await.problem(401, "api_key_invalid");
    app.clock.advance(3600);
    app.get_with_key(ROUTE, key).await.problem(401, "api_key_invalid");

    let listed = list(&app).await.into_iter().find(|listed| listed["id"] == made["id"]).unwrap();
    assert_eq!((&made["expires_at"], &listed["expires_at"]), (&json!(expires_at), &json!(expires_at)));
    assert_eq!((&made["workspace"], &listed["workspace"]), (&json!("default"), &json!("default")));
}

#[tokio::test]
async fn an_item_without_every_attribute_of_a_key_is_none() {
    let app = TestApp::start().await;
    let (_, key) = app.create_api_key(&["accounts"]).await;
    let whole = item_of(&app, &key).await;
    let attributes: Vec<_> = whole.as_object().unwrap().keys().filter(|name| *name != "pk").cloned().collect();
    assert_eq!(attributes.len(), 6, "{whole}");

    for attribute in attributes {
        let mut part = whole.clone();
        part.as_object_mut().unwrap().remove(&attribute).unwrap();
        put(&app, &part).await;
        app.clock.advance(61);
        app.get_with_key(ROUTE, &key).await.problem(401, "api_key_invalid");
        // An incomplete item must not break the list either.
        assert_eq!(list(&app).await.len(), 1, "{attribute}");
    }
    put(&app, &whole).await;
    app.clock.advance(61);
    app.get_with_key(ROUTE, &key).await.problem(404, "user_not_found");
}

#[tokio::test]
async fn an_item_of_another_key_is_none() {
    let app = TestApp::start().await;
    let (_, one) = app.create_api_key(&["accounts"]).await;
    let (_, other) = app.create_api_key(&["payments"]).await;
    let (mut moved, whole) = (item_of(&app, &one).await, item_of(&app, &other).await);

    moved["pk"] = whole["pk"].clone();
    put(&app, &moved).await;
    app.get_with_key(ROUTE, &other).await.problem(401, "api_key_invalid");
    moved["hash"] = whole["hash"].clone();
    put(&app, &moved).await;
    app.clock.advance(61);
    app.get_with_key(ROUTE, &other).await.problem(401, "api_key_invalid");
}

#[tokio::test]
async fn a_key_that_no_list_has_is_revoked_by_its_id() {
    let app = TestApp::start().await;
    let (id, key) = app.create_api_key(&["accounts"]).await;
    let update = json!({
        "TableName": "connections", "Key": { "pk": { "S": "APIKEYS" } }, "UpdateExpression": "DELETE ids :id",
        "ExpressionAttributeValues": { ":id": { "SS": [id] } },
    });
    app.aws_call("DynamoDB_20120810.UpdateItem", update).await;
    assert_eq!(list(&app).await.len(), 1);
    app.get_with_key(ROUTE, &key).await.problem(404, "user_not_found");

    let answer = invoke(&app, json!({ "action": "revoke_api_key", "id": id })).await.unwrap();
    app.clock.advance(61);

    assert_eq!(answer["revoked"], true);
    app.get_with_key(ROUTE, &key).await.problem(401, "api_key_invalid");
}
