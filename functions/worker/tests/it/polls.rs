//! Changes of customers whose payments the bank does not report: their accounts are polled.

use serde_json::{Value, json};
use testkit::TestApp;

use crate::{
    fixture::{ACCOUNT, Customer, id_of, search, summary},
    unreported::{enable, find_news, work},
};

const FAILURES: &str = "GET user/{user-id}/notification-filter-failure";
const ACCOUNTS: &str = "GET user/{user-id}/monetary-account";
const PAYMENTS: &str = "GET user/{user-id}/monetary-account/{monetary-account-id}/payment";
const FILTERS: &str = "GET user/{user-id}/notification-filter-url";

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

#[tokio::test]
async fn a_poll_that_the_queue_did_not_take_is_made_by_the_next_run() {
    let app = TestApp::builder().with_callbacks().variable("UNATTENDED_READS_PER_DAY", "4").start().await;
    let customer = polled(app).await;
    let app = &customer.app;
    let payment = customer.pay(1).await.remove(0);
    app.advance(12 * 3600).await;
    app.aws_fault(json!({ "target": "AmazonSQS.SendMessage", "times": 1000, "error": "InternalFailure" })).await;
    let failed = search(app).await;
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
async fn a_read_of_a_poll_is_counted_once_if_the_next_account_cannot_be_read() {
    let app = TestApp::builder().with_callbacks().variable("UNATTENDED_READS_PER_DAY", "4").start().await;
    let customer = polled(app).await;
    let app = &customer.app;
    app.advance(12 * 3600).await;
    assert_eq!(find_news(&customer).await["polled"], 1);
    app.bank.fault(json!({ "endpoint": PAYMENTS, "nth": 2, "times": 1000, "status": 491 })).await;
    work(&customer).await;
    assert!(app.hints_left().await.0 > 0, "the other accounts wait");
    app.bank.clear_faults().await;
    app.advance(61).await;
    app.advance_queues(61);

    work(&customer).await;

    assert_eq!(app.hints_left().await, (0, 0));
    let payments = format!("/user/{}/payments/{ACCOUNT}", customer.user_id);
    for status in [200, 200, 429] {
        assert_eq!(app.get(&payments).await.status, status);
    }
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
