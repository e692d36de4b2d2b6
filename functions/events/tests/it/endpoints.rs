//! The endpoints to which events are sent: create, read, change, delete, and replace the secret.

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, JsonBody as _, Receiver, Reply, TestApp};

const URL: &str = "http://127.0.0.1:9/webhooks";

async fn send(app: &TestApp, method: Method, path: &str, key: &str, body: Option<Value>) -> Answer {
    let request = app.request(method, path).bearer_auth(key);
    app.send(match body {
        Some(body) => request.json_body(&body),
        None => request,
    })
    .await
}

fn path(endpoint: &Value) -> String {
    format!("/webhook-endpoints/{}", endpoint["id"].as_str().unwrap())
}

#[tokio::test]
async fn an_endpoint_is_created_read_changed_and_deleted() {
    let app = TestApp::start().await;
    let asked = json!({ "url": URL, "types": ["connection.*", "webhook.disabled"], "description": "Production" });
    let answer = app.ask_endpoint(&app.api_key, &asked).await;
    let created = answer.json();
    let expected = json!({
        "id": created["id"],
        "url": URL,
        "types": ["connection.*", "webhook.disabled"],
        "description": "Production",
        "state": "enabled",
        "disabled_because": null,
        "signature": "hmac",
        "public_key": null,
        "secret": created["secret"],
        "old_valid_until": null,
        "created_at": created["created_at"],
        "last_success_at": null,
        "failing_since": null,
    });
    assert_eq!((answer.status, &created), (201, &expected));
    assert!(answer.header("location").ends_with(&path(&created)), "{answer:?}");
    let mut shown = created.clone();
    assert!(shown.as_object_mut().unwrap().remove("secret").unwrap().as_str().unwrap().starts_with("whsec_"));

    assert_eq!(app.get(&path(&created)).await.json(), shown);
    assert_eq!(app.get("/webhook-endpoints").await.json(), json!({ "endpoints": [shown] }));

    let change = json!({ "url": "http://127.0.0.1:9/other", "types": ["*"], "description": "", "state": "disabled" });
    let changed = send(&app, Method::PATCH, &path(&created), &app.api_key, Some(change)).await.json();
    let mut expected = shown.clone();
    for (name, value) in [
        ("url", json!("http://127.0.0.1:9/other")),
        ("types", json!(["*"])),
        ("description", Value::Null),
        ("state", json!("disabled")),
        ("disabled_because", json!("requested")),
    ] {
        expected[name] = value;
    }
    assert_eq!(changed, expected);
    assert_eq!(app.get(&path(&created)).await.json(), expected);

    for _ in 0..2 {
        assert_eq!(send(&app, Method::DELETE, &path(&created), &app.api_key, None).await.status, 204);
    }
    app.get(&path(&created)).await.problem(404, "webhook_endpoint_not_found");
    assert_eq!(app.get("/webhook-endpoints").await.json(), json!({ "endpoints": [] }));
}

#[tokio::test]
async fn an_endpoint_without_a_secret_has_a_public_key() {
    let app = TestApp::start().await;
    let asked = json!({ "url": URL, "types": ["*"], "signature": "ed25519" });
    let created = app.ask_endpoint(&app.api_key, &asked).await.json();
    let public_key = created["public_key"].as_str().unwrap();
    assert!(public_key.starts_with("whpk_") && created.get("secret").is_none(), "{created}");

    let rotated = app.post(&format!("{}/rotate-secret", path(&created)), &json!({})).await.json();

    assert_ne!(rotated["public_key"], created["public_key"]);
    assert!(rotated["old_valid_until"].is_string() && rotated.get("secret").is_none(), "{rotated}");
    assert_eq!(app.get(&path(&created)).await.json()["public_key"], rotated["public_key"]);
}

#[tokio::test]
async fn a_secret_is_replaced_and_shown_once() {
    let app = TestApp::start().await;
    let created = app.create_endpoint(URL, &["*"]).await;
    let rotate = async |body: Value| app.post(&format!("{}/rotate-secret", path(&created)), &body).await;

    let kept = rotate(json!({})).await.json();
    let at_once = rotate(json!({ "keep_old_for_hours": 0 })).await.json();

    assert!(kept["old_valid_until"].is_string());
    assert_eq!(at_once["old_valid_until"], Value::Null);
    let mut secrets = [&created, &kept, &at_once].map(|endpoint| endpoint["secret"].as_str().unwrap().to_owned());
    secrets.sort_unstable();
    assert!(secrets[0] != secrets[1] && secrets[1] != secrets[2]);
    assert!(app.get(&path(&created)).await.json().get("secret").is_none());
    for hours in [json!(-1), json!(73), json!("x"), json!(1.5)] {
        rotate(json!({ "keep_old_for_hours": hours })).await.problem(422, "invalid_request");
    }
}

