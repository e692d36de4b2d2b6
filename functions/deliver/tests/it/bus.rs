//! What the event bus of the deployment gets.

use serde_json::{Value, json};
use testkit::{Receiver, TestApp};

use crate::fixture::{connect_all, feed, ids, log, redeliver, report, stored};

const BUS: &str = "arn:aws:events:eu-central-1:123456789012:event-bus/own";
/// The id of the bus in the table.
const ID: &str = "we_00000000000000000000000000000000";

/// Returns the details that the bus has, in its order.
pub(crate) async fn details(app: &TestApp) -> Vec<Value> {
    let events = app.bus_events().await;
    events.iter().map(|event| serde_json::from_str(event["Detail"].as_str().unwrap()).unwrap()).collect()
}

pub(crate) async fn with_bus() -> TestApp {
    TestApp::builder().variable("EVENT_BUS", BUS).start().await
}

#[tokio::test]
async fn the_bus_gets_each_event_as_receivers_of_webhooks_do() {
    let app = with_bus().await;
    let receiver = Receiver::start().await;
    app.create_endpoint(&receiver.url, &["*"]).await;
    app.connect("person").await;

    assert_eq!(app.deliver().await, report(json!({ "delivered": 2 })));

    let [mut event] = app.bus_events().await.try_into().unwrap();
    let [received] = receiver.received().try_into().unwrap();
    let mut expected: Value = serde_json::from_str(&received.text).unwrap();
    expected["id"] = json!(received.id());
    expected["workspace"] = json!("default");
    assert_eq!(details(&app).await, [expected]);
    event.as_object_mut().unwrap().retain(|name, _| name != "Detail" && name != "EventId");
    assert_eq!(event, json!({ "EventBusName": BUS, "Source": "bunq-tpp", "DetailType": "connection.created" }));
    assert_eq!(app.deliver().await, report(json!({})), "once");
    assert_eq!(stored(&app, "DELIVERIES").await.len(), 0);
}

#[tokio::test]
async fn the_bus_gets_the_events_of_all_workspaces_also_of_those_without_endpoints_and_readers() {
    let app = with_bus().await;
    app.connect("person").await;
    app.connect_in("shop", "company").await;

    assert_eq!(app.deliver().await, report(json!({ "delivered": 2 })));

    let mut workspaces: Vec<_> = details(&app).await.into_iter().map(|detail| detail["workspace"].clone()).collect();
    workspaces.sort_by_key(Value::to_string);
    assert_eq!(workspaces, ["default", "shop"]);
}

#[tokio::test]
async fn an_event_that_a_reader_has_numbered_is_sent_too() {
    let app = with_bus().await;
    app.connect("person").await;
    let read = ids(&feed(&app).await);

    assert_eq!(app.deliver().await, report(json!({ "delivered": 1 })));

    assert_eq!(ids(&details(&app).await), read);
}

#[tokio::test]
async fn at_most_ten_events_are_sent_in_one_call() {
    let app = with_bus().await;
    connect_all(&app, 23).await;
    app.forget_aws_calls().await;

    assert_eq!(app.deliver().await, report(json!({ "delivered": 23 })));

    assert_eq!(app.aws_calls().await["AWSEvents.PutEvents"], 3);
    let mut sent = ids(&details(&app).await);
    sent.sort();
    sent.dedup();
    assert_eq!(sent.len(), 23);
}

#[tokio::test]
async fn owners_do_not_see_the_bus() {
    let app = with_bus().await;
    app.connect("person").await;
    app.refuse_bus_events(json!({ "code": "ThrottlingException" })).await;
    app.deliver().await;

    assert_eq!(app.get("/webhook-endpoints").await.json(), json!({ "endpoints": [] }));
    let [event] = feed(&app).await.try_into().unwrap();
    assert_eq!(log(&app, &event).await["deliveries"], json!([]));
    assert_eq!(app.get(&format!("/webhook-endpoints/{ID}")).await.status, 404);
    assert_eq!(redeliver(&app, &event, &json!({ "id": ID })).await.status, 404);
    assert_eq!(stored(&app, "DELIVERIES").await.len(), 1, "it is tried again");
}

#[tokio::test]
async fn the_bus_needs_no_key() {
    let app = with_bus().await;
    app.connect("person").await;
    for secret in ["tpp", "oauth-client", "sealing-key", "psd2-certificate", "delivery-key"] {
        app.delete_secret(secret).await;
    }

    assert_eq!(app.deliver().await, report(json!({ "delivered": 1 })));
}

#[tokio::test]
async fn without_a_bus_nothing_is_sent_or_kept_for_one() {
    let app = TestApp::start().await;
    app.connect("person").await;
    feed(&app).await;

    assert_eq!(app.deliver().await, report(json!({})));

    assert_eq!((app.bus_events().await.len(), stored(&app, "DELIVERIES").await.len()), (0, 0));
}

#[tokio::test]
async fn a_bus_that_is_switched_on_gets_what_has_no_number_yet_and_is_at_most_thirty_days_old() {
    let mut app = TestApp::start().await;
    app.connect("person").await;
    app.advance(20 * 86_400).await;
    app.connect("company").await;
    app.advance(15 * 86_400).await;
    app.set_variable("EVENT_BUS", BUS);

    assert_eq!(app.deliver().await, report(json!({ "delivered": 1 })));

    let events = feed(&app).await;
    assert_eq!(events.len(), 2);
    assert_eq!(ids(&details(&app).await), ids(&events[1..]));
}

#[tokio::test]
async fn the_setup_registers_workspaces_of_keys_that_an_earlier_version_made() {
    let mut app = TestApp::start().await;
    app.connect_in("shop", "company").await;
    for item in stored(&app, "WORKSPACES").await {
        let key = json!({ "TableName": "events", "Key": { "pk": item["pk"], "sk": item["sk"] } });
        app.aws_call("DynamoDB_20120810.DeleteItem", key).await;
    }
    app.set_variable("EVENT_BUS", BUS);
    assert_eq!(app.deliver().await, report(json!({})));

    app.setup(json!({})).await.unwrap();

    assert_eq!(app.deliver().await, report(json!({ "delivered": 1 })));
    assert_eq!(details(&app).await[0]["workspace"], "shop");
}
