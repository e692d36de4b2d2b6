//! The bank limits calls, fails or is away: hints stay in the queue, and nothing is lost.

use serde_json::{Value, json};
use testkit::{Worker, logs};

use crate::fixture::{Customer, id_of, refusal, summary};

const PAYMENTS: &str = "GET user/{id}/monetary-account/{id}/payment";

fn faults() -> [Value; 4] {
    let limit = "Too many requests. You can do a maximum of 3 calls per 1 second to this endpoint.";
    [
        json!({ "status": 429, "body": refusal(limit) }),
        json!({ "status": 503, "body": refusal("maintenance") }),
        json!({ "status": 500, "body": refusal("failure") }),
        json!({ "signature": "wrong", "act": true }),
    ]
}

#[tokio::test]
async fn hints_come_back_until_the_bank_answers() {
    for mut fault in faults() {
        let customer = Customer::start().await;
        let payments = customer.pay(2).await;
        for payment in &payments {
            customer.tell(payment).await;
        }
        (fault["endpoint"], fault["times"]) = (json!(PAYMENTS), json!(1000));
        customer.app.bank.fault(fault.clone()).await;
        customer.app.advance_queues(2);
        let worker: Worker = customer.app.worker().await;
        assert_eq!(worker.once().await.unwrap(), (2, 0), "{fault}");
        // Half a minute, with jitter, then a minute.
        customer.app.advance_queues(10);
        assert_eq!(worker.once().await.unwrap(), (0, 0), "{fault}");
        customer.app.advance_queues(21);
        assert_eq!(worker.once().await.unwrap(), (2, 0), "{fault}");
        customer.app.advance_queues(30);
        assert_eq!(worker.once().await.unwrap(), (0, 0), "{fault}");
        customer.app.bank.clear_faults().await;
        customer.app.advance_queues(31);

        assert_eq!(worker.once().await.unwrap(), (2, 2), "{fault}");

        let expected: Vec<_> = payments.iter().map(|one| ("transaction.created".to_owned(), id_of(one))).collect();
        assert_eq!(summary(&customer.events().await), expected, "{fault}");
    }
}

#[tokio::test]
async fn a_bank_that_stays_away_leads_to_the_dead_letter_queue() {
    let customer = Customer::start().await;
    let payment = customer.pay(1).await.remove(0);
    customer.tell(&payment).await;
    customer.app.bank.fault(json!({ "endpoint": PAYMENTS, "times": 1000, "status": 503, "body": refusal("m") })).await;
    customer.app.advance_queues(2);
    let worker = customer.app.worker().await;
    for _ in 0..10 {
        assert_eq!(worker.once().await.unwrap(), (1, 0));
        customer.app.advance_queues(901);
    }

    assert_eq!(worker.once().await.unwrap(), (0, 0));

    assert_eq!(customer.app.hints_left().await, (0, 1));
}

#[tokio::test]
async fn an_object_that_cannot_be_read_stops_no_other() {
    let customer = Customer::start().await;
    let payment = customer.pay(1).await.remove(0);
    let draft = json!({ "id": 1, "monetary_account_id": 60101 });
    customer.call_back("DRAFT_PAYMENT", "DraftPayment", &draft).await;
    customer.tell(&payment).await;
    let endpoint = "GET user/{id}/monetary-account/{id}/draft-payment/{id}";
    customer.app.bank.fault(json!({ "endpoint": endpoint, "times": 1000, "status": 200, "body": {} })).await;
    customer.app.advance_queues(2);

    let handled = customer.app.worker().await.once().await.unwrap();

    assert_eq!(handled, (2, 1));
    assert_eq!(summary(&customer.events().await), [("transaction.created".to_owned(), id_of(&payment))]);
}

#[tokio::test]
async fn a_message_that_is_no_hint_goes_aside_alone() {
    let customer = Customer::start().await;
    let payment = customer.pay(1).await.remove(0);
    let send = json!({
        "QueueUrl": customer.app.aws.queue_url("bunq-tpp-hints.fifo"), "MessageBody": "{\"v\":2}",
        "MessageGroupId": customer.user_id, "MessageDeduplicationId": "x",
    });
    customer.app.aws_call("AmazonSQS.SendMessage", send).await;
    customer.tell(&payment).await;
    let worker = customer.app.worker().await;
    customer.app.advance_queues(2);
    assert_eq!(worker.once().await.unwrap(), (2, 1));
    assert_eq!(customer.events().await.len(), 1);
    for _ in 1..10 {
        customer.app.advance_queues(901);
        assert_eq!(worker.once().await.unwrap(), (1, 0));
    }
    customer.app.advance_queues(901);

    assert_eq!(worker.once().await.unwrap(), (0, 0));

    assert_eq!(customer.app.hints_left().await, (0, 1));
    assert!(logs::text().contains("a message is not a hint"));
}

#[tokio::test]
async fn a_call_of_a_person_goes_first() {
    let mut customer = Customer::start().await;
    customer.app.set_variable("BANK_LIMITS", "classic");
    customer.app.restart().await;
    let payment = customer.pay(1).await.remove(0);
    // Each in a batch of its own.
    let worker = customer.app.worker().await;
    for turn in 0..4 {
        customer.tell(&crate::fixture::with(&payment, json!({ "turn": turn }))).await;
        customer.app.advance_queues(2);
        let _ = worker.once().await.unwrap();
    }

    let answer = customer.app.get(&format!("/user/{}/payments/60101", customer.user_id)).await;

    assert_eq!(answer.status, 200, "{answer:?}");
}
