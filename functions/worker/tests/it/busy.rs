//! The bank limits calls, fails or is away: hints stay in the queue, and nothing is lost.

use serde_json::{Value, json};
use testkit::{Worker, logs};

use crate::fixture::{Customer, id_of, refusal, summary, with};

const PAYMENTS: &str = "GET user/{id}/monetary-account/{id}/payment";

#[tokio::test]
async fn hints_come_back_until_the_bank_answers() {
    let away = [json!({ "status": 503, "body": refusal("maintenance") }), json!({ "status": 491, "body": {} })];
    for mut fault in away {
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
async fn a_limit_of_the_bank_uses_no_receive() {
    let customer = Customer::start().await;
    let payment = customer.pay(1).await.remove(0);
    customer.tell(&payment).await;
    let limit = refusal("Too many requests. You can do a maximum of 3 calls per 1 second to this endpoint.");
    customer.app.bank.fault(json!({ "endpoint": PAYMENTS, "times": 1000, "status": 429, "body": limit })).await;
    customer.app.advance_queues(2);
    let worker = customer.app.worker().await;
    for _ in 0..12 {
        assert_eq!(worker.once().await.unwrap(), (1, 1), "it is sent again");
        customer.app.advance(901).await;
        customer.app.advance_queues(901);
    }
    assert_eq!(customer.app.hints_left().await, (1, 0));
    customer.app.bank.clear_faults().await;

    assert_eq!(worker.once().await.unwrap(), (1, 1));

    assert_eq!(summary(&customer.events().await), [("transaction.created".to_owned(), id_of(&payment))]);
    assert_eq!(customer.app.hints_left().await, (0, 0));
}

#[tokio::test]
async fn an_object_that_cannot_be_read_stops_no_other() {
    for mut fault in [json!({ "status": 200, "body": {} }), json!({ "status": 500, "body": refusal("failure") })] {
        let customer = Customer::start().await;
        let payments = customer.pay(2).await;
        let draft = json!({ "id": 1, "monetary_account_id": 60101 });
        customer.call_back("DRAFT_PAYMENT", "DraftPayment", &draft).await;
        // Payments are read before drafts, and other objects of its kind after it.
        customer.call_back("DRAFT_PAYMENT", "DraftPayment", &with(&draft, json!({ "id": 2 }))).await;
        customer.tell(&payments[0]).await;
        (fault["endpoint"], fault["times"]) =
            (json!("GET user/{id}/monetary-account/{id}/draft-payment/{id}"), json!(1000));
        customer.app.bank.fault(fault.clone()).await;
        customer.app.advance_queues(2);
        let worker = customer.app.worker().await;

        assert_eq!(worker.once().await.unwrap(), (3, 3), "{fault}");

        let told = |payment: &Value| ("transaction.created".to_owned(), id_of(payment));
        assert_eq!(summary(&customer.events().await), [told(&payments[0])], "{fault}");
        // While the drafts wait, other hints of the customer are handled.
        customer.tell(&payments[1]).await;
        assert_eq!(customer.app.work().await, 1, "{fault}");
        assert_eq!(summary(&customer.events().await), [told(&payments[0]), told(&payments[1])], "{fault}");
        assert_eq!(customer.app.hints_left().await, (2, 0), "{fault}");
        for _ in 0..10 {
            customer.app.advance(901).await;
            customer.app.advance_queues(901);
            let _ = worker.once().await.unwrap();
        }
        assert_eq!(customer.app.hints_left().await, (0, 2), "{fault}");
    }
}

#[tokio::test]
async fn a_refusal_of_the_session_says_nothing_about_the_object() {
    let customer = Customer::start().await;
    customer.call_back("DRAFT_PAYMENT", "DraftPayment", &json!({ "id": 1, "monetary_account_id": 60101 })).await;
    let fault = json!({ "endpoint": "GET user/{id}/monetary-account/{id}/draft-payment/{id}", "times": 1000 });
    customer
        .app
        .bank
        .fault(with(&fault, json!({ "status": 401, "body": refusal("Insufficient authentication") })))
        .await;
    customer.app.advance_queues(2);

    assert_eq!(customer.app.worker().await.once().await.unwrap(), (1, 0));
}

#[tokio::test]
async fn a_consent_that_cannot_be_tested_is_tested_again() {
    let customer = Customer::start().await;
    let body = json!({ "NotificationUrl": { "category": "OAUTH" } });
    assert_eq!(customer.app.call_back(&customer.address, &body).await.status, 200);
    let fault = json!({ "endpoint": "GET user/{id}", "status": 403, "body": refusal("not now") });
    customer.app.bank.fault(fault).await;

    assert_eq!(customer.app.work().await, 1);

    assert_eq!(customer.app.hints_left().await, (1, 0));
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
async fn a_worker_leases_no_turns_that_a_person_could_use() {
    let mut customer = Customer::start().await;
    customer.app.set_variable("BANK_LIMITS", "classic");
    customer.app.restart().await;
    let payment = customer.pay(1).await.remove(0);
    // The process of the person has not called for so long that it leases nothing itself.
    customer.app.advance(61).await;
    // Each in a batch of its own.
    let worker = customer.app.worker().await;
    for turn in 0..3 {
        customer.tell(&with(&payment, json!({ "turn": turn }))).await;
        customer.app.advance_queues(2);
        assert_eq!(worker.once().await.unwrap(), (1, 1));
        customer.app.advance(4).await;
    }

    let answer = customer.app.get(&format!("/user/{}/payments/60101", customer.user_id)).await;

    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.header("ratelimit").starts_with("\"bunq\";r=2;"), "{answer:?}");
}
