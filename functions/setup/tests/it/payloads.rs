//! The payloads that the setup refuses.

use serde_json::{Value, json};
use shared::http::Code;

use crate::support::{fresh, invoke, stored};

/// Each of these payloads is refused with a helpful message, and nothing changes.
async fn assert_refused(payloads: &[(Value, &str)]) {
    let app = fresh().await;
    let before = stored(&app).await;
    for (payload, word) in payloads {
        let problem = invoke(&app, payload.clone()).await.expect_err(&payload.to_string());

        assert_eq!((problem.code(), problem.status().as_u16()), (Code::InvalidRequest, 422), "{payload}");
        assert!(problem.to_string().contains(word), "{payload}: {problem}");
    }
    assert_eq!(stored(&app).await, before);
    assert_eq!(app.bank.total().await, 0);
}

const ID: &str = "00000000-0000-4000-8000-000000000000";

#[tokio::test]
async fn unknown_actions_and_fields_are_refused_by_name() {
    assert_refused(&[
        (json!({ "action": "destroy" }), "/action must be run, status"),
        (json!({ "action": "Run" }), "/action must be run, status"),
        (json!({ "action": "" }), "/action must be run, status"),
        (json!({ "force": true }), "/force is not a field"),
        (json!({ "action": "run", "force": true }), "force"),
        (json!({ "action": "status", "verbose": 1 }), "verbose"),
        (json!({ "action": "list_api_keys", "limit": 5 }), "limit"),
        (json!({ "action": "revoke_api_key", "id": ID, "now": true }), "now"),
        (json!({ "action": "create_api_key", "name": "a", "scopes": ["payments"], "key": "mine" }), "key"),
    ])
    .await;
}

#[tokio::test]
async fn missing_fields_and_wrong_types_are_refused() {
    let create = |name: Value, scopes: Value| json!({ "action": "create_api_key", "name": name, "scopes": scopes });
    assert_refused(&[
        (json!({ "action": null }), "/action must not be null"),
        (json!({ "action": 5 }), "/action must be a string"),
        (json!({ "action": ["run"] }), "/action must be a string"),
        (json!({ "action": "create_api_key", "scopes": ["payments"] }), "/name is required"),
        (json!({ "action": "create_api_key", "name": "a" }), "/scopes must name at least one scope"),
        (json!({ "action": "create_api_key" }), "/name is required. /scopes must name at least one scope."),
        (json!({ "action": "revoke_api_key" }), "/id is required"),
        (json!({ "action": "revoke_api_key", "id": 7 }), "/id must be a string"),
        (json!({ "action": "revoke_api_key", "id": "7" }), "/id must be a UUID"),
        (create(json!(5), json!(["payments"])), "/name must be a string"),
        (create(json!(null), json!(["payments"])), "/name must not be null"),
        (create(json!("a"), json!("payments")), "/scopes must be a list"),
        (create(json!("a"), json!(["root"])), "/scopes/0 must be one of accounts"),
        (create(json!("a"), json!(["payments", "admin"])), "/scopes/1 must be one of accounts"),
        (create(json!("a"), json!([["payments"]])), "/scopes/0 must be a string"),
        (create(json!("a"), json!([5])), "/scopes/0 must be a string"),
        (create(json!("a"), json!({ "payments": true })), "/scopes must be a list"),
    ])
    .await;
}

#[tokio::test]
async fn names_and_scopes_that_say_nothing_are_refused() {
    let create = |name: &str, scopes: &[&str]| json!({ "action": "create_api_key", "name": name, "scopes": scopes });
    assert_refused(&[
        (create("", &["payments"]), "/name"),
        (create(" \t\n", &["payments"]), "/name"),
        (create(&"a".repeat(101), &["payments"]), "/name"),
        (create("a", &[]), "/scopes"),
    ])
    .await;
}

#[tokio::test]
async fn a_workspace_and_an_end_that_are_none_are_refused() {
    let create = |name: &str, value: Value| {
        let mut payload = json!({ "action": "create_api_key", "name": "a", "scopes": ["accounts"] });
        payload[name] = value;
        payload
    };
    let must = |value: Value| (create("workspace", value), "/workspace must be 1 to 32 of a-z, 0-9 and dash");
    assert_refused(&[
        must(json!("")),
        must(json!("Shop")),
        must(json!("a_b")),
        must(json!("a b")),
        must(json!("é")),
        must(json!("a/b")),
        must(json!("a".repeat(33))),
        (create("workspace", json!(5)), "/workspace must be a string"),
        (create("workspace", json!(null)), "/workspace must not be null"),
        (create("expires_at", json!("tomorrow")), "/expires_at must be a time"),
        (create("expires_at", json!("2999-01-01")), "/expires_at must be a time"),
        (create("expires_at", json!(1_900_000_000)), "/expires_at must be a string"),
        (create("expires_at", json!("2001-01-01T00:00:00Z")), "/expires_at must be in the future"),
    ])
    .await;
}

#[tokio::test]
async fn payloads_that_are_no_object_are_refused() {
    assert_refused(&[
        (json!(null), "object"),
        (json!("run"), "object"),
        (json!("{}"), "object"),
        (json!(5), "object"),
        (json!(true), "object"),
        (json!([]), "object"),
    ])
    .await;
}

#[tokio::test]
async fn an_array_is_not_a_command_in_disguise() {
    assert_refused(&[
        (json!(["status"]), "object"),
        (json!(["run"]), "object"),
        (json!(["list_api_keys"]), "object"),
        (json!(["revoke_api_key", ID]), "object"),
        (json!(["create_api_key", "a", ["payments"]]), "object"),
    ])
    .await;
}

#[tokio::test]
async fn a_name_may_have_a_hundred_characters_of_any_kind() {
    let app = fresh().await;
    for name in ["a".repeat(100), "é".repeat(100)] {
        let payload = json!({ "action": "create_api_key", "name": name, "scopes": ["payments"] });

        let made = invoke(&app, payload).await;

        assert_eq!(made.map(|made| made["name"].clone()), Ok(json!(name)));
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_once() {
    let app = fresh().await;
    let nameless = json!({ "action": "create_api_key", "name": null, "scopes": ["accounts"] });
    for (payload, word) in
        [(json!({ "action": "destroy" }), "/action"), (json!({ "force": true }), "/force"), (nameless, "/name")]
    {
        let problem = invoke(&app, payload).await.unwrap_err().to_string();

        assert_eq!(problem.matches(word).count(), 1, "{problem}");
    }
}
