//! Which events callbacks lead to.

use serde_json::{Value, json};
use testkit::{TestApp, callback};

use crate::fixture::{ACCOUNT, Customer, all_events, id_of, seen, summary, with};

fn created(payment: &Value) -> (String, String) {
    ("transaction.created".to_owned(), id_of(payment))
}

fn updated(payment: &Value) -> (String, String) {
    ("transaction.updated".to_owned(), id_of(payment))
}

#[tokio::test]
async fn a_payment_has_one_event_however_often_bunq_calls() {
    let customer = Customer::start().await;
    let payment = &customer.pay(1).await[0];
    for category in ["MUTATION", "PAYMENT"] {
        customer.call_back(category, "Payment", payment).await;
    }

    assert_eq!(customer.app.work().await, 2);
    customer.call_back("MUTATION", "Payment", &with(payment, json!({ "again": true }))).await;
    assert_eq!(customer.app.work().await, 1);

    let events = customer.events().await;
    assert_eq!(summary(&events), [created(payment)]);
    let path = format!("/user/{}/monetary-account/{ACCOUNT}/transactions/{}", customer.user_id, id_of(payment));
    let updated_at = format!("{}Z", payment["updated"].as_str().unwrap().replace(' ', "T"));
    let expected = json!({
        "user_id": customer.user_id, "consent_id": null, "expires_at": null, "days_left": null, "endpoint_id": null,
        "account_id": ACCOUNT, "object_id": id_of(payment), "updated_at": updated_at, "path": path,
        "state": null,
    });
    let time = |value: &Value| value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert_eq!(time(&events[0]["data"]["updated_at"]), time(&expected["updated_at"]));
    assert_eq!(with(&events[0]["data"], json!({ "updated_at": updated_at })), expected);
    let shown = customer.app.get(&path).await;
    assert_eq!((shown.status, shown.json()["id"].as_str()), (200, Some(id_of(payment).as_str())));
}

