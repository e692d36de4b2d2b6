//! The simulated bank sends the callbacks itself, with its disturbances.

use serde_json::json;

use crate::fixture::{ACCOUNT, Customer, id_of, summary};

#[tokio::test]
async fn a_filter_at_the_bank_leads_to_events() {
    let customer = Customer::start().await;
    let app = &customer.app;
    app.bank.set_filter("person", "MUTATION", customer.address.as_str()).await;
    // Twice, and with an unknown kind and category.
    let disturbances = json!({ "duplicate_every": 1, "unknown_category_every": 2, "unknown_object_every": 2 });
    app.bank.disturb_callbacks(disturbances).await;
    app.bank.pay("person", ACCOUNT, 3).await;
    let worker = app.worker().await;

    // The bank sends them in its own time. A worker without messages waits for a second.
    for _ in 0..60 {
        app.advance_queues(2);
        let _ = worker.once().await.unwrap();
        if customer.events().await.len() == 3 {
            break;
        }
    }

    let page = app.get(&format!("/user/{}/payments/{ACCOUNT}?count=3", customer.user_id)).await.json();
    let payments = page["Response"].as_array().unwrap().iter().rev().map(|element| &element["Payment"]);
    let expected: Vec<_> = payments.map(|payment| ("transaction.created".to_owned(), id_of(payment))).collect();
    let mut events = summary(&customer.events().await);
    events.sort();
    assert_eq!(events, expected);
}