#[tokio::test]
async fn requests_that_replace_a_secret_at_once_leave_one_of_theirs() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let created = app.create_endpoint(&receiver.url, &["*"]).await;
    let rotate = || async { app.post(&format!("{}/rotate-secret", path(&created)), &json!({})).await };

    let answers = join_all((0..3).map(|_| rotate())).await;

    assert!(answers.iter().all(|answer| [200, 503].contains(&answer.status)), "{answers:?}");
    assert!(answers.iter().any(|answer| answer.status == 200));
    assert_eq!(app.post(&format!("{}/test", path(&created)), &json!({})).await.json()["status"], 204);
}

#[tokio::test]
async fn a_test_sends_one_message_now() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let created = app.create_endpoint(&receiver.url, &["connection.deleted"]).await;
    let test = async || app.post(&format!("{}/test", path(&created)), &json!({})).await.json();

    let tested = test().await;

    let [message] = receiver.received().try_into().unwrap();
    assert_eq!((&tested["event_id"], &tested["status"]), (&json!(message.id()), &json!(204)));
    assert!(tested["error"].is_null() && tested["ms"].is_u64(), "{tested}");
    assert_eq!(message.json()["type"], "webhook.test");
    assert_eq!(message.json()["data"]["endpoint_id"], created["id"]);
    receiver.answer(Reply::status(410));
    assert_eq!((test().await["status"].clone(), test().await["error"].clone()), (json!(410), json!("status")));
    assert_eq!(app.get(&path(&created)).await.json()["state"], "enabled", "a test changes nothing");
    assert_eq!(app.get("/webhook-events").await.json()["events"], json!([]), "a test is no event");
}

#[tokio::test]
async fn what_is_wrong_is_refused() {
    let app = TestApp::start().await;
    let many: Vec<_> = std::iter::repeat_n("*", 31).collect();
    for (body, places) in [
        (json!({}), vec!["/types", "/url"]),
        (json!({ "url": URL, "types": [] }), vec!["/types"]),
        (json!({ "url": URL, "types": many }), vec!["/types"]),
        (
            json!({ "url": URL, "types": ["connection", "account.*", "connection.gone"] }),
            vec!["/types/0", "/types/1", "/types/2"],
        ),
        (json!({ "url": URL, "types": ["*"], "signature": "rsa" }), vec!["/signature"]),
        (json!({ "url": URL, "types": ["*"], "description": "a".repeat(201) }), vec!["/description"]),
        (json!({ "url": URL, "types": ["*"], "secret": "whsec_x" }), vec!["/secret"]),
        (json!({ "url": "x", "types": ["*"] }), vec!["/url"]),
    ] {
        assert_eq!(app.ask_endpoint(&app.api_key, &body).await.places(), places, "{body}");
    }
    for id in ["we_1", "we_7C2F0E4C569E4B0D8F9D2F4A112F1C7A", "evt_7c2f0e4c569e4b0d8f9d2f4a112f1c7a"] {
        app.get(&format!("/webhook-endpoints/{id}")).await.problem(422, "invalid_request");
    }
}

#[tokio::test]
async fn private_receivers_are_refused_when_an_endpoint_is_created_or_changed() {
    let app = TestApp::builder().variable("WEBHOOK_RECEIVERS", "public").start().await;
    // A name that cannot be resolved is accepted: it can get an address later.
    let created = app.create_endpoint("https://receiver.example/webhooks", &["*"]).await;
    for url in [
        "http://receiver.example/",
        "https://receiver.example:8443/",
        "https://user@receiver.example/",
        "https://receiver.example/#fragment",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://2130706433/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://localhost/",
        "https://metadata.google.internal/",
        "https://printer.local/",
        "ftp://receiver.example/",
    ] {
        let asked = json!({ "url": url, "types": ["*"] });
        assert_eq!(app.ask_endpoint(&app.api_key, &asked).await.places(), ["/url"], "{url}");
        let change = send(&app, Method::PATCH, &path(&created), &app.api_key, Some(json!({ "url": url }))).await;
        assert_eq!(change.places(), ["/url"], "{url}");
    }
    assert_eq!(app.get(&path(&created)).await.json()["url"], "https://receiver.example/webhooks");
}

