//! Addresses to which nothing is sent.

use serde_json::json;
use testkit::{Receiver, TestApp};

use crate::fixture::{attempted, report};

#[tokio::test]
async fn a_url_that_was_stored_under_another_setting_is_refused_at_each_attempt() {
    let mut app = TestApp::start().await;
    let receiver = Receiver::start().await;
    app.create_endpoint(&receiver.url, &["*"]).await;
    app.connect("person").await;
    app.set_variable("WEBHOOK_RECEIVERS", "public");

    assert_eq!(app.deliver().await, report(json!({ "waiting": 1 })));

    assert_eq!(receiver.ids().len(), 0);
    let log = &attempted(&app).await[0]["last"]["M"];
    assert_eq!((&log["error"]["S"], &log["status"]["NULL"]), (&json!("refused_address"), &json!(true)));
}

#[tokio::test]
async fn a_receiver_that_does_not_listen_is_a_failed_connection() {
    let app = TestApp::start().await;
    // Nothing listens on the port of a receiver that has ended.
    let url = Receiver::start().await.url.clone();
    app.create_endpoint(&url, &["*"]).await;
    app.connect("person").await;

    assert_eq!(app.deliver().await, report(json!({ "waiting": 1 })));

    assert_eq!(attempted(&app).await[0]["last"]["M"]["error"]["S"], "connection");
}