#[tokio::test]
async fn each_version_of_a_payment_has_an_event() {
    let customer = Customer::start().await;
    let payment = customer.pay(1).await.remove(0);
    customer.tell(&payment).await;
    customer.app.work().await;
    for description in ["First", "Second"] {
        customer.app.bank.change_payment(ACCOUNT, payment["id"].as_u64().unwrap(), description).await;
        customer.tell(&with(&payment, json!({ "description": description }))).await;
        customer.app.work().await;
    }
    // An old callback arrives late.
    customer.tell(&with(&payment, json!({ "late": true }))).await;
    customer.app.work().await;

    let events = customer.events().await;

    assert_eq!(summary(&events), [created(&payment), updated(&payment), updated(&payment)]);
    let mut ids: Vec<_> = events.iter().map(|event| event["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn what_was_there_before_the_first_callback_has_no_event_and_what_comes_later_needs_no_callback() {
    let customer = Customer::start().await;
    let before = customer.pay(3).await;
    customer.tell(&before[2]).await;
    customer.app.work().await;
    assert_eq!(summary(&customer.events().await), [created(&before[2])], "the others belong to the history");

    // The callback about the first one is lost.
    customer.app.advance(1).await;
    let later = customer.pay(2).await;
    customer.tell(&later[1]).await;
    customer.app.work().await;

    let mut events = summary(&customer.events().await);
    events.sort();
    let mut expected = [created(&before[2]), created(&later[0]), created(&later[1])];
    expected.sort();
    assert_eq!(events, expected);
}

#[tokio::test]
async fn a_forged_callback_costs_reads_and_says_nothing_untrue() {
    let customer = Customer::start().await;
    let payment = customer.pay(1).await.remove(0);
    customer.tell(&payment).await;
    customer.app.work().await;
    let before = customer.events().await;
    customer.app.bank.forget_calls().await;
    let forged = with(&payment, json!({ "amount": { "value": "1000000.00", "currency": "EUR" } }));

    customer.tell(&forged).await;
    customer.call_back("MUTATION", "Payment", &json!({ "id": 999_999, "monetary_account_id": ACCOUNT })).await;
    customer.call_back("CARD", "CardDebit", &json!({ "id": 1 })).await;
    let other = json!({ "id": 1, "monetary_account_id": ACCOUNT });
    customer.call_back("IDEAL", "IdealMerchantTransaction", &other).await;
    customer.app.work().await;

    assert_eq!(customer.events().await, before);
    // A page for both, and the payment that does not exist.
    assert_eq!(customer.app.bank.total().await, 2, "{}", customer.app.bank.calls().await);
}

#[tokio::test]
async fn a_callback_about_a_batch_of_payments_reads_the_page_only() {
    let customer = Customer::start().await;
    customer.tell(&customer.pay(1).await[0]).await;
    customer.app.work().await;
    let before = customer.events().await.len();
    customer.app.advance(1).await;
    let payments = customer.pay(2).await;
    customer.app.bank.forget_calls().await;
    let batch = json!({ "id": 999_999, "monetary_account_id": ACCOUNT, "updated": "2999-01-01 00:00:00.000000" });

    customer.call_back("PAYMENT", "PaymentBatch", &batch).await;
    assert_eq!(customer.app.work().await, 1);

    let events = summary(&customer.events().await);
    assert_eq!(events[before..], [created(&payments[0]), created(&payments[1])]);
    assert_eq!(customer.app.bank.total().await, 1, "{}", customer.app.bank.calls().await);
    assert_eq!(customer.app.hints_left().await, (0, 0));
}

#[tokio::test]
async fn one_visit_looks_up_three_payments_beyond_the_page_and_others_later() {
    let customer = Customer::start().await;
    let payment = customer.pay(1).await.remove(0);
    customer.tell(&payment).await;
    for id in 999_001..=999_009 {
        customer.tell(&with(&payment, json!({ "id": id }))).await;
    }
    customer.app.bank.forget_calls().await;

    assert_eq!(customer.app.work().await, 10);

    assert_eq!(summary(&customer.events().await), [created(&payment)]);
    assert_eq!(customer.app.bank.total().await, 4, "{}", customer.app.bank.calls().await);
    assert_eq!(customer.app.hints_left().await, (9, 0));
}

#[tokio::test]
async fn a_forged_account_leaves_nothing_and_costs_one_read() {
    let customer = Customer::start().await;
    customer.tell(&json!({ "id": 1, "monetary_account_id": 999_999 })).await;
    customer.app.bank.forget_calls().await;

    customer.app.work().await;

    assert_eq!(seen(&customer.app).await.len(), 0);
    assert_eq!(customer.app.bank.total().await, 1, "{}", customer.app.bank.calls().await);
}

#[tokio::test]
async fn many_callbacks_of_an_account_are_one_read() {
    let customer = Customer::start().await;
    let payments = customer.pay(10).await;
    for payment in &payments {
        customer.tell(payment).await;
    }
    customer.app.bank.forget_calls().await;

    assert_eq!(customer.app.work().await, 10);

    let calls = customer.app.bank.calls().await;
    assert_eq!(calls["calls"].as_array().unwrap().len(), 1, "{calls}");
    let expected: Vec<_> = payments.iter().map(created).collect();
    let mut events = summary(&customer.events().await);
    events.sort();
    assert_eq!(events, expected);
}

#[tokio::test]
async fn drafts_and_requests_have_events() {
    let customer = Customer::start().await;
    let Customer { app, user_id, .. } = &customer;
    let order = json!({
        "monetary_account_id": ACCOUNT, "amount": "5.00", "currency": "EUR", "description": "Rent",
        "receiver_type": "IBAN", "receiver_value": "NL91ABNA0417164300", "receiver_name": "J. Jansen",
    });
    let mut expected = Vec::new();
    for (path, category, name, event) in [
        ("draft-payment", "DRAFT_PAYMENT", "DraftPayment", "draft_payment.updated"),
        ("request-inquiry", "REQUEST", "RequestInquiry", "request_inquiry.updated"),
    ] {
        let made = app.post(&format!("/user/{user_id}/{path}"), &order).await;
        assert_eq!(made.status, 201, "{made:?}");
        let id = made.json()["Response"][0]["Id"]["id"].as_u64().unwrap();
        customer.call_back(category, name, &json!({ "id": id, "monetary_account_id": ACCOUNT })).await;
        expected.push((event, id, path));
    }
    assert_eq!(app.work().await, 2);
    app.bank.decide(expected[0].1, "reject").await;
    let decided = json!({ "id": expected[0].1, "monetary_account_id": ACCOUNT, "status": "REJECTED" });
    customer.call_back("DRAFT_PAYMENT", "DraftPayment", &decided).await;
    assert_eq!(app.work().await, 1);
    expected.push(expected[0]);

    let events = customer.events().await;

    let mut found: Vec<_> = events
        .iter()
        .map(|event| {
            (
                event["type"].as_str().unwrap(),
                event["data"]["object_id"].as_str().unwrap(),
                event["data"]["path"].as_str(),
            )
        })
        .map(|(event, id, path)| (event.to_owned(), id.to_owned(), path.unwrap().to_owned()))
        .collect();
    found.sort();
    let mut expected: Vec<_> = expected
        .into_iter()
        .map(|(event, id, path)| {
            (event.to_owned(), id.to_string(), format!("/user/{user_id}/monetary-account/{ACCOUNT}/{path}/{id}"))
        })
        .collect();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(app.get(&expected[0].2).await.status, 200, "the path leads to the object");
}

#[tokio::test]
async fn the_events_go_to_the_workspace_of_the_customer() {
    let app = TestApp::builder().with_callbacks().start().await;
    let user_id = app.connect_in("shop", "person").await;
    let (_, key) = app.create_api_key_in("shop", &["accounts", "events"]).await;
    let address = app.callback_address(&user_id).await;
    app.bank.pay("person", ACCOUNT, 1).await;
    let page = app.get_with_key(&format!("/user/{user_id}/payments/{ACCOUNT}?count=1"), &key).await.json();
    let payment = &page["Response"][0]["Payment"];
    assert_eq!(app.call_back(&address, &callback("MUTATION", "Payment", payment)).await.status, 200);

    assert_eq!(app.work().await, 1);

    let feed = app.get_with_key("/webhook-events", &key).await.json();
    let events = summary(feed["events"].as_array().unwrap());
    assert!(events.contains(&created(payment)), "{events:?}");
    assert_eq!(all_events(&app).await, Vec::<Value>::new(), "the default workspace has none");
}

#[tokio::test]
async fn reads_that_answer_a_callback_are_not_counted_as_unattended() {
    let app = TestApp::builder().with_callbacks().variable("UNATTENDED_READS_PER_DAY", "2").start().await;
    let customer = Customer::of(app).await;
    for turn in 0..5 {
        let object = json!({ "id": 1, "monetary_account_id": ACCOUNT, "turn": turn });
        let answer = customer.app.call_back(&customer.address, &callback("MUTATION", "Payment", &object)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        customer.app.work().await;
    }

    let payments = format!("/user/{}/payments/{ACCOUNT}", customer.user_id);

    for status in [200, 200, 429] {
        assert_eq!(customer.app.get(&payments).await.status, status);
    }
}
