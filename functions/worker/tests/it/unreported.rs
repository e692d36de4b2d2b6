//! Changes that no callback has reported, because the callbacks failed.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::TestApp;

use crate::fixture::{ACCOUNT, Customer, id_of, refusal, search, summary};

const ACCOUNTS: &str = "GET user/{user-id}/monetary-account";

pub(crate) async fn find_news(customer: &Customer) -> Value {
    search(&customer.app).await.unwrap()
}

/// Handles the hints, and those of each account that they become.
pub(crate) async fn work(customer: &Customer) {
    customer.app.work().await;
    customer.app.work().await;
}

/// Turns the notifications of a customer on, whose changes are then found `via` this.
pub(crate) async fn enable(customer: &Customer, via: &str) {
    let path = format!("/user/{}/notifications", customer.user_id);
    let answer = customer.app.put(&path, &json!({ "enabled": true })).await;
    assert_eq!((answer.status, &answer.json()["via"]), (200, &json!(via)), "{answer:?}");
}

/// Returns how many callbacks of the bank failed for good.
async fn failures(app: &TestApp) -> u64 {
    let url = app.bank.url().join("_simulator/callbacks").unwrap();
    let text = reqwest::get(url).await.unwrap().text().await.unwrap();
    let state: Value = serde_json::from_str(&text).unwrap();
    state["failures"].as_u64().unwrap()
}

/// Lets a payment arrive whose callback fails for good. Returns the payment.
async fn miss(customer: &Customer, owner: &str) -> Value {
    let app = &customer.app;
    app.bank.settings(json!({ "callback_targets": "loopback", "failed_callback_owner": owner })).await;
    enable(customer, "callbacks").await;
    app.aws_fault(json!({ "target": "AmazonSQS.SendMessage", "times": 1000, "error": "InternalFailure" })).await;
    let payment = customer.pay(1).await.remove(0);
    // Six tries, a minute apart, in the bank's own time.
    for _ in 0..600 {
        if failures(app).await > 0 {
            break;
        }
        app.advance(61).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    app.aws_recover().await;
    assert_eq!((failures(app).await, customer.events().await.len()), (1, 0), "{owner}");
    payment
}

#[tokio::test]
async fn callbacks_that_failed_become_events_once_whoever_lists_them() {
    for owner in ["connection", "provider"] {
        let customer = Customer::start().await;
        let app = &customer.app;
        let payment = miss(&customer, owner).await;

        let found = find_news(&customer).await;
        work(&customer).await;
        let again = find_news(&customer).await;

        assert_eq!((&found["hints"], &found["failed"]), (&json!(1), &json!(0)), "{owner} {found}");
        assert_eq!((&again["hints"], &again["failed"]), (&json!(0), &json!(0)), "{owner} {again}");
        assert_eq!(summary(&customer.events().await), [("transaction.created".to_owned(), id_of(&payment))], "{owner}");
        assert_eq!(app.hints_left().await, (0, 0), "{owner}");
        let path = format!("/user/{}/notifications", customer.user_id);
        assert_eq!(app.get(&path).await.json()["last_callback_at"], Value::Null, "none has arrived: {owner}");
    }
}

#[tokio::test]
async fn a_callback_that_failed_becomes_an_event_after_many_later_payments() {
    let customer = Customer::start().await;
    let payment = miss(&customer, "connection").await;
    let path = format!("/user/{}/notifications", customer.user_id);
    customer.app.put(&path, &json!({ "enabled": false })).await;
    customer.app.bank.pay("person", ACCOUNT, 250).await;
    enable(&customer, "callbacks").await;

    assert_eq!(find_news(&customer).await["hints"], 1);
    work(&customer).await;

    let told = summary(&customer.events().await);
    assert!(told.contains(&("transaction.created".to_owned(), id_of(&payment))), "{} events", told.len());
    assert_eq!(customer.app.hints_left().await, (0, 0));
}

#[tokio::test]
async fn a_callback_that_failed_is_not_lost_while_the_accounts_cannot_be_read() {
    for owner in ["connection", "provider"] {
        let customer = Customer::start().await;
        let app = &customer.app;
        let payment = miss(&customer, owner).await;
        app.bank.fault(json!({ "endpoint": ACCOUNTS, "status": 500, "times": 1000, "body": refusal("failure") })).await;
        find_news(&customer).await;
        work(&customer).await;
        assert_eq!(
            (find_news(&customer).await["hints"].clone(), app.hints_left().await),
            (json!(0), (1, 0)),
            "{owner}"
        );
        app.bank.clear_faults().await;
        app.advance(901).await;
        app.advance_queues(901);

        work(&customer).await;

        assert_eq!(summary(&customer.events().await), [("transaction.created".to_owned(), id_of(&payment))], "{owner}");
        assert_eq!(app.hints_left().await, (0, 0), "{owner}");
    }
}

#[tokio::test]
async fn a_failed_callback_whose_hint_was_not_sent_is_sent_later() {
    for owner in ["connection", "provider"] {
        let customer = Customer::start().await;
        let app = &customer.app;
        let payment = miss(&customer, owner).await;
        let away = json!({ "target": "AmazonSQS.SendMessage", "times": 1000, "error": "InternalFailure" });
        app.aws_fault(away).await;
        let failed = search(app).await;
        app.aws_recover().await;

        let found = find_news(&customer).await;
        work(&customer).await;

        assert!(failed.is_err(), "{owner} {failed:?}");
        assert_eq!(found["hints"], 1, "{owner} {found}");
        assert_eq!(summary(&customer.events().await), [("transaction.created".to_owned(), id_of(&payment))], "{owner}");
    }
}

#[tokio::test]
async fn nothing_is_read_for_failed_callbacks_of_who_wants_none() {
    let customer = Customer::start().await;
    miss(&customer, "connection").await;
    find_news(&customer).await;
    let path = format!("/user/{}/notifications", customer.user_id);
    customer.app.put(&path, &json!({ "enabled": false })).await;
    customer.app.bank.forget_calls().await;

    work(&customer).await;

    assert_eq!((customer.app.bank.total().await, customer.app.hints_left().await), (0, (0, 0)));
}
