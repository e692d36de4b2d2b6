use bunq_simulator::Settings;
use serde_json::{Value, json};

use crate::desk::{Desk, MAIN, MAIN_BALANCE, elsewhere, euros, with};

const PATH: &str = "60101/request-inquiry";

fn sugar_daddy() -> Value {
    json!({"type": "EMAIL", "value": "sugardaddy@bunq.com", "name": "Sugar Daddy"})
}

fn request(of: Value, value: &str) -> Value {
    json!({
        "amount_inquired": euros(value),
        "counterparty_alias": of,
        "description": "Zakgeld",
        "allow_bunqme": true,
        "merchant_reference": "ref-1",
    })
}

async fn create(desk: &Desk, body: Value) -> u64 {
    desk.post(PATH, body).await.ok().id()
}

async fn find(desk: &Desk, id: u64) -> Value {
    desk.fields(&format!("{PATH}/{id}")).await
}

#[tokio::test]
async fn the_sugar_daddy_pays_at_once_up_to_five_hundred() {
    let desk = Desk::new().await;

    let id = create(&desk, request(sugar_daddy(), "500.00")).await;

    let paid = find(&desk, id).await;
    assert_eq!((&paid["status"], &paid["amount_responded"]), (&json!("ACCEPTED"), &euros("500.00")));
    assert_eq!(paid["merchant_reference"], "ref-1");
    assert!(!paid["time_responded"].is_null() && paid["bunqme_share_url"].is_null());
    let payment = desk.list("60101/payment?count=1").await.remove(0);
    assert_eq!((&payment["type"], &payment["sub_type"]), (&json!("BUNQ"), &json!("REQUEST")));
    assert_eq!((&payment["amount"], &payment["description"]), (&euros("500.00"), &json!("Zakgeld")));
    assert_eq!(payment["counterparty_alias"]["display_name"], "Sugar Daddy");
    assert_eq!(desk.balance(MAIN).await, "2343.27");
}

#[tokio::test]
async fn the_sugar_daddy_leaves_a_larger_request_pending() {
    let desk = Desk::new().await;

    let id = create(&desk, request(sugar_daddy(), "500.01")).await;

    let waiting = find(&desk, id).await;
    assert_eq!((&waiting["status"], &waiting["time_responded"]), (&json!("PENDING"), &Value::Null));
    assert_eq!(desk.balance(MAIN).await, MAIN_BALANCE);
}

#[tokio::test]
async fn a_stranger_gets_a_link_and_pays_by_ideal() {
    let desk = Desk::new().await;
    let stranger = json!({"type": "EMAIL", "value": "piet@elders.example"});

    let id = create(&desk, request(stranger, "12.5")).await;
    let waiting = find(&desk, id).await;
    desk.bank().switch("request", json!({"request": id, "decision": "accept"})).await;

    assert!(waiting["bunqme_share_url"].as_str().unwrap().starts_with("https://bunqme.bunq-simulator.example/t/"));
    assert_eq!(waiting["amount_inquired"], euros("12.50"));
    let payment = desk.list("60101/payment?count=1").await.remove(0);
    assert_eq!((&payment["type"], &payment["counterparty_alias"]["iban"]), (&json!("IDEAL"), &Value::Null));
    assert_eq!(find(&desk, id).await["status"], "ACCEPTED");
}

#[tokio::test]
async fn a_customer_of_the_bank_pays_from_the_account_that_was_asked() {
    let desk = Desk::new().await;
    let company = json!({"type": "EMAIL", "value": "administratie@bakkerijvandijk.example"});

    let id = create(&desk, request(company, "40.00")).await;
    desk.bank().switch("request", json!({"request": id, "decision": "accept"})).await;

    assert_eq!(find(&desk, id).await["counterparty_alias"]["display_name"], "Bakkerij Van Dijk B.V.");
    assert_eq!(desk.balance(MAIN).await, "1883.27");
    let payments = desk.objects("payments").await;
    let moved: Vec<_> = payments.iter().map(|payment| (&payment["account"], &payment["amount"])).collect();
    assert_eq!(moved, [(&json!(60_201), &json!("-40.00")), (&json!(MAIN), &json!("40.00"))]);
    let again = desk.bank().post("/_simulator/request", json!({"request": id, "decision": "reject"})).send().await;
    assert_eq!(again.status, 409);
}