#[tokio::test]
async fn a_workspace_has_at_most_twenty_endpoints() {
    let app = TestApp::start().await;
    let asked = json!({ "url": URL, "types": ["*"] });
    let mut endpoints = Vec::new();
    for _ in 0..18 {
        endpoints.push(app.create_endpoint(URL, &["*"]).await);
    }
    let answers = join_all((0..4).map(|_| app.ask_endpoint(&app.api_key, &asked))).await;
    // Two that lost a race are sent again.
    let created = answers.iter().filter(|answer| answer.status == 201).count();
    for _ in created..2 {
        app.create_endpoint(URL, &["*"]).await;
    }

    app.ask_endpoint(&app.api_key, &asked).await.problem(409, "too_many_webhook_endpoints");

    assert_eq!(app.get("/webhook-endpoints").await.json()["endpoints"].as_array().unwrap().len(), 20);
    let (_, here) = app.create_api_key_in("here", &["events"]).await;
    assert_eq!(app.ask_endpoint(&here, &asked).await.status, 201, "another workspace has its own");
    let first = path(&endpoints[0]);
    let deletes = join_all((0..3).map(|_| send(&app, Method::DELETE, &first, &app.api_key, None))).await;
    assert!(deletes.iter().any(|answer| answer.status == 204), "{deletes:?}");
    app.create_endpoint(URL, &["*"]).await;
    app.ask_endpoint(&app.api_key, &asked).await.problem(409, "too_many_webhook_endpoints");
}

#[tokio::test]
async fn another_workspace_sees_and_changes_nothing() {
    let app = TestApp::start().await;
    let created = app.create_endpoint(URL, &["*"]).await;
    let before = app.get(&path(&created)).await.json();
    let (_, other) = app.create_api_key_in("other", &["events"]).await;
    let (_, accounts) = app.create_api_key(&["accounts"]).await;
    let empty = || Some(json!({}));

    for (method, end, body) in [
        (Method::GET, "", None),
        (Method::PATCH, "", Some(json!({ "state": "disabled" }))),
        (Method::POST, "/rotate-secret", empty()),
        (Method::POST, "/test", empty()),
    ] {
        let path = format!("{}{end}", path(&created));
        let stranger = send(&app, method.clone(), &path, &other, body.clone()).await;
        stranger.problem(404, "webhook_endpoint_not_found");
        send(&app, method, &path, &accounts, body).await.problem(403, "scope_missing");
    }
    assert_eq!(send(&app, Method::DELETE, &path(&created), &other, None).await.status, 204);
    assert_eq!(app.get_with_key("/webhook-endpoints", &other).await.json(), json!({ "endpoints": [] }));
    assert_eq!(app.get(&path(&created)).await.json(), before);
}

#[tokio::test]
async fn before_the_setup_has_made_the_key_there_is_no_endpoint() {
    let app = TestApp::start().await;
    app.delete_secret("delivery-key").await;
    let asked = json!({ "url": URL, "types": ["*"] });
    app.ask_endpoint(&app.api_key, &asked).await.problem(503, "not_onboarded");

    let report = app.setup(json!({})).await.unwrap();

    assert!(report["api_key"].is_null(), "{report}");
    assert_eq!(app.ask_endpoint(&app.api_key, &asked).await.status, 201);
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_creates_one_endpoint() {
    let app = TestApp::start().await;
    for times in [1, 2] {
        let target = "DynamoDB_20120810.TransactWriteItems";
        app.aws_fault(json!({ "target": target, "drop": "after", "times": times })).await;
        app.create_endpoint(URL, &["*"]).await;
        app.aws_recover().await;
    }

    assert_eq!(app.get("/webhook-endpoints").await.json()["endpoints"].as_array().unwrap().len(), 2);
    let items = app.scan("events").await;
    let counted = items.iter().find(|item| item["pk"]["S"] == "WORKSPACES").unwrap();
    assert_eq!(counted["endpoints"]["N"], "2");
}
