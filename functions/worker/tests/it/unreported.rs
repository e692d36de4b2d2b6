//! Changes that no callback has reported: callbacks that failed, and accounts that are polled.

use std::time::Duration;

use serde_json::{Value, json};
use shared::types::deadline::Deadline;
use testkit::TestApp;

use crate::fixture::{ACCOUNT, Customer, id_of, summary};

const FAILURES: &str = "GET user/{user-id}/notification-filter-failure";
const FILTERS: &str = "GET user/{user-id}/notification-filter-url";

/// What the schedule sends, as in the template.
async fn find_news(customer: &Customer) -> Value {
    let process = customer.app.compose().await;
    worker::run(process, json!({ "task": "find-news" }), Deadline::after(Duration::from_secs(25))).await.unwrap()
}

async fn enable(customer: &Customer, via: &str) {
    let path = format!("/user/{}/notifications", customer.user_id);
    let answer = customer.app.put(&path, &json!({ "enabled": true })).await;
    assert_eq!((answer.status, &answer.json()["via"]), (200, &json!(via)), "{answer:?}");
}

/// A customer whose filters the bank refuses. The first poll begins the history of the accounts.
async fn polled(app: TestApp) -> Customer {
    let customer = Customer::of(app).await;
    customer.app.bank.fault(json!({ "endpoint": FILTERS, "status": 403, "times": 1000 })).await;
    enable(&customer, "polling").await;
    assert_eq!(find_news(&customer).await["polled"], 1);
    customer.app.work().await;
    customer.app.advance(1).await;
    customer
}

/// Returns how many callbacks of the bank failed for good.
async fn failures(app: &TestApp) -> u64 {
    let url = app.bank.url().join("_simulator/callbacks").unwrap();
    let text = reqwest::get(url).await.unwrap().text().await.unwrap();
    let state: Value = serde_json::from_str(&text).unwrap();
    state["failures"].as_u64().unwrap()
}

#[tokio::test]
async fn accounts_are_polled_four_times_a_day_where_bunq_refuses_the_filters() {
    let app = TestApp::builder().with_callbacks().variable("UNATTENDED_READS_PER_DAY", "off").start().await;
    let customer = polled(app).await;
    assert_eq!(customer.events().await, Vec::<Value>::new(), "what was there before is history");
    let mut expected = Vec::new();
    let mut polls = 1;

    for _ in 0..4 * 24 {
        if expected.len() < 2 {
            let payment = customer.pay(1).await.remove(0);
            expected.push(("transaction.created".to_owned(), id_of(&payment)));
        }
        customer.app.advance(900).await;
        let found = find_news(&customer).await;
        assert_eq!((&found["listed"], &found["failed"]), (&json!(0), &json!(0)), "{found}");
        if found["polled"] == 1 {
            polls += 1;
            customer.app.work().await;
        }
    }

    assert_eq!(polls, 1 + 4, "one at the beginning and one after each six hours");
    assert_eq!(summary(&customer.events().await), expected);
    assert_eq!(customer.app.hints_left().await, (0, 0));
}

#[tokio::test]
async fn polls_use_half_of_the_reads_without_the_customer() {
    let app = TestApp::builder().with_callbacks().variable("UNATTENDED_READS_PER_DAY", "4").start().await;
    let customer = polled(app).await;
    let payments = format!("/user/{}/payments/{ACCOUNT}", customer.user_id);

    customer.app.advance(11 * 3600).await;
    assert_eq!(find_news(&customer).await["polled"], 0);
    customer.app.advance(3600).await;
    assert_eq!(find_news(&customer).await["polled"], 1);

    for status in [200, 200, 429] {
        assert_eq!(customer.app.get(&payments).await.status, status);
    }
}

#[tokio::test]
async fn nothing_is_polled_if_bunq_reports_payments_or_none_are_wanted() {
    let customer = Customer::start().await;
    customer.app.bank.settings(json!({ "callback_targets": "loopback" })).await;
    enable(&customer, "callbacks").await;
    customer.app.bank.forget_calls().await;

    let found = find_news(&customer).await;
    assert_eq!((&found["polled"], &found["listed"], &found["hints"]), (&json!(0), &json!(1), &json!(0)), "{found}");
    assert_eq!(customer.app.bank.count(FAILURES).await, 2, "of the TPP and of the customer");

    let path = format!("/user/{}/notifications", customer.user_id);
    customer.app.put(&path, &json!({ "enabled": false })).await;
    let found = find_news(&customer).await;
    assert_eq!((&found["polled"], &found["listed"]), (&json!(0), &json!(0)), "{found}");
}

#[tokio::test]
async fn callbacks_that_failed_become_events_once_whoever_lists_them() {
    for owner in ["connection", "provider"] {
        let customer = Customer::start().await;
        let app = &customer.app;
        app.bank.settings(json!({ "callback_targets": "loopback", "failed_callback_owner": owner })).await;
        enable(&customer, "callbacks").await;
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

        let found = find_news(&customer).await;
        app.work().await;
        let again = find_news(&customer).await;

        assert!(found["hints"].as_u64().unwrap() >= 1, "a hint for each account: {owner} {found}");
        assert_eq!((&found["failed"], &again["hints"]), (&json!(0), &json!(0)), "{owner} {again}");
        assert_eq!(summary(&customer.events().await), [("transaction.created".to_owned(), id_of(&payment))], "{owner}");
        assert_eq!(app.hints_left().await, (0, 0), "{owner}");
        let path = format!("/user/{}/notifications", customer.user_id);
        assert_eq!(app.get(&path).await.json()["last_callback_at"], Value::Null, "none has arrived: {owner}");
    }
}
