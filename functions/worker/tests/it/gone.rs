//! Consents that end, and connections that are deleted.

use reqwest::Method;
use serde_json::json;

use crate::fixture::{Customer, all_events, kind, seen, with};

#[tokio::test]
async fn a_callback_about_a_revoked_consent_is_an_event_within_seconds() {
    for category in ["OAUTH", "NEW_CATEGORY"] {
        let customer = Customer::start().await;
        customer.app.bank.revoke("person").await;
        let object = json!({ "NotificationUrl": { "category": category } });
        let body = if category == "OAUTH" { object } else { json!({ "unknown": true }) };
        assert_eq!(customer.app.call_back(&customer.address, &body).await.status, 200);

        assert_eq!(customer.app.work().await, 1);

        let events = all_events(&customer.app).await;
        let kinds: Vec<_> = events.iter().map(kind).collect();
        assert_eq!(kinds, ["connection.created", "connection.revoked"], "{category}");
        let status = customer.app.get(&format!("/user/{}/connection", customer.user_id)).await.json();
        assert_eq!(status["status"], "revoked");
        assert_eq!(customer.app.hints_left().await, (0, 0));
    }
}

#[tokio::test]
async fn a_forged_callback_revokes_nothing() {
    let customer = Customer::start().await;
    let body = json!({ "NotificationUrl": { "category": "OAUTH", "object": { "User": { "id": 1 } } } });
    assert_eq!(customer.app.call_back(&customer.address, &body).await.status, 200);

    assert_eq!(customer.app.work().await, 1);

    assert_eq!(all_events(&customer.app).await.len(), 1);
    assert_eq!(customer.app.get(&format!("/user/{}", customer.user_id)).await.status, 200);
}

#[tokio::test]
async fn hints_of_a_consent_that_has_ended_are_dropped() {
    let customer = Customer::start().await;
    let payment = customer.pay(1).await.remove(0);
    customer.app.bank.revoke("person").await;
    let body = json!({ "NotificationUrl": { "category": "OAUTH" } });
    customer.app.call_back(&customer.address, &body).await;
    customer.app.work().await;
    customer.app.bank.forget_calls().await;
    customer.tell(&payment).await;

    assert_eq!(customer.app.work().await, 1);

    assert_eq!(customer.app.bank.total().await, 0);
    assert_eq!(customer.events().await.len(), 0);
}

#[tokio::test]
async fn a_deletion_leaves_nothing_of_the_objects_and_later_hints_add_nothing() {
    let customer = Customer::start().await;
    let payments = customer.pay(3).await;
    for payment in &payments {
        customer.tell(payment).await;
    }
    customer.app.work().await;
    assert_eq!(seen(&customer.app).await.len(), 4, "three versions, and since when the account is watched");
    let before = customer.events().await;
    // In the queue, and on its way.
    customer.tell(&with(&payments[0], json!({ "queued": true }))).await;
    let path = format!("/user/{}", customer.user_id);
    let deleted = customer.app.request(Method::DELETE, &path).bearer_auth(&customer.app.api_key);
    assert_eq!(customer.app.send(deleted).await.status, 204);
    customer.tell(&with(&payments[1], json!({ "later": true }))).await;

    assert_eq!(customer.app.work().await, 2);

    assert_eq!(seen(&customer.app).await.len(), 0);
    assert_eq!(customer.events().await, before);
    assert_eq!(customer.app.hints_left().await, (0, 0));
}

#[tokio::test]
async fn a_connection_that_is_deleted_during_a_visit_gets_no_event() {
    let customer = Customer::start().await;
    let payment = customer.pay(1).await.remove(0);
    let path = format!("/user/{}", customer.user_id);
    customer.tell(&payment).await;
    customer.app.advance_queues(2);
    // The bank's answer to the worker is late. Meanwhile, the connection is deleted.
    let endpoint = "GET user/{id}/monetary-account/{id}/payment";
    customer.app.bank.forget_calls().await;
    customer.app.bank.fault(json!({ "endpoint": endpoint, "delay_ms": 1500 })).await;
    let worker = customer.app.worker().await;
    let visit = async { worker.once().await.unwrap() };
    let deletion = async {
        while customer.app.bank.total().await == 0 {
            tokio::task::yield_now().await;
        }
        let deleted = customer.app.request(Method::DELETE, &path).bearer_auth(&customer.app.api_key);
        assert_eq!(customer.app.send(deleted).await.status, 204);
    };

    let (handled, ()) = futures::future::join(visit, deletion).await;

    assert_eq!(handled, (1, 1));
    assert_eq!(customer.events().await.len(), 0);
    assert_eq!(seen(&customer.app).await.len(), 0, "nothing of the account either");
}
