use serde_json::{Value, json};

use crate::desk::{Desk, MAIN_BALANCE, draft, entry, euros, with};

const PATH: &str = "60101/draft-payment";

async fn decide(desk: &Desk, id: u64, decision: &str) -> (u16, Value) {
    let reply = desk.bank().post("/_simulator/draft", json!({"draft": id, "decision": decision})).send().await;
    (reply.status, reply.json())
}

#[tokio::test]
async fn an_accepted_draft_holds_its_payment() {
    let desk = Desk::new().await;
    let id = desk.draft("43.27").await;

    assert_eq!(decide(&desk, id, "accept").await, (200, json!({"draft": id, "status": "ACCEPTED"})));

    let accepted = desk.fields(&format!("{PATH}/{id}")).await;
    let payment = &accepted["object"]["Payment"];
    assert_eq!(accepted["status"], "ACCEPTED");
    assert_eq!((&payment["amount"], &payment["merchant_reference"]), (&euros("-43.27"), &json!("ref-7")));
    assert_eq!(accepted["responses"][0]["status"], "ACCEPTED");
    assert_eq!(accepted["responses"][0]["user_alias_created"]["display_name"], "Sanne de Vries");
    assert_eq!(desk.list("60101/payment?count=1").await, *std::slice::from_ref(payment));
    assert_eq!(desk.balance(60_101).await, "1800.00");
    assert!(accepted["updated"].as_str() > accepted["created"].as_str());
}

#[tokio::test]
async fn an_accepted_draft_of_several_entries_holds_a_batch() {
    let desk = Desk::new().await;
    let iban = desk.fields("60102").await["alias"][0]["value"].clone();
    let inside = json!({"type": "IBAN", "value": iban, "name": "Sanne"});
    let entries = json!([entry("10.00"), with(entry("5.50"), "counterparty_alias", inside)]);
    let id = desk.post(PATH, draft(entries)).await.ok().id();

    decide(&desk, id, "accept").await;

    let accepted = desk.fields(&format!("{PATH}/{id}")).await;
    let batch = &accepted["object"]["PaymentBatch"];
    let payments = batch["payments"].as_array().unwrap();
    assert_eq!((&payments[0]["amount"], &payments[1]["amount"]), (&euros("-10.00"), &euros("-5.50")));
    assert!(payments.iter().all(|payment| payment["batch_id"] == batch["id"] && !batch["id"].is_null()));
    assert_eq!((desk.balance(60_101).await, desk.balance(60_102).await), ("1827.77".to_owned(), "967.00".to_owned()));
}

#[tokio::test]
async fn a_draft_over_the_balance_waits_but_cannot_be_accepted() {
    let desk = Desk::new().await;
    let one = desk.draft("1843.28").await;
    let entries = json!([entry("1000.00"), entry("1000.00")]);
    let several = desk.post(PATH, draft(entries)).await.ok().id();

    for id in [one, several] {
        let (status, body) = decide(&desk, id, "accept").await;
        assert!(status == 409 && body["error"].as_str().unwrap().contains("too little"), "{body}");
        assert_eq!(desk.fields(&format!("{PATH}/{id}")).await["status"], "PENDING");
    }
    assert_eq!(desk.balance(60_101).await, MAIN_BALANCE);
    assert!(desk.objects("payments").await.is_empty());
}

#[tokio::test]
async fn a_draft_is_decided_once() {
    let desk = Desk::new().await;
    let id = desk.draft("1.00").await;

    assert_eq!(decide(&desk, id, "reject").await.0, 200);
    assert_eq!(decide(&desk, id, "accept").await.0, 409);
    assert_eq!(decide(&desk, 1, "accept").await.0, 404);
    assert_eq!(decide(&desk, id, "perhaps").await.0, 400);

    let rejected = desk.fields(&format!("{PATH}/{id}")).await;
    assert_eq!((&rejected["status"], &rejected["object"]), (&json!("REJECTED"), &Value::Null));
    assert_eq!(rejected["responses"][0]["status"], "REJECTED");
}

#[tokio::test]
async fn a_test_counts_what_the_bank_holds() {
    let desk = Desk::new().await;
    let call = desk.call("POST", PATH).json(draft(json!([entry("1.00"), entry("2.50")])));
    let id = call.header("X-Bunq-Client-Request-Id", "r-1").send().await.ok().id();
    let request = json!({
        "amount_inquired": euros("9.00"), "counterparty_alias": {"type": "PHONE_NUMBER", "value": "+31698765432"},
        "description": "Lunch", "allow_bunqme": true,
    });
    let request_id = desk.post("60101/request-inquiry", request).await.ok().id();

    let objects = desk.bank().get("/_simulator/objects").send().await.json();

    let expected = json!({
        "draft_payments": [{
            "id": id, "account": 60_101, "status": "PENDING", "merchant_reference": "ref-7", "request_id": "r-1",
            "amount": "3.50", "description": "Factuur 7", "entries": 2,
        }],
        "request_inquiries": [{
            "id": request_id, "account": 60_101, "status": "PENDING", "merchant_reference": null, "request_id": null,
            "amount": "9.00", "description": "Lunch", "asked_account": null,
        }],
        "issuer_transactions": [],
        "psp_draft_payments": [],
        "payments": [],
    });
    assert_eq!(objects, expected);
}
