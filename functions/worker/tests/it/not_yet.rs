//! The bank does not show the change yet that a callback announces.

use serde_json::json;
use testkit::logs;

use crate::fixture::{ACCOUNT, Customer, id_of, summary, with};

#[tokio::test]
async fn an_object_that_comes_late_is_found() {
    let customer = Customer::start().await;
    let payment = customer.pay(1).await.remove(0);
    let next = payment["id"].as_u64().unwrap() + 1;
    customer.tell(&with(&payment, json!({ "id": next }))).await;
    assert_eq!(customer.app.work().await, 1);
    let early = customer.events().await.len();
    let late = customer.pay(1).await.remove(0);
    assert_eq!(late["id"], json!(next), "the bank's ids follow each other");

    // The pause has not ended.
    customer.app.work().await;
    assert_eq!(customer.events().await.len(), early);
    customer.app.advance(6).await;
    customer.app.advance_queues(6);
    customer.app.work().await;

    let events = summary(&customer.events().await);
    assert!(events.contains(&("transaction.created".to_owned(), id_of(&late))), "{events:?}");
    assert_eq!(customer.app.hints_left().await, (0, 0));
}

#[tokio::test]
async fn a_change_that_never_comes_costs_three_more_reads() {
    let customer = Customer::start().await;
    let payment = customer.pay(1).await.remove(0);
    customer.tell(&payment).await;
    customer.app.work().await;
    customer.app.bank.forget_calls().await;
    customer.tell(&with(&payment, json!({ "updated": "2999-01-01 00:00:00.000000" }))).await;

    customer.app.work().await;
    for pause in [5, 15, 600, 600] {
        customer.app.advance(pause + 1).await;
        customer.app.advance_queues(pause + 1);
        customer.app.work().await;
    }

    assert_eq!(customer.app.hints_left().await, (0, 0));
    assert_eq!(customer.app.bank.total().await, 4, "a page, four times");
    assert!(logs::text().contains("the bank never showed a change"));
    assert_eq!(customer.events().await.len(), 1);
}

#[tokio::test]
async fn no_other_hint_waits_for_one_that_waits() {
    let customer = Customer::start().await;
    let payments = customer.pay(2).await;
    customer.tell(&with(&payments[0], json!({ "id": 999_999_999 }))).await;
    customer.app.work().await;
    customer.tell(&payments[1]).await;

    assert_eq!(customer.app.work().await, 1);

    let events = summary(&customer.events().await);
    assert_eq!(events, [("transaction.created".to_owned(), id_of(&payments[1]))]);
    assert_eq!(customer.app.hints_left().await, (1, 0), "the other one waits");
}

#[tokio::test]
async fn another_object_that_does_not_exist_is_given_up() {
    let customer = Customer::start().await;
    for (category, name) in [("DRAFT_PAYMENT", "DraftPayment"), ("REQUEST", "RequestResponse")] {
        customer.call_back(category, name, &json!({ "id": 999_999, "monetary_account_id": ACCOUNT })).await;
    }
    for _ in 0..4 {
        customer.app.work().await;
        customer.app.advance(601).await;
        customer.app.advance_queues(601);
    }

    assert_eq!(customer.app.hints_left().await, (0, 0));
    assert_eq!(customer.events().await.len(), 0);
}