#[tokio::test]
async fn a_pending_request_is_revoked_once() {
    let desk = Desk::new().await;
    let id = create(&desk, request(elsewhere(), "5.00")).await;
    let path = format!("{PATH}/{id}");

    desk.put(&path, json!({"status": "ACCEPTED"})).await.refused_by_simulator(400, "REVOKED");
    let revoked = desk.put(&path, json!({"status": "REVOKED"})).await.ok();
    desk.put(&path, json!({"status": "REVOKED"})).await.refused_by_simulator(400, "REVOKED");

    assert_eq!(revoked.response(0)["RequestInquiry"]["status"], "REVOKED");
    let request = find(&desk, id).await;
    assert_eq!((&request["status"], &request["amount_responded"]), (&json!("REVOKED"), &Value::Null));
    assert_eq!(request["user_alias_revoked"]["display_name"], "Sanne de Vries");
}

#[tokio::test]
async fn an_answered_request_cannot_be_revoked() {
    let desk = Desk::new().await;
    let paid = create(&desk, request(sugar_daddy(), "1.00")).await;
    let rejected = create(&desk, request(elsewhere(), "1.00")).await;
    desk.bank().switch("request", json!({"request": rejected, "decision": "reject"})).await;

    for (id, status) in [(paid, "ACCEPTED"), (rejected, "REJECTED")] {
        desk.put(&format!("{PATH}/{id}"), json!({"status": "REVOKED"})).await.refused_by_simulator(400, status);
    }
}

#[tokio::test]
async fn a_request_grows_too_old() {
    let desk = Desk::with(Settings { request_inquiry_validity_seconds: 60, ..Settings::default() }).await;
    let id = create(&desk, request(elsewhere(), "1.00")).await;
    assert!(find(&desk, id).await["time_expiry"].is_null());

    desk.bank().switch("settings", json!({"clock_offset_seconds": 61})).await;

    let request = find(&desk, id).await;
    assert_eq!(request["status"], "EXPIRED");
    assert_eq!(request["time_expiry"], request["updated"]);
    desk.put(&format!("{PATH}/{id}"), json!({"status": "REVOKED"})).await.refused_by_simulator(400, "EXPIRED");
}

#[tokio::test]
async fn requests_are_listed_by_account_newest_first() {
    let desk = Desk::new().await;
    let first = create(&desk, request(elsewhere(), "1.00")).await;
    let second = create(&desk, request(elsewhere(), "2.00")).await;

    let list = desk.list(PATH).await;

    assert_eq!(list.iter().map(|request| request["id"].as_u64().unwrap()).collect::<Vec<_>>(), [second, first]);
    assert!(desk.list("60102/request-inquiry").await.is_empty());
    desk.get(&format!("60102/request-inquiry/{first}"))
        .await
        .refused(404, &format!("Request inquiry for id \"{first}\" not found."));
}

