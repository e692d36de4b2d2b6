//! Changes that no callback has reported: callbacks that failed, and accounts that are polled.

use std::time::Duration;

use serde_json::{Value, json};
use shared::types::deadline::Deadline;
use testkit::TestApp;

use crate::fixture::{ACCOUNT, Customer, id_of, refusal, summary};

const FAILURES: &str = "GET user/{user-id}/notification-filter-failure";
const ACCOUNTS: &str = "GET user/{user-id}/monetary-account";
const PAYMENTS: &str = "GET user/{user-id}/monetary-account/{monetary-account-id}/payment";
const FILTERS: &str = "GET user/{user-id}/notification-filter-url";

/// What the schedule sends, as in the template.
async fn find_news(customer: &Customer) -> Value {
    let process = customer.app.compose().await;
    worker::run(process, json!({ "task": "find-news" }), Deadline::after(Duration::from_secs(25))).await.unwrap()
}

/// Handles the hints, and those of each account that they become.
async fn work(customer: &Customer) {
    customer.app.work().await;
    customer.app.work().await;
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
    work(&customer).await;
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
            work(&customer).await;
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
    work(&customer).await;

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
        let event = json!({ "task": "find-news" });
        let failed = worker::run(app.compose().await, event, Deadline::after(Duration::from_secs(25))).await;
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

#[tokio::test]
async fn a_poll_that_the_queue_did_not_take_is_made_by_the_next_run() {
    let app = TestApp::builder().with_callbacks().variable("UNATTENDED_READS_PER_DAY", "4").start().await;
    let customer = polled(app).await;
    let app = &customer.app;
    let payment = customer.pay(1).await.remove(0);
    app.advance(12 * 3600).await;
    app.aws_fault(json!({ "target": "AmazonSQS.SendMessage", "times": 1000, "error": "InternalFailure" })).await;
    let event = json!({ "task": "find-news" });
    let failed = worker::run(app.compose().await, event, Deadline::after(Duration::from_secs(25))).await;
    app.aws_recover().await;

    let found = find_news(&customer).await;
    work(&customer).await;

    assert!(failed.is_err(), "{failed:?}");
    assert_eq!((&found["polled"], &found["hints"]), (&json!(1), &json!(1)), "{found}");
    assert_eq!(summary(&customer.events().await), [("transaction.created".to_owned(), id_of(&payment))]);
}

#[tokio::test]
async fn a_poll_that_stops_between_two_accounts_reads_the_others_later() {
    let app = TestApp::builder().with_callbacks().variable("UNATTENDED_READS_PER_DAY", "4").start().await;
    let customer = polled(app).await;
    let app = &customer.app;
    let payment = customer.pay(1).await.remove(0);
    app.advance(12 * 3600).await;
    assert_eq!(find_news(&customer).await["polled"], 1);
    // The first account has its hint.
    app.aws_fault(json!({ "target": "AmazonSQS.SendMessage", "nth": 2, "times": 1000, "error": "InternalFailure" }))
        .await;
    work(&customer).await;
    app.aws_recover().await;
    app.advance(61).await;
    app.advance_queues(61);

    work(&customer).await;

    assert_eq!(summary(&customer.events().await), [("transaction.created".to_owned(), id_of(&payment))]);
    assert_eq!(app.hints_left().await, (0, 0));
}

#[tokio::test]
async fn what_a_poll_cannot_read_is_left_to_the_next_poll() {
    for endpoint in [ACCOUNTS, PAYMENTS] {
        let app = TestApp::builder().with_callbacks().variable("UNATTENDED_READS_PER_DAY", "4").start().await;
        let customer = polled(app).await;
        let app = &customer.app;
        let payment = customer.pay(1).await.remove(0);
        app.advance(12 * 3600).await;
        app.bank.fault(json!({ "endpoint": endpoint, "status": 200, "body": {}, "times": 1000 })).await;
        app.bank.forget_calls().await;
        assert_eq!(find_news(&customer).await["polled"], 1, "{endpoint}");
        work(&customer).await;
        assert!(app.bank.count(endpoint).await > 0, "{endpoint}");
        app.bank.forget_calls().await;

        for _ in 0..4 {
            app.advance(900).await;
            app.advance_queues(900);
            assert_eq!(find_news(&customer).await["polled"], 0, "{endpoint}");
            work(&customer).await;
        }

        assert_eq!((app.bank.count(ACCOUNTS).await, app.bank.count(PAYMENTS).await), (0, 0), "{endpoint}");
        assert_eq!(app.hints_left().await, (0, 0), "{endpoint}");
        app.bank.clear_faults().await;
        app.advance(11 * 3600).await;
        find_news(&customer).await;
        work(&customer).await;
        let expected = [("transaction.created".to_owned(), id_of(&payment))];
        assert_eq!(summary(&customer.events().await), expected, "{endpoint}");
    }
}
