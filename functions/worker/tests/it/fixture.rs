//! Helpers that these tests share.

use std::time::Duration;

use serde_json::{Value, json};
use shared::types::deadline::Deadline;
use testkit::{TestApp, callback};
use url::Url;

/// The account of `person` that has payments.
pub(crate) const ACCOUNT: u64 = 60101;

/// A deployment with callbacks and one connected customer.
pub(crate) struct Customer {
    pub(crate) app: TestApp,
    pub(crate) user_id: String,
    pub(crate) address: Url,
}

impl Customer {
    pub(crate) async fn start() -> Self {
        Self::of(TestApp::builder().with_callbacks().start().await).await
    }

    pub(crate) async fn of(app: TestApp) -> Self {
        let user_id = app.connect("person").await;
        let address = app.callback_address(&user_id).await;
        Self { app, user_id, address }
    }

    /// Lets new payments arrive, and returns them as the bank shows them, the oldest first.
    pub(crate) async fn pay(&self, count: u32) -> Vec<Value> {
        self.app.bank.pay("person", ACCOUNT, count).await;
        let page = self.app.get(&format!("/user/{}/payments/{ACCOUNT}?count={count}", self.user_id)).await.json();
        let mut payments: Vec<_> =
            page["Response"].as_array().unwrap().iter().map(|element| element["Payment"].clone()).collect();
        payments.reverse();
        payments
    }

    /// Sends a callback about an object.
    pub(crate) async fn call_back(&self, category: &str, kind: &str, object: &Value) {
        let answer = self.app.call_back(&self.address, &callback(category, kind, object)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// Sends the callback about a payment.
    pub(crate) async fn tell(&self, payment: &Value) {
        self.call_back("MUTATION", "Payment", payment).await;
    }

    /// Returns all events but those of the connection.
    pub(crate) async fn events(&self) -> Vec<Value> {
        let events = all_events(&self.app).await;
        events.into_iter().filter(|event| !kind(event).starts_with("connection.")).collect()
    }
}

/// Runs the schedule that looks for changes no callback has reported, in a process with empty memory. The event is that
/// of the template.
pub(crate) async fn search(app: &TestApp) -> Result<Value, String> {
    let event = json!({ "task": "find-news" });
    let found = worker::run(app.compose().await, event, Deadline::after(Duration::from_secs(25))).await;
    found.map_err(|problem| problem.to_string())
}

/// Returns all events of the feed.
pub(crate) async fn all_events(app: &TestApp) -> Vec<Value> {
    let (mut events, mut after) = (Vec::new(), "0".to_owned());
    loop {
        let page = app.get(&format!("/webhook-events?count=100&after={after}")).await.json();
        events.extend(page["events"].as_array().unwrap().iter().cloned());
        after = page["next_cursor"].as_str().unwrap().to_owned();
        if page["has_more"] == false {
            return events;
        }
    }
}

/// Returns the type of an event.
pub(crate) fn kind(event: &Value) -> &str {
    event["type"].as_str().unwrap()
}

/// Returns the types and objects of events.
pub(crate) fn summary(events: &[Value]) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    events.iter().map(|event| (text(&event["type"]), text(&event["data"]["object_id"]))).collect()
}

/// Returns the id of a payment as events have it.
pub(crate) fn id_of(payment: &Value) -> String {
    format!("{ACCOUNT}.{}", payment["id"])
}

/// Returns the items that are kept of the versions of objects.
pub(crate) async fn seen(app: &TestApp) -> Vec<Value> {
    let items = app.scan("events").await.into_iter();
    items.filter(|item| item["pk"]["S"].as_str().unwrap().starts_with("SEEN#")).collect()
}

/// Returns an object with other values of these fields.
pub(crate) fn with(object: &Value, fields: Value) -> Value {
    let mut object = object.clone();
    object.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    object
}

/// Returns a refusal of the bank as the body of a fault.
pub(crate) fn refusal(text: &str) -> Value {
    json!({ "Error": [{ "error_description": text, "error_description_translated": text }] })
}