#[tokio::test]
async fn unknown_missing_and_mistyped_fields_are_named() {
    let desk = Desk::new().await;
    let good = request(elsewhere(), "1.00");

    desk.post(PATH, with(good.clone(), "time_expiry", json!("2030")))
        .await
        .refused(400, "Superfluous field \"time_expiry\".");
    let inner = with(elsewhere(), "iban", json!("NL91ABNA0417164300"));
    desk.post(PATH, request(inner, "1.00")).await.refused(400, "Superfluous field \"iban\".");
    desk.post(PATH, with(good.clone(), "allow_bunqme", Value::Null))
        .await
        .refused_by_simulator(400, "\"allow_bunqme\" is required");
    desk.post(PATH, with(good.clone(), "allow_bunqme", json!("true")))
        .await
        .refused(400, "Invalid type for field \"allow_bunqme\" (expected BOOLEAN).");
    desk.post(PATH, with(good.clone(), "amount_inquired", json!("1.00")))
        .await
        .refused(400, "Invalid type for field \"amount_inquired\" (expected STRUCT).");
    desk.post(PATH, with(good.clone(), "attachment", json!({"id": 1})))
        .await
        .refused(400, "Invalid type for field \"attachment\" (expected ARRAY containing STRUCT).");
    desk.post(PATH, with(good.clone(), "minimum_age", json!("18")))
        .await
        .refused(400, "Invalid type for field \"minimum_age\" (expected INTEGER).");
    let number = json!({"value": 1.5, "currency": "EUR"});
    desk.post(PATH, with(good, "amount_inquired", number))
        .await
        .refused(400, "Invalid type for field \"value\" (expected STRING).");
    assert!(desk.objects("request_inquiries").await.is_empty());
}

#[tokio::test]
async fn an_amount_is_decimal_text_above_zero_in_the_currency_of_the_account() {
    let desk = Desk::new().await;

    for value in ["0", "0.00", "-1.00", "1,00", "1.001", "", "1e2", " 1"] {
        desk.post(PATH, request(elsewhere(), value)).await.refused_by_simulator(400, "amount_inquired must be decimal");
    }
    let dollars = with(request(elsewhere(), "1.00"), "amount_inquired", json!({"value": "1.00", "currency": "USD"}));
    desk.post(PATH, dollars).await.refused_by_simulator(400, "EUR");
}

#[tokio::test]
async fn a_counterparty_is_somebody() {
    let desk = Desk::new().await;
    let aliases = desk.fields("60101").await["alias"].as_array().unwrap().clone();
    let own = aliases.into_iter().find(|alias| alias["type"] == "IBAN").unwrap()["value"].clone();

    for (pointer, words) in [
        (json!({"type": "IBAN", "value": "NL91ABNA0417164300"}), "needs a name"),
        (json!({"type": "IBAN", "value": "NL92ABNA0417164300", "name": "Piet"}), "no IBAN"),
        (json!({"type": "EMAIL", "value": "piet"}), "no mail address"),
        (json!({"type": "PHONE_NUMBER", "value": "0612345678"}), "no telephone number"),
        (json!({"type": "TWITTER", "value": "piet"}), "must be of type"),
        (json!({"type": "IBAN", "value": own, "name": "Sanne"}), "cannot ask itself"),
    ] {
        desk.post(PATH, request(pointer, "1.00")).await.refused_by_simulator(400, words);
    }
    let without_link = with(request(elsewhere(), "1.00"), "allow_bunqme", json!(false));
    desk.post(PATH, without_link).await.refused_by_simulator(400, "allow_bunqme is false");
    let with_link = with(request(elsewhere(), "1.00"), "status", json!("ACCEPTED"));
    desk.post(PATH, with_link).await.refused_by_simulator(400, "status must be PENDING");
    desk.post("60106/request-inquiry", request(elsewhere(), "1.00")).await.refused_by_simulator(400, "not held");
}

#[tokio::test]
async fn every_optional_field_is_taken() {
    let desk = Desk::new().await;
    let mut body = request(elsewhere(), "1.00");
    let more = json!({
        "attachment": [{"id": 3}], "status": "PENDING", "minimum_age": 18, "require_address": "NONE",
        "redirect_url": "https://app.example/done", "event_id": 9, "want_tip": false, "allow_amount_lower": false,
        "allow_amount_higher": false,
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());

    let id = create(&desk, body).await;

    let shown = find(&desk, id).await;
    assert_eq!((&shown["minimum_age"], &shown["redirect_url"]), (&json!(18), &json!("https://app.example/done")));
    assert_eq!(shown["attachment"], json!([{"id": 3, "monetary_account_id": MAIN}]));
}
