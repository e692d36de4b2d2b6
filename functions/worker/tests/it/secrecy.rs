//! Nothing personal is kept or logged, and each visit has an audit line.

use serde_json::{Value, json};
use testkit::logs;

use crate::fixture::{Customer, with};

#[tokio::test]
async fn nothing_personal_is_in_a_hint_an_event_an_item_or_a_log() {
    let customer = Customer::start().await;
    let payment = customer.pay(1).await.remove(0);
    customer.tell(&payment).await;
    let hints = json!(customer.app.hints().await).to_string();
    customer.app.work().await;
    customer.tell(&with(&payment, json!({ "updated": "2999-01-01 00:00:00.000000" }))).await;
    customer.app.work().await;
    let again = json!(customer.app.hints().await).to_string();
    let texts = [
        hints,
        again,
        json!(customer.events().await).to_string(),
        json!(customer.app.scan("events").await).to_string(),
        logs::text(),
    ];
    assert!(texts[0].contains("MUTATION") && texts[2].contains("transaction.created"));

    let mut personal = Vec::new();
    for field in ["alias", "counterparty_alias"] {
        for name in ["iban", "display_name"] {
            personal.extend(payment[field][name].as_str());
        }
    }
    personal.extend(payment["description"].as_str());
    assert!(personal.len() >= 4, "{payment}");
    let token = customer.address.path().rsplit('/').next().unwrap();
    for hidden in personal.into_iter().chain([token]) {
        for (number, text) in texts.iter().enumerate() {
            assert!(!text.contains(hidden), "{hidden} in text {number}");
        }
    }
}

#[tokio::test]
async fn each_visit_leaves_one_audit_line_with_the_customer_and_the_answers_of_the_bank() {
    let customer = Customer::start().await;
    for payment in customer.pay(2).await {
        customer.tell(&payment).await;
    }
    customer.app.work().await;

    let lines: Vec<Value> = logs::text()
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Value| line["action"] == "answer_callbacks" && line["user_id"] == customer.user_id.as_str())
        .collect();

    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    let expected = [
        ("outcome", json!("done")),
        ("workspace", json!("default")),
        ("object_kind", json!("connection")),
        ("object_id", json!(customer.user_id)),
        ("customer_present", json!(false)),
    ];
    for (name, value) in expected {
        assert_eq!(line[name], value, "{line}");
    }
    assert!(line["bunq_response_ids"].is_string() && line["bunq_answers"].as_u64() >= Some(1), "{line}");
}
